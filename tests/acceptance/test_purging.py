"""Retention: what is over and older than the settings keep goes whole, what is under way or referred to stays."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from edigate.audit.verify import Scope, verify
from edigate.engine import purging
from edigate.engine.purging import purge
from edigate.engine.upkeep import CHORES
from edigate.health import archive as health
from edigate.health.patient import Patient
from edigate.ledger import alerts, balance, journal, retention
from edigate.ledger.archive import Folder
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, delivery_invoices, events, flows, invoices, links, metadata, runs
from edigate.sandbox.cii import cii
from tests.acceptance.actors import BEGIN, BUYER, HIS, Actors, says
from tests.acceptance.gates import MIXED, fresh_number, mixed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edigate.engine.gate import Gate
    from edigate.engine.purging import Tally
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

LATER = 4000
HOLDS = """
import sys, time
from pathlib import Path
from edigate.engine.lock import held
with held(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""
ABOUT_FLOWS = ("flows", "runs", "invoices", "statuses", "reported", "deliveries", "delivery_invoices", "alerts")


@pytest.fixture
def actors(site: Site) -> Actors:
    """A fresh sandbox gate on its first day."""
    return Actors(site)


def whole_story(actors: Actors, said: str = "11") -> str:
    """An invoice that was taken in, received, and paid or what else its recipient says; its number."""
    number = actors.invoice()
    received(actors).day(1).tell(HIS, says(number, said))
    actors.day(2)
    actors.site.collect()
    return number


def received(actors: Actors) -> Actors:
    """Let the gate work off what is there, and the buyer acknowledge every pivot that comes of it."""
    for pivot in actors.round().pivots(HIS):
        actors.acknowledge(HIS, (pivot.name[-25:], "92"))
    actors.site.collect(HIS)
    return actors.round()


def purged(actors: Actors, day: float = LATER, *, dry_run: bool = False) -> Tally:
    """What a purge takes so many days after the beginning."""
    actors.site.tell_time(BEGIN + dt.timedelta(days=day))
    gate = actors.site.gate
    return purge(gate, purging.limit(gate), actor="operator", dry_run=dry_run)


def the_doctor(gate: Gate) -> list[str]:
    """What the doctor finds of the archive."""
    return [one.kind for one in health.archive(Patient(gate.places, gate))]


def an_auditor(gate: Gate) -> list[str]:
    """What a verification finds, of the archive too."""
    return [one.kind for one in verify(gate, Scope(demo=True)).findings]


def counts(site: Site) -> dict[str, int]:
    """How many rows the ledger has about flows."""
    with site.gate.ledger.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ABOUT_FLOWS
        }


def archived(site: Site) -> list[Path]:
    """The files of the archive."""
    return [path for path in (site.root / "archive").glob("*/*") if path.is_file()]


def chained(site: Site) -> list[bool]:
    """Whether the audit log's chain holds, and of each link whether its text is there."""
    previous, there = journal.FIRST, []
    with site.gate.ledger.connect() as connection:
        rows = connection.execute(select(links).order_by(links.c.number)).mappings().all()
    for row in rows:
        digests = row["digests"].split(" ")
        body = journal.link_body(row["writer"], row["number"], row["at"], digests)
        assert (row["previous"], row["hash"]) == (previous, journal.link_hash(previous, body))
        texts = row["entries"].split("\n") if row["entries"] is not None else None
        assert texts is None or [journal.digest(text) for text in texts] == digests
        there.append(texts is not None)
        previous = row["hash"]
    return there


def even(site: Site) -> bool:
    """Whether the gate's books add up, and every row is what the audit log says."""
    assert verify(site.gate, Scope(demo=True)).findings == []
    with site.gate.ledger.connect() as connection:
        lines = list(balance.balance(connection, site.gate.zone))
        return all(line.even for line in lines) and balance.strays(connection).even


def test_a_story_that_is_over_and_old_goes_whole(actors: Actors) -> None:
    """Rows, file, events and texts of the audit log; its hashes stay, and an event says what went."""
    whole_story(actors)
    refused = actors.site.deposit(b"<no invoice/>")
    actors.day(3)
    site = actors.site
    before = chained(site)

    tally = purged(actors)

    assert set(counts(site).values()) == {0}
    assert archived(site) == []
    assert tally.counts["flows"] == 4
    assert tally.counts["invoices"] == 1
    assert not tally.kept
    assert even(site)
    assert all(before)
    after = chained(site)
    assert len(after) > len(before)
    assert not any(after[: len(before)])
    with site.gate.ledger.connect() as connection:
        told = connection.execute(select(events).where(events.c.event == purging.EVENT)).mappings().all()
        left = connection.execute(select(events.c.subject)).scalars().all()
    details = [json.loads(row["details"]) for row in told]
    assert sum(one.get("flows", 0) for one in details) == 4
    assert moment(min(one["first"] for one in details if "first" in one)) == BEGIN
    assert {row["actor"] for row in told} == {"operator"}
    assert refused not in left


