"""Replays of what partners reported, and of invoices that have lived on since: what was taken in is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.domain.partners import Role
from edigate.engine.rehearsal import rehearse
from edigate.ledger import queries
from edigate.ledger.tables import flows, metadata
from edigate.sandbox import structures as people
from tests.acceptance.actors import HIS, PORTAL, Actors, says
from tests.acceptance.gates import fresh_number

if TYPE_CHECKING:
    from tests.acceptance.gates import Site

TAKEN, REFUSED = "integrated", "rejected"


@pytest.fixture
def actors(site: Site) -> Actors:
    """A fresh sandbox gate on its first day."""
    return Actors(site)


def held(actors: Actors) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the ledger."""
    with actors.site.gate.ledger.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))] for table in metadata.sorted_tables
        }


def standing(actors: Actors) -> list[tuple[object, ...]]:
    """What is known of every flow, invoice and status but for runs and reports."""
    rows = held(actors)
    return [*rows["invoices"], *rows["statuses"], *rows["delivery_invoices"]]


def test_taken_lines_are_left_alone_and_refused_ones_tried_again(actors: Actors) -> None:
    """The second invoice arrives a day later: its line is taken then, the first one's is not told twice."""
    first, second = actors.invoice(), fresh_number()
    actors.round()
    name = actors.tell(HIS, says(first, "07"), says(second, "07"))
    actors.round()
    assert actors.heard(name) == [(TAKEN, []), (REFUSED, ["EDG-S030"])]
    actors.invoice(second)
    actors.round()
    actors.site.replay(name)
    actors.round()

    assert actors.heard(name) == [(TAKEN, []), (TAKEN, [])]
    told = actors.site.collect()
    assert (told.of(first), told.of(second)) == (["01", "03", "07"], ["01", "03", "07"])
    assert actors.site.outcome(name).verdict == "integrated"
    assert [(report.status, report.codes) for report in actors.site.collect(HIS).reports] == [("96", ["EDG-S030"])]


def test_a_replay_of_statuses_that_were_all_taken_changes_nothing(actors: Actors) -> None:
    """Whatever has followed them since."""
    number = actors.invoice()
    actors.round()
    name = actors.tell(HIS, says(number, "07"), says(number, "08"))
    actors.tell(HIS, says(number, "06"))
    actors.round()
    before = standing(actors)
    actors.site.replay(name)
    actors.round()

    assert standing(actors) == before
    assert actors.heard(name) == [(TAKEN, []), (TAKEN, [])]


def test_a_replay_of_statuses_that_is_refused_leaves_them_what_they_are(actors: Actors) -> None:
    """Its sender is suspended meanwhile: the flow stays integrated and its id taken, the statuses stand."""
    number = actors.invoice()
    actors.round()
    name = actors.tell(HIS, says(number, "07"))
    actors.round()
    before = standing(actors)
    actors.site.change(HIS, active=False)
    actors.site.replay(name)
    actors.round()

    assert (standing(actors), actors.site.outcome(name).faults) == (before, ["EDG-F005"])
    assert actors.site.outcome(name).verdict == "integrated"
    with actors.site.gate.ledger.connect() as connection:
        assert connection.execute(select(flows.c.reserved).where(flows.c.name == name)).scalar_one()


def test_a_line_that_was_taken_stays_taken_though_its_sender_may_not_say_it_now(actors: Actors) -> None:
    """The portal's words stand when the partner has become a mere recipient."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    name = actors.tell(PORTAL, says(number, "13"), says(number, "29"))
    actors.round()
    actors.site.change(PORTAL, role=Role.RECIPIENT)
    actors.site.replay(name)
    actors.round()

    assert actors.heard(name)[0][0] == TAKEN
    assert actors.site.collect().of(number) == ["01", "01", "13", "03"]


@pytest.mark.parametrize("after", ["suspended", "completed", "refused by its validator", "rejected"])
def test_a_replay_of_an_invoice_that_has_lived_on_changes_nothing(actors: Actors, after: str) -> None:
    """Suspended, completed by another deposit, stopped by its validator, rejected: it is what it became."""
    stopped = after == "refused by its validator"
    number, changes = fresh_number(), {"cadre": "A12", "validator_siret": people.LEAD_CONTRACTOR} if stopped else {}
    actors.invoice(number, **changes)
    name = actors.round().site.outcomes()[0].name
    code = {"rejected": "05", "refused by its validator": "14"}.get(after, "06")
    actors.tell(PORTAL if stopped else HIS, says(number, code))
    actors.round()
    if after == "completed":
        actors.invoice(number)
        actors.round()
    before = standing(actors)
    actors.site.replay(name)
    actors.round()

    assert standing(actors) == before
    assert actors.site.outcomes()[0].verdict == "integrated"


def test_a_replay_of_receipts_changes_nothing(actors: Actors) -> None:
    """A 94 that was taken offers the pivot once, however often its flow is replayed; a new one is an alert."""
    actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    name = actors.acknowledge(HIS, (pivot.name, "94"), ("CPP0010036999999999999999", "92"))
    actors.round()
    pivot.unlink()
    for _ in range(2):
        actors.site.replay(name)
        actors.round()

    assert actors.heard(name) == [(TAKEN, []), (REFUSED, ["EDG-S040"])]
    assert (actors.pivots(HIS), actors.site.alerts()) == ([], [])


def test_a_rehearsal_of_statuses_writes_nothing(actors: Actors) -> None:
    """It says what a replay would decide, and not a row of the ledger is another."""
    first, second = actors.invoice(), fresh_number()
    actors.round()
    actors.tell(HIS, says(first, "07"), says(second, "07"))
    actors.round()
    actors.invoice(second)
    actors.round()
    before = held(actors)
    with actors.site.gate.ledger.connect() as connection:
        found = queries.list_flows(connection, queries.Wanted(partner=HIS))
    ((flow, decision),) = [(one.flow, one.outcome) for one in rehearse(actors.site.gate, found)]

    assert held(actors) == before
    assert (flow["verdict"], decision.verdict) == ("partial", "integrated")  # type: ignore[union-attr]
