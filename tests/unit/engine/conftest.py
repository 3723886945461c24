"""A sandbox gate in a folder of its own, for tests that take its steps one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.config import FILE
from edigate.engine.gate import Places
from edigate.sandbox.fill import install
from tests.ledgers import lay_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate with the sandbox's partners and directory, one worker and no quiet period."""
    (tmp_path / FILE).write_text("[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n", encoding="utf-8")
    lay_ledger(Places(tmp_path).ledger)
    opened = open_gate(tmp_path)
    install(opened, actor="test")
    places = opened.places
    for folder in (places.outbox, places.spool, places.work, places.archive):
        folder.mkdir(parents=True, exist_ok=True)
    yield opened
    opened.ledger.dispose()
