"""Time is called once every machine has heard what lay in its inboxes, and what it heard is decided."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest

from edigate.engine.chores import let_time_pass
from edigate.engine.distributed import Distributed
from edigate.engine.heard import PATIENCE, say
from edigate.engine.roles import Role
from edigate.ledger.clock import new_id, stamp
from edigate.sandbox import structures as people
from tests.acceptance.actors import BEGIN, PORTAL, Actors, says
from tests.acceptance.test_races import FULL
from tests.contract.engines.test_roles import other_machine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.gates import Site

LATE = BEGIN + dt.timedelta(days=20)
PASSED = ("01", "Validation 1 hors délai")


@pytest.fixture
def actors(site: Site) -> Actors:
    """A gate on its first day, with an invoice that waits for its validator."""
    return Actors(site)


def awaiting(actors: Actors) -> str:
    """The number of an invoice that has come to its validator."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    return number


def with_a_word(actors: Actors) -> str:
    """The same, past its deadline: the validator's word lies in an inbox since before."""
    number = awaiting(actors)
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    actors.site.tell_time(LATE)
    return number


def waits(actors: Actors, number: str) -> bool:
    """Whether an invoice is still its validator's."""
    return bool(actors.rows(number)[-1]["stage"] == "validator1")


def at_work(site: Site, *roles: Role) -> None:
    """A process with these roles, once."""
    Distributed(site.gate, roles).run_once()


def told(actors: Actors, number: str) -> list[str]:
    """The codes that its supplier is told of an invoice."""
    at_work(actors.site, Role.DELIVER)
    return actors.site.collect().of(number)


def test_a_word_that_lies_in_an_inbox_goes_before_its_deadline(actors: Actors) -> None:
    """No process was at work over the last day, and whoever calls time is the first to be."""
    number = with_a_word(actors)
    at_work(actors.site, Role.WORK)
    assert waits(actors, number)
    at_work(actors.site, Role.INTAKE)
    at_work(actors.site, Role.WORK)

    assert [code for code in told(actors, number) if code != "03"] == ["01", "01", "14"]


def test_time_waits_for_what_was_booked_to_be_decided(actors: Actors) -> None:
    """It was booked after the deadline; that it had come before, nothing in the ledger tells."""
    number = with_a_word(actors)
    at_work(actors.site, Role.INTAKE)
    let_time_pass(actors.site.gate)
    assert waits(actors, number)
    at_work(actors.site, Role.WORK)

    assert [code for code in told(actors, number) if code != "03"] == ["01", "01", "14"]


def test_a_machine_that_is_silent_is_waited_for_but_not_for_ever(actors: Actors, tmp_path: Path) -> None:
    """Where the word may lie; an hour after the others have heard theirs it is given up, until it is back."""
    number = awaiting(actors)
    other = other_machine(actors.site, tmp_path / "other")
    other.tell_time(BEGIN)
    at_work(other, Role.INTAKE)
    actors.site.tell_time(LATE)
    at_work(actors.site, Role.INTAKE, Role.WORK)
    assert waits(actors, number)
    actors.site.tell_time(LATE + PATIENCE)
    at_work(actors.site, Role.INTAKE, Role.WORK, Role.DELIVER)
    assert PASSED in actors.site.collect().labels(number)

    other.tell_time(LATE + PATIENCE)
    at_work(other, Role.INTAKE)
    second = awaiting(actors)
    actors.site.tell_time(LATE + dt.timedelta(days=20))
    at_work(actors.site, Role.INTAKE, Role.WORK)
    assert waits(actors, second)
    other.tell_time(LATE + dt.timedelta(days=20))
    at_work(other, Role.INTAKE)
    at_work(actors.site, Role.WORK, Role.DELIVER)
    assert PASSED in actors.site.collect().labels(second)
    other.close()


def test_a_machine_without_room_has_heard_nothing(actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in its inboxes is taken in once there is room, and time called after that."""
    number = with_a_word(actors)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: FULL)
        at_work(actors.site, Role.INTAKE, Role.WORK)
    assert waits(actors, number)
    at_work(actors.site, Role.INTAKE, Role.WORK)

    assert [code for code in told(actors, number) if code != "03"] == ["01", "01", "14"]


def test_a_machine_that_is_told_to_end_has_heard_nothing(actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in its spool is booked by the process that comes next, and time called after that."""
    number = awaiting(actors)
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    [word] = (actors.site.root / "inbox" / PORTAL).iterdir()
    claim = actors.site.root / "spool" / PORTAL / f"{new_id(BEGIN)}={word.name}"
    claim.parent.mkdir(exist_ok=True)
    word.rename(claim)
    actors.site.tell_time(LATE)
    engine, room = Distributed(actors.site.gate, {Role.INTAKE}), shutil.disk_usage

    def ending(path: Path) -> object:
        engine.stop()
        return room(path)

    with monkeypatch.context() as looked:
        looked.setattr(shutil, "disk_usage", ending)
        engine.run_once()
    at_work(actors.site, Role.WORK)
    assert waits(actors, number)
    at_work(actors.site, Role.INTAKE)
    at_work(actors.site, Role.WORK)

    assert [code for code in told(actors, number) if code != "03"] == ["01", "01", "14"]


def test_a_word_that_a_clock_ahead_gave_does_not_stand(actors: Actors) -> None:
    """Said next year by mistake, it would let every deadline until then come unheard."""
    number = awaiting(actors)
    actors.site.tell_time(BEGIN + dt.timedelta(days=400))
    say(actors.site.gate, stamp(actors.site.gate.clock()))
    actors.site.tell_time(BEGIN)
    at_work(actors.site, Role.INTAKE)
    actors.site.tell_time(LATE)
    at_work(actors.site, Role.WORK)

    assert waits(actors, number)


def test_words_of_machines_that_are_gone_do_not_stand_for_ever(actors: Actors, tmp_path: Path) -> None:
    """One was last heard of before the deadline, one whose clock was wrong says next year."""
    number = awaiting(actors)
    for days, name in ((0, "gone"), (400, "ahead")):
        machine = other_machine(actors.site, tmp_path / name)
        machine.tell_time(BEGIN + dt.timedelta(days=days))
        say(machine.gate, stamp(machine.gate.clock()))
        machine.close()
    actors.site.tell_time(LATE)
    at_work(actors.site, Role.INTAKE, Role.WORK)
    assert waits(actors, number)
    actors.site.tell_time(LATE + PATIENCE)
    at_work(actors.site, Role.WORK)

    assert not waits(actors, number)
