"""Number, type and dates: one change, one fault."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from edigate.domain.invoice import Syntax

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", ["I001"]),
        ("A" * 20, []),
        ("A" * 21, ["I002"]),
        ("FAC-2024_01+2/3 B", []),
        ("FAC#1", ["I003"]),
        ("FACTURÉ1", ["I003"]),
        ("FAC\t1", ["I003"]),
        ("٣٣", ["I003"]),
        (" F1", ["I004"]),
        ("F1 ", ["I004"]),
        ("F  1", ["I004"]),
        (" ", ["I004"]),
        ("   ", ["I004"]),
    ],
)
def test_the_number(codes: Callable[..., list[str]], number: str, expected: list[str]) -> None:
    """A number is there, short, of plain characters, and without stray spaces; each mistake is told once."""
    assert codes({"number": number}) == expected


def test_forbidden_characters_are_shown_once_each(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """Characters nobody can see are named by their number."""
    (found,) = faults({"number": "F#1#\u00a0\u200b?"})

    assert dict(found.args)["characters"] == "# U+00A0 U+200B ?"


@pytest.mark.parametrize(
    ("syntax", "type_code", "expected"),
    [
        (Syntax.CII, "381", []),
        (Syntax.CII, "", ["I010"]),
        (Syntax.UBL_INVOICE, "", ["I010"]),
        (Syntax.UBL_INVOICE, "381", []),
        (Syntax.UBL_CREDIT_NOTE, "", []),
        (Syntax.UBL_CREDIT_NOTE, "381", []),
        (Syntax.UBL_CREDIT_NOTE, "380", ["I012"]),
        (Syntax.UBL_CREDIT_NOTE, "384", ["I011"]),
        (Syntax.CII, "384", ["I011"]),
        (Syntax.CII, "0380", ["I011"]),
    ],
)
def test_the_type(codes: Callable[..., list[str]], syntax: Syntax, type_code: str, expected: list[str]) -> None:
    """The type is 380 or 381, and no invoice in a credit note."""
    assert codes({"syntax": syntax, "type_code": type_code}) == expected


@pytest.mark.parametrize(
    ("type_code", "expected"),
    [
        ("380", []),
        ("381", []),
        ("384", []),
        ("386", []),
        *((code, ["I011"]) for code in ("261", "389", "751", "501", "473", "502", "383", "385", "326")),
    ],
)
def test_the_type_of_a_factur_x(codes: Callable[..., list[str]], type_code: str, expected: list[str]) -> None:
    """It may be a corrected invoice or a prepayment as well, but neither self-billed nor factored."""
    assert codes({"syntax": Syntax.CII, "type_code": type_code}, {"interface.container": "pdf"}) == expected


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (dt.date(2000, 1, 1), []),
        (dt.date(2024, 1, 15), []),
        (dt.date(2024, 1, 16), ["I022"]),
        (dt.date(1999, 12, 31), ["I023"]),
        (dt.date(2099, 12, 31), ["I022"]),
        (dt.date(2100, 1, 1), ["I023"]),
    ],
)
def test_the_issue_date(codes: Callable[..., list[str]], issued: dt.date, expected: list[str]) -> None:
    """An invoice is of this century and not of tomorrow; a year out of range is not also called late."""
    assert codes({"issue_date": issued}) == expected


@pytest.mark.parametrize(("raw", "expected"), [("", ["I020"]), (" \n", ["I020"]), ("15/01/2024", ["I021"])])
def test_a_date_that_is_not_one(codes: Callable[..., list[str]], raw: str, expected: list[str]) -> None:
    """A date that is missing is told from one that cannot be read."""
    assert codes({"issue_date": None, "raw_issue_date": raw}) == expected


@pytest.mark.parametrize(("syntax", "form"), [(Syntax.CII, "YYYYMMDD"), (Syntax.UBL_INVOICE, "YYYY-MM-DD")])
def test_an_unreadable_date_is_told_its_format(
    faults: Callable[..., tuple[Fault, ...]], syntax: Syntax, form: str
) -> None:
    """The format told is that of the syntax."""
    (found,) = faults({"syntax": syntax, "issue_date": None, "raw_issue_date": "hier"})

    assert found.args == (("format", form),)


@pytest.mark.parametrize(
    ("preceding", "expected"), [((), []), (("A" * 20,), []), (("A" * 21,), ["I170"]), (("A", "B" * 30), ["I170"])]
)
def test_origin_invoices(codes: Callable[..., list[str]], preceding: tuple[str, ...], expected: list[str]) -> None:
    """A reference to an earlier invoice is as short as a number."""
    assert codes({"preceding": preceding}) == expected
