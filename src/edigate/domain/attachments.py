"""Attached files: their names, and what their base64 text holds (reference §13).

AIFE's own flows hold the base64 of a ZIP with the one file in it, here called a wrapper, whatever the declared type
says; the bare file is taken too. A wrapper's file is inflated to be counted and checked, and kept nowhere.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain import wrappers
from edigate.domain.base64_ends import ends_whole
from edigate.domain.wrapper_form import is_ordinary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zipfile import ZipInfo

NAME_LENGTH = 50

# fmt: off
MIME_TYPES: Mapping[str, str] = MappingProxyType({
    "bmp": "image/bmp", "gif": "image/gif", "fax": "image/g3fax", "jpeg": "image/jpeg", "jpg": "image/jpeg",
    "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff",
    "csv": "text/csv", "htm": "text/html", "html": "text/html", "txt": "text/plain", "rtf": "application/rtf",
    "pdf": "application/pdf", "xhtml": "application/xhtml+xml", "xml": "application/xml",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pps": "application/vnd.ms-powerpoint", "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlc": "application/vnd.ms-excel", "xlm": "application/vnd.ms-excel", "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "bz2": "application/x-bzip2", "gz": "application/gzip", "gzip": "application/gzip", "tgz": "application/gzip",
    "zip": "application/zip", "p7s": "application/pkcs7-signature",
})
"""The extensions that G4.03 allows, in lower case, with the type of such a file."""

OTHER_TYPES: Mapping[str, frozenset[str]] = MappingProxyType({
    "bmp": frozenset({"image/x-bmp", "image/x-ms-bmp"}),
    "jpeg": frozenset({"image/jpg", "image/pjpeg"}), "jpg": frozenset({"image/jpg", "image/pjpeg"}),
    "png": frozenset({"image/x-png"}), "svg": frozenset({"image/svg"}),
    "csv": frozenset({"application/csv", "application/vnd.ms-excel", "text/plain"}),
    "htm": frozenset({"application/xhtml+xml"}), "html": frozenset({"application/xhtml+xml"}),
    "xhtml": frozenset({"application/xml", "text/html", "text/xml"}), "txt": frozenset({"text/csv"}),
    "rtf": frozenset({"text/richtext", "text/rtf"}), "pdf": frozenset({"application/x-pdf"}),
    "xml": frozenset({"text/xml"}), "doc": frozenset({"application/vnd.ms-word"}),
    "pps": frozenset({"application/mspowerpoint"}), "ppt": frozenset({"application/mspowerpoint"}),
    "xls": frozenset({"application/excel", "application/msexcel", "application/x-msexcel"}),
    "bz2": frozenset({"application/bzip2", "application/x-bzip"}),
    "gz": frozenset({"application/x-gzip"}), "gzip": frozenset({"application/x-gzip"}),
    "tgz": frozenset({"application/x-gzip", "application/x-compressed-tar", "application/x-tar"}),
    "p7s": frozenset({"application/x-pkcs7-signature"}),
})
# fmt: on
"""Other types that senders declare for files of these extensions, and that are right as well."""

SAYS_NOTHING = frozenset({"", "application/zip", "application/x-zip-compressed", "application/octet-stream"})
"""Declared types that speak of the ZIP around the file, or of nothing, rather than of the file."""

_PDF_TYPES = frozenset({MIME_TYPES["pdf"], *OTHER_TYPES["pdf"]})

ORIGINAL = frozenset({"1", "01"})
"""Declared types of the invoice itself (TypePJ, DocumentType)."""

ZIP_BASED = frozenset({"zip", "docx", "pptx", "xlsx", "odp", "ods", "odt"})
"""Extensions of files that are themselves ZIPs, so that a ZIP of several files may be the bare file."""

_FORBIDDEN = frozenset('/\\:*?"<>|')
_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN = 1024
_TAIL_CHARACTERS = (wrappers.TAIL + 2) // 3 * 4
"""The end of a wrapper's base64 in which its directory stands; a multiple of 4, so that it can be cut off."""

_HEAD_CHARACTERS = 8192
"""The start of a wrapper's base64 in which the first bytes of its file stand, whatever its header says before them."""

_PIECE_CHARACTERS = 1 << 18


class Flaw(StrEnum):
    """Why a content cannot be taken."""

    EMPTY = auto()
    TOO_LARGE = auto()
    NOT_BASE64 = auto()
    ZIP_UNREADABLE = auto()
    ZIP_OF_SEVERAL = auto()
    ZIP_ENCRYPTED = auto()
    ZIP_METHOD = auto()
    ZIP_DAMAGED = auto()
    NOT_A_PDF = auto()


@dataclass(frozen=True, slots=True)
class AttachmentContent:
    """What a content was found to be: one flaw, or a file; of a file that is no PDF, both.

    `wrapped` says that it came in a ZIP of its own, where it is called `inner_name`, folders and all; `size` is that
    of the file itself in bytes, as they were counted.
    """

    flaw: Flaw | None = None
    wrapped: bool = False
    inner_name: str = ""
    size: int = 0


