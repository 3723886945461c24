"""The follow-up slip: each step of the validation, on a page."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pypdf

from edigate.emitters.slip import Slip, SlipStep, follow_up_slip

SLIP = Slip(
    "F2026-1",
    "81034732800017",
    "Atelier du Pré",
    "53514650090018",
    "Commune d’Essai",
    "A9",
    (
        SlipStep(dt.date(2026, 3, 1), "Mise à disposition du premier valideur", "Titulaire – 75356054900010"),
        SlipStep(dt.date(2026, 3, 9), "Validée par le premier valideur", "Titulaire – 75356054900010", "Conforme <b>"),
        SlipStep(dt.date(2026, 3, 24), "Validation 2 hors délai"),
    ),
)


def pages(document: bytes) -> list[str]:
    """The text of each page, blanks of any kind as one space."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(document)).pages]


def test_a_slip_tells_who_did_what_and_when() -> None:
    """The invoice, its parties and its cadre, then each step in its order, on one page."""
    (text,) = pages(follow_up_slip(SLIP))

    said = (
        "Bordereau de suivi de la facture n° F2026-1",
        "Fournisseur Atelier du Pré – 81034732800017",
        "Destinataire Commune d’Essai – 53514650090018",
        "A9 – Dépôt par un sous-traitant d’une facture",
        "01/03/2026 Mise à disposition du premier valideur Titulaire – 75356054900010",
        "09/03/2026 Validée par le premier valideur Titulaire – 75356054900010 Conforme <b>",
        "24/03/2026 Validation 2 hors délai",
        "Page 1 / 1",
    )
    places = [text.find(words) for words in said]
    assert -1 not in places
    assert places == sorted(places)


def test_a_slip_is_the_same_every_time() -> None:
    """Neither clock nor chance has a part in it, and every datum has."""
    assert follow_up_slip(SLIP) == follow_up_slip(SLIP)
    assert follow_up_slip(SLIP) != follow_up_slip(replace(SLIP, steps=SLIP.steps[:2]))


def test_a_slip_is_dated_by_its_last_step() -> None:
    """What a reader of PDF shows of it beside its pages is the gate's, of the day of the last step."""
    said = pypdf.PdfReader(io.BytesIO(follow_up_slip(SLIP))).metadata

    assert said is not None
    assert (said.author, said.title) == ("edigate", "Bordereau de suivi de la facture n° F2026-1")
    assert said.creation_date == dt.datetime(2026, 3, 24, tzinfo=dt.UTC)


def test_many_words_go_on() -> None:
    """Long comments take more pages rather than being lost; very long ones are cut and say so."""
    step = SlipStep(dt.date(2026, 3, 9), "Refusée par le second valideur", "Κύριος", "mot " * 2_000)

    text = " ".join(pages(follow_up_slip(replace(SLIP, steps=(step,) * 6))))

    assert text.count("Refusée par le second valideur") == 6
    assert text.count("caractères de plus") == 6
