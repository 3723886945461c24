"""A clock that ran ahead and was set right: nothing waits until it shows that time again; and whose clock it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.ledger import notes, store
from edigate.ledger.database import writing
from edigate.ledger.tables import runs
from tests.acceptance.actors import BEGIN, HIS, Actors, says
from tests.acceptance.test_boundaries import Ended, end_at

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

AHEAD = BEGIN + dt.timedelta(days=400)


def test_what_was_booked_by_a_clock_that_ran_ahead_is_decided_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Booked next year, when the gate ended and its clock was set right; the next one does not wait for that year."""
    actors = Actors(site)
    site.tell_time(AHEAD)
    number = actors.invoice()
    with monkeypatch.context() as patch:
        end_at(patch, (store, "count_attempts"), 1, done=False)
        with pytest.raises(Ended):
            actors.round()
    site.tell_time(BEGIN)
    actors.round()

    assert site.collect().of(number) == ["01", "03"]


def test_what_is_held_until_a_time_that_only_a_wrong_clock_can_have_set_is_tried_again(site: Site) -> None:
    """Held for five minutes by a clock that was a year ahead: tried again at once, not in a year."""
    actors = Actors(site)
    number = actors.invoice()
    site.tell_time(AHEAD)
    with writing(site.gate.ledger) as connection:
        version = notes.read(connection, "directory_version")
        notes.write(connection, "directory_version", "no such directory")
    site.round()
    with writing(site.gate.ledger) as connection:
        notes.write(connection, "directory_version", str(version))
        assert connection.execute(select(runs.c.state)).scalars().all() == ["held"]
    site.tell_time(BEGIN)
    actors.round()

    assert site.collect().of(number) == ["01", "03"]


def test_a_status_is_of_the_future_by_the_clock_where_the_gate_is(make_site: MakeSite) -> None:
    """Half past eight in the evening in Cayenne, tomorrow in Paris: a moment ago was today, in four hours is not."""
    actors = Actors(make_site('[gate]\ntimezone = "America/Cayenne"\n'))
    number = actors.invoice()
    actors.round()
    now = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
    actors.site.tell_time(now)
    names = [
        actors.tell(HIS, says(number, code, at=now + dt.timedelta(hours=hours)))
        for code, hours in (("07", -0.1), ("08", 4))
    ]
    actors.round()

    assert [actors.heard(name) for name in names] == [[("integrated", [])], [("integrated", ["EDG-S012"])]]
