"""The gate's own verdict on files that nobody deposits: the same examination, in a gate the same decision."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from edigate import catalogue, config
from edigate.clamd import scanner
from edigate.domain.faults import Hold, fault
from edigate.domain.interfaces import Carries
from edigate.domain.names import FlowName, parse_name
from edigate.domain.outcomes import Verdict
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.verdicts import Examination, verdict_of
from edigate.engine.gate import Places
from edigate.intake.folder import TEMPORARY_ENDINGS
from edigate.ledger.clock import stamp, system_clock
from edigate.pipeline import answers
from edigate.pipeline.answers import Answer
from edigate.pipeline.desk import Deposit, Desk
from edigate.pipeline.examine import examine
from edigate.pipeline.receipts import ReceiptAnswer
from edigate.pipeline.recognise import interface_of
from edigate.pipeline.settle import Case, Decision, Taken, decide
from edigate.xsd import Limits, Shelf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from edigate.domain.settings import RuleSettings
    from edigate.engine.gate import Gate
    from edigate.ledger.clock import Clock

ENOUGH_FOR_PROCESSES = 50
_NOBODY = "CHECK0"
_NO_PARTNERS = PartnerBook()
_NOTHING = Examination(())
_HEAD = 65_536


class Gap(StrEnum):
    """What the gate would look at and a check could not."""

    NO_GATE = "no_gate"
    NO_DIRECTORY = "no_directory"
    NO_PARTNERS = "no_partners"


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name as the user gave it, and where it lies, or its content where it lies nowhere."""

    shown: str
    path: Path | None = None
    content: bytes = b""

    def head(self) -> bytes:
        """Its beginning."""
        if self.path is None:
            return self.content[:_HEAD]
        with self.path.open("rb") as file:
            return file.read(_HEAD)

    def read(self) -> bytes:
        """All of it."""
        return self.path.read_bytes() if self.path else self.content

    def open(self) -> BinaryIO:
        """The same as a file."""
        return self.path.open("rb") if self.path else BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class Terms:
    """What files are judged by; `interface` is for those without a flow name, empty for the one of their syntax."""

    interface: str
    received_on: dt.date
    rules: RuleSettings
    schemas: Path
    site_schemas: tuple[tuple[str, Path], ...] = ()
    book: PartnerBook = _NO_PARTNERS
    snapshot: Path | None = None
    inbox: Path | None = None
    gaps: tuple[Gap, ...] = ()


class Held(NamedTuple):
    """Why the gate would let a file wait instead of deciding on it: a key of HOLD_REASONS, and a detail."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's verdict, on this interface; `by_itself`: of what a partner reports, only the report was looked at.

    Of what is `held` nothing is decided.
    """

    source: Source
    interface: str
    decision: Decision
    by_itself: bool = False
    held: Held | None = None

    @property
    def verdict(self) -> Verdict | None:
        """None where there is none."""
        return None if self.held else self.decision.verdict


def sources(paths: Iterable[Path]) -> Iterator[Source]:
    """Files as they are, folders by all the files below them that a gate would look at, in the order of their names."""
    for path in paths:
        if not path.is_dir():
            yield Source(str(path), path)
            continue
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and not name.lower().endswith(TEMPORARY_ENDINGS):
                    yield Source(str(Path(folder, name)), Path(folder, name))


def open_at(root: Path | None) -> Gate | None:
    """The gate in this folder; None where there is none, or one that has no ledger yet: a check makes none."""
    if root is None or not (Places(root).ledger.exists() or config.load(root).ledger.url):
        return None
    from edigate.app import open_gate  # noqa: PLC0415 - the ledger's library, which a file alone does without

    return open_gate(root)


