"""Pivots between workers and their gate: little of them in memory, however much an archive unpacks to."""

from __future__ import annotations

import io
import random
import shutil
import tarfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.domain.faults import Hold
from edigate.domain.verdicts import Content, Examination
from edigate.engine import aside
from edigate.engine.aside import IN_BATCH, IN_MEMORY, Aside, room_in, sweep
from edigate.engine.decisions import SHARED_FROM, examine, take_due
from edigate.engine.pool import Pool
from edigate.sandbox.documents import DraftAttachment, ubl_invoice
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from tests.unit.engine.steps import a_charge, book, spool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.engine.gate import Gate
    from edigate.engine.worker import Share

NOISE = b"%PDF-1.7\n" + random.Random(1).randbytes(60_000)
FILE = DraftAttachment("plan.pdf", "application/pdf", NOISE, zipped=False)


def a_pivot(size: int, byte: bytes = b"x") -> Content:
    """So many bytes."""
    return Content(byte * size, size=size)


def an_archive(number: int, invoices: int) -> bytes:
    """A tar.gz of so many invoices, each with an attachment that nothing makes smaller."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for each in range(invoices):
            document = ubl_invoice(Draft(f"A-{number}-{each}", attachments=(FILE,)))
            entry = tarfile.TarInfo(f"{each}.xml")
            entry.size = len(document)
            tar.addfile(entry, io.BytesIO(document))
    return packed.getvalue()


def found_by(gate: Gate, workers: int) -> list[Content]:
    """The pivots of all that is booked, as this many workers hand them on."""
    with closing(Pool(a_charge(gate), workers)) as pool:
        examined = list(examine(gate, pool, take_due(gate, pool)))
    for _, found in examined:
        assert isinstance(found, Examination), found
        assert not found.faults, found.faults
    return [one.pivot for _, found in examined for one in found.invoices if one.pivot]  # type: ignore[union-attr]


def test_pivots_stay_in_memory_as_long_as_there_is_room(tmp_path: Path) -> None:
    """One that is too large by itself goes into a file, and takes no room of the others."""
    kept = Aside(tmp_path, IN_MEMORY * 2)
    pivots = [a_pivot(size, b"%d" % n) for n, size in enumerate([IN_MEMORY + 1, IN_MEMORY, 1, IN_MEMORY, 10])]
    handed_on = [kept.keep("run", pivot, position) for position, pivot in enumerate(pivots, start=1)]

    assert [bool(one.path) for one in handed_on] == [True, False, False, True, False]
    assert [Path(one.path).read_bytes() if one.path else one.data for one in handed_on] == [p.data for p in pivots]
    assert [one.size for one in handed_on] == [pivot.size for pivot in pivots]
    sweep(tmp_path, "another".__eq__)
    assert len(list(tmp_path.iterdir())) == 2
    sweep(tmp_path, "run".__eq__)
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_lets_a_flow_wait(tmp_path: Path) -> None:
    """Once there is none in memory either; until then it is used for what is large, too."""
    kept = Aside(tmp_path / "missing", IN_MEMORY * 2)
    pivot = a_pivot(IN_MEMORY + 1)

    assert kept.keep("run", pivot, 1) == pivot
    with pytest.raises(Hold) as hold:
        kept.keep("run", pivot, 2)
    assert (hold.value.reason, hold.value.detail) == ("no_room", "No such file or directory")
    assert kept.keep("run", a_pivot(1), 3) == a_pivot(1)


def test_room_on_the_disk_is_spared(tmp_path: Path) -> None:
    """Pivots do not fill the disk: the batch could not be settled then."""
    free = shutil.disk_usage(tmp_path).free
    kept = Aside(tmp_path, 0, spare=free * 2)
    with pytest.raises(Hold, match="No space left on device"):
        kept.keep("run", a_pivot(1), 1)
    assert not list(tmp_path.iterdir())
    kept.spare = free // 2
    assert kept.keep("run", a_pivot(1), 1).path


@pytest.mark.parametrize("shares", [1, 4, 8, 9, 500])
def test_a_batch_has_its_bound_however_many_share_it(shares: int) -> None:
    """Also where every archive of many is looked into by several workers."""
    assert room_in(shares) * shares <= IN_BATCH


@pytest.mark.parametrize("workers", [1, 2])
def test_archives_that_unpack_to_much_leave_memory_alone(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Several flows, each of them in one share or in parts: together they keep the bound of a batch."""
    monkeypatch.setattr(aside, "IN_BATCH", 2_000_000)
    archives = [an_archive(number, 15) for number in range(3)]
    assert min(map(len, archives)) >= SHARED_FROM
    for number, archive in enumerate(archives):
        spool(gate, archive, name=flow_name("FSO1100A", "JMRPOR", 100 + number))
    book(gate)
    pivots = found_by(gate, workers)

    assert (len(pivots), sum(pivot.size for pivot in pivots) > 4_000_000) == (45, True)
    assert 0 < sum(len(pivot.data) for pivot in pivots) <= 2_000_000
    assert all(Path(pivot.path).stat().st_size == pivot.size for pivot in pivots if pivot.path)


def test_of_many_archives_the_last_are_shared_out(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker that has a part of one unpacks all of it: as long as there is enough to do, nobody does so twice."""
    archive = an_archive(0, 1)
    for number in range(5):
        spool(gate, archive, name=flow_name("FSO1100A", "JMRPOR", 100 + number))
    names = book(gate, None)
    asked: list[list[tuple[str, int]]] = []

    def ask(_: Pool, shares: Sequence[Share]) -> list[object]:
        asked.extend([(item.name, item.part.of) for item in share.items] for share in shares)
        return []

    monkeypatch.setattr(Pool, "examine", ask)
    with closing(Pool(a_charge(gate), 2)) as pool:
        assert not list(examine(gate, pool, take_due(gate, pool)))

    whole, shared = ([flow_name("FSO1100A", "JMRPOR", 100 + number) for number in some] for some in ((0, 1, 2), (3, 4)))
    assert asked == [
        *([(name, 1)] for name in whole), *([(name, 2)] for name in shared for _ in range(2)), [(names[0], 1)],
    ]  # fmt: skip


def test_small_flows_are_handed_on_in_memory(gate: Gate) -> None:
    """No file is written for them."""
    book(gate, *[None] * 20)
    pivots = found_by(gate, 1)

    assert (len(pivots), [pivot for pivot in pivots if pivot.path]) == (20, [])