def test_a_rehearsal_counts_the_same_and_takes_nothing(actors: Actors) -> None:
    """What would go is what then goes, also what goes only because what referred to it has gone."""
    whole_story(actors)
    before, files = counts(actors.site), archived(actors.site)

    rehearsed = purged(actors, dry_run=True)

    assert (counts(actors.site), archived(actors.site)) == (before, files)
    done = purged(actors)
    same = ("flows", "bytes", "invoices", "statuses", "reported")
    assert [rehearsed.counts[name] for name in same] == [done.counts[name] for name in same]
    assert rehearsed.counts["flows"] == 3


def test_what_is_younger_stays_whole(actors: Actors) -> None:
    """A flow whose invoice was paid much later stays with all that was reported on it, until that is old, too."""
    number = whole_story(actors, "07")
    actors.day(LATER - 100).tell(HIS, says(number, "11"))
    actors.day(LATER - 99)
    site = actors.site
    before = counts(site)

    tally = purged(actors)

    assert tally.kept[retention.YOUNGER] == 1
    assert tally.kept[retention.REFERRED] == 2
    assert tally.counts["flows"] == 0
    assert counts(site) == before
    chained(site)
    with site.gate.ledger.connect() as connection:
        (flow,) = connection.execute(select(invoices.c.flow)).scalars()
        kept = connection.execute(select(links.c.entries).where(links.c.entries.contains(flow))).scalars().all()
    assert len(kept) >= 4
    assert purged(actors, 2 * LATER).counts["flows"] == 4
    assert set(counts(site).values()) == {0}


def test_nothing_under_way_goes(actors: Actors) -> None:
    """Neither a flow with a file that is not handed over, nor one with an alert, a deadline, or a replay asked for."""
    site = actors.site
    alerted = actors.invoice()
    received(actors)
    suspended = actors.invoice()
    site.change(HIS, active=False)
    again = site.deposit(b"<no invoice/>")
    actors.day(1)
    with writing(site.gate.ledger) as connection:
        key = connection.execute(select(invoices.c.id).where(invoices.c.number == alerted)).scalar_one()
        alerts.open_one(connection, alerts.VALIDATOR_SILENT, key, HIS, "", site.now)
    site.tell_time(BEGIN + dt.timedelta(days=LATER))
    site.replay(again)

    tally = purged(actors)

    assert tally.counts["flows"] == 0
    assert tally.kept == {"under_way": 2, "alerted": 1, "referred": 1}
    assert actors.rows(suspended)
    with writing(site.gate.ledger) as connection:
        alerts.close(connection, alerts.VALIDATOR_SILENT, key, site.now)
        connection.execute(update(invoices).where(invoices.c.number == alerted).values(due_at=site.now))
    assert purged(actors).kept == {"under_way": 2, "awaited": 1, "referred": 1}


def test_an_invoice_that_another_completes_stays_with_it(actors: Actors) -> None:
    """They are one story: the pivot of the second is rendered with the history of the first."""
    number = fresh_number()
    draft = {"number": number, **BUYER}
    actors.site.deposit(mixed(cii, **draft), MIXED)
    received(actors).tell(HIS, says(number, "06"))
    actors.day(LATER).site.deposit(mixed(cii, **draft), MIXED)
    received(actors)

    assert purged(actors, LATER + 1).counts["flows"] == 0
    assert len(actors.rows(number)) == 2
    assert purged(actors, 2 * LATER).counts["flows"] == 5


def test_a_pivot_that_lost_some_of_its_invoices_is_marked_and_not_offered_again(actors: Actors) -> None:
    """It could not be rendered as it was, so that asking for it says so; it goes with the last of its invoices."""
    site = actors.site
    first, second = actors.invoice(), actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    received(actors)
    actors.day(LATER).tell(HIS, says(second, "11"))
    actors.day(LATER)

    assert purged(actors).counts["flows"] == 1
    assert not actors.rows(first)
    with site.gate.ledger.connect() as connection:
        thinned = connection.execute(select(deliveries).where(deliveries.c.purged_at.is_not(None))).mappings().all()
        held = connection.execute(select(func.count()).select_from(delivery_invoices)).scalar_one()
    assert {row["name"] for row in thinned if row["kind"] == "pivot"} == {pivot.name}
    assert held == 2
    assert even(site)
    purged(actors, 2 * LATER)
    assert set(counts(site).values()) == {0}


def test_a_file_that_another_deposit_needs_stays(actors: Actors) -> None:
    """Same content, same day, one file: it goes with the last flow that has it."""
    site = actors.site
    content = b"<no invoice/>"
    site.deposit(content)
    actors.round()
    site.deposit(content)
    actors.round()
    assert len(archived(site)) == 1
    with writing(site.gate.ledger) as connection:
        last = connection.execute(select(func.max(flows.c.id))).scalar_one()
        later = BEGIN + dt.timedelta(days=LATER)
        chosen = update(runs).where(runs.c.flow == last)
        connection.execute(chosen.values(decided_at=stamp(later)))

    assert purged(actors).counts["flows"] == 1
    assert len(archived(site)) == 1
    assert purged(actors, 2 * LATER).counts["flows"] == 1
    assert archived(site) == []


