"""Drafts written as one CPPFactureMixte are valid, and read back to what they say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from edigate.domain.invoice import Scheme
from edigate.parsers import mixte
from edigate.sandbox.documents import Draft, DraftAttachment, DraftLine, cpp_mixte, sample_lines, sums_of, tiny_pdf

SCHEMA = Path(__file__).parents[3] / "schemas" / "CPPFactureMixte_V1_14.xsd"
PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
NOTE = DraftAttachment("note.txt", "text/plain", "à voir".encode(), zipped=False)
PLAIN = Draft("F-1", attachments=(PDF,))
RICH = Draft(
    "F-2",
    cadre="A9",
    type_code="381",
    service="SERV1",
    service_name="Service facturier",
    engagement="CDE234",
    market="BC12345",
    validator_siret="24590041000292",
    validator_name="Métropole de Hautebrume",
    payee_name="Comptoir d'affacturage Rivoire",
    lines=(*sample_lines(3), DraftLine(vat_rate=Decimal(0), category="E")),
    attachments=(PDF, NOTE),
    origin_invoice="F-0",
    prepaid=Decimal("10.00"),
)
VARIANTS = {
    "plain": PLAIN,
    "rich": RICH,
    "no account": replace(PLAIN, iban="", payment_code="48"),
    "other currency": replace(PLAIN, currency="RSD"),
    "negative": replace(PLAIN, lines=(DraftLine(quantity=Decimal(-2)),)),
    "latin-9": replace(RICH, encoding="ISO-8859-15", stylesheet="FSO1113A.xsl"),
    "UTF-16": replace(RICH, encoding="UTF-16"),
    **{
        f"payment {code}": replace(PLAIN, payment_code=code)
        for code in ("01", "10", "20", "31", "42", "48", "49", "58", "59", "97")
    },
    **{f"supplier {kind}": replace(PLAIN, supplier_scheme=kind, supplier_id="X") for kind in "1234567"},
}


@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
def test_every_variant_is_valid(draft: Draft) -> None:
    """Alone or beside another, whatever a sound draft holds."""
    schema = etree.XMLSchema(file=str(SCHEMA))
    for content in (cpp_mixte(draft), cpp_mixte(draft, PLAIN, RICH)):
        assert schema.validate(etree.fromstring(content)), schema.error_log


def test_same_drafts_same_bytes() -> None:
    """Nothing of the clock or of chance is in a document."""
    assert cpp_mixte(PLAIN, RICH) == cpp_mixte(replace(PLAIN), replace(RICH))


def test_every_draft_is_an_invoice() -> None:
    """In order, numbered from 1, and counted."""
    root = etree.fromstring(cpp_mixte(PLAIN, RICH, replace(PLAIN, number="F-3")))
    units = root.findall("CPPFactures/CPPFactureMixteUnitaire")
    assert [unit.findtext("DonneesFacture/Id") for unit in units] == ["F-1", "F-2", "F-3"]
    assert [unit.get("NumOrdre") for unit in units] == ["1", "2", "3"]
    assert root[1].get("Compteur") == "3"


@pytest.mark.parametrize("draft", [PLAIN, RICH, *VARIANTS.values()])
def test_what_a_document_was_built_from_is_read_again(draft: Draft) -> None:
    """Draft, bytes and invoice agree, where the format has the datum."""
    _, invoice = mixte.parse(etree.fromstring(cpp_mixte(replace(PLAIN, encoding=draft.encoding), draft)))
    assert (invoice.number, invoice.cadre, invoice.type_code) == (draft.number, draft.cadre, draft.type_code)
    assert (invoice.issue_date, invoice.currency) == (draft.issue_date, draft.currency)
    assert (invoice.supplier.identifier, invoice.supplier.scheme) == (draft.supplier_id, Scheme(draft.supplier_scheme))
    assert (invoice.supplier.name, invoice.supplier.country) == (draft.supplier_name, draft.supplier_country)
    assert (invoice.recipient.identifier, invoice.recipient.name) == (draft.recipient_siret, draft.recipient_name)
    assert (invoice.recipient.service, invoice.recipient.service_name) == (draft.service, draft.service_name)
    assert (invoice.validator.identifier if invoice.validator else "") == draft.validator_siret
    assert (invoice.engagement, invoice.market) == (draft.engagement, draft.market)
    assert invoice.preceding == ((draft.origin_invoice,) if draft.origin_invoice else ())
    assert (invoice.payment.code, invoice.payment.account) == (draft.payment_code, draft.iban)
    assert invoice.payment.account_name == draft.payee_name
    sums = sums_of(draft)
    totals = invoice.totals
    assert (totals.without_tax, totals.with_tax, totals.due) == (sums.without_tax, sums.with_tax, sums.due)
    assert [(row.rate, row.base, row.amount) for row in invoice.vat] == [
        (row.rate, row.base, row.amount) for row in sums.vat
    ]
    assert [(one.name, one.declared_type, one.mime, one.encoded()) for one in invoice.attachments] == [
        (one.name, one.type_code, one.mime, one.encoded) for one in draft.attachments
    ]
