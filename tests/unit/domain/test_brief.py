"""Records whose texts are of megabytes are shortened, and stay as different as they were."""

from __future__ import annotations

from dataclasses import replace

from edigate.domain.brief import LONGEST_COMMENT, brief
from edigate.domain.explain import explain
from edigate.domain.faults import LONGEST_PATH, LONGEST_TEXT, fault, length_of, shortened
from edigate.domain.invoice import Party
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus

LONG = "é" * 3_000_000


def test_two_long_texts_stay_different() -> None:
    """Of whatever is compared when it was shortened, no part can be changed without notice."""
    assert shortened(f"{LONG}1") != shortened(f"{LONG}2")
    assert shortened(f"{LONG}1") == shortened(f"{LONG}1")
    assert shortened(shortened(LONG)) == shortened(LONG)
    assert len(shortened(LONG)) == LONGEST_TEXT
    assert shortened("\ud800" * 2_000).endswith("]")


def test_a_shortened_text_tells_how_long_it_was() -> None:
    """To the sender, too."""
    assert length_of(shortened(LONG)) == len(LONG)
    assert length_of("é" * 500) == 500
    assert length_of(f"{'é' * 1_985}…[12:6b77c5b]") == 1_998
    assert "[3000000 characters in all]" in explain(fault("EDG-I050", "supplier.name", LONG), "en").message


def test_every_text_of_a_record_is_shortened() -> None:
    """Those of its parties and of its error lines, too; a comment, which is told on, may be longer."""
    receipt = brief(Receipt(1, LONG, LONG, LONG, LONG, lines=(ReportedLine(LONG, LONG, LONG, LONG),)))
    (line,) = receipt.lines
    party = brief(Party(LONG, name=LONG))

    assert {len(receipt.code), len(receipt.flow_id), len(receipt.label)} == {LONGEST_TEXT}
    assert len(receipt.comment) == LONGEST_COMMENT
    assert {len(text) for text in (line.nature, line.code, line.label, line.description)} == {LONGEST_TEXT}
    assert {len(party.identifier), len(party.name)} == {LONGEST_TEXT}


def test_what_is_short_is_the_same_record() -> None:
    """Nothing is made anew for nothing."""
    status = ReportedStatus(1, "04", "F-1", "12345678901234", comment="é" * LONGEST_COMMENT)

    assert brief(status) is status
    assert brief(replace(status, comment=LONG)) == replace(status, comment=shortened(LONG, LONGEST_COMMENT))


def test_a_path_of_long_names_is_shortened() -> None:
    """Names of elements are the sender's, too."""
    assert len(fault("EDG-F106").placed(f"/{LONG}", 1).path) == LONGEST_PATH
