"""Whose turn it is: each stage, each kind of sender, each kind of code; and partners that change between two words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from edigate.domain.partners import Role
from edigate.sandbox import structures as people
from tests.acceptance.actors import HIS, PORTAL, REASON, STATE_SYSTEM, Actors, says
from tests.acceptance.gates import DEPOSITOR, fresh_number

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

TAKEN, REFUSED = "integrated", "rejected"
NOT_CONNECTED = {"recipient_siret": people.NOT_CONNECTED, "recipient_name": "Commune de Saint-Ormond"}
# How an invoice comes to each stage, and who is its recipient there.
STAGES = {
    "validator": {"cadre": "A9", "validator_siret": people.LEAD_CONTRACTOR},
    "moe": {"cadre": "A4", "validator_siret": people.MOE},
    "moa": {"cadre": "A8"},
    "recipient": {},
    "recipient on the portal": NOT_CONNECTED,
}
CODES = ("13", "07", "06", "29")
FOREIGN = "EDG-S030"
# By stage and sender, for each of CODES: taken, or the fault that refuses it.
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "validator": {
        HIS: ("EDG-S002", "EDG-S031", "EDG-S031", "EDG-S031"),
        PORTAL: (TAKEN, "EDG-S038", "EDG-S038", "EDG-S038"),
        STATE_SYSTEM: (FOREIGN,) * 4,
    },
    "moe": {
        HIS: ("EDG-S002", "EDG-S031", "EDG-S031", "EDG-S031"),
        PORTAL: ("EDG-S037", TAKEN, TAKEN, TAKEN),
        STATE_SYSTEM: (FOREIGN,) * 4,
    },
    "moa": {
        HIS: ("EDG-S002", "EDG-S031", "EDG-S031", "EDG-S031"),
        PORTAL: ("EDG-S037", TAKEN, TAKEN, TAKEN),
        STATE_SYSTEM: (FOREIGN,) * 4,
    },
    "recipient": {
        HIS: ("EDG-S002", TAKEN, TAKEN, TAKEN),
        PORTAL: ("EDG-S031", "EDG-S031", "EDG-S031", "EDG-S031"),
        STATE_SYSTEM: (FOREIGN,) * 4,
    },
    "recipient on the portal": {
        HIS: (FOREIGN,) * 4,
        PORTAL: ("EDG-S037", TAKEN, TAKEN, TAKEN),
        STATE_SYSTEM: (FOREIGN,) * 4,
    },
}


@dataclass(frozen=True)
class Spoken:
    """What became of every cell."""

    heard: dict[tuple[str, str, str], tuple[str, list[str]]]


@pytest.fixture(scope="module")
def spoken(make_site: MakeSite) -> Spoken:
    """An invoice for every cell, and one status of each; all worked off in two rounds."""
    actors = Actors(make_site())
    cells = list(product(STAGES, (HIS, PORTAL, STATE_SYSTEM), CODES))
    numbers = {cell: actors.invoice(**STAGES[cell[0]]) for cell in cells}
    actors.round()
    names = {}
    for cell, number in numbers.items():
        siret = STAGES[cell[0]].get("recipient_siret", people.WITHOUT_SERVICE)
        names[cell] = actors.tell(cell[1], says(number, cell[2], recipient=siret, comment=REASON))
    actors.round()
    return Spoken({cell: actors.heard(name)[0] for cell, name in names.items()})


@pytest.mark.parametrize("cell", list(product(TABLE, (HIS, PORTAL, STATE_SYSTEM), CODES)), ids="-".join)
def test_who_may_say_what_and_when(spoken: Spoken, cell: tuple[str, str, str]) -> None:
    """One cell of the table: stage, sender, code."""
    stage, sender, code = cell
    expected = TABLE[stage][sender][CODES.index(code)]
    verdict, codes = spoken.heard[cell]

    assert verdict == (TAKEN if expected == TAKEN else REFUSED), codes
    assert expected == TAKEN or expected in codes


@pytest.fixture
def actors(site: Site) -> Actors:
    """A fresh sandbox gate on its first day."""
    return Actors(site)


def test_the_invoice_of_another_recipient_is_not_revealed(actors: Actors) -> None:
    """Whether it exists or not, where it stands, who has it: the answer is the same word for word."""
    number, unknown = actors.invoice(), fresh_number()
    actors.round()
    name = actors.tell(STATE_SYSTEM, says(number, "07"), says(unknown, "07"))
    actors.round()

    there, not_there = actors.site.collect(STATE_SYSTEM).report(name).lines
    assert there.code == "EDG-S030"
    assert there.label.replace(number, unknown) == not_there.label
    there_it_stands = there.description.replace(number, unknown).replace("[1]", "[2]").replace("n° 1 du", "n° 2 du")
    assert re.sub("ligne [0-9]+", "", there_it_stands) == re.sub("ligne [0-9]+", "", not_there.description)


def test_who_deposits_invoices_sends_no_statuses(actors: Actors) -> None:
    """Not subscribed; and subscribed by mistake, a supplier's software has none to set, nor an invoice to see."""
    number = actors.invoice()
    actors.round()
    first = actors.tell(DEPOSITOR, says(number, "11"))
    actors.round()
    actors.site.change(DEPOSITOR, deposits=frozenset({"FSO1301A"}))
    second = actors.tell(DEPOSITOR, says(number, "11"))
    actors.round()

    assert actors.site.outcome(first).faults == ["EDG-F006"]
    assert actors.heard(second) == [(REFUSED, ["EDG-S002", "EDG-S030"])]
    assert actors.status(number) == "03"


