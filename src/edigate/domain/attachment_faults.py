"""What may be said of which attachment is the invoice itself (reference §13, TypePJ)."""

from __future__ import annotations

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

ATTACHMENT_FAULTS: dict[str, FaultRow] = {
    "EDG-I134": FaultRow(
        nature=Nature.FONCTIONNELLE,
        severity=Severity.WARNING,
        title_fr="Facture d’origine à désigner parmi les pièces jointes",
        title_en="Original invoice to be named among the attachments",
        message_fr=(
            "Sur cette interface, une pièce jointe et une seule est déclarée du type 01, celui de la facture d’origine "
            "; dans ce document, leur nombre est de {value}. La première d’entre elles en tiendra lieu, à défaut le "
            "premier PDF, à défaut la première pièce jointe."
        ),
        message_en=(
            "On this interface one attachment and only one is declared to be of type 01, that of the original invoice; "
            "in this document their number is {value}. The first of them will stand for it, failing that the first "
            "PDF, failing that the first attachment."
        ),
        remedy_fr=(
            "Déclarez la facture d’origine du type 01 et toutes les autres pièces jointes du type 02 (DocumentType en "
            "UBL, TypePJ en CPPFactureMixte)."
        ),
        remedy_en=(
            "Declare the original invoice to be of type 01 and all other attachments of type 02 (DocumentType in UBL, "
            "TypePJ in CPPFactureMixte)."
        ),
    ),
}
