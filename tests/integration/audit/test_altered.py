"""Whatever is altered, taken out or put in shows, with its place; and nothing shows where nothing was."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from edigate.engine import heads as chore
from edigate.ledger import heads as book
from edigate.ledger.journal import digest, link_body, link_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.audit.kept import Kept

N = 5


def test_nothing_is_found_at_a_busy_gate_that_nobody_altered(sound: Kept) -> None:
    """Several batches, lives of invoices, replays, receipts, deadlines, changed partners: every row is proven."""
    report = sound.verify(archive=True)

    assert report.findings == []
    assert report.counts["rows unproven"] == 0
    assert min(report.counts[table] for table in ("flows", "runs", "invoices", "statuses", "reported", "events")) > 0
    assert report.counts["heads outside"] >= 2
    assert report.anchored is not None
    assert report.anchored["signed"]


def alter(column: str, value: str) -> Callable[[Kept], None]:
    """One byte of a link's column, or all of it."""
    return lambda site: void(site.sql(f"update links set {column} = {value} where number = ?", N))  # noqa: S608


def void(_: object) -> None:
    """Whatever was done, nothing is given."""


def other_digit(column: str) -> str:
    """The column with another first digit."""
    return f"case substr({column}, 1, 1) when '0' then '1' else '0' end || substr({column}, 2)"


def swap(site: Kept) -> None:
    """Exchange two links but for their numbers."""
    columns = "at, previous, hash, digests, entries"
    one, other = (site.sql(f"select {columns} from links where number = ?", n)[0] for n in (N, N + 1))  # noqa: S608
    for number, values in ((N, other), (N + 1, one)):
        site.sql(
            "update links set at = ?, previous = ?, hash = ?, digests = ?, entries = ? where number = ?",
            *values, number,
        )  # fmt: skip


def insert(site: Kept) -> None:
    """Put a link in whose own hash is right, and count those after it up."""
    for number in range(site.last, N - 1, -1):
        site.sql("update links set number = ? where number = ?", number + 1, number)
    ((previous, at),) = site.sql("select hash, at from links where number = ?", N - 1)
    text = json.dumps({"at": at, "event": "way.works", "subject": "ABC123", "way": "put"})
    hash_ = link_hash(previous, link_body("gate", N, at, [digest(text)]))
    row = ("gate", N, at, previous, hash_, digest(text), text)
    site.sql("insert into links (writer, number, at, previous, hash, digests, entries) values (?,?,?,?,?,?,?)", *row)


HERE, NEXT = f"links:gate:{N}", f"links:gate:{N + 1}"
LINKS: dict[str, tuple[Callable[[Kept], None], set[tuple[str, str]]]] = {
    "an entry": (alter("entries", 'replace(entries, \'"at":"2\', \'"at":"1\')'), {("link.entry", HERE)}),
    "an entry taken out": (alter("entries", "substr(entries, instr(entries, char(10)) + 1)"), {("link.count", HERE)}),
    "entries purged unasked": (alter("entries", "null"), {("link.purged", HERE)}),
    "a digest": (alter("digests", other_digit("digests")), {("link.hash", HERE), ("link.entry", HERE)}),
    "the hash": (alter("hash", other_digit("hash")), {("link.hash", HERE), ("link.previous", NEXT)}),
    "the time": (alter("at", other_digit("at")), {("link.hash", HERE)}),
    "the one before": (alter("previous", other_digit("previous")), {("link.hash", HERE), ("link.previous", HERE)}),
    "a deleted link": (lambda s: void(s.sql("delete from links where number = ?", N)), {("link.gap", NEXT)}),
    "swapped links": (swap, {("link.previous", HERE), ("link.hash", HERE), ("link.hash", NEXT)}),
    "an inserted link": (insert, {("link.previous", NEXT), ("link.hash", NEXT)}),
}


@pytest.mark.parametrize("case", LINKS)
def test_a_link_that_was_touched_is_named(site: Kept, case: str) -> None:
    """By the byte: entries, digests, hash, time; taken out, exchanged or put in."""
    touch, expected = LINKS[case]
    # A link with several entries, as one alone has none to take out.
    assert site.sql("select entries from links where number = ?", N)[0][0].count("\n") > 0

    touch(site)

    assert expected <= site.found(outside=False)


