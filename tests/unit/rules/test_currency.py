"""The one currency: one change, one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("", []), ("RSD", []), ("HRK", []), ("BGN", []), ("eur", ["I030"]), ("EURO", ["I030"]), ("ZZZ", ["I030"])],
)
def test_the_currency(codes: Callable[..., list[str]], currency: str, expected: list[str]) -> None:
    """Any code of ISO 4217 is taken, those of older invoices too, and none means the euro."""
    assert codes({"currency": currency}) == expected


@pytest.mark.parametrize(("currency", "told"), [("EUR", "EUR, USD"), ("", "USD")])
def test_several_currencies(faults: Callable[..., tuple[Fault, ...]], currency: str, told: str) -> None:
    """Amounts in another currency are refused, and every currency is told."""
    (found,) = faults({"currency": currency, "other_currencies": ("USD",)})

    assert (found.code, found.value) == ("EDG-I031", told)


def test_a_currency_that_is_none_is_told_once(codes: Callable[..., list[str]]) -> None:
    """The amounts may well be in a right one: there is one mistake, and it is the header's."""
    assert codes({"currency": "EURO", "other_currencies": ("EUR",)}) == ["I030"]
