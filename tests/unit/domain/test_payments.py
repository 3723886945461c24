"""Payment modes in the pivot."""

from __future__ import annotations

import pytest

from edigate.domain.payments import PAYMENT_CODES, PIVOT_LABELS, pivot_payment_code


@pytest.mark.parametrize("code", PIVOT_LABELS)
def test_modes_of_the_pivot_stay(code: str) -> None:
    """A mode that the pivot has is handed on, with its label."""
    assert pivot_payment_code(code) == (code, PIVOT_LABELS[code])


@pytest.mark.parametrize("code", ["", "01", "58", "59", "ZZ"])
def test_any_other_becomes_a_transfer(code: str) -> None:
    """A mode that the pivot does not have is a credit transfer there (G1.14)."""
    assert pivot_payment_code(code) == ("30", "Virement")


def test_the_list_is_that_of_the_rule() -> None:
    """S2.05 has eleven modes, of which the pivot has eight."""
    assert sorted(PAYMENT_CODES) == ["01", "10", "20", "30", "31", "42", "48", "49", "58", "59", "97"]
