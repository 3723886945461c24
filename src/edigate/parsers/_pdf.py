"""A PDF's objects, read with qpdf without repair and without inflating more than a limit."""

from __future__ import annotations

import io
import logging
import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from edigate.domain.faults import Refusal, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN_BYTES = 8_000_000  # qpdf inflates a stream of the file's own structure, or one that it alone can decode
# What qpdf minds is among the faults: its own log would write it on standard error too.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)
# qpdf's limits are the process's: they are set once, before anything is read.
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=10_000,
    flate_max_memory=_OWN_BYTES,
    run_length_max_memory=_OWN_BYTES,
    png_max_memory=_OWN_BYTES,
    tiff_max_memory=_OWN_BYTES,
)

MAX_ENTRIES = 1_000
_MAX_IN_TREE = 10 * MAX_ENTRIES  # nodes that share their lists make a tree of a million entries in a few kilobytes
_MAX_IN_NAMES = 1_000_000  # of all files together: thousands of entries can share one name of megabytes
_MAX_FILTERS = 4
_FLATE = "FlateDecode"
# The others that PDF/A allows and that keep within a small multiple of what they decode.
_BY_QPDF = frozenset({_FLATE, "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode"})
_TOO_SHORT = "the compressed data end too early"
_MESSAGE = re.compile(r"(?:stream )?<[^>]*>(?: \((?P<within>[^()]*)\)|, (?P<at>[^:]*))?: (?P<what>.*)")
_QPDF_ERRORS = (pikepdf.PdfError, RuntimeError, ValueError, MemoryError)


class TooLarge(Exception):
    """What a stream holds goes past the limit."""


class Undecodable(Exception):
    """What a stream holds cannot be decoded, for this reason."""

    def __init__(self, reason: str) -> None:
        """Carry the reason."""
        super().__init__(reason)
        self.reason = reason


class FileSpec(NamedTuple):
    """One embedded file as one place of the PDF lists it; `streams` holds its content, once or twice."""

    name: str
    relationship: str
    streams: tuple[pikepdf.Object, ...]
    place: str


@contextmanager
def opened(content: bytes) -> Iterator[pikepdf.Pdf]:
    """The PDF, closed at the end; raises Refusal where it is damaged (EDG-F060) or encrypted (EDG-F061).

    What qpdf comes upon while objects are asked for is refused likewise.
    """
    try:
        # Without recovery: a rebuilt table of objects may hold what the sender had replaced or deleted.
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise Refusal(fault("EDG-F061", "document"))
            yield pdf
    except pikepdf.PasswordError:
        raise Refusal(fault("EDG-F061", "document")) from None
    except _QPDF_ERRORS as error:
        raise Refusal(fault("EDG-F060", "document", reason=told(error))) from None


def told(error: object) -> str:
    """What qpdf says of a file and where in it, without the name it has for the file."""
    text = " ".join(str(error).split()) or type(error).__name__
    found = _MESSAGE.fullmatch(text)
    if found is None:
        return text
    where = found["within"] or found["at"]
    return f"{found['what']} ({where})" if where else found["what"]


def embedded_files(pdf: pikepdf.Pdf) -> Iterator[FileSpec]:
    """The files that the catalogue associates with the document, then those in its tree of embedded files."""
    characters = 0
    for place, listed in (("AF", _associated(pdf.Root)), ("EmbeddedFiles", _named(pdf.Root))):
        for spec in listed:
            if isinstance(spec, pikepdf.Dictionary):
                name, relationship = _name(spec), _word(spec.get("/AFRelationship"))
                characters += len(name) + len(relationship)
                if characters > _MAX_IN_NAMES:
                    reason = f"more than {_MAX_IN_NAMES} characters in names of files"
                    raise Refusal(fault("EDG-F060", "document", reason=reason))
                yield FileSpec(name, relationship, _streams(spec), place)


