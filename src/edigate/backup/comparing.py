"""What a restored ledger no longer knows: outboxes, inboxes, archive, spool and partners' servers beside it.

Evidence only ever says that something has gone. Once seen it counts, also when a partner has collected the file since.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from edigate.backup import reading
from edigate.backup.comparison import Claim, Comparison, Deposit, How, Stranger, Undecided
from edigate.backup.copying import places, sum_of
from edigate.backup.reading import Heard
from edigate.domain.names import PIVOT, parse_name
from edigate.engine import heads as head_files
from edigate.engine.restored import mark_of, write_mark
from edigate.intake.folder import claimed, printable
from edigate.intake.sftp import HIDDEN
from edigate.ledger import fetches, heads, host_keys, journal, notes, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.sql import where_in
from edigate.ledger.tables import DELIVERY_TO_DO, RUN_TO_DO, deliveries, delivery_invoices, flows, invoices, links, runs
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import connect
from edigate.remote.trouble import RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from edigate.domain.names import FlowName
    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.remote.session import Session

OWN_BYTES = 2_000_000_000
ACCEPTED = "restored.accepted"


class NotRestored(Exception):
    """The gate does not wait for a comparison: it was not restored, or the comparison was accepted."""


def compare(gate: Gate, progress: Callable[[str], None] = lambda _: None) -> Comparison:
    """Look everywhere, and keep what was seen in the ledger. Raises NotRestored."""
    with gate.ledger.connect() as connection:
        mark = mark_of(connection)
        if mark is None:
            raise NotRestored
        found = Comparison(mark["made_at"], mark["restored_at"], mark["day"])
        query = select(deliveries).where(DELIVERY_TO_DO, deliveries.c.dead_at.is_(None)).order_by(deliveries.c.id)
        found.outgoing = list(connection.execute(query).mappings())
        found.how = {name: How(how) for name, how in mark.get("evidence", {}).items()}
        found.strangers = [Stranger(*one) for one in mark.get("strangers", [])]
    progress("outbox")
    _look_into_outboxes(gate, found)
    progress("archive")
    _look_into_archive(gate, found)
    progress("inbox")
    _hear(gate, found)
    progress("server")
    _ask_servers(gate, found)
    with gate.ledger.connect() as connection:
        found.undecided = list(_undecided(connection, found))
        found.last_link = connection.execute(select(func.max(links.c.number))).scalar() or 0
    found.lost_head = _lost_head(gate, found.last_link)
    seen = {"evidence": found.how, "strangers": [list(one) for one in found.strangers]}
    with writing(gate.ledger) as connection:
        write_mark(connection, mark | seen)
    return found


def _own_name(gate: Gate, partner: str, name: str) -> FlowName | None:
    """The name of a file that this gate made for a partner; None for any other file."""
    parsed = parse_name(name)
    ours = parsed is not None and parsed.issuer == gate.settings.gate.code and parsed.application == partner
    return parsed if ours else None


def _look_into_outboxes(gate: Gate, found: Comparison) -> None:
    """What stands under its final name was handed over."""
    there: dict[str, Stranger] = {}
    folders = gate.places.outbox.iterdir() if gate.places.outbox.is_dir() else ()
    for folder in sorted(path for path in folders if path.is_dir()):
        for path in folder.iterdir():
            if path.is_file() and _own_name(gate, folder.name, path.name):
                there[path.name] = Stranger(folder.name, path.name, str(path))
    for one in _sort(gate, found, there, How.OUTBOX):
        found.strangers.append(one._replace(path=_kept_aside(gate, Path(one.path))))


def _kept_aside(gate: Gate, path: Path) -> str:
    """The same file by another name, which stays when its partner collects it; empty where he just has."""
    aside = aside_of(gate) / path.name
    aside.parent.mkdir(exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        try:
            os.link(path, aside)
        except FileNotFoundError:
            return ""
        except OSError:
            shutil.copyfile(path, aside)
    return str(aside)


def aside_of(gate: Gate) -> Path:
    """Where strangers are kept until the comparison is accepted."""
    return gate.places.root / "restored"


def _sort(gate: Gate, found: Comparison, there: Mapping[str, Stranger], how: How) -> list[Stranger]:
    """Files that were seen are evidence on deliveries under way; those that the ledger has not are returned."""
    for row in found.outgoing:
        if row["name"] in there:
            found.how.setdefault(row["name"], how)
    with gate.ledger.connect() as connection:
        known = {row["name"] for row in where_in(connection, select(deliveries.c.name), deliveries.c.name, there)}
    already = {one.name for one in found.strangers}
    return [there[name] for name in sorted(there.keys() - known - already)]


def _look_into_archive(gate: Gate, found: Comparison) -> None:
    """Deposits of which the archive has the file and the ledger nothing; only the days that the backup lacks."""
    lacking = list(places(gate.places.archive, found.day))
    with gate.ledger.connect() as connection:
        query = select(flows.c.archived)
        hashes = {place.rpartition("/")[2] for place in lacking}
        known = {row["archived"] for row in where_in(connection, query, flows.c.sha256, hashes)}
        found.spool = list(_claims(connection, gate))
    lacking = [place for place in lacking if place not in known]
    also = _waiting(gate) if lacking else {}
    found.deposits = [
        Deposit(place, (gate.places.archive / place).stat().st_size, also.get(place.rpartition("/")[2], ""))
        for place in lacking
    ]


def _claims(connection: Connection, gate: Gate) -> Iterator[Claim]:
    found = list(claimed(gate.places.spool)) if gate.places.spool.is_dir() else []
    booked = {row["id"] for row in where_in(connection, select(flows.c.id), flows.c.id, {one.id for one in found})}
    for one in sorted(found, key=lambda one: (one.partner, one.id)):
        yield Claim(one.partner, one.id, printable(one.name), one.id in booked)


def _waiting(gate: Gate) -> dict[str, str]:
    """The hashes of what lies in the inboxes and in the spool."""
    found = {}
    spooled = (Path(one.path) for one in claimed(gate.places.spool)) if gate.places.spool.is_dir() else ()
    for where, files in (("inbox", gate.places.inbox.glob("*/*")), ("spool", spooled)):
        found.update({sum_of(path).sha256: where for path in files if path.is_file() and not path.is_symlink()})
    return found


def _hear(gate: Gate, found: Comparison) -> None:
    """Whoever acknowledges a pivot, or says anything of an invoice in it, has got it."""
    heard = _heard(gate, found)
    pivots = {row["id"]: row for row in found.outgoing if row["interface"] == PIVOT}
    if not (pivots and (heard.pivots or heard.invoices)):
        return
    query = select(delivery_invoices.c.delivery, invoices.c.number, invoices.c.supplier)
    query = query.join(invoices, invoices.c.id == delivery_invoices.c.invoice)
    with gate.ledger.connect() as connection:
        for row in where_in(connection, query, delivery_invoices.c.delivery, pivots):
            pivot = pivots[row["delivery"]]
            if (pivot["partner"], reading.Named(row["number"], row["supplier"])) in heard.invoices:
                found.how.setdefault(pivot["name"], How.STATUS)
    for row in pivots.values():
        if (row["partner"], row["name"][-25:]) in heard.pivots:
            found.how[row["name"]] = How.RECEIPT


def _heard(gate: Gate, found: Comparison) -> Heard:
    """What lies in the inboxes, and deposits of the archive whose decision is lost."""
    heard, settings = Heard(), gate.settings.for_rules()
    waiting = [path for path in gate.places.inbox.glob("*/[!.]*") if path.is_file() and not path.is_symlink()]
    files = [(path, path.parent.name) for path in sorted(waiting)]
    files += [(gate.places.archive / deposit.place, "") for deposit in found.deposits]
    for path, partner in files:
        for root in reading.statuses_in(path, settings):
            heard.take(root, partner)
    return heard


def _ask_servers(gate: Gate, found: Comparison) -> None:
    """What stands under its final name on a partner's own server was handed over; each is asked once."""
    with gate.ledger.connect() as connection:
        asked = list(servers.load(connection).values())
    for server in asked:
        try:
            with session(gate, server) as opened:
                listed = opened.list(server.put_into) if server.put_into else []
                claims = opened.list(server.fetch_from) if server.fetch_from else []
        except (RemoteTrouble, OSError) as error:
            found.unasked[server.partner] = str(error)
            continue
        hidden = {entry.name for entry in claims if entry.name.startswith(HIDDEN)}
        with gate.ledger.connect() as connection:
            known = {f"{HIDDEN}{claim.id}" for claim in fetches.of(connection, server.partner)}
        found.claims += [Stranger(server.partner, name) for name in sorted(hidden - known)]
        names = [entry.name for entry in listed if entry.is_file and _own_name(gate, server.partner, entry.name)]
        found.strangers += _sort(gate, found, {name: Stranger(server.partner, name) for name in names}, How.SERVER)


