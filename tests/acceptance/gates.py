"""A gate in a folder of its own, as its partners and its operator meet it: deposits, rounds, returns, ledger."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from sqlalchemy import select

from edigate.app import open_gate
from edigate.catalogue import schema_folder
from edigate.domain.partners import Partner, Role
from edigate.engine.engines import engine_of
from edigate.ledger import notes, partners, store
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.directory.from_csv import import_csv
from edigate.ledger.faults_json import load
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.ledger.tables import alerts, flows, invoices, runs
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.fill import install
from edigate.sandbox.flows import flow_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lxml.etree import _Element
    from sqlalchemy import RowMapping

    from edigate.domain.faults import Fault
    from edigate.engine.gate import Gate
    from edigate.engine.tally import Tally

SHARED = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[2].parent / "shared")
DEPOSITOR, STRUCTURED, MIXED = "JMRPOR", "FSO1106A", "FSO1116A"
SETTINGS = "[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n"
PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")

_numbers = count(1)


class Line(NamedTuple):
    """One error line of a report."""

    nature: str
    code: str
    label: str
    description: str


class Report(NamedTuple):
    """What a depositor is told of one flow."""

    interface: str
    status: str
    flow: str
    complement: str
    comment: str
    lines: tuple[Line, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of its lines, in their order."""
        return [line.code for line in self.lines]


class Told(NamedTuple):
    """One status of one invoice as a life-cycle flow tells it; `at` is its day."""

    number: str
    status: str
    label: str
    comment: str
    at: str


class Returns(NamedTuple):
    """All that a partner collected: reports, (invoice number, status) in the order told, pivots with their units."""

    reports: list[Report]
    statuses: list[tuple[str, str]]
    told: list[Told]
    pivots: list[list[_Element]]

    def report(self, name: str) -> Report:
        """The one report on a flow, by the flow's file name."""
        (found,) = [report for report in self.reports if report.flow in {name, name[-25:]}]
        return found

    def of(self, number: str) -> list[str]:
        """The statuses of one invoice, in the order told."""
        return [status for told, status in self.statuses if told == number]

    def labels(self, number: str) -> list[tuple[str, str]]:
        """The statuses of one invoice with their labels, in the order told."""
        return [(told.status, told.label) for told in self.told if told.number == number]

    @property
    def units(self) -> dict[str, _Element]:
        """Every invoice of the pivots, by its number."""
        return {unit.findtext("DonneesFacture/Id", ""): unit for pivot in self.pivots for unit in pivot}


class Judged(NamedTuple):
    """One invoice as the ledger keeps it."""

    number: str
    verdict: str
    errors: list[str]
    warnings: list[str]
    status: str
    reader: str


class Outcome(NamedTuple):
    """What the ledger keeps of a flow's last run: what blocks the flow itself, its invoices, what is `odd` about it."""

    name: str
    state: str
    verdict: str | None
    faults: list[str]
    invoices: list[Judged]
    odd: list[str]

    @property
    def errors(self) -> list[str]:
        """Every code that blocks the flow or an invoice of it."""
        return [*self.faults, *(code for invoice in self.invoices for code in invoice.errors)]

    @property
    def warnings(self) -> list[str]:
        """Every code that only tells."""
        return [*self.odd, *(code for invoice in self.invoices for code in invoice.warnings)]


