"""The cadres de facturation A1–A25: who deposits what, and over which channel.

Sources: the works matrix of AIFE's training deck "La facturation électronique avec Chorus Pro" (reference §9.2);
for the cadres outside of it, what reference §9.3 derives, marked so; labels and actors, §9.1; readers, §10.6 and §14.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "AIFE, training deck “La facturation électronique avec Chorus Pro”, table of the supported emission modes"
# The deck bears no date. It speaks of the obligation of this day as in force, so it is not older.
AS_OF = dt.date(2020, 1, 1)


class Cell(StrEnum):
    """A cell of the matrix: whether a channel supports an operation on a cadre, or there is no such operation."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "n/a"


class Operation(StrEnum):
    """A first document, or one made from an earlier one of the same billing file."""

    INITIAL = "initial"
    ASSOCIATION = "association"


class Channel(StrEnum):
    """The way a document comes in: batch flows, people on the portal, the API."""

    EDI = "edi"
    PORTAL = "portal"
    SERVICE = "service"


class Actor(StrEnum):
    """Who deposits; MOE is the project manager of works, MOA the contracting authority."""

    SUPPLIER = "supplier"
    SUBCONTRACTOR = "subcontractor"
    CO_CONTRACTOR = "co-contractor"
    MOE = "MOE"
    MOA = "MOA"
    BENEFICIARY = "beneficiary"


class CadreKind(StrEnum):
    """What a cadre is about, which says the interfaces that carry it (reference §9.3)."""

    SIMPLE = "simple"
    JUSTICE = "justice"
    REIMBURSEMENT = "reimbursement"
    WORKS = "works"


class Reader(StrEnum):
    """Who reads the document, once its validators have; the last two are people on the portal."""

    RECIPIENT = "recipient"
    MOE = "moe"
    MOA = "moa"


class Need(StrEnum):
    """Whether the document names a validator."""

    NONE = ""
    EXPECTED = "expected"
    REQUIRED = "required"


class Alternative(StrEnum):
    """What to do where EDI refuses a cadre; its words are in ALTERNATIVES."""

    NONE = ""
    PORTAL_OR_API = "portal-or-api"
    ASSOCIATE = "associate"
    USE_A10 = "use-a10"


class Modes(NamedTuple):
    """A row of the matrix, in the deck's order of columns."""

    edi_initial: Cell
    edi_association: Cell
    portal_initial: Cell
    portal_association: Cell
    service_initial: Cell
    service_association: Cell

    def cell(self, channel: Channel, operation: Operation) -> Cell:
        """The cell of one channel and operation."""
        return self[2 * list(Channel).index(channel) + list(Operation).index(operation)]


class Cadre(NamedTuple):
    """One cadre.

    `document` is the word of the regulation for what is deposited; `fault` the code under which EDI refuses it
    whatever the interface, empty where it does not; `alternative` what to do where EDI refuses it.
    `reader` is who reads the document once its validators have, None where no flow can bring one in.
    """

    code: str
    label_fr: str
    label_en: str
    actor: Actor
    document: str
    kind: CadreKind
    fault: str = ""
    alternative: Alternative = Alternative.NONE
    reader: Reader | None = None
    validator: Need = Need.NONE

    @property
    def modes(self) -> Modes:
        """Its row of the matrix."""
        return MATRIX.get(self.code) or DERIVED[self.code]

    @property
    def printed(self) -> bool:
        """Whether its row stands in the deck, or else is derived."""
        return self.code in MATRIX

    @property
    def works(self) -> bool:
        """Whether it belongs to a works contract."""
        return self.kind is CadreKind.WORKS

    @property
    def waits(self) -> bool:
        """Whether a validator must see it before it goes on to its reader (reference §14)."""
        return self.validator is Need.REQUIRED

    @property
    def goes_on_unvalidated(self) -> bool:
        """Whether a validator's refusal or silence passes it on: a subcontractor's request, not a co-contractor's."""
        return self.actor is Actor.SUBCONTRACTOR

    @property
    def read_by_people(self) -> bool:
        """Whether its next reader is on the portal, whoever the recipient is."""
        return self.waits or self.reader in {Reader.MOE, Reader.MOA}


# fmt: off
_Y, _N, _X = Cell.YES, Cell.NO, Cell.NOT_APPLICABLE

