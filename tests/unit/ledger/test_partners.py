"""Partners in the ledger, and the trace that every change leaves."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.domain.partners import Partner, Role
from edigate.ledger import notes, partners
from edigate.ledger.database import writing
from edigate.ledger.tables import events

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOW = "2026-03-02T09:00:00.000000Z"
SEI001 = Partner(
    "SEI001", "Système d'information", Role.RECIPIENT, frozenset({"FSO1300A"}), frozenset({"FEN0036A"}),
    frozenset({"53514650090018", "99981233200016"}), False, False, "en", "edi@example.org", False,  # noqa: FBT003
)  # fmt: skip


def test_a_partner_comes_back_as_it_was_saved(ledger: Engine) -> None:
    """Every field, and in the order of the codes."""
    other = Partner("ABC123", "Abécé", Role.DEPOSITOR)
    with writing(ledger) as connection:
        for partner in (SEI001, other):
            partners.save(connection, partner, actor="op", at=NOW)

    with ledger.connect() as connection:
        assert partners.load_book(connection).partners == (other, SEI001)


def test_every_change_is_in_the_event_log_and_in_the_version(ledger: Engine) -> None:
    """Who, when, what it was and what it is."""
    with writing(ledger) as connection:
        versions = {notes.read(connection, partners.VERSION)}
        for partner in (SEI001, replace(SEI001, active=True)):
            partners.save(connection, partner, actor="op", at=NOW)
            versions.add(notes.read(connection, partners.VERSION))
        added, changed = connection.execute(select(events).order_by(events.c.id)).mappings()

    assert len(versions) == 3
    assert (added["event"], added["actor"], added["subject"], added["at"]) == ("partner.added", "op", "SEI001", NOW)
    assert json.loads(added["details"])["before"] is None
    told = json.loads(changed["details"])
    assert (changed["event"], told["before"]["active"], told["after"]["active"]) == ("partner.changed", False, True)


def test_a_change_that_is_taken_back_leaves_no_trace(ledger: Engine) -> None:
    """Partner, version and event are one transaction."""

    def save_and_regret() -> None:
        with writing(ledger) as connection:
            partners.save(connection, SEI001, actor="op", at=NOW)
            assert partners.load_book(connection).partners == (SEI001,)
            raise KeyError

    with pytest.raises(KeyError):
        save_and_regret()
    with ledger.connect() as connection:
        assert (partners.load_book(connection).partners, notes.read(connection, partners.VERSION)) == ((), None)
        assert connection.execute(select(events)).all() == []


def test_the_book_is_the_same_until_somebody_changes_a_partner(ledger: Engine) -> None:
    """Every step of a batch asks for it: of thousands of partners none is read again, and no change is missed."""
    books = []
    for partner in (SEI001, replace(SEI001, active=True)):
        with writing(ledger) as connection:
            partners.save(connection, partner, actor="op", at=NOW)
        with ledger.connect() as connection:
            books.append(partners.load_book(connection))
            assert partners.load_book(connection) is books[-1]

    assert [book.partners for book in books] == [(SEI001,), (replace(SEI001, active=True),)]


def test_a_book_is_the_same_bytes_whoever_was_looked_for_in_it(ledger: Engine) -> None:
    """Workers keep what they made of it as long as they are given the same."""
    with writing(ledger) as connection:
        partners.save(connection, SEI001, actor="op", at=NOW)
        book = partners.load_book(connection)
    before = pickle.dumps(book)
    found = (book.get("SEI001"), book.connected("53514650090018"), book.get("x"), book.portal)

    assert found == (SEI001, SEI001, None, None)
    assert pickle.dumps(book) == before
