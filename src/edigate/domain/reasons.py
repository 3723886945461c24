"""Reasons of a refusal or a suspension, which travel in the texts of a status (reference §10.5, §18)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING_DOCUMENT = "JUSTIF_ABS"


class Reason(NamedTuple):
    """What a code means, and the code that takes its place towards platforms (reference §10.5, right column)."""

    label_fr: str
    label_en: str
    towards_platform: str


# fmt: off
REASONS: Mapping[str, Reason] = MappingProxyType({
    "AUTRE": Reason("Autre motif", "Other reason", "AUTRE"),
    "CONTACT_ACHTR": Reason("Prenez contact avec votre acheteur", "Contact your buyer", "CONTACT_ACHTR"),
    "COORD_BANC_ERR": Reason("Coordonnées bancaires erronées", "Wrong bank details", "COORD_BANC_ERR"),
    "LIVR_INCOMP": Reason("Livraison incomplète ou non effectuée", "Delivery incomplete or not done", "LIVR_INCOMP"),
    "RETRAIT_MAN_SERV": Reason("Retraitement manuel par les services", "Processed again by hand", "AUTRE"),
    "ST_CT_NON_DECLAR": Reason(
        "Sous-traitant ou cotraitant non déclaré", "Subcontractor or co-contractor not declared", "ST_CT_NON_DECLAR"),
    "SUPPR_COMP_AVOIR": Reason(
        "Suppression pour compensation d’avoirs", "Deleted to offset credit notes", "SUPPR_COMP_AVOIR"),
    "TRANSF_PMNT_REGIE": Reason(
        "Paiement transféré à une régie", "Payment moved to an imprest office", "TRANSF_PMNT_REGIE"),
    "AUT_MOTIF_ERR_VALIDEUR": Reason(
        "Autre motif qu’une erreur de valideur", "Another reason than a wrong validator", "DEST_ERR"),
    "ERR_VALIDEUR": Reason("Mauvais valideur", "Wrong validator", "DEST_ERR"),
    "SUPPR_MASSE": Reason("Suppression en masse", "Mass deletion", "AUTRE"),
    "CREANCIER_ERR": Reason(
        "Créancier inconnu ou autre que celui de l’engagement", "Creditor unknown or not the engagement’s", "DEST_ERR"),
    "SE_ERR": Reason("Service exécutant incorrect", "Wrong executing service", "DEST_ERR"),
    "EJ_ERR": Reason("Engagement incorrect ou inexistant", "Engagement wrong or missing", "CMD_ERR"),
    "ERREUR_DONNEE_EJ": Reason("Données de l’engagement erronées", "Error in the engagement’s data", "CMD_ERR"),
    "DOUBLE_FACT": Reason("Double facturation", "Billed twice", "DOUBLE_FACT"),
    "FACT_NON_CONFORME": Reason(
        "Facture non conforme à la commande", "Invoice not in line with the order", "FACT_NON_CONFORME"),
    "HONORER_LA_COMMANDE": Reason(
        "Impossibilité d’honorer la commande", "The order cannot be honoured", "LIVR_INCOMP"),
    "MARCHE_TERM": Reason("Marché terminé", "Contract ended", "CONTRAT_TERM"),
    "MONTANT_ERR": Reason("Montant erroné", "Wrong amount", "MONTANTTOTAL_ERR"),
    "TX_TVA_ERR": Reason("Taux de TVA erroné", "Wrong VAT rate", "TX_TVA_ERR"),
    MISSING_DOCUMENT: Reason(
        "Pièce justificative absente ou insuffisante", "Supporting document missing or insufficient", "JUSTIF_ABS"),
})
# fmt: on

ALIASES: Mapping[str, str] = MappingProxyType({"CMD_EJ_ERR": "EJ_ERR"})
"""Other spellings of a code in the specifications."""

# Begun at the head of a run only, which is never gone back in: a text of letters alone is read once.
_WORD = re.compile(r"(?<![A-Z0-9])[A-Z0-9]++(?:_[A-Z0-9]++)+", re.ASCII | re.IGNORECASE)
_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", re.ASCII)
# A code of one plain word is one only at the head of a text and in capitals, before a separator: "AUTRE - voir".
_HEAD = re.compile(r"\s*([A-Z]+)\s*(?:[-–—:;,./|(]|$)", re.ASCII)


def reason_in(*texts: str) -> str:
    """The known code that these texts name, one at the head of a text rather than in its midst; empty for none."""
    heads = [match[1] for text in texts if (match := _HEAD.match(text))]
    words = [(match.start() > 0, match[0].upper()) for text in texts for match in _WORD.finditer(text.strip())]
    named = (*heads, *(word for _, word in sorted(words, key=lambda found: found[0])))
    return next((ALIASES.get(word, word) for word in named if word in REASONS or word in ALIASES), "")


def unknown_code_in(*texts: str) -> str:
    """The first word of the texts that is written as a code, in capitals with underscores, and is no known one."""
    words = (match[0] for text in texts for match in _WORD.finditer(text) if _CODE.fullmatch(match[0]))
    return next((word for word in words if word not in REASONS and word not in ALIASES), "")
