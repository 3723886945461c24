"""What a flow is made of: a document of another format is told where it belongs, one in a PDF as the file it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from edigate.catalogue import interfaces
from edigate.domain.explain import explain
from edigate.domain.faults import fault
from edigate.domain.partners import PartnerBook
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.pipeline.desk import Deposit
from edigate.pipeline.examine import examine
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cases import with_unknown_element
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.facturx import SOUND, facturx_pdf
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.sandbox.ubl import ubl_invoice
from tests.effort import calls
from tests.unit.pipeline.test_admission import DEPOSITOR, DESK, InMemory

if TYPE_CHECKING:
    from edigate.domain.faults import Fault

TODAY = dt.date(2026, 3, 2)
PARTNER = replace(DEPOSITOR, deposits=frozenset(interfaces()))
RECEIPT = Receipt(1, "01", "FEN0036A_ABC123_CPP0010036000000000000001")
STATUS = ReportedStatus(1, "06", "F1", "81034732800017")
DRAFT = Draft(number="F2026-0042")


def faults_of(content: bytes, interface: str) -> list[Fault]:
    """All that is told of a flow and of its invoices."""
    deposit = Deposit(f"{interface}_ABC123_ABC123{interface[3:7]}{42:015d}", PARTNER, TODAY, len(content))
    found = examine(deposit, InMemory(content), replace(DESK, book=PartnerBook()))
    return [*found.faults, *chain.from_iterable(invoice.faults for invoice in found.invoices)]


@pytest.mark.parametrize(
    ("content", "interface", "takers"),
    [
        (ubl_invoice(DRAFT), "FSO1116A", "FSO1100A FSO1110A FSO1120A FSO1130A FSO1131A"),
        (cii(DRAFT), "FSO1100A", "FSO1106A FSO1116A"),
        (cpp_mixte(DRAFT), "FSO1116A", "FSO1113A"),
        (cii(DRAFT), "FSO1300A", "FSO1106A FSO1116A"),
        (receipt_flow("ABC123", 1, [RECEIPT])[1], "FSO1116A", "FSO1300A"),
        (status_flow("ABC123", 1, [STATUS])[1], "FSO1116A", "FSO1301A"),
        (b"<facture/>", "FSO1116A", ""),
        (facturx_pdf(ubl_invoice(DRAFT)), "FSO1117A", "pdf"),
    ],
    ids=["UBL", "CII", "mixte", "CII-as-a-status", "receipt", "status", "of-nobody", "UBL-in-a-PDF"],
)
def test_a_document_of_another_format_is_told_where_it_belongs(content: bytes, interface: str, takers: str) -> None:
    """By the catalogue: every interface whose parser reads that root; a Factur-X must embed another XML."""
    (found,) = faults_of(content, interface)
    assert (found.code, dict(found.args)["takers"]) == ("EDG-F105", takers)


@pytest.mark.parametrize(
    ("takers", "in_french", "in_english"),
    [
        ("FSO1113A", "le document sur une interface de son format, FSO1113A,", "interface of its format, FSO1113A,"),
        ("FSO1100A FSO1110A FSO1120A", "FSO1100A, FSO1110A ou FSO1120A,", "FSO1100A, FSO1110A or FSO1120A,"),
        ("pdf", "Déposez un PDF qui embarque un CII,", "Deposit a PDF that embeds a CII,"),
        ("", "Déposez un document du format attendu,", "Deposit a document of the expected format,"),
    ],
)
def test_the_remedy_of_another_format_names_the_interfaces(takers: str, in_french: str, in_english: str) -> None:
    """One or several; where there is none, the format is to be changed."""
    found = fault("EDG-F105", "document", "Invoice", expected="CII", takers=takers)
    assert in_french in explain(found).remedy
    assert in_english in explain(found, "en").remedy


WRONG = cii(replace(DRAFT, payment_code="99"))
BROKEN = WRONG.replace(b"</rsm:CrossIndustryInvoice>", b"")
AGAINST_SCHEMA = with_unknown_element(WRONG)


@pytest.mark.parametrize(
    ("xml", "code"),
    [(BROKEN, "EDG-F101"), (AGAINST_SCHEMA, "EDG-F106"), (ubl_invoice(DRAFT), "EDG-F105"), (WRONG, "EDG-I081")],
)
def test_a_line_of_an_embedded_xml_is_told_of_that_file(xml: bytes, code: str) -> None:
    """Of the flow and of an invoice alike; in an archive after the name of the PDF."""
    pdf = facturx_pdf(xml)
    told = {
        entry: [one for one in faults_of(content, "FSO1117A") if one.code == code]
        for entry, content in (("factur-x.xml", pdf), ("f.pdf/factur-x.xml", tar_gz({"f.pdf": pdf})))
    }
    assert {entry: [(one.entry, bool(one.line)) for one in found] for entry, found in told.items()} == {
        entry: [(entry, True)] for entry in told
    }


def test_what_a_pdf_has_wrong_itself_is_told_of_the_pdf() -> None:
    """Without a line, which it does not have."""
    pdf = facturx_pdf(cii(DRAFT), replace(SOUND, listed=("AF",)))
    (found,) = (one for one in faults_of(tar_gz({"f.pdf": pdf}), "FSO1117A") if one.code == "EDG-F073")
    assert (found.entry, found.path, found.line) == ("f.pdf", "", None)


def test_more_invoices_than_a_flow_may_have_are_not_looked_at_one_by_one() -> None:
    """They are counted and refused, with less effort than a flow takes that has as many as it may."""
    draft = replace(DRAFT, attachments=(DraftAttachment("a.pdf", "application/pdf", b"%PDF-1.7"),))
    most, more = (cpp_mixte(*[draft] * number) for number in (500, 600))

    assert [one.code for one in faults_of(more, "FSO1113A")] == ["EDG-F015"]
    assert calls(faults_of, more, "FSO1113A") < calls(faults_of, most, "FSO1113A") / 4
