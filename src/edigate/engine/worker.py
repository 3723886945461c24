"""What runs in a worker process: it opens schemas and directory once, then examines one share after another."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import resource
import signal
import sqlite3
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.clamd import Scanner, allowance, scanner
from edigate.domain.faults import Hold
from edigate.engine import fork_server
from edigate.engine.aside import IN_SHARE, NOTE, Aside, sweep
from edigate.ledger.archive import Altered, Archived, Unreachable
from edigate.ledger.directory import Snapshot
from edigate.ledger.snapshots import bring
from edigate.pipeline.desk import Deposit, Desk, Whole
from edigate.pipeline.examine import WHOLE, Looked, Part, examine, joined, look_into, render_again
from edigate.xsd import INVOICES, Limits, SchemaMissing, Shelf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from edigate.domain.interfaces import Interface
    from edigate.domain.partners import PartnerBook
    from edigate.domain.settings import RuleSettings
    from edigate.domain.verdicts import Content, Examination
    from edigate.engine.gate import Gate
    from edigate.ledger.archive import Archive
    from edigate.ledger.payloads import Payloads
    from edigate.pipeline.desk import Source
    from edigate.routing import Addressee
    from edigate.xsd.shelf import Compiled

READ_AT_ONCE = 256_000
BYTES_A_SECOND = 1_000_000  # packed, of an archive: ten times slower than what was seen of the slowest documents
_PR_SET_PDEATHSIG = 1
# Objects after which cycles are looked for while something is examined. Good invoices leave none behind, and looking
# through all that one of 4,000 lines is made of, again and again, took a fourth of its time.
_BEFORE_COLLECTING = 100_000
_YOUNG = 1
_current = -1
_compiled: Compiled = MappingProxyType({})
_shelf: Shelf
_scanner: Scanner | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What a worker is told once: folders, tables, rule settings, seconds for one flow, bytes of memory, its umask.

    It will `spare` so many bytes of the disk.

    `schemas` is the folder of edigate's own schemas, `site_schemas` those that a site puts in place of others, by key.
    """

    archive: Archive
    storage: Payloads
    directory: Path
    work: Path
    interfaces: dict[str, Interface]
    schemas: Path
    site_schemas: dict[str, Path]
    rules: RuleSettings
    seconds: int
    bytes: int = 4_000_000_000
    umask: int = 0o027
    spare: int = 0

    @classmethod
    def of(cls, gate: Gate, work: Path) -> Charge:
        """What the workers of this gate are told, their private files lying in `work`."""
        settings = gate.settings
        return cls(
            archive=gate.archive,
            storage=gate.storage,
            directory=gate.places.directory,
            work=work,
            interfaces=dict(gate.interfaces),
            schemas=gate.schemas,
            site_schemas=dict(gate.site_schemas),
            rules=settings.for_rules(),
            seconds=settings.engine.examine_seconds,
            bytes=settings.engine.worker_bytes,
            umask=int(settings.outbox.umask, 8),
            spare=settings.engine.disk_free_bytes // 2,  # what was taken in while there was more has to get through
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One run to examine, or the part of its documents that one worker looks into."""

    run: str
    archived: str
    name: str
    partner: str
    received_on: dt.date
    size: int
    incomplete: bool
    part: Part = WHOLE


@dataclass(frozen=True, slots=True)
class Share:
    """A worker's part of a batch; `book` is the pickled PartnerBook, the same bytes as long as it does not change.

    `room` is for the pivots that are handed on in memory.
    """

    book: bytes
    directory_version: str
    items: tuple[Item, ...]
    room: int = IN_SHARE


@dataclass(frozen=True, slots=True)
class Waits:
    """An examination that could not be carried through."""

    reason: str
    detail: str


def unread(error: Altered | Unreachable) -> Waits:
    """Why a flow waits whose file cannot be had from the archive."""
    if isinstance(error, Altered):
        return Waits("archive_altered", str(error))
    return Waits("archive_unreachable", str(error))


_charge: Charge


def compile_schemas(own: Path) -> None:
    """Compile the packaged schemas of invoices, for all workers that are forked from this process.

    One that cannot be used is left to the worker that needs it, which tells why.
    """
    global _compiled  # noqa: PLW0603 - see _start
    shelf = Shelf(own, clock=time.process_time)
    with suppress(SchemaMissing):
        for key in INVOICES:
            shelf.compiled(key)
    _compiled = shelf.all_compiled()


def serve(charge: Charge, pipe: Connection) -> None:
    """A worker's life: one call after another, until the gate hangs up."""
    _start(charge)
    with suppress(EOFError, OSError):
        pipe.send(os.getpid())
        while True:
            function, args = pipe.recv()
            pipe.send_bytes(_answer(function, args))
            gc.collect(_YOUNG)


def _start(charge: Charge) -> None:
    """Make the process a worker: it dies with its parent, ignores the terminal's ^C and notes what it is at."""
    global _charge, _current, _scanner, _shelf  # noqa: PLW0603 - the process is the worker
    os.umask(charge.umask)  # the fork server may be older than the gate's own
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    fork_server.let_go()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A forged PDF can take seventy times its size.
    resource.setrlimit(resource.RLIMIT_DATA, (charge.bytes, charge.bytes))
    _charge = charge
    limits = Limits.of(charge.rules)
    _shelf = Shelf(charge.schemas, charge.site_schemas, clock=time.process_time, limits=limits, compiled=_compiled)
    _scanner = scanner(charge.rules.antivirus, charge.rules.antivirus_seconds)
    _current = os.open(_note(charge.work, os.getpid()), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    gc.freeze()  # what was imported stays
    gc.set_threshold(_BEFORE_COLLECTING, *gc.get_threshold()[1:])


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps((True, function(*args)))
    except Exception:  # noqa: BLE001 - whatever went wrong is told, and the worker lives
        return pickle.dumps((False, traceback.format_exc()))


def noted(work: Path, pid: int) -> str:
    """The run that a worker was at, empty for none."""
    try:
        return _note(work, pid).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _note(work: Path, pid: int) -> Path:
    return work / f"{pid}{NOTE}"


def examine_share(share: Share) -> list[Examination | Looked | Waits]:
    """Examine each item; past the time allowed the kernel ends the process, whatever it is stuck in."""
    try:
        desk = _desk(share.book, share.directory_version)
    except sqlite3.Error as error:
        return [Waits("no_directory", f"{share.directory_version}: {error}")] * len(share.items)
    except Unreachable as error:
        return [unread(error)] * len(share.items)
    _shelf.allowance.begin_batch()
    found: list[Examination | Looked | Waits] = []
    aside = Aside(_charge.work, share.room, _charge.spare)
    for item in share.items:
        os.pwrite(_current, item.run.encode().ljust(40), 0)
        signal.setitimer(signal.ITIMER_REAL, _seconds_for(item.size))
        try:
            found.append(_examine(item, desk, aside))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    os.pwrite(_current, b" " * 40, 0)
    return found


def whole(
    found: Iterable[tuple[Item, Examination | Looked | Waits]], rules: RuleSettings
) -> Iterator[tuple[str, Examination | Waits]]:
    """The same by run, the parts of each put together; one that could not be looked into lets the whole run wait."""
    parts: list[Examination | Looked | Waits] = []
    for item, one in found:
        parts.append(one)
        if item.part.number + 1 == item.part.of:
            done = [part for part in parts if not isinstance(part, Looked)]
            yield (
                item.run,
                done[0] if done else joined([part for part in parts if isinstance(part, Looked)], rules.flow_invoices),
            )
            parts = []


def _seconds_for(size: int) -> float:
    """Time for a flow of so many bytes; a scanner that takes all of its own has the flow held, not the worker ended."""
    asking = allowance(_charge.rules.antivirus_seconds, size) if _scanner else 0
    return _charge.seconds + size // BYTES_A_SECOND + asking


def render_share(
    archived: str, interface: str, received_on: dt.date, whom: dict[int, Addressee], room: int
) -> dict[int, Content] | Waits:
    """The pivots of an archived flow once more: for a later reader, or a gate that died before it placed them."""
    try:
        return render_again(
            Archived(_charge.archive, archived),
            whom,
            interface=_charge.interfaces[interface],
            received_on=received_on,
            rules=_charge.rules,
            keep=partial(Aside(_charge.work, room, _charge.spare).keep, archived.rpartition("/")[2]),
        )
    except Hold as hold:
        return Waits(hold.reason, hold.detail)


def _examine(item: Item, desk: Desk, aside: Aside) -> Examination | Looked | Waits:
    depositor = desk.book.get(item.partner)
    if depositor is None:
        return Waits("no_partner", item.partner)
    deposit = Deposit(item.name, depositor, item.received_on, item.size, item.incomplete)
    try:
        source, keep = _source(item), partial(aside.keep, item.run)
        shared = item.part.of > 1
        return look_into(deposit, source, desk, keep, item.part) if shared else examine(deposit, source, desk, keep)
    except Hold as hold:
        with suppress(OSError):
            sweep(_charge.work, item.run.__eq__)  # nobody will ask for it, and the disk may be full of it
        return Waits(hold.reason, hold.detail)
    except (Altered, Unreachable) as error:
        return unread(error)
    except MemoryError:
        return Waits("no_memory", f"{_charge.bytes}")
    except Exception:  # noqa: BLE001 - a fault of ours must neither pass nor refuse the flow
        return Waits("internal_error", traceback.format_exc())


def _source(item: Item) -> Source:
    archived = Archived(_charge.archive, item.archived)
    return Whole(archived) if item.size <= READ_AT_ONCE else archived


@lru_cache(maxsize=2)
def _desk(book: bytes, directory_version: str) -> Desk:
    partners: PartnerBook = pickle.loads(book)  # noqa: S301 - from our own parent
    snapshot = Snapshot(bring(_charge.storage, _charge.directory, directory_version))
    return Desk(_charge.interfaces, _shelf, _charge.rules, partners, snapshot, _scanner)
