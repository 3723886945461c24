"""Sending placed files on to a partner's server: uploaded under a hidden name, checked, then renamed (design §2).

| the gate ended, or the line broke | the ledger says | on the server | the next one |
|---|---|---|---|
| before or while uploading | placed | nothing, or a part under the hidden name | uploads the rest |
| after uploading | placed | the whole under the hidden name | writes its end once more, checks its size, goes on |
| after committing that | placed, uploaded to this place | the whole under the hidden name | renames it |
| after renaming | placed, uploaded to this place | nothing under the hidden name | knows that it was handed over |
| after committing that | published | the partner's | takes the staged file away |

The hidden name bears the hash, so that a part is only ever completed by bytes of the same file. That a file was
uploaded is committed right before its rename, bound to the place, and taken back where the rename was refused, or not
tried since others may serve the partner by then: so nothing under the hidden name means that it was renamed. What a
server's owner removes under a hidden name between the third line and the fourth counts as handed over all the same;
`deliveries resend` offers it once more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edigate.engine.handover import Failure, Sure, active, alone, note_failures, published, tell_published
from edigate.ledger import deliveries, partners, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.remote.session import safely_behind
from edigate.remote.trouble import Cause, Refused, RemoteTrouble, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.remote.session import Session

STRIDE_FILES = 32
STRIDE_BYTES = 8_000_000
OF_THE_FILE = frozenset({Cause.EXISTS, Cause.FAILED})


class Stopped(Exception):
    """The gate was told to end, or the server was changed or is no longer its own; another errand goes on."""


@dataclass(slots=True)
class _Stride:
    """Some files on their way: `whole` lie there under hidden names, `shown` under their own, `gone` no longer here.

    `refused` are files that the server does not take, `lost` those that vanished there before they were shown; of
    `unsure` nobody knows whether they were renamed; `trouble` is what ended the stride early. What is
    `whole` was committed as uploaded at the moment `marked`.
    """

    whole: list[RowMapping] = field(default_factory=list)
    shown: list[RowMapping] = field(default_factory=list)
    gone: list[RowMapping] = field(default_factory=list)
    lost: list[RowMapping] = field(default_factory=list)
    refused: list[Failure] = field(default_factory=list)
    unsure: list[RowMapping] = field(default_factory=list)
    trouble: Exception | None = None
    marked: str = ""


def send(gate: Gate, session: Session, server: Server, stopped: Callable[[], bool], *, sure: Sure = alone) -> int:
    """Send all that waits for the server's partner, in strides with two commits each. Returns how many files.

    Raises RemoteTrouble for what concerns the server as a whole, Stopped, OSError of the gate's own disk.
    """
    count = 0
    while (rows := _waiting(gate, server)) and not stopped():
        done = _send_stride(gate, session, server, _stride(rows), stopped, sure)
        if not done:
            break
        count += done
    return count


def tidy(gate: Gate, partner: str) -> None:
    """Take away what was staged for a partner's server and published before a gate ended."""
    with gate.ledger.connect() as connection:
        for number in deliveries.published_of(connection, gate.outbox.staged(partner)):
            gate.outbox.forget(partner, number)


def _waiting(gate: Gate, server: Server) -> list[RowMapping]:
    """What is to be sent now, in order; nothing where the partner or his server is no longer what it was."""
    with gate.ledger.connect() as connection:
        known = servers.load(connection).get(server.partner)
        if known != server or server.partner not in active(partners.load_book(connection)):
            return []
        return deliveries.in_turn(connection, [server.partner], stamp(gate.clock()), STRIDE_FILES)


def _stride(rows: Sequence[RowMapping]) -> list[RowMapping]:
    taken: list[RowMapping] = []
    total = 0
    for row in rows:
        if taken and total + row["size"] > STRIDE_BYTES:
            break
        taken.append(row)
        total += row["size"]
    return taken


def _send_stride(
    gate: Gate, session: Session, server: Server, rows: Sequence[RowMapping], stopped: Callable[[], bool], sure: Sure
) -> int:
    """Upload, commit, rename, commit; what was done before trouble is committed, then the trouble is raised."""
    stride = _Stride()
    _upload_all(gate, session, server, rows, stopped, stride)
    if not isinstance(stride.trouble, Unreachable | Stopped):
        _show_all(session, server, _about_to_rename(gate, server, stride, sure), stride)
    written(gate.ledger, _sent, gate, stride)
    tell_published(stride.shown, at="server")
    for row in stride.shown:
        gate.outbox.forget(row["partner"], row["id"])
    trouble = stride.trouble or next((failure.error for failure in stride.refused if not failure.own), None)
    if trouble:
        raise trouble
    return len(stride.shown)


def _sent(connection: Connection, gate: Gate, stride: _Stride) -> None:
    published(gate, connection, partners.load_book(connection), stride.shown)
    deliveries.mark_vanished(connection, [row["id"] for row in stride.gone])
    tried = [*stride.lost, *(failure.row for failure in stride.refused)]
    deliveries.mark_not_renamed(connection, [row["id"] for row in tried])
    decided = {row["id"] for row in (*stride.shown, *stride.unsure, *tried)}
    left = [row for row in stride.whole if row["id"] not in decided]
    deliveries.take_mark_back(connection, left, stride.marked)
    note_failures(gate, connection, [failure for failure in stride.refused if failure.own])


