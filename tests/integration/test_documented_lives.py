"""What documents tell a person to type really does what they say: the lives of SANDBOX.md, lived by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.app import open_gate
from edigate.cli import obey
from edigate.ledger.tables import alerts, invoices, statuses
from edigate.sandbox.lives import LIVES, Life
from tests.integration.documented import carry_out, commands, section

if TYPE_CHECKING:
    from pathlib import Path

ENDS = {"payment": "11", "suspension": "11", "silence": "03", "works": "03", "receipt": "03"}
OPENED = {"receipt": ["pivot.refused"]}


def every_status(gate: Path) -> list[str]:
    """The statuses that were told, in their order."""
    with open_gate(gate).ledger.connect() as connection:
        return list(connection.execute(select(statuses.c.status).order_by(statuses.c.id)).scalars())


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.key)
def test_a_life_is_lived_by_hand(life: Life, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page ends well on a fresh gate, and the life ends as it should."""
    monkeypatch.setenv("EDIGATE_INTAKE__QUIET_SECONDS", "0")
    monkeypatch.setenv("EDIGATE_ENGINE__WORKERS", "1")
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
