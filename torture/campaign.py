"""A campaign: round after round of torture, each compared with a gate over the same deposits that was left alone."""

from __future__ import annotations

import contextlib
import random
import shutil
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from edigate.audit.verify import Scope, verify
from edigate.ledger import deliveries as ledger
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries
from torture import fleet, servers
from torture.deposits import FIRST, first_deposits, some_deposits
from torture.faulty import strike_by_name
from torture.hardships import full_disk, moments, small_disk, unwritable_folders, wrong_clock
from torture.outcome import Flaws, Result, differences, expected_of, outcome, unordered
from torture.points import FAULTS
from torture.running import work_off
from torture.servers import broken_lines
from torture.site import SETTINGS, Site
from torture.timetable import Timetable
from torture.trial import Counts, Trial, Unavailable, harass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.points import Fault
    from torture.trial import Hardship

PATIENCE = 180
SHOWN = 20
SAME_LOAD = 3  # so many rounds have the same deposits
TORTURED = (
    SETTINGS
    + """disk_free_bytes = 0
[outbox]
retry_seconds = 0.2
tries = 1000
[sftp]
poll_seconds = 0.3
connect_seconds = 3
silence_seconds = 2
"""
)


class Kind(NamedTuple):
    """A word on what a round does to its gate, by which hardships, and whether the gate lies on a small disk.

    Without any hardship it is struck by faults with names; a `fleet` is of several machines, on PostgreSQL. `share` is
    of the time, beside that of other rounds.
    """

    what: str
    hardships: tuple[Hardship, ...] = ()
    small_disk: bool = False
    share: int = 1
    fleet: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "faults": Kind("faults by name, at every step's boundaries", share=2),
        "kills": Kind("SIGKILL at random instants", (moments,)),
        "disk": Kind("a disk that is full", (full_disk,), small_disk=True),
        "folders": Kind("folders that cannot be written to", (unwritable_folders,)),
        "clock": Kind("a clock that jumps", (wrong_clock,)),
        "lines": Kind("connections to partners' servers that break", (broken_lines,)),
        "fleet": Kind("machines on one PostgreSQL, and their server, killed and started again", fleet=True),
        "mixed": Kind("several of these at once", (moments, unwritable_folders, wrong_clock, broken_lines)),
    }
)
# There are many faults: every other round is theirs.
ROTATION = tuple(name for other in KINDS if other != "faults" for name in ("faults", other))


