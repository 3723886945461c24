"""A gate that is killed again and again while partners deposit and collect, and what becomes of it all in the end."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree
from sqlalchemy import func, select

from edigate.app import open_gate
from edigate.catalogue import schema_folder
from edigate.config import FILE
from edigate.domain.invoice import Scheme
from edigate.domain.reported import ReportedStatus
from edigate.engine.local import Local
from edigate.ledger import balance, deadlines
from edigate.ledger.clock import stamp
from edigate.ledger.tables import alerts, deliveries, flows, invoices, runs, statuses
from edigate.sandbox import structures
from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.fill import install
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import status_flow
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from edigate.engine.gate import Gate

SETTINGS = """
[intake]
quiet_seconds = 0
rescan_seconds = 0.5
batch_flows = 24
[pivots]
invoices = 7
[engine]
workers = 2
held_retry_seconds = 0.5
"""
PATIENCE = 120
LATER = 18  # days: validators of what was deposited first are silent, receipts do not come
LONG_ANSWER = tiny_pdf("x") + bytes(range(256)) * 700  # large enough that a worker's answer takes a while


class Deposit(NamedTuple):
    """One file, as its partner drops it."""

    partner: str
    name: str
    content: bytes


def some_deposits(count: int, chance: random.Random) -> list[Deposit]:
    """Flows of two depositors to all recipients, sound and otherwise, and what recipients say of the first invoices.

    A repeat of a number comes after its original in the order of names, which is that of one partner's deposits.
    """
    made: list[Deposit] = []
    for number in range(1, count + 1):
        kind = chance.choices(tuple(_MAKERS), (45, 10, 10, 12, 10, 8, 15))[0]
        partner = chance.choice(("JMRPOR", "JMRPOR", "ABC123"))
        made.append(_MAKERS[kind](partner, number, chance))
    return made


def first_deposits() -> list[Deposit]:
    """What a gate has before anything happens to it: invoices that are spoken of, and some that wait for validators."""
    drafts = [
        *(
            Draft(number, recipient_siret=_SPOKEN_OF[partner])
            for partner, numbers in FIRST.items()
            for number in numbers
        ),
        *(Draft(number, cadre, validator_siret=structures.LEAD_CONTRACTOR) for number, cadre in _WAITING),
    ]
    names = (flow_name("FSO1106A", "JMRPOR", 900_000 + place) for place in range(len(drafts)))
    return [Deposit("JMRPOR", name, cii(draft)) for name, draft in zip(names, drafts, strict=True)]


_SPOKEN_OF = {"SEI001": structures.WITHOUT_SERVICE, "POR001": structures.NOT_CONNECTED}
FIRST = {"SEI001": [f"F-{n}" for n in range(12)], "POR001": [f"G-{n}" for n in range(6)]}
_WAITING = (*((f"V-{n}", "A9") for n in range(6)), *((f"V-{n}", "A12") for n in range(6, 9)))


def _sound(partner: str, number: int, chance: random.Random) -> Deposit:
    siret, name = chance.choice(_RECIPIENTS)
    draft = Draft(f"K-{number}", recipient_siret=siret, recipient_name=name, **_needed(siret))  # type: ignore[arg-type]
    if chance.random() < 0.15:
        file = DraftAttachment("f.pdf", "application/pdf", LONG_ANSWER, type_code="01")
        draft = Draft(f"K-{number}", attachments=(file,))
        return Deposit(partner, flow_name("FSO1116A", partner, number), cii(draft))
    interface, build = chance.choice(_BUILDERS[partner])
    if interface == "FSO1116A":
        file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
        draft = Draft(f"K-{number}", attachments=(file,))
    return Deposit(partner, flow_name(interface, partner, number), build(draft))


def _repeat(partner: str, number: int, chance: random.Random) -> Deposit:
    """One of few numbers, always on the same interface of the same partner."""
    file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
    content = cii(Draft(f"R-{partner}-{chance.randrange(4)}", attachments=(file,)))
    return Deposit(partner, flow_name("FSO1116A", partner, number), content)


def _refused(partner: str, number: int, chance: random.Random) -> Deposit:
    file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
    wrong = chance.choice(({"cadre": "A5"}, {"supplier_id": "81034732800018"}, {"recipient_siret": "99999999900013"}))
    return Deposit(
        partner,
        flow_name("FSO1116A", partner, number),
        cii(Draft(f"W-{number}", attachments=(file,), **wrong)),  # type: ignore[arg-type]
    )


def _inadmissible(partner: str, number: int, chance: random.Random) -> Deposit:
    document = cii(Draft(f"I-{number}"))
    return chance.choice(
        (
            Deposit(partner, f"facture {number}.xml", document),
            Deposit(partner, flow_name("FSO1199A", partner, number), document),
            Deposit(partner, flow_name("FSO1110A", partner, number), document),
            Deposit(partner, flow_name("FSO1116A", partner, number), b"%PDF-1.4\n%%EOF"),
            Deposit(partner, flow_name("FSO1116A", partner, number, "1117"), document),
            Deposit(partner, flow_name("FSO1116A", partner, number), document.replace(b":ID>", b":Id>", 2)),
        )
    )


def _archive(_partner: str, number: int, chance: random.Random) -> Deposit:
    """Some documents and a signature; one of them may be refused, or all with one that is none."""
    documents = {f"{n}.xml": cii(Draft(f"A-{number}-{n}", recipient_siret=structures.CONNECTED)) for n in range(3)}
    documents["0.xml.xades"] = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    kind = chance.choice(("whole", "partial", "none"))
    if kind == "partial":
        documents["3.xml"] = cii(Draft(f"A-{number}-3", cadre="A5"))
    if kind == "none":
        documents["3.xml"] = b"<Facture/>"
    return Deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", number), chance.choice((tar_gz, zipped))(documents))


def _facturx(_partner: str, number: int, _chance: random.Random) -> Deposit:
    return Deposit("JMRPOR", flow_name("FSO1117A", "JMRPOR", number), facturx_pdf(cii(Draft(f"X-{number}"))))


def _statuses(_partner: str, number: int, chance: random.Random) -> Deposit:
    """Of the first invoices, or of one that nobody knows; the same may be said twice."""
    partner = chance.choice(tuple(FIRST))
    said = [
        ReportedStatus(
            1, chance.choice(("06", "07", "08", "11")), chance.choice((*FIRST[partner], "NOBODYS")),
            structures.SUPPLIER, Scheme.SIRET, _SPOKEN_OF[partner], comment="AUTRE - essai", at=_SAID_AT,
        )
        for _ in range(chance.randint(1, 3))
    ]  # fmt: skip
    return Deposit(partner, *status_flow(partner, number, said))


_SAID_AT = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
_MAKERS = {
    "sound": _sound,
    "archive": _archive,
    "facturx": _facturx,
    "repeat": _repeat,
    "refused": _refused,
    "inadmissible": _inadmissible,
    "statuses": _statuses,
}
_RECIPIENTS = (
    (structures.WITHOUT_SERVICE, "Régie"),
    (structures.STATE, "État"),
    (structures.NOT_CONNECTED, "Commune"),
    (structures.CONNECTED, "Hôpital"),
)
_UBL = (("FSO1100A", ubl_invoice), ("FSO1110A", ubl_invoice), ("FSO1110A", ubl_credit_note))
_BUILDERS = {"JMRPOR": (("FSO1106A", cii), ("FSO1116A", cii), _UBL[0]), "ABC123": (("FSO1116A", cii), _UBL[0])}


def _needed(siret: str) -> dict[str, str]:
    return {"service": "AAASCPV", "engagement": "1501966748"} if siret == structures.STATE else {}


class Site:
    """A gate's folder with its depositors and collectors; what is collected lies in `collected/<partner>/`."""

    def __init__(self, root: Path, first: list[Deposit] | None = None) -> None:
        """Make a sandbox gate in this folder, and let it take what is deposited first in peace."""
        root.mkdir()
        (root / FILE).write_text(SETTINGS, encoding="utf-8")
        self.root = root
        self.twice: list[str] = []
        self.differs: list[str] = []
        gate = self.open()
        install(gate, actor="test")
        self.first = first or []
        if first:
            self.drop(first)
            Local(gate).run_once()
            self.collect()
        gate.ledger.dispose()

    def open(self) -> Gate:
        """The gate, for looking into its ledger."""
        return open_gate(self.root)

    def drop(self, deposits: list[Deposit]) -> None:
        """Deposit files by rename, as partners should."""
        for partner, name, content in deposits:
            folder = self.root / "inbox" / partner
            (folder / ".arriving").write_bytes(content)
            (folder / ".arriving").rename(folder / name)

    def collect(self) -> None:
        """Move away whatever is offered; a name that was handed out before is remembered."""
        for path in self.root.glob("outbox/*/[!.]*"):
            folder = self.root / "collected" / path.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / path.name).exists():
                self.twice.append(path.name)
                self.differs += [path.name] * ((folder / path.name).read_bytes() != path.read_bytes())
            path.rename(folder / path.name)

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        """Partners who move their files away at once."""
        done = threading.Event()

        def move() -> None:
            while not done.wait(0.003):
                self.collect()

        thread = threading.Thread(target=move)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.collect()

    def is_done(self, count: int) -> bool:
        """Whether so many flows are decided, everything is published, and every status told."""
        gate = self.open()
        try:
            with gate.ledger.connect() as connection:
                decided = connection.execute(
                    select(func.count()).select_from(flows).where(flows.c.state == "decided")
                ).scalar_one()
                under_way = connection.execute(
                    select(func.count()).select_from(deliveries).where(deliveries.c.state != "published")
                ).scalar_one()
                untold = connection.execute(
                    select(func.count()).select_from(statuses).where(statuses.c.told_in.is_(None))
                ).scalar_one()
                due = deadlines.any_due(connection, stamp(gate.clock() + dt.timedelta(days=LATER)))
        finally:
            gate.ledger.dispose()
        return (decided, under_way, untold, due) == (count + len(self.first), 0, 0, False)


