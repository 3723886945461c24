"""What stands in ledger and folders at this moment, as the figures of `observability.metrics` that are read."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import func, select

from edigate import __version__
from edigate.domain.alert_words import WORDS
from edigate.engine.waiting import in_inboxes, in_spool, oldest
from edigate.ledger import partners, servers, store, ways
from edigate.ledger.alerts import BALANCE_UNEVEN
from edigate.ledger.clock import moment
from edigate.ledger.database import size
from edigate.ledger.store import DUE, HELD
from edigate.ledger.tables import ALERT_OPEN, DELIVERY_TO_DO, RUN_TO_DO, alerts, deliveries, runs
from edigate.ledger.tables import ways as ways_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import ColumnElement, Connection

    from edigate.engine.gate import Gate

log = structlog.get_logger()
FRESH_SECONDS = 5.0


class Reading(NamedTuple):
    """One figure, with the values of its labels."""

    metric: str
    value: float
    labels: tuple[str, ...] = ()


def disk(gate: Gate, connection: Connection) -> Iterator[Reading]:
    """The room that is left, and what the ledger takes."""
    for name in ("inbox", "outbox", "archive"):
        yield Reading("edigate_disk_free_bytes", shutil.disk_usage(gate.places.root / name).free, (name,))
    yield Reading("edigate_ledger_bytes", size(connection))


def waiting(gate: Gate, connection: Connection) -> Iterator[Reading]:
    """What lies in inboxes and spool, runs without a decision, and the oldest deposit that nobody has looked at."""
    arriving = in_inboxes(gate)
    yield Reading("edigate_inbox_files", len(arriving))
    yield Reading("edigate_spool_files", in_spool(gate))
    query = select(runs.c.state, func.count().label("number")).where(RUN_TO_DO).group_by(runs.c.state)
    counts = {row.state: row.number for row in connection.execute(query)}
    for state in (DUE, HELD):
        yield Reading("edigate_runs_waiting", counts.get(state, 0), (state,))
    now = gate.clock()
    since = store.waiting_since(connection)
    ages = [(now - moment(since)).total_seconds()] if since else []
    first = oldest(arriving)
    ages += [time.time() - first.since] if first else []
    yield Reading("edigate_oldest_waiting_seconds", max([0.0, *ages]))


def to_hand_over(_: Gate, connection: Connection) -> Iterator[Reading]:
    """Deliveries to do and dead letters, of every partner."""
    book = partners.load_book(connection)
    dead = deliveries.c.dead_at.is_not(None)
    for name, chosen in (("edigate_deliveries_waiting", ~dead), ("edigate_dead_letters", dead)):
        counts = dict.fromkeys((partner.code for partner in book.partners), 0) | _counts(connection, chosen)
        for partner, count in counts.items():
            yield Reading(name, count, (partner,))


def _counts(connection: Connection, chosen: ColumnElement[bool]) -> dict[str, int]:
    query = select(deliveries.c.partner, func.count().label("number")).where(DELIVERY_TO_DO, chosen)
    return {row.partner: row.number for row in connection.execute(query.group_by(deliveries.c.partner))}


def to_and_from_partners(gate: Gate, connection: Connection) -> Iterator[Reading]:
    """Whether the ways are open: of every partner the one to it, and from it where it has a server to fetch from."""
    enough = gate.settings.outbox.breaker_failures
    failing = {(row.partner, row.way): row.failures for row in connection.execute(select(ways_table))}
    known = {(partner.code, ways.PUT) for partner in partners.load_book(connection).partners}
    known |= {(partner, ways.FETCH) for partner, server in servers.load(connection).items() if server.fetch_from}
    for way in sorted(known | failing.keys()):
        yield Reading("edigate_way_open", failing.get(way, 0) >= enough, way)


def raised(_: Gate, connection: Connection) -> Iterator[Reading]:
    """Alerts that are open, by kind."""
    # Counted here: asked for groups, SQLite would walk all the alerts there ever were in their order.
    found = Counter(connection.execute(select(alerts.c.kind).where(ALERT_OPEN)).scalars())
    counts = dict.fromkeys(WORDS, 0) | found
    for kind, count in counts.items():
        yield Reading("edigate_alerts_open", count, (kind,))
    yield Reading("edigate_balance_uneven", bool(counts[BALANCE_UNEVEN]))


READERS: tuple[Callable[[Gate, Connection], Iterable[Reading]], ...] = (
    disk, waiting, to_hand_over, to_and_from_partners, raised,
)  # fmt: skip


def read(gate: Gate) -> list[Reading]:
    """All figures; a group that cannot be read is left out and counted, as a full disk must not hide the others."""
    readings = [Reading("edigate_build_info", 1, (__version__,))]
    unread = 0
    for reader in READERS:
        try:
            with gate.ledger.connect() as connection:
                readings += reader(gate, connection)
        except Exception as error:  # noqa: BLE001 - whoever watches must see what can be seen
            unread += 1
            log.error("metrics.unread", group=reader.__name__, error=str(error))
    return [*readings, Reading("edigate_unread_metrics", unread)]


class Recent:
    """The figures, read again only after a while, however often and by how many they are asked for."""

    def __init__(self, gate: Gate) -> None:
        """Of this gate."""
        self._gate = gate
        self._lock = threading.Lock()
        self._until = 0.0
        self._readings: list[Reading] = []

    def readings(self) -> list[Reading]:
        """At most FRESH_SECONDS old."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._readings = read(self._gate)
                self._until = time.monotonic() + FRESH_SECONDS
            return self._readings
