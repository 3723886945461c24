"""A ledger of a million invoices: what people ask of it, and what it costs the gate, next to a ledger of hardly any.

`python -m bench.ledger_million [FLOWS]` prints one JSON object. The rows are those that the gate itself wrote of a few
flows, told again a million times, each with ids, numbers, names and times of its own, over the year before today.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import corpus
from bench.gate import make_gate, work_off
from edigate.app import open_gate
from edigate.cli.rows import COUNTED
from edigate.engine.local import Local
from edigate.ledger import balance, collection, journal, queries, sequences
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.observability import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate

ROOT = Path(__file__).parents[1]
FLOWS = 1_000_000
TOLD_AGAIN = 60
AT_ONCE = 100
DAYS = 365
GATE_FLOWS, GATE_ROUNDS = 600, 3
COMMAND_ROUNDS = 5
# The numbers in names told again stand far above those that the gate gives.
FAR, DIGITS = 9 * 10**14, 15
TABLES = ("flows", "runs", "invoices", "statuses", "deliveries", "delivery_invoices", "links")
COMMANDS: dict[str, tuple[str, ...]] = {
    "flows list": ("flows", "list"),
    "flows list --json --limit 100": ("flows", "list", "--json", "--limit", "100"),
    "flows list --state held": ("flows", "list", "--state", "held"),
    "flows show": ("flows", "show", "{flow}"),
    "invoices list": ("invoices", "list"),
    "invoices show": ("invoices", "show", "{number}"),
    "deliveries list": ("deliveries", "list"),
    "dossiers list": ("dossiers", "list"),
    "held list": ("held", "list"),
    "alerts list": ("alerts", "list"),
    "balance": ("balance",),
    "doctor": ("doctor",),
    "--help": ("--help",),
}

Row = dict[str, Any]


def main() -> None:
    """Measure in a folder of the checkout, and print; `--once GATE`: work off one gate's inbox, for `gates`."""
    logs.configure(fmt="console", level="warning")
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(Path(sys.argv[2]))))
        return
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        print(json.dumps(measure(Path(folder), *map(int, sys.argv[1:2])), indent=2))


def measure(folder: Path, flows: int = FLOWS) -> dict[str, Any]:
    """Seconds of the commands, and the gate's speed on a ledger of hardly any flows and on the big one."""
    files = corpus.make(folder / "files", TOLD_AGAIN + GATE_FLOWS * GATE_ROUNDS)
    began = time.perf_counter()
    big = make_big(folder / "big", files[:TOLD_AGAIN], flows)
    built = time.perf_counter() - began
    return {
        "invoices": _ask(big, "select count(*) from invoices"),
        "ledger_bytes": big.places.ledger.stat().st_size,
        "built_seconds": round(built, 1),
        "first_balance_seconds": _seconds(big, "balance"),
        "answers_seconds": answers(big),
        "commands_seconds": commands(big),
        "gate": gates(folder, big, files[TOLD_AGAIN:]),
    }


