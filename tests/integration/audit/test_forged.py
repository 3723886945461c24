"""Whoever appends links of his own that agree with the chain: what never changes, no later entry changes either."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from edigate.engine import heads as chore
from edigate.engine.purging import YEAR
from edigate.ledger import collection, deliveries, events, hearing
from edigate.ledger import heads as book
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.proof import PROVEN, row_digest
from edigate.ledger.tables import flows, invoices, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

    from tests.integration.audit.kept import Kept


def now(days: float = 0) -> str:
    """So many days from now, as the ledger writes it."""
    return stamp(dt.datetime.now(dt.UTC) + dt.timedelta(days=days))


def typed(site: Kept, table: Table, key: str | int) -> dict[str, Any]:
    """One row with the types that its digest is made of."""
    ledger = open_ledger(site.root / "ledger.sqlite")
    with ledger.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == key)).mappings().one()
    ledger.dispose()
    return dict(row)


def book_again(site: Kept) -> set[str]:
    """Another name and another depositor for a flow, booked once more."""
    row = typed(site, flows, site.sql("select min(id) from flows")[0][0])
    forged = row | {"name": f"X{row['name']}", "partner": "SEI001"}
    site.sql("update flows set name = ?, partner = ? where id = ?", forged["name"], forged["partner"], row["id"])
    facts = {column: forged[column] for column in PROVEN["flows"][1:]}
    site.append({"at": now(), "event": "flow.booked", "subject": row["id"], **facts})
    return {f"flows:{row['id']}"}


def decide_again(site: Kept) -> set[str]:
    """Another amount for an invoice, decided once more."""
    invoice = typed(site, invoices, 1)
    run = typed(site, runs, invoice["run"])
    site.sql("update invoices set amount_due = '999999' where id = 1")
    told = {"id": 1, "row": row_digest("invoices", invoice | {"amount_due": "999999"})}
    site.append(
        {"at": now(), "event": "flow.decided", "subject": run["flow"], "run": run["id"], "verdict": run["verdict"],
         "row": row_digest("runs", run), "stands": True, "invoices": [told]}
    )  # fmt: skip
    return {"invoices:1", f"runs:{run['id']}"}


def give_another_verdict(site: Kept) -> set[str]:
    """The same decision once more but for what it comes to."""
    run = typed(site, runs, site.row("runs", "verdict = 'rejected' and number = 1 and flow not in"
                                     " (select flow from runs where number > 1)")["id"])  # fmt: skip
    site.sql("update flows set verdict = 'integrated' where id = ?", run["flow"])
    site.append(
        {"at": now(), "event": "flow.decided", "subject": run["flow"], "run": run["id"], "verdict": "integrated",
         "row": row_digest("runs", run), "invoices": []}
    )  # fmt: skip
    return {f"runs:{run['id']}"}


def place_again(site: Kept) -> set[str]:
    """Other bytes for a file that was handed out."""
    row = site.row("deliveries", "state = 'published'")
    site.sql("update deliveries set sha256 = ? where id = ?", "f" * 64, row["id"])
    site.append(
        {"at": now(), "event": "delivery.offered_again", "subject": row["name"], "delivery": row["id"], "actor": "x"},
        {"at": now(), "event": "delivery.placed", "subject": str(row["id"]), "delivery": row["id"],
         "size": row["size"], "sha256": "f" * 64},
    )  # fmt: skip
    return {f"deliveries bytes:{row['id']}"}


def plan_again(site: Kept) -> set[str]:
    """Another partner for a file that was handed out."""
    row = site.row("deliveries", "run is null")
    site.sql("update deliveries set partner = 'ABC123' where id = ?", row["id"])
    facts = {key: row[key] for key in ("kind", "interface", "run", "planned_at")}
    site.append(
        {"at": now(), "event": "delivery.planned", "subject": row["name"], "delivery": row["id"], "partner": "ABC123",
         **facts}
    )  # fmt: skip
    return {f"deliveries:{row['id']}"}


def hold_others(site: Kept) -> set[str]:
    """Another invoice in a pivot."""
    row = site.row("delivery_invoices", "position = 1")
    site.sql("update delivery_invoices set invoice = invoice + 1 where delivery = ? and position = 1", row["delivery"])
    site.append(
        {"at": now(), "event": "delivery.holds", "subject": "x", "delivery": row["delivery"],
         "invoices": [[1, row["invoice"] + 1, row["stage"]]]}
    )  # fmt: skip
    return {f"delivery_invoices:{row['delivery']}:1"}


def tell_elsewhere(site: Kept) -> set[str]:
    """Another life cycle for a status."""
    row = site.row("statuses", "told_in > 0")
    site.sql("update statuses set told_in = told_in + 1 where id = ?", row["id"])
    site.append(
        {"at": now(), "event": "delivery.tells", "subject": "x", "delivery": row["told_in"] + 1,
         "statuses": [row["id"]]}
    )  # fmt: skip
    return {f"statuses told:{row['id']}"}


def ask_again(site: Kept) -> set[str]:
    """Another person who asked for a replay."""
    row = site.row("runs", "number = 2")
    site.sql("update runs set requested_by = 'nobody' where id = ?", row["id"])
    site.append(
        {"at": now(), "event": "run.taken_over", "subject": row["flow"], "run": row["id"], "actor": "nobody",
         "reason": row["reason"]}
    )  # fmt: skip
    return {f"runs asked:{row['id']}"}


AGAIN = (
    book_again, decide_again, give_another_verdict, place_again, plan_again, hold_others, tell_elsewhere, ask_again,
)  # fmt: skip


@pytest.mark.parametrize("forge", AGAIN)
def test_what_never_changes_is_not_changed_by_a_later_entry(site: Kept, forge: Callable[[Kept], set[str]]) -> None:
    """Row and appended entry agree with each other; the earlier entry, which a head vouches for, still counts."""
    claimed = forge(site)

    report = site.verify()

    again = {str(one.values["row"]) for one in report.findings if one.kind == "entry.again"}
    assert again == claimed
    assert {one.place for one in report.findings if one.kind == "entry.again"} == {f"links:gate:{site.last}"}


def test_the_same_bytes_placed_anew_are_no_finding(site: Kept) -> None:
    """A file that is offered again has the bytes that it had."""
    name = site.row("deliveries", "kind = 'pivot' and state = 'published' and gone_at is null")["name"]

    site.run("deliveries", "resend", name, "--reason", "lost")

    assert site.found() == set()


def without_a_flow(site: Kept) -> str:
    """A flow taken out of the ledger with all that is about it alone."""
    flow = str(site.sql("select min(id) from flows where verdict = 'inadmissible'")[0][0])
    for table in ("reported", "invoices"):
        site.sql(f"delete from {table} where flow = ?", flow)  # noqa: S608
    site.sql("delete from deliveries where run in (select id from runs where flow = ?)", flow)
    site.sql("delete from runs where flow = ?", flow)
    site.sql("delete from events where subject = ?", flow)
    site.sql("delete from flows where id = ?", flow)
    return flow


def purge_event(site: Kept, before: str, years: float = 10, **facts: object) -> dict[str, Any]:
    """A purge in the event log, and the entry that says the same."""
    details = {"before": before, "years": years, **facts}
    at = now()
    row = (at, "retention.purged", "x", "retention", json.dumps(details, sort_keys=True))
    site.sql("insert into events (at, event, actor, subject, details) values (?, ?, ?, ?, ?)", *row)
    return {"at": at, "event": row[1], "actor": "x", "subject": row[3], "details": details}


def test_a_flow_is_not_purged_by_saying_so(site: Kept) -> None:
    """An entry that says it was, and no purge with it."""
    flow = without_a_flow(site)
    place = site.append({"at": now(), "event": "flow.purged", "subject": flow})

    assert {("purge.alone", place), ("row.missing", f"flows:{flow}")} <= site.found()


@pytest.mark.parametrize("years", [10, 0.000001])
def test_a_purge_that_took_what_is_kept_is_not_believed(site: Kept, years: float) -> None:
    """Whatever it says of the settings: nothing vouches for them, and those of today keep ten years."""
    flow = without_a_flow(site)
    site.sql("update links set entries = null where number < 20")
    gone = {"at": now(), "event": "flow.purged", "subject": flow}
    place = site.append(purge_event(site, now(-0.5), years), gone)

    found = site.found()

    assert {("purge.young", place), ("purge.alone", place), ("link.purged", "links:gate:19")} <= found


def test_a_purge_takes_no_flow_that_is_younger(site: Kept) -> None:
    """The purge itself may be, but not of this flow."""
    flow = without_a_flow(site)
    before = stamp(dt.datetime.now(dt.UTC) - 10 * YEAR - dt.timedelta(days=1))
    place = site.append(purge_event(site, before), {"at": now(), "event": "flow.purged", "subject": flow})

    assert {("purge.flow", place), ("row.missing", f"flows:{flow}")} <= site.found()


def test_events_that_were_put_in_beside_purged_ones_are_counted(site: Kept) -> None:
    """Of what is older than a purge nothing may come to a ledger."""
    before = stamp(dt.datetime.now(dt.UTC) - 10 * YEAR - dt.timedelta(days=1))
    site.append(purge_event(site, before, events=0, links=1))
    assert site.found() == set()
    site.sql("insert into events (at, event, actor, subject, details) values ('2001', 'x', 'x', 'x', '{}')")

    assert ("events.more", "events") in site.found()


def test_only_the_gate_writes_links(site: Kept) -> None:
    """A link of another name is a finding, and proves nothing of any row."""
    site.sql("update invoices set status = '05', label = '' where id = 1")
    ((flow,),) = site.sql("select flow from invoices where id = 1")
    moved = {"at": now(), "event": "invoice.moved", "subject": flow, "invoice": 1, "status": "05", "label": ""}

    place = site.append(moved, writer="zz")

    assert {("link.writer", place), ("row.altered", "invoices status:1")} <= site.found()


@pytest.mark.parametrize("days", [-30, 30])
def test_a_link_of_another_time_than_its_neighbours_is_named(site: Kept, days: int) -> None:
    """Behind the head before it, or yet to come; a sandbox, whose demonstrations are told the time, is let off."""
    note = {"at": now(days), "event": "way.works", "subject": "ABC123", "way": "put"}
    place = site.append(note)
    assert ("link.time", place) not in site.found()

    site.run("partners", "add", "NEW001", "--name", "New", "--role", "depositor", "--deposit", "FSO1106A")

    assert ("link.time", place) in site.found()


def old(site: Kept) -> None:
    """Let all links be of long ago, in a chain that agrees with itself."""
    site.sql("update links set at = '2020' || substr(at, 5)")
    site.rewrite()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_chain_written_anew_without_signed_heads_shows(site: Kept, replaced: bool) -> None:  # noqa: FBT001 - a case
    """The heads deleted, or replaced by some that nobody signed: where there is a key, that is a finding."""
    old(site)
    site.sql("delete from heads")
    if replaced:
        gate = site.open()
        with writing(gate.ledger) as connection:
            assert book.make(connection, gate.settings.gate.code, None, now())
        gate.ledger.dispose()

    assert {kind for kind, _ in site.found(outside=False)} >= {"head.none"}


def test_a_gate_that_no_head_was_due_on_yet_says_so(site: Kept) -> None:
    """Nothing is wrong, and nothing is signed."""
    site.sql("delete from heads")
    site.sql("update links set at = ? where number = 1", now())
    site.rewrite()
    answer = site.run("audit", "verify", "--no-archive", "--heads", str(site.root / "inbox"))

    assert "no head was due yet" in " ".join(answer.out.split())


NESTED = "[" * 100_000


def test_what_is_nested_too_deeply_is_named(site: Kept) -> None:
    """In heads, in files of heads, in entries whose hashes are right."""
    path = site.root / "kept" / f"z{chore.ENDING}"
    path.write_text(f'{{"statement": {NESTED}')
    site.sql("update heads set heads = ? where id = 1", '{"at": 1, "gate": "CPP001", "heads": ' + NESTED)
    site.sql("update links set entries = ? where number = ?", NESTED, site.last)
    site.rewrite(site.last)

    found = site.found()

    assert {("head.unreadable", str(path)), ("head.unreadable", "heads:1")} <= found
    assert ("entry.strange", f"links:gate:{site.last}") in found
    chore.make(site.open())  # what somebody wrote into the last head does not keep the gate from making the next


STATES = (
    ("flows", "state", "'held'", "1"),
    ("flows", "reserved", "not reserved", "1"),
    ("flows", "run", "'x'", "1"),
    ("runs", "state", "'due'", "state = 'decided'"),
    ("deliveries", "state", "'placed'", "state = 'published' and offers = 0"),
    ("deliveries", "gone_at", "'2020-01-01T00:00:00.000000Z'", "1"),
    ("deliveries", "gone_how", "'collected'", "gone_at is null"),
    ("deliveries", "gone_at", "null", "gone_at is not null"),
    ("deliveries", "dead_at", "'2020-01-01T00:00:00.000000Z'", "1"),
    ("deliveries", "offers", "offers + 1", "1"),
    ("deliveries", "receipt_at", "'2020'", "receipt = ''"),
)


@pytest.mark.parametrize("cell", STATES, ids=[".".join(cell[:2]) + str(i) for i, cell in enumerate(STATES)])
def test_a_state_that_was_altered_is_named(site: Kept, cell: tuple[str, ...]) -> None:
    """What is noted of files that went, died or were offered again; states by what they follow from."""
    table, column, value, where = cell
    if column.startswith("gone"):
        gate = site.open()
        row = site.row("deliveries", "state = 'published' and gone_at is null")
        with writing(gate.ledger) as connection:
            collection.mark_gone(connection, [collection.offered(row)], collection.COLLECTED, now())  # type: ignore[arg-type]
        gate.ledger.dispose()
    assert site.found() == set()

    site.sql(f"update {table} set {column} = {value} where rowid = (select min(rowid) from {table} where {where})")  # noqa: S608

    assert {kind for kind, _ in site.found()} & {"row.altered", "row.inserted", "row.missing", "row.state"}


def test_dead_letters_and_offers_made_again_are_proven(site: Kept) -> None:
    """A file that dies, is tried again, goes and is offered again is as the log says at each step."""
    row = site.row("deliveries", "state = 'published' and gone_at is null and kind = 'pivot'")
    gate = site.open()
    with writing(gate.ledger) as connection:
        hearing.offer_again(connection, row["id"])
    assert {place for _, place in site.found()} == {f"deliveries offers:{row['id']}"}
    with writing(gate.ledger) as connection:
        events.record(
            connection, "delivery.offered_again", "me", row["name"], at=now(), delivery=row["id"], reason="lost"
        )
        deliveries.set_aside(connection, row, "no", now())  # type: ignore[arg-type]
    assert site.found() == set()
    ((dead,),) = site.sql("select dead_at from deliveries where id = ?", row["id"])
    assert dead
    with writing(gate.ledger) as connection:
        assert deliveries.revive(connection, row["id"], now())
    assert site.found() == set()
    gate.ledger.dispose()