@dataclass
class Told:
    """What a campaign has to say; nothing may be in `lost`, `doubled`, `flaws` and `unfired`.

    `named` is how many faults were to be tried, `untried` are those that were not; `not_begun` are rounds, by their
    kinds, for which there was no time.
    """

    seed: int
    counts: Counts = field(default_factory=Counts)
    rounds: list[dict[str, object]] = field(default_factory=list)
    flows: int = 0
    invoices: int = 0
    handed_out: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    named: int = 0
    untried: list[str] = field(default_factory=list)
    not_begun: list[str] = field(default_factory=list)
    took: float = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found in what was tried."""
        return not (self.lost or self.doubled or self.counts.flaws or self.counts.unfired)

    @property
    def tried(self) -> int:
        """How many of the named faults came or were ordered often enough."""
        return self.named - len(self.untried)

    @property
    def seconds_for_all(self) -> int | None:
        """How long a campaign like this one would take to try all of them, at its pace; None where none was tried."""
        return round(self.took * self.named / self.tried) if self.tried else None


@dataclass(frozen=True)
class Terms:
    """How long, over how many deposits a round, of which kinds in turn.

    `rounds` is how many, whatever they take; 0 is each of the kinds once, as far as time goes.
    """

    seed: int
    seconds: float
    flows: int
    rounds: int = 0
    kinds: Sequence[str] = ROTATION
    faults: Sequence[str] = tuple(FAULTS)


def run(terms: Terms, folder: Path) -> Told:
    """Torture gates in this folder, which must not be there yet; it is taken away unless there is something to see."""
    folder.mkdir(parents=True)
    told, chance, began = Told(terms.seed), random.Random(terms.seed), time.monotonic()
    template = Site(folder / "template", first_deposits(), TORTURED)
    with contextlib.ExitStack() as stack:
        there = _elsewhere(folder, stack, told)
        plan = [fault for fault in map(FAULTS.__getitem__, terms.faults) if there or not fault.point.remote]
        chance.shuffle(plan)
        _rounds(terms, folder, Shared(template, chance, plan, there), told, began + terms.seconds)
    if "faults" in terms.kinds:
        told.named = len(terms.faults)
        told.untried = sorted({*terms.faults}.difference(told.counts.faults, told.counts.unfired))
    told.took = time.monotonic() - began
    if told.sound:
        shutil.rmtree(folder)
    return told


class Shared(NamedTuple):
    """What all rounds share: the gate to start from, chance, faults still to be tried, the server if there is one."""

    template: Site
    chance: random.Random
    plan: list[Fault]
    elsewhere: servers.Elsewhere | None


def _elsewhere(folder: Path, stack: contextlib.ExitStack, told: Told) -> servers.Elsewhere | None:
    try:
        return stack.enter_context(servers.elsewhere(folder / "sshd"))
    except Unavailable as reason:
        told.skipped["sftp"] = str(reason)
        _say(f"SFTP SKIPPED: {reason}")
        return None


def _rounds(terms: Terms, folder: Path, shared: Shared, told: Told, until: float) -> None:
    kinds = list(islice(cycle(terms.kinds), terms.rounds or len(terms.kinds)))
    times = Timetable(bounded=not terms.rounds)
    load: Load | None = None
    for number, kind in enumerate(kinds, start=1):
        if kind == "faults" and not shared.plan:
            continue
        loading, began = load is None or number % SAME_LOAD == 1, time.monotonic()
        if load and not times.fits(until - began, loading=loading):
            told.not_begun = kinds[number - 1 :]
            break
        place = folder / f"{number}-{kind}"
        place.mkdir()
        try:
            if load is None or loading:
                load = _load(some_deposits(terms.flows, shared.chance), place, shared)
                times.load = time.monotonic() - began
            began = time.monotonic()
            seconds = times.seconds(until - began, [KINDS[one].share for one in kinds[number - 1 :]])
            _round(kind, Round(place, load, seconds, shared), told)
            times.learn(time.monotonic() - began, seconds)
        except Unavailable as reason:
            told.skipped[kind] = str(reason)
            _say(f"round {number}: {kind} SKIPPED: {reason}")
        except (AssertionError, TimeoutError) as error:  # a gate that does not finish, or ends
            told.counts.flaws.append(f"round {number}, {kind}: {error}")
        if not told.sound:
            break
        shutil.rmtree(place)


class Load(NamedTuple):
    """Deposits, and what becomes of them when nothing happens."""

    deposits: list[Deposit]
    expected: Result


def _load(deposits: list[Deposit], place: Path, shared: Shared) -> Load:
    """Let a gate take the deposits in peace."""
    site = shared.template.copy(place / "alone", place / "alone-collected", TORTURED)
    site.drop(deposits)
    with site.collecting():
        _finish(Trial(site, deposits, shared.chance, 0, place, Counts()))
    result, flaws = outcome(site)
    assert flaws == Flaws(), flaws
    shutil.rmtree(site.root)
    return Load(deposits, unordered(result, deposits, _SPOKEN_OF))


_SPOKEN_OF = frozenset(number for numbers in FIRST.values() for number in numbers)


class Round(NamedTuple):
    """What a round has: a folder, a load, time, and what all rounds share."""

    place: Path
    load: Load
    seconds: float
    shared: Shared


def _round(kind: str, given: Round, told: Told) -> None:
    """One gate tortured, then left to finish, and compared."""
    began = time.monotonic()
    if KINDS[kind].fleet:
        _fleet_round(kind, given, told)
    else:
        _site_round(kind, given, told)
    took = round(time.monotonic() - began, 1)
    told.rounds.append({"kind": kind, "seconds": took, "flows": len(given.load.deposits), "sound": told.sound})
    _say(f"round {len(told.rounds)}: {kind}, {took} s, {_so_far(told)}")


def _fleet_round(kind: str, given: Round, told: Told) -> None:
    chance, deposits = given.shared.chance, given.load.deposits
    with fleet.database() as server:
        site = fleet.Fleet(given.place / "gate", server.fresh(), fleet.MACHINES, first_deposits(), TORTURED)
        with site.collecting():
            told.counts.kills += fleet.disturb(site, deposits, chance, given.seconds, server)
        _compare(kind, Trial(site, deposits, chance, 0, given.place, told.counts), given.load.expected, told)


def _site_round(kind: str, given: Round, told: Told) -> None:
    with _site(kind, given) as site:
        shared, (deposits, expected) = given.shared, given.load
        if shared.elsewhere:
            servers.move_out(site, shared.elsewhere)
        # By a clock that jumps, what is being written may seem to have been left half done for long; whoever finds a
        # disk full leaves an empty file behind, which is a deposit like any other.
        site.slowly = not KINDS[kind].small_disk and wrong_clock not in KINDS[kind].hardships
        trial = Trial(
            site, deposits, shared.chance, given.seconds, given.place, told.counts, shared.plan, shared.elsewhere
        )  # fmt: skip
        with site.collecting():
            if hardships := KINDS[kind].hardships:
                harass(trial, hardships)
            else:
                strike_by_name(trial)
            _finish(trial)
        _compare(kind, trial, expected, told)


def _so_far(told: Told) -> str:
    counts = told.counts
    return (
        f"so far {told.flows} flows, {counts.kills.total()} kills, {counts.faults.total()} faults, "
        f"{counts.blows.total()} blows, {len(told.lost)} lost, {len(told.doubled)} doubled, {len(counts.flaws)} flaws"
    )


@contextlib.contextmanager
def _site(kind: str, given: Round) -> Iterator[Site]:
    collected = given.place / "collected"
    if not KINDS[kind].small_disk:
        yield given.shared.template.copy(given.place / "gate", collected, TORTURED)
        return
    with small_disk(given.place / "disk") as disk:
        site = given.shared.template.copy(disk / "gate", collected, TORTURED)
        try:
            yield site
        finally:  # it goes with the disk, and may have to be looked at
            shutil.copytree(disk / "gate", given.place / "gate")


def _finish(trial: Trial) -> None:
    """Let an operator offer again what was set aside, and a clean gate do what is left."""
    trial.counts.revived += _revive(trial.site)
    work_off(trial.start(), len(trial.deposits), PATIENCE)


def _revive(site: Site) -> int:
    gate = site.open()
    with writing(gate.ledger) as connection:
        dead = connection.execute(select(deliveries.c.id).where(deliveries.c.dead_at.is_not(None))).scalars().all()
        revived = [ledger.revive(connection, delivery, stamp(gate.clock())) for delivery in dead]
    gate.ledger.dispose()
    return sum(revived)


def _audited(site: Site) -> list[str]:
    """What the audit log, chained by hash, the ledger's rows and the archive do not agree about."""
    gate = site.open()
    found = verify(gate, Scope(demo=True)).findings
    gate.ledger.dispose()
    return [f"{one.kind} {one.place} {dict(one.values)}" for one in found]