def make_big(folder: Path, files: Sequence[Path], flows: int) -> Gate:
    """A gate whose ledger holds that many decided flows; but for a few their files were never there."""
    gate = make_gate(folder)
    corpus.drop(files, gate.places.inbox / corpus.DEPOSITOR)
    Local(gate).run_once()
    gate.ledger.dispose()
    with closing(sqlite3.connect(gate.places.ledger, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        _fill(connection, flows // len(files))
    with writing(gate.ledger) as connection:
        for key, table in ((sequences.INVOICES, "invoices"), (sequences.DELIVERIES, "deliveries")):
            sequences.jump(connection, key, _ask(gate, f"select max(id) from {table}") + 1)  # noqa: S608 - our own words
    return gate


def _fill(connection: sqlite3.Connection, times: int) -> None:
    """Tell all rows again so many times; indexes and triggers are made once they are there."""
    told = {table: [dict(row) for row in connection.execute(f"select * from {table}")] for table in TABLES}  # noqa: S608 - our own words
    for pragma in ("synchronous=off", "cache_size=-1000000"):
        connection.execute(f"pragma {pragma}")
    later = connection.execute(
        "select type, name, sql from sqlite_master where type <> 'table' and sql > ''"
    ).fetchall()
    for kind, name, _ in later:
        connection.execute(f"drop {kind} {name}")
    connection.execute("begin")
    now = dt.datetime.now(dt.UTC)
    chain = (told["links"][-1]["number"], told["links"][-1]["hash"])
    for first in range(0, times, AT_ONCE):
        batch: dict[str, list[Row]] = {table: [] for table in TABLES}
        for turn in range(first, min(first + AT_ONCE, times)):
            moment = now - dt.timedelta(days=DAYS) * (times - turn) / times
            for table, row in tell_again(told, turn + 1, moment):
                batch[table].append(row)
            chain = _link(batch, len(told["flows"]), chain)
        for table, rows in batch.items():
            columns = [*rows[0]]
            marks = ", ".join("?" * len(columns))
            query = f"insert into {table} ({', '.join(columns)}) values ({marks})"  # noqa: S608 - our own words
            connection.executemany(query, ([*row.values()] for row in rows))
    for _, _, sql in later:
        connection.execute(sql)
    connection.execute("commit")
    connection.execute("pragma wal_checkpoint(truncate)")


def tell_again(told: dict[str, list[Row]], turn: int, moment: dt.datetime) -> Iterator[tuple[str, Row]]:
    """Every row of what was told, as if it had been so at another moment."""
    at, decided, done = (stamp(moment + dt.timedelta(seconds=seconds)) for seconds in (0, 1, 2))
    milliseconds = int(moment.timestamp() * 1000)
    offset = {table: turn * max(row["id"] for row in told[table]) for table in ("invoices", "deliveries")}
    ids = {}
    for place, row in enumerate(told["flows"]):
        serial = turn * len(told["flows"]) + place
        ids[row["id"]] = new = f"{milliseconds:012x}{place:04x}{serial:012x}"
        digest = hashlib.sha256(new.encode()).hexdigest()
        yield "flows", row | {
            "id": new, "run": f"{new}-1", "name": _far(row["name"], serial), "flow_id": _far(row["flow_id"], serial),
            "sha256": digest, "archived": f"{at[:10]}/{digest}", "received_at": at,
        }  # fmt: skip
    for row in told["runs"]:
        new = ids[row["flow"]]
        yield "runs", row | {"id": f"{new}-1", "flow": new, "due_at": at, "decided_at": decided}
    for row in told["invoices"]:
        new, number = ids[row["flow"]], f"M{offset['invoices'] + row['id']:012d}"
        yield "invoices", row | {
            "id": offset["invoices"] + row["id"], "flow": new, "run": f"{new}-1", "number": number,
            "key": row["key"].replace(row["number"], number), "decided_at": decided,
        }  # fmt: skip
    for row in told["statuses"]:
        yield "statuses", row | {
            "id": None, "invoice": offset["invoices"] + row["invoice"], "at": decided,
            "told_in": row["told_in"] and offset["deliveries"] + row["told_in"],
        }  # fmt: skip
    for row in told["deliveries"]:
        key = offset["deliveries"] + row["id"]
        run = row["run"] and f"{ids[row['run'].rpartition('-')[0]]}-1"
        yield "deliveries", row | {
            "id": key, "name": _far(row["name"], key), "run": run, "planned_at": decided, "published_at": done,
            "gone_at": done, "gone_how": collection.COLLECTED,
        }  # fmt: skip
    for row in told["delivery_invoices"]:
        places = {"delivery": offset["deliveries"] + row["delivery"], "invoice": offset["invoices"] + row["invoice"]}
        yield "delivery_invoices", row | places


def _far(name: str, serial: int) -> str:
    return f"{name[:-DIGITS]}{FAR + serial:0{DIGITS}d}"


def _link(batch: dict[str, list[Row]], flows: int, chain: tuple[int, str]) -> tuple[int, str]:
    """One link for the flows told last, of short entries, in the chain."""
    number, previous = chain[0] + 1, chain[1]
    told = batch["flows"][-flows:]
    at = told[-1]["received_at"]
    texts = [
        journal.entry_text({"at": at, "event": "flow.booked", "subject": row["id"], "sha256": row["sha256"]})
        for row in told
    ]
    digests = [journal.digest(text) for text in texts]
    link = journal.link_hash(previous, journal.link_body(journal.WRITER, number, at, digests))
    batch["links"].append(
        {"id": None, "writer": journal.WRITER, "number": number, "at": at, "previous": previous, "hash": link,
         "digests": " ".join(digests), "entries": "\n".join(texts)}
    )  # fmt: skip
    return number, link


def answers(gate: Gate) -> dict[str, float]:
    """Seconds that the ledger takes to answer what commands ask of it, without their start; medians."""
    number = _ask(gate, "select number from invoices where id = (select max(id) - 1000 from invoices)")
    newest = queries.Wanted(limit=100)

    def flows_list(connection: Connection) -> None:
        ids = [flow["id"] for flow in queries.list_flows(connection, newest)]
        queries.count_invoices_of(connection, ids)
        queries.count_reported_of(connection, ids)
        queries.count_flows(connection, newest, COUNTED)

    def invoices_list(connection: Connection) -> None:
        queries.list_invoices(connection, newest)
        queries.count_invoices(connection, newest, COUNTED)

    def invoices_show(connection: Connection) -> None:
        for invoice in queries.find_invoices(connection, number):
            queries.history_of(connection, invoice["id"])
            queries.pivots_of(connection, invoice["id"])
            queries.decisions_on(connection, invoice)
            queries.completed_by(connection, invoice)

    def deliveries_list(connection: Connection) -> None:
        queries.list_deliveries(connection, newest)
        queries.count_deliveries(connection, newest, COUNTED)

    def whole_balance(connection: Connection) -> None:
        list(balance.balance(connection, gate.zone))
        balance.strays(connection)

    asked = (flows_list, invoices_list, invoices_show, deliveries_list, whole_balance)
    return {ask.__name__.replace("_", " "): _answered(gate, ask) for ask in asked}


def _answered(gate: Gate, ask: Callable[[Connection], None]) -> float:
    seconds = []
    for _ in range(COMMAND_ROUNDS):
        with gate.ledger.connect() as connection:
            began = time.perf_counter()
            ask(connection)
            seconds.append(time.perf_counter() - began)
    return round(median(seconds), 4)


def commands(gate: Gate) -> dict[str, float]:
    """Seconds of whole commands, from start to end, each a few times; medians."""
    named = {
        "flow": _ask(gate, "select id from flows order by id limit 1 offset 1000"),
        "number": _ask(gate, "select number from invoices where id = (select max(id) - 1000 from invoices)"),
    }
    return {
        name: median(_seconds(gate, *(word.format(**named) for word in words)) for _ in range(COMMAND_ROUNDS))
        for name, words in COMMANDS.items()
    }


def _seconds(gate: Gate, *words: str) -> float:
    command = [sys.executable, "-m", "edigate", *words]
    environment = os.environ | {"EDIGATE_GATE": str(gate.places.root), "PYTHONPATH": str(ROOT / "src")}
    began = time.perf_counter()
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return round(time.perf_counter() - began, 3)


def gates(folder: Path, big: Gate, files: Sequence[Path]) -> dict[str, Any]:
    """Both gates in turn over the same files, a round each: medians, and how much slower the big one is."""
    small = make_gate(folder / "small")
    rounds: dict[str, list[Row]] = {"small": [], "big": []}
    for first in range(0, len(files), GATE_FLOWS):
        for name, gate in (("small", small), ("big", big)):
            corpus.drop(files[first : first + GATE_FLOWS], gate.places.inbox / corpus.DEPOSITOR)
            rounds[name].append(_once(gate.places.root))
    told: dict[str, Any] = {
        name: {key: median(one[key] for one in found) for key in found[0]} for name, found in rounds.items()
    }
    slower = {
        key: round(median(b[key] / s[key] for s, b in zip(rounds["small"], rounds["big"], strict=True)) - 1, 3)
        for key in rounds["small"][0]
    }
    return told | {"slower_by": slower}


def _once(gate: Path) -> Row:
    """In a process of its own, so that its time on the processors is only the gate's."""
    command = [sys.executable, "-m", "bench.ledger_million", "--once", str(gate)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: Row = json.loads(done.stdout)
    return found


def once(folder: Path) -> Row:
    """Seconds for each flow, and microseconds on the processors: of the gate's process, and of its workers."""
    worked = work_off(open_gate(folder))
    flows = worked["booked"]
    return {
        "seconds_per_1000": round(worked["seconds"] / flows * 1000, 3),
        "main_cpu_us_per_flow": round(worked["cpu"]["main"] / flows * 1e6, 1),
        "workers_cpu_us_per_flow": round(worked["cpu"]["workers"] / flows * 1e6, 1),
    }


def _ask(gate: Gate, query: str) -> Any:  # noqa: ANN401 - whatever the ledger holds
    with gate.ledger.connect() as connection:
        return connection.exec_driver_sql(query).scalar_one()


if __name__ == "__main__":
    main()
