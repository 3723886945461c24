"""Putting a directory in force: one after the other, whatever the clock, and never half."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.filing import import_directory, state_forms
from edigate.ledger import notes, snapshots
from edigate.ledger.archive import Unreachable
from edigate.ledger.directory import BadDirectory
from edigate.ledger.notes import DIRECTORY_VERSION
from tests.unit.ledger.f14 import MONDAY, ONE, SUNDAY, TWO, establishment, flow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate

NOW = dt.datetime(2026, 3, 2, 9, 15, 30, tzinfo=dt.UTC)
CSV = f"kind,siret\nstructure,{ONE}\n"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate whose clock stands still."""
    (tmp_path / "edigate.toml").write_text("", encoding="utf-8")
    made = open_gate(tmp_path, clock=lambda: NOW)
    yield made
    made.ledger.dispose()


def in_force(gate: Gate) -> str | None:
    """The version that the ledger names."""
    with gate.ledger.connect() as connection:
        return notes.read(connection, DIRECTORY_VERSION)


def test_versions_sort_by_their_making_on_a_clock_that_stands_still(gate: Gate) -> None:
    """No version overwrites another, and the last one is in force."""
    made = [import_directory(gate, io.StringIO(CSV), actor="me").version for _ in range(3)]

    assert made == sorted(set(made)) == snapshots.versions(gate.places.directory)
    assert made[0] == "20260302T091530000000Z"
    assert in_force(gate) == made[-1]


def test_of_two_imports_at_once_one_is_told_to_start_again(gate: Gate) -> None:
    """An import that began before another was put in force would undo it."""

    class Slow(io.BytesIO):
        """A file during whose reading somebody else imports."""

        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                import_directory(gate, io.StringIO(CSV), actor="somebody else")
            return super().read(size)

    with pytest.raises(BadDirectory, match="start again"):
        import_directory(gate, Slow(flow(establishment(TWO))), actor="me")

    assert snapshots.versions(gate.places.directory) == [in_force(gate)]


def test_text_and_bytes_of_any_kind_are_taken(gate: Gate) -> None:
    """CSV as text, CSV as bytes with a byte-order mark, a flow, and a flow on top of it."""
    sources: tuple[io.StringIO | io.BytesIO, ...] = (
        io.StringIO(CSV),
        io.BytesIO(CSV.encode("utf-8-sig")),
        io.BytesIO(flow(establishment(ONE))),
        io.BytesIO(flow(establishment(TWO), kind="D", made=MONDAY, since=SUNDAY)),
    )

    found = [import_directory(gate, source, actor="me") for source in sources]

    assert [(one.source, one.structures) for one in found] == [("csv", 1), ("csv", 1), ("f14", 1), ("f14", 2)]
    assert [one.before for one in found] == ["", *(one.version for one in found[:-1])]


def test_what_is_refused_leaves_the_version_in_force(gate: Gate) -> None:
    """Neither a bad import nor a bad form leaves a file behind or changes what is in force."""
    import_directory(gate, io.StringIO(CSV), actor="me")
    before = in_force(gate), sorted(gate.places.directory.iterdir())

    with pytest.raises(BadDirectory):
        import_directory(gate, io.BytesIO(b"<html/>"), actor="me")
    with pytest.raises(BadDirectory):
        state_forms(gate, TWO, {"form_hint": "x"}, actor="me")
    with pytest.raises(BadDirectory):
        state_forms(gate, ONE, {"service_form": "(a+)+"}, actor="me")

    assert (in_force(gate), sorted(gate.places.directory.iterdir())) == before


def test_progress_counts_the_bytes_of_the_file(gate: Gate) -> None:
    """All of them, in the end."""
    content, told = flow(establishment(ONE)), list[int]()

    import_directory(gate, io.BytesIO(content), actor="me", progress=told.append)

    assert sum(told) == len(content)


def test_none_is_put_in_force_that_is_shared_below_a_mount_that_has_gone(tmp_path: Path) -> None:
    """No machine would find it once the mount is back, and each would hold all flows; the one before stays in force."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "edigate.toml").write_text(f'[storage]\nurl = "{shared}"\n', encoding="utf-8")
    gate = open_gate(tmp_path)
    before = import_directory(gate, io.StringIO(CSV), actor="me").version
    shared.rename(tmp_path / "away")
    shared.mkdir()
    with pytest.raises(Unreachable):
        import_directory(gate, io.StringIO(CSV), actor="me")
    after = in_force(gate)
    gate.ledger.dispose()

    assert after == before
    assert list(shared.iterdir()) == []
