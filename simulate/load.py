"""When invoices come: what is known of a year of Chorus Pro, and what is assumed about its days and hours.

Known: reference §15.1 (published figures of mixed years). Assumed: everything named so below; nobody has published it.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Known: invoices of all channels in 2023 and 2021, the record month (December 2021), the share of EDI in 2021, and the
# invoices and EDI flows of 2018, of whose invoices 70 % came by EDI.
INVOICES_2023 = 78e6
INVOICES_2021 = 68e6
INVOICES_DECEMBER_2021 = 6.7e6
EDI_SHARE = 0.5
INVOICES_PER_FLOW = 28e6 * 0.7 / 15e6

# Known: December's share of its year. Assumed: the others, with November next to it and a low August.
# fmt: off
MONTHS = (
    0.0820, 0.0760, 0.0840, 0.0800, 0.0780, 0.0850,
    0.0860, 0.0660, 0.0800, 0.0880, 0.0965, INVOICES_DECEMBER_2021 / INVOICES_2021,
)
# Assumed: Monday to Sunday.
WEEKDAYS = (1.10, 1.15, 1.10, 1.10, 1.05, 0.25, 0.15)
# Assumed: people's hours, and the runs of billing programs towards the evening; French local time, midnight first.
HOURS = (
    2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.5, 5.0, 6.0, 6.5, 6.0,
    4.0, 4.0, 5.5, 6.0, 6.0, 6.5, 7.0, 6.5, 6.0, 5.0, 4.0, 3.0,
)
# fmt: on
# Assumed: the last three days of a month and the four before them, and its first five.
LAST, BEFORE_LAST, FIRST = (3, 2.2), (7, 1.4), (5, 1.3)
# Assumed: so many flows are dropped at once when a depositor's program sends.
FLOWS_AT_ONCE = 20

_SECONDS = 3600
_ENOUGH = 60


def rates(year: int, invoices: float, peak: float = 0.0) -> Array:
    """Invoices per second in each hour of the year; `peak`, if any, is what the busiest hour is to the mean.

    A peak is reached by raising the profile to a power, which keeps its order and its sum.
    """
    shape = profile(year)
    if peak:
        shape = _sharpened(shape, peak)
    return shape * invoices / (shape.size * _SECONDS)


def profile(year: int) -> Array:
    """Each hour of the year as a multiple of the mean hour."""
    days = []
    for month, share in enumerate(MONTHS, start=1):
        weights = np.array([_weight(dt.date(year, month, day)) for day in range(1, monthrange(year, month)[1] + 1)])
        days.append(weights / weights.sum() * share / sum(MONTHS))
    hours = np.outer(np.concatenate(days), np.array(HOURS) / sum(HOURS)).ravel()
    shape: Array = hours / hours.mean()
    return shape


def _weight(day: dt.date) -> float:
    """A day within its month."""
    left = monthrange(day.year, day.month)[1] - day.day
    ends = ((left < LAST[0], LAST[1]), (left < BEFORE_LAST[0], BEFORE_LAST[1]), (day.day <= FIRST[0], FIRST[1]))
    return WEEKDAYS[day.weekday()] * next((weight for holds, weight in ends if holds), 1.0)


def _sharpened(shape: Array, peak: float) -> Array:
    low, high = 0.0, 20.0
    for _ in range(_ENOUGH):
        power = (low + high) / 2
        found = shape**power / (shape**power).mean()
        low, high = (power, high) if found.max() < peak else (low, power)
    sharpened: Array = shape**high / (shape**high).mean()
    return sharpened