def extension(name: str) -> str:
    """What follows the last dot, in lower case; empty where there is none.

    >>> extension("Plan.v2.PDF"), extension("LISEZMOI")
    ('pdf', '')
    """
    return name.rpartition(".")[2].lower() if "." in name else ""


def shortened(name: str, length: int = NAME_LENGTH) -> str:
    """The name cut to a length, its extension kept where it fits.

    >>> shortened("releve-de-travaux.pdf", 12)
    'releve-d.pdf'
    """
    if len(name) <= length:
        return name
    stem, dot, end = name.rpartition(".")
    room = length - len(end) - 1
    return f"{stem[:room]}.{end}" if dot and stem and room > 0 else name[:length]


def forbidden_characters(name: str) -> str:
    """The characters of a name that no file name can have everywhere, each once, in their order."""
    return "".join(dict.fromkeys(char for char in name if char in _FORBIDDEN or not char.isprintable()))


def base_name(path: str) -> str:
    r"""What a name in a ZIP comes to without its folders, and without the end that Windows leaves out.

    >>> base_name("../plans/a.pdf"), base_name("C:\\\\plans\\\\a.pdf. "), base_name("..")
    ('a.pdf', 'a.pdf', '')
    """
    return path.replace("\\", "/").rpartition("/")[2].rstrip(" .")


def safe_name(path: str, otherwise: str) -> str:
    """What a file so named in its ZIP is called in that of the recipient: its own name, where it has one.

    >>> safe_name("../plan?.pdf", "a.pdf"), safe_name("/", "a.pdf"), safe_name("plan.pdf", "a.pdf")
    ('plan_.pdf', 'a.pdf', 'plan.pdf')
    """
    name = base_name(path)
    for character in forbidden_characters(name):
        name = name.replace(character, "_")
    return name or otherwise


def says_pdf(mime: str, *names: str) -> bool:
    """Whether a declared type or one of a file's names, in its ZIP or outside, says that it is a PDF.

    >>> says_pdf("application/zip", "facture.zip", "d/facture.PDF"), says_pdf("", "facture.pdf.txt")
    (True, False)
    """
    return _plain_type(mime) in _PDF_TYPES or any(name.rstrip(" .").lower().endswith(".pdf") for name in names)


def type_contradicted(name: str, declared: str) -> bool:
    """Whether a declared type says something else than the name's extension; both must say something.

    A name of an archive says nothing of what is in it, which is what the type is of.

    >>> type_contradicted("plan.pdf", "image/tiff"), type_contradicted("plan.pdf", "application/zip")
    (True, False)
    """
    kind, said = extension(name), _plain_type(declared)
    if kind == "zip" or kind not in MIME_TYPES or said in SAYS_NOTHING:
        return False
    return said != MIME_TYPES[kind] and said not in OTHER_TYPES.get(kind, ())


def inspect(name: str, encoded: str | None, limit: int, mime: str = "") -> AttachmentContent:
    """What a base64 text holds, white space in it aside; the file may have up to `limit` bytes. Decodes once.

    What its name, its declared type or its name in the ZIP calls a PDF must be one.
    """
    try:
        text = _compact(encoded or "")
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return AttachmentContent(Flaw.NOT_BASE64)
    # More padding than there should be, and other bits in it than zeros, which Python minds not and schemas do.
    if len(data) != _decoded_length(text) or not ends_whole(text):
        return AttachmentContent(Flaw.NOT_BASE64)
    try:
        return _zip_content(name, mime, data, limit) if _is_zip(data) else _bare_content(name, mime, data, limit)
    except wrappers.UNREADABLE:
        return AttachmentContent(Flaw.ZIP_UNREADABLE)
    except wrappers.DAMAGED:
        return AttachmentContent(Flaw.ZIP_DAMAGED)


def pieces(encoded: str) -> Iterator[bytes]:
    """What a base64 text holds, piece by piece; it ends where the text is damaged."""
    rest = b""
    for at in range(0, len(encoded), _PIECE_CHARACTERS):
        try:
            rest += _compact(encoded[at : at + _PIECE_CHARACTERS])
            whole = len(rest) // 4 * 4
            yield binascii.a2b_base64(rest[:whole], strict_mode=True)
        except ValueError:
            return
        rest = rest[whole:]


def inner_pieces(encoded: str, limit: int) -> Iterator[bytes]:
    """The file in a wrapper, piece by piece, no further than past `limit`; nothing of what is no wrapper.

    Of a damaged one it is what can be inflated.
    """
    try:
        data = binascii.a2b_base64(_compact(encoded))
        listed = wrappers.listing(data[-wrappers.TAIL :], len(data)) if _is_zip(data) else None
        if listed is None or len(listed.files) != 1:
            return
        size = 0
        for piece in wrappers.pieces(data, listed.files[0], listed.cut):
            yield bytes(piece)
            size += len(piece)
            if size > limit:
                return
    except (*wrappers.UNREADABLE, wrappers.DAMAGED):
        return


