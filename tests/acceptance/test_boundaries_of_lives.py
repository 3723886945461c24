"""A gate that ends while invoices live on, and the one started after it: everything heard, told and offered once."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from sqlalchemy import select

from edigate.delivery.folder import Outbox
from edigate.engine import decisions, local
from edigate.engine.aside import NOTE
from edigate.engine.pool import Pool
from edigate.ledger import alerts, balance, deadlines, deliveries, hearing, settlement, store, subjects
from edigate.ledger import tables as ledger
from edigate.sandbox import structures as people
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.facturx import facturx_pdf
from tests.acceptance.actors import BUYER, HIS, PORTAL, Actors, says
from tests.acceptance.gates import SETTINGS, Site, furnish, sound
from tests.acceptance.test_boundaries import Ended, end_at

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

# What the steps of a life are made of; the gate ends before the first call of each, and after the second one.
STEPS: tuple[tuple[object, str], ...] = (
    (store, "book"),
    (store, "count_attempts"),
    (Pool, "examine"),
    (decisions, "decide"),
    (subjects, "find"),
    (settlement, "write"),
    (hearing, "write"),
    (hearing, "move"),
    (hearing, "offer_again"),
    (settlement, "plan"),
    (Pool, "render"),
    (Outbox, "stage"),
    (deliveries, "mark_placed"),
    (Outbox, "publish"),
    (deliveries, "mark_published"),
    (deliveries, "plan_life_cycles"),
    (local, "pass_time"),
    (deadlines, "pass_time"),
    (alerts, "open_one"),
)
# From here on all that follows is decided: a gate that ends makes no difference to a single byte.
SETTLED = frozenset({"render", "stage", "mark_placed", "publish", "mark_published"})
STATE = {"recipient_siret": people.STATE, "recipient_name": "État", "service": "AAASCPV", "engagement": "15"}
LEADER = {"validator_siret": people.LEAD_CONTRACTOR}


@dataclass
class Outcome:
    """All that can be seen in the end."""

    files: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, ...]] = field(default_factory=Counter)
    reports: Counter[tuple[str, ...]] = field(default_factory=Counter)
    invoices: list[tuple[object, ...]] = field(default_factory=list)
    alerts: list[tuple[object, ...]] = field(default_factory=list)
    offers: list[tuple[object, ...]] = field(default_factory=list)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gate whose invoices are with their recipients and validators; their pivots were collected."""
    root = tmp_path_factory.mktemp("lives")
    (root / "edigate.toml").write_text(SETTINGS + "[pivots]\ninvoices = 2\n", encoding="utf-8")
    furnish(root)
    actors = Actors(Site(root))
    for number, changes in {
        "L-1": {}, "L-2": {}, "L-3": STATE, "L-4": {"cadre": "A9", **LEADER}, "L-5": {"cadre": "A9", **LEADER},
        "L-6": {"cadre": "A12", **LEADER}, "L-7": {"cadre": "A12", **LEADER},
    }.items():  # fmt: skip
        actors.invoice(number, **changes)
    actors.round()
    pivot = actors.pivots(HIS)[0].name
    collect(root, Outcome())
    bad = sound(number="L-9", cadre="A5", **BUYER)
    documents = {"a.xml": sound(number="L-8", **BUYER), "b.xml": bad, "c.xml": sound(number="L-10", **STATE)}
    deposit = actors.site.deposit
    deposit(tar_gz(documents), name="FSO1106A_JMRPOR_JMRPOR1106000000000000801")
    deposit(b"%PDF-1.4\n%%EOF", name="FSO1106A_JMRPOR_JMRPOR1106000000000000802")
    deposit(facturx_pdf(sound(number="L-2", **BUYER)), name="FSO1117A_JMRPOR_JMRPOR1117000000000000803")
    actors.tell(HIS, says("L-1", "07"), says("L-2", "06"), says("L-99", "07"))
    actors.tell(PORTAL, says("L-4", "13"), says("L-6", "14"))
    actors.acknowledge(HIS, (pivot, "94"))
    actors.site.close()
    return root


def collect(root: Path, found: Outcome) -> None:
    """Take away whatever is offered."""
    for path in root.glob("outbox/*/[!.]*"):
        content, partner = path.read_bytes(), path.parent.name
        found.files[partner, path.name, hashlib.sha256(content).hexdigest()] += 1
        sort_in(partner, etree.fromstring(content, etree.XMLParser(huge_tree=True)), found)
        path.unlink()


