"""Reads of the ledger: what they find, and by which index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from edigate.domain.partners import Partner, Role
from edigate.ledger import alert_queries, alerts, delivery_queries, dossiers, partners, queries, tables
from edigate.ledger import balance as books
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.dossiers import Key, WantedDossiers
from edigate.ledger.queries import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

ZONE = ZoneInfo("Europe/Paris")
FLOWS = ("0a11", "0a12", "0b13")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Three flows: integrated at first, rejected and then integrated by a replay, held."""
    path: Path = tmp_path_factory.mktemp("queries") / "ledger.sqlite"
    engine = open_ledger(path)
    with writing(engine) as connection:
        for code in ("ABC123", "SEI001"):
            partners.save(connection, Partner(code, code, Role.DEPOSITOR), actor="somebody", at="2026-03-01")
        connection.execute(
            insert(tables.flows), [_flow(key, day) for day, key in enumerate((*FLOWS, "0works"), start=1)]
        )
        connection.execute(insert(tables.runs), [
            _run("0a11", 1, "integrated"), _run("0a12", 1, "rejected"), _run("0a12", 2, "integrated"),
            _run("0b13", 1, None, state="held", hold_reason="no_directory"), _run("0works", 1, "partial"),
        ])  # fmt: skip
        connection.execute(insert(tables.invoices), [
            _invoice(1, "0a11", 1, "F-1", "integrated"), _invoice(2, "0a12", 1, "F-2", "rejected"),
            _invoice(3, "0a12", 1, "F-2", "integrated"), _invoice(4, "0a12", 2, "1", "integrated"),
            *(_invoice(key, "0works", key, f"W-{key}", verdict, cadre=cadre, market=market) for key, verdict, cadre,
              market in ((5, "integrated", "A4", "M1"), (6, "integrated", "A7", "M1"), (7, "rejected", "A4", "M1"),
                         (8, "integrated", "A4", ""), (9, "integrated", "A1", "M1"))),
        ])  # fmt: skip
        connection.execute(insert(tables.deliveries), [
            _delivery(1, "report", run="0a11-1"), _delivery(2, "pivot", partner="SEI001"), _delivery(3, "life_cycle"),
            _delivery(4, "report", run="0a12-1"),
            _delivery(5, "report", run="0a12-2", state="placed", last_error="full"),
        ])  # fmt: skip
        connection.execute(insert(tables.delivery_invoices), [{"delivery": 2, "position": 1, "invoice": 1}])
        connection.execute(insert(tables.statuses), [
            {"invoice": 1, "depositor": "ABC123", "status": "01", "at": "2026-03-01", "told_in": 3},
            {"invoice": 1, "depositor": "ABC123", "status": "03", "at": "2026-03-01", "told_in": None},
            {"invoice": 5, "depositor": "ABC123", "status": "07", "at": "2026-03-02", "told_in": None},
            {"invoice": 6, "depositor": "ABC123", "status": "01", "at": "2026-03-03", "told_in": None},
        ])  # fmt: skip
        connection.execute(insert(tables.reported), [_line("0b13-1", 1, "rejected"), _line("0b13-1", 2, "integrated")])
        connection.execute(insert(tables.reported), [_line("0b13-2", 1, "integrated")])
        alerts.open_one(connection, alerts.PIVOT_REFUSED, 2, "SEI001", "", "2026-03-04")
        alerts.open_one(connection, alerts.VALIDATOR_SILENT, 1, "SEI001", "", "2026-03-05")
        alerts.open_one(connection, alerts.PIVOT_UNRECEIVED, 2, "SEI001", "", "2026-03-06")
        alerts.close(connection, alerts.PIVOT_REFUSED, 2, "2026-03-07")
    yield engine
    engine.dispose()


def _flow(key: str, day: int) -> dict[str, Any]:
    held = key == "0b13"
    return {
        "id": key, "partner": "ABC123", "name": f"file-{day}", "flow_id": f"ID{day}", "interface": "FSO1116A",
        "sha256": f"{day}" * 64, "size": 1, "archived": "x", "received_at": f"2026-03-0{day}T10:00:00.000000Z",
        "state": "held" if held else "decided", "verdict": None if held else "integrated", "reserved": False,
        "run": {"0a11": "0a11-1", "0a12": "0a12-2", "0b13": "0b13-1", "0works": "0works-1"}[key],
    }  # fmt: skip


