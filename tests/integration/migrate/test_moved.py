"""A gate whose ledger was moved to PostgreSQL: it has its whole past there, and goes on from it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from edigate.ledger import sequences
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.tables import deliveries, events, flows, invoices, runs, statuses
from tests.acceptance.actors import BUYER
from tests.acceptance.gates import DEPOSITOR, Site, sound
from tests.integration.migrate.past import embedded, on_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.integration.migrate.conftest import Departing


@pytest.fixture
def before(departing: Departing) -> dict[str, list[dict[str, Any]]]:
    """All rows of the ledger before it was moved."""
    return embedded(departing.root)


@pytest.fixture
def told(departing: Departing, before: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - looked at before it goes
    """The answer of the move."""
    return dict(departing.console.json("migrate", "--ledger", departing.url))


@pytest.fixture
def moved(departing: Departing, told: dict[str, Any]) -> Iterator[Site]:  # noqa: ARG001 - moved it is
    """The gate after it was moved."""
    site = Site(departing.root)
    yield site
    site.close()


def test_everything_is_there(departing: Departing, before: dict[str, Any], told: dict[str, Any]) -> None:
    """Every row of every table is the same on the server, and counted."""
    assert on_server(departing.url) == before
    assert told["tables"] == {name: len(found) for name, found in before.items()}
    assert min(told["tables"][name] for name in ("flows", "statuses", "reported", "deliveries", "links", "events")) > 1
    assert (told["dry_run"], told["again"], told["broken"]) == (False, False, [])


def test_no_gate_opens_the_old_ledger(departing: Departing, told: dict[str, Any]) -> None:
    """It bears another name, and takes no change under that either."""
    assert not (departing.root / "ledger.sqlite").exists()
    assert told["old"] == str(departing.root / "ledger.sqlite.moved")
    old = open_ledger(Path(told["old"]))
    with pytest.raises(Exception, match="this ledger has moved"), old.connect() as connection:
        connection.execute(text("update flows set state = 'decided'"))
    old.dispose()


def test_the_settings_keep_what_a_person_wrote(departing: Departing, moved: Site) -> None:
    """One line of edigate.toml is another; comments, order and all else stay."""
    text_ = (moved.root / "edigate.toml").read_text(encoding="utf-8")
    assert f'# Where it is.\nurl = "{departing.url}"\n' in text_
    assert text_.startswith("# Ours.\n[gate]\nname = 'Ville' # kept\n\n[intake]\n")


def test_what_waits_has_a_job(departing: Departing, moved: Site, told: dict[str, Any]) -> None:
    """Deposits and replays at once, what a partner reports in its turn, what is held at its time."""
    past = departing.past
    with moved.gate.ledger.connect() as connection:
        query = select(runs.c.id, flows.c.name, runs.c.due_at).join(flows, flows.c.id == runs.c.flow)
        rows = connection.execute(query.where(runs.c.state.in_(("due", "held")))).mappings()
        waiting = {row["id"]: row for row in rows}
        jobs = connection.execute(text("select args, lock, scheduled_at from procrastinate_jobs order by id")).all()
    asked = {waiting[run]["name"]: job for job in jobs for run in job.args["runs"]}

    assert set(asked) == {past.due, past.in_turn, past.replayed, past.held}
    assert told["runs"] == len(asked)
    assert asked[past.in_turn].lock == "from SEI001"
    assert asked[past.due].lock is None
    assert asked[past.due].scheduled_at is None
    assert f"{asked[past.held].scheduled_at:%Y-%m-%dT%H:%M:%S.%fZ}" == next(
        row["due_at"] for row in waiting.values() if row["name"] == past.held
    )


def test_the_gate_goes_on(departing: Departing, moved: Site) -> None:
    """What waited is decided, a new deposit and a replay are, the dead letter goes, and the books come out."""
    past, console = departing.past, departing.console
    deposited = moved.deposit(sound(**BUYER))
    moved.round()

    states = {outcome.name: (outcome.state, outcome.verdict) for outcome in moved.outcomes()}
    assert states[past.due] == states[past.in_turn] == states[deposited] == ("decided", "integrated")
    assert states[past.replayed] == ("decided", "rejected")
    assert states[past.held][0] == "held"

    console.run("held", "release", "--all")
    moved.round()
    (moved.root / "outbox" / DEPOSITOR / past.dead).rmdir()
    console.run("deliveries", "resend", past.dead, "--reason", "way is free")
    moved.round()
    console.run("replay", deposited, "--reason", "try")
    moved.round()

    assert {outcome.name: outcome.state for outcome in moved.outcomes()}[past.held] == "decided"
    assert (moved.root / "outbox" / DEPOSITOR / past.dead).is_file()
    console.run("balance")
    console.run("audit", "verify")


def test_no_number_is_given_twice(moved: Site, before: dict[str, Any]) -> None:
    """Ids of invoices and deliveries, names of files and ids of statuses go on after the last ones."""
    for _ in range(3):
        moved.deposit(sound(**BUYER))
    moved.round()

    with moved.gate.ledger.connect() as connection:
        names = connection.execute(select(deliveries.c.name)).scalars().all()
        assert Counter(names).most_common(1)[0][1] == 1
        assert len(names) > len(before["deliveries"])
        for table, column in ((invoices, invoices.c.id), (deliveries, deliveries.c.id), (statuses, statuses.c.id)):
            old = {row["id"] for row in before[table.name]}
            new = set(connection.execute(select(column)).scalars()) - old
            assert new
            assert min(new) > max(old)


def test_sequences_begin_where_the_old_ones_had_come_to(departing: Departing) -> None:
    """Also numbers that were taken and are in no row are never given again."""
    ledger = open_ledger(departing.root / "ledger.sqlite")
    with ledger.begin() as connection:
        connection.execute(text("begin immediate"))
        sequences.take(connection, sequences.INVOICES, 1_000)
        reached = dict(sequences.reached(connection))
        connection.execute(text("commit"))
    ledger.dispose()
    departing.console.run("migrate", "--ledger", departing.url)

    ledger = open_ledger(departing.url)
    with ledger.connect() as connection:
        assert dict(sequences.reached(connection)) == reached
        assert sequences.take(connection, sequences.INVOICES, 2)[0] == reached[sequences.INVOICES]
    ledger.dispose()


def test_the_audit_log_goes_on(departing: Departing, moved: Site, before: dict[str, Any]) -> None:
    """The new ledger notes the move, with the ends of the old chains and every table's digest."""
    with moved.gate.ledger.connect() as connection:
        row = connection.execute(select(events).where(events.c.event == "ledger.moved")).mappings().one()
    details = json.loads(row["details"])
    last = before["links"][-1]
    assert details["ends"] == {"gate": {"number": last["number"], "hash": last["hash"]}}
    assert details["rows"] == sum(len(found) for found in before.values())
    assert details["to"] == departing.url
    departing.console.run("audit", "verify")
    assert "ledger.moved" in departing.console.run("audit", "log").out