MATRIX: Mapping[str, Modes] = MappingProxyType({
    #            EDI             portal          service (API)
    #            initial  assoc. initial  assoc. initial  assoc.
    "A4":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A5":  Modes(_N,      _X,    _Y,      _X,    _Y,      _X),
    "A6":  Modes(_Y,      _N,    _Y,      _N,    _Y,      _N),
    "A7":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A8":  Modes(_Y,      _N,    _Y,      _Y,    _Y,      _Y),
    "A10": Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A13": Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A14": Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A15": Modes(_N,      _N,    _Y,      _Y,    _Y,      _Y),
    "A16": Modes(_N,      _N,    _Y,      _X,    _Y,      _X),
    "A17": Modes(_N,      _N,    _Y,      _Y,    _Y,      _Y),
    "A18": Modes(_N,      _N,    _Y,      _X,    _Y,      _X),
    "A19": Modes(_N,      _N,    _Y,      _Y,    _Y,      _Y),
    "A20": Modes(_N,      _N,    _Y,      _Y,    _Y,      _Y),
    "A22": Modes(_Y,      _N,    _Y,      _Y,    _Y,      _Y),
    "A23": Modes(_X,      _N,    _X,      _Y,    _X,      _Y),
    "A24": Modes(_N,      _N,    _Y,      _Y,    _Y,      _Y),
    "A25": Modes(_X,      _N,    _X,      _Y,    _X,      _Y),
})

# Not in the deck, which is about works. Only documents of a works billing file are associated with an earlier one.
# A3: an EDI and an API syntax exist for it (§3.2); A11: removed in 2016; A21: whether EDI takes it is not known.
DERIVED: Mapping[str, Modes] = MappingProxyType({
    "A1":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A2":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A3":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A9":  Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A11": Modes(_N,      _X,    _N,      _X,    _N,      _X),
    "A12": Modes(_Y,      _X,    _Y,      _X,    _Y,      _X),
    "A21": Modes(_N,      _X,    _Y,      _X,    _Y,      _X),
})

# French, then English. A11: what a subcontractor asks for in a works contract goes under A10 since 2016.
ALTERNATIVES: Mapping[Alternative, tuple[str, str]] = MappingProxyType({
    Alternative.NONE: ("", ""),
    Alternative.PORTAL_OR_API: (
        "À déposer sur le portail ou par l’API (mode service).",
        "Deposit it on the portal or through the API (service mode).",
    ),
    Alternative.ASSOCIATE: (
        "À créer par association, sur le portail ou par l’API, à partir de la pièce précédente du dossier.",
        "Make it by association, on the portal or through the API, from the billing file’s previous document.",
    ),
    Alternative.USE_A10: ("À déposer sous le cadre A10.", "Deposit it under cadre A10."),
})

_NOT_OVER_EDI = "EDG-I142"

