"""Placing and publishing: what fails for one file or one partner does not stand in the others' way."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from edigate.engine import handover
from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.handover import Failure, hand_over, note_failures, place, publish
from edigate.engine.rendering import Renderers
from edigate.ledger import deliveries, partners, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing, written
from edigate.ledger.tables import alerts as alerts_table
from edigate.ledger.tables import deliveries as deliveries_table
from edigate.ledger.tables import links
from edigate.ledger.tables import ways as ways_table
from tests.unit.engine.steps import a_pool, book, delivery_states, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool


@pytest.fixture
def pool(gate: Gate) -> Iterator[Pool]:
    """One worker."""
    with closing(a_pool(gate)) as opened:
        yield opened


@pytest.fixture
def pivots(gate: Gate, pool: Pool) -> Mapping[int, Content]:
    """Two sound flows, settled: two reports and a pivot are planned."""
    book(gate, None, None)
    _, rendered = settle(gate, list(examine(gate, pool, take_due(gate, pool))))
    return rendered


def published(gate: Gate) -> list[str]:
    """The interfaces of the files that stand in the outboxes, with their partners."""
    return sorted(f"{path.parent.name} {path.name[:8]}" for path in gate.places.outbox.glob("*/[!.]*"))


def contents(gate: Gate) -> dict[str, bytes]:
    """What stands in the outboxes."""
    return {path.name: path.read_bytes() for path in gate.places.outbox.glob("*/[!.]*")}


def try_again(gate: Gate) -> None:
    """Let the pause after a failure pass."""
    with writing(gate.ledger) as connection:
        deliveries.try_now(connection)
        ways.try_now(connection)


ALL = ["JMRPOR CSO1106A", "JMRPOR CSO1106A", "JMRPOR FEN1200A", "SEI001 FEN0036A"]


def test_all_is_placed_published_and_told(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """Reports and pivot, then the life cycle, each under its name and none under a hidden one."""
    assert hand_over(gate, pool, pivots) == 4
    assert published(gate) == ALL
    assert not list(gate.places.outbox.glob("*/.staging/*"))


@pytest.mark.parametrize(
    "at", ["before placing", "after staging", "after placing", "after renaming", "after publishing"]
)
def test_a_gate_that_ends_goes_on_with_the_same_bytes(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was done already, each file comes out once, and as it would have."""
    place(gate, pool, pivots)
    undisturbed = {path.name: path.read_bytes() for path in gate.places.outbox.glob("*/.staging/*")}
    if at in {"before placing", "after staging"}:
        with writing(gate.ledger) as connection:
            connection.execute(update(deliveries_table).values(state=deliveries.PLANNED))
    if at == "before placing":
        for path in gate.places.outbox.glob("*/.staging/*"):
            path.unlink()
    if at == "after renaming":
        with monkeypatch.context() as patched:
            patched.setattr(deliveries, "mark_published", lambda *_: None)
            publish(gate)
    if at == "after publishing":
        publish(gate)
    collected = contents(gate)
    for path in gate.places.outbox.glob("*/[!.]*"):
        path.unlink()

    hand_over(gate, pool, {})
    names = {str(row["id"]): str(row["name"]) for row in rows(gate, deliveries_table)}
    found = [*collected.items(), *((n, c) for n, c in contents(gate).items() if not n.startswith("FEN1200A"))]
    assert sorted(found) == sorted((names[number], content) for number, content in undisturbed.items())
    assert set(delivery_states(gate)) == {"published"}