class Running:
    """`edigate run` in a process group of its own, when the deadlines of what was deposited first have passed."""

    def __init__(self, site: Site) -> None:
        """Start it."""
        command = [sys.executable, "-m", "edigate", "--gate", str(site.root), "run", "--now", f"+{LATER}d"]
        with (site.root / "log").open("ab") as log:
            self.process = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)

    @property
    def alive(self) -> bool:
        """Whether the main process is."""
        return self.process.poll() is None

    def descendants(self) -> list[int]:
        """Workers and what they come from, by /proc."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]

    def kill_all(self) -> None:
        """The whole group at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_main(self) -> None:
        """The main process alone; workers must go by themselves."""
        orphans = self.descendants()
        self.process.kill()
        self.process.wait()
        until = time.monotonic() + PATIENCE
        while any(_is_running(pid) for pid in orphans):
            if time.monotonic() > until:
                msg = f"workers {orphans} outlived their gate"
                raise AssertionError(msg)
            time.sleep(0.005)

    def kill_one(self, chance: random.Random) -> None:
        """One of the other processes."""
        others = self.descendants()
        if others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(others), signal.SIGKILL)

    def holds(self, site: Site) -> bool:
        """Whether the gate has the folder: before that, SIGTERM ends a process that has not begun."""
        lock = site.root / "ledger.lock"
        return lock.exists() and lock.read_text() == str(self.process.pid)

    def end(self) -> int:
        """Tell the whole group to end, as a service manager does, and wait; its exit status."""
        os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(PATIENCE)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Result:
    """What became of the deposits, so that two gates can be compared."""

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    pivots: Counter[tuple[str, str]] = field(default_factory=Counter)
    reports: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    archived: Counter[str] = field(default_factory=Counter)
    invoices: Counter[tuple[object, ...]] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)


