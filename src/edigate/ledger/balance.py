"""Whether the books add up: deposited = decided + in progress + held, and each decision reported once (design §2).

Flows, runs and reports are counted apart, from their own tables: a flow counts as decided only where its run says so,
a report only where it is addressed to the depositor, and what belongs to no flow at all is counted by itself.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, literal, select

from edigate.domain.outcomes import Verdict
from edigate.ledger import weighed
from edigate.ledger.clock import moment, stamp
from edigate.ledger.states import DECIDED, DUE, HELD, IN_PROGRESS, PLACED, PLANNED, PUBLISHED
from edigate.ledger.tables import REPORT, deliveries, flows, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Label, ScalarSelect

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One partner's deposits of one day at the gate.

    `decisions` are all the runs decided on them, `expected` those that want a report; `misreported` are decisions
    without their one report to the depositor in a state that there is. `day` is None and `partner` empty in a total.
    """

    day: dt.date | None
    partner: str
    deposited: int = 0
    integrated: int = 0
    partial: int = 0
    rejected: int = 0
    inadmissible: int = 0
    in_progress: int = 0
    held: int = 0
    decisions: int = 0
    expected: int = 0
    published: int = 0
    under_way: int = 0
    misreported: int = 0

    @property
    def decided(self) -> int:
        """Flows with a verdict."""
        return self.integrated + self.partial + self.rejected + self.inadmissible

    @property
    def even(self) -> bool:
        """Whether the line adds up."""
        accounted = self.deposited == self.decided + self.in_progress + self.held
        reported = self.expected == self.published + self.under_way and not self.misreported
        return accounted and reported


COUNTS = tuple(field.name for field in fields(Line))[2:]


@dataclass(frozen=True, slots=True)
class Strays:
    """What stands on no line: `runs` of a flow that the ledger does not hold, `reports` without a decided run."""

    runs: int = 0
    reports: int = 0

    @property
    def even(self) -> bool:
        """Whether there are none."""
        return not (self.runs or self.reports)


def balance(
    connection: Connection, zone: dt.tzinfo, *, partner: str = "", since: str = "", until: str = "", anew: bool = False
) -> Iterator[Line]:
    """One line per day and partner, in order; `since` and `until` are times of the ledger and count by their days.

    Days that were weighed before are taken as they were found then; `anew` counts every flow.
    """
    first = _next_day(connection, since, zone)
    if first is None:
        return
    start, end = _midnight(first, zone), _midnight(_day(until, zone), zone) if until else weighed.EVER
    kept = [] if anew else [*_within_days(weighed.load(connection, start, end), zone)]
    found: dict[tuple[dt.date, str], Counter[str]] = {}
    for day, span in kept:
        for code, counts in span.counts.items():
            if code == partner or not partner:
                found.setdefault((day, code), Counter()).update(dict(zip(weighed.COUNTS, counts, strict=True)))
    for gap in weighed.gaps(((span.start, span.until) for _, span in kept), start, end):
        for day, row in _counted_by_day(connection, zone, partner, *gap):
            found.setdefault((day, row.pop("partner")), Counter()).update(row)
    for day, code in sorted(found):
        yield Line(day, code, **found[day, code])


def _counted_by_day(
    connection: Connection, zone: dt.tzinfo, partner: str, start: str, until: str
) -> Iterator[tuple[dt.date, dict[str, Any]]]:
    """What is counted between two times, by day and partner."""
    while start < until and (day := _next_day(connection, start, zone)) is not None:
        begin, end = max(start, _midnight(day, zone)), min(until, _midnight(day + _DAY, zone))
        if begin < end:
            for row in count(connection, begin, end, partner):
                yield day, row
        start = _midnight(day + _DAY, zone)


