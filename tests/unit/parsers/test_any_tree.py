"""No tree makes a parser raise, however little is left of it, and what it says of a sound one comes back."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Scheme
from edigate.parsers import PARSERS
from edigate.sandbox.documents import Draft, DraftAttachment, cii, sample_lines, ubl_credit_note, ubl_invoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.parsers import Parser

    Build = Callable[[Draft], bytes]

DOCUMENTS = Path(__file__).parent / "documents"
SYNTAXES = ("cii", "ubl", "mixte")
WITH_LINES = ("cii", "ubl")
BUILDERS: tuple[tuple[str, Build], ...] = (("cii", cii), ("ubl", ubl_invoice), ("ubl", ubl_credit_note))
ODD_TEXTS = ("", " ", "x", "NaN", "-", "1e9", "99999999", "2025-13-45", "\u0660", "é" * 300, "\t1\n")


def full(syntax: str) -> etree._Element:
    """The root of the document that has every field."""
    return etree.parse(DOCUMENTS / f"{syntax}.xml").getroot()


def speak(parser: Parser, root: etree._Element) -> None:
    """Read everything, and ask for the place of everything, at several indexes."""
    for invoice in parser.parse(root):
        assert invoice.currency
        for attachment in invoice.attachments:
            attachment.encoded()
    parser.locate_in(root, 2)("number")
    locate = parser.locate_in(root)
    for field in FIELDS:
        for index in (0, 1, 7):
            key = field.replace("[]", f"[{index}]")
            path, line = locate(key)
            assert path.startswith("/")
            assert line is None or line > 0
    assert parser.locate(root, "lines[1].quantity") == locate("lines[1].quantity")


def mutilate(root: etree._Element, rng: random.Random) -> None:
    """Delete, double, empty, misname or move elements, and drop attributes."""
    for _ in range(rng.randint(1, 40)):
        element = rng.choice(list(root.iter("*")))
        parent = element.getparent()
        if parent is None:
            continue
        match rng.randrange(7):
            case 0 | 1 | 2:
                parent.remove(element)
            case 3:
                parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
            case 4:
                element.text = rng.choice(ODD_TEXTS)
            case 5:
                element.tag = rng.choice(["nothing", "{urn:x}ID", *(str(other.tag) for other in root.iter("*"))])
            case _:
                for name in element.attrib:
                    del element.attrib[name]
                element.insert(0, etree.Comment("in the way"))


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(seed=st.integers(min_value=0))
@settings(deadline=None, max_examples=150)
def test_a_mutilated_document_never_raises(syntax: str, seed: int) -> None:
    """Whatever is taken out of a sound document or put in the wrong place."""
    root = full(syntax)
    mutilate(root, random.Random(seed))
    speak(PARSERS[syntax], root)


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(
    st.recursive(
        st.just("<x/>"),
        lambda inner: st.lists(inner, max_size=3).map(lambda some: f"<x>{''.join(some)}</x>"),
        max_leaves=5,
    )
)
def test_a_foreign_tree_is_an_empty_invoice(syntax: str, document: str) -> None:
    """One that has nothing of the syntax; it is none where a document may hold several."""
    root = etree.fromstring(document)
    speak(PARSERS[syntax], root)
    assert [invoice.number for invoice in PARSERS[syntax].parse(root)] == ([] if syntax == "mixte" else [""])


RICH = Draft(
    number="F-1",
    cadre="A9",
    service="SERV1",
    service_name="Voirie",
    engagement="EJ-1",
    market="MARKET-1",
    supplier_vat="FR60810347328",
    validator_siret="24590041000292",
    validator_name="Bureau",
    payee_siret="40668031401116",
    payee_name="Affacturage",
    lines=sample_lines(3),
    attachments=(DraftAttachment("plan.pdf", "application/pdf", b"%PDF-"), DraftAttachment("a.csv", "text/csv", b"1")),
    origin_invoice="F-0",
    prepaid=Decimal("1.00"),
    notes=("One", "Two"),
)


@pytest.mark.parametrize(("syntax", "build"), BUILDERS)
def test_what_a_document_was_built_from_is_read_again(syntax: str, build: Build) -> None:
    """Draft, bytes and invoice agree."""
    draft = replace(RICH, type_code="381") if build is ubl_credit_note else RICH
    root = etree.fromstring(build(draft))
    (invoice,) = PARSERS[syntax].parse(root)
    assert PARSERS[syntax].ROOTS[str(root.tag)] == invoice.syntax
    assert (invoice.number, invoice.cadre, invoice.type_code) == (draft.number, draft.cadre, draft.type_code)
    assert (invoice.issue_date, invoice.currency, invoice.notes) == (draft.issue_date, "EUR", draft.notes)
    assert (invoice.supplier.identifier, invoice.supplier.scheme) == (draft.supplier_id, Scheme.SIRET)
    assert (invoice.supplier.name, invoice.supplier.country) == (draft.supplier_name, "FR")
    assert invoice.supplier.vat_number == draft.supplier_vat
    assert (invoice.recipient.identifier, invoice.recipient.scheme) == (draft.recipient_siret, Scheme.SIRET)
    assert (invoice.recipient.name, invoice.recipient.service) == (draft.recipient_name, draft.service)
    assert invoice.validator is not None
    assert (invoice.validator.identifier, invoice.validator.name) == (draft.validator_siret, draft.validator_name)
    assert invoice.payee is not None
    assert (invoice.payee.identifier, invoice.payee.name) == (draft.payee_siret, draft.payee_name)
    assert (invoice.engagement, invoice.market, invoice.preceding) == ("EJ-1", "MARKET-1", ("F-0",))
    assert (invoice.payment.code, invoice.payment.account) == (draft.payment_code, draft.iban)
    assert [(line.name, line.quantity, line.unit_price) for line in invoice.lines] == [
        (line.name, line.quantity, line.unit_price) for line in draft.lines
    ]
    assert [(one.name, one.encoded()) for one in invoice.attachments] == [
        (one.name, one.encoded) for one in draft.attachments
    ]
    totals = invoice.totals
    assert totals.without_tax is not None
    assert totals.tax is not None
    assert totals.with_tax == totals.without_tax + totals.tax
    assert totals.due == totals.with_tax - draft.prepaid
    assert invoice.other_currencies == ()


@pytest.mark.parametrize("syntax", WITH_LINES)
def test_many_places_are_found_in_time_that_grows_with_the_document(syntax: str) -> None:
    """Each of two thousand lines is found where it is, with the siblings counted once."""
    build = dict(BUILDERS[:2])[syntax]
    root = etree.fromstring(build(Draft(number="F-1", lines=sample_lines(2000))))
    locate = PARSERS[syntax].locate_in(root)
    places = [locate(f"lines[{index}].net_amount")[0] for index in range(2000)]
    assert [f"[{index}]/" in place for index, place in enumerate(places, 1)] == [True] * 2000


@pytest.mark.parametrize(
    ("syntax", "path"), [("ubl", "{*}TaxTotal"), ("cii", ".//{*}ApplicableHeaderTradeSettlement/{*}ApplicableTradeTax")]
)
def test_many_amounts_in_other_currencies_are_told_by_currency(syntax: str, path: str) -> None:
    """Each of twenty thousand is looked at once, and each currency is told once, as they come."""
    root = etree.fromstring(dict(BUILDERS[:2])[syntax](Draft(number="F-1", lines=sample_lines(1))))
    (row,) = root.iterfind(path)
    rows = [deepcopy(row) for _ in range(20_000)]
    for number, one in enumerate(rows):
        for amount in one.iter("{*}TaxAmount", "{*}CalculatedAmount"):
            amount.set("currencyID", "CHF" if number else "USD")
    for one in reversed(rows):
        row.addnext(one)

    (invoice,) = PARSERS[syntax].parse(root)

    assert invoice.other_currencies == ("USD", "CHF")
