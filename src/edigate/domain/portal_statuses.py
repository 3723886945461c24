"""The portal's own numbering of statuses: position in its programming interface (reference §10.2b).

A type of its own, for it shares its numbers with the EDI channel and none of their meanings.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from edigate.domain.statuses import InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping


class PortalStatus(IntEnum):
    """A status by its code in the programming interface; positions past 37 are in no official text."""

    label_fr: str
    label_en: str

    def __new__(cls, position: int, label_fr: str, label_en: str) -> Self:
        """A member that knows its labels."""
        member = int.__new__(cls, position)
        member._value_ = position
        member.label_fr = label_fr
        member.label_en = label_en
        return member

    # fmt: off
    BROUILLON = 0, "Brouillon", "Draft"
    A_VALIDER_1 = 1, "À valider par le premier valideur", "To be validated by the first validator"
    ERREUR_FOURNISSEUR_SUR_VALIDEUR = 2, "Erreur du fournisseur sur le valideur", "Supplier named a wrong validator"
    REFUSEE_1 = 3, "Refusée par le premier valideur", "Refused by the first validator"
    VALIDEE_1 = 4, "Validée par le premier valideur", "Validated by the first validator"
    ABSENCE_VALIDATION_1_HORS_DELAI = 5, "Validation 1 hors délai", "First validation out of time"
    A_VALIDER_2 = 6, "À valider par le second valideur", "To be validated by the second validator"
    ERREUR_COTRAITANT_SUR_VALIDEUR = 7, "Erreur du cotraitant sur le valideur", "Co-contractor named a wrong validator"
    REFUSEE_2 = 8, "Refusée par le second valideur", "Refused by the second validator"
    VALIDEE_2 = 9, "Validée par le second valideur", "Validated by the second validator"
    ABSENCE_VALIDATION_2_HORS_DELAI = 10, "Validation 2 hors délai", "Second validation out of time"
    DEPOSEE = 11, "Déposée", "Deposited"
    ERREUR_FOURNISSEUR_SUR_MOE = 12, "Erreur du fournisseur sur la MOE", "Supplier named a wrong MOE"
    EN_COURS_ACHEMINEMENT = 13, "En cours d’acheminement", "On its way"
    MISE_A_DISPOSITION = 14, "Mise à disposition du destinataire", "Made available to its recipient"
    A_RECYCLER = 15, "À recycler", "To be recycled"
    SUSPENDUE = 16, "Suspendue", "Suspended"
    REJETEE = 17, "Rejetée", "Rejected"
    MANDATEE = 18, "Mandatée", "Payment ordered"
    MISE_EN_PAIEMENT = 19, "Mise en paiement", "Sent for payment"
    COMPTABILISEE = 20, "Comptabilisée", "Booked"
    MISE_A_DISPOSITION_COMPTABLE = 21, "Mise à disposition du comptable", "Made available to the accountant"
    ABANDONNEE = 22, "Abandonnée", "Abandoned"
    SUPPRIMEE = 23, "Supprimée", "Deleted"
    ASSOCIEE = 24, "Associée", "Linked to the next document"
    EN_COURS_TRAITEMENT_PIVOT_S = 25, "Pivot en cours de traitement", "Pivot being processed"
    A_VALIDER_MOE = 26, "À valider par la MOE", "To be validated by the MOE"
    REFUSEE_MOE = 27, "Refusée par la MOE", "Refused by the MOE"
    EN_ATTENTE_RECYCLAGE_FOURNISSEUR = 28, "En attente de recyclage par le fournisseur", "Supplier is to recycle it"
    ERREUR_MOE_SUR_FOURNISSEUR = 29, "Erreur de la MOE sur le fournisseur", "MOE named a wrong supplier"
    ERREUR_MOA_SUR_FOURNISSEUR = 30, "Erreur de la MOA sur le fournisseur", "MOA named a wrong supplier"
    INTERPRETEE_OCR = 31, "Interprétée par reconnaissance de caractères", "Read by character recognition"
    COMPLETEE = 32, "Complétée", "Completed"
    ERREUR_FOURNISSEUR_SUR_MOA = 33, "Erreur du fournisseur sur la MOA", "Supplier named a wrong MOA"
    ERREUR_MOE_SUR_MOA = 34, "Erreur de la MOE sur la MOA", "MOE named a wrong MOA"
    ERREUR_DESTINATAIRE_PD = 35, "Erreur de destinataire (PD)", "Wrong recipient (PD)"
    ERREUR_DESTINATAIRE_EA = 36, "Erreur de destinataire (EA)", "Wrong recipient (EA)"
    SERVICE_FAIT = 37, "Service fait", "Service certified as done"
    NON_CONFORME = 38, "Non conforme", "Not conformant"
    A_ASSOCIER_MOE = 39, "À associer par la MOE", "To be linked by the MOE"
    ERREUR_DE_MOE = 40, "Erreur de MOE", "Wrong MOE"
    MISE_A_DISPOSITION_MOE = 41, "Mise à disposition MOE", "Made available to the MOE"
    PRISE_EN_COMPTE_MOE = 42, "Prise en compte MOE", "Taken up by the MOE"
    A_ASSOCIER_MOA = 43, "À associer par la MOA", "To be linked by the MOA"
    ERREUR_DE_MOA = 44, "Erreur de MOA", "Wrong MOA"
    REFUSEE_MOA = 45, "Refusée par la MOA", "Refused by the MOA"
    A_ASSOCIER_FOURNISSEUR = 46, "À associer par le fournisseur", "To be linked by the supplier"
    REFUSEE_FOURNISSEUR = 47, "Refusée par le fournisseur", "Refused by the supplier"
    A_COMPLETER = 48, "À compléter", "To be completed"
    TRANSMISE_MOA = 49, "Transmise à la MOA", "Passed on to the MOA"
    PRISE_EN_COMPTE_DESTINATAIRE = 50, "Prise en compte par le destinataire", "Taken up by its recipient"
    REMPLACEE_PAR_A22 = 51, "Remplacée par un A22", "Replaced by an A22"
    DUPLIQUE_APRES_REFUS = 52, "Dupliquée après refus", "Duplicated after a refusal"
    MISE_A_DISPOSITION_MOA = 53, "Mise à disposition MOA", "Made available to the MOA"
    PRISE_EN_COMPTE_MOA = 54, "Prise en compte MOA", "Taken up by the MOA"
    ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE = 55, "Validation MOE hors délai réglementaire", "MOE out of time"
    TECHNIQUE_INCONNU = 56, "Statut technique inconnu", "Unknown technical status"
    # fmt: on


PORTAL_OF: Mapping[InvoiceStatus, PortalStatus] = MappingProxyType(
    {
        InvoiceStatus.DEPOSITED: PortalStatus.DEPOSEE,
        InvoiceStatus.ON_ITS_WAY: PortalStatus.EN_COURS_ACHEMINEMENT,
        InvoiceStatus.MADE_AVAILABLE: PortalStatus.MISE_A_DISPOSITION,
        InvoiceStatus.TO_RECYCLE: PortalStatus.A_RECYCLER,
        InvoiceStatus.REJECTED: PortalStatus.REJETEE,
        InvoiceStatus.SUSPENDED: PortalStatus.SUSPENDUE,
        InvoiceStatus.SERVICE_DONE: PortalStatus.SERVICE_FAIT,
        InvoiceStatus.PAYMENT_ORDERED: PortalStatus.MANDATEE,
        InvoiceStatus.WITH_ACCOUNTANT: PortalStatus.MISE_A_DISPOSITION_COMPTABLE,
        InvoiceStatus.BOOKED: PortalStatus.COMPTABILISEE,
        InvoiceStatus.PAID: PortalStatus.MISE_EN_PAIEMENT,
        InvoiceStatus.COMPLETED: PortalStatus.COMPLETEE,
        InvoiceStatus.VALIDATED_1: PortalStatus.VALIDEE_1,
        InvoiceStatus.REFUSED_1: PortalStatus.REFUSEE_1,
        InvoiceStatus.REFUSED_2: PortalStatus.REFUSEE_2,
        InvoiceStatus.VALIDATED_2: PortalStatus.VALIDEE_2,
        InvoiceStatus.NOT_INTEGRATED: PortalStatus.NON_CONFORME,
    }
)
"""The portal's own status for each code of the EDI channel."""

_EDI_OF: Mapping[PortalStatus, InvoiceStatus] = MappingProxyType({portal: edi for edi, portal in PORTAL_OF.items()})


def portal_status(digits: str) -> PortalStatus | None:
    """The portal's status of this number, None for another text; the EDI channel's code is another thing."""
    readable = digits.isascii() and digits.isdecimal() and len(digits) <= len("56")
    return next((status for status in PortalStatus if readable and status == int(digits)), None)


def mistaken_for(code: str) -> InvoiceStatus | None:
    """The EDI status that a sender meant who wrote this number of the portal's numbering; None where it has none."""
    status = portal_status(code)
    return _EDI_OF.get(status) if status is not None else None