def count(connection: Connection, start: str, until: str, partner: str = "") -> list[dict[str, Any]]:
    """The figures of a line, of what was deposited between two times, by partner: every flow is looked at."""
    chosen = and_(flows.c.received_at >= start, flows.c.received_at < until)
    if partner:
        chosen = and_(chosen, flows.c.partner == partner)
    counts = {row["partner"]: dict(row) for row in connection.execute(_FLOWS.where(chosen)).mappings()}
    each = _RUNS.where(chosen).subquery()
    reports = select(each.c.partner, *(func.sum(each.c[name]).label(name) for name in _REPORTED)).group_by(
        each.c.partner
    )
    for row in connection.execute(reports).mappings():
        counts[row["partner"]] |= dict(row)
    return [counts[code] for code in sorted(counts)]


def is_over(counted: Mapping[str, Any]) -> bool:
    """Whether these figures come out and nothing of them is still on its way."""
    line = Line(None, "", **{name: counted.get(name, 0) for name in COUNTS})
    return line.even and not (line.in_progress or line.held or line.under_way)


def total(lines: Iterable[Line]) -> Line:
    """All lines as one."""
    counts = dict.fromkeys(COUNTS, 0)
    for line in lines:
        for name in COUNTS:
            counts[name] += getattr(line, name)
    return Line(None, "", **counts)


def strays(connection: Connection, *, anew: bool = False) -> Strays:
    """What the whole ledger holds of it: without a flow nothing says on which day or line it belongs.

    Where all runs and reports are accounted for by flows there are none; else, or `anew`, they are looked for.
    """
    if not anew and _all_accounted_for(connection):
        return Strays()
    return Strays(*(connection.execute(query).scalar_one() for query in (_STRAY_RUNS, _STRAY_REPORTS)))


def arriving(connection: Connection, spool: Path) -> dict[str, int]:
    """Files claimed and not booked yet, by partner: they are not deposited so far, nor lost."""
    claims = {
        partner.name: [
            claim.name.partition("=")[0].partition("-")[0]
            for claim in _within(partner)
            if not claim.name.startswith(".") and ("=" in claim.name or _within(claim))
        ]
        for partner in sorted(_within(spool))
        if not partner.name.startswith(".")
    }
    booked = select(func.count()).select_from(flows)
    counts = {
        partner: sum(not connection.execute(booked.where(flows.c.id == claim)).scalar_one() for claim in found)
        for partner, found in claims.items()
    }
    return {partner: count for partner, count in counts.items() if count}


def _within(folder: Path) -> list[Path]:
    """What lies in a folder of the spool: nothing where it is no folder, or a gate at work has just emptied it."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _day(stamped: str, zone: dt.tzinfo) -> dt.date:
    return moment(stamped).astimezone(zone).date()


def _midnight(day: dt.date, zone: dt.tzinfo) -> str:
    return stamp(dt.datetime.combine(day, dt.time(), zone))


def day_of(stamped: str, zone: dt.tzinfo) -> tuple[str, str]:
    """The beginning of the gate's day that a time is in, and of the day after."""
    day = _day(stamped, zone)
    return _midnight(day, zone), _midnight(day + _DAY, zone)


def _within_days(spans: Iterable[weighed.Span], zone: dt.tzinfo) -> Iterator[tuple[dt.date, weighed.Span]]:
    """Those that lie within one day, with the day: all of them, unless the gate's zone was changed."""
    day, end = dt.date.min, ""
    for span in spans:
        if span.start >= end:
            day = _day(span.start, zone)
            end = _midnight(day + _DAY, zone)
        if span.until <= end:
            yield day, span


def _next_day(connection: Connection, since: str, zone: dt.tzinfo) -> dt.date | None:
    """The next day with a deposit, so that idle days cost nothing."""
    first = connection.execute(select(func.min(flows.c.received_at)).where(flows.c.received_at >= since)).scalar()
    return _day(first, zone) if first else None


def _all_accounted_for(connection: Connection) -> bool:
    """Whether there are as many runs and reports as belong to flows, and to their decisions.

    Of the flows in spans those are known; with a change between two statements the figures differ, and strays are
    looked for.
    """
    found_runs, found_reports = weighed.runs_and_reports(connection)
    for start, until in weighed.unweighed(connection):
        more_runs, more_reports = connection.execute(_BETWEEN, {"start": start, "until": until}).one()
        found_runs, found_reports = found_runs + more_runs, found_reports + more_reports
    return tuple(connection.execute(_ALL).one()) == (found_runs, found_reports)


