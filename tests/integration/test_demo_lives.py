"""The lives of `edigate demo`: told as they are in the folders and the ledger, and over when they are over."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.app import open_gate
from edigate.cli import obey
from edigate.ledger.clock import stamp
from edigate.ledger.deadlines import any_due, next_due
from edigate.ledger.tables import alerts, deliveries, flows, invoices, statuses
from edigate.observability import logs
from edigate.sandbox import fill
from edigate.sandbox.lives import LIVES_LENGTH
from edigate.sandbox.living import live
from tests.ledgers import found_gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate
    from edigate.sandbox.living import Lived

QUICK = "[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n"


def sandbox(folder: Path) -> Gate:
    """A sandbox gate with nothing deposited."""
    gate = found_gate(folder)
    fill.install(gate, actor="test")
    (folder / "edigate.toml").write_text(QUICK, encoding="utf-8")
    logs.configure(fmt="console", level="error")
    return open_gate(folder)


def lived_on(gate: Gate) -> list[Lived]:
    """All lives, lived up to yesterday."""
    return list(live(gate, fill.past_lives(gate, gate.clock().astimezone(gate.zone).date())))


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """A gate for the story below."""
    made = sandbox(tmp_path_factory.mktemp("lives") / "gate")
    yield made
    made.ledger.dispose()


@pytest.fixture(scope="module")
def story(gate: Gate) -> list[Lived]:
    """All steps of all lives."""
    return lived_on(gate)


def steps(story: list[Lived], key: str) -> list[Lived]:
    """Those of one life."""
    return [lived for lived in story if lived.enacted.life.key == key]


def told(story: list[Lived], key: str) -> list[str]:
    """The statuses of invoices that the depositor finds in a life, in the order told."""
    return [
        one.code for lived in steps(story, key) for found in lived.arrivals if found.name.startswith("FEN1200A")
        for one in found.told
    ]  # fmt: skip


def test_every_step_is_taken_on_its_day(story: list[Lived]) -> None:
    """Nothing is left out, nothing lies in the future, and only the passing of time deposits nothing."""
    assert len(story) == LIVES_LENGTH
    assert all(lived.at < dt.datetime.now(dt.UTC) for lived in story)
    assert [lived.step.day for lived in story if lived.file is None] == [14, 16]


def test_an_invoice_is_paid(story: list[Lived]) -> None:
    """Each status that the public entity sets is told to the supplier on the same day."""
    assert told(story, "payment") == ["01", "03", "07", "08", "09", "10", "11"]
    assert all(len(lived.arrivals) == 1 for lived in steps(story, "payment")[2:])


def test_a_suspended_invoice_is_completed(story: list[Lived]) -> None:
    """The new deposit of the number is a completion, and the pivot says so."""
    units = [unit for lived in steps(story, "suspension") for found in lived.arrivals for unit in found.units]

    assert told(story, "suspension") == ["01", "03", "06", "12", "03", "11"]
    assert [(unit.renvoi, len(unit.pieces)) for unit in units] == [("", 1), ("Complétée", 2)]


def test_a_silence_passes_the_request_on(story: list[Lived]) -> None:
    """Nothing on day 14; on day 16 the buyer gets it with the validation cycle and the follow-up slip."""
    early, late = (lived for lived in steps(story, "silence") if lived.file is None)
    (unit,) = [unit for found in late.arrivals for unit in found.units]

    assert early.arrivals == ()
    assert [(one.code, one.label) for one in unit.cycle] == [("01", "Validation 1 hors délai")]
    assert "Bordereau_de_suivi.pdf" in unit.pieces
    assert {found.partner for found in late.arrivals} == {"JMRPOR", "SEI001"}


def test_works_make_a_dossier(gate: Gate, story: list[Lived], capsys: pytest.CaptureFixture[str]) -> None:
    """Its four documents are listed under the life's own market."""
    enacted = steps(story, "works")[0].enacted
    assert obey(["--gate", str(gate.places.root), "dossiers", "list", "--market", enacted.market]) == 0
    shown = capsys.readouterr().out

    assert re.search(rf"{enacted.market} .* 4 ", shown)


def test_a_refused_pivot_comes_again_then_is_an_alert(story: list[Lived]) -> None:
    """The same file lies there once more after the first 94; after the second somebody is told."""
    _, first, second = steps(story, "receipt")
    offered = [found.name for found in steps(story, "receipt")[0].arrivals if found.units]

    assert [found.name for found in first.arrivals] == offered
    assert (second.arrivals, [alert.kind for alert in second.alerts]) == ((), ["pivot.refused"])
    assert all(not lived.alerts for lived in story if lived.enacted.life.key != "receipt")


def test_real_time_is_not_disturbed(gate: Gate, story: list[Lived]) -> None:
    """When all is lived, nothing in the ledger is later than now, nothing is due, and nothing will fall due."""
    assert story
    now = stamp(gate.clock())
    columns = (flows.c.received_at, invoices.c.decided_at, statuses.c.at, deliveries.c.published_at, alerts.c.at)
    with gate.ledger.connect() as connection:
        times = [time for column in columns for time in connection.execute(select(column)).scalars()]
        due = (any_due(connection, now), next_due(connection, now))

    assert max(times) < now
    assert due == (False, None)


def test_lives_can_be_lived_again(gate: Gate, story: list[Lived]) -> None:
    """A second round on the same gate has fresh names and numbers, and goes the same way."""
    again = lived_on(gate)

    assert [lived.step for lived in again] == [lived.step for lived in story]
    assert [[len(found.told) for found in lived.arrivals] for lived in again] == [
        [len(found.told) for found in lived.arrivals] for lived in story
    ]
    names = [{lived.file.name for lived in rounds if lived.file} for rounds in (story, again)]
    assert not names[0] & names[1]


def test_what_waits_for_the_gate_is_left_for_its_own_time(tmp_path: Path) -> None:
    """A request that has its fifteen days still has them when lives of sixteen days were lived."""
    made = sandbox(tmp_path / "gate")
    flow = next(flow for flow in fill.drop(made, dt.datetime.now(made.zone).date()) if "(A9)" in flow.note_en)
    obey(["--gate", str(made.places.root), "run", "--once"])
    with made.ledger.connect() as connection:
        due = next_due(connection, "")
    lived_on(made)

    with made.ledger.connect() as connection:
        assert next_due(connection, "") == due
        (stage,) = connection.execute(
            select(invoices.c.stage).join(flows, flows.c.run == invoices.c.run).where(flows.c.name == flow.name)
        ).scalars()
    assert stage == "validator1"
    made.ledger.dispose()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_demo_tells_the_lives(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each life with its title, its files and what they say, its dossier, and where to look further."""
    monkeypatch.setenv("COLUMNS", "200")
    sandbox(tmp_path / "gate").ledger.dispose()
    assert obey(["--gate", str(tmp_path / "gate"), "--lang", language, "demo"]) == 0
    shown = capsys.readouterr().out

    titles = {"en": "1. An invoice from deposit to payment", "fr": "1. Une facture, du dépôt au paiement"}
    finds = {"en": "JMRPOR finds FEN1200A_JMRPOR_", "fr": "JMRPOR trouve FEN1200A_JMRPOR_"}
    assert titles[language] in shown
    assert finds[language] in shown
    assert "06 Suspendue (JUSTIF_ABS - bon de livraison manquant)" in shown
    assert "Bordereau_de_suivi.pdf" in shown
    assert re.search(r"A8 – .* VIE-[0-9]{6}", shown)
    assert "pivot.refused" in shown
    assert "alerts list" in shown
