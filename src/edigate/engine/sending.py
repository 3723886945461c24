"""Sending placed files on to a partner's server: uploaded under a hidden name, checked, then renamed (design §2).

| the gate ended | the ledger says | on the server | the next one |
|---|---|---|---|
| before or while uploading | placed | nothing, or a part under the hidden name | uploads the rest |
| after uploading | placed | the whole under the hidden name | checks its size, goes on |
| after committing that | placed, uploaded | the whole under the hidden name | renames it |
| after renaming | placed, uploaded | nothing under the hidden name | knows that it was handed over |
| after committing that | published | the partner's | takes the staged file away |

The hidden name bears the hash, so that a part is only ever completed by bytes of the same file. What a server's owner
removes under a hidden name between the third line and the fourth counts as handed over; `deliveries resend` offers it
once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from edigate.delivery.folder import STAGING
from edigate.engine.handover import Failure, active, note_failures, published, tell_published
from edigate.ledger import deliveries, partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.remote.session import safely_behind
from edigate.remote.trouble import Cause, Refused, RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from sqlalchemy import RowMapping

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.remote.session import Session

log = structlog.get_logger()
STRIDE_FILES = 32
STRIDE_BYTES = 8_000_000


class Stopped(Exception):
    """The gate was told to end while a file was under way; the next one goes on with it."""


def waiting(gate: Gate, partner: str) -> list[RowMapping]:
    """What is to be sent to a partner now, in order."""
    with gate.ledger.connect() as connection:
        if partner not in active(partners.load_book(connection)):
            return []
        return deliveries.in_turn(connection, [partner], stamp(gate.clock()))


def send(gate: Gate, session: Session, server: Server, stopped: Callable[[], bool]) -> int:
    """Send all that waits for the server's partner, in strides with two commits each. Returns how many files.

    Raises RemoteTrouble for what concerns the server as a whole, Stopped, OSError of the gate's own disk.
    """
    count = 0
    while (rows := waiting(gate, server.partner)) and not stopped():
        done = _send_stride(gate, session, server, _stride(rows), stopped)
        if not done:
            break
        count += done
    return count


def tidy(gate: Gate, partner: str) -> None:
    """Take away what was staged for a partner's server and published before a gate ended."""
    folder = gate.places.outbox / partner / STAGING
    staged = [int(path.name) for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
    with gate.ledger.connect() as connection:
        for number in deliveries.published_of(connection, staged):
            gate.outbox.forget(partner, number)


def _stride(rows: Sequence[RowMapping]) -> list[RowMapping]:
    taken: list[RowMapping] = []
    total = 0
    for row in rows[:STRIDE_FILES]:
        if taken and total + row["size"] > STRIDE_BYTES:
            break
        taken.append(row)
        total += row["size"]
    return taken


def _send_stride(
    gate: Gate, session: Session, server: Server, rows: Sequence[RowMapping], stopped: Callable[[], bool]
) -> int:
    """Upload, commit, rename, commit; what was done before trouble is committed, then the trouble is raised."""
    trouble: list[Exception] = []
    whole, vanished = _upload_all(gate, session, server, rows, stopped, trouble)
    with writing(gate.ledger) as connection:
        deliveries.mark_uploaded(connection, [row["id"] for row in whole], stamp(gate.clock()))
        deliveries.mark_vanished(connection, [row["id"] for row in vanished])
    shown, lost, refused = ([], [], []) if trouble else _show_all(session, server, whole, trouble)
    with writing(gate.ledger) as connection:
        published(gate, connection, partners.load_book(connection), shown)
        deliveries.mark_uploaded(connection, [row["id"] for row in lost], None)
        note_failures(gate, connection, refused)
    tell_published(shown, at="server")
    for row in shown:
        gate.outbox.forget(row["partner"], row["id"])
    for error in trouble:
        raise error
    return len(shown)


def _upload_all(
    gate: Gate,
    session: Session,
    server: Server,
    rows: Sequence[RowMapping],
    stopped: Callable[[], bool],
    trouble: list[Exception],
) -> tuple[list[RowMapping], list[RowMapping]]:
    """What lies whole on the server, and what is no longer staged here; neither goes on after trouble."""
    whole: list[RowMapping] = []
    for row in rows:
        if row["uploaded_at"]:
            whole.append(row)
            continue
        try:
            with gate.outbox.open_staged(row["partner"], row["id"]) as file:
                _upload(session, hidden(server, row), _Stoppable(file, stopped), row["size"])
        except FileNotFoundError:
            return whole, [row]
        except (RemoteTrouble, Stopped, OSError) as error:
            trouble.append(error)
            break
        whole.append(row)
    return whole, []


def _upload(session: Session, path: str, file: _Stoppable, size: int) -> None:
    """Write what is not there yet; raises Refused where the server has not got all of it in the end."""
    there = session.stat(path)
    if there and there.size > size:
        session.remove(path)
        there = None
    if there is None or there.size < size:
        offset = safely_behind(there.size) if there else 0
        session.write(path, file, offset)  # type: ignore[arg-type]
        there = session.stat(path)
    if there is None or there.size != size:
        raise Refused(
            Cause.FAILED, f"{path}: {there.size if there else 0} bytes of {size} are there after writing them"
        )


def _show_all(
    session: Session, server: Server, rows: Sequence[RowMapping], trouble: list[Exception]
) -> tuple[list[RowMapping], list[RowMapping], list[Failure]]:
    """What stands under its name; what somebody took away before that; what the server does not let stand there."""
    shown: list[RowMapping] = []
    for row in rows:
        try:
            if not _show(session, hidden(server, row), f"{server.put_into}/{row['name']}", row):
                return shown, [row], []
        except Refused as error:
            return shown, [], [Failure(row, error, own=True)]
        except RemoteTrouble as error:
            trouble.append(error)
            break
        shown.append(row)
    return shown, [], []


def _show(session: Session, path: str, final: str, row: RowMapping) -> bool:
    """Rename to the final name; whether the file was, or had been, handed over."""
    try:
        session.rename(path, final)
    except Refused:
        if session.stat(path) is None:
            return row["uploaded_at"] is not None  # committed before: then an earlier gate had renamed it
        there = session.stat(final)
        if not (row["offers"] and there and there.size == row["size"]):
            raise
        session.remove(path)  # what is offered again still lies there from the last time
    return True


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
