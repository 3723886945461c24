"""Amounts: one change, one fault."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from edigate.domain.invoice import AllowanceCharge, Line, Syntax, Totals, VatRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault

D = Decimal
PAID: dict[str, object] = {"cadre": "A2", "totals.prepaid": D(120), "totals.due": D(0)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"totals.without_tax": None}, ["I100"]),
        ({"totals.with_tax": None}, ["I101"]),
        ({"totals.due": None}, ["I102"]),
        ({"totals.lines": D("100.01")}, []),
        ({"totals.lines": D("100.011")}, ["I103"]),
        ({"totals.lines": D("100.01"), "totals.with_tax": D("120.02")}, ["I104"]),
        ({"totals.without_tax": D(90)}, ["I103"]),
        ({"totals.with_tax": D(130)}, ["I104"]),
        ({"totals.tax": D(25)}, ["I104"]),
        ({"totals.without_tax": D(90), "totals.with_tax": D(110)}, ["I103", "I105"]),
        ({"totals.without_tax": D(90), "totals.with_tax": D(130)}, ["I103", "I104"]),
        ({"totals.with_tax": D(130), "totals.due": D(140)}, ["I104", "I105"]),
        ({"totals.charges": D("5.02")}, ["I103"]),
        ({"totals.allowances": D("5.02")}, ["I103"]),
        ({"totals.charges": None}, ["I103"]),
        ({"totals.without_tax": D(90), "totals.untotalled": True}, ["I104"]),
        ({"totals.charges": None, "totals.allowances": None}, []),
        ({"totals.lines": None}, []),
        ({"totals.tax": D("20.02"), "vat.0.amount": D("20.02")}, ["I104"]),
        ({"totals.tax": None}, []),
        ({"totals.tax": None, "totals.with_tax": D("120.01")}, []),
        ({"totals.tax": None, "totals.with_tax": D(130), "totals.due": D(130)}, ["i112"]),
        ({"totals.tax": None, "totals.with_tax": D(130), "totals.due": D(130), "vat": ()}, []),
        ({"totals.due": D("120.01")}, []),
        ({"totals.due": D("119.99")}, []),
        ({"totals.due": D("120.02")}, ["I105"]),
        ({"totals.prepaid": D(140), "totals.due": D(-20)}, []),
        ({"totals.prepaid": None}, []),
        ({"totals.due": D("120.40"), "totals.rounding": D("0.40")}, []),
        ({"totals.rounding": D("0.40")}, ["I105"]),
    ],
)
def test_the_header(codes: Callable[..., list[str]], changes: dict[str, object], expected: list[str]) -> None:
    """The header adds up within a cent, wherever the terms are there; what is added or taken off may be left out."""
    assert codes(changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"totals.without_tax": D(90)}, ["I103"]),
        ({"totals.without_tax": D(90), "totals.charges": None}, ["I104"]),
        ({"totals.without_tax": D(90), "totals.allowances": None}, ["I104"]),
        ({"totals.without_tax": D(90), "totals.lines": None}, ["I104"]),
        ({"totals.charges": None, "totals.allowances": None}, []),
        ({"totals.with_tax": D(130)}, ["I104"]),
        ({"totals.with_tax": D(130), "totals.tax": None}, ["I105", "i112"]),
        ({"totals.with_tax": D(130), "totals.tax": None, "totals.prepaid": None}, ["i112"]),
        ({"totals.due": D(130)}, ["I105"]),
        ({"totals.due": D(130), "totals.prepaid": None}, []),
        ({"totals.prepaid": D(20), "totals.due": D(100), "totals.rounding": None}, []),
    ],
)
def test_the_header_of_a_factur_x(
    codes: Callable[..., list[str]], changes: dict[str, object], expected: list[str]
) -> None:
    """In a Factur-X a sum is compared only where each of its terms is stated, what may be added or taken off too."""
    assert codes(changes, {"interface.container": "pdf"}) == expected


def test_a_gross_price_alone_in_a_factur_x(codes: Callable[..., list[str]]) -> None:
    """A gross price without the allowance that leads to the net one warns, as on the other interfaces."""
    assert codes({"lines.0.has_allowance": False}, {"interface.container": "pdf"}) == ["i108"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (PAID, []),
        ({"cadre": "A2"}, ["I090"]),
        ({**PAID, "totals.due": D("0.01")}, ["I090"]),
        ({**PAID, "totals.due": D(5)}, ["I090"]),
        ({**PAID, "totals.due": None}, ["I102"]),
        ({**PAID, "totals.prepaid": None}, ["I105"]),
    ],
)
def test_a_paid_invoice(codes: Callable[..., list[str]], changes: dict[str, object], expected: list[str]) -> None:
    """What is already paid has nothing due, and a rest is not also called a wrong sum."""
    assert codes(changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, []), ({"totals.due": D(0)}, []), ({"totals.with_tax": D(130)}, ["I104"]), ({"cadre": "A2"}, ["I090"])],
)
def test_a_mixed_invoice_cannot_say_what_was_prepaid(
    codes: Callable[..., list[str]], changes: dict[str, object], expected: list[str]
) -> None:
    """CPPFactureMixte has no element for it, so the amount due is not held against the total."""
    assert codes({"syntax": Syntax.CPP_MIXTE, "totals.prepaid": None, **changes}) == expected


def test_what_was_expected_is_told(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A sum that is wrong is told beside the right one."""
    (found,) = faults({"totals.due": D("12E+1") + 1})

    assert (found.field, found.value, found.args) == ("totals.due", "121", (("expected", "120.00"),))


