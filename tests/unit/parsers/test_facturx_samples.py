"""Published Factur-X: AIFE's own pass every check, the others are taken or refused for what is wrong with them."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate import catalogue
from edigate.domain.directory import Service, Structure, Supplier
from edigate.domain.faults import Refusal
from edigate.domain.settings import RuleSettings
from edigate.parsers import _xml, cii
from edigate.parsers.facturx import extract
from edigate.rules import check
from edigate.rules.context import Context
from edigate.sandbox import structures
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice

SAMPLES = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[3].parent / "shared") / "samples"
AIFE = tuple(sorted((SAMPLES / "chorus" / "FSO1117A").glob("*.pdf")))
LIMIT = 100_000_000
# What stands in the way of those that are refused; all others of both folders are taken without a warning.
REFUSED = {
    "mustang__EXTENDED_Fremdwaehrung_wdis_fx-pdfa4.pdf": [("EDG-F064", "4")],
    "mustang__EmptyPDFA1.pdf": [("EDG-F064", "1"), ("EDG-F065", "")],
    "mustang__corrupt-factur-x-waytoosmall.pdf": [("EDG-F060", "")],
    "mustang__corruptedV2PDF.pdf": [("EDG-F060", "")],
}
# Relationship and number of the invoice inside.
TAKEN = {
    "luna__Facture_F20260023-LE_FOURNISSEUR-POUR-LE_CLIENT_MINIMUM.pdf": ("Data", "F20260023"),
    "luna__Facture_F20260024-LE_FOURNISSEUR-POUR-LE_CLIENT_BASIC_WL.pdf": ("Data", "F20260024"),
    "luna__Facture_F20260025-LE_FOURNISSEUR-POUR-LE_CLIENT_BASIC.pdf": ("Data", "F20260025"),
    "luna__Facture_F20260026-LE_FOURNISSEUR-POUR-LE_CLIENT_EN_16931.pdf": ("Source", "F20260026"),
    "luna__Facture_F20260027-LE_FOURNISSEUR-POUR-LE_CLIENT_EXTENDED.pdf": ("Source", "F20260027"),
    "luna__UC1_F202500003_00-INV_20250701.pdf": ("Source", "F202500003"),
    "luna__avoir_facturx_381.pdf": ("Data", "AV-2025-00045"),
    "luna__facture_facturx_001.pdf": ("Data", "FA-2025-00256"),
    "mustang__EN16931_Einfach.pdf": ("Alternative", "471102"),
    "zfcorpus__Avoir_FR_type381_BASIC.pdf": ("Data", "AV-2017-0005"),
    "zfcorpus__Facture_FR_MINIMUM.pdf": ("Data", "FA-2017-0010"),
    "zfcorpus__Avoir_FR_type380_MINIMUM.pdf": ("Data", "AV-2017-0005"),
    "zfcorpus__python-factur-x.pdf": ("Alternative", "RE-20171118/506"),
}

UNREADABLE = "zfcorpus__factur-x-invalid-xml-encoding-attribute.pdf"

pytestmark = pytest.mark.skipif(not AIFE, reason="needs the Factur-X of the shared folder (EDIGATE_SHARED)")


@dataclass(frozen=True)
class Sandbox:
    """The sandbox's people as a directory."""

    version: str = "1"

    def structure(self, siret: str) -> Structure | None:
        """The structure with this SIRET."""
        return next((row for row in structures.STRUCTURES if row.siret == siret), None)

    def service(self, siret: str, code: str) -> Service | None:
        """The service of this structure with this code."""
        rows = (row for row in structures.SERVICES if (row.siret, row.service_code) == (siret, code))
        return next((Service(siret, code, row.service_name, row.active, row.engagement_required) for row in rows), None)

    def supplier(self, identifier: str) -> Supplier | None:
        """The supplier with this identifier."""
        return next((Supplier(row.siret, row.name) for row in structures.SUPPLIERS if row.siret == identifier), None)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The official schemas."""
    return Shelf(catalogue.schema_folder(), clock=time.process_time)


def sample(name: str) -> bytes:
    """A published PDF by its name, of either folder."""
    return next(
        path for folder in ("facturx-pdf", "invalid/pdf") for path in (SAMPLES / folder).glob(name)
    ).read_bytes()


def checked(content: bytes, code: str, shelf: Shelf) -> tuple[Invoice, tuple[Fault, ...]]:
    """The invoice inside a PDF, and all that schema and rules say of it in the sandbox."""
    embedded, warnings = extract(content, max_bytes=LIMIT)
    root = _xml.read(embedded.content, max_bytes=LIMIT)
    (invoice,) = cii.parse(root)
    interface = catalogue.interfaces()[code]
    context = Context(interface, dt.date(2026, 1, 1), RuleSettings(), Sandbox())
    return invoice, (*warnings, *shelf.faults(root, cii.ROOTS[root.tag]), *check(invoice, context))


@pytest.mark.parametrize("path", AIFE, ids=lambda path: path.stem)
def test_aife_s_own_pass_every_check(path: Path, shelf: Shelf) -> None:
    """Packing, schema and rules refuse none of AIFE's, in a directory of the sandbox's structures."""
    invoice, told = checked(path.read_bytes(), "FSO1117A", shelf)

    assert [fault for fault in told if fault.blocks] == []
    assert not any(fault.code.startswith("EDG-F") for fault in told)
    assert invoice.number == path.stem.replace("_EN16931", "")
    assert invoice.profile == "urn:cen.eu:en16931:2017"


def test_aife_s_own_show_why_the_rules_are_lenient(shelf: Shelf) -> None:
    """P55 has neither cadre nor line total nor allowance for its gross price; P03 no total of its allowances."""
    by_name = {path.stem[-3:]: checked(path.read_bytes(), "FSO1117A", shelf) for path in AIFE}
    bare, warnings = by_name["P55"]
    assert (bare.cadre, bare.totals.lines, bare.totals.tax) == ("A1", None, None)
    assert "EDG-I108" in [fault.code for fault in warnings]
    assert by_name["P03"][0].totals.untotalled


@pytest.mark.parametrize(("name", "expected"), REFUSED.items())
def test_a_pdf_that_cannot_be_taken_is_refused(name: str, expected: list[tuple[str, str]]) -> None:
    """Of another part of PDF/A, without a file, cut short, or with a table of objects that is not where it says."""
    with pytest.raises(Refusal) as caught:
        extract(sample(name), max_bytes=LIMIT)
    assert [(fault.code, fault.value) for fault in caught.value.faults] == expected


@pytest.mark.parametrize(("name", "expected"), TAKEN.items())
def test_a_published_factur_x_is_opened(name: str, expected: tuple[str, str]) -> None:
    """Other producers' PDFs give their invoice without a warning, whatever their profile."""
    embedded, warnings = extract(sample(name), max_bytes=LIMIT)
    root = _xml.read(embedded.content, max_bytes=LIMIT)
    assert warnings == ()
    assert (embedded.relationship, cii.parse(root)[0].number) == expected


def test_an_invoice_that_is_no_xml_is_for_the_parser() -> None:
    """A PDF that is sound, with XML of an encoding that nobody knows, is opened; the XML is then told by its place."""
    embedded, warnings = extract(sample(UNREADABLE), max_bytes=LIMIT)
    with pytest.raises(Refusal) as caught:
        _xml.read(embedded.content, max_bytes=LIMIT)
    assert warnings == ()
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("EDG-F101", 1)]


def test_every_published_factur_x_is_in_one_of_these_tables() -> None:
    """No sample of the two folders is left out."""
    names = {path.name for folder in ("facturx-pdf", "invalid/pdf") for path in (SAMPLES / folder).glob("*.pdf")}
    assert names == TAKEN.keys() | REFUSED.keys() | {UNREADABLE}


def test_minimum_is_not_held_to_sums_that_it_cannot_state(shelf: Shelf) -> None:
    """A MINIMUM whose prepaid amount has no place in the profile is not told that its amount due is wrong."""
    _, told = checked(sample("zfcorpus__Facture_FR_MINIMUM.pdf"), "FSO1117A", shelf)
    assert not {fault.code for fault in told} & {"EDG-I103", "EDG-I104", "EDG-I105"}