@pytest.mark.parametrize("outside", [True, False])
def test_a_cut_off_tail_shows_against_a_head(site: Kept, outside: bool) -> None:  # noqa: FBT001 - a parameter's value
    """Also where the ledger's own heads were cut off with it, as long as one was kept outside."""
    last = site.last
    site.sql("delete from links where number > ?", last - 3)
    if outside:
        site.sql("delete from heads")

    assert ("head.ahead", f"links:gate:{last}") in site.found(outside=outside)


def test_a_tail_that_was_cut_off_with_its_rows_shows_against_a_head_kept_outside_only(site: Kept) -> None:
    """Whoever takes a replay back, with its entries and its heads, leaves a ledger that is even in itself."""
    before = site.last
    site.run("partners", "suspend", "JMRPOR")
    chore.keep_heads(site.open())
    after = site.last
    site.sql("delete from links where number > ?", before)
    site.sql("delete from events where id = (select max(id) from events)")
    site.sql("update partners set active = 1")
    site.sql("delete from heads where id = (select max(id) from heads)")

    assert site.found(outside=False) == set()
    assert site.found() == {("head.ahead", f"links:gate:{after}")}


def forge(site: Kept) -> None:
    """Let an integrated invoice be of another amount, in its row and in all that the log says of it."""
    ((number, entries),) = site.sql(
        "select number, entries from links where entries like '%flow.decided%' order by number limit 1"
    )
    site.sql("update links set entries = ? where number = ?", entries.replace('"amount":"4', '"amount":"9'), number)
    site.rewrite(number)


def test_a_chain_that_was_written_anew_shows_against_a_head(site: Kept) -> None:
    """It agrees with itself, and neither with the ledger's heads nor with those kept outside."""
    forge(site)

    assert {kind for kind, _ in site.found(outside=False)} == {"head.hash"}
    assert {kind for kind, _ in site.found()} == {"head.hash"}


def test_heads_signed_anew_with_another_key_show(site: Kept) -> None:
    """Whoever writes chain and heads anew without the gate's key has to sign with his own."""
    forge(site)
    site.sql("delete from heads")
    key = site.root / "his.pem"
    book.new_key(key)
    toml = site.root / "edigate.toml"
    toml.write_text(toml.read_text().replace('"audit.pem"', '"his.pem"'))
    chore.make(site.open())

    kinds = {kind for kind, _ in site.found()}

    assert kinds == {"head.key", "head.hash"}


def other_statement(head: book.Head) -> book.Head:
    """The same signature under another time."""
    return book.Head(head.statement.replace('"at":"2', '"at":"1'), head.key, head.signature)


def other_signature(head: book.Head) -> book.Head:
    """A signature with one bit changed."""
    signature = bytearray(base64.b64decode(head.signature))
    signature[7] ^= 1
    return book.Head(head.statement, head.key, base64.b64encode(signature).decode())


@pytest.mark.parametrize("change", [other_statement, other_signature])
def test_a_forged_head_is_named_in_the_ledger_and_outside(site: Kept, change: Callable[[book.Head], book.Head]) -> None:
    """The signature is over every byte of the statement."""
    path = site.heads[0]
    head = change(book.parse(path.read_text()))
    path.write_text(head.text)
    site.sql("update heads set heads = ?, signature = ? where id = 2", head.statement, head.signature)

    assert site.found() == {("head.signature", path.name), ("head.signature", "heads:2")}


def test_a_head_without_a_signature_after_signed_ones_is_named(site: Kept) -> None:
    """Or else whoever has no key would just leave it away."""
    site.sql("update heads set key = '', signature = '' where id = (select max(id) from heads)")

    assert {kind for kind, _ in site.found(outside=False)} == {"head.unsigned"}


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"statement": "{}", "key": "", "signature": ""}', "\0"])
def test_a_file_that_is_no_head_is_named(site: Kept, content: str) -> None:
    """Nothing that lies in the folder ends the verification."""
    path = site.root / "kept" / f"z{chore.ENDING}"
    path.write_text(content)

    assert site.found() == {("head.unreadable", str(path))}