def terms_at(root: Path | None, gate: Gate | None, interface: str, clock: Clock = system_clock) -> Terms:
    """What the gate in this folder judges by, as far as it has it; outside any gate the settings' defaults."""
    settings = config.load(root) if root else config.Settings()
    found = Terms(
        interface=interface,
        received_on=clock().astimezone(ZoneInfo(settings.gate.timezone)).date(),
        rules=settings.for_rules(),
        schemas=catalogue.schema_folder(),
    )
    if root is None:
        return replace(found, gaps=(Gap.NO_GATE,))
    if gate is None:
        return replace(found, gaps=(Gap.NO_DIRECTORY, Gap.NO_PARTNERS))
    from edigate.ledger import notes, partners  # noqa: PLC0415 - see open_at

    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        version = notes.read(connection, notes.DIRECTORY_VERSION)
    gaps = {Gap.NO_DIRECTORY: version is None, Gap.NO_PARTNERS: not book.partners}
    return replace(
        found,
        site_schemas=tuple(gate.site_schemas.items()),
        book=book,
        snapshot=gate.directory(version) if version else None,
        inbox=gate.places.inbox,
        gaps=tuple(gap for gap, there in gaps.items() if there),
    )


def check(
    files: Sequence[Source], terms: Terms, gate: Gate | None, *, progress: Callable[[], None] = lambda: None
) -> list[Checked]:
    """Every file's verdict, in order. In a gate they are decided as if deposited one after the other, now.

    `progress` is called after each file.
    """
    examined = []
    with _examining(len(files), terms) as examine_each:
        for interface, found in examine_each(files):
            examined.append((interface, found))
            progress()
    now = stamp(system_clock())
    cases = [
        _case(place, source, now, _NOTHING if isinstance(found, Held) else found, terms)
        for place, (source, (_, found)) in enumerate(zip(files, examined, strict=True))
    ]
    decisions = _decide(cases, terms, gate)
    return [
        Checked(
            source, interface, decision, by_itself=decision.case.reports and _is_anybody(decision.case, terms),
            held=found if isinstance(found, Held) else None,
        )
        for source, (interface, found), decision in zip(files, examined, decisions, strict=True)
    ]  # fmt: skip


def all_integrated(checked: Iterable[Checked]) -> bool:
    """Whether nothing would be refused."""
    return all(one.verdict is Verdict.INTEGRATED for one in checked)


def _decide(cases: Sequence[Case], terms: Terms, gate: Gate | None) -> list[Decision]:
    """In a gate with what its ledger holds, if it has one, and one file after the other; outside each by itself."""
    unknown = {case.run: _by_itself(case) for case in cases if case.reports and _is_anybody(case, terms)}
    others = [case for case in cases if case.run not in unknown]
    if Gap.NO_GATE in terms.gaps:
        decided = tuple(decision for case in others for decision in decide([case], Taken()))
    elif gate is None:
        decided = decide(others, Taken())
    else:
        from edigate.ledger import store  # noqa: PLC0415 - see open_at

        going = answers.Terms(terms.book, gate.settings.life_cycle.recycle_is_rejection)
        with gate.ledger.connect() as connection:
            decided = decide(others, store.taken(connection, others), gate.zone, going)
    found = unknown | {decision.case.run: decision for decision in decided}
    return [found[case.run] for case in cases]


def _is_anybody(case: Case, terms: Terms) -> bool:
    """Whether nobody knows who deposits it: then nobody knows whose invoices it may speak of."""
    return case.depositor is None or terms.book.get(case.depositor.code) is None


def _by_itself(case: Case) -> Decision:
    """A report by its own faults alone."""
    heard = case.examination
    told = tuple(Answer(one, one.faults) for one in heard.statuses)
    receipts = tuple(ReceiptAnswer(one, one.faults) for one in heard.receipts)
    accepted = sum(one.accepted for one in told) + sum(one.accepted for one in receipts)
    rejected = len(told) + len(receipts) - accepted
    verdict = verdict_of(admissible=heard.admissible, accepted=accepted, rejected=rejected)
    if verdict is Verdict.INADMISSIBLE:
        return Decision(case, verdict, heard.faults, ())
    return Decision(case, verdict, heard.faults, (), answers=told, receipts=receipts)


