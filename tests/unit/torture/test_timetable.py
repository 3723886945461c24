"""The time of a campaign: kept to, by what rounds have taken so far; and its summary says how much was tried."""

from __future__ import annotations

import pytest

from torture.__main__ import headline, report
from torture.campaign import Told
from torture.timetable import LEAST, Timetable


def elapsed(times: Timetable, seconds: float, shares: list[int], load: float, rest: float) -> tuple[float, int]:
    """How long a campaign takes whose rounds cost so much, and how many there are; deposits are new in each third."""
    at, rounds = 0.0, 0
    for number in range(len(shares)):
        loading = number % 3 == 0
        if rounds and not times.fits(seconds - at, loading=loading):
            break
        if loading:
            at += load
            times.load = load
        tortured = times.seconds(seconds - at, shares[number:])
        at += tortured + rest
        times.learn(tortured + rest, tortured)
        rounds += 1
    return at, rounds


@pytest.mark.parametrize(
    ("seconds", "load", "rest"), [(60, 5, 10), (60, 2, 25), (900, 20, 25), (900, 5, 5), (30, 1, 1)]
)
def test_a_campaign_keeps_to_its_time(seconds: float, load: float, rest: float) -> None:
    """Whatever rounds cost besides; time is not left over either."""
    took, rounds = elapsed(Timetable(bounded=True), seconds, [2, 1] * 6, load, rest)
    assert took <= seconds + rest
    assert took >= seconds - (load + rest + LEAST) or rounds == 12


def test_a_machine_that_is_too_slow_for_one_round_makes_one() -> None:
    """It is the last."""
    took, rounds = elapsed(Timetable(bounded=True), 10, [2, 1] * 6, 30, 40)
    assert (took, rounds) == (30 + LEAST + 40, 1)


def test_rounds_that_were_asked_for_are_all_made() -> None:
    """They share the time, and take what they cost besides."""
    took, rounds = elapsed(Timetable(bounded=False), 12, [2, 1, 1], 5, 10)
    assert rounds == 3
    assert took > 12


def test_all_time_is_shared_by_the_rounds_that_fit() -> None:
    """By their shares, what they cost taken off."""
    times = Timetable(bounded=True, load=5, round=10)
    assert times.seconds(90, [2, 1]) == pytest.approx(70 * 2 / 3)
    assert times.seconds(25, [2, 1, 1, 1]) == pytest.approx(5 * 2 / 3)


def told(named: int = 0, untried: int = 0, **more: list[str]) -> Told:
    """A campaign's words."""
    return Told(1, named=named, untried=[str(number) for number in range(untried)], took=60, **more)  # type: ignore[arg-type]


def test_the_headline_says_how_much_was_tried() -> None:
    """Sound is said of no more than that; and how long the rest takes."""
    short = told(196, 178)
    assert headline(short) == (
        "sound in what was tried; 18 of 196 faults by name; to try all of them takes about 653 s at this pace"
    )
    assert headline(told(196)) == "sound in what was tried; 196 of 196 faults by name"
    assert headline(told()) == "sound in what was tried; faults by name were not asked for"
    assert "NOT SOUND" in headline(told(lost=["one"]))
    found = report(short)
    assert (found["faults_named"], found["faults_tried"], found["seconds_for_all_faults"]) == (196, 18, 653)


def test_the_headline_names_the_kinds_of_rounds_that_were_not_reached() -> None:
    """Each once, and none that was."""
    short = told(2, not_begun=["faults", "disk", "faults", "clock", "disk"])
    short.rounds.append({"kind": "faults"})
    assert headline(short).endswith("no time for any round of: clock, disk")