@dataclass
class Flaws:
    """What must not be: every list is empty. `twice` is what was handed out more often than it was offered."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    uneven: list[str] = field(default_factory=list)


def disturb(site: Site, deposits: list[Deposit], chance: random.Random, seconds: float) -> Counter[str]:
    """Deposit in waves while the gate is killed at random instants, and started again at once, for so long.

    Returns how often what was killed.
    """
    waves = [[one for _, one in wave] for _, wave in groupby(enumerate(deposits), lambda pair: pair[0] // WAVE)]
    killed: Counter[str] = Counter()
    until = time.monotonic() + seconds
    running = Running(site)
    while time.monotonic() < until or waves:
        if waves:
            site.drop(waves.pop(0))
        time.sleep(chance.choice((chance.random() * 0.3, chance.random() * 1.5, 0.5 + chance.random())))
        victim = chance.choice(("all", "main", "one", "one"))
        killed[victim] += 1
        if victim == "one":
            running.kill_one(chance)
            continue
        (running.kill_all if victim == "all" else running.kill_main)()
        running = Running(site)
    work_off(site, running, len(deposits))
    return killed


WAVE = 12


def work_off(site: Site, running: Running, count: int) -> None:
    """Let the gate finish, and end it; whatever happens, none is left running."""
    until = time.monotonic() + PATIENCE
    try:
        while not (running.holds(site) and site.is_done(count)):
            assert running.alive, _last_words(site)
            assert time.monotonic() < until, _last_words(site)
            time.sleep(0.1)
        assert running.end() == 0, _last_words(site)
    finally:
        running.kill_all()


def _last_words(site: Site) -> str:
    return (site.root / "log").read_text()[-3000:]


def undisturbed(root: Path, deposits: list[Deposit]) -> Result:
    """What becomes of the deposits when nothing happens."""
    site = Site(root, first_deposits())
    site.drop(deposits)
    with site.collecting():
        work_off(site, Running(site), len(deposits))
    result, flaws = outcome(site)
    assert flaws == Flaws()
    return result


def outcome(site: Site) -> tuple[Result, Flaws]:
    """All that can be seen of a gate that has finished."""
    result, flaws = Result(), Flaws(altered=list(site.differs))
    for path in sorted(site.root.glob("collected/*/*")):
        _sort_in(path, result, flaws)
    for path in site.root.glob("archive/**/*"):
        if path.is_file():
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            result.archived[sha256] += 1
            flaws.altered += [path.name] * (path.name != sha256)
    spooled = [path for path in site.root.glob("spool/**/*") if path.is_file() and path.suffix != ".current"]
    staged = list(site.root.glob("outbox/*/.staging/*"))
    flaws.left = [str(path) for path in (*spooled, *staged, *site.root.glob("inbox/*/[!.]*"))]
    _look_into_ledger(site, result, flaws)
    return result, flaws


def _look_into_ledger(site: Site, result: Result, flaws: Flaws) -> None:
    gate = site.open()
    with gate.ledger.connect() as connection:
        result.verdicts.update(
            (row.name, row.verdict) for row in connection.execute(select(flows.c.name, flows.c.verdict))
        )
        waiting = connection.execute(select(runs.c.id, runs.c.hold_reason).where(runs.c.state != "decided"))
        flaws.waiting = [f"{row.id} {row.hold_reason}" for row in waiting]
        flaws.uneven = [str(line) for line in balance.balance(connection, gate.zone) if not line.even]
        offers = Counter(
            {row.name: row.offers for row in connection.execute(select(deliveries.c.name, deliveries.c.offers))}
        )
        flaws.twice = sorted((Counter(site.twice) - offers).elements())
        flaws.lost = sorted((offers - Counter(site.twice)).elements())
        i = invoices.c
        result.invoices.update(
            map(tuple, connection.execute(select(i.number, i.status, i.stage, i.reader, i.reserved)))
        )
        result.alerts.update(connection.execute(select(alerts.c.kind)).scalars())
    gate.ledger.dispose()


_SCHEMAS = {
    "CPPStatut": etree.XMLSchema(file=str(schema_folder() / "CPPStatut_V1_19.xsd")),
    "CPPFacturePivot": etree.XMLSchema(file=str(schema_folder() / "CPPFacturePivot_V2_02.xsd")),
}


def _sort_in(path: Path, result: Result, flaws: Flaws) -> None:
    root = etree.parse(str(path), etree.XMLParser(huge_tree=True)).getroot()
    partner = path.parent.name
    if not _SCHEMAS[str(root.tag)].validate(root):
        flaws.invalid.append(path.name)
    if root.findtext(".//ParametreIndiv[Code='IdFlx']/Valeurparametre") != path.name[-25:]:
        flaws.misnamed.append(path.name)
    for unit in root.iterfind("CPPFactures/CPPFacturePivotUnitaire"):
        result.pivots[partner, unit.findtext("DonneesFacture/Id", "")] += 1
    for data in root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut"):
        result.reports[partner, data.findtext("IdFlux", ""), data.findtext("IdStatut", "")] += 1
    for unit in root.iterfind("CPPFactureStatuts/CPPFactureStatutUnitaire"):
        recipient = unit.findtext("Debiteur/Identifiant", "")
        told = (unit.findtext(f"DonneesStatut/{tag}", "") for tag in ("IdFacture", "IdStatut"))
        result.told[(partner, recipient, *told)] += 1  # type: ignore[index]