def _compare(kind: str, trial: Trial, expected: Result, told: Told) -> None:
    site, counts = trial.site, told.counts
    result, flaws = outcome(site)
    given = [*site.first, *trial.deposits]
    told.flows += len(trial.deposits)
    told.invoices += result.invoices.total()
    told.handed_out += sum(1 for _ in site.collected.glob("*/*")) + len(site.twice)
    wanted, there = expected_of(given), result.deposited
    missing, too_much = differences(expected, unordered(result, given, _SPOKEN_OF))
    told.lost += [*missing, *(f"deposit {sha}" for sha in (wanted - there).elements())]
    told.doubled += [*too_much, *(f"deposit {sha}" for sha in (there - wanted).elements())]
    told.doubled += [f"report {report}" for report, count in result.reports.items() if count > 1]
    counts.flaws += [f"{kind}: the audit log: {one}" for one in _audited(site)]
    counts.flaws += [f"{kind}: left at a server: {one}" for one in servers.left_behind(site)]
    for name, found in vars(flaws).items():
        where = {"twice": told.doubled, "lost": told.lost}.get(name, counts.flaws)
        where += [f"{kind}: {name}: {one}" for one in found]


def _say(text: str) -> None:
    print(f"torture: {text}", file=sys.stderr, flush=True)
