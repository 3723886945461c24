"""Deposits that are booked: what of them must be on the disk in which order, and whether they are linked or copied."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.engine import deposits
from edigate.ledger.tables import flows
from tests.synced import synced_from_here
from tests.unit.engine.steps import rows, spool

if TYPE_CHECKING:
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
    deposits.book(replace(gate, settings=replace(gate.settings, intake=replace(gate.settings.intake, link=link))))
    (row,) = rows(gate, flows)

    assert os.path.samestat(os.fstat(descriptor), (gate.places.archive / str(row["archived"])).stat()) is link
    os.close(descriptor)