def sort_in(partner: str, root: _Element, found: Outcome) -> None:
    """Keep what a file says: invoices of pivots, statuses, reports."""
    for unit in root.iterfind("CPPFactures/CPPFacturePivotUnitaire"):
        unit.attrib.pop("NumOrdre")
        found.units[partner, etree.tostring(unit, method="c14n").decode()] += 1
    for unit in root.iterfind("CPPFactureStatuts/CPPFactureStatutUnitaire"):
        found.told[tuple(unit.findtext(f"DonneesStatut/{tag}", "") for tag in TOLD)] += 1
    for unit in root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire"):
        codes = [line.findtext("CodeErreur", "") for line in unit.iterfind("DonneesStatut/Details/LigneErreurDetail")]
        said = (unit.findtext(f"DonneesStatut/{tag}", "") for tag in ("IdFlux", "IdStatut"))
        found.reports[(partner, *said, *codes)] += 1


TOLD = ("IdFacture", "IdStatut", "ComplementStatut", "Commentaire")


def work_off(root: Path, found: Outcome) -> None:
    """A new gate, sixteen days later."""
    site = Site(root)
    try:
        Actors(site).day(16)
    finally:
        site.close()
        collect(root, found)


def look(root: Path, found: Outcome) -> Outcome:
    """What the ledger says in the end; it must add up."""
    site = Site(root)
    i, d, a = ledger.invoices.c, ledger.deliveries.c, ledger.alerts.c
    columns = (i.id, i.number, i.status, i.label, i.stage, i.reader, i.reserved, i.renvoi, i.due_at)
    offered = select(d.name, d.offers, d.state).where(d.offers > 0).order_by(d.name)
    with site.gate.ledger.connect() as connection:
        assert all(line.even for line in balance.balance(connection, site.gate.zone))
        found.invoices = [tuple(row) for row in connection.execute(select(*columns).order_by(i.id))]
        found.alerts = [tuple(row) for row in connection.execute(select(a.kind, a.subject))]
        found.offers = [tuple(row) for row in connection.execute(offered)]
    site.close()
    assert not list(root.glob("outbox/*/.staging/*"))
    assert not [path for path in root.glob("spool/*/*/*") if path.suffix != NOTE]
    return found


@pytest.fixture(scope="module")
def expected(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What one gate does alone."""
    root = tmp_path_factory.mktemp("alone") / "gate"
    shutil.copytree(first_day, root)
    found = Outcome()
    work_off(root, found)
    found = look(root, found)
    assert [(number, renvoi) for _, number, *_, renvoi, _ in found.invoices if renvoi] == [("L-2", "Complétée")]
    assert [kind for kind, _ in found.alerts] == ["validator.silent"]
    assert len(found.offers) == 4
    assert {state for *_, state in found.offers} == {"published"}
    return found


def test_an_answer_to_a_pivot_that_the_gate_had_no_time_to_note(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was handed over, the gate ended, its recipient answered at once: 03 comes before what he says, 92 is taken."""
    actors = Actors(site)
    number = actors.invoice()
    with monkeypatch.context() as patch:
        end_at(patch, (deliveries, "mark_published"), 1, done=False)
        with pytest.raises(Ended):
            actors.round()
    (pivot,) = actors.pivots(HIS)
    receipt = actors.acknowledge(HIS, (pivot.name, "92"))
    actors.tell(HIS, says(number, "06"))
    actors.round()

    assert site.collect().of(number) == ["01", "03", "06"]
    assert (actors.status(number), actors.heard(receipt)) == ("06", [("integrated", [])])


@pytest.mark.parametrize(
    "end",
    [(*step, call) for step in STEPS for call in (1, 2)],
    ids=[f"{name}{call}" for _, name in STEPS for call in (1, 2)],
)
def test_a_gate_may_end_while_invoices_live_on(
    first_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: Outcome, end: tuple[Any, str, int]
) -> None:
    """Statuses applied and told once, pivots handed out once per offer, alerts raised once, pivots the same."""
    (*step, call), root, found = end, tmp_path / "gate", Outcome()
    shutil.copytree(first_day, root)
    ended = False
    with monkeypatch.context() as patch:
        end_at(patch, (step[0], step[1]), call, done=call > 1)
        try:
            work_off(root, found)
        except Ended:
            ended = True
    work_off(root, found)
    look(root, found)

    assert ended or call > 1, "the step was never taken"
    if step[1] in SETTLED:
        assert found.files == expected.files
    assert found.units == expected.units
    assert found.told == expected.told
    assert found.reports == expected.reports
    assert found.invoices == expected.invoices
    assert (found.alerts, found.offers) == (expected.alerts, expected.offers)