def test_one_file_that_cannot_be_rendered_is_set_aside(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one report leaves the others on their way: no other try would mend it, somebody must look."""
    render = Renderers.pieces

    def fails_once(self: Renderers, row: Mapping[str, object]) -> Iterator[bytes]:
        if row["id"] == 1:
            raise KeyError("broken")  # noqa: EM101 - what a fault of ours may raise
        return render(self, row)  # type: ignore[arg-type]

    monkeypatch.setattr(Renderers, "pieces", fails_once)
    hand_over(gate, pool, pivots)

    assert published(gate) == ALL[1:]
    (failed,) = [row for row in rows(gate, deliveries_table) if row["state"] == "planned"]
    assert (failed["failures"], failed["last_error"]) == (1, "KeyError('broken')")
    assert failed["dead_at"]
    (alert,) = rows(gate, alerts_table)
    assert (alert["kind"], alert["subject"], alert["partner"]) == ("delivery.dead", 1, "JMRPOR")


def test_an_outbox_that_cannot_be_made_waits_alone(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """A file in the place of a partner's folder stops that partner's files only, and its path is the reason noted."""
    (gate.places.outbox / "SEI001").write_text("in the way")
    hand_over(gate, pool, pivots)

    assert published(gate) == ["JMRPOR CSO1106A", "JMRPOR CSO1106A", "JMRPOR FEN1200A"]
    (failed,) = [row for row in rows(gate, deliveries_table) if row["state"] == "planned"]
    assert "outbox/SEI001" in str(failed["last_error"])

    (gate.places.outbox / "SEI001").unlink()
    assert hand_over(gate, pool, {}) == 0, "it is not tried again before its pause is over"
    try_again(gate)
    hand_over(gate, pool, {})
    assert published(gate) == ["JMRPOR CSO1106A"] * 2 + ["JMRPOR FEN1200A"] * 2 + ["SEI001 FEN0036A"]


def test_a_file_of_a_partner_keeps_its_later_ones_waiting(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """Files go in the order of planning: a folder under the first one's name keeps the second back, not other's."""
    place(gate, pool, pivots)
    first = next(str(row["name"]) for row in rows(gate, deliveries_table) if row["id"] == 1)
    (gate.places.outbox / "JMRPOR" / first).mkdir()
    publish(gate)
    assert published(gate) == ["JMRPOR CSO1106A", "SEI001 FEN0036A"], "the first is the folder"

    (gate.places.outbox / "JMRPOR" / first).rmdir()
    try_again(gate)
    hand_over(gate, pool, {})
    assert published(gate) == ALL


def test_a_backlog_goes_in_portions_and_keeps_its_order(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is, so much is at hand at once; what is behind a file that fails does not pass it."""
    monkeypatch.setattr(handover, "PORTION", 1)
    place(gate, pool, pivots)
    first = next(str(row["name"]) for row in rows(gate, deliveries_table) if row["id"] == 1)
    (gate.places.outbox / "JMRPOR" / first).mkdir()
    assert publish(gate) == 1
    (gate.places.outbox / "JMRPOR" / first).rmdir()
    try_again(gate)
    assert hand_over(gate, pool, {}) == 3

    entries = [json.loads(text) for link in rows(gate, links) for text in str(link["entries"]).split("\n")]
    went = [entry["delivery"] for entry in entries if entry["event"] == "delivery.published"]
    partner = {row["id"]: row["partner"] for row in rows(gate, deliveries_table)}
    assert [partner[id_] for id_ in went] == ["SEI001", "JMRPOR", "JMRPOR", "JMRPOR"]
    assert went[1:] == sorted(went[1:])
    assert published(gate) == ALL
    for event in ('"delivery.placed"', '"delivery.published"'):
        assert {str(link["entries"]).count(event) for link in rows(gate, links)} == {0, 1}


def test_failures_that_are_not_committed_are_not_told(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """Whoever was quicker has the transaction tried again, which would tell of them twice."""
    place(gate, pool, pivots)
    failures = [Failure(row, OSError("no"), own=number == 0) for number, row in enumerate(rows(gate, deliveries_table))]  # type: ignore[arg-type]

    def break_off(connection: Connection) -> None:
        note_failures(gate, connection, failures)
        raise ZeroDivisionError

    with capture_logs() as said:
        with pytest.raises(ZeroDivisionError):
            written(gate.ledger, break_off)
        before = len(said)
        with writing(gate.ledger) as connection:
            note_failures(gate, connection, failures)

    assert before == 0
    assert {line["event"] for line in said} == {"delivery.failed", "way.failed"}


def test_a_file_that_is_refused_too_often_is_a_dead_letter(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """After `outbox.tries` it lets the others go, raises an alert, and goes out when it is revived."""
    place(gate, pool, pivots)
    first = next(str(row["name"]) for row in rows(gate, deliveries_table) if row["id"] == 1)
    (gate.places.outbox / "JMRPOR" / first).mkdir()
    for _ in range(gate.settings.outbox.tries):
        publish(gate)
        try_again(gate)
    publish(gate)
    states = {row["id"]: (row["state"], bool(row["dead_at"])) for row in rows(gate, deliveries_table)}
    assert (states[1], states[2]) == (("placed", True), ("published", False))

    (gate.places.outbox / "JMRPOR" / first).rmdir()
    with writing(gate.ledger) as connection:
        assert deliveries.revive(connection, 1, stamp(gate.clock()))
    publish(gate)
    assert (gate.places.outbox / "JMRPOR" / first).is_file()
    assert [alert["kind"] for alert in rows(gate, alerts_table) if not alert["closed_at"]] == []


def test_a_way_that_keeps_failing_raises_an_alert_that_closes_by_itself(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """Files are never given up for an outbox that cannot be used; once it works again everything goes."""
    (gate.places.outbox / "SEI001").write_text("in the way")
    for number in range(20):
        place(gate, pool, pivots)
        assert bool(rows(gate, alerts_table)) is (number + 1 >= gate.settings.outbox.breaker_failures)
        try_again(gate)
    (gate.places.outbox / "SEI001").unlink()
    hand_over(gate, pool, {})

    assert "SEI001 FEN0036A" in published(gate)
    assert [(alert["kind"], alert["partner"], bool(alert["closed_at"])) for alert in rows(gate, alerts_table)] == [
        ("way.open", "SEI001", True)
    ]
    with gate.ledger.connect() as connection:
        assert ways.failing(connection, ways.PUT) == set()


def test_an_outbox_removed_between_placing_and_publishing_is_filled_again(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """What was placed and has gone with its folder is rendered again: nothing is lost."""
    place(gate, pool, pivots)
    shutil.rmtree(gate.places.outbox / "SEI001")
    assert publish(gate) == 2
    assert delivery_states(gate).count("planned") == 1

    try_again(gate)
    hand_over(gate, pool, {})
    assert "SEI001 FEN0036A" in published(gate)


def test_an_outbox_taken_away_after_publishing_is_not_filled_again(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partner who moves his whole folder away has what was in it."""
    place(gate, pool, pivots)
    settle_folder = gate.outbox.settle

    def taken_away(partner: str) -> None:
        shutil.rmtree(gate.places.outbox / partner)
        settle_folder(partner)

    monkeypatch.setattr(gate.outbox, "settle", taken_away)
    assert publish(gate) == 3


def test_a_folder_that_cannot_be_synced_keeps_its_files_under_way(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a sync nothing counts as placed or published; the other partners' files do."""

    def refuses(partner: str) -> None:
        if partner == "SEI001":
            raise OSError(5, "Input/output error", str(gate.places.outbox / partner))

    for step in ("seal", "settle"):
        with monkeypatch.context() as patched:
            patched.setattr(gate.outbox, step, refuses)
            place(gate, pool, pivots)
            publish(gate)
        waiting = [row["state"] for row in rows(gate, deliveries_table) if row["partner"] == "SEI001"]
        assert waiting == [{"seal": "planned", "settle": "placed"}[step]]
        try_again(gate)
    publish(gate)

    assert set(delivery_states(gate)) == {"published"}


@pytest.mark.parametrize("of_the_way", [False, True])
def test_what_somebody_else_has_placed_meanwhile_did_not_fail(
    gate: Gate,
    pool: Pool,
    pivots: Mapping[int, Content],
    monkeypatch: pytest.MonkeyPatch,
    of_the_way: bool,  # noqa: FBT001 - a case
) -> None:
    """A process that was cut off while it placed neither sets such a file aside nor holds it up, nor its partner's."""

    def fails(_: Renderers, row: Mapping[str, object]) -> Iterator[bytes]:
        with writing(gate.ledger) as connection:
            deliveries.mark_placed(connection, [(row["id"], 1, "a" * 64)])  # type: ignore[list-item]
        raise OSError(5, "Input/output error") if of_the_way else KeyError(row["id"])

    monkeypatch.setattr(Renderers, "pieces", fails)
    place(gate, pool, pivots)

    found = rows(gate, deliveries_table)
    assert {(row["state"], row["failures"], row["next_try_at"], row["dead_at"]) for row in found} == {
        ("placed", 0, None, None)
    }
    assert rows(gate, alerts_table) == []
    with gate.ledger.connect() as connection:
        assert ways.failing(connection, ways.PUT) == set()


def test_a_suspended_partner_is_served_when_he_is_back(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """What is planned for a suspended partner waits, without holding up anybody."""
    with writing(gate.ledger) as connection:
        sei001 = partners.load_book(connection).get("SEI001")
        assert sei001
        partners.save(connection, replace(sei001, active=False), actor="test", at=stamp(gate.clock()))
    hand_over(gate, pool, pivots)
    assert published(gate) == ALL[:3]

    with writing(gate.ledger) as connection:
        partners.save(connection, sei001, actor="test", at=stamp(gate.clock()))
    hand_over(gate, pool, {})
    assert "SEI001 FEN0036A" in published(gate)


def test_pauses_after_failures_grow_up_to_an_hour(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """A hand-over that keeps failing is tried less and less often."""
    (gate.places.outbox / "SEI001").write_text("in the way")
    pauses = []
    for failures in (0, 1, 40):
        with writing(gate.ledger) as connection:
            connection.execute(update(ways_table).values(failures=failures))
        try_again(gate)
        before = gate.clock()
        place(gate, pool, pivots)
        (row,) = [row for row in rows(gate, deliveries_table) if row["partner"] == "SEI001"]
        pauses.append(round((dt.datetime.fromisoformat(str(row["next_try_at"])) - before).total_seconds()))

    assert pauses == [30, 60, 3600]


def test_an_archived_file_that_was_altered_is_not_handed_out(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """A pivot that must be rendered again from a document that is no longer the deposited one waits."""
    assert pivots
    for path in gate.places.archive.glob("*/*"):
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b"120.00", b"920.00"))
    hand_over(gate, pool, {})

    assert "SEI001 FEN0036A" not in published(gate)
    (failed,) = [row for row in rows(gate, deliveries_table) if row["partner"] == "SEI001"]
    assert "cannot be rendered" in str(failed["last_error"])
