"""What was published is noted as collected when it has gone from the outbox, and purged when nobody comes for it."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from edigate.config import OutboxTable
from edigate.engine.collected import look_after
from edigate.ledger import collection, hearing
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries
from tests.unit.engine.published import gone, hand_out_again, noted, some_files

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate


@pytest.fixture
def files(gate: Gate) -> list[Path]:
    """Four files that lie in two outboxes."""
    return some_files(gate)


def purging(gate: Gate, *, later: dt.timedelta) -> Gate:
    """The gate so much later, with files purged after seven days."""
    now = gate.clock() + later
    settings = gate.settings._replace(outbox=OutboxTable(purge_days=7))
    return replace(gate, clock=lambda: now, settings=settings)


def test_a_file_that_has_gone_is_noted_once(gate: Gate, files: list[Path]) -> None:
    """Its partner has it; the others are still there, and neither table nor audit log says anything of them."""
    files[0].unlink()

    for _ in range(2):
        look_after(gate)

    assert gone(gate) == {file.name: "collected" if file == files[0] else "" for file in files}
    assert noted(gate, "delivery.collected") == 1


def test_a_folder_that_went_whole_took_its_files_along(gate: Gate, files: list[Path]) -> None:
    """Nothing is on offer to a partner whose outbox was taken away."""
    shutil.rmtree(files[0].parent)

    look_after(gate)

    assert {file.name for file in files if gone(gate)[file.name]} == {
        file.name for file in files if file.parent == files[0].parent
    }


def test_what_is_offered_again_is_on_offer_again(gate: Gate, files: list[Path]) -> None:
    """A file that was collected, and then asked for once more, counts as uncollected until it goes again."""
    files[0].unlink()
    look_after(gate)
    with writing(gate.ledger) as connection:
        hearing.offer_again(connection, next(row.id for row in connection.execute(deliveries.select()) if row.gone_at))
    hand_out_again(gate)

    look_after(gate)

    assert files[0].is_file()
    assert set(gone(gate).values()) == {""}


def test_an_offer_made_meanwhile_is_not_taken_for_gone(gate: Gate, files: list[Path]) -> None:
    """What was read of the ledger before a file was offered anew says nothing of the new offer."""
    with gate.ledger.connect() as connection:
        before = list(collection.on_offer(connection, files[0].parent.name))
    with writing(gate.ledger) as connection:
        connection.execute(update(deliveries).values(published_at=stamp(gate.clock())))

        assert collection.mark_gone(connection, before, collection.COLLECTED, stamp(gate.clock())) == []


def test_files_are_kept_as_long_as_the_settings_say(gate: Gate, files: list[Path]) -> None:
    """Nothing is purged by default, nor before the days are over."""
    never = replace(purging(gate, later=dt.timedelta(days=4000)), settings=gate.settings)

    look_after(never)
    look_after(purging(gate, later=dt.timedelta(days=6, hours=23)))

    assert all(file.is_file() for file in files)
    assert set(gone(gate).values()) == {""}


def test_what_nobody_collected_in_time_is_purged(gate: Gate, files: list[Path]) -> None:
    """It is removed, and table and audit log say that it was not collected."""
    files[0].unlink()
    look_after(gate)

    look_after(purging(gate, later=dt.timedelta(days=7, hours=1)))

    assert not any(file.exists() for file in files)
    assert gone(gate) == {file.name: "collected" if file == files[0] else "purged" for file in files}
    assert noted(gate, "delivery.purged") == len(files) - 1


def test_a_gate_that_dies_before_it_removes_does_so_later(gate: Gate, files: list[Path]) -> None:
    """What stands as purged in the ledger and still lies in the outbox is taken away by the next look."""
    with writing(gate.ledger) as connection:
        there = list(collection.on_offer(connection, files[0].parent.name))
        collection.mark_gone(connection, there[:1], collection.PURGED, stamp(gate.clock()))
    left = files[0].parent / there[0].name
    assert left.is_file()

    look_after(gate)

    assert not left.exists()
    assert gone(gate)[left.name] == "purged"


def test_only_the_gates_own_files_are_removed(gate: Gate, files: list[Path]) -> None:
    """What has another size, is no file, or was never a delivery stays, however old it is."""
    files[0].write_bytes(b"something else")
    files[1].unlink()
    files[1].mkdir()
    stranger = files[0].with_name("notes.txt")
    stranger.write_bytes(b"")

    look_after(purging(gate, later=dt.timedelta(days=30)))

    assert files[0].read_bytes() == b"something else"
    assert files[1].is_dir()
    assert stranger.exists()
    assert [gone(gate)[file.name] for file in files] == ["", "", "purged", "purged"]


def test_what_lies_on_a_partners_own_server_is_not_looked_for(gate: Gate, files: list[Path]) -> None:
    """A delivery that was uploaded is neither collected nor purged here."""
    with writing(gate.ledger) as connection:
        connection.execute(update(deliveries).values(uploaded_at=stamp(gate.clock())))
    files[0].unlink()

    look_after(purging(gate, later=dt.timedelta(days=30)))

    assert set(gone(gate).values()) == {""}
    assert all(file.is_file() for file in files[1:])


def test_a_hundred_thousand_collected_files_cost_nothing(gate: Gate, files: list[Path]) -> None:
    """SQLite looks at what is still on offer only, by the index made for it."""
    row = {
        "kind": "report", "partner": "JMRPOR", "interface": "CSO1106A", "state": "published", "size": 1,
        "planned_at": "2026", "published_at": "2026", "gone_at": "2026", "gone_how": "collected",
    }  # fmt: skip
    with writing(gate.ledger) as connection:
        connection.execute(insert(deliveries), [row | {"id": 1000 + n, "name": f"N{n}"} for n in range(100_000)])
        seen = 0

        def count() -> int:
            nonlocal seen
            seen += 1
            return 0

        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(count, 100)
        assert collection.partners_on_offer(connection) == ["JMRPOR", "SEI001"]
        assert len(list(collection.on_offer(connection, "JMRPOR"))) == len(files) - 1
        raw.set_progress_handler(None, 0)

    assert seen < 50
