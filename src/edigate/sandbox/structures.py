"""The people of the sandbox: structures, services, foreign suppliers and connected partners (reference §12, §19).

The identifiers that AIFE's published samples use are among them, so that those samples pass through a sandbox gate
unchanged; every SIRET that begins with 9998 is made up.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.directory import Structure

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE = "11000201100044"
WITH_SERVICE = "75356054900010"
WITHOUT_SERVICE = "53514650090018"
SUPPLIER = "81034732800017"
SUPPLIER_2 = "40668031401116"
VALIDATOR = "24590041000292"
SUPPLIER_3 = "99980137600016"
SUBCONTRACTOR = "99980274700017"
CO_CONTRACTOR = "99980411500015"
LEAD_CONTRACTOR = "99980548400014"
MOE = "99980685400017"
MOA = "99980822300013"
MOA_ONLY = "99980959300018"
FACTOR = "99981096300010"
CONNECTED = "99981233200016"
NOT_CONNECTED = "99981370200019"
ENGAGEMENT_REQUIRED = "99981507900010"
SERVICE_REQUIRED = "99981644000013"
BOTH_REQUIRED = "99981781000016"
EITHER_REQUIRED = "99981918800015"
SERVICE_WITH_ENGAGEMENT = "99982055800016"
INACTIVE = "99982192900018"
PRIVATE = "99982329700018"
PAYMENT_NOT_FED_BACK = "99982466700011"
WITH_FORMS = "99982603500019"
# The SIRET behind which the published flow FSO1113A hides its real ones: supplier and recipient in one, by no check
# digit (reference §19).
ANONYMOUS = "00000000000727"

SUPPLIER_ACCOUNT = "FR7699999000010000012345693"
FACTOR_ACCOUNT = "FR7699998000020000065432121"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service of a structure as the directory lists it."""

    siret: str
    service_code: str
    service_name: str
    active: bool = True
    engagement_required: bool = False


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier as the directory lists it, under the column that holds the SIRET of one that has a SIRET.

    `accounts` are IBANs with blanks between them; of most suppliers none are known.
    """

    siret: str
    name: str
    accounts: str = ""


@dataclass(frozen=True, slots=True)
class ForeignSupplier:
    """A supplier without SIRET; `scheme` is TypeIdentifiant (2 EU, 3 outside the EU, 4 RIDET, 5 TAHITI)."""

    scheme: str
    identifier: str
    name: str
    country: str


# fmt: off
STRUCTURES: tuple[Structure, ...] = (
    Structure(STATE,                   "État", engagement_required=True),
    Structure(WITH_SERVICE,            "Caisse départementale de l'Orneval", service_required=True),
    Structure(WITHOUT_SERVICE,         "Régie des eaux du Val-Clair", moa=True),
    Structure(VALIDATOR,               "Métropole de Hautebrume", moa=True),
    Structure(MOA,                     "Commune de Pont-l'Aulne", moa=True),
    Structure(MOA_ONLY,                "Société publique des tramways de Brévières", moa=True, moa_only=True),
    Structure(CONNECTED,               "Hôpital de la Combe-Verte"),
    Structure(NOT_CONNECTED,           "Commune de Saint-Ormond"),
    Structure(ENGAGEMENT_REQUIRED,     "Université de Valserine", engagement_required=True),
    Structure(SERVICE_REQUIRED,        "Département de la Haute-Lunelle", service_required=True),
    Structure(BOTH_REQUIRED,           "Région des Trois-Rivières", engagement_required=True, service_required=True),
    Structure(EITHER_REQUIRED,         "Syndicat des eaux de Malaterre", engagement_or_service_required=True),
    Structure(SERVICE_WITH_ENGAGEMENT, "Communauté de communes du Haut-Sorbier"),
    Structure(PAYMENT_NOT_FED_BACK,    "Lycée Anne-Corvin", payment_status_fed_back=False),
    Structure(WITH_FORMS,              "Département du Pays d'Arlance", engagement_required=True, service_required=True,
              engagement_form="[0-9]{5,6}",
              form_hint="le numéro d'engagement du bon de commande compte 5 ou 6 chiffres, sans lettre ni espace"),
    Structure(INACTIVE,                "Syndicat des chemins de Vieillecombe", active=False),
    Structure(PRIVATE,                 "Clinique des Quatre-Vents", public=False),
    Structure(ANONYMOUS,               "Centre hospitalier de la Brume"),
    Structure(SUPPLIER,                "Papeterie des Tilleuls", public=False),
    Structure(SUPPLIER_2,              "Mécanique Bellanger", public=False),
    Structure(SUPPLIER_3,              "Bâtiments Kerouan", public=False),
    Structure(SUBCONTRACTOR,           "Étanchéité Morvandier", public=False),
    Structure(CO_CONTRACTOR,           "Charpentes Delaunoy", public=False),
    Structure(LEAD_CONTRACTOR,         "Travaux généraux Sauvebrun", public=False),
    Structure(MOE,                     "Atelier d'architecture Lisière", public=False),
    Structure(FACTOR,                  "Comptoir d'affacturage Rivoire", public=False),
)

SERVICES: tuple[ServiceRow, ...] = (
    ServiceRow(STATE,                   "AAASCPV",    "Service des achats courants"),
    ServiceRow(STATE,                   "AMMHERME01", "Service du matériel"),
    ServiceRow(STATE,                   "DSJPFGU057", "Service des greffes"),
    ServiceRow(WITH_SERVICE,            "SERV1",      "Service facturier"),
    ServiceRow(CONNECTED,               "PHARMACIE",  "Pharmacie"),
    ServiceRow(ANONYMOUS,               "EJ",         "Engagements"),
    ServiceRow(SERVICE_REQUIRED,        "ROUTES",     "Direction des routes"),
    ServiceRow(SERVICE_REQUIRED,        "ARCHIVES",   "Ancien service des archives", active=False),
    ServiceRow(BOTH_REQUIRED,           "LYCEES",     "Direction des lycées"),
    ServiceRow(EITHER_REQUIRED,         "RESEAU",     "Service du réseau"),
    ServiceRow(SERVICE_WITH_ENGAGEMENT, "VOIRIE",     "Service de la voirie", engagement_required=True),
    ServiceRow(SERVICE_WITH_ENGAGEMENT, "CULTURE",    "Service de la culture"),
    ServiceRow(WITH_FORMS,              "COLLEGES",   "Direction des collèges"),
    ServiceRow(WITH_FORMS,              "SOCIAL",     "Direction des solidarités"),
)

FOREIGN_SUPPLIERS: tuple[ForeignSupplier, ...] = (
    ForeignSupplier("2", "BE0429958042",       "Drukkerij Zilverberk",         "BE"),
    ForeignSupplier("3", "KRSAMSUNGMOBILEPHO", "Samsung Mobile Phone",         "KR"),
    ForeignSupplier("4", "1234567890",         "Comptoir du Lagon",            "NC"),
    ForeignSupplier("5", "350041679",          "Perles de Taravai",            "PF"),
    ForeignSupplier("5", "886978001",          "Transports maritimes Anaho",   "PF"),
)
# fmt: on

_ACCOUNTS: Mapping[str, str] = MappingProxyType({SUPPLIER: SUPPLIER_ACCOUNT, FACTOR: FACTOR_ACCOUNT})

# Whoever is no public entity may be a supplier, which matters where a gate takes invoices of known ones only.
SUPPLIERS: tuple[SupplierRow, ...] = (
    *(SupplierRow(row.siret, row.name, _ACCOUNTS.get(row.siret, "")) for row in STRUCTURES if not row.public),
    *(SupplierRow(supplier.identifier, supplier.name) for supplier in FOREIGN_SUPPLIERS),
)

_CURRENT_DEPOSITS = (
    "FSO1100A",
    "FSO1106A",
    "FSO1110A",
    "FSO1113A",
    "FSO1116A",
    "FSO1117A",
    "FSO1120A",
    "FSO1130A",
    "FSO1131A",
    "FSO1137A",
)
_FEW_DEPOSITS = ("FSO1100A", "FSO1110A", "FSO1116A")
_STATUS_DEPOSITS = ("FSO1300A", "FSO1301A")


def _row(code: str, name: str, role: str, deposits: tuple[str, ...], sirets: tuple[str, ...]) -> Mapping[str, object]:
    reports = [f"C{interface[1:]}" for interface in deposits]
    return MappingProxyType(
        {
            "code": code,
            "name": name,
            "role": role,
            "deposits": list(deposits),
            "receives": ["FEN1200A" if role == "depositor" else "FEN0036A", *reports],
            "sirets": list(sirets),
            "contact": f"edi@{code.lower()}.example",
            "language": "fr",
        }
    )


# A depositor deposits for any supplier, as an operator of invoices does; SIRETs say whose invoices a recipient gets.
PARTNERS: tuple[Mapping[str, object], ...] = (
    _row("JMRPOR", "Opérateur de dépôt Jomarine", "depositor", _CURRENT_DEPOSITS, ()),
    _row("ABC123", "Progiciel de facturation Abécé", "depositor", _FEW_DEPOSITS, ()),
    _row("SEI001", "Système d'information du Val-Clair", "recipient", _STATUS_DEPOSITS, (WITHOUT_SERVICE, CONNECTED)),
    _row("ETA001", "Système financier de l'État", "recipient", _STATUS_DEPOSITS, (STATE,)),
    _row("POR001", "Portail des structures non raccordées", "portal", _STATUS_DEPOSITS, (WITH_SERVICE,)),
)

_FORMS = ("service_form", "engagement_form", "form_hint")
_FLAGS = tuple(field.name for field in fields(Structure) if field.name not in _FORMS)
DIRECTORY_COLUMNS = ("kind", *_FLAGS, "service_code", "service_name", *_FORMS, "accounts")


def directory_csv() -> str:
    """Write the directory as CSV: a row per structure, service and supplier; booleans are `true` and `false`."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(DIRECTORY_COLUMNS)
    for kind, rows in (("structure", STRUCTURES), ("service", SERVICES), ("supplier", SUPPLIERS)):
        table.writerows(_cells(kind, row) for row in rows)
    return text.getvalue()


def _cells(kind: str, row: Structure | ServiceRow | SupplierRow) -> list[str]:
    values = {field.name: getattr(row, field.name) for field in fields(row)} | {"kind": kind}
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}
    return [texts.get(column, "") for column in DIRECTORY_COLUMNS]
