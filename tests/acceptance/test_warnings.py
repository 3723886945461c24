"""Sums that AIFE's own flows do not keep warn and do not block; the header's arithmetic does (reference §8.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures as people
from edigate.sandbox.drafts import DraftAttachment
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.ubl import ubl_invoice
from tests.acceptance.gates import MIXED, Case, fresh_number, mixed, sound, work_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen


def amount(content: bytes, tag: bytes, before: bytes, after: bytes) -> bytes:
    """The document with another figure at the last element of this name; the figure must be there."""
    old, new = b">%b</%b>" % (before, tag), b">%b</%b>" % (after, tag)
    head, found, tail = content.rpartition(old)
    assert found, old
    return head + new + tail


CII_LINES, CII_DUE, CII_VAT = b"ram:LineTotalAmount", b"ram:DuePayableAmount", b"ram:CalculatedAmount"
CII_BASE, CII_TAX, CII_TOTAL = b"ram:TaxBasisTotalAmount", b"ram:TaxTotalAmount", b"ram:GrandTotalAmount"


def line_of(content: bytes, after: bytes) -> bytes:
    """The document with another amount on its one line."""
    return content.replace(b">100.00</ram:LineTotalAmount>", b">%b</ram:LineTotalAmount>" % after, 1)


WARNED: Mapping[str, tuple[Case, list[str]]] = {
    "nothing": (Case(sound()), []),
    "line-sum": (Case(line_of(sound(), b"90.00")), ["EDG-I106"]),
    "line-sum-ubl": (
        Case(sound(ubl_invoice).replace(b">100.00</cbc:LineExtensionAmount>", b">90.00</cbc:LineExtensionAmount>", 1)
             .replace(b">100.00</cbc:TaxExclusiveAmount>", b">90.00</cbc:TaxExclusiveAmount>")
             .replace(b">120.00</cbc:TaxInclusiveAmount>", b">110.00</cbc:TaxInclusiveAmount>")
             .replace(b">120.00</cbc:PayableAmount>", b">110.00</cbc:PayableAmount>"), "FSO1100A"),
        ["EDG-I106"],
    ),
    "vat-sum": (Case(amount(sound(), CII_VAT, b"20.00", b"19.00")), ["EDG-I107"]),
    "mixed-total": (Case(mixed(cpp_mixte, stated_total=Decimal(1234)), "FSO1113A"), ["EDG-I112"]),
    "gross-price": (Case(sound(gross_prices=True)), ["EDG-I108"]),
    "no-country": (Case(sound(supplier_scheme="7", supplier_id="DUPONT", supplier_country="")), ["EDG-I052"]),
    "no-account": (Case(sound(iban="")), ["EDG-I082"]),
    "no-pdf": (Case(sound(attachments=(DraftAttachment("heures.csv", "text/csv", b"1;2\n"),)), MIXED), ["EDG-I131"]),
    "no-validator": (Case(mixed(cadre="A4", recipient_siret=people.MOA), MIXED), ["EDG-I161"]),
    "line-within-a-cent": (Case(line_of(sound(), b"100.01")), []),
    "base-within-a-cent": (Case(amount(sound(), CII_LINES, b"100.00", b"100.01")), []),
    "total-within-a-cent": (Case(sound(stated_total=Decimal("120.01"))), []),
    "due-within-a-cent": (Case(amount(sound(), CII_DUE, b"120.00", b"119.99")), []),
}  # fmt: skip
BLOCKED: Mapping[str, tuple[Case, list[str]]] = {
    "lines-alone": (Case(amount(sound(), CII_LINES, b"100.00", b"110.00")), ["EDG-I103"]),
    "base-alone": (Case(amount(sound(), CII_BASE, b"100.00", b"90.00")), ["EDG-I103"]),
    "tax-alone": (Case(amount(sound(), CII_TAX, b"20.00", b"25.00")), ["EDG-I104"]),
    "total-alone": (Case(amount(sound(), CII_TOTAL, b"120.00", b"130.00")), ["EDG-I104"]),
    "currency": (Case(sound(ubl_invoice).replace(b">EUR<", b">EURO<"), "FSO1100A"), ["EDG-I030"]),
    "currencies": (Case(sound(ubl_invoice).replace(b">EUR<", b">USD<"), "FSO1100A"), ["EDG-I031"]),
    "base": (Case(line_of(amount(sound(), CII_LINES, b"100.00", b"100.02"), b"100.02")), ["EDG-I103"]),
    "total": (Case(sound(stated_total=Decimal(125))), ["EDG-I104"]),
    "due": (Case(amount(sound(), CII_DUE, b"120.00", b"119.98")), ["EDG-I105"]),
    "paid-but-due": (Case(sound(cadre="A2", payment_code="48")), ["EDG-I090"]),
    "decimals": (Case(sound().replace(b">1</ram:BilledQuantity>", b">1.0000001</ram:BilledQuantity>")), ["EDG-I109"]),
}


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """Every case, deposited in one round."""
    return work_off(make_site(), {key: case for key, (case, _) in {**WARNED, **BLOCKED}.items()})


@pytest.mark.parametrize("key", WARNED)
def test_a_warning_is_kept_and_not_reported(seen: dict[str, Seen], key: str) -> None:
    """The invoice is integrated, the report has no line, the ledger knows the warning and no other."""
    flow = seen[key]

    assert (flow.outcome.verdict, flow.outcome.errors, flow.outcome.warnings) == ("integrated", [], WARNED[key][1])
    assert (flow.report.status, flow.report.lines) == ("90", ())
    assert flow.told.of(flow.outcome.invoices[0].number) == ["01", "03"]


@pytest.mark.parametrize("key", BLOCKED)
def test_the_arithmetic_of_the_header_blocks(seen: dict[str, Seen], key: str) -> None:
    """More than a cent off is an error, and one wrong figure is one fault, whatever sums it enters."""
    flow = seen[key]

    assert (flow.outcome.verdict, flow.outcome.errors, flow.outcome.warnings) == ("rejected", BLOCKED[key][1], [])
    assert flow.report.codes == BLOCKED[key][1]


def test_a_warning_beside_an_error_stays_out_of_the_report(make_site: MakeSite) -> None:
    """Only what must be mended is told."""
    site = make_site()
    outcome = site.decide(sound(number=fresh_number(), gross_prices=True, payment_code="77"))

    assert (outcome.errors, outcome.warnings) == (["EDG-I081"], ["EDG-I108"])
    assert site.collect().reports[0].codes == ["EDG-I081"]