@contextmanager
def session(gate: Gate, server: Server) -> Iterator[Session]:
    """A session on a partner's server, by the host keys that count now."""
    settings = gate.settings.sftp
    with gate.ledger.connect() as connection:
        keys = host_keys.counting(connection, server.address, stamp(gate.clock()))
    times = Times(settings.connect_seconds, settings.silence_seconds, settings.keep_alive_seconds)
    with connect(server, keys, login_of(server, gate.places.root), times) as opened:
        yield opened


def _undecided(connection: Connection, found: Comparison) -> Iterator[Undecided]:
    query = (
        select(runs.c.id, runs.c.flow, flows.c.name, flows.c.flow_id, flows.c.partner)
        .join(flows, flows.c.id == runs.c.flow)
        .where(RUN_TO_DO)
        .order_by(runs.c.id)
    )
    rows = connection.execute(query).all()
    told = _reported(found.strangers) if rows else {}
    for row in rows:
        about = told.get((row.partner, row.name)) or told.get((row.partner, row.flow_id or ""), "")
        yield Undecided(row.id, row.flow, row.name, row.partner, about)


def _reported(strangers: Iterable[Stranger]) -> dict[tuple[str, str], str]:
    """By partner and flow, the reports that the lost ledger had handed over."""
    told: defaultdict[tuple[str, str], str] = defaultdict(str)
    for one in strangers:
        if one.path and one.name.startswith("CSO"):
            root = reading.own(Path(one.path), OWN_BYTES)
            if root is not None:
                told[one.partner, reading.reported(root)] = one.name
    return told


def _lost_head(gate: Gate, last_link: int) -> int:
    """How far the lost ledger's audit log had come, by the heads kept elsewhere; 0 where no farther than ours."""
    folder = head_files.folder(gate)
    latest = 0
    for path in folder.glob(f"*{head_files.ENDING}") if folder and folder.is_dir() else ():
        try:
            head = heads.parse(path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            continue
        if head.gate == gate.settings.gate.code and journal.WRITER in head.writers:
            latest = max(latest, head.writers[journal.WRITER].number)
    return latest if latest > last_link else 0


def left_over(gate: Gate) -> list[Deposit]:
    """After the comparison was accepted: the deposits that were in the archive alone, and still are.

    Raises NotRestored where there never was one.
    """
    with gate.ledger.connect() as connection:
        text = notes.read(connection, ACCEPTED)
        if text is None:
            raise NotRestored
        kept = json.loads(text)["deposits"]
        hashes = {place.rpartition("/")[2] for place in kept}
        known = {row["archived"] for row in where_in(connection, select(flows.c.archived), flows.c.sha256, hashes)}
    paths = {place: gate.places.archive / place for place in kept if place not in known}
    return [Deposit(place, path.stat().st_size) for place, path in paths.items() if path.is_file()]
