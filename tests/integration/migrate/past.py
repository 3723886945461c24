"""A gate with a past of some days: decided flows, statuses, a dead letter, a replay asked for, deposits that wait."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from edigate.engine.arrivals import Arrivals
from edigate.engine.tally import Tally
from edigate.ledger import sequences
from edigate.ledger.database import open_ledger
from edigate.ledger.tables import metadata, notes
from tests.acceptance.actors import BEGIN, BUYER, HIS, Actors, says
from tests.acceptance.gates import DEPOSITOR, SETTINGS, STRUCTURED, Site, fresh_number, furnish, sound

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

CLOSED_SCANNER = '[antivirus]\nsocket = "/nowhere/clamd.ctl"\n'
COMMENTED = "# Ours.\n[gate]\nname = 'Ville' # kept\n\n" + SETTINGS + '[ledger]\n# Where it is.\n#url = ""\n'
OF_THE_MOVE = frozenset({"moving", "moved", "outbox", "jobs_schema"})
NOT_MOVED = frozenset({"weighed", "sequences"})


class Past(NamedTuple):
    """What there is: flows by file name that wait, the number that an invoice has, the name of a dead letter."""

    due: str
    in_turn: str
    replayed: str
    held: str
    number: str
    dead: str


def make_past(root: Path) -> Past:
    """Let a sandbox gate live through some days, and leave it with everything under way."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "edigate.toml").write_text(COMMENTED + "[outbox]\ntries = 1\n", encoding="utf-8")
    furnish(root)
    site = Site(root)
    actors = Actors(site)
    first, second = actors.invoice(), actors.invoice()
    site.round()
    site.tell_time(BEGIN + dt.timedelta(days=1))
    actors.tell(HIS, says(first, "06"), says(second, "04"))
    refused = site.deposit(sound(number=second, **BUYER), STRUCTURED)
    site.round()
    site.tell_time(BEGIN + dt.timedelta(days=3))
    dead = _dead_letter(site)
    site.close()
    return _left_waiting(root, first, refused, dead)


def _dead_letter(site: Site) -> str:
    """A report under whose name a folder stands in its depositor's outbox; the name."""
    with site.gate.ledger.connect() as connection:
        number = sequences.reached(connection)["flow-1106"]
    name = f"CSO1106A_{DEPOSITOR}_CPP0011106{number:015d}"
    (site.root / "outbox" / DEPOSITOR / name).mkdir()
    site.decide(sound(**BUYER))
    return name


def _left_waiting(root: Path, first: str, refused: str, dead: str) -> Past:
    """One that no scanner answers for is held for a while; others are booked, and nobody has decided on them."""
    plain = (root / "edigate.toml").read_text(encoding="utf-8")
    (root / "edigate.toml").write_text(plain + CLOSED_SCANNER, encoding="utf-8")
    site = Site(root)
    held = site.deposit(sound(**BUYER), STRUCTURED)
    site.round()
    site.close()
    (root / "edigate.toml").write_text(plain, encoding="utf-8")
    site = Site(root)
    replayed = refused
    site.replay(refused, "again")
    due = site.deposit(sound(number=fresh_number(), **BUYER), STRUCTURED)
    in_turn = Actors(site).tell(HIS, says(first, "07"))
    site.tell_time(dt.datetime.now(dt.UTC))
    arrivals = Arrivals(site.gate, Tally())
    arrivals.look()
    arrivals.take_in()
    site.close()
    return Past(due, in_turn, replayed, held, first, dead)


def copy_of(root: Path, to: Path) -> Path:
    """The same gate in another folder."""
    shutil.copytree(root, to)
    return to


def rows(engine: Engine, *, moved: bool = False) -> dict[str, list[dict[str, Any]]]:
    """All that a ledger holds, by table; of one that was `moved`, without what the move itself wrote."""
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in NOT_MOVED:
                continue
            query = select(table).order_by(*table.primary_key)
            if table is notes:
                query = query.where(notes.c.key.not_in(OF_THE_MOVE))
            found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    if moved:
        found["events"] = [row for row in found["events"] if row["event"] != "ledger.moved"]
        found["links"] = [row for row in found["links"] if row["writer"] == "gate"]
    return found


def embedded(root: Path) -> dict[str, list[dict[str, Any]]]:
    """All that the ledger in a folder holds."""
    engine = open_ledger(root / "ledger.sqlite")
    try:
        return rows(engine)
    finally:
        engine.dispose()


def on_server(url: str) -> dict[str, list[dict[str, Any]]]:
    """All that a ledger which was moved there holds."""
    engine = open_ledger(url, create=False)
    try:
        return rows(engine, moved=True)
    finally:
        engine.dispose()