def _run(flow: str, number: int, verdict: str | None, state: str = "decided", hold_reason: str = "") -> dict[str, Any]:
    return {
        "id": f"{flow}-{number}", "flow": flow, "number": number, "state": state, "due_at": "2026-03-01",
        "verdict": verdict, "hold_reason": hold_reason, "wants_report": True,
    }  # fmt: skip


def _line(run: str, position: int, verdict: str) -> dict[str, Any]:
    return {
        "run": run, "flow": run.partition("-")[0], "position": position, "kind": "invoice", "code": "07",
        "label": "", "names": f"F-{position}", "supplier": "S1", "verdict": verdict, "subject": None, "faults": "[]",
    }  # fmt: skip


def _invoice(
    key: int, flow: str, position: int, number: str, verdict: str, *, cadre: str = "", market: str = ""
) -> dict[str, Any]:
    texts = ("type_code", "cadre", "supplier_scheme", "supplier_name", "supplier_country", "recipient_name", "service",
             "service_name", "amount_due", "currency")  # fmt: skip
    return dict.fromkeys(texts, "") | {
        "id": key, "run": f"{flow}-1", "flow": flow, "depositor": "ABC123", "position": position, "number": number,
        "supplier": "S1", "recipient": "R1", "reader": "SEI001", "stage": "recipient", "verdict": verdict,
        "status": "01", "cadre": cadre, "market": market, "reserved": False, "decided_at": "2026-03-01",
    }  # fmt: skip


def _delivery(
    key: int, kind: str, partner: str = "ABC123", run: str | None = None, state: str = "published", last_error: str = ""
) -> dict[str, Any]:
    return {
        "id": key, "kind": kind, "partner": partner, "interface": "X", "name": f"out-{key}", "run": run, "state": state,
        "planned_at": "2026-03-01", "last_error": last_error,
    }  # fmt: skip


LOOK_UPS: dict[str, Callable[[Connection], object]] = {
    "flow by id": lambda c: queries.find_flows(c, "0a11"),
    "flow by beginning, flow id or name": lambda c: queries.find_flows(c, "nobody"),
    "flows by hash": lambda c: queries.list_flows(c, Wanted(sha256="11")),
    "flows by state": lambda c: queries.list_flows(c, Wanted(state="held")),
    "flows by verdict": lambda c: queries.list_flows(c, Wanted(state="rejected")),
    "flows by number": lambda c: queries.list_flows(c, Wanted(number="F-1")),
    "flows by siret": lambda c: queries.list_flows(c, Wanted(siret="S1")),
    "flows by day": lambda c: queries.list_flows(c, Wanted(since="2026-03-01", until="2026-03-02")),
    "count of flows": lambda c: queries.count_flows(c, Wanted(sha256="11")),
    "counts of invoices": lambda c: queries.count_invoices_of(c, FLOWS),
    "held for a reason": lambda c: queries.held_because(c, ("no_directory",)),
    "runs": lambda c: queries.runs_of(c, "0a11"),
    "invoices of a flow": lambda c: queries.invoices_of(c, "0a11"),
    "deliveries of a flow": lambda c: queries.deliveries_of(c, "0a11"),
    "invoice by number or id": lambda c: queries.find_invoices(c, "1"),
    "invoices by number": lambda c: queries.list_invoices(c, Wanted(number="F-1")),
    "invoices by siret": lambda c: queries.list_invoices(c, Wanted(siret="S1")),
    "invoices by hash": lambda c: queries.list_invoices(c, Wanted(sha256="1" * 64)),
    "invoices by day": lambda c: queries.list_invoices(c, Wanted(since="2026-03-01", until="2026-03-02")),
    "history": lambda c: queries.history_of(c, 1),
    "pivots": lambda c: queries.pivots_of(c, 1),
    "decisions": lambda c: queries.decisions_on(c, queries.find_invoices(c, "F-2")[0]),
    "deliveries by partner": lambda c: queries.list_deliveries(c, Wanted(partner="SEI001")),
    "deliveries under way": lambda c: queries.list_deliveries(c, Wanted(state="placed")),
    "deliveries failing": lambda c: queries.list_deliveries(c, Wanted(state="failing")),
    "events": lambda c: queries.events_about(c, "ABC123"),
    "what was reported": lambda c: queries.reported_of(c, "0b13"),
    "counts of what was reported": lambda c: queries.count_reported_of(c, FLOWS),
    "who completes an invoice": lambda c: queries.completed_by(c, queries.find_invoices(c, "F-2")[0]),
    "invoice by id": lambda c: queries.invoice_of(c, 1),
    "delivery by name or id": lambda c: delivery_queries.find_deliveries(c, "3"),
    "what a pivot holds": lambda c: delivery_queries.invoices_in(c, 2),
    "what a life cycle tells": lambda c: delivery_queries.statuses_in(c, 3),
    "what a report is about": lambda c: delivery_queries.flow_of_run(c, "0a11-1"),
    "open alerts": alert_queries.list_alerts,
    "count of open alerts": alert_queries.count_alerts,
    "alert by id": lambda c: alert_queries.alert_of(c, 1),
    "alerts on a pivot": lambda c: alert_queries.alerts_about(c, (alerts.PIVOT_UNRECEIVED, alerts.PIVOT_REFUSED), 2),
    "dossiers of a recipient": lambda c: dossiers.list_dossiers(c, WantedDossiers(recipient="R1")),
    "dossiers of a supplier": lambda c: dossiers.list_dossiers(c, WantedDossiers(supplier="S1")),
    "the dossier of a document": lambda c: dossiers.key_of(c, 5),
    "the documents of a dossier": lambda c: dossiers.statuses_of(c, dossiers.documents_of(c, Key("R1", "M1", "S1"))),
}


