"""A gate whose ledger an older edigate wrote: brought up to date, and its invoices go on from where they were."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select

from edigate.ledger.clock import moment
from edigate.ledger.database import writing
from edigate.ledger.tables import invoices, statuses
from edigate.sandbox import structures as people
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from tests.acceptance.actors import HIS, PORTAL, Actors, says
from tests.acceptance.gates import DEPOSITOR, Site

if TYPE_CHECKING:
    from pathlib import Path

WHEN = "2026-01-05T09:00:00.000000Z"
A9 = {"cadre": "A9", "validator_siret": people.LEAD_CONTRACTOR}
# Number, changes of its draft, its status then, whether it waited for validators, its pivot's state.
BEFORE: tuple[tuple[str, dict[str, str], str, bool, str], ...] = (
    ("U-1", {}, "03", False, "published"),
    ("U-2", {}, "01", False, "planned"),
    ("U-3", A9, "01", True, "published"),
    ("U-4", A9, "01", True, "planned"),
    ("U-5", {"cadre": "A5"}, "37", False, ""),
    ("U-6", {"cadre": "A4", "validator_siret": people.MOE}, "03", False, "published"),
)


@pytest.fixture
def old(template: Path, tmp_path: Path) -> Path:
    """A sandbox gate with a ledger of the first revision: six invoices, as it wrote them."""
    root = tmp_path / "gate"
    shutil.copytree(template, root)
    path = root / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        kept = {
            table: (columns_of(connection, table), connection.execute(f"select * from {table}").fetchall())  # noqa: S608
            for table in ("partners", "notes")
        }
    for file in root.glob("ledger.sqlite*"):
        file.unlink()
    downgraded(path)
    with closing(sqlite3.connect(path)) as connection:
        for table, (columns, rows) in kept.items():
            fill(connection, table, [dict(zip(columns, row, strict=True)) for row in rows])
        for place, (number, changes, status, waits, state) in enumerate(BEFORE, start=1):
            write_one(connection, root, place, Draft(number, **changes), status, waits=waits, state=state)  # type: ignore[arg-type]
        fill(connection, "sequences", [{"key": key, "next": 100} for key in ("invoices", "deliveries", "flow-0036")])
        connection.commit()
    return root


def downgraded(path: Path) -> None:
    """A ledger of the first revision."""
    config = Config()
    config.set_main_option("script_location", "edigate:ledger/migrations")
    engine = create_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns."""
    return [row[1] for row in connection.execute(f"pragma table_info({table})")]


