"""Lives of invoices to look at: who does what on which day, as a table that a gate lives through or a person does.

Sources: reference §6.4, §10.1, §10.6, §14.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.sandbox import structures
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import DraftAttachment
from edigate.sandbox.ubl import ubl_invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edigate.sandbox.drafts import Draft

DEPOSITOR, BUYER, PORTAL = "JMRPOR", "SEI001", "POR001"


@dataclass(frozen=True, slots=True)
class Deposit:
    """An invoice is deposited; `document` tells those of one life apart, the same one is the same number again."""

    interface: str
    build: Callable[[Draft], bytes] = cii
    changes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    document: int = 1


@dataclass(frozen=True, slots=True)
class Says:
    """A status of an invoice is reported (FSO1301A)."""

    code: str
    label: str = ""
    comment: str = ""
    mandate: str = ""
    document: int = 1


@dataclass(frozen=True, slots=True)
class Acknowledges:
    """A receipt of a pivot is reported (FSO1300A); `pivot` counts those of this life."""

    code: str
    pivot: int = 1
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a partner does so many days after the life began; None is the passing of time, which nobody does."""

    day: int
    partner: str
    does: Deposit | Says | Acknowledges | None
    note_fr: str
    note_en: str


@dataclass(frozen=True, slots=True)
class Life:
    """One life: what all its invoices have in common, and its steps in time."""

    key: str
    title_fr: str
    title_en: str
    changes: Mapping[str, object]
    steps: tuple[Step, ...]

    @property
    def days(self) -> int:
        """How long it lasts."""
        return self.steps[-1].day

    @property
    def is_works(self) -> bool:
        """Whether its documents make a dossier de facturation."""
        return "market" in self.changes


def _said(**changes: object) -> Mapping[str, object]:
    return MappingProxyType(changes)


_FOR_BUYER = _said(recipient_siret=structures.WITHOUT_SERVICE, recipient_name="Régie des eaux du Val-Clair")
_PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
_SLIP = DraftAttachment("bon_de_livraison.pdf", "application/pdf", tiny_pdf("Bon de livraison"))
_TAKEN_FR, _TAKEN_EN = "accuse réception du pivot", "acknowledges the pivot"


def _taken(day: int, partner: str, pivot: int = 1) -> Step:
    return Step(day, partner, Acknowledges("92", pivot), _TAKEN_FR, _TAKEN_EN)


_PAYMENT = Life(
    "payment",
    "Une facture, du dépôt au paiement",
    "An invoice from deposit to payment",
    _FOR_BUYER,
    (
        Step(0, DEPOSITOR, Deposit("FSO1106A"), "dépose une facture", "deposits an invoice"),
        _taken(0, BUYER),
        Step(2, BUYER, Says("07", "Service fait"), "constate le service fait", "certifies the service as done"),
        Step(5, BUYER, Says("08", "Mandatée", mandate="M-2077"), "mandate la facture", "orders the payment"),
        Step(6, BUYER, Says("09", "Mise à disposition du comptable"), "la remet au comptable",
             "hands it to the accountant"),
        Step(9, BUYER, Says("10", "Comptabilisée"), "la comptabilise", "books it"),
        Step(12, BUYER, Says("11", "Mise en paiement"), "la met en paiement", "sends it for payment"),
    ),
)  # fmt: skip

_SUSPENSION = Life(
    "suspension",
    "Une facture suspendue, puis complétée par un nouveau dépôt de son numéro",
    "An invoice suspended, then completed by a new deposit of its number",
    _FOR_BUYER,
    (
        Step(0, DEPOSITOR, Deposit("FSO1116A", changes=_said(attachments=(_PDF,))),
             "dépose une facture", "deposits an invoice"),
        _taken(0, BUYER),
        Step(3, BUYER, Says("06", "Suspendue", "JUSTIF_ABS - bon de livraison manquant"),
             "la suspend : il manque le bon de livraison", "suspends it: the delivery slip is missing"),
        Step(7, DEPOSITOR, Deposit("FSO1116A", changes=_said(attachments=(_PDF, _SLIP))),
             "dépose le même numéro, avec le bon", "deposits the same number, with the slip"),
        _taken(7, BUYER, 2),
        Step(12, BUYER, Says("11", "Mise en paiement"), "la met en paiement", "sends it for payment"),
    ),
)  # fmt: skip

