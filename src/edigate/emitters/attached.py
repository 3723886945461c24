"""PJ: the original invoice (01) and what comes with it (02), each as base64 of a ZIP (reference §7.3, §13).

A readable PDF goes with every original that is no PDF itself. Where it is one (E2, E5), the reference knows a duplicate
of it as well; that would hold the very same bytes, and make the largest pivots twice as large, so there is none.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.attachments import (
    MIME_TYPES,
    NAME_LENGTH,
    ORIGINAL,
    SAYS_NOTHING,
    as_wrapper,
    extension,
    holds_pdf,
    says_pdf,
    shortened,
    zipped,
)
from edigate.emitters._xml import element, optional
from edigate.emitters.readable import invoice_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edigate.domain.interfaces import Interface
    from edigate.domain.invoice import Attachment, Invoice
    from edigate.emitters.pivot import Addressing

_MAIN, _COMPLEMENT = "01", "02"
_PDF, _UNKNOWN = MIME_TYPES["pdf"], "application/octet-stream"
# Declared types that say 01 or 02, or "mutually defined", rather than what kind of attachment it is.
_NO_CATEGORY = frozenset({"", "1", "01", "2", "02", "ZZZ"})
_READABLE_CATEGORY = "Facture PDF"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LOCAL_HEADER = 30
_INNER_NAME_WITHIN = 400
_MANY = 999_999  # files of one invoice
_SLIP_NAME = "Bordereau_de_suivi.pdf"


class Attached(NamedTuple):
    """What goes with an invoice: PJs in pieces, the number of the last one, and a name that is left to the slip."""

    pieces: list[bytes]
    last: int
    slip_name: str


class _File(NamedTuple):
    """One file to hand on: `content` is the base64 of its ZIP, empty where the document names it only."""

    name: str
    mime: str
    content: str
    category: str = ""


def attached(invoice: Invoice, original: bytes, interface: Interface, addressing: Addressing) -> Attached:
    """Every PJ, the original invoice first, then a readable one if that is no PDF; no two under one name.

    The original is what was deposited (`original`) where that is a PDF or a structured document (E1, E4), and one of
    the attachments on the other interfaces.
    """
    files = [_file(attachment) for attachment in invoice.attachments]
    stem = _UNSAFE.sub("_", f"FAC{invoice.supplier.identifier}{invoice.number}")
    kind = interface.container
    if kind == "xml" and files and interface.mixed:
        main = files.pop(_chosen(invoice.attachments, files))
    else:
        main = _deposited(stem, original, kind)
    is_pdf = (kind == "pdf" or interface.mixed) and _seems_pdf(main)
    readable = [] if is_pdf else [_readable(stem, invoice, addressing)]
    ordered = [main, *readable, *files]
    *names, slip_name = distinct([*[file.name for file in ordered], _SLIP_NAME])
    pieces: list[bytes] = []
    for order, (file, name) in enumerate(zip(ordered, names, strict=True), start=1):
        pieces += _piece(order, file, name)
    return Attached(pieces, len(ordered), slip_name)


def distinct(names: Iterable[str]) -> Iterator[str]:
    """The names cut to the length of the format; one that came before gets a number before its extension.

    >>> list(distinct(["plan.pdf", "PLAN.pdf", "plan_2.pdf"]))
    ['plan.pdf', 'PLAN_2.pdf', 'plan_2_2.pdf']
    """
    taken: set[str] = set()
    copies: dict[str, int] = {}
    for name in names:
        short = given = shortened(name)
        while given.casefold() in taken:
            # Names that are one but for their end are counted together: a number takes its place.
            alike = _numbered(short, _MANY).casefold()
            copies[alike] = copies.get(alike, 1) + 1
            given = _numbered(short, copies[alike])
        taken.add(given.casefold())
        yield given


def _numbered(name: str, number: int) -> str:
    stem, dot, end = name.rpartition(".")
    mark = f"_{number}{dot}{end}"
    if not stem or len(mark) >= NAME_LENGTH:
        stem, mark = name, f"_{number}"
    return f"{stem[: NAME_LENGTH - len(mark)]}{mark}"


def _file(attachment: Attachment) -> _File:
    encoded = attachment.encoded()
    content = as_wrapper(shortened(attachment.name), encoded) if encoded else ""
    category = "" if attachment.declared_type in _NO_CATEGORY else attachment.declared_type
    return _File(attachment.name, _mime(attachment, content), content, category[:NAME_LENGTH])


def _mime(attachment: Attachment, content: str) -> str:
    if attachment.mime.lower() not in SAYS_NOTHING:
        return attachment.mime
    by_inner_name = MIME_TYPES.get(extension(_inner_name(content)))
    return by_inner_name or MIME_TYPES.get(extension(attachment.name), _UNKNOWN)


def _inner_name(content: str) -> str:
    """The name that the ZIP's first header gives, where the pivot has nothing better to know the file by."""
    head = a2b_base64(content[:_INNER_NAME_WITHIN])
    length = int.from_bytes(head[26:28], "little")
    return head[_LOCAL_HEADER : _LOCAL_HEADER + length].decode("utf-8", "replace")


def _chosen(attachments: tuple[Attachment, ...], files: list[_File]) -> int:
    """The position of the original: the one declared so, else the first PDF, else the first (reference §7.3)."""
    declared = (at for at, attachment in enumerate(attachments) if attachment.declared_type in ORIGINAL)
    pdf = (at for at, file in enumerate(files) if _seems_pdf(file))
    return next(declared, next(pdf, 0))


def _seems_pdf(file: _File) -> bool:
    """Whether type, name or name inside the ZIP says that it is a PDF, and it is one."""
    return says_pdf(file.mime, file.name, _inner_name(file.content)) and holds_pdf(file.content)


def _deposited(stem: str, original: bytes, kind: str) -> _File:
    name = _named(stem, f".{kind}")
    return _File(name, MIME_TYPES[kind], zipped(name, original))


def _readable(stem: str, invoice: Invoice, addressing: Addressing) -> _File:
    name = _named(stem, "_lisible.pdf")
    return _File(name, _PDF, zipped(name, invoice_pdf(invoice, addressing), packed=True), _READABLE_CATEGORY)


def _named(stem: str, end: str) -> str:
    """The name that the gate gives a file, cut before `end`."""
    return f"{stem[: NAME_LENGTH - len(end)]}{end}"


def _piece(order: int, file: _File, name: str) -> tuple[bytes, bytes, bytes]:
    kind = _MAIN if order == 1 else _COMPLEMENT
    # As much of the deposited name as the format takes; the original invoice has none of it (reference §7.3).
    deposited = file.name[:NAME_LENGTH] if kind == _COMPLEMENT and name != file.name else ""
    before, behind = ("<Contenu>", "</Contenu>") if file.content else ("", "")
    return (
        f'<PJ NumOrdre="{order}">{before}'.encode(),
        file.content.encode("ascii"),
        (
            f"{behind}{element('NomPJ', name)}{optional('NomPJOrigine', deposited)}"
            f"{optional('CategoriePJ', file.category)}<TypePJ>{kind}</TypePJ>{element('MimeTypePJ', file.mime)}</PJ>"
        ).encode(),
    )
