"""What a file is that holds no document of an interface: told by its first bytes, so that its sender knows which."""

from __future__ import annotations

import re

# Magic numbers as the formats' own descriptions give them; a tar's stands behind its first name.
_MAGIC = (
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (257, b"ustar", "tar"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF8", "gif"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (0, rb"{\rtf", "office"),
    (30, b"[Content_Types].xml", "office"),  # the first file of a docx, xlsx or pptx, which are ZIPs
    (30, b"_rels/.rels", "office"),
    (30, b"mimetypeapplication/vnd.oasis.opendocument", "office"),
    (0, b"\x7fELF", "program"),
    (0, b"MZ", "program"),
)
_TEXTLIKE = frozenset({b"MZ", b"BZh", b"GIF8"})  # a text may begin so
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_XML = b"<?xml"
_EBCDIC_XML = b"\x4c\x6f\xa7\x94\x93"


def foreign(start: bytes, kind: str, wanted: str) -> str:
    """What came instead of what is wanted ("xml" or "pdf"); empty where a reader of that had better say what ails it.

    `kind` is what `_xml.kind_of` made of these first bytes: what it does not know may be a text that is nearly XML, or
    a PDF with something before it.
    """
    if kind in {wanted, "gzip", "empty"}:
        return ""
    if kind in {"other", "zip"}:
        named = _named(start)
        if named or kind == "zip":
            return named
        if b"%PDF-" in start if wanted == "pdf" else _is_text(start):
            return ""
    return kind


def _named(start: bytes) -> str:
    for at, magic, kind in _MAGIC:
        if start.startswith(magic, at) and not (magic in _TEXTLIKE and _is_text(start)):
            return kind
    return ""


def _is_text(start: bytes) -> bool:
    """Whether it is no binary file: UTF-16 is full of zeros, XML in EBCDIC or with a stray control character is XML."""
    return not _CONTROL.search(start) or _XML in start.replace(b"\0", b"") or start.startswith(_EBCDIC_XML)
