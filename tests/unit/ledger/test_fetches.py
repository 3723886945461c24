"""Files of partners' servers in the ledger: names as they are, moves from the states expected only."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from edigate.ledger import fetches
from edigate.ledger.database import writing
from edigate.ledger.fetches import Fetch, Sight, State
from edigate.ledger.tables import fetches as table
from edigate.ledger.tables import flows, links

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOW, LATER = "2026-03-02T09:00:00.000000Z", "2026-03-02T10:00:00.000000Z"


def a_file(claim: str = "c1", name: str = "a", partner: str = "ABC123") -> Fetch:
    """A file that the gate wants."""
    return Fetch(claim, partner, "sftp.example:22/in", name, Sight(8, 1000), State.WANTED, NOW)


def want(ledger: Engine, *files: Fetch) -> None:
    """Write them down."""
    with writing(ledger) as connection:
        fetches.want(connection, files)


def kept(ledger: Engine, partner: str = "ABC123") -> list[Fetch]:
    """What the ledger has of a partner."""
    with ledger.connect() as connection:
        return fetches.of(connection, partner)


def test_a_wanted_file_is_kept_as_it_is(ledger: Engine) -> None:
    """Each partner's by themselves, in the order of their claims."""
    files = [a_file("c1"), a_file("c2", "b"), a_file("c3", partner="JMRPOR")]
    want(ledger, files[1], files[0], files[2])
    assert (kept(ledger), kept(ledger, "JMRPOR")) == (files[:2], files[2:])


def test_wanting_nothing_is_possible(ledger: Engine) -> None:
    """It changes nothing."""
    want(ledger)
    assert kept(ledger) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.binary(min_size=1, max_size=255), min_size=2, max_size=2, unique=True))
def test_any_name_comes_back_byte_for_byte(ledger: Engine, names: list[bytes]) -> None:
    """Also one that is no UTF-8 or looks like an escape; two names are never one."""
    with writing(ledger) as connection:
        connection.execute(table.delete())
        fetches.want(connection, [a_file(f"c{n}", os.fsdecode(name)) for n, name in enumerate(names)])
        texts = connection.execute(select(table.c.name)).scalars().all()

    assert [os.fsencode(file.name) for file in kept(ledger)] == names
    assert len(set(texts)) == 2


def test_a_row_moves_only_from_a_state_that_is_expected(ledger: Engine) -> None:
    """Of two that move it the second finds nothing to do."""
    want(ledger, a_file("c1"), a_file("c2"))
    with writing(ledger) as connection:
        fetches.move(connection, ["c1"], {State.WANTED}, State.CLAIMED)
        fetches.move(connection, ["c1", "c2"], {State.WANTED}, State.GONE, LATER)

    assert [(file.state, file.at) for file in kept(ledger)] == [(State.CLAIMED, NOW), (State.GONE, LATER)]


def test_other_looks_are_written_down_with_their_time(ledger: Engine) -> None:
    """Of the file that changed."""
    want(ledger, a_file("c1"), a_file("c2"))
    with writing(ledger) as connection:
        fetches.look_different(connection, {"c2": Sight(9, 2000)}, LATER)
    assert [(file.sight, file.at) for file in kept(ledger)] == [(Sight(8, 1000), NOW), (Sight(9, 2000), LATER)]


def test_a_claim_may_be_found_in_another_folder(ledger: Engine) -> None:
    """The others stay where they are."""
    want(ledger, a_file("c1"), a_file("c2"))
    with writing(ledger) as connection:
        fetches.found_at(connection, ["c2"], "new.example:22/in")
    assert [file.source for file in kept(ledger)] == ["sftp.example:22/in", "new.example:22/in"]


def test_files_that_went_are_found_by_their_names(ledger: Engine) -> None:
    """And by the time and the folder of their going; they are not among the others."""
    want(ledger, *(a_file(f"c{number}", name) for number, name in enumerate(["a", "a", "b", "caf\udce9"])))
    with writing(ledger) as connection:
        fetches.move(connection, ["c1", "c2", "c3"], {State.WANTED}, State.AWAY)
        fetches.move(connection, ["c2"], {State.AWAY}, State.AWAY, LATER)
        fetches.found_at(connection, ["c3"], "new.example:22/in")

    with ledger.connect() as connection:
        found = fetches.away(connection, "ABC123", ["a", "caf\udce9", "x"])
        assert sorted((file.id, file.name) for file in found) == [("c1", "a"), ("c3", "caf\udce9")]
        assert fetches.away(connection, "JMRPOR", ["a"]) == []
        gone = fetches.gone_since(connection, "ABC123", "sftp.example:22/in", LATER)
    assert [file.id for file in gone] == ["c1"]
    assert [file.id for file in kept(ledger)] == ["c0"]


def test_an_ended_row_is_forgotten(ledger: Engine) -> None:
    """More of them than one statement takes, too."""
    want(ledger, *(a_file(f"c{number:04}") for number in range(1200)))
    with writing(ledger) as connection:
        fetches.end(connection, [f"c{number:04}" for number in range(1199)])
    assert [file.id for file in kept(ledger)] == ["c1199"]


def test_claims_are_known_by_row_and_booked_by_flow(ledger: Engine) -> None:
    """Whosever they are."""
    want(ledger, a_file("c1"), a_file("c2", partner="JMRPOR"))
    flow = {
        "id": "c2", "partner": "JMRPOR", "name": "a", "sha256": "", "size": 8, "archived": "", "incomplete": False,
        "received_at": NOW, "state": "in_progress", "reserved": False,
    }  # fmt: skip
    with writing(ledger) as connection:
        connection.execute(insert(flows), [flow])
        assert fetches.known(connection, {"c1", "c2", "c3"}) == {"c1", "c2"}
        assert fetches.booked(connection, {"c1", "c2", "c3"}) == {"c2"}


@pytest.mark.parametrize(("name", "told"), [("café", "café"), ("caf\udce9", "caf%E9")])
def test_the_audit_log_says_where_a_flow_came_from(ledger: Engine, name: str, told: str) -> None:
    """Server, name, size and time, under the flow's id."""
    with writing(ledger) as connection:
        fetches.note(connection, "sftp.fetched", [a_file(name=name)], "sftp.example:22", LATER)
    with ledger.connect() as connection:
        (entry,) = connection.execute(select(links.c.entries)).scalars()

    facts = {"partner": "ABC123", "server": "sftp.example:22", "name": told, "size": 8, "mtime": 1000}
    assert json.loads(entry).items() >= ({"at": LATER, "event": "sftp.fetched", "subject": "c1"} | facts).items()