def decoded(stream: pikepdf.Object, limit: int) -> bytes:
    """What a stream holds; raises TooLarge or Undecodable."""
    filters = [_word(one) for one in _listed(stream.get("/Filter"))]
    strange = _strange(filters)
    if strange:
        raise Undecodable(strange)
    simple = set(filters) <= {_FLATE} and not _predicted(stream)
    data = _inflated(stream, len(filters), limit) if simple else _by_qpdf(stream)
    if len(data) > limit:
        raise TooLarge
    return data


def _strange(filters: list[str]) -> str:
    """What is wrong with the filters of a stream, empty for nothing."""
    if len(filters) > _MAX_FILTERS:
        return f"more than {_MAX_FILTERS} filters"
    return next((f"filter {name or '?'}" for name in filters if name not in _BY_QPDF), "")


def _inflated(stream: pikepdf.Object, times: int, limit: int) -> bytes:
    raw = stream.get_raw_stream_buffer()
    if not times and len(raw) > limit:
        raise TooLarge
    data: bytes | pikepdf._core.Buffer = raw
    for _ in range(times if len(raw) else 0):  # nothing at all is what some write for an empty file
        data = _inflate(data, limit)
    return bytes(data)


def _inflate(data: bytes | pikepdf._core.Buffer, limit: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        inflated = engine.decompress(data, limit + 1)
    except zlib.error as error:
        raise Undecodable(told(error)) from None
    if len(inflated) > limit:
        raise TooLarge
    if not engine.eof:
        raise Undecodable(_TOO_SHORT)
    return inflated


def _by_qpdf(stream: pikepdf.Object) -> bytes:
    try:
        return stream.read_bytes()
    except _QPDF_ERRORS as error:
        raise Undecodable(told(error)) from None


def _predicted(stream: pikepdf.Object) -> bool:
    parameters = _listed(stream.get("/DecodeParms"))
    return any(isinstance(one, pikepdf.Dictionary) and one.get("/Predictor", 1) != 1 for one in parameters)


def _listed(value: object) -> list[object]:
    """An entry that may be left out, stand alone or be an array; raises Refusal for one of absurd length."""
    if isinstance(value, pikepdf.Array):
        _stop_at(len(value))
        return list(value)
    return [] if value is None else [value]


def _stop_at(count: int, most: int = MAX_ENTRIES) -> None:
    if count > most:
        raise Refusal(fault("EDG-F060", "document", reason=f"more than {most} entries in a list of files"))


def _associated(root: pikepdf.Object) -> Iterator[object]:
    yield from _listed(root.get("/AF"))


def _named(root: pikepdf.Object) -> Iterator[object]:
    """The values of the name tree, whatever its shape: a node that comes round again is read once."""
    names = root.get("/Names")
    nodes: list[object] = [names.get("/EmbeddedFiles")] if isinstance(names, pikepdf.Dictionary) else []
    seen: set[tuple[int, int]] = set()
    count = 0
    while nodes:
        node = nodes.pop()
        if isinstance(node, pikepdf.Dictionary) and not (node.is_indirect and node.objgen in seen):
            seen.add(node.objgen)
            files, kids = _listed(node.get("/Names")), _listed(node.get("/Kids"))
            count += 1 + len(files) + len(kids)
            _stop_at(count, _MAX_IN_TREE)
            yield from files[1::2]
            nodes.extend(kids[::-1])


def _name(spec: pikepdf.Dictionary) -> str:
    """The file's name, in Unicode where there is one."""
    return next((str(spec[key]) for key in ("/UF", "/F") if isinstance(spec.get(key), pikepdf.String)), "")


def _word(value: object) -> str:
    """A name without its slash; empty for what is no name."""
    return str(value).removeprefix("/") if isinstance(value, pikepdf.Name) else ""


def _streams(spec: pikepdf.Dictionary) -> tuple[pikepdf.Object, ...]:
    """The file's content under each of its keys, one stream once."""
    held = spec.get("/EF")
    if not isinstance(held, pikepdf.Dictionary):
        return ()
    found = (held.get(key) for key in ("/F", "/UF"))
    return tuple({one.objgen: one for one in found if isinstance(one, pikepdf.Stream)}.values())
