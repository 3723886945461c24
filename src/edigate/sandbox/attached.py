"""Small files to attach to a document: a PDF of one page, and a ZIP of one file that is the same at every run."""

from __future__ import annotations

import io
import zipfile

_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def tiny_pdf(text: str) -> bytes:
    """Make a valid PDF of one page that shows `text` on one line; characters that Windows-1252 lacks become `?`."""
    shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")
    drawing = b"BT /F1 12 Tf 72 770 Td (" + shown + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
    )
    return _pdf_of(objects)


def _pdf_of(objects: tuple[bytes, ...]) -> bytes:
    pdf, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return pdf + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(pdf))
    )


def zip_of(name: str, content: bytes) -> bytes:
    """Pack one file into a ZIP, dated 1980 so that the same file gives the same bytes."""
    entry = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as into:
        into.writestr(entry, content)
    return archive.getvalue()
