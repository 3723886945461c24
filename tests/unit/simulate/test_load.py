"""The year that is simulated: what is known of it comes out of it again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulate import load

if TYPE_CHECKING:
    from simulate.load import Array

YEAR = 2026


def by_month(rates: Array) -> list[float]:
    """Invoices in each month, by rates for each hour."""
    days = rates.reshape(-1, 24).sum(axis=1) * 3600
    first = dt.date(YEAR, 1, 1)
    months = [(first + dt.timedelta(days=day)).month for day in range(days.size)]
    return [float(days[[m == month for m in months]].sum()) for month in range(1, 13)]


def test_a_year_has_as_many_invoices_as_it_is_told_to() -> None:
    """The rates of all hours add up."""
    assert load.rates(YEAR, 39e6).sum() * 3600 == pytest.approx(39e6)
    assert load.rates(2028, 39e6).size == 366 * 24


def test_december_is_as_far_above_the_others_as_it_was() -> None:
    """6.7 of the 68 million of 2021 came in December, half of them by EDI: some 108,000 a day; November is next."""
    months = by_month(load.rates(YEAR, load.INVOICES_2021 * load.EDI_SHARE))

    assert months[11] == pytest.approx(load.INVOICES_DECEMBER_2021 * load.EDI_SHARE, rel=0.001)
    assert months[11] / 31 == pytest.approx(108_000, rel=0.001)
    assert sorted(months)[-2:] == [months[10], months[11]]


def test_the_end_of_a_month_is_busier_than_its_middle_and_a_sunday_is_quiet() -> None:
    """Tuesday, 30 June against Tuesday, 16 June; Sunday, 14 June against the Monday after it."""
    day = load.profile(YEAR).reshape(-1, 24).sum(axis=1)
    june = (dt.date(YEAR, 6, 1) - dt.date(YEAR, 1, 1)).days - 1

    assert day[june + 30] > 2 * day[june + 16]
    assert day[june + 14] < day[june + 15] / 5


def test_hours_are_those_of_a_table_whose_every_row_counts() -> None:
    """Twelve months that make a year, seven days, twenty-four hours, none without anything."""
    assert sum(load.MONTHS) == pytest.approx(1, abs=0.001)
    assert (len(load.MONTHS), len(load.WEEKDAYS), len(load.HOURS)) == (12, 7, 24)
    assert min(*load.MONTHS, *load.WEEKDAYS, *load.HOURS) > 0


@pytest.mark.parametrize("peak", [2.0, 6.0, 20.0])
def test_a_peak_can_be_asked_for(peak: float) -> None:
    """The busiest hour is so many times the mean, the sum stays, and no two hours change places."""
    rates = load.rates(YEAR, 39e6, peak)
    before = load.rates(YEAR, 39e6)

    assert rates.max() / rates.mean() == pytest.approx(peak, rel=0.001)
    assert rates.sum() * 3600 == pytest.approx(39e6)
    assert (np.argsort(rates, kind="stable")[-100:] == np.argsort(before, kind="stable")[-100:]).all()