def _about_to_rename(gate: Gate, server: Server, stride: _Stride, sure: Sure) -> list[RowMapping]:
    """Commit what lies whole there; only that may be renamed, and only while the server is still the partner's.

    Raises Stopped where others may serve him by now: they would take what is marked and gone for handed over.
    """
    if not sure():
        raise Stopped
    if not stride.whole:
        return []
    stride.marked = stamp(gate.clock())
    taken = written(gate.ledger, _mark_uploaded, server, [row["id"] for row in stride.whole], stride.marked)
    if not sure():
        written(gate.ledger, deliveries.take_mark_back, stride.whole, stride.marked)
        raise Stopped
    return [row for row in stride.whole if row["id"] in taken]


def _mark_uploaded(connection: Connection, server: Server, ids: Sequence[int], now: str) -> set[int]:
    if servers.load(connection).get(server.partner) != server:
        raise Stopped
    return deliveries.mark_uploaded(connection, ids, place(server), now)


def _upload_all(
    gate: Gate,
    session: Session,
    server: Server,
    rows: Sequence[RowMapping],
    stopped: Callable[[], bool],
    stride: _Stride,
) -> None:
    for row in rows:
        try:
            if not (_uploaded_before(row, server) or _shown_elsewhere(session, server, row)):
                with gate.outbox.open_staged(row["partner"], row["id"]) as file:
                    _upload(session, hidden(server, row), _Stoppable(file, stopped), row["size"])
        except FileNotFoundError:
            stride.gone.append(row)
            return
        except Refused as error:
            stride.refused.append(Failure(row, error, own=error.cause in OF_THE_FILE))
            return
        except (RemoteTrouble, Stopped, OSError) as error:
            stride.trouble = error
            return
        stride.whole.append(row)


def _uploaded_before(row: RowMapping, server: Server) -> bool:
    """Whether it was about to be renamed there: then it is not uploaded anew before that is known to have failed."""
    return bool(row["uploaded_at"]) and row["uploaded_to"] == place(server)


def _shown_elsewhere(session: Session, server: Server, row: RowMapping) -> bool:
    """Whether it was handed over at another folder of the same server, before its partner was given this one."""
    account, _, folder = row["uploaded_to"].partition("/")
    if not row["uploaded_at"] or account != place(server).partition("/")[0] or folder == server.put_into:
        return False
    return session.stat(folder) is not None and session.stat(hidden(replace(server, put_into=folder), row)) is None


def _upload(session: Session, path: str, file: _Stoppable, size: int) -> None:
    """Write what is not there for certain; raises Refused where the server has not got all of it in the end."""
    there = session.stat(path)
    if there and there.size > size:
        session.remove(path)
        there = None
    session.write(path, file, safely_behind(there.size) if there else 0)  # type: ignore[arg-type]
    there = session.stat(path)
    if there is None or there.size != size:
        raise Refused(
            Cause.FAILED, f"{path}: {there.size if there else 0} bytes of {size} are there after writing them"
        )


def _show_all(session: Session, server: Server, rows: Sequence[RowMapping], stride: _Stride) -> None:
    """Rename in order, up to what the server does not let stand there, or what somebody took away before."""
    for row in rows:
        try:
            if not _show(session, server, row):
                stride.lost.append(row)
                return
        except Refused as error:
            stride.refused.insert(0, Failure(row, error, own=error.cause in OF_THE_FILE))
            return
        except RemoteTrouble as error:
            stride.unsure.append(row)
            stride.trouble = error
            return
        stride.shown.append(row)


def _show(session: Session, server: Server, row: RowMapping) -> bool:
    """Rename to the final name; whether the file was, or had been, handed over."""
    path, final = hidden(server, row), f"{server.put_into}/{row['name']}"
    if _shown_elsewhere(session, server, row):
        return True
    try:
        session.rename(path, final)
    except Refused:
        if session.stat(path) is None:
            if session.stat(server.put_into) is None:
                raise
            return _uploaded_before(row, server)  # committed by an earlier errand: then it was renamed
        there = session.stat(final)
        if not (row["offers"] and there and there.size == row["size"]):
            raise
        session.remove(path)  # what is offered again still lies there from the last time
    return True


def place(server: Server) -> str:
    """Where a server's partner gets his files: what is known of a file at one place says nothing of another."""
    return f"{server.user}@{server.address}/{server.put_into}"


def hidden(server: Server, row: RowMapping) -> str:
    """Where a file lies on the server before it has its name."""
    return f"{server.put_into}/.{row['name']}.{row['sha256'][:12]}.part"


class _Stoppable:
    """A file whose reading ends with Stopped once the gate is told to end."""

    def __init__(self, file: BinaryIO, stopped: Callable[[], bool]) -> None:
        self._file = file
        self._stopped = stopped

    def read(self, size: int = -1) -> bytes:
        if self._stopped():
            raise Stopped
        return self._file.read(size)

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)
