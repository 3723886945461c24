"""What only one process at a time may do: locks that end with whoever holds them."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from edigate.ledger.locks import Locks
from tests import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.gates import Site


@contextmanager
def two(site: Site) -> Iterator[tuple[Locks, Locks]]:
    """Two processes' locks."""
    with closing(Locks(site.gate.ledger)) as first, closing(Locks(site.gate.ledger)) as second:
        yield first, second


def test_what_one_holds_another_does_not_get(site: Site) -> None:
    """Until it is given back."""
    with two(site) as (first, second):
        assert first.take(["a", "b"]) == {"a", "b"}
        assert second.take(["b", "c"]) == {"c"}
        first.give_back(["b"])
        assert second.take(["a", "b"]) == {"b"}
        assert first.holds("a")
        assert not first.holds("b")


def test_no_more_is_taken_than_was_asked_for(site: Site) -> None:
    """The others are left to other processes."""
    with two(site) as (first, second):
        assert len(first.take("abcd", at_most=2)) == 2
        assert len(second.take("abcd")) == 2


def test_what_a_process_holds_is_not_free_for_itself(site: Site) -> None:
    """Two of its threads must not do the same either."""
    with two(site) as (first, _):
        assert first.take(["a"]) == {"a"}
        assert first.take(["a"]) == set()


def test_a_connection_that_breaks_takes_its_locks_along(site: Site) -> None:
    """Whoever held them learns it by asking, and others have them at once."""
    with two(site) as (first, second):
        first.take(["a"])
        second.take(["b"])
        postgres.server().cut(site.gate.settings.ledger.url)
        with pytest.raises(DBAPIError):
            first.holds("a")
        assert not first.holds("a")
        with pytest.raises(DBAPIError):
            second.take(["a"])
        assert second.take(["a", "b"]) == {"a", "b"}
