"""French labels of the codes an invoice is printed with; sources: UNTDID as named below, reference §7.3 and §8.4."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.invoice import Scheme
from edigate.domain.payments import PIVOT_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "380": "Facture",
        "381": "Avoir",
        "383": "Note de débit",
        "384": "Facture rectificative",
        "385": "Facture récapitulative",
        "386": "Facture d’acompte",
        "389": "Facture établie par le client",
        "393": "Facture affacturée",
        "396": "Avoir affacturé",
    }
)
"""Kinds of document (UNTDID 1001)."""

CREDIT_NOTES = frozenset({"381", "396"})
"""Kinds of document that are no invoice."""

REGIMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("TVA DEBIT", "TVA_DEBIT", "TVA SUR DEBIT", "TVA_SUR_DEBIT"), "TVA sur les débits"),
        **dict.fromkeys(
            ("TVA ENCAISSEMENT", "TVA_ENCAISSEMENT", "TVA SUR ENCAISSEMENT", "TVA_SUR_ENCAISSEMENT"),
            "TVA sur les encaissements",
        ),
        **dict.fromkeys(("SANS TVA", "SANS_TVA"), "sans TVA"),
        "EXONERATION": "exonération de TVA",
    }
)
"""Regimes of VAT as UBL documents and the pivot write them."""

LINES: Mapping[str, str] = MappingProxyType(
    {
        "DETAIL": "ligne de détail",
        **dict.fromkeys(("GROUP", "REGROUPEMENT"), "ligne de regroupement, hors total"),
        "INFORMATION": "ligne d’information, hors total",
    }
)
"""Types of line in UBL (TYPE_LIGNE) and CII (LineStatusReasonCode)."""

ATTACHED: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("1", "01"), "document d’origine"), **dict.fromkeys(("2", "02"), "pièce complémentaire")}
)
"""Types of attachment (TypePJ)."""

SCHEMES: Mapping[Scheme, str] = MappingProxyType(
    {
        Scheme.SIRET: "SIRET",
        Scheme.EU_VAT: "N° de TVA (Union européenne)",
        Scheme.NON_EU: "Identifiant hors Union européenne",
        Scheme.RIDET: "RIDET",
        Scheme.TAHITI: "N° Tahiti",
        Scheme.PENDING: "Identifiant en cours d’immatriculation",
        Scheme.PERSON: "Identifiant de particulier",
    }
)
"""Kinds of identifier."""

PAYMENTS: Mapping[str, str] = MappingProxyType(
    {**PIVOT_LABELS, "01": "Non précisé", "58": "Virement SEPA", "59": "Prélèvement SEPA"}
)
"""Payment modes (UNTDID 4461)."""

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "S": "taux applicable",
        "Z": "taux zéro",
        "E": "exonération",
        "AE": "autoliquidation",
        "K": "intracommunautaire",
        "G": "exportation",
        "O": "hors champ",
        "L": "IGIC",
        "M": "IPSI",
    }
)
"""VAT categories (UNTDID 5305)."""

DUE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("5", "3"), "à la facture"),
        **dict.fromkeys(("29", "35"), "à la livraison"),
        **dict.fromkeys(("72", "432"), "à l’encaissement"),
    }
)
"""When VAT falls due (UNTDID 2475 and 2005)."""

CONTRACTS: Mapping[str, str] = MappingProxyType({"BC": "marché", "CT": "contrat"})
"""Kinds of contract that a reference is to."""
