"""Reasons of refusals and suspensions, row by row, and how they are found in a text (reference §10.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.reasons import ALIASES, MISSING_DOCUMENT, REASONS, reason_in, unknown_code_in
from tests.effort import EVEN, growth

if TYPE_CHECKING:
    from collections.abc import Callable

# Typed a second time: the code, and the one that takes its place towards platforms.
TOWARDS_PLATFORM = {
    "AUTRE": "AUTRE",
    "CONTACT_ACHTR": "CONTACT_ACHTR",
    "COORD_BANC_ERR": "COORD_BANC_ERR",
    "LIVR_INCOMP": "LIVR_INCOMP",
    "RETRAIT_MAN_SERV": "AUTRE",
    "ST_CT_NON_DECLAR": "ST_CT_NON_DECLAR",
    "SUPPR_COMP_AVOIR": "SUPPR_COMP_AVOIR",
    "TRANSF_PMNT_REGIE": "TRANSF_PMNT_REGIE",
    "AUT_MOTIF_ERR_VALIDEUR": "DEST_ERR",
    "ERR_VALIDEUR": "DEST_ERR",
    "SUPPR_MASSE": "AUTRE",
    "CREANCIER_ERR": "DEST_ERR",
    "SE_ERR": "DEST_ERR",
    "EJ_ERR": "CMD_ERR",
    "ERREUR_DONNEE_EJ": "CMD_ERR",
    "DOUBLE_FACT": "DOUBLE_FACT",
    "FACT_NON_CONFORME": "FACT_NON_CONFORME",
    "HONORER_LA_COMMANDE": "LIVR_INCOMP",
    "MARCHE_TERM": "CONTRAT_TERM",
    "MONTANT_ERR": "MONTANTTOTAL_ERR",
    "TX_TVA_ERR": "TX_TVA_ERR",
    "JUSTIF_ABS": "JUSTIF_ABS",
}


@pytest.mark.parametrize(("code", "towards"), TOWARDS_PLATFORM.items())
def test_a_reason_has_its_row(code: str, towards: str) -> None:
    """§10.5: each code has a meaning in both languages and its transcoding, and is found at the head of a text."""
    reason = REASONS[code]
    assert reason.towards_platform == towards
    assert reason.label_fr
    assert reason.label_en not in {"", reason.label_fr}
    assert reason_in(f"{code} - explication") == code


def test_the_table_holds_no_other() -> None:
    """The 22 codes, and the one other spelling that the specifications have."""
    assert REASONS.keys() == TOWARDS_PLATFORM.keys()
    assert (ALIASES, MISSING_DOCUMENT) == ({"CMD_EJ_ERR": "EJ_ERR"}, "JUSTIF_ABS")


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("", "JUSTIF_ABS - bon de livraison manquant"), "JUSTIF_ABS"),
        (("Suspendue", "justif_abs : bon"), "JUSTIF_ABS"),
        (("JUSTIF_ABS", "bon manquant"), "JUSTIF_ABS"),
        (("", "Le service est faux (SE_ERR)."), "SE_ERR"),
        (("", "CMD_EJ_ERR"), "EJ_ERR"),
        (("", "Voir TX_TVA_ERR"), "TX_TVA_ERR"),
        (("Voir TX_TVA_ERR", "  MONTANT_ERR: 10 euros de trop"), "MONTANT_ERR"),
        (("", "AUTRE"), "AUTRE"),
        (("", "AUTRE - voir le courrier"), "AUTRE"),
    ],
)
def test_a_reason_is_found(texts: tuple[str, str], code: str) -> None:
    """A known code is found in either text, as a word, the one at the head of a text before another in its midst."""
    assert reason_in(*texts) == code


@pytest.mark.parametrize(
    "text",
    ["", "Autre motif", "AUTRE FACTURE REÇUE", "voir AUTRE", "JUSTIF_ABSENT", "XJUSTIF_ABS", "JUSTIF ABS", "SE_ERR_2"],
)
def test_what_only_resembles_a_reason_is_none(text: str) -> None:
    """Plain words, longer words and other codes are no known reason."""
    assert reason_in(text) == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("BON_ABS - manquant", "BON_ABS"),
        ("voir CALCUL_ERR", "CALCUL_ERR"),
        ("JUSTIF_ABS puis BON_ABS", "BON_ABS"),
        ("JUSTIF_ABS", ""),
        ("CMD_EJ_ERR", ""),
        ("voir bon_de_livraison.pdf", ""),
        ("2026_01", ""),
        ("", ""),
    ],
)
def test_a_word_written_as_a_code_is_told(text: str, word: str) -> None:
    """What is in capitals with underscores and no known code was meant as one; file names and numbers were not."""
    assert unknown_code_in(text) == word


@pytest.mark.parametrize(
    "text",
    [
        lambda size: "A" * size,
        lambda size: "A_" * size,
        lambda size: "1" * size + "_",
        lambda size: " " * size + "A" * size,
        lambda size: "_" * size,
    ],
    ids=["letters", "codes", "a word", "blanks", "strokes"],
)
def test_a_long_text_is_read_in_a_time_that_grows_with_it_alone(text: Callable[[int], str]) -> None:
    """Whatever runs of letters it has."""

    def look(text: str) -> None:
        reason_in(text, f"{text} JUSTIF_ABS")
        unknown_code_in(text)

    assert growth(look, text, 500) < EVEN