class Site:
    """One gate, from outside."""

    def __init__(self, root: Path) -> None:
        """Open the gate in this folder."""
        self.root = root
        self.gate: Gate = open_gate(root)

    def tell_time(self, moment: dt.datetime) -> None:
        """Let the gate's clock stand at this moment from now on."""
        self.gate = replace(self.gate, clock=lambda: moment)

    def close(self) -> None:
        """Let go of the ledger."""
        self.gate.ledger.dispose()

    @property
    def now(self) -> str:
        """The time as the ledger writes it."""
        return stamp(self.gate.clock())

    def deposit(self, content: bytes, interface: str = STRUCTURED, *, partner: str = DEPOSITOR, name: str = "") -> str:
        """Drop a file whole into a partner's inbox; without a name it gets a flow name never used before."""
        name = name or flow_name(interface, partner, next(_numbers))
        folder = self.root / "inbox" / partner
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".arriving").write_bytes(content)
        (folder / ".arriving").rename(folder / name)
        return name

    def round(self) -> Tally:
        """Work off what is there."""
        return engine_of(self.gate).run_once()

    def collect(self, partner: str = DEPOSITOR) -> Returns:
        """Take everything out of a partner's outbox; each document must be valid against its schema."""
        found = Returns([], [], [], [])
        for path in sorted((self.root / "outbox" / partner).glob("[!.]*"), key=lambda path: path.name[-15:]):
            _sort_in(path.name, _read(path), found)
            path.unlink()
        return found

    def outcomes(self) -> list[Outcome]:
        """Every flow in the order of booking."""
        with self.gate.ledger.connect() as connection:
            rows = connection.execute(select(flows).order_by(flows.c.id)).mappings().all()
            decided = {row["id"]: row for row in connection.execute(select(runs)).mappings()}
            judged = connection.execute(select(invoices).order_by(invoices.c.id)).mappings().all()
        return [_outcome(row, decided[row["run"]], judged) for row in rows]

    def outcome(self, name: str) -> Outcome:
        """The last flow that was deposited under this name."""
        return [found for found in self.outcomes() if found.name == name][-1]

    def decide(
        self, content: bytes, interface: str = STRUCTURED, *, partner: str = DEPOSITOR, name: str = ""
    ) -> Outcome:
        """Deposit one file, work it off and see what became of it."""
        deposited = self.deposit(content, interface, partner=partner, name=name)
        self.round()
        return self.outcome(deposited)

    def alerts(self) -> list[tuple[str, bool]]:
        """Every alert that was raised, with whether it is closed."""
        with self.gate.ledger.connect() as connection:
            rows = connection.execute(select(alerts.c.kind, alerts.c.closed_at).order_by(alerts.c.id)).all()
        return [(row.kind, row.closed_at is not None) for row in rows]

    def change(self, code: str, **changes: object) -> None:
        """Change a partner, as the operator does; one that is not there yet is added."""
        with writing(self.gate.ledger) as connection:
            known = partners.load_book(connection).get(code) or Partner(code, code, Role.DEPOSITOR)
            partners.save(connection, replace(known, **changes), actor="operator", at=self.now)  # type: ignore[arg-type]

    def publish_directory(self, text: str, version: str) -> None:
        """Put another directory in force."""
        import_csv(io.StringIO(text), self.gate.places.directory, version)
        with writing(self.gate.ledger) as connection:
            notes.write(connection, DIRECTORY_VERSION, version)

    def replay(self, name: str, reason: str = "") -> str | None:
        """Ask for a new run of the last flow of this name; its id."""
        query = select(flows.c.id).where(flows.c.name == name).order_by(flows.c.id.desc())
        with self.gate.ledger.connect() as connection:
            flow = connection.execute(query).scalars().first()
        return self.replay_flow(str(flow), reason)

    def replay_flow(self, flow: str, reason: str = "") -> str | None:
        """Ask for a new run of a flow by its id in the ledger; the run's id."""
        with writing(self.gate.ledger) as connection:
            return store.request_run(connection, flow, by="operator", reason=reason, now=self.now)


def furnish(root: Path) -> None:
    """Make a sandbox gate in a folder that has settings: its partners, its directory."""
    site = Site(root)
    install(site.gate, actor="operator")
    site.close()


class Case(NamedTuple):
    """One deposit of a table of cases."""

    content: bytes
    interface: str = STRUCTURED
    partner: str = DEPOSITOR
    name: str = ""


class Seen(NamedTuple):
    """What became of one case, and all that its depositor was told in that round."""

    name: str
    outcome: Outcome
    told: Returns

    @property
    def report(self) -> Report:
        """The report on it."""
        return self.told.report(self.name)


