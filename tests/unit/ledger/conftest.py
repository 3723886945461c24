"""A ledger in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ledgers import new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    """A new ledger."""
    engine = new_ledger(tmp_path / "ledger.sqlite")
    yield engine
    engine.dispose()
