"""The flows of the demonstration, with fresh names, sequences and invoice numbers for every round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edigate.sandbox.cases import CASES, Case
from edigate.sandbox.drafts import Draft

if TYPE_CHECKING:
    import datetime as dt

DEMO_LENGTH = len(CASES)


@dataclass(frozen=True, slots=True)
class DemoFlow:
    """One file to drop in a partner's inbox, what it shows, and the verdict it must get."""

    partner: str
    name: str
    content: bytes
    note_fr: str
    note_en: str
    expected: str


def demo_flows(first: int, today: dt.date) -> tuple[DemoFlow, ...]:
    """Build every flow of the demonstration, in the order in which it is to be worked off, dated `today`.

    Flow `i` has the sequence and the number `first + i`, so that the next round begins at `first + DEMO_LENGTH`;
    `first` has at most 15 digits.
    """
    return tuple(_flow(case, first, place, today) for place, case in enumerate(CASES))


def _flow(case: Case, first: int, place: int, today: dt.date) -> DemoFlow:
    content = case.spoil(case.build(_draft(case, first, place, today)))
    name = case.name or flow_name(case.interface, case.partner, first + place, case.digits)
    return DemoFlow(case.partner, name, content, case.note_fr, case.note_en, case.expected)


def flow_name(interface: str, partner: str, sequence: int, digits: str = "") -> str:
    """Name a flow that a partner deposits (reference §4.1); `digits` replace those of the interface."""
    return f"{interface}_{partner}_{partner}{digits or interface[3:7]}{sequence:015d}"


def _draft(case: Case, first: int, place: int, today: dt.date) -> Draft:
    number = case.number.format(first + place)
    draft = replace(Draft(number, issue_date=today), **case.changes)  # type: ignore[arg-type]
    if case.of is None:
        return draft
    other = CASES[case.of].number.format(first + case.of)
    return replace(draft, number=other) if case.repeats else replace(draft, origin_invoice=other)