_SILENCE = Life(
    "silence",
    "Une demande de sous-traitant (A9) dont le valideur se tait",
    "A subcontractor's request (A9) whose validator keeps silent",
    MappingProxyType({
        **_FOR_BUYER,
        "cadre": "A9",
        "supplier_id": structures.SUBCONTRACTOR,
        "supplier_name": "Étanchéité Morvandier",
        "validator_siret": structures.LEAD_CONTRACTOR,
        "validator_name": "Travaux généraux Sauvebrun",
    }),
    (
        Step(0, DEPOSITOR, Deposit("FSO1106A"), "dépose la demande de paiement", "deposits the payment request"),
        _taken(0, PORTAL),
        Step(14, "", None, "rien : le valideur a quinze jours", "nothing: the validator has fifteen days"),
        Step(16, "", None, "rien : les quinze jours sont passés, la demande suit son cours",
             "nothing: the fifteen days are over, the request goes on"),
        _taken(16, BUYER, 2),
    ),
)  # fmt: skip

_TO_MOE = MappingProxyType({"validator_siret": structures.MOE, "validator_name": "Atelier d'architecture Lisière"})


def _works(cadre: str, document: int, **changes: object) -> Deposit:
    return Deposit("FSO1130A", ubl_invoice, MappingProxyType({"cadre": cadre, **changes}), document)


_WORKS = Life(
    "works",
    "Un dossier de travaux : décompte mensuel, décompte final refusé puis repris, décompte général",
    "A works dossier: monthly statement, final statement refused then sent again, general statement",
    _said(
        recipient_siret=structures.MOA,
        recipient_name="Commune de Pont-l'Aulne",
        supplier_id=structures.SUPPLIER_3,
        supplier_name="Bâtiments Kerouan",
        market="",
    ),
    (
        Step(0, DEPOSITOR, _works("A4", 1, **_TO_MOE), "dépose un projet de décompte mensuel (A4)",
             "deposits a draft monthly statement (A4)"),
        _taken(0, PORTAL),
        Step(4, PORTAL, Says("03", "Prise en compte MOE"), "transmet : la MOE l'a pris en compte",
             "passes on: the MOE has taken it"),
        Step(9, PORTAL, Says("03", "Mise à disposition MOA"), "transmet : la MOE l'a remis à la MOA",
             "passes on: the MOE has handed it to the MOA"),
        Step(40, DEPOSITOR, _works("A7", 2, **_TO_MOE), "dépose le projet de décompte final (A7)",
             "deposits the draft final statement (A7)"),
        _taken(40, PORTAL, 2),
        Step(45, PORTAL, Says("05", "Refusée par la MOE pour autre motif", "MONTANT_ERR - révision des prix à revoir",
                              document=2),
             "transmet : la MOE le refuse", "passes on: the MOE refuses it"),
        Step(50, DEPOSITOR, _works("A7", 3, **_TO_MOE), "en dépose un autre, sous un autre numéro",
             "deposits another, under another number"),
        _taken(50, PORTAL, 3),
        Step(54, PORTAL, Says("03", "Prise en compte MOE", document=3), "transmet : la MOE l'a pris en compte",
             "passes on: the MOE has taken it"),
        Step(80, DEPOSITOR, _works("A8", 4), "dépose le décompte général et définitif (A8)",
             "deposits the general and definitive statement (A8)"),
        _taken(80, PORTAL, 4),
    ),
)  # fmt: skip

_REFUSED = Life(
    "receipt",
    "Un pivot que le destinataire ne peut pas lire : représenté une fois, puis une alerte",
    "A pivot that its recipient cannot read: offered once more, then an alert",
    _FOR_BUYER,
    (
        Step(0, DEPOSITOR, Deposit("FSO1106A"), "dépose une facture", "deposits an invoice"),
        Step(0, BUYER, Acknowledges("94", comment="Fichier illisible"), "ne peut pas lire le pivot : il revient",
             "cannot read the pivot: it comes again"),
        Step(1, BUYER, Acknowledges("94", comment="Toujours illisible"),
             "ne peut toujours pas : un exploitant est alerté", "still cannot: an operator is alerted"),
    ),
)  # fmt: skip

LIVES: tuple[Life, ...] = (_PAYMENT, _SUSPENSION, _SILENCE, _WORKS, _REFUSED)
LIVES_LENGTH = sum(len(life.steps) for life in LIVES)