def test_a_purge_that_ended_before_it_removed_files_is_finished_by_the_next(
    actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger keeps which files are nobody's any more until they are gone."""
    actors.site.deposit(b"<no invoice/>")
    actors.round()
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "remove", _die)
        with pytest.raises(KeyboardInterrupt):
            purged(actors)
    assert counts(actors.site)["flows"] == 0
    assert len(archived(actors.site)) == 1

    purged(actors)

    assert archived(actors.site) == []


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_that_the_settings_keep_can_be_purged(actors: Actors) -> None:
    """A day that is too late is refused, with the last one that would do."""
    with pytest.raises(purging.TooYoung):
        purge(actors.site.gate, BEGIN, actor="operator")


def test_a_directory_goes_when_no_run_refers_to_it(actors: Actors) -> None:
    """The versions that old decisions were made by go with them; the one in force stays."""
    site = actors.site
    folder = site.root / "directory"
    (in_force,) = folder.glob("*.sqlite")
    older = folder / "20260101T000000000000Z.sqlite"
    older.write_bytes(in_force.read_bytes())
    site.deposit(b"<no invoice/>")
    actors.round()
    with writing(site.gate.ledger) as connection:
        connection.execute(update(runs).values(directory_version=older.stem))
        connection.execute(update(runs).values(decided_at=stamp(BEGIN + dt.timedelta(days=LATER))))

    assert purged(actors).directories == []
    assert purged(actors, 2 * LATER).directories == [older.stem]
    assert sorted(folder.glob("*.sqlite")) == [in_force]


def test_the_chore_takes_what_has_grown_too_old(actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, by the gate itself, for a while at a time; while a backup is made it leaves all for the next one."""
    monkeypatch.setattr(retention, "PAGE", 1)
    monkeypatch.setattr(purging, "CHORE_SECONDS", 0)
    for number in range(2):
        actors.site.deposit(b"<no invoice/>" + b" " * number)
    actors.round()
    actors.site.tell_time(BEGIN + dt.timedelta(days=LATER))
    gate = actors.site.gate

    command = [sys.executable, "-c", HOLDS, str(actors.site.root / "archive.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout
        held.stdout.readline()
        purging.purge_on(gate)
        with pytest.raises(purging.Busy):
            purged(actors)
        held.kill()
    assert counts(actors.site)["flows"] == 2
    purging.purge_on(gate)
    assert counts(actors.site)["flows"] == 1
    purging.purge_on(gate)
    assert counts(actors.site)["flows"] == 0


@pytest.mark.parametrize(("step", "looks"), [("seen", the_doctor), ("digest", an_auditor)], ids=["doctor", "audit"])
def test_whoever_looks_while_a_purge_is_at_work_misses_nothing(
    actors: Actors, monkeypatch: pytest.MonkeyPatch, step: str, looks: Callable[[Gate], list[str]]
) -> None:
    """A flow that he saw in the ledger may go, with its file, before he comes to the file; one that stays is missed."""
    site = actors.site
    for number in range(3):
        site.deposit(b"<no invoice/>" + b" " * number)
    actors.round()
    look, left = getattr(Folder, step), [1]

    def purged_meanwhile(archive: Folder, place: str) -> object:
        if left:
            left.pop()
            purged(actors)
        return look(archive, place)

    monkeypatch.setattr(Folder, step, purged_meanwhile)
    assert looks(site.gate) == []
    assert counts(site)["flows"] == 0

    site.deposit(b"<no invoice at all/>")
    actors.round()
    archived(site)[0].unlink()
    assert looks(site.gate) == ["archive.missing"]


def test_the_gate_purges_by_itself_only_where_the_settings_say_so(make_site: MakeSite) -> None:
    """By default nothing goes without somebody who asks for it."""
    (chore,) = [one for one in CHORES if one.name == "retention"]

    assert chore.every(make_site().gate.settings) == 0
    assert chore.every(make_site("[retention]\nautomatic = true\n").gate.settings) == purging.CHORE_PACE


def test_a_purge_that_ends_half_way_leaves_even_books(actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction takes whole flows; the next purge takes the others."""
    monkeypatch.setattr(retention, "PAGE", 2)
    site = actors.site
    for number in range(5):
        site.deposit(b"<no invoice/>" + b" " * number)
    actors.round()
    site.tell_time(BEGIN + dt.timedelta(days=LATER))

    with pytest.raises(KeyboardInterrupt):
        purge(site.gate, purging.limit(site.gate), actor="operator", progress=_interrupt)

    assert counts(site)["flows"] == len(archived(site)) == 3
    assert even(site)
    assert purged(actors).counts["flows"] == 3
    assert archived(site) == []


def _interrupt(_tally: Tally) -> None:
    raise KeyboardInterrupt