def test_a_suspended_partner_is_not_heard(actors: Actors) -> None:
    """Its flow is inadmissible; a replay once it is active again takes it."""
    number = actors.invoice()
    actors.round()
    actors.site.change(HIS, active=False)
    name = actors.tell(HIS, says(number, "07"))
    actors.round()
    refused = actors.site.outcome(name).faults
    actors.site.change(HIS, active=True)
    actors.site.replay(name)
    actors.round()

    assert (refused, actors.status(number)) == (["EDG-F005"], "07")


def test_a_recipient_who_has_gone_over_to_another_partner(actors: Actors) -> None:
    """The new one goes on with the invoices; the old one has no such recipient any more."""
    number = actors.invoice()
    actors.round()
    actors.site.change(HIS, sirets=frozenset({people.CONNECTED}))
    actors.site.change(STATE_SYSTEM, sirets=frozenset({people.STATE, people.WITHOUT_SERVICE}))
    names = [actors.tell(partner, says(number, "07")) for partner in (HIS, STATE_SYSTEM, PORTAL)]
    actors.round()

    assert [actors.heard(name)[0] for name in names] == [
        (REFUSED, ["EDG-S030"]), (TAKEN, []), (REFUSED, ["EDG-S031"]),
    ]  # fmt: skip


def test_a_recipient_who_has_gone_over_to_the_portal(actors: Actors) -> None:
    """Connected when it got the invoice, treated by people on the portal now."""
    number = actors.invoice()
    actors.round()
    actors.site.change(HIS, sirets=frozenset({people.CONNECTED}))
    names = [actors.tell(partner, says(number, "07")) for partner in (HIS, PORTAL)]
    actors.round()

    assert [actors.heard(name)[0] for name in names] == [(REFUSED, ["EDG-S030"]), (TAKEN, [])]


def test_a_recipient_who_is_connected_since(actors: Actors) -> None:
    """Its own system may speak of what people on the portal have, and they may finish what they began."""
    numbers = [actors.invoice(**NOT_CONNECTED) for _ in range(2)]
    actors.round()
    actors.site.change(STATE_SYSTEM, sirets=frozenset({people.STATE, people.NOT_CONNECTED}))
    names = [
        actors.tell(partner, says(number, "07", recipient=people.NOT_CONNECTED))
        for partner, number in zip((STATE_SYSTEM, PORTAL), numbers, strict=True)
    ]
    actors.round()

    assert [actors.heard(name)[0] for name in names] == [(TAKEN, [])] * 2


def test_a_request_goes_to_whoever_stands_for_its_recipient_when_its_validator_speaks(actors: Actors) -> None:
    """The SIRET moved between the deposit and the 13: the pivot follows it."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.site.change(HIS, sirets=frozenset({people.CONNECTED}))
    actors.site.change(STATE_SYSTEM, sirets=frozenset({people.STATE, people.WITHOUT_SERVICE}))
    actors.tell(PORTAL, says(number, "13"))
    actors.round()

    assert list(actors.site.collect(STATE_SYSTEM).units) == [number]
    assert actors.pivots(HIS) == []


def test_a_portal_of_another_code_takes_over(actors: Actors) -> None:
    """The partner that stands for people is replaced: the new one gives the validators' words."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.site.change(PORTAL, role=Role.RECIPIENT, active=False)
    actors.site.change("POR002", role=Role.PORTAL, deposits=frozenset({"FSO1301A"}), receives=frozenset({"FEN0036A"}))
    (actors.site.root / "inbox" / "POR002").mkdir()
    name = actors.tell("POR002", says(number, "13"))
    actors.round()

    assert actors.heard(name) == [(TAKEN, [])]
    assert list(actors.site.collect(HIS).units) == [number]


def test_time_passes_though_nobody_stands_for_people(actors: Actors) -> None:
    """No portal any more, and a recipient who is not connected: the request waits, somebody is told, the gate lives."""
    waiting = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR, **NOT_CONNECTED)
    connected = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.site.change(PORTAL, role=Role.RECIPIENT, sirets=frozenset())
    actors.day(16)

    assert actors.site.alerts() == [("validator.silent", False)]
    assert (actors.rows(waiting)[0]["stage"], actors.rows(connected)[0]["stage"]) == ("validator1", "recipient")
    assert list(actors.site.collect(HIS).units) == [connected]
