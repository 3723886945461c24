"""What a recipient says of a flow is put into one line, and faults are placed where fields stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edigate.domain.faults import fault
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus, Spot, in_place, words_of

REFUSED = Receipt(1, "94", "CPP0010036000000000000042")
FULL = ReportedLine("TECHNIQUE", "E042", "PJ vide", "facture F-1")


@pytest.mark.parametrize(
    ("comment", "lines", "expected"),
    [
        ("", (), ""),
        ("Refus", (), "Refus"),
        ("", (FULL,), "TECHNIQUE E042: PJ vide – facture F-1"),
        ("Refus", (FULL, ReportedLine(code="E1")), "Refus; TECHNIQUE E042: PJ vide – facture F-1; E1"),
        ("", (ReportedLine(label="PJ vide"), ReportedLine(), ReportedLine(description="F-1")), "PJ vide; F-1"),
    ],
)
def test_a_comment_and_error_lines_read_as_one(comment: str, lines: tuple[ReportedLine, ...], expected: str) -> None:
    """What a line lacks is left out, and so is a line that says nothing."""
    assert words_of(replace(REFUSED, comment=comment, lines=lines)) == expected


def test_of_many_error_lines_the_first_are_told_with_how_many_follow() -> None:
    """A flow of a thousand errors does not make an alert of a thousand lines."""
    lines = tuple(ReportedLine(code=f"E{number}") for number in range(1, 24))
    told = words_of(replace(REFUSED, lines=lines)).split("; ")

    assert (told[0], told[-2:], len(told)) == ("E1", ["E20", "… (+3)"], 21)
    assert words_of(replace(REFUSED, lines=lines[:20])).endswith("; E20")


def test_a_fault_is_placed_where_its_field_stands() -> None:
    """One that has a place keeps it; of a field whose place is not known, nothing is said."""
    status = ReportedStatus(1, "07", "F-1", "S", spots=(Spot("status.code", "/IdStatut", 3),), entry="a.xml")
    placed = fault("EDG-S011", "status.at").placed("/Horodatage", 9)
    unknown = fault("EDG-S030", "status.number")

    first, *others = in_place((fault("EDG-S031", "status.code"), placed, unknown), status)
    assert (first.path, first.line, first.entry) == ("/IdStatut", 3, "a.xml")
    assert others == [placed, unknown]
