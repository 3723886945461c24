"""Writes drafts as one CPPFactureMixte, datum by datum where the reference has it (§7.1, §7.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.sandbox.drafts import VatSum, sums_of
from edigate.sandbox.markup import Node, branch, document, leaf

if TYPE_CHECKING:
    from edigate.sandbox.drafts import Draft, DraftAttachment

_GATE, _DEPOSITOR = "CPP001", "JMRPOR"


def cpp_mixte(first: Draft, *others: Draft) -> bytes:
    """Write the drafts as the invoices of one CPPFactureMixte, in the encoding and with the style sheet of the first.

    Lines, notes, dates of payment and delivery and what was prepaid have no place in it; of the payee it has the name,
    with an account alone. A sound one has an attachment, and parties whose schemes are `1` to `7`.
    """
    drafts = (first, *others)
    units = tuple(_unit(order, draft) for order, draft in enumerate(drafts, start=1))
    root = branch("CPPFactureMixte", _envelope(first), branch("CPPFactures", *units, Compteur=str(len(units))))
    return document(root, first.encoding, first.stylesheet)


def _envelope(draft: Draft) -> Node:
    return branch(
        "Enveloppe",
        branch(
            "EnveloppeUnitaire",
            branch(
                "Parametres",
                _parameter("0001", "DtPrd", f"{draft.issue_date}"),
                _parameter("0002", "IdFlx", f"{_DEPOSITOR}1113{0:015d}"),
            ),
            branch(
                "Partenaires",
                branch("Recepteur", leaf("Id", _GATE)),
                branch("Emetteur", leaf("Id", _DEPOSITOR)),
            ),
            NumOrdre="1",
        ),
    )


def _parameter(order: str, code: str, value: str) -> Node:
    return branch("ParametreIndiv", leaf("Code", code), leaf("Valeurparametre", value), NumOrdre=order)


def _unit(order: int, draft: Draft) -> Node:
    return branch(
        "CPPFactureMixteUnitaire",
        _supplier(draft),
        _debtor(draft),
        _validator(draft),
        _data(draft),
        *(_attachment(place, attachment) for place, attachment in enumerate(draft.attachments, start=1)),
        NumOrdre=str(order),
    )


def _supplier(draft: Draft) -> Node:
    bank = branch(
        "ReferenceBancaire",
        leaf("Compte", draft.iban),
        leaf("RaisonSocialeEncaisseur", draft.payee_name if draft.iban else ""),
        Type="IBAN",
    )
    return branch(
        "Fournisseur",
        leaf("TypeIdentifiant", draft.supplier_scheme),
        leaf("Identifiant", draft.supplier_id),
        leaf("RaisonSociale", draft.supplier_name),
        leaf("CodePays", draft.supplier_country),
        bank,
    )


def _debtor(draft: Draft) -> Node:
    return branch(
        "Debiteur",
        leaf("TypeIdentifiant", draft.recipient_scheme),
        leaf("Identifiant", draft.recipient_siret),
        leaf("Nom", draft.recipient_name),
        leaf("CodeService", draft.service),
        leaf("NomService", draft.service_name),
    )


def _validator(draft: Draft) -> Node:
    return branch(
        "Valideur",
        leaf("TypeIdentifiant", "1" if draft.validator_siret else ""),
        leaf("Identifiant", draft.validator_siret),
        leaf("RaisonSociale", draft.validator_name),
    )


def _data(draft: Draft) -> Node:
    sums = sums_of(draft)
    return branch(
        "DonneesFacture",
        leaf("Id", draft.number),
        leaf("IdFactureOrigine", draft.origin_invoice),
        leaf("Type", draft.type_code),
        leaf("Cadre", draft.cadre),
        leaf("DateEmissionFacture", draft.issue_date),
        branch("ModePaiement", leaf("Code", draft.payment_code)),
        leaf("Devise", draft.currency),
        branch(
            "Montants",
            leaf("MontantHT", sums.without_tax),
            leaf("MontantTTC", sums.with_tax),
            leaf("MontantNetAPayer", sums.due),
        ),
        branch("TVAS", *map(_vat, sums.vat)),
        branch("Engagement", leaf("NumeroMarche", draft.market), leaf("NumeroEngagement", draft.engagement)),
    )


def _vat(row: VatSum) -> Node:
    return branch("TVA", leaf("Taux", row.rate), leaf("BaseHt", row.base), leaf("MontantTVA", row.amount))


def _attachment(order: int, attachment: DraftAttachment) -> Node:
    return branch(
        "PJ",
        leaf("Contenu", attachment.encoded),
        leaf("NomPJ", attachment.name),
        leaf("TypePJ", attachment.type_code),
        leaf("MimeTypePJ", attachment.mime),
        NumOrdre=str(order),
    )
