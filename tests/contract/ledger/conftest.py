"""A ledger on PostgreSQL, in a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.ledger.database import open_ledger
from tests.postgres import fresh_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def ledger() -> Iterator[Engine]:
    """A new ledger that does not look whether what a row names is there, as SQLite does not."""
    with fresh_ledger() as url:
        engine = open_ledger(f"{url}?options=-c%20session_replication_role%3Dreplica")
        yield engine
        engine.dispose()
