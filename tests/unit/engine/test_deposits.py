"""Deposits that are booked: what of them must be on the disk in which order, and whether they are linked or copied."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.engine import deposits
from edigate.intake.folder import Trouble
from edigate.ledger.archive import sync_folder
from edigate.ledger.tables import flows
from tests.synced import synced_from_here
from tests.unit.engine.steps import rows, spool, states

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate


def test_what_left_the_inbox_is_on_the_disk_elsewhere_first(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut before it is booked must find it in one of the two folders, whatever their file system orders."""
    places = gate.places
    name = spool(gate)
    (long,) = places.spool.glob(f"JMRPOR/*/{name}")
    short = places.spool / "JMRPOR" / "f=FSO1106A"
    short.write_bytes(b"<a/>")
    synced = synced_from_here(monkeypatch)
    assert deposits.book(gate) == 2

    before = synced[: synced.index(places.inbox / "JMRPOR")]
    assert {places.spool, places.spool / "JMRPOR", long.parent, long, short} <= {*before}
    assert {places.archive, *places.archive.glob("2*")} <= {*before}


@pytest.mark.parametrize("link", [True, False])
def test_a_deposit_is_linked_unless_the_settings_say_no(gate: Gate, *, link: bool) -> None:
    """A server of NFS lets the account that a file belongs to write to it, though it was made read-only."""
    name = spool(gate, b"<a/>")
    (claimed,) = gate.places.spool.glob(f"JMRPOR/*/{name}")
    descriptor = os.open(claimed, os.O_RDONLY)
    deposits.book(replace(gate, settings=gate.settings._replace(intake=gate.settings.intake._replace(link=link))))
    (row,) = rows(gate, flows)

    assert os.path.samestat(os.fstat(descriptor), (gate.places.archive / str(row["archived"])).stat()) is link
    os.close(descriptor)


def test_an_inbox_that_cannot_be_synced_leaves_out_its_own_alone(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails there is told of, its claims stay in the spool, and are booked when it can be."""
    names = [spool(gate, partner=partner) for partner in ("ABC123", "JMRPOR")]
    failing = [gate.places.inbox / "ABC123"]

    def fails_there(folder: Path) -> None:
        if folder in failing:
            raise OSError(errno.EIO, "Input/output error")
        sync_folder(folder)

    monkeypatch.setattr(deposits, "sync_folder", fails_there)
    told: list[Trouble] = []
    assert deposits.book(gate, told.append) == 1
    assert told == [Trouble(failing.pop(), "inbox.unreadable_folder", "Input/output error")]
    assert (list(states(gate)), len(list(gate.places.spool.glob("ABC123/*/*")))) == (names[1:], 1)

    assert deposits.book(gate) == 1
    assert set(states(gate)) == set(names)
