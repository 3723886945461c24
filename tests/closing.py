"""Ledgers that commands leave open until their process ends, closed at the end of the test that they were called in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def closed_ledgers() -> Iterator[None]:
    """Close what a command leaves to the end of its process."""
    opened: list[Any] = []

    def remember(connection: object, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", remember)
    yield
    event.remove(Pool, "connect", remember)
    for connection in opened:
        connection.close()