def work_off(site: Site, cases: Mapping[str, Case]) -> dict[str, Seen]:
    """Deposit all cases, work them off in one round, collect what their depositors get."""
    names = {key: site.deposit(c.content, c.interface, partner=c.partner, name=c.name) for key, c in cases.items()}
    tally = site.round()
    if tally.waiting or tally.troubles:
        raise AssertionError(tally.waiting, tally.troubles)
    told = {partner: site.collect(partner) for partner in {case.partner for case in cases.values()}}
    outcomes = {outcome.name: outcome for outcome in site.outcomes()}
    return {key: Seen(name, outcomes[name], told[cases[key].partner]) for key, name in names.items()}


def fresh_number() -> str:
    """An invoice number never used before."""
    return f"AT-{next(_numbers):06d}"


def sound(build: Callable[[Draft], bytes] = cii, /, **changes: object) -> bytes:
    """A sound document with a fresh number, but for these changes of its draft."""
    draft = replace(Draft(fresh_number()), **changes)  # type: ignore[arg-type]
    return build(draft)


def mixed(build: Callable[[Draft], bytes] = cii, /, **changes: object) -> bytes:
    """The same with a PDF attached, as mixed interfaces want it."""
    return sound(build, **{"attachments": (PDF,)} | changes)


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(schema_folder() / f"{name}.xsd"))


def _read(path: Path) -> _Element:
    root = etree.parse(str(path), etree.XMLParser(huge_tree=True, resolve_entities=False)).getroot()
    schema = _schema({"CPPStatut": "CPPStatut_V1_19", "CPPFacturePivot": "CPPFacturePivot_V2_02"}[str(root.tag)])
    if not schema.validate(root):
        msg = f"{path.name} is not valid: {schema.error_log}"
        raise AssertionError(msg)
    if root.findtext(".//ParametreIndiv[Code='IdFlx']/Valeurparametre") != path.name[-25:]:
        msg = f"{path.name} bears another flow id inside"
        raise AssertionError(msg)
    return root


def _sort_in(name: str, root: _Element, found: Returns) -> None:
    if root.tag == "CPPFacturePivot":
        found.pivots.append(root.findall("CPPFactures/CPPFacturePivotUnitaire"))
    elif root.find("CPPFluxStatuts") is not None:
        found.reports.append(_report(name, root))
    else:
        tags = ("IdFacture", "IdStatut", "ComplementStatut", "Commentaire", "Horodatage")
        told = [
            Told(*(data.findtext(tag, "") for tag in tags))
            for data in root.iterfind("CPPFactureStatuts/CPPFactureStatutUnitaire/DonneesStatut")
        ]
        found.told.extend(told)
        found.statuses.extend((one.number, one.status) for one in told)


def _report(name: str, root: _Element) -> Report:
    (data,) = root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut")
    details = data.find("Details")
    lines = tuple(_lines(details)) if details is not None else ()
    if details is not None and details.get("NbLignesErreur") != str(len(lines)):
        msg = f"{name} counts its lines wrongly"
        raise AssertionError(msg)
    return Report(
        interface=name[:8],
        status=data.findtext("IdStatut", ""),
        flow=data.findtext("IdFlux", ""),
        complement=data.findtext("ComplementStatut", ""),
        comment=data.findtext("Commentaire", ""),
        lines=lines,
    )


def _lines(details: _Element) -> Iterator[Line]:
    for line in details:
        yield Line(
            *(line.findtext(tag, "") for tag in ("NatureErreur", "CodeErreur", "LibelleErreur", "DescriptionErreur"))
        )


def _outcome(flow: RowMapping, run: RowMapping, judged: Sequence[RowMapping]) -> Outcome:
    own = [_judged(row) for row in judged if row["run"] == run["id"]]
    faults, odd = ([one.code for one in load(run["faults"]) if one.blocks is blocks] for blocks in (True, False))
    return Outcome(flow["name"], flow["state"], flow["verdict"], faults, own, odd)


def _judged(row: RowMapping) -> Judged:
    faults: tuple[Fault, ...] = load(row["faults"])
    errors = [fault.code for fault in faults if fault.blocks]
    warnings = [fault.code for fault in faults if not fault.blocks]
    return Judged(row["number"], row["verdict"], errors, warnings, row["status"], row["reader"])