def test_negative_amounts(codes: Callable[..., list[str]]) -> None:
    """An invoice may be negative throughout."""
    changes: dict[str, object] = {
        "totals": Totals(
            lines=D(-100), without_tax=D(-100), tax=D(-20), with_tax=D(-120), due=D(-120), allowances=D(0)
        ),
        "lines": (Line("1", net_amount=D(-100)),),
        "vat": (VatRow(D(20), D(-100), D(-20)),),
    }

    assert codes(changes) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), []),
        ((Line(net_amount=D("99.99")),), []),
        ((Line(net_amount=D("99.98")),), ["i106"]),
        ((Line(net_amount=D(60)), Line(net_amount=D(40))), []),
        ((Line(net_amount=D(60)), Line()), []),
        ((Line(net_amount=D(100)), Line(net_amount=D(100), kind="REGROUPEMENT")), []),
        ((Line(net_amount=D(100)), Line(net_amount=D(100), kind="GROUP")), []),
        ((Line(net_amount=D(100)), Line(net_amount=D(100), kind="DETAIL")), ["i106"]),
    ],
)
def test_the_sum_of_the_lines(codes: Callable[..., list[str]], lines: tuple[Line, ...], expected: list[str]) -> None:
    """Lines that do not make their total warn; lines that only gather or explain do not count."""
    assert codes({"lines": lines}) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), []),
        ((VatRow(D(20), D(50), D(10)), VatRow(D(20), D(50), D(10))), []),
        ((VatRow(D(20), D(100), D("19.98")),), ["i107"]),
        ((VatRow(D(20), D(100), D(20)), VatRow(D(0), D(10))), []),
    ],
)
def test_the_sum_of_the_vat_rows(
    codes: Callable[..., list[str]], rows: tuple[VatRow, ...], expected: list[str]
) -> None:
    """VAT rows that do not make their total warn."""
    assert codes({"vat": rows}) == expected


def test_gross_prices_without_allowance_warn_once(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """The first line with a gross price but no allowance is told, the others are not."""
    lines = (Line(gross_price=D(1), has_allowance=True), Line(gross_price=D("2.50")), Line(gross_price=D(3)))

    (found,) = faults({"lines": lines})

    assert (found.code, found.field, found.value, found.blocks) == ("EDG-I108", "lines[1].gross_price", "2.50", False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.123456", []),
        ("1.1234560", []),
        ("1.1234567", ["I109"]),
        ("-0.000001", []),
        ("-0.0000001", ["I109"]),
        ("1234567890123.123456", []),
        ("12345678901234.123456", ["I110"]),
        ("12345678901234.123450", []),
        ("-1234567890123456789", []),
        ("12345678901234567890", ["I110"]),
        ("00000000000000000000001", []),
        ("12345678901234567890.1234567", ["I109"]),
    ],
)
def test_the_size_of_a_number(codes: Callable[..., list[str]], value: str, expected: list[str]) -> None:
    """A number has at most 6 decimals and 19 positions, idle zeros aside; one that breaks both is told once."""
    assert codes({"lines.0.net_price": D(value)}) == expected


@pytest.mark.parametrize(
    "field",
    [
        "totals.lines",
        "totals.allowances",
        "totals.charges",
        "totals.without_tax",
        "totals.tax",
        "totals.with_tax",
        "totals.prepaid",
        "totals.rounding",
        "totals.due",
        "vat.0.rate",
        "vat.0.base",
        "vat.0.amount",
        "lines.0.gross_price",
        "lines.0.net_price",
        "lines.0.quantity",
        "lines.0.net_amount",
        "lines.0.vat_rate",
    ],
)
def test_every_number_is_measured(faults: Callable[..., tuple[Fault, ...]], field: str) -> None:
    """The limits hold for every amount, price, quantity and rate, and the fault names its field."""
    key = field.replace(".0.", "[0].")

    measured = [found.field for found in faults({field: D("100.0000001")}) if found.code == "EDG-I109"]

    assert measured == [key]


LONG = D("1" * 1001)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"allowances": (AllowanceCharge(), AllowanceCharge(amount=LONG))}, "allowances[1].amount"),
        ({"allowances": (AllowanceCharge(base=LONG),)}, "allowances[0].amount"),
        ({"lines.0.price_allowance": LONG}, "lines[0].net_price"),
        ({"lines.0.price_base": LONG}, "lines[0].net_price"),
        ({"lines.0.allowances": (AllowanceCharge(amount=-LONG),)}, "lines[0].allowances[0].amount"),
    ],
)
def test_no_number_is_endless(faults: Callable[..., tuple[Fault, ...]], changes: dict[str, object], field: str) -> None:
    """Numbers for which Chorus Pro has no limit of its own have one too, and no sum fails on them."""
    assert [found.field for found in faults(changes) if found.code == "EDG-I110"] == [field]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (VatRow(None, D(100), D(20), "S"), ["I111"]),
        (VatRow(D(20), None, D(20), "S"), ["I111"]),
        (VatRow(D(20), D(100), None, "S"), ["I111"]),
        (VatRow(None, D(100), None, "S"), ["I111", "I111"]),
        (VatRow(None, D(100), None, "E"), []),
        (VatRow(None, None, None, "E"), ["I111"]),
    ],
)
def test_vat_rows_are_complete(codes: Callable[..., list[str]], row: VatRow, expected: list[str]) -> None:
    """A row of the VAT recap has rate, base and amount, unless its category tells that there is no tax."""
    assert codes({"vat": (row,), "totals.tax": None}) == expected