def as_wrapper(name: str, encoded: str) -> str:
    """The base64 of a ZIP with the file in it, from a content that `inspect` found sound.

    A wrapper is handed on as it came, without being decoded again, where it is as ordinary programs make it: its file
    under a safe name, and nothing else anywhere. Otherwise its file is put in another one, as a bare file is in one.
    """
    text = _compact(encoded)
    tail, length = binascii.a2b_base64(text[-_TAIL_CHARACTERS:]), _decoded_length(text)
    head = tail if length == len(tail) else binascii.a2b_base64(text[:_HEAD_CHARACTERS])
    listed = wrappers.listing(tail, length) if _is_zip(head) else None
    if listed is None or len(listed.files) != 1:
        return zipped(name, binascii.a2b_base64(text))
    (entry,) = listed.files
    safe = safe_name(entry.orig_filename, name)
    if entry.orig_filename == safe and is_ordinary(head, tail, length):
        return text.decode("ascii")
    data = binascii.a2b_base64(text)
    return zipped(safe, b"".join(wrappers.pieces(data, entry, listed.cut)))


def holds_pdf(content: str) -> bool:
    """Whether the file of a wrapper that `as_wrapper` gave is a PDF, by its first bytes."""
    head = binascii.a2b_base64(content[:_HEAD_CHARACTERS])
    try:
        return _is_pdf(wrappers.start(head))
    except (*wrappers.UNREADABLE, wrappers.DAMAGED):
        return False


def zipped(name: str, data: bytes, *, packed: bool = False) -> str:
    """The base64 of a ZIP that holds the data under this name, as it is where it is `packed`; always the same bytes."""
    return binascii.b2a_base64(wrappers.made(name, data, packed=packed), newline=False).decode("ascii")


def _compact(encoded: str) -> bytes:
    return encoded.encode("ascii").translate(None, b" \t\r\n")


def _decoded_length(text: bytes) -> int:
    return len(text) // 4 * 3 - text.count(b"=", -2)


def _plain_type(declared: str) -> str:
    return declared.partition(";")[0].strip().lower()


def _is_pdf(data: bytes) -> bool:
    return _PDF_MARK in data[:_PDF_MARK_WITHIN]


def _is_zip(data: bytes) -> bool:
    return data.startswith(wrappers.SIGNATURES)


def _bare_content(name: str, mime: str, data: bytes, limit: int) -> AttachmentContent:
    if not data:
        return AttachmentContent(Flaw.EMPTY)
    if len(data) > limit:
        return AttachmentContent(Flaw.TOO_LARGE)
    if extension(name) == "zip" and not _is_zip(data):
        return AttachmentContent(Flaw.ZIP_UNREADABLE)
    if says_pdf(mime, name) and not _is_pdf(data):
        return AttachmentContent(Flaw.NOT_A_PDF)
    return AttachmentContent(size=len(data))


def _zip_content(name: str, mime: str, data: bytes, limit: int) -> AttachmentContent:
    found = wrappers.listing(data[-wrappers.TAIL :], len(data))
    if len(found.files) != 1 and extension(name) in ZIP_BASED:
        return _bare_content(name, mime, data, limit)
    flaw = _flaw_listed(found.files, limit)
    if flaw:
        return AttachmentContent(flaw)
    content, start = _wrapped(data, found, limit)
    if content.wrapped and says_pdf(mime, name, content.inner_name) and not _is_pdf(start):
        return replace(content, flaw=Flaw.NOT_A_PDF)
    return content


def _flaw_listed(files: Sequence[ZipInfo], limit: int) -> Flaw | None:
    """What a directory alone shows; that it shows nothing is no proof."""
    if len(files) > 1:
        return Flaw.ZIP_OF_SEVERAL
    if any(map(wrappers.encrypted, files)):
        return Flaw.ZIP_ENCRYPTED
    if not any(file.file_size for file in files):
        return Flaw.EMPTY
    if files[0].file_size > limit:
        return Flaw.TOO_LARGE
    return None if files[0].compress_type in wrappers.METHODS else Flaw.ZIP_METHOD


def _wrapped(data: bytes, listed: wrappers.Listing, limit: int) -> tuple[AttachmentContent, bytes]:
    """What the one file of a ZIP is found to be when it is inflated, and its first bytes."""
    (entry,) = listed.files
    found = wrappers.measured(data, entry, listed.cut, limit)
    if found.size > limit:
        return AttachmentContent(Flaw.TOO_LARGE), b""
    if (found.size, found.check) != (entry.file_size, entry.CRC):
        return AttachmentContent(Flaw.ZIP_DAMAGED), b""
    return AttachmentContent(wrapped=True, inner_name=entry.orig_filename, size=found.size), found.start