def test_a_second_call_tells_the_same(departing: Departing, told: dict[str, Any]) -> None:
    """Nothing is done again, and the answer is the same."""
    again = departing.console.json("migrate", "--ledger", departing.url)
    assert again["again"]
    assert {key: again[key] for key in ("tables", "runs", "chains", "old")} == {
        key: told[key] for key in ("tables", "runs", "chains", "old")
    }


def test_a_dry_run_changes_nothing(departing: Departing, before: dict[str, Any]) -> None:
    """Everything is counted; the ledger, the settings and the database stay as they are."""
    settings = (departing.root / "edigate.toml").read_text(encoding="utf-8")
    told = departing.console.json("migrate", "--ledger", departing.url, "--dry-run")

    assert told["dry_run"]
    assert told["tables"] == {name: len(found) for name, found in before.items()}
    assert embedded(departing.root) == before
    assert (departing.root / "edigate.toml").read_text(encoding="utf-8") == settings
    with pytest.raises(FileNotFoundError):
        open_ledger(departing.url, create=False)


def test_the_password_is_written_nowhere(departing: Departing) -> None:
    """Neither in the folder nor in the new ledger; a person is told where it has to come from."""
    url = departing.url.replace("edigate@", "edigate:t0p-secret@")
    answer = departing.console.run("migrate", "--ledger", url)

    assert "t0p-secret" not in answer.out + answer.err
    assert "~/.pgpass" in answer.out
    for path in departing.root.rglob("*"):
        assert not path.is_file() or b"t0p-secret" not in path.read_bytes()
    assert "t0p-secret" not in json.dumps(on_server(departing.url), default=str)


def test_the_address_may_come_from_the_environment(departing: Departing, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its password, which is then on no command line; the gate finds it there as well."""
    monkeypatch.setenv("EDIGATE_LEDGER__URL", departing.url.replace("edigate@", "edigate:t0p-secret@"))
    told = departing.console.json("migrate")
    assert told["ledger"] == departing.url
    assert "t0p-secret" not in (departing.root / "edigate.toml").read_text(encoding="utf-8")
    departing.console.run("audit", "verify")


def test_an_address_that_was_written_ahead(departing: Departing) -> None:
    """Somebody put it into edigate.toml first: nothing starts before the ledger is there, and then everything does."""
    path = departing.root / "edigate.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('#url = ""', f"url = '{departing.url}'"), "utf-8")
    assert "edigate migrate" in departing.console.run("balance", expect=1).err
    departing.console.run("migrate", "--ledger", departing.url)
    departing.console.run("balance")


def test_what_a_server_said_may_hold_a_zero_byte(departing: Departing) -> None:
    """A mark stands in its place, as PostgreSQL takes none."""
    ledger = open_ledger(departing.root / "ledger.sqlite")
    with writing(ledger) as connection:
        connection.exec_driver_sql("update deliveries set last_error = 'no' || char(0) || 'thing' where failures > 0")
    ledger.dispose()
    departing.console.run("migrate", "--ledger", departing.url)
    assert "no\ufffdthing" in {row["last_error"] for row in on_server(departing.url)["deliveries"]}
    departing.console.run("audit", "verify")


def test_a_reader_of_the_old_ledger_stands_in_nobodys_way(departing: Departing) -> None:
    """A command that has the old file open does not stop the move."""
    ledger = open_ledger(departing.root / "ledger.sqlite")
    with ledger.connect() as reader:
        reader.execute(text("begin"))
        before = _flows(reader)
        departing.console.run("migrate", "--ledger", departing.url)
        assert _flows(reader) == before
    ledger.dispose()
    assert not (departing.root / "ledger.sqlite").exists()


def _flows(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(flows)).scalar_one()
