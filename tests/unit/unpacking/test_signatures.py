"""Signatures beside documents are kept and not judged; what encloses a document is none."""

from __future__ import annotations

import pytest

from edigate.sandbox.archives import tar_gz, zipped
from edigate.unpacking import Entry
from tests.unit.unpacking.reading import XML, found, read

DSIG = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
XADES = 'xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"'
ASIC = 'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"'
BESIDE = f"<ds:Object><xades:QualifyingProperties {XADES}/></ds:Object>"


@pytest.mark.parametrize(
    "content",
    [
        f"<ds:Signature {DSIG}/>",
        f'<?xml version="1.0"?>\n<!-- of today -->\n<ds:Signature {DSIG} Id="s">{BESIDE}</ds:Signature>',
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>',
        f"<asic:XAdESSignatures {ASIC}><ds:Signature {DSIG}/></asic:XAdESSignatures>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_signature_is_known_by_its_root(content: str, encoding: str) -> None:
    """Whatever its name, and it comes without its content."""
    archive = tar_gz({"a.xml": XML, "a.xml.xml": content.encode(encoding)})
    assert read(archive) == [Entry("a.xml", XML, "xml"), Entry("a.xml.xml", b"", "signature")]


@pytest.mark.parametrize("name", ["a.p7s", "a.xml.sig", "A.ASC", "a.xades"])
@pytest.mark.parametrize("content", [b"\x30\x82\x01", b"-----BEGIN PGP SIGNATURE-----"])
def test_a_signature_that_is_no_xml_is_known_by_its_extension(name: str, content: bytes) -> None:
    """PKCS#7 and OpenPGP."""
    assert found(zipped({"a.xml": XML, name: content})).signatures == [name]


@pytest.mark.parametrize(
    "content",
    [
        f"<ds:Signature {DSIG}><ds:Object><invoice/></ds:Object></ds:Signature>",
        f"<ds:Signature {DSIG}><ds:Object>PGludm9pY2UvPg==</ds:Object></ds:Signature>",
        "<Signature xmlns='urn:x'/>",
        "<a><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/></a>",
        f"<ds:Signature {DSIG}>",
    ],
)
def test_a_document_is_never_taken_for_a_signature(content: str) -> None:
    """What encloses its document, is of another namespace, is signed inside or cannot be read is judged."""
    for name in ("a.xml", "a.xades"):
        assert read(tar_gz({name: content.encode()})) == [Entry(name, content.encode(), "xml")]


def test_signatures_beside_factur_x_are_signatures() -> None:
    """Where documents are PDF, an XML signature is one all the same."""
    given = found(tar_gz({"a.pdf": b"%PDF-1.7", "a.xml": f"<ds:Signature {DSIG}/>".encode()}), wanted="pdf")
    assert (given.documents, given.signatures, given.codes) == (["a.pdf"], ["a.xml"], [])


def test_an_archive_named_as_a_signature_is_an_archive() -> None:
    """The extension stands for content of no other kind only."""
    assert found(tar_gz({"a.xml": XML, "b.sig": zipped({"c.xml": XML})})).codes == [("EDG-F048", "b.sig")]


def test_an_empty_signature_is_an_empty_file() -> None:
    """It signs nothing."""
    assert found(tar_gz({"a.xml": XML, "a.sig": b""})).codes == [("EDG-F041", "a.sig")]