@pytest.mark.parametrize("look_up", LOOK_UPS)
def test_a_look_up_goes_by_an_index(ledger: Engine, look_up: str) -> None:
    """No plan reads a whole table: the ledger may grow, the answer takes as long as what it finds."""
    with ledger.connect() as connection:
        plans = _plans(connection, lambda: LOOK_UPS[look_up](connection))

    assert plans
    assert [step for plan in plans for step in plan if _reads_all(step)] == []


def test_a_balance_reads_each_day_by_an_index(ledger: Engine) -> None:
    """Flows by day, their runs and reports by key."""
    with ledger.connect() as connection:
        plans = _plans(connection, lambda: list(books.balance(connection, ZONE)))

    assert [step for plan in plans for step in plan if _reads_all(step)] == []


def _plans(connection: Connection, ask: Callable[[], object]) -> list[list[str]]:
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: object) -> None:  # noqa: ANN401 - as the driver has them
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    driver: Any = connection.connection.driver_connection
    return [[row[3] for row in driver.execute(f"explain query plan {text}", values)] for text, values in asked]


def _reads_all(step: str) -> bool:
    """Whether a step goes through a table from end to end, be it in an index's order; some are small by nature."""
    small = "_to_do" in step or "alerts_open" in step or step.startswith("SCAN partners")
    table = step.removeprefix("SCAN ").partition(" ")[0]
    return step.startswith("SCAN ") and table in tables.metadata.tables and not small


def test_a_beginning_may_be_of_several(ledger: Engine) -> None:
    """The beginning of a ledger id finds all that share it, a whole id only itself."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.find_flows(connection, "0a")] == ["0a11", "0a12"]
        assert [row["id"] for row in queries.find_flows(connection, "0a11")] == ["0a11"]
        assert queries.find_flows(connection, "") == []
        assert queries.find_flows(connection, "%") == []


def test_an_invoice_decided_twice_stands_once(ledger: Engine) -> None:
    """Lists and counts take the last decision on each place of a flow; the earlier one is found by its id."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.list_invoices(connection, Wanted(number="F-2"))] == [3]
        assert queries.count_invoices(connection, Wanted(state="rejected", number="F-2")) == 0
        assert queries.count_invoices_of(connection, FLOWS) == {"0a11": {"integrated": 1}, "0a12": {"integrated": 2}}
        assert [row["id"] for row in queries.find_invoices(connection, "F-2")] == [3]
        assert [row["id"] for row in queries.decisions_on(connection, queries.find_invoices(connection, "2")[0])] == [
            2,
            3,
        ]


