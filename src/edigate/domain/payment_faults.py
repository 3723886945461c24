"""What may be said of a payment mode that the interface sets itself (reference §8.3, rule G8.20)."""

from __future__ import annotations

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

PAYMENT_FAULTS: dict[str, FaultRow] = {
    "EDG-I085": FaultRow(
        nature=Nature.FONCTIONNELLE,
        severity=Severity.WARNING,
        rule="G8.20",
        title_fr="Mode de paiement remplacé par le virement",
        title_en="Payment mode replaced by a credit transfer",
        message_fr=(
            "Le mode de paiement « {value} » n’est pas retenu : sur cette interface, il est toujours {constant} "
            "(virement)."
        ),
        message_en=(
            "The payment mode “{value}” is not kept: on this interface it is always {constant} (credit transfer)."
        ),
        remedy_fr=(
            "Indiquez {constant} ou n’indiquez rien ; le destinataire reçoit le mémoire avec le mode {constant}, à "
            "payer sur le compte qu’il donne ou que le comptable connaît."
        ),
        remedy_en=(
            "Say {constant} or say nothing; the recipient gets the statement with the mode {constant}, to be paid to "
            "the account that it gives or that the public accountant knows."
        ),
    ),
}