def _case(place: int, source: Source, now: str, found: Examination, terms: Terms) -> Case:
    name = _flow_name(source)
    depositor = _depositor(source, name, terms) if name else _anybody(_NOBODY, terms.interface)
    flow = f"check-{place}"
    return Case(
        run=f"{flow}-1",
        flow=flow,
        name=source.shown,
        received_at=now,
        flow_id=name.flow_id if name else None,
        interface=name.interface if name else None,
        examination=found,
        depositor=depositor,
    )


@contextmanager
def _examining(
    count: int, terms: Terms
) -> Iterator[Callable[[Sequence[Source]], Iterable[tuple[str, Examination | Held]]]]:
    """A way to examine so many files: here, or in a process per core where that is worth their start."""
    if count < ENOUGH_FOR_PROCESSES:
        yield lambda files: map(partial(_examine, terms), files)
        return
    import multiprocessing  # noqa: PLC0415 - only for many files
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(os.cpu_count(), context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as executor:
        yield lambda files: executor.map(partial(_examine, terms), files, chunksize=8)


def _examine(terms: Terms, source: Source) -> tuple[str, Examination | Held]:
    """The interface a file is judged on, and what was found of it."""
    try:
        size = _size(source)
        deposit, interface = _deposit(source, terms, size)
    except OSError:
        name = _flow_name(source)
        return (name.interface if name else terms.interface), Examination((fault("EDG-F014", "document"),))
    try:
        return interface, examine(deposit, source, _desk(terms))
    except Hold as hold:
        return interface, Held(hold.reason, hold.detail)


def _deposit(source: Source, terms: Terms, size: int) -> tuple[Deposit, str]:
    """The file as its partner would deposit it; one without a flow name as a stranger would who may do anything."""
    name = _flow_name(source)
    if name:
        return Deposit(str(name), _depositor(source, name, terms), terms.received_on, size), name.interface
    code = terms.interface or interface_of(source, terms.rules)
    named = FlowName(code, _NOBODY, _NOBODY, code[3:7], "0" * 15)
    return Deposit(str(named), _anybody(_NOBODY, code), terms.received_on, size), code


def _depositor(source: Source, name: FlowName, terms: Terms) -> Partner:
    """Who owns the inbox that the file lies in, else whom its name says; outside a gate anybody may deposit."""
    if not terms.book.partners:
        return _anybody(name.application, name.interface)
    lies_in = source.path.absolute().parent if source.path else None
    code = lies_in.name if lies_in and lies_in.parent == terms.inbox else name.application
    # A code that is nobody's: the name cannot be that of any depositor of this gate.
    return terms.book.get(code) or _anybody("<code>", name.interface)


def _anybody(code: str, interface: str) -> Partner:
    """Who may do anything on this interface: of those who report, the portal may say most."""
    row = catalogue.interfaces().get(interface)
    reports = row is not None and row.carries is not Carries.INVOICES
    return Partner(code, code, Role.PORTAL if reports else Role.DEPOSITOR, deposits=frozenset({interface}))


def _flow_name(source: Source) -> FlowName | None:
    return parse_name(source.path.name) if source.path else None


def _size(source: Source) -> int:
    """How large it is; raises OSError for what is no readable file."""
    if source.path is None:
        return len(source.content)
    if not source.path.is_file():
        raise IsADirectoryError(source.shown)
    source.head()
    return source.path.stat().st_size


@cache
def _desk(terms: Terms) -> Desk:
    """Without partners: who may deposit is known before, and nothing is routed."""
    from edigate.ledger.directory import Snapshot  # noqa: PLC0415 - with what reads directories

    snapshot = Snapshot(terms.snapshot) if terms.snapshot else None
    return Desk(
        interfaces=catalogue.interfaces(),
        shelf=Shelf(terms.schemas, dict(terms.site_schemas), clock=time.monotonic, limits=Limits.of(terms.rules)),
        settings=terms.rules,
        book=_NO_PARTNERS,
        directory=snapshot,
        scanner=scanner(terms.rules.antivirus, terms.rules.antivirus_seconds),
    )