def test_a_file_of_the_archive_that_was_altered_or_taken_is_named(site: Kept) -> None:
    """One byte is enough."""
    altered, taken = site.archived()[:2]
    content = bytearray(site.unlink(altered).read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    taken.unlink()

    found = site.found(archive=True)

    archive = site.root / "archive"
    assert found == {
        ("archive.altered", f"archive/{altered.relative_to(archive)}"),
        ("archive.missing", f"archive/{taken.relative_to(archive)}"),
    }


# Table, column, new value, the row, and how it is named where the log knows its key.
CELLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("flows", "partner", "'ABC124'", "1", "row.altered"),
    ("flows", "name", "name || 'x'", "1", "row.altered"),
    ("flows", "sha256", other_digit("sha256"), "1", "row.altered"),
    ("flows", "size", "size + 1", "1", "row.altered"),
    ("flows", "received_at", "'2020-01-01T00:00:00.000000Z'", "1", "row.altered"),
    ("flows", "verdict", "'integrated'", "verdict = 'rejected'", "row.altered"),
    ("runs", "verdict", "'integrated'", "verdict = 'rejected'", "row.altered"),
    ("runs", "faults", "'[]'", "faults != '[]'", "row.altered"),
    ("runs", "directory_version", "'x'", "1", "row.altered"),
    ("runs", "requested_by", "'nobody'", "number = 2", "row.altered"),
    ("runs", "reason", "'nothing'", "number = 2", "row.altered"),
    ("invoices", "amount_due", "'1.00'", "1", "row.altered"),
    ("invoices", "supplier", "'81034732800018'", "1", "row.altered"),
    ("invoices", "recipient_name", "'x'", "1", "row.altered"),
    ("invoices", "verdict", "'integrated'", "verdict = 'rejected'", "row.altered"),
    ("invoices", "faults", "'[]'", "faults != '[]'", "row.altered"),
    ("invoices", "status", "'05'", "status = '03'", "row.altered"),
    ("invoices", "stage", "'closed'", "stage = 'recipient'", "row.altered"),
    ("invoices", "reader", "'ABC123'", "reader != ''", "row.altered"),
    ("invoices", "reserved", "0", "reserved", "row.altered"),
    ("statuses", "status", "'05'", "status = '03'", "row.missing"),
    ("statuses", "comment", "comment || 'x'", "1", "row.missing"),
    ("statuses", "at", "'2020-01-01T00:00:00.000000Z'", "1", "row.missing"),
    ("statuses", "actor", "'ABC123'", "1", "row.missing"),
    ("statuses", "told_in", "told_in + 1", "told_in > 0", "row.altered"),
    ("reported", "verdict", "'rejected'", "verdict = 'integrated'", "row.missing"),
    ("reported", "said", "said || 'x'", "1", "row.missing"),
    ("deliveries", "partner", "'ABC124'", "1", "row.altered"),
    ("deliveries", "sha256", other_digit("sha256"), "1", "row.altered"),
    ("deliveries", "size", "size + 1", "1", "row.altered"),
    ("deliveries", "published_at", "'2020-01-01T00:00:00.000000Z'", "1", "row.altered"),
    ("deliveries", "receipt", "'94'", "receipt = '92'", "row.altered"),
    ("delivery_invoices", "invoice", "invoice + 1", "1", "row.altered"),
    ("events", "actor", "'nobody'", "1", "row.missing"),
    ("events", "details", "'{}'", "1", "row.missing"),
    ("partners", "active", "not active", "1", "row.altered"),
    ("partners", "sirets", "'[]'", "sirets != '[]'", "row.altered"),
)


