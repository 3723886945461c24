"""Lengths that Factur-X states for Chorus Pro: what just fits, and what is told without being refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from edigate.domain.explain import explain
from edigate.domain.fields import FIELDS
from edigate.domain.invoice import AllowanceCharge, Line, Party, Site, VatRow
from edigate.rules.lengths import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault


class Case(NamedTuple):
    """Where the sound invoice gets a text, the most characters that fit, and the field that is told."""

    change: Callable[[str], dict[str, object]]
    most: int
    field: str


def lines(**said: object) -> dict[str, object]:
    """The sound invoice with a second line that says this instead of its own."""
    return {"lines.1": Line("2", net_amount=Decimal(999), kind="INFORMATION", **said)}  # type: ignore[arg-type]


CASES = {
    "note": Case(lambda text: {"notes": ("short", text)}, 1024, "notes[1]"),
    "recipient": Case(lambda text: {"recipient.name": text}, 99, "recipient.name"),
    "validator": Case(lambda text: {"validator.name": text}, 99, "validator.name"),
    "payee": Case(lambda text: {"payee": Party(name=text)}, 99, "payee.name"),
    "site": Case(lambda text: {"site": Site(text)}, 20, "site.identifier"),
    "allowance": Case(
        lambda text: {"allowances": (AllowanceCharge(), AllowanceCharge(reason=text))}, 1024, "allowances[1].reason"
    ),
    "charge": Case(
        lambda text: {"allowances": (AllowanceCharge(is_charge=True, reason=text),)}, 1024, "allowances[0].reason"
    ),
    "exemption": Case(
        lambda text: {"vat.0": VatRow(Decimal(20), Decimal(100), Decimal(20), "S", text)},
        1024,
        "vat[0].exemption_reason",
    ),
    "line-note": Case(lambda text: lines(notes=("short", text)), 1024, "lines[1].notes[1]"),
    "article": Case(lambda text: lines(product=text), 40, "lines[1].product"),
    "line-site": Case(lambda text: lines(site=Site(text)), 20, "lines[1].site.identifier"),
    "line-allowance": Case(
        lambda text: lines(allowances=(AllowanceCharge(), AllowanceCharge(reason=text))),
        1024,
        "lines[1].allowances[1].reason",
    ),
}


def test_every_limit_has_its_case() -> None:
    """The table of this file covers that of the rule, with the same figures, and its keys are fields."""
    covered = {(re.sub(r"\[[0-9]+\]", "[]", case.field), case.most) for case in CASES.values()}
    assert covered == {(limit.field, limit.most) for limit in LIMITS}
    assert {limit.field for limit in LIMITS} <= FIELDS.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_text_that_just_fits_is_not_told(faults: Callable[..., tuple[Fault, ...]], name: str) -> None:
    """As many characters as the standard's note says, counted as characters and not as bytes."""
    case = CASES[name]
    assert faults(case.change("é" * case.most)) == ()


@pytest.mark.parametrize("name", CASES)
def test_a_text_one_character_too_long_is_told(faults: Callable[..., tuple[Fault, ...]], name: str) -> None:
    """One more is a warning at its own place, and no refusal."""
    case = CASES[name]
    (found,) = faults(case.change("é" * (case.most + 1)))
    assert (found.code, found.field, found.blocks) == ("EDG-I056", case.field, False)
    assert found.args == (("found", str(case.most + 1)), ("most", str(case.most)), ("unit", "characters"))


@pytest.mark.parametrize(
    ("quantity", "digits"),
    [
        pytest.param("1234567890", None, id="whole-of-10"),
        pytest.param("-1234567.890", None, id="negative-of-10"),
        pytest.param("1234.567890", None, id="decimals-of-10"),
        pytest.param("0001234567890.000000", None, id="idle-zeros-of-10"),
        pytest.param("12345678901", "11", id="whole-of-11"),
        pytest.param("-12345.678901", "11", id="decimals-of-11"),
        pytest.param("1234567890123456789", "19", id="all-positions"),
    ],
)
def test_a_quantity_has_at_most_10_digits(
    faults: Callable[..., tuple[Fault, ...]], quantity: str, digits: str | None
) -> None:
    """Digits on both sides of the point count, idle zeros do not; one more is a warning."""
    found = faults({"lines.0.quantity": Decimal(quantity)})
    assert [(one.code, one.field, one.blocks, dict(one.args)["found"]) for one in found] == (
        [("EDG-I056", "lines[0].quantity", False, digits)] if digits else []
    )


@pytest.mark.parametrize(("quantity", "code"), [("12345678901234567890", "I110"), ("1234.1234567", "I109")])
def test_a_quantity_that_is_refused_is_not_told_too(codes: Callable[..., list[str]], quantity: str, code: str) -> None:
    """What another rule refuses for its size has that fault alone."""
    assert codes({"lines.0.quantity": Decimal(quantity)}) == [code]


def test_each_kind_of_field_is_told_once(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A catalogue of long references is one warning, at its first place; another field has its own."""
    long = Line("1", product="P" * 41, quantity=Decimal(10**10), net_amount=Decimal(50), site=Site("S" * 21))
    found = faults({"lines": (Line("0", net_amount=Decimal(0)), long, long)})
    assert [one.field for one in found] == ["lines[1].product", "lines[1].site.identifier", "lines[1].quantity"]


def test_it_is_told_in_the_readers_words(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """The place, both figures and their unit are said, counted from 1 at every index."""
    (text,) = faults(CASES["line-allowance"].change("x" * 1025))
    (number,) = faults({"lines.0.quantity": Decimal(10**10)})
    assert "charge 2 de la ligne 2 (BT-139, BT-144)" in explain(text).message
    assert "1025 caractères" in explain(text).message
    assert "1024 characters" in explain(text, "en").remedy
    assert "compte 11 chiffres" in explain(number).message
    assert "has 11 digits" in explain(number, "en").message
