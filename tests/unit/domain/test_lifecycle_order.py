"""The soft order of statuses: what is remarked on, and what never is (reference §10.4)."""

from __future__ import annotations

import itertools

import pytest

from edigate.domain.lifecycle_order import USUAL, odd
from edigate.domain.statuses import STATUSES, InvoiceStatus

NOMINAL = ("", "01", "02", "03", "07", "08", "09", "10", "11")
OPTIONAL = ("03", "07", "08", "09", "10", "11")


@pytest.mark.parametrize(("previous", "new"), tuple(itertools.pairwise(NOMINAL)))
def test_the_nominal_cycle_is_usual(previous: str, new: str) -> None:
    """§10.1: deposited, on its way, available, certified, ordered, with the accountant, booked, paid."""
    assert not odd(previous, new)


@pytest.mark.parametrize(("previous", "new"), tuple(itertools.combinations(OPTIONAL, 2)))
def test_optional_steps_may_be_left_out(previous: str, new: str) -> None:
    """§10.1: between availability and payment every step is optional."""
    assert not odd(previous, new)


@pytest.mark.parametrize(
    ("previous", "new"),
    [
        ("01", "03"),
        *(("03", code) for code in ("04", "05", "06", "07", "08", "09", "10", "11")),
        ("06", "12"),
        ("12", "03"),
        ("04", "01"),
        *(("11", code) for code in ("07", "08", "09", "10")),
        ("01", "13"),
        ("13", "18"),
        ("13", "17"),
        ("14", "03"),
        ("17", "03"),
        ("18", "03"),
        ("", "37"),
    ],
)
def test_a_row_of_the_soft_table_is_usual(previous: str, new: str) -> None:
    """§10.4: each transition of the suggested table, and the validators' before it."""
    assert not odd(previous, new)


@pytest.mark.parametrize(
    ("previous", "new"),
    [
        *(("05", code) for code in InvoiceStatus if code != "05"),
        *(("37", code) for code in InvoiceStatus if code != "37"),
        *(("11", code) for code in ("03", "04", "05", "06", "12")),
        ("06", "07"),
        ("08", "07"),
        ("11", "01"),
        ("03", "12"),
        ("", "07"),
        ("01", "07"),
        ("03", "01"),
    ],
)
def test_another_order_is_odd(previous: str, new: str) -> None:
    """§10.4: after the end of a life, backwards, or over a step that is none of the optional ones."""
    assert odd(previous, new)


@pytest.mark.parametrize("code", STATUSES)
def test_a_repeated_code_is_not_odd(code: str) -> None:
    """The same status again is another remark's business."""
    assert not odd(code, code)


@pytest.mark.parametrize("code", [code for code, row in STATUSES.items() if not row.known])
def test_a_code_of_unknown_meaning_is_never_odd(code: str) -> None:
    """Nobody knows where it stands in a life."""
    assert not any(odd(other, code) or odd(code, other) for other in USUAL)


def test_every_known_status_has_a_row() -> None:
    """The table says of each known code, and of an invoice without one, what follows; and names only known codes."""
    assert USUAL.keys() == {"", *InvoiceStatus}
    assert frozenset().union(*USUAL.values()) <= set(InvoiceStatus)
