"""A restored gate asks its partners' real SFTP servers what they have got already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.backup import making, restoring
from edigate.backup.comparing import compare
from edigate.backup.comparison import How
from edigate.backup.deciding import Choice, accept
from edigate.backup.making import Wanted
from edigate.engine.local import Local
from tests.integration.remote.connected import a_gate, placed, rows, serve
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """The depositor's server."""
    with Sshd(tmp_path / "sshd") as running:
        yield running


@pytest.fixture
def lost(tmp_path: Path, sshd: Sshd) -> Iterator[Gate]:
    """A gate with files placed for the depositor's server, and a backup of that moment."""
    gate = a_gate(tmp_path / "gate")
    serve(gate, sshd, "JMRPOR", put_into="out", fetch_from="in")
    placed(gate, 2)
    making.make(gate, tmp_path / "backup", Wanted(), actor="test")
    yield gate
    gate.ledger.dispose()


@pytest.fixture
def restored(lost: Gate, tmp_path: Path) -> Iterator[Gate]:
    """The gate given back elsewhere, while its files went out."""
    Local(lost).work_off_due()
    restoring.restore(tmp_path / "backup", tmp_path / "restored")
    gate = open_gate(tmp_path / "restored")
    yield gate
    gate.ledger.dispose()


def test_what_lies_on_a_partners_server_has_gone(restored: Gate, sshd: Sshd) -> None:
    """It is not uploaded again; only what its partner has taken away since is unknown."""
    there = {path.name: path.stat().st_mtime_ns for path in (sshd.root / "out").iterdir()}
    assert there
    taken = min(there)
    (sshd.root / "out" / taken).unlink()

    found = compare(restored)

    own = {row["name"]: found.how.get(row["name"]) for row in found.outgoing if row["partner"] == "JMRPOR"}
    assert own == {name: None if name == taken else How.SERVER for name in own}
    assert own.keys() <= there.keys()
    accept(restored, Choice(), actor="test", reason="disk lost")
    Local(restored).work_off_due()
    del there[taken]
    assert there.items() <= {path.name: path.stat().st_mtime_ns for path in (sshd.root / "out").iterdir()}.items()
    assert not (sshd.root / "out" / taken).exists()
    assert {row["state"] for row in rows(restored) if row["name"] in there} == {"published"}


def test_a_server_that_cannot_be_asked_is_told_of(restored: Gate, sshd: Sshd) -> None:
    """Its files are unknown, and withheld like others."""
    sshd.stop()

    found = compare(restored)

    assert list(found.unasked) == ["JMRPOR"]
    assert {row["partner"] for row in found.unknown} >= {"JMRPOR"}


def test_a_deposit_that_the_lost_gate_had_claimed_is_listed(restored: Gate, sshd: Sshd) -> None:
    """It may have been booked after the backup: it is left where it is."""
    (sshd.root / "in" / ".edigate-0123456789abcdef").write_bytes(b"<a/>")

    assert [(one.partner, one.name) for one in compare(restored).claims] == [("JMRPOR", ".edigate-0123456789abcdef")]
