"""What makes a whole flow inadmissible: one change, its own fault and no other (reference §8.1, §8.2)."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import os
import re
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.archives import tar_gz
from edigate.sandbox.archives import zipped as zip_of
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cases import not_closed, with_dtd, with_unknown_element
from edigate.sandbox.flows import flow_name
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import DEPOSITOR, Case, mixed, sound, work_off

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen, Site

LIMIT = 60_000


def zipped(content: bytes) -> bytes:
    """A ZIP with the document in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("facture.xml", content)
    return target.getvalue()


def declared(content: bytes, encoding: str) -> bytes:
    """The document saying that it is in another encoding than it is."""
    return re.sub(rb'encoding="[^"]*"', f'encoding="{encoding}"'.encode(), content, count=1)


def nested(content: bytes) -> bytes:
    """The document with more levels than any invoice has."""
    note = b"<rsm:ExchangedDocumentContext>"
    return content.replace(note, note + b"<a>" * 300 + b"</a>" * 300)


def without(content: bytes, tag: bytes) -> bytes:
    """The document without the first element of this name."""
    start, end = content.index(b"<" + tag + b">"), content.index(b"</" + tag + b">")
    return content[:start] + content[end + len(tag) + 3 :]


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01"
LATIN = {"supplier_name": "Étanchéité Morvandier"}
CASES: dict[str, tuple[Case, list[str]]] = {
    "sound": (Case(sound()), []),
    "name": (Case(sound(), name="FSO1106A_JMRPOR_JMRPOR110600000000000001"), ["EDG-F001"]),
    "interface": (Case(sound(), "FSO1199A"), ["EDG-F002"]),
    "digits": (Case(sound(), name=flow_name("FSO1106A", DEPOSITOR, 7001, "1116")), ["EDG-F003"]),
    "application": (
        Case(sound(), name="FSO1106A_ABC123_JMRPOR1106000000000007002"), ["EDG-F004"]
    ),
    "issuer": (Case(sound(), name="FSO1106A_JMRPOR_ABC1231106000000000007003"), ["EDG-F004"]),
    "application-and-issuer": (Case(sound(), name="FSO1106A_ABC123_ABC1231106000000000007004"), ["EDG-F004"]),
    "subscription": (Case(sound(), "FSO1106A", "ABC123"), ["EDG-F006"]),
    "subscription-of-a-recipient": (Case(sound(), "FSO1106A", "SEI001"), ["EDG-F006"]),
    "return": (Case(sound(), "CSO1106A"), ["EDG-F007"]),
    "pivot": (Case(sound(), "FEN0036A"), ["EDG-F007"]),
    "xml-for-a-pdf": (Case(sound(), "FSO1117A"), ["EDG-F020"]),
    "withdrawn": (Case(sound(), "FSO1101A"), ["EDG-F009"]),
    "empty": (Case(b""), ["EDG-F011"]),
    "blank": (Case(b" \r\n\t\n"), ["EDG-F011"]),
    "bom-alone": (Case(codecs.BOM_UTF8), ["EDG-F011"]),
    "size": (Case(sound(notes=("x" * LIMIT,))), ["EDG-F012"]),
    "gzip-without-tar": (Case(gzip.compress(sound())), ["EDG-F030"]),
    "zip": (Case(zipped(sound())), []),
    "pdf": (Case(tiny_pdf("Facture")), ["EDG-F020"]),
    "text": (Case(b"number;date\nF1;2025-03-14\n"), ["EDG-F101"]),
    "tar": (Case(gzip.decompress(tar_gz({"a.xml": sound()}))), ["EDG-F020"]),
    "tar-bz2": (Case(bz2.compress(gzip.decompress(tar_gz({"a.xml": sound()})))), ["EDG-F020"]),
    "picture": (Case(JPEG), ["EDG-F020"]),
    "picture-for-a-pdf": (Case(JPEG, "FSO1117A"), ["EDG-F020"]),
    "office": (Case(zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"})), ["EDG-F020"]),
    "tag": (Case(not_closed(sound())), ["EDG-F101"]),
    "ampersand": (Case(sound(supplier_name="Tilleuls").replace(b"Tilleuls", b"Tilleuls & fils")), ["EDG-F101"]),
    "before-the-root": (Case(b"x" + sound()), ["EDG-F101"]),
    "control": (Case(sound(supplier_name="Tilleuls").replace(b"Tilleuls", b"Til\x01leuls")), ["EDG-F101"]),
    "bytes": (Case(declared(sound(**LATIN, encoding="ISO-8859-1"), "UTF-8")), ["EDG-F102"]),
    "encoding": (Case(declared(sound(), "KLINGON-8")), ["EDG-F102"]),
    "dtd": (Case(with_dtd(sound())), ["EDG-F103"]),
    "bare-doctype": (Case(sound().replace(b"<rsm:", b"<!DOCTYPE CrossIndustryInvoice><rsm:", 1)), ["EDG-F103"]),
    "depth": (Case(nested(sound())), ["EDG-F104"]),
    "ubl-on-cii": (Case(sound(ubl_invoice)), ["EDG-F105"]),
    "cii-on-ubl": (Case(mixed(), "FSO1110A"), ["EDG-F105"]),
    "other-root": (Case(b'<?xml version="1.0"?><facture/>'), ["EDG-F105"]),
    "other-namespace": (Case(sound().replace(b"CrossIndustryInvoice:100", b"CrossIndustryInvoice:99")), ["EDG-F105"]),
    "unexpected": (Case(with_unknown_element(sound())), ["EDG-F106"]),
    "missing": (Case(without(sound(), b"rsm:ExchangedDocumentContext")), ["EDG-F107"]),
    "missing-ubl": (Case(without(sound(ubl_invoice), b"cbc:IssueDate"), "FSO1100A"), ["EDG-F107"]),
    "value": (Case(sound(ubl_invoice).replace(b">2025-03-14<", b">2025-14-03<"), "FSO1100A"), ["EDG-F108"]),
    "number": (Case(sound().replace(b">120.00</ram:GrandTotal", b">cent</ram:GrandTotal")), ["EDG-F108"]),
    "attribute": (Case(sound().replace(b"<ram:GlobalID>", b'<ram:GlobalID colour="red">')), ["EDG-F109"]),
    "attribute-missing": (
        Case(sound(ubl_invoice).replace(b'<cbc:PriceAmount currencyID="EUR">', b"<cbc:PriceAmount>"), "FSO1100A"),
        ["EDG-F109"],
    ),
    "text-between": (Case(sound().replace(b"<ram:TypeCode>", b"stray<ram:TypeCode>", 1)), ["EDG-F110"]),
    "utf-16": (Case(sound(**LATIN, encoding="UTF-16")), []),
    "iso-8859-15": (Case(sound(supplier_name="Cœur d'Étain à 5 €", encoding="ISO-8859-15")), []),
    "windows-1252": (Case(sound(**LATIN, encoding="Windows-1252")), []),
    "us-ascii": (Case(sound(encoding="US-ASCII")), []),
    "bom": (Case(codecs.BOM_UTF8 + sound(**LATIN)), []),
    "without-declaration": (Case(sound(**LATIN).partition(b"?>")[2].lstrip()), []),
    "comment-at-the-end": (Case(sound() + b"<!-- end -->\n\n"), []),
    "stylesheet": (Case(sound(stylesheet="FSO1106A.xsl")), []),
    "ubl-invoice-utf-16": (Case(sound(ubl_invoice, **LATIN, encoding="UTF-16"), "FSO1100A"), []),
    "ubl-credit-note-iso": (
        Case(sound(ubl_credit_note, type_code="381", **LATIN, encoding="ISO-8859-15"), "FSO1100A"), []
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """Every case, deposited in one round."""
    site = make_site(f"[limits]\nflow_bytes = {LIMIT}\n")
    return work_off(site, {key: case for key, (case, _) in CASES.items()})


@pytest.mark.parametrize("key", CASES)
def test_each_check_of_the_whole_flow_has_its_own_fault(seen: dict[str, Seen], key: str) -> None:
    """In the ledger and in the report: one fault and no other, and no invoice is spoken of."""
    expected = CASES[key][1]
    outcome, report = seen[key].outcome, seen[key].report

    assert outcome.faults == expected
    assert report.codes == expected
    assert (outcome.verdict, report.status) == (("inadmissible", "93") if expected else ("integrated", "90"))
    assert bool(outcome.invoices) is not bool(expected)


@pytest.mark.parametrize(
    "key", ["tag", "ampersand", "dtd", "unexpected", "missing", "value", "attribute", "other-root"]
)
def test_a_fault_of_the_document_says_where_it_is(seen: dict[str, Seen], key: str) -> None:
    """The line in the file, for everything that can be found there."""
    (line,) = seen[key].report.lines

    assert " ; ligne " in f" ; {line.description}"


@pytest.mark.parametrize("key", ["ubl-on-cii", "other-root", "other-namespace"])
def test_an_unexpected_root_is_named_as_a_person_reads_it(seen: dict[str, Seen], key: str) -> None:
    """By prefix or local name, not by a namespace in braces."""
    (line,) = seen[key].report.lines

    assert "{" not in line.label + line.description


def test_every_mistake_that_the_schema_finds_is_told_at_once(site: Site) -> None:
    """Two wrong amounts are two lines."""
    content = sound().replace(b">100.00</ram:LineTotalAmount>", b">cent</ram:LineTotalAmount>", 1)
    twice = content.replace(b">20.00</ram:TaxTotalAmount>", b">vingt</ram:TaxTotalAmount>")

    outcome = site.decide(twice)

    assert outcome.faults == ["EDG-F108"] * 2


def test_a_suspended_partner_is_told_so(site: Site) -> None:
    """F005 and nothing else; its report waits until it is let in again."""
    site.change(DEPOSITOR, active=False)
    outcome = site.decide(sound())
    early = site.collect()

    site.change(DEPOSITOR, active=True)
    site.round()

    assert outcome.faults == ["EDG-F005"]
    assert not early.reports
    assert site.collect().report(outcome.name).codes == ["EDG-F005"]


def test_a_file_that_stays_broken_is_inadmissible_after_the_set_time(make_site: MakeSite) -> None:
    """Cut off, and not touched for longer than the setting: F013; cut off just now: left alone."""
    site = make_site()
    cut = sound()[:-30]
    fresh = site.deposit(cut)
    old = site.deposit(cut)
    an_age_ago = time.time() - 7200
    os.utime(site.root / "inbox" / DEPOSITOR / old, (an_age_ago, an_age_ago))

    tally = site.round()

    assert site.outcome(old).faults == ["EDG-F013"]
    assert [path.rpartition("/")[2] for path in tally.waiting] == [fresh]
    assert site.collect().report(old).codes == ["EDG-F013"]


def test_digits_may_differ_where_the_setting_allows_it(make_site: MakeSite) -> None:
    """AIFE's own example of 2017 is inconsistent."""
    site = make_site("[rules]\ndigits_must_match = false\n")

    outcome = site.decide(sound(), name=flow_name("FSO1106A", DEPOSITOR, 7100, "1116"))

    assert outcome.verdict == "integrated"
