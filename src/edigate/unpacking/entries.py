"""Archives opened and read through: each entry judged by name, type, size and kind, documents handed on one by one."""

from __future__ import annotations

import io
from collections import deque
from functools import partial
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from edigate.domain.faults import Fault, Refusal, fault
from edigate.parsers._xml import kind_of
from edigate.unpacking import names, signatures, tarred, zipped
from edigate.unpacking.gzipped import gunzipped
from edigate.unpacking.limits import Ended, Limits, Meter, Tally
from edigate.unpacking.members import FILE, FOLDER, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKED_CHUNK = 1 << 16
HEAD = 4096
IN_MEMORY = 8_000_000
_IN_A_FOLDER = "EDG-F039"
_ARCHIVES = frozenset({"gzip", "zip"})


class Entry(NamedTuple):
    """A document or a signature of an archive.

    `name` is printable and holds the names of the archives around it (`inner.zip/a.xml`); `kind` is "xml", "pdf" or
    "signature", whose content is not kept.
    """

    name: str
    content: bytes
    kind: str


def unpack(source: BinaryIO, kind: str, limits: Limits, wanted: str) -> Iterator[Entry | Fault]:
    """The entries of an archive in its order, and everything that is wrong with it; every fault refuses the flow.

    `source` can seek and is read from its start, `kind` is "gzip" or "zip", `wanted` the kind of a document ("xml" or
    "pdf"). Faults of the archive itself have no entry; one that ends the reading is the last. A document in a folder
    that may not be there is given all the same, so that its own faults can be told too. Memory holds one document,
    when the caller lets go of each before asking for the next. Raises OSError where the source cannot be read or no
    room is left to unpack an inner archive, and nothing else, whatever the bytes.
    """
    tally = Tally(limits, wanted)
    yield from _opened(source, kind, tally)
    if not tally.documents and not tally.faulty:
        yield fault("EDG-F049", "archive", tally.entries, signatures=tally.signatures)


def _opened(source: BinaryIO, kind: str, tally: Tally, outer: str = "", level: int = 1) -> Iterator[Entry | Fault]:
    """One archive, itself the entry `outer` of another at levels above 1."""
    try:
        for found in _members(source, kind, tally):
            if isinstance(found, Fault):
                yield tally.told(found, outer)
            else:
                tally.entry()
                yield from _judged(found, tally, outer, level)
            if tally.over:
                return
    except Ended as ended:
        yield tally.told(ended.fault, outer)


def _members(source: BinaryIO, kind: str, tally: Tally) -> Iterator[Member | Fault]:
    meter = Meter(tally, source.seek(0, io.SEEK_END))
    if kind == "zip":
        return zipped.members(source, meter, tally.limits.entries)
    source.seek(0)
    return tarred.members(meter.through(gunzipped(iter(partial(source.read, PACKED_CHUNK), b""))))


def _judged(member: Member, tally: Tally, outer: str, level: int) -> Iterator[Entry | Fault]:
    """What is wrong with an entry, and the document that it is."""
    shown = names.shown(member.name, outer)
    found = tuple(_at_sight(member, tally, shown))
    yield from (tally.told(one, shown) for one in found)
    if member.type == FILE and not member.faults and member.size <= tally.limits.file_bytes:
        usable = all(one.code == _IN_A_FOLDER for one in found)
        yield from _read(member, tally, shown, level=level, usable=usable)


def _at_sight(member: Member, tally: Tally, shown: str) -> Iterator[Fault]:
    """All that shows before the content is read."""
    if member.type == FOLDER and not names.plain(member.name):
        return
    unsafe = names.unsafe(member.name.rstrip("/") if member.type == FOLDER else member.name)
    if unsafe:
        yield unsafe
    if member.type == FOLDER:
        return
    if member.type != FILE:
        yield fault("EDG-F037", "entry", member.type, found=f"archive.{member.type}")
        return
    if not unsafe:
        yield from _misplaced(member, tally, shown)
    if member.size > tally.limits.file_bytes:
        yield fault("EDG-F042", "entry", member.size, limit=tally.limits.file_bytes)
    yield from member.faults


def _misplaced(member: Member, tally: Tally, shown: str) -> Iterator[Fault]:
    if "/" in names.plain(member.name) and not tally.limits.folders:
        yield fault("EDG-F039", "entry", shown)
    if not tally.is_new(names.key(member.name), shown):
        yield fault("EDG-F040", "entry", shown, other=tally.names[names.key(member.name)])


def _read(member: Member, tally: Tally, shown: str, *, level: int, usable: bool) -> Iterator[Entry | Fault]:
    """The content: a document, a signature, an archive to open, or what is wrong with it."""
    try:
        kind, pieces = _recognised(member.pieces)
        if kind in _ARCHIVES and level < tally.limits.nesting:
            yield from _inner(pieces, kind, tally, shown, level + 1)
        elif kind in {"xml", tally.wanted}:
            yield from _document(_whole(pieces), kind, tally, shown, usable=usable)
        else:
            deque(pieces, maxlen=0)
            yield from _no_document(kind, tally, shown)
    except Refusal as refusal:
        yield from (tally.told(one, shown) for one in refusal.faults)
    except Ended as ended:
        raise Ended(ended.fault.within(shown)) from None


def _recognised(pieces: Iterator[bytes]) -> tuple[str, Iterator[bytes]]:
    """What the first bytes announce, and all the pieces still."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD:
            break
    return kind_of(head[:HEAD]), chain((head,), pieces)


def _whole(pieces: Iterator[bytes]) -> bytes:
    """The content in one; joining a list of pieces would hold it twice."""
    content = io.BytesIO()
    for piece in pieces:
        content.write(piece)
    return content.getvalue()


def _inner(pieces: Iterator[bytes], kind: str, tally: Tally, shown: str, level: int) -> Iterator[Entry | Fault]:
    """An archive in the archive, laid aside because a ZIP is read from its end."""
    with SpooledTemporaryFile(IN_MEMORY) as aside:
        for piece in pieces:
            aside.write(piece)
        yield from _opened(cast("BinaryIO", aside), kind, tally, shown, level)


def _document(content: bytes, kind: str, tally: Tally, shown: str, *, usable: bool) -> tuple[Entry | Fault, ...]:
    """One tuple for at most one: nothing here keeps the content while the caller works on it."""
    if kind == "xml" and signatures.is_signature(content):
        return _signature(tally, shown)
    if kind != tally.wanted:
        return _no_document(kind, tally, shown)
    tally.document()
    return (Entry(shown, content, kind),) if usable else ()


def _no_document(kind: str, tally: Tally, shown: str) -> tuple[Entry | Fault, ...]:
    if kind == "other" and signatures.is_named_so(shown):
        return _signature(tally, shown)
    if kind == "empty":
        return (tally.told(fault("EDG-F041", "entry", 0), shown),)
    if kind in _ARCHIVES:
        return (tally.told(fault("EDG-F048", "entry", kind, found=kind, most=tally.limits.nesting), shown),)
    return (tally.told(fault("EDG-F043", "entry", kind, found=kind, expected=tally.wanted), shown),)


def _signature(tally: Tally, shown: str) -> tuple[Entry, ...]:
    tally.signatures += 1
    return (Entry(shown, b"", "signature"),)