def _sum(condition: ColumnElement[bool], name: str) -> Label[Any]:
    return func.sum(case((condition, 1), else_=0)).label(name)


def _agreed(verdict: Verdict) -> Label[Any]:
    """Flows that are decided so, by themselves and by their run."""
    own = and_(flows.c.state == DECIDED, flows.c.verdict == verdict.value)
    return _sum(and_(own, runs.c.state == DECIDED, runs.c.verdict == verdict.value), verdict.value)


_FLOWS = (
    select(
        flows.c.partner,
        func.count().label("deposited"),
        *(_agreed(verdict) for verdict in Verdict),
        _sum(and_(flows.c.state == IN_PROGRESS, runs.c.state == DUE), "in_progress"),
        _sum(and_(flows.c.state == HELD, runs.c.state == HELD), "held"),
    )
    .outerjoin(runs, and_(runs.c.id == flows.c.run, runs.c.flow == flows.c.id))
    .group_by(flows.c.partner)
)


_ADDRESSED = deliveries.c.partner == flows.c.partner
_UNDER_WAY = deliveries.c.state.in_((PLANNED, PLACED))
_SOUND = and_(_ADDRESSED, deliveries.c.state.in_((PLANNED, PLACED, PUBLISHED)))


def _reports(weight: ColumnElement[int]) -> ScalarSelect[int]:
    """The weights of a run's reports together: asked run by run, so that SQLite starts from the flows of the day.

    Conditions belong into the weight: with one on the partner SQLite would go through all files of the partner.
    """
    query = select(func.coalesce(func.sum(weight), 0)).where(
        deliveries.c.run == runs.c.id, deliveries.c.kind == "report"
    )
    return query.correlate(runs, flows).scalar_subquery()


_EXPECTED = case((runs.c.wants_report, 1), else_=0)
# A report that is not sound weighs two: with it the sum is never what is expected, none or one.
_WEIGHT = case((_SOUND, 1), else_=2)
_REPORTED = ("decisions", "expected", "published", "under_way", "misreported")
_RUNS = select(
    flows.c.partner,
    literal(1).label("decisions"),
    _EXPECTED.label("expected"),
    _reports(case((and_(_ADDRESSED, deliveries.c.state == PUBLISHED), 1), else_=0)).label("published"),
    _reports(case((and_(_ADDRESSED, _UNDER_WAY), 1), else_=0)).label("under_way"),
    case((_reports(_WEIGHT) != _EXPECTED, 1), else_=0).label("misreported"),
).join(runs, and_(runs.c.flow == flows.c.id, runs.c.state == DECIDED))
_ALL = select(
    select(func.count()).select_from(runs).scalar_subquery(),
    select(func.count()).select_from(deliveries).where(REPORT).scalar_subquery(),
)
_RUNS_BETWEEN = (
    select(runs.c.id, runs.c.state)
    .select_from(flows)
    .join(runs, runs.c.flow == flows.c.id)
    .where(flows.c.received_at >= bindparam("start"), flows.c.received_at < bindparam("until"))
    .cte()
)
_BETWEEN = select(
    select(func.count()).select_from(_RUNS_BETWEEN).scalar_subquery(),
    select(func.count())
    .select_from(_RUNS_BETWEEN)
    .join(deliveries, deliveries.c.run == _RUNS_BETWEEN.c.id)
    .where(_RUNS_BETWEEN.c.state == DECIDED, deliveries.c.kind == "report")
    .scalar_subquery(),
)
_STRAY_RUNS = select(func.count()).select_from(runs).where(~exists().where(flows.c.id == runs.c.flow))
_STRAY_REPORTS = (
    select(func.count())
    .select_from(deliveries)
    .where(deliveries.c.kind == "report", ~exists().where(runs.c.id == deliveries.c.run, runs.c.state == DECIDED))
)
