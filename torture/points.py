"""The table of points at which a gate can be struck, and what can be done to it there: every fault has a name.

A point is a function of edigate, of `os`, or a kind of SQL statement (`sql:`). A fault is `point.when.deed`.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SQL = "sql"
KILLED = ("before.kill", "after.kill")
DISK = ("before.eio", "before.enospc")
BUG = ("before.bug",)
LOST = ("before.lost", "after.lost")


class Deed(StrEnum):
    """What is done at a point; all but the first are raised, and the gate goes on."""

    KILL = "kill"
    EIO = "eio"
    ENOSPC = "enospc"
    IOERR = "ioerr"
    FULL = "full"
    LOCKED = "locked"
    BUG = "bug"
    LOST = "lost"


DEEDS: Mapping[Deed, str] = MappingProxyType(
    {
        Deed.KILL: "the process kills itself with SIGKILL",
        Deed.EIO: "OSError: input/output error",
        Deed.ENOSPC: "OSError: no space left on device",
        Deed.IOERR: "SQLite: disk I/O error",
        Deed.FULL: "SQLite: database or disk is full",
        Deed.LOCKED: "SQLite: database is locked",
        Deed.BUG: "an exception that nobody foresaw",
        Deed.LOST: "the connection to a partner's server is broken",
    }
)


class Point(NamedTuple):
    """A place in edigate, what happens there, and the faults besides being killed; `worker` where workers pass it.

    `remote` where a gate passes it only with a partner's server, `rare` where something must have come before it, such
    as the death of another, `once` where it does so only as it starts.
    """

    name: str
    place: str
    what: str
    faults: tuple[str, ...] = ()
    worker: bool = False
    rare: bool = False
    remote: bool = False
    once: bool = False


# fmt: off
POINTS: tuple[Point, ...] = (
    # Start
    Point("tidy",       "edigate.ledger.archive:Folder.tidy",        "a starting gate takes away half-made copies",
          once=True),
    Point("try-now",    "edigate.ledger.deliveries:try_now",         "a starting gate forgets pauses", once=True),
    # 1 claim, 2 book
    Point("look",       "edigate.intake.folder:Inbox.look",          "inboxes are looked through", DISK),
    Point("claim",      "edigate.intake.folder:claim",               "a file goes from inbox to spool", DISK),
    Point("take-in",    "edigate.engine.deposits:book",              "whatever lies in the spool is booked", BUG),
    Point("keep",       "edigate.ledger.archive:Folder.keep",        "a file is copied into the archive", DISK),
    Point("link",       "os:link",                                   "a file gets a name in the archive", DISK),
    Point("seal",       "edigate.ledger.archive:Folder.seal",        "the folder of the day is synced", DISK),
    Point("book",       "edigate.ledger.store:book",                 "deposits are entered in the ledger", BUG),
    Point("let-go",     "edigate.intake.folder:let_go",              "a booked file leaves the spool", DISK),
    # 3 examine
    Point("take-due",   "edigate.engine.decisions:take_due",         "the next batch is taken", BUG),
    Point("attempts",   "edigate.ledger.store:count_attempts",       "attempts are counted"),
    Point("examine",    "edigate.engine.decisions:next_of",          "what the workers find is waited for", BUG),
    Point("ask",        "edigate.engine.pool:Pool._answer",          "a worker is asked", BUG),
    Point("judge",      "edigate.engine.worker:_examine",            "a worker judges a flow", BUG, worker=True),
    Point("pipeline",   "edigate.engine.worker:examine",             "a worker's rules judge a flow", BUG, worker=True),
    Point("leave",      "edigate.engine.underway:Underway.leave",    "an examined batch leaves the workers", BUG),
    # 4 settle
    Point("settle",     "edigate.engine.decisions:settle",           "a batch's decisions become final", BUG),
    Point("taken",      "edigate.ledger.store:taken",                "numbers and ids taken are looked up"),
    Point("decide",     "edigate.pipeline.settle:decide",            "rivals are told apart"),
    Point("write",      "edigate.ledger.settlement:write",           "decisions are written", BUG),
    Point("hear",       "edigate.ledger.hearing:write",              "what partners report is written"),
    Point("plan",       "edigate.ledger.deliveries:plan",            "outgoing files get their names"),
    Point("call-time",  "edigate.ledger.deadlines:pass_time",        "deadlines are called", BUG, rare=True),
    # 5 place
    Point("prepare",    "edigate.delivery.folder:Outbox.prepare",    "a partner's outbox is made", DISK),
    Point("piece",      "edigate.engine.rendering:Renderers.pieces", "a piece of a file is rendered", (*DISK, *BUG)),
    Point("render",     "edigate.engine.pool:Pool.render",           "an archived pivot is rendered again", BUG,
          rare=True),
    Point("re-render",  "edigate.engine.worker:render_share",        "a worker renders it", BUG, worker=True,
          rare=True),
    Point("stage",      "edigate.delivery.folder:Outbox.stage",      "a file is written under a hidden name", DISK),
    Point("stage-seal", "edigate.delivery.folder:Outbox.seal",       "the staging folder is synced", DISK),
    Point("placed",     "edigate.ledger.deliveries:mark_placed",     "files are noted as placed", BUG),
    # 6 publish, 7 tell
    Point("publish",    "edigate.delivery.folder:Outbox.publish",    "a file gets its name", (*DISK, "after.eio")),
    Point("outbox-seal", "edigate.delivery.folder:Outbox.settle",    "the outbox is synced", DISK),
    Point("published",  "edigate.ledger.deliveries:mark_published",  "files are noted as published", BUG),
    Point("tell",       "edigate.ledger.deliveries:plan_life_cycles", "statuses not yet told are planned", BUG),
    # At partners' servers
    Point("connect",    "edigate.remote.session:connect",            "a server is connected to", ("before.lost",),
          remote=True),
    Point("list",       "edigate.remote.session:Session.list",       "a server's folder is listed", LOST, remote=True),
    Point("stat",       "edigate.remote.session:Session.stat",       "a server is asked for a file", LOST, remote=True),
    Point("read",       "edigate.remote.session:Session.read",       "a piece is read there", LOST, remote=True),
    Point("upload",     "edigate.remote.session:Session.write",      "a file is written there",
          (*LOST, "before.eio"), remote=True),
    Point("remote-rename", "edigate.remote.session:Session.rename",  "a file is renamed there", LOST, remote=True),
    Point("remove",     "edigate.remote.session:Session.remove",     "a file is removed there", LOST, remote=True),
    Point("want",       "edigate.ledger.fetches:want",               "a deposit elsewhere is wanted", BUG, remote=True),
    Point("move",       "edigate.ledger.fetches:move",               "its claim is noted", remote=True),
    Point("desk",       "edigate.intake.sftp:Desk.place",            "a fetched file goes into the spool", DISK,
          remote=True),
    Point("end",        "edigate.ledger.fetches:end",                "its row ends", remote=True),
    Point("claim-there", "edigate.engine.fetching:_renamed", "a deposit is claimed on a server", LOST, remote=True),
    Point("show", "edigate.engine.sending:_show", "an uploaded file gets its name", LOST, remote=True),
    Point("uploaded",   "edigate.ledger.deliveries:mark_uploaded",   "files are noted as uploaded", BUG, remote=True),
    Point("forget",     "edigate.delivery.folder:Outbox.forget",     "a staged file that was sent is removed",
          ("before.eio",), remote=True),
    # What lies below the steps
    Point("sync",       "edigate.ledger.archive:sync_folder",        "a folder is synced", DISK),
    Point("journal",    "edigate.ledger.journal:seal",               "a transaction's link is chained", BUG),
    Point("sync-whole", "edigate.ledger.syncing:sync_whole",         "a file system is synced for a batch", DISK),
    Point("fsync",      "os:fsync",                                  "a file or folder is synced", DISK),
    Point("rename",     "os:rename",                                 "a file gets another name", (*DISK, "after.eio")),
    Point("os-write",   "os:write",                                  "bytes go into the archive or an outbox", DISK),
    Point("mkdir",      "os:mkdir",                                  "a folder is made", DISK),
    Point("unlink",     "os:unlink",                                 "a file is removed", DISK),
    Point("begin",      "sql:begin",                                 "a transaction begins",
          ("before.locked", "before.ioerr")),
    Point("statement",  "sql:",                                      "a statement is executed",
          ("before.ioerr", "before.full")),
    Point("commit",     "sql:commit",                                "a transaction is committed",
          ("before.ioerr", "before.full", "after.ioerr")),
)
# fmt: on


class Fault(NamedTuple):
    """One fault: at which point, before or after it, what."""

    point: Point
    when: str
    deed: Deed

    @property
    def name(self) -> str:
        """`point.when.deed`."""
        return f"{self.point.name}.{self.when}.{self.deed.value}"

    @property
    def what(self) -> str:
        """A sentence for the list."""
        return f"{self.when} {self.point.what}: {DEEDS[self.deed]}"


def _faults(point: Point) -> tuple[Fault, ...]:
    return tuple(Fault(point, when, Deed(deed)) for when, deed in (one.split(".") for one in (*KILLED, *point.faults)))


FAULTS: Mapping[str, Fault] = MappingProxyType({one.name: one for point in POINTS for one in _faults(point)})


class Ordered(NamedTuple):
    """A fault and the call at which it comes."""

    fault: Fault
    call: int

    def __str__(self) -> str:
        """As `--fault` takes it."""
        return f"{self.fault.name}:{self.call}"


def ordered(text: str) -> Ordered:
    """Read `NAME` or `NAME:N`. Raises ValueError."""
    name, _, call = text.partition(":")
    if name not in FAULTS or (call and not call.isdecimal()):
        msg = f"{text}: no such fault; `python -m torture.gate --list` shows them"
        raise ValueError(msg)
    return Ordered(FAULTS[name], int(call or 1))
