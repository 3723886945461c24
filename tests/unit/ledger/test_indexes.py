"""The ledger's size must not slow the gate: what each batch looks up comes by an index."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from edigate.domain.cadres import CADRES
from edigate.domain.partners import PartnerBook
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.domain.stages import Stage
from edigate.domain.verdicts import Examination
from edigate.ledger import alerts, deadlines, deliveries, hearing, journal, store, subjects
from edigate.ledger.tables import OF_WORKS
from edigate.pipeline.answers import Change, Subject
from edigate.pipeline.settle import Case, Taken
from tests.unit.pipeline.found import an_invoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

NOW = "2026-01-01T00:00:00.000000Z"
CASES = [Case(f"r-{n}", "f", "n", NOW, "id", None, Examination(invoices=(an_invoice(),))) for n in (1, 2)]
REPORTS = [
    CASES[0]._replace(examination=Examination(statuses=(ReportedStatus(1, "07", "F-1", "8"),))),
    CASES[1]._replace(examination=Examination(receipts=(Receipt(1, "92", "CPP0010036000000000000001"),))),
]
TIME = deadlines.Terms("CPP001", PartnerBook(), deliveries.PivotLimits(2, 1000), {})
WAITING = Subject(1, "F-1", "8", "5", None, "A9", Stage.VALIDATOR_1, "01", "POR001")
CHANGE = Change(WAITING, replace(WAITING, stage=Stage.RECIPIENT), "13", "", "", hands_on=True)
LOOK_UPS: dict[str, Callable[[Connection], Any]] = {
    "runs that are due": lambda c: store.due(c, NOW, at_most=store.Bounds(9, 9)),
    "when the next one is due": lambda c: store.next_due(c, NOW),
    "when the next file is tried again": lambda c: deliveries.next_due(c, NOW),
    "files that failed": deliveries.try_now,
    "what vanished": lambda c: deliveries.mark_vanished(c, [1]),
    "release of what is held": lambda c: store.release(c, None, NOW),
    "attempts": lambda c: store.count_attempts(c, ["a", "b"]),
    "what is still undecided": lambda c: store.undecided(c, ["a", "b"]),
    "holding": lambda c: store.hold(c, "a", "why", "", NOW),
    "flow ids, invoice keys, earlier runs": lambda c: store.taken(c, CASES),
    "a new run": lambda c: store.request_run(c, "f", by="", reason="", now=NOW),
    "planned files": lambda c: deliveries.to_do(c, deliveries.PLANNED, ["A", "B"], NOW),
    "placed": lambda c: deliveries.mark_placed(c, [(1, 2, "x")]),
    "published": lambda c: deliveries.mark_published(c, [1, 2], deliveries.Times({}, {}), NOW),
    "failed": lambda c: deliveries.mark_failed(c, 1, "why", NOW),
    "what a pivot holds": lambda c: deliveries.contents(c, [1]),
    "what a life cycle tells": lambda c: deliveries.told(c, [1]),
    "the oldest that nobody looked at": store.waiting_since,
    "whether a deadline has come": lambda c: deadlines.any_due(c, NOW),
    "deadlines": lambda c: deadlines.pass_time(c, TIME, NOW),
    "what is reported on": lambda c: subjects.find(c, REPORTS, Taken()),
    "invoices that move on": lambda c: hearing.move(c, [CHANGE], {}, NOW),
    "who gets them next": lambda c: hearing.handed_on(c, [CHANGE]),
    "one more offer": lambda c: hearing.offer_again(c, 1),
    "an alert": lambda c: alerts.open_one(c, "a", 1, "A", "", NOW),
    "its end": lambda c: alerts.close(c, "a", 1, NOW),
    "what is not yet told": lambda c: deliveries.plan_life_cycles(c, ["A"], "CPP001", NOW),
}


@pytest.mark.parametrize("look_up", LOOK_UPS.values(), ids=LOOK_UPS)
def test_no_table_is_read_from_end_to_end(ledger: Engine, look_up: Callable[[Connection], Any]) -> None:
    """SQLite's own plan for every statement searches by a key, or goes through an index of what is under way."""
    statements: list[tuple[str, Any]] = []
    event.listen(ledger, "before_cursor_execute", lambda *told: statements.append((told[2], _one_row(told[3]))))
    with ledger.connect() as connection:
        journal.begin(connection)
        look_up(connection)
        raw = connection.connection.cursor()
        plans = [row[3] for said, values in statements for row in raw.execute(f"explain query plan {said}", values)]

    assert statements
    no_table = ("_to_do", "CONSTANT", "VIRTUAL TABLE")  # but what is under way, and what the statement was given
    assert [plan for plan in plans if plan.startswith("SCAN") and not any(word in plan for word in no_table)] == []


def _one_row(values: Any) -> Any:  # noqa: ANN401 - as the driver gets them
    return values[0] if values and isinstance(values[0], tuple) else values


def test_the_index_of_works_knows_the_cadres_of_works() -> None:
    """Its condition stands in the ledger's tables as text: it names the cadres that the matrix has for works."""
    named = set(re.findall(r"'(A\d+)'", str(OF_WORKS)))

    assert named == {cadre.code for cadre in CADRES.values() if cadre.works}
