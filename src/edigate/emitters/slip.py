"""The follow-up slip: who validated an invoice, and when, as a PDF that goes with its pivot (reference §7.3, §10.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.emitters._french import day, joined
from edigate.emitters._sheet import OF_GREY_TEXT, About, Column, Heading, Shape, Table, pdf

if TYPE_CHECKING:
    import datetime as dt

_ABOUT = "Étapes de la validation de cette facture avant sa mise à disposition du destinataire."
_OF_PAIRS = Shape((Column("", 1, grey=True), Column("", 6)))
_OF_STEPS = Shape((Column("Date", 3), Column("Étape", 10), Column("Par", 9), Column("Commentaire", 11)))


@dataclass(frozen=True, slots=True)
class SlipStep:
    """One step of the validation: its day, what happened, who did it (name and identifier), and what was said."""

    date: dt.date
    label: str
    who: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a slip tells; suppliers and recipients by identifier and name, the steps in their order."""

    number: str
    supplier: str
    supplier_name: str
    recipient: str
    recipient_name: str
    cadre: str
    steps: tuple[SlipStep, ...]


def follow_up_slip(slip: Slip) -> bytes:
    """The slip on an A4 page, more where the comments are long; the same bytes every time."""
    title = f"Bordereau de suivi de la facture n° {slip.number}"
    cadre = CADRES.get(slip.cadre)
    about = (
        ("Fournisseur", joined(slip.supplier_name, slip.supplier)),
        ("Destinataire", joined(slip.recipient_name, slip.recipient)),
        ("Cadre", joined(slip.cadre, cadre.label_fr if cadre else "")),
    )
    steps = [(day(step.date), step.label, step.who, step.comment) for step in slip.steps]
    blocks = (
        Heading(title, 15),
        Table(OF_GREY_TEXT, [[_ABOUT]]),
        Table(_OF_PAIRS, about),
        Heading("Cycle de validation"),
        Table(_OF_STEPS, steps),
    )
    last = max((step.date for step in slip.steps), default=None)
    foot = joined(title, slip.supplier_name, slip.supplier, sep=" · ")
    return pdf(About(title, "edigate", _ABOUT, last), foot, blocks)
