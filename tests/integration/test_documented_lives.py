"""What documents tell a person to type does what they say: the lives of SANDBOX.md, and those of the guides."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from edigate.app import open_gate
from edigate.cli import obey
from edigate.ledger.tables import alerts, invoices, statuses
from edigate.sandbox.lives import LIVES, Life
from tests.integration.documented import carry_out, commands, section

DOCS = Path(__file__).parents[2] / "docs"
ENDS = {"payment": "11", "suspension": "11", "silence": "03", "works": "03", "receipt": "03"}
OPENED = {"receipt": ["pivot.refused"]}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates take what is copied at once."""
    monkeypatch.setenv("EDIGATE_INTAKE__QUIET_SECONDS", "0")
    monkeypatch.setenv("EDIGATE_ENGINE__WORKERS", "1")


def history(gate: Path, number: str) -> list[tuple[str, str]]:
    """The statuses of an invoice, with the labels of steps, in their order."""
    query = (
        select(statuses.c.status, statuses.c.label)
        .join(invoices, invoices.c.id == statuses.c.invoice)
        .where(invoices.c.number == number)
        .order_by(statuses.c.id)
    )
    with open_gate(gate).ledger.connect() as connection:
        return [(row.status, row.label) for row in connection.execute(query)]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.key)
def test_a_life_is_lived_by_hand(life: Life, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page ends well on a fresh gate, and the life ends as it should."""
    gate = tmp_path / "gate"
    assert obey(["--lang", language, "init", str(gate), "--sandbox"]) == 0
    monkeypatch.chdir(gate)
    page = (gate / "SANDBOX.md").read_text(encoding="utf-8")
    typed = commands(section(page, life.title_fr if language == "fr" else life.title_en))

    assert len([command for command in typed if command.startswith("edigate run --once")]) == len(life.steps)
    for command in typed:
        assert carry_out(command, gate)[0] == 0, command
    with open_gate(gate).ledger.connect() as connection:
        last = connection.execute(select(invoices.c.status).order_by(invoices.c.id.desc())).scalars().first()
        opened = list(connection.execute(select(alerts.c.kind).where(alerts.c.closed_at.is_(None))).scalars())
    assert last == ENDS[life.key]
    assert opened == OPENED.get(life.key, [])
    assert not list((gate / "outbox" / "SEI001").glob("CSO13*")), "an answer was refused"
    assert not list((gate / "outbox" / "POR001").glob("CSO13*")), "an answer was refused"


@pytest.mark.parametrize(
    ("page", "title"), [("guide.md", "Three weeks in a minute"), ("guide.fr.md", "Trois semaines en une minute")]
)
def test_three_weeks_are_lived_as_the_guide_says(
    page: str, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command by command: the invoice is paid, the silence passes the request on, the portal's pivot is an alert."""
    folder = tmp_path
    for command in commands(section((DOCS / page).read_text(encoding="utf-8"), title)):
        monkeypatch.chdir(folder)
        status, folder = carry_out(command, folder)
        assert status == 0, command

    assert [code for code, _ in history(folder, "VIE-700001")] == ["01", "03", "07", "08", "11"]
    assert history(folder, "VIE-700014")[2:] == [("01", "Validation 1 hors délai"), ("03", "")]
    with open_gate(folder).ledger.connect() as connection:
        opened = list(connection.execute(select(alerts.c.kind, alerts.c.partner)).all())
    assert [(row.kind, row.partner) for row in opened] == [("pivot.unreceived", "POR001")]


@pytest.mark.parametrize("page", ["guide.md", "guide.fr.md"])
def test_a_first_try_goes_as_the_guide_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block of the page makes a gate, shows the demo and what to look at."""
    folder = tmp_path
    first = section((DOCS / page).read_text(encoding="utf-8"), "Try it" if page == "guide.md" else "Essayer")
    for command in commands(first.partition("###")[0]):
        monkeypatch.chdir(folder)
        status, folder = carry_out(command, folder)
        assert status == 0, command

    with open_gate(folder).ledger.connect() as connection:
        assert connection.execute(select(invoices.c.id).where(invoices.c.number.like("VIE-%"))).first()