@pytest.mark.parametrize("cell", CELLS, ids=[".".join(cell[:2]) for cell in CELLS])
def test_a_cell_of_the_ledger_that_was_altered_is_named(site: Kept, cell: tuple[str, ...]) -> None:
    """One row of each table at a time; of rows without a key the log misses one and does not know the other."""
    table, column, value, where, kind = cell
    chosen = f"rowid = (select rowid from {table} where {where} order by rowid limit 1)"  # noqa: S608
    assert site.sql(f"select 1 from {table} where {chosen}"), "no such row to alter"  # noqa: S608
    site.sql(f"update {table} set {column} = {value} where {chosen}")  # noqa: S608

    found = site.found(outside=False)

    kinds = {"row.missing", "row.inserted"} if kind == "row.missing" else {kind}
    assert {one for one, _ in found} == kinds
    assert {place.partition(":")[0].partition(" ")[0] for _, place in found} == {table}


STRANGE = ("x'00ff'", "700007", "''", "'é'", "-1.5")


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize("column", ["number", "at", "previous", "hash", "digests", "entries"])
def test_a_link_of_another_shape_is_named(site: Kept, column: str, value: str) -> None:
    """Whatever somebody writes there, verification goes on to its end."""
    site.sql(f"update links set {column} = {value} where number = ?", N)  # noqa: S608

    assert any(kind.startswith("link.") for kind, _ in site.found(outside=False))


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize(
    ("table", "column"),
    [("flows", "received_at"), ("flows", "archived"), ("runs", "faults"), ("invoices", "status"), ("events", "details"),
     ("deliveries", "published_at"), ("partners", "sirets"), ("heads", "heads"), ("heads", "key"),
     ("heads", "signature")],
)  # fmt: skip
def test_a_row_of_another_shape_is_named(site: Kept, table: str, column: str, value: str) -> None:
    """As with links."""
    site.sql(f"update {table} set {column} = {value} where rowid = (select min(rowid) from {table})")  # noqa: S608

    assert site.verify(archive=True, outside=False).findings


def test_entries_that_are_no_entries_are_named(site: Kept) -> None:
    """Though their hashes are right: the chain was written anew around them."""
    for place, text in enumerate(("", "[]", "7", '{"event": "flow.booked"}', '{"event": [], "at": 1}'), N):
        site.sql("update links set entries = ? where number = ?", text, place)
    site.rewrite(N)

    assert {("entry.strange", f"links:gate:{place}") for place in range(N, N + 4)} <= site.found(outside=False)


def test_a_server_or_host_key_that_was_put_in_is_named(site: Kept) -> None:
    """Or else the gate would speak with whoever can write in its ledger."""
    site.sql("insert into servers values ('ABC123', 'evil.example', 22, 'x', '', '', '', '', '')")
    site.sql("insert into host_keys values (1, 'evil.example:22', 'ssh-ed25519', 'AAAA', '2026-03-02', 'me', null)")

    found = site.found(outside=False)

    assert {kind for kind, _ in found} == {"row.inserted"}
    assert {place.partition(":")[0] for _, place in found} == {"servers", "host_keys"}


TABLES = ("flows", "runs", "invoices", "statuses", "reported", "deliveries", "delivery_invoices", "events", "partners")


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_was_deleted_is_named(site: Kept, table: str) -> None:
    """Of every table."""
    site.sql(f"delete from {table} where rowid = (select min(rowid) from {table})")  # noqa: S608

    found = site.found(outside=False)

    assert {kind for kind, _ in found} - {"row.state"} == {"row.missing"}  # a flow whose run has gone is odd itself
    missing = {place for kind, place in found if kind == "row.missing"}
    assert {place.partition(":")[0].partition(" ")[0] for place in missing} == {table}


def test_a_flow_that_was_put_in_is_named(site: Kept) -> None:
    """Here a copy of another one, as if it had been deposited twice."""
    columns = [row[1] for row in site.sql("pragma table_info(flows)")]
    values = ", ".join({"id": "'forged'", "reserved": "0"}.get(column, column) for column in columns)
    site.sql(f"insert into flows select {values} from flows limit 1")  # noqa: S608

    assert {("row.inserted", "flows:forged")} <= site.found(outside=False)
