"""Texts, decimals and dates are read as XSD writes them, and nothing else is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edigate.parsers import _read
from edigate.rules.amounts import positions
from tests.effort import EVEN, growth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable


@pytest.mark.parametrize("written", ["0", "-1", "+1.50", ".5", "5.", "007", "1.000000", "9" * 400])
def test_what_xsd_calls_a_decimal_is_one(written: str) -> None:
    """With all its digits, the zeros at its end too."""
    assert _read.number(written) == Decimal(written)
    assert str(_read.number("1.000000")) == "1.000000"


@pytest.mark.parametrize("digits", [1_001, 1_800_000])
def test_a_number_of_a_million_digits_has_those_that_a_rule_refuses(digits: int) -> None:
    """One can do sums with it, and its size shows; what is only idle zeros is the number that it says."""
    for written, whole, decimals in (
        ("9" * digits, 1_001, 0),
        ("-1" + "0" * digits, 1_001, 0),
        ("1." + "3" * digits, 1, 1_001),
        ("0." + "0" * digits + "7", 0, 1_001),
        ("+" + "9" * digits + "." + "1" * digits, 1_001, 1_001),
    ):
        number = _read.number(written)
        assert number is not None
        assert positions(number) == (whole, decimals)
        assert abs(number + 1) >= 0
        assert (number < 0) == written.startswith("-")
    assert _read.number("0" * digits) == _read.number("0." + "0" * digits) == 0
    assert _read.number("0" * digits + "12.50" + "0" * digits) == Decimal("12.5")


@pytest.mark.parametrize("look", [_read.number, lambda text: _read.code(text, 2)], ids=["number", "code"])
def test_a_text_that_is_nearly_a_number_is_read_once(look: Callable[[str], object]) -> None:
    """Whatever ends very many digits, they are not gone through again and again."""
    assert growth(look, lambda size: "0" * size + "x", 1_000) < EVEN
    assert _read.number("0" * 1_000_000 + "x") is None


@pytest.mark.parametrize(
    "written", ["", ".", "-", "1e3", "NaN", "Infinity", "1,5", "1_000", "1 000", "٣", "0x1", "1\n"]
)
def test_what_xsd_does_not_call_a_decimal_is_none(written: str) -> None:
    """Though Python would read most of these."""
    assert _read.number(written) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_every_decimal_comes_back(amount: Decimal) -> None:
    """Written without an exponent, it reads as itself."""
    assert _read.number(format(amount, "f")) == amount


@given(st.text())
def test_no_text_raises(written: str) -> None:
    """A text is a decimal or none, and never an exception."""
    assert _read.number(written) is None or Decimal(written).is_finite()


@given(st.dates())
def test_every_day_comes_back(day: dt.date) -> None:
    """In both forms, each only by its own reader."""
    compact, dashed = etree.Element("d"), etree.Element("d")
    compact.text, dashed.text = f"\n {day.year:04d}{day:%m%d} ", f"{day.year:04d}-{day:%m-%d}"
    assert (_read.compact_day(compact), _read.dashed_day(dashed)) == (day, day)
    assert (_read.compact_day(dashed), _read.dashed_day(compact)) == (None, None)


def test_a_missing_element_is_no_day_and_no_text() -> None:
    """None in, nothing out."""
    assert (_read.compact_day(None), _read.dashed_day(None), _read.text(None), _read.content(None)) == (
        None,
        None,
        "",
        None,
    )


@pytest.mark.parametrize(("price", "base"), [("9" * 40, "7"), ("1", "9" * 60), ("0." + "1" * 50, "3")])
def test_a_price_of_any_length_is_divided_without_raising(price: str, base: str) -> None:
    """Where six decimals cannot be told, the price stays what it was."""
    assert _read.per_unit(Decimal(price), Decimal(base)) is not None


def test_a_comment_or_instruction_in_a_text_is_not_part_of_it() -> None:
    """The text around it is."""
    element = etree.fromstring("<a>one<!-- two -->,<?three four?> five</a>")
    assert _read.text(element) == "one, five"


@pytest.mark.parametrize(("name", "expected"), [("a.pdf", True), ("a b.TAR", True), ("a", False), (".pdf", False)])
def test_a_file_name_has_an_extension(name: str, *, expected: bool) -> None:
    """A dot with something before it, and one to five letters after."""
    assert _read.is_file_name(name) is expected
