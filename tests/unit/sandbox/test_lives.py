"""The lives of the sandbox: their files are named, valid and dated as partners would make them, round after round."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.domain.names import parse_name
from edigate.sandbox import structures
from edigate.sandbox.enacted import Enacted, enact
from edigate.sandbox.lives import LIVES, LIVES_LENGTH, Acknowledges, Deposit, Life, Says

PARIS = ZoneInfo("Europe/Paris")
BEGIN = dt.date(2026, 3, 2)
ENACTED = enact(700001, lambda _: BEGIN, PARIS, "CPP001")
PIVOTS = [f"CPP0010036{number:015d}" for number in range(1, 9)]
STEPS = [(life, place) for life in ENACTED for place, step in enumerate(life.life.steps) if step.does]
DEPOSITS = {str(partner["code"]): partner["deposits"] for partner in structures.PARTNERS}


def life(key: str) -> Life:
    """One life of the table."""
    (found,) = [one for one in LIVES if one.key == key]
    return found


def called(step: tuple[Enacted, int]) -> str:
    """A step in the name of a test."""
    return f"{step[0].life.key}-{step[1] + 1}"


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_every_file_is_one_that_its_partner_may_deposit(step: tuple[Enacted, int]) -> None:
    """Its name is its partner's, on an interface that the partner subscribed to."""
    file = step[0].file(step[1], PIVOTS)
    assert file
    name = parse_name(file.name)
    subscribed = DEPOSITS[file.partner]

    assert name
    assert name.application == file.partner
    assert isinstance(subscribed, list)
    assert name.interface in subscribed


@pytest.mark.parametrize(
    "step", [step for step in STEPS if not isinstance(step[0].life.steps[step[1]].does, Deposit)], ids=called
)
def test_what_partners_report_is_valid(step: tuple[Enacted, int]) -> None:
    """Statuses and receipts are valid CPPStatut, told at the moment of their step."""
    file = step[0].file(step[1], PIVOTS)
    assert file
    root = etree.fromstring(file.content)

    etree.XMLSchema(etree.parse(schema_folder() / "CPPStatut_V1_19.xsd")).assertValid(root)
    assert root.findtext(".//Horodatage") == step[0].moment(step[1]).isoformat()


def test_no_sequence_and_no_number_comes_twice() -> None:
    """Two rounds share neither file names nor invoice numbers, and neither do two lives of one."""
    rounds = (*ENACTED, *enact(700001 + LIVES_LENGTH, lambda _: BEGIN, PARIS, "CPP001"))
    names = [file.name for one in rounds for place in range(len(one.life.steps)) if (file := one.file(place, PIVOTS))]
    numbers = {
        (one.first, one.number(step.does.document))
        for one in rounds
        for step in one.life.steps
        if isinstance(step.does, Deposit)
    }

    assert len(set(names)) == len(names)
    assert len({number for _, number in numbers}) == len(numbers)


def test_days_only_pass() -> None:
    """Within a life no step goes back in time, and the first one is taken on the first day."""
    for one in ENACTED:
        moments = [one.moment(place) for place in range(len(one.life.steps))]
        assert moments == sorted(moments)
        assert len(set(moments)) == len(moments)
        assert moments[0] == dt.datetime(2026, 3, 2, 9, tzinfo=PARIS)
        assert one.life.days == (moments[-1].date() - BEGIN).days


def test_a_document_deposited_again_keeps_its_number_and_its_date() -> None:
    """What completes a suspended invoice is that invoice, with one more attachment."""
    (suspension,) = [one for one in ENACTED if one.life.key == "suspension"]
    places = [place for place, step in enumerate(suspension.life.steps) if isinstance(step.does, Deposit)]
    first, second = (file.content for place in places if (file := suspension.file(place, [])))

    for content in (first, second):
        assert f"<ram:ID>{suspension.number(1)}<".encode() in content
        assert b">20260302<" in content
    assert b"bon_de_livraison.pdf" in second
    assert b"bon_de_livraison.pdf" not in first


def test_a_receipt_names_its_pivot_and_without_one_there_is_none() -> None:
    """The pivots of a life are counted as they come; a receipt of one that never came is not made up."""
    (suspension,) = [one for one in ENACTED if one.life.key == "suspension"]
    places = [place for place, step in enumerate(suspension.life.steps) if isinstance(step.does, Acknowledges)]

    assert [(file := suspension.file(place, PIVOTS)) and PIVOTS[of].encode() in file.content
            for of, place in enumerate(places)] == [True, True]  # fmt: skip
    assert suspension.file(places[1], PIVOTS[:1]) is None


def test_the_lives_show_what_a_life_can_be() -> None:
    """Payment with each of its statuses, suspension, silence, works of one market, and a pivot refused twice."""
    said = [step.does.code for step in life("payment").steps if isinstance(step.does, Says)]
    cadres = [step.does.changes["cadre"] for step in life("works").steps if isinstance(step.does, Deposit)]

    assert said == ["07", "08", "09", "10", "11"]
    assert [step.does.code for step in life("suspension").steps if isinstance(step.does, Says)] == ["06", "11"]
    assert [step.day for step in life("silence").steps if step.does is None] == [14, 16]
    assert cadres == ["A4", "A7", "A7", "A8"]
    assert [step.does.code for step in life("receipt").steps if isinstance(step.does, Acknowledges)] == ["94", "94"]
