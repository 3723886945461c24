"""What is said of a transaction once it is committed: one that is tried again would say it as often as it is tried."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

_SAID = "said"


@contextmanager
def saying(connection: Connection) -> Iterator[None]:
    """Say, once the transaction within has been committed, what it wanted to be said."""
    said: list[tuple[Callable[..., object], str, dict[str, Any]]] = []
    connection.info[_SAID] = said
    yield
    for how, event, facts in said:
        how(event, **facts)


def say(connection: Connection, how: Callable[..., object], event: str, **facts: object) -> None:
    """Have this said, by a method of a logger, if the transaction is committed."""
    connection.info[_SAID].append((how, event, facts))
