"""Sound inputs to begin from, small ones, and the pieces of syntax that mutations put into them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from base64 import b64encode

from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.sandbox import structures
from edigate.sandbox.archives import gzipped, tar_gz, zipped
from edigate.sandbox.documents import Draft, DraftAttachment, cii, ubl_credit_note, ubl_invoice
from edigate.sandbox.facturx import Packing, facturx_pdf
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.statuses import receipt_flow, status_flow

_AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
_PDF = DraftAttachment("facture.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n", type_code="01")
_BARE = DraftAttachment("plan.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n", zipped=False)
_DRAFT = Draft("F-1", attachments=(_PDF, _BARE), notes=("Travaux é € \u202f",))
_STATUS = ReportedStatus(1, "05", "F-1", structures.SUPPLIER, Scheme.SIRET, structures.WITHOUT_SERVICE,
                         comment="JUSTIF_ABS - pièce manquante", at=_AT)  # fmt: skip
_RECEIPT = Receipt(1, "94", "CPP0010036000000000000001", comment="Illisible", at=_AT,
                   lines=(ReportedLine("TECHNIQUE", "X1", "Illisible", "Fichier illisible"),))  # fmt: skip


def _piped() -> bytes:
    """A ZIP written into a pipe: its sizes stand behind the data."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", cii(_DRAFT))
    return pipe.getvalue()


XML = (
    cii(_DRAFT),
    ubl_invoice(_DRAFT),
    ubl_credit_note(Draft("A-1", type_code="381")),
    cpp_mixte(_DRAFT, Draft("F-2")),
    cii(Draft("F-3", encoding="UTF-16")),
    ubl_invoice(Draft("F-4", encoding="ISO-8859-15")),
)
STATUSES = (
    status_flow("SEI001", 1, [_STATUS, _STATUS])[1],
    receipt_flow("SEI001", 2, [_RECEIPT])[1],
)
ARCHIVES = (
    tar_gz({"a.xml": cii(_DRAFT), "b/é.xml": b"<b/>", "s.xades": b"<a/>"}),
    zipped({"a.xml": cii(_DRAFT), "in.zip": zipped({"c.xml": b"<c/>"})}),
    zipped({"a.xml": cii(_DRAFT)}, 0),
    _piped(),
    tar_gz({"n" * 150: b"<a/>"}),
    gzipped(b"<a/>") + gzipped(b"x"),
)
PDF = (
    facturx_pdf(cii(_DRAFT)),
    facturx_pdf(cii(_DRAFT), Packing(filters=("FlateDecode",))),
    facturx_pdf(cii(Draft("F-5")), Packing(others=(("plan.txt", b"x"),))),
)
BASE64 = (
    *(one.encoded.encode() for one in (_PDF, _BARE)),
    b64encode(zipped({"plan.txt": b"a" * 200_000})),  # more than is inflated at once
)
NAMES = (
    b"FSO1106A_JMRPOR_JMRPOR1106000000000000001",
    b"FSO1301A_SEI001_SEI0011301000000000000042",
    "e\u0301\u202e\u200b.xml".encode(),
)
ANSWERS = (b"stream: OK", b"stream: Eicar-Signature FOUND", b"INSTREAM size limit exceeded. ERROR")

TOKENS = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"&#0;", b"&#x110000;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ?>",
    b"<a>" * 60, b"</a>", b"/>", b"xmlns:p='urn:x'", b"xsi:nil='true'", b" encoding='UTF-16'", b" encoding='idna'",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06",
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"%PDF-1.7", b"%%EOF", b"1 0 R", b"<<", b">>", b"[", b"]",
    b"/Prev 0", b"/Kids", b"/Length 999999999", b"/Filter /FlateDecode", b"stream\n", b"endobj", b"9" * 40, b"-1",
    b"NaN", b"1E999999", b"1e-400", b"0" * 400 + b"1", b"\xc3\xa9", b"\xe2\x80\xae", b"\xed\xa0\x80", b"..", b"../",
    b"\n", b"\r", b"=" * 4, b"9999-12-31", b"0000-00-00", b"2026-02-30", b"20269999", b"{value}", b"%s",
    b"'", b'"', b"<", b">", b"&",
)  # fmt: skip