# Readers (§14, §10.6): drafts and subcontractors' requests go on to the MOE, who checks them; what the supplier
# signed or asks for by tacit procedure goes to the MOA, who owes the general statement; A6 exists to pass both by,
# straight to the finance service. A9, A10, A12, A13 and A14 wait for their validator first: the holder of the
# contract or the leader of the group, who are people on the portal too.
_TABLE = (
    Cadre("A1", "Dépôt par un fournisseur d’une facture", "Invoice deposited by a supplier",
          Actor.SUPPLIER, "facture", CadreKind.SIMPLE, reader=Reader.RECIPIENT),
    Cadre("A2", "Dépôt par un fournisseur d’une facture déjà payée", "Invoice already paid, deposited by a supplier",
          Actor.SUPPLIER, "facture payée", CadreKind.SIMPLE, reader=Reader.RECIPIENT),
    Cadre("A3", "Dépôt par un fournisseur d’un mémoire de frais de justice",
          "Justice-cost statement deposited by a supplier",
          Actor.SUPPLIER, "mémoire de frais de justice", CadreKind.JUSTICE, reader=Reader.RECIPIENT),
    Cadre("A4", "Dépôt par un fournisseur d’un projet de décompte mensuel",
          "Draft monthly statement deposited by a supplier",
          Actor.SUPPLIER, "projet de décompte mensuel", CadreKind.WORKS,
          reader=Reader.MOE, validator=Need.EXPECTED),
    Cadre("A5", "Dépôt par un fournisseur d’un état d’acompte", "Instalment statement deposited by a supplier",
          Actor.SUPPLIER, "état d’acompte", CadreKind.WORKS, "EDG-I143", Alternative.PORTAL_OR_API),
    Cadre("A6", "Pièce de facturation de travaux transmise au service financier",
          "Works document sent straight to the finance service by a supplier",
          Actor.SUPPLIER, "pièce de facturation de travaux", CadreKind.WORKS, reader=Reader.RECIPIENT),
    Cadre("A7", "Dépôt par un fournisseur d’un projet de décompte final",
          "Draft final statement deposited by a supplier",
          Actor.SUPPLIER, "projet de décompte final", CadreKind.WORKS, reader=Reader.MOE, validator=Need.EXPECTED),
    Cadre("A8", "Dépôt par un fournisseur d’un décompte général et définitif",
          "General and definitive statement deposited by a supplier",
          Actor.SUPPLIER, "décompte général et définitif", CadreKind.WORKS, reader=Reader.MOA),
    Cadre("A9", "Dépôt par un sous-traitant d’une facture", "Invoice deposited by a subcontractor",
          Actor.SUBCONTRACTOR, "facture", CadreKind.SIMPLE, reader=Reader.RECIPIENT, validator=Need.REQUIRED),
    Cadre("A10", "Dépôt par un sous-traitant d’une demande de paiement dans le cadre des marchés de travaux",
          "Payment request of a works contract deposited by a subcontractor",
          Actor.SUBCONTRACTOR, "demande de paiement", CadreKind.WORKS, reader=Reader.MOE, validator=Need.REQUIRED),
    Cadre("A11", "Dépôt par un sous-traitant d’un projet de décompte final (supprimé en 2016)",
          "Draft final statement deposited by a subcontractor (removed in 2016)",
          Actor.SUBCONTRACTOR, "projet de décompte final", CadreKind.WORKS, "EDG-I141", Alternative.USE_A10),
    Cadre("A12", "Dépôt par un cotraitant d’une facture", "Invoice deposited by a co-contractor",
          Actor.CO_CONTRACTOR, "facture", CadreKind.SIMPLE, reader=Reader.RECIPIENT, validator=Need.REQUIRED),
    Cadre("A13", "Dépôt par un cotraitant d’un projet de décompte mensuel",
          "Draft monthly statement deposited by a co-contractor",
          Actor.CO_CONTRACTOR, "projet de décompte mensuel", CadreKind.WORKS,
          reader=Reader.MOE, validator=Need.REQUIRED),
    Cadre("A14", "Dépôt par un cotraitant d’un projet de décompte final",
          "Draft final statement deposited by a co-contractor",
          Actor.CO_CONTRACTOR, "projet de décompte final", CadreKind.WORKS,
          reader=Reader.MOE, validator=Need.REQUIRED),
    Cadre("A15", "Dépôt par une MOE d’un état d’acompte", "Instalment statement deposited by an MOE",
          Actor.MOE, "état d’acompte", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A16", "Dépôt par une MOE d’un état d’acompte validé", "Validated instalment statement deposited by an MOE",
          Actor.MOE, "état d’acompte validé", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A17", "Dépôt par une MOE d’un projet de décompte général", "Draft general statement deposited by an MOE",
          Actor.MOE, "projet de décompte général", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A18", "Dépôt par une MOE d’un décompte général", "General statement deposited by an MOE",
          Actor.MOE, "décompte général", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A19", "Dépôt par une MOA d’un état d’acompte validé", "Validated instalment statement deposited by an MOA",
          Actor.MOA, "état d’acompte validé", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A20", "Dépôt par une MOA d’un décompte général", "General statement deposited by an MOA",
          Actor.MOA, "décompte général", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A21", "Dépôt par un bénéficiaire d’une demande de remboursement de la TIC",
          "Request for the refund of energy excise (TIC) deposited by a beneficiary",
          Actor.BENEFICIARY, "demande de remboursement", CadreKind.REIMBURSEMENT,
          alternative=Alternative.PORTAL_OR_API, reader=Reader.RECIPIENT),
    Cadre("A22", "Dépôt par un fournisseur d’un projet de décompte général dans le cadre d’une procédure tacite",
          "Draft general statement of a tacit procedure deposited by a supplier",
          Actor.SUPPLIER, "projet de décompte général", CadreKind.WORKS, reader=Reader.MOA),
    Cadre("A23", "Dépôt par un fournisseur d’un décompte général et définitif tacite",
          "Tacit general and definitive statement deposited by a supplier",
          Actor.SUPPLIER, "décompte général et définitif tacite", CadreKind.WORKS,
          "EDG-I144", Alternative.ASSOCIATE),
    Cadre("A24", "Dépôt par une MOE d’un décompte général et définitif tacite",
          "Tacit general and definitive statement deposited by an MOE",
          Actor.MOE, "décompte général et définitif tacite", CadreKind.WORKS, _NOT_OVER_EDI, Alternative.PORTAL_OR_API),
    Cadre("A25", "Dépôt par une MOA d’un décompte général et définitif dans le cadre d’une procédure tacite",
          "General and definitive statement of a tacit procedure deposited by an MOA",
          Actor.MOA, "décompte général et définitif", CadreKind.WORKS, "EDG-I145", Alternative.ASSOCIATE),
)

CADRES: Mapping[str, Cadre] = MappingProxyType({cadre.code: cadre for cadre in _TABLE})
# fmt: on