def test_a_text_of_digits_is_a_number_and_an_id(ledger: Engine) -> None:
    """Both the invoice numbered 1 and the one with the ledger id 1 are meant; a number too long for an id is none."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.find_invoices(connection, "1")] == [1, 4]
        assert queries.find_invoices(connection, "9" * 40) == []


def test_deliveries_of_a_flow_are_reports_pivots_and_life_cycles(ledger: Engine) -> None:
    """Each file that a flow called for, once, in order."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.deliveries_of(connection, "0a11")] == [1, 2, 3]
        assert [row["id"] for row in queries.deliveries_of(connection, "0a12")] == [4, 5]


def test_history_names_who_told(ledger: Engine) -> None:
    """Told statuses name their life cycle, untold ones none."""
    with ledger.connect() as connection:
        assert [(row["status"], row["told"]) for row in queries.history_of(connection, 1)] == [
            ("01", "out-3"),
            ("03", None),
        ]


def test_a_failing_delivery_is_one_with_an_error_under_way(ledger: Engine) -> None:
    """What failed and is tried again is found as failing, and counted so."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.list_deliveries(connection, Wanted(state="failing"))] == [5]
        assert queries.count_deliveries(connection, Wanted(state="published")) == 4


def test_flows_are_held_for_their_reason(ledger: Engine) -> None:
    """Only flows that wait for the reason asked for are found."""
    with ledger.connect() as connection:
        assert queries.held_because(connection, ("no_directory", "no_portal")) == ["0b13"]
        assert queries.held_because(connection, ("no_portal",)) == []


def test_the_newest_come_last(ledger: Engine) -> None:
    """A limit leaves the newest rows, in the order of the ledger; zero leaves all."""
    with ledger.connect() as connection:
        assert [row["id"] for row in queries.list_flows(connection, Wanted(limit=2))] == ["0b13", "0works"]
        assert queries.count_flows(connection, Wanted(limit=2)) == 4


def test_a_line_that_was_judged_again_counts_as_it_was_judged_last(ledger: Engine) -> None:
    """What a replay found of a line takes the place of what was found before."""
    with ledger.connect() as connection:
        assert [(row["run"], row["verdict"]) for row in queries.reported_of(connection, "0b13")] == [
            ("0b13-2", "integrated"),
            ("0b13-1", "integrated"),
        ]
        assert queries.count_reported_of(connection, FLOWS) == {"0b13": {"integrated": 2}}


def test_an_alert_names_what_it_is_about(ledger: Engine) -> None:
    """A pivot by its name, an invoice by its number; closed ones are listed only when all are wanted."""
    with ledger.connect() as connection:
        shown = [(row["kind"], row["name"], row["number"]) for row in alert_queries.list_alerts(connection)]
        everything = alert_queries.list_alerts(connection, everything=True)
        assert shown == [("validator.silent", None, "F-1"), ("pivot.unreceived", "out-2", None)]
        assert [row["kind"] for row in everything] == ["pivot.refused", "validator.silent", "pivot.unreceived"]
        assert alert_queries.count_alerts(connection) == 2
        assert alert_queries.alerts_about(connection, (alerts.PIVOT_REFUSED,), 2) == []


def test_a_dossier_holds_the_integrated_works_documents_of_a_market(ledger: Engine) -> None:
    """Rejected ones and invoices that are no works are not in it; those without a market have one of their own."""
    with ledger.connect() as connection:
        found = dossiers.list_dossiers(connection, WantedDossiers())
        assert [(one.number, one.key, one.documents) for one in found] == [
            (5, Key("R1", "M1", "S1"), 2),
            (8, Key("R1", "", "S1"), 1),
        ]
        assert [one.status["status"] if one.status else None for one in found] == ["01", None]
        assert [row["number"] for row in dossiers.documents_of(connection, found[0].key)] == ["W-5", "W-6"]
        assert dossiers.key_of(connection, 6) == found[0].key
        assert (dossiers.key_of(connection, 7), dossiers.key_of(connection, 9)) == (None, None)


def test_dossiers_are_narrowed_down_and_counted(ledger: Engine) -> None:
    """By market, by who deposited or reads, and to the newest."""
    with ledger.connect() as connection:
        assert dossiers.count_dossiers(connection, WantedDossiers(market="M1")) == 1
        assert dossiers.count_dossiers(connection, WantedDossiers(partner="SEI001", limit=1)) == 2
        assert dossiers.count_dossiers(connection, WantedDossiers(partner="JMRPOR")) == 0
        assert [one.number for one in dossiers.list_dossiers(connection, WantedDossiers(limit=1))] == [8]
