"""The sandbox's Factur-X are what other libraries take for one, and the same at every run."""

from __future__ import annotations

import io

import pikepdf
import pytest
from facturx import get_facturx_xml_from_pdf  # type: ignore[import-untyped]

from edigate.parsers.facturx import extract
from edigate.sandbox.documents import Draft, cii
from edigate.sandbox.facturx import Packing, facturx_pdf

XML = cii(Draft("F-1"))


def test_another_library_finds_the_invoice() -> None:
    """The XML that the reference library of the format finds is the one that was put in."""
    name, content = get_facturx_xml_from_pdf(facturx_pdf(XML), check_xsd=False)
    assert (name, content) == ("factur-x.xml", XML)


def test_the_pdf_is_whole() -> None:
    """It has a page, declares itself PDF/A-3b, and qpdf has nothing to say against it."""
    with pikepdf.open(io.BytesIO(facturx_pdf(XML)), attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 1
        assert pdf.open_metadata().pdfa_status == "3B"


def test_the_same_invoice_gives_the_same_bytes() -> None:
    """No clock and no chance goes into a PDF."""
    assert facturx_pdf(XML) == facturx_pdf(XML)
    assert facturx_pdf(XML) != facturx_pdf(cii(Draft("F-2")))


def test_the_gate_takes_the_invoice() -> None:
    """A sound one is extracted without a warning."""
    embedded, warnings = extract(facturx_pdf(XML), max_bytes=len(XML))
    assert (embedded.content, warnings) == (XML, ())


@pytest.mark.parametrize("packing", [Packing(key="x"), Packing(locked=True)])
def test_an_encrypted_one_is(packing: Packing) -> None:
    """The knob for encryption encrypts, with a password that is needed or without."""
    with pikepdf.open(io.BytesIO(facturx_pdf(XML, packing)), password=packing.key) as pdf:
        assert pdf.is_encrypted
