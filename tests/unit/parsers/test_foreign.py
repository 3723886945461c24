"""What came instead of a document: named by its first bytes; what may be a broken document is left to its reader."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma

import pytest

from edigate.parsers._foreign import foreign
from edigate.parsers._xml import kind_of
from edigate.sandbox.archives import tar_gz, zipped

FILES = {"a.xml": b"<a/>"}
TAR = gzip.decompress(tar_gz(FILES))
XML = '<?xml version="1.0"?><a/>'
FOREIGN = {
    "tar": TAR,
    "bzip2": bz2.compress(TAR),
    "xz": lzma.compress(TAR),
    "zstd": b"\x28\xb5\x2f\xfd\x24\x01",
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "program": b"MZ\x90\x00\x03\x00\x00\x00" + zipped(FILES),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "gif": b"GIF89a\x01\x00\x01\x00",
    "tiff": b"II*\x00\x08\x00\x00\x00",
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16),
    "other": b"\x00\x01\x02\x03\xfe",
}
LIKE_XML = {
    "text before": b"x" + XML.encode(),
    "two marks": codecs.BOM_UTF8 * 2 + XML.encode(),
    "wide text before": f"x{XML}".encode("utf-16"),
    "wide with a low byte": f"l’{XML}".encode("utf-16-le"),
    "control character": b"\x01" + XML.encode(),
    "EBCDIC": XML.encode("cp500"),
    "plain text": b"number;date\nF1;2025-03-14\n",
    "text of a magic": b"MZ12;BZhang",
}


@pytest.mark.parametrize("wanted", ["xml", "pdf"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_no_interface_takes_is_named(kind: str, wanted: str) -> None:
    """By its magic number, whatever the interface; bytes of no known type are no text either."""
    content = FOREIGN[kind]
    assert foreign(content, kind_of(content), wanted) == kind


@pytest.mark.parametrize("content", LIKE_XML.values(), ids=LIKE_XML)
def test_what_is_nearly_xml_is_left_to_its_reader(content: bytes) -> None:
    """Which says at what line and column it stops being XML; a PDF it is not."""
    assert foreign(content, kind_of(content), "xml") == ""
    assert foreign(content, kind_of(content), "pdf") == "other"


@pytest.mark.parametrize(
    "files",
    [
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"},
        {"_rels/.rels": b"<a/>", "xl/workbook.xml": b"<a/>"},
    ],
)
def test_a_zip_of_an_office_document_is_none_of_invoices(files: dict[str, bytes]) -> None:
    """Its first file tells; any other ZIP is looked into."""
    assert foreign(zipped(files), "zip", "xml") == "office"
    assert foreign(zipped(FILES), "zip", "xml") == ""


@pytest.mark.parametrize(
    ("content", "wanted", "found"),
    [
        (XML.encode(), "xml", ""),
        (XML.encode(), "pdf", "xml"),
        (b"%PDF-1.7", "pdf", ""),
        (b"%PDF-1.7", "xml", "pdf"),
        (b"mail header\n%PDF-1.7", "pdf", ""),
        (tar_gz(FILES), "pdf", ""),
        (b" \n", "xml", ""),
    ],
)
def test_xml_and_pdf_are_taken_where_they_belong(content: bytes, wanted: str, found: str) -> None:
    """Archives and empty files are judged by others, and so is a PDF with something before it."""
    assert foreign(content, kind_of(content), wanted) == found