def fill(connection: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    """Write rows; columns that a row does not name are empty texts, or null where they may be."""
    for row in rows:
        required = {
            info[1]: "" for info in connection.execute(f"pragma table_info({table})") if info[3] and not info[5]
        }
        whole = required | row
        marks = ", ".join("?" * len(whole))
        connection.execute(f"insert into {table} ({', '.join(whole)}) values ({marks})", list(whole.values()))  # noqa: S608


def write_one(
    connection: sqlite3.Connection, root: Path, place: int, draft: Draft, status: str, *, waits: bool, state: str
) -> None:
    """One flow with one invoice, as the first version had decided it."""
    content = cii(draft)
    sha256, flow = hashlib.sha256(content).hexdigest(), f"{place:028x}"
    archived = root / "archive" / "2026-01-05" / sha256
    archived.parent.mkdir(parents=True, exist_ok=True)
    archived.write_bytes(content)
    name = f"FSO1106A_JMRPOR_JMRPOR1106{900_000 + place:015d}"
    integrated = state != ""
    verdict = "integrated" if integrated else "rejected"
    reader = PORTAL if waits or draft.cadre == "A4" else HIS if integrated else ""
    fill(connection, "flows", [{
        "id": flow, "partner": DEPOSITOR, "name": name, "flow_id": name[-25:], "interface": "FSO1106A",
        "sha256": sha256, "size": len(content), "archived": f"2026-01-05/{sha256}", "incomplete": False,
        "received_at": WHEN, "state": "decided", "verdict": verdict, "reserved": True, "run": f"{flow}-1",
    }])  # fmt: skip
    fill(connection, "runs", [{
        "id": f"{flow}-1", "flow": flow, "number": 1, "state": "decided", "due_at": WHEN, "attempts": 1, "deaths": 0,
        "verdict": verdict, "decided_at": WHEN, "faults": "[]", "wants_report": False,
    }])  # fmt: skip
    fill(connection, "invoices", [{
        "id": place, "run": f"{flow}-1", "flow": flow, "depositor": DEPOSITOR, "position": 1, "number": draft.number,
        "type_code": "380", "issue_date": draft.issue_date.isoformat(), "cadre": draft.cadre, "supplier_scheme": "1",
        "supplier": draft.supplier_id, "supplier_name": draft.supplier_name, "supplier_country": "FR",
        "recipient": draft.recipient_siret, "recipient_name": draft.recipient_name, "amount_due": "120.00",
        "currency": "EUR", "reader": reader, "waits": waits, "verdict": verdict, "status": status,
        "key": f"{draft.supplier_id[:9]}|{draft.issue_date.year}|{draft.number}", "reserved": integrated,
        "faults": "[]", "decided_at": WHEN,
    }])  # fmt: skip
    told = ("01", "03") if status == "03" else (status,)
    fill(connection, "statuses", [
        {"invoice": place, "depositor": DEPOSITOR, "status": one, "at": WHEN, "told_in": 99} for one in told
    ])  # fmt: skip
    if integrated:
        fill(connection, "deliveries", [{
            "id": place, "kind": "pivot", "partner": reader, "interface": "FEN0036A",
            "name": f"FEN0036A_{reader}_CPP0010036{place:015d}", "state": state, "planned_at": WHEN,
            "published_at": WHEN if state == "published" else None, "failures": 0,
        }])  # fmt: skip
        fill(connection, "delivery_invoices", [{"delivery": place, "position": 1, "invoice": place}])


def test_invoices_go_on_from_where_an_older_version_left_them(old: Path) -> None:
    """Each where it belongs and announced once; validators have their time from the upgrade on."""
    begun = dt.datetime.now(dt.UTC)
    site = Site(old)
    with site.gate.ledger.connect() as connection:
        rows = connection.execute(select(invoices).order_by(invoices.c.id)).mappings().all()
    assert [(row["stage"], row["announced"]) for row in rows] == [
        ("recipient", "recipient"), ("recipient", ""), ("validator1", "validator1"), ("validator1", ""), ("", ""),
        ("moe", "moe"),
    ]  # fmt: skip
    due = [row["due_at"] for row in rows]
    assert [at is not None for at in due] == [False, False, True, False, False, False]
    assert begun + dt.timedelta(days=15) <= moment(due[2]) <= dt.datetime.now(dt.UTC) + dt.timedelta(days=15)

    site.round()
    told = site.collect()
    assert told.statuses == [("U-3", "01"), ("U-2", "03"), ("U-4", "01")]
    assert told.labels("U-3") == told.labels("U-4") == [("01", "Mise à disposition du premier valideur")]
    assert list(site.collect(HIS).units) == ["U-2"]
    site.close()


def test_an_older_versions_invoices_are_spoken_of(old: Path) -> None:
    """Statuses, validators' words, silence and a completion, as of any other."""
    actors = Actors(Site(old))
    actors.site.tell_time(dt.datetime.now(dt.UTC))
    actors.round()
    actors.tell(HIS, says("U-1", "06"), says("U-2", "07"))
    actors.tell(PORTAL, says("U-3", "13"), says("U-6", "03", "Prise en compte MOE"))
    actors.round()
    actors.invoice("U-1", issue_date=Draft("").issue_date)
    actors.round()
    actors.site.tell_time(dt.datetime.now(dt.UTC) + dt.timedelta(days=16))
    actors.round()

    told = actors.site.collect()
    assert {number: told.of(number) for number, *_ in BEFORE} == {
        "U-1": ["06", "12", "03"], "U-2": ["03", "07"], "U-3": ["01", "13", "03"], "U-4": ["01", "01", "03"], "U-5": [],
        "U-6": ["03"],
    }  # fmt: skip
    assert sorted(actors.site.collect(HIS).units) == ["U-1", "U-2", "U-3", "U-4"]
    with actors.site.gate.ledger.connect() as connection:
        assert not connection.execute(select(statuses.c.id).where(statuses.c.told_in.is_(None))).all()
    actors.site.close()
