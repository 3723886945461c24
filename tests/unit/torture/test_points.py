"""Faults by name: each has one, each is read back from it, and each does what its deed says."""

from __future__ import annotations

import errno
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from edigate.remote.trouble import Unreachable
from torture.arming import MARKS_OF, Armed, _do, arm, order
from torture.gate import main
from torture.points import DEEDS, FAULTS, POINTS, Deed, ordered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RAISED = {
    Deed.EIO: OSError,
    Deed.ENOSPC: OSError,
    Deed.IOERR: OperationalError,
    Deed.FULL: OperationalError,
    Deed.LOCKED: OperationalError,
    Deed.BUG: RuntimeError,
    Deed.LOST: Unreachable,
}


def test_names_of_points_are_theirs_alone() -> None:
    """So that a fault's name tells where it comes."""
    assert len({point.name for point in POINTS}) == len(POINTS)
    assert set(DEEDS) == set(Deed) == {Deed.KILL, *RAISED}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_read_by_its_name(name: str) -> None:
    """With the call at which it comes, or without."""
    assert str(ordered(f"{name}:7")) == f"{name}:7"
    assert ordered(name).call == 1
    assert ordered(name).fault.name == name


@pytest.mark.parametrize("text", ["", "no.such.fault", "fsync.before.eio:x", "fsync.before.eio:-1"])
def test_what_is_no_fault_is_refused(text: str) -> None:
    """With where to find the list."""
    with pytest.raises(ValueError, match="--list"):
        ordered(text)


@pytest.mark.parametrize("deed", RAISED)
def test_a_deed_raises_what_the_gate_would_meet(deed: Deed) -> None:
    """The exception of the operating system, of SQLite as SQLAlchemy hands it on, or of a broken connection."""
    with pytest.raises(RAISED[deed]) as raised:
        _do(deed)
    if deed in {Deed.EIO, Deed.ENOSPC}:
        assert getattr(raised.value, "errno", None) == getattr(errno, deed.name)


def test_a_fault_comes_at_its_call_and_once(tmp_path: Path) -> None:
    """The second of four, in one process; in the next one it has come already."""
    (point,) = (one for one in POINTS if one.name == "fsync")
    raised = [_raised(Armed(point, [ordered("fsync.before.eio:2")], tmp_path)) for _ in range(2)]

    assert raised == [[2], []]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fsync.before.eio", "reached-fsync"]


def _raised(armed: Armed) -> list[int]:
    found = []
    for call in range(1, 5):
        try:
            armed.pass_by("before")
        except OSError:
            found.append(call)
    return found


def test_a_name_taken_from_another_module_is_struck_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's points are armed everywhere that edigate's modules have taken the function to."""
    worker = pytest.importorskip("edigate.engine.worker")
    taken = ModuleType("edigate.taken")
    function: Callable[..., object] = worker.examine
    vars(taken)["examine"] = function
    monkeypatch.setitem(sys.modules, "edigate.taken", taken)
    for name in ("examine", "_examine", "render_share"):
        monkeypatch.setattr(worker, name, getattr(worker, name))
    monkeypatch.setenv("TORTURE_FAULTS", "")
    monkeypatch.setenv(MARKS_OF, str(tmp_path))
    order([ordered("pipeline.before.bug")], tmp_path)
    arm(worker=True)

    with pytest.raises(RuntimeError, match="torture"):
        vars(taken)["examine"]()


def test_the_list_shows_every_fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One on each line, with what it does."""
    monkeypatch.setattr(sys, "argv", ["torture.gate", "--list"])

    assert main() == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(FAULTS)
