"""Worker processes: what they find, and what is known when one of them dies."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
import pickle
import random
import signal
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.domain.verdicts import Examination
from edigate.engine import worker
from edigate.engine.pool import CannotStart, Died, Pool, _Call, _endings
from edigate.engine.worker import BYTES_A_SECOND, Item, Share, Waits
from edigate.ledger import notes, partners
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.flows import flow_name
from tests.unit.engine.steps import a_charge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edigate.engine.gate import Gate

DAY = dt.date(2025, 3, 14)
PATIENCE = 60


def a_share(gate: Gate, *items: Item) -> Share:
    """The items, with the gate's partners and directory."""
    with gate.ledger.connect() as connection:
        book = pickle.dumps(partners.load_book(connection))
        version = notes.read(connection, DIRECTORY_VERSION)
    return Share(book, str(version), items)


def an_item(gate: Gate, number: int, content: bytes | None = None, interface: str = "FSO1106A") -> Item:
    """One archived document to examine."""
    content = cii(Draft(f"POOL-{number}")) if content is None else content
    sha256 = hashlib.sha256(content).hexdigest()
    (gate.places.archive / "day").mkdir(exist_ok=True)
    (gate.places.archive / "day" / sha256).write_bytes(content)
    return Item(
        f"run{number}", f"day/{sha256}", flow_name(interface, "JMRPOR", number), "JMRPOR", DAY, 999, incomplete=False
    )


def with_time(item: Item) -> Item:
    """The same, as large as what a minute is given to."""
    return replace(item, size=60 * BYTES_A_SECOND)


def an_endless_item(gate: Gate, number: int) -> Item:
    """A document whose archived file is a pipe that nobody writes to: reading it never ends."""
    (gate.places.archive / "day").mkdir(exist_ok=True)
    os.mkfifo(gate.places.archive / "day" / f"pipe{number}")
    return Item(
        f"run{number}",
        f"day/pipe{number}",
        flow_name("FSO1106A", "JMRPOR", number),
        "JMRPOR",
        DAY,
        999,
        incomplete=False,
    )


def worker_ids(work: Path) -> list[int]:
    """The processes that noted what they are at."""
    return [int(note.stem) for note in work.glob("*.current")]


def under_way(gate: Gate) -> set[str]:
    """The runs that the workers noted to be at."""
    return {worker.noted(gate.places.work, pid) for pid in worker_ids(gate.places.work)}


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_every_item_of_every_share_is_examined(gate: Gate) -> None:
    """More shares than workers are all answered, in their order."""
    with closing(Pool(a_charge(gate), 2)) as pool:
        found = list(pool.examine([a_share(gate, an_item(gate, n), an_item(gate, n + 1)) for n in range(0, 10, 2)]))

    assert [run for run, _ in found] == [f"run{number}" for number in range(10)]
    assert all(isinstance(result, Examination) and not result.faults for _, result in found)


def test_a_document_that_outlasts_its_time_is_named(gate: Gate) -> None:
    """The worker is ended after the seconds allowed, and only the document it was at is suspected."""
    with closing(Pool(a_charge(gate, seconds=1), 1)) as pool:
        share = a_share(gate, with_time(an_item(gate, 1)), an_endless_item(gate, 2), an_item(gate, 3))
        with pytest.raises(Died) as died:
            list(pool.examine([share]))

    assert (died.value.suspects, died.value.begun, died.value.killed) == (frozenset({"run2"}), True, False)


def test_only_the_dead_workers_document_is_suspected(gate: Gate) -> None:
    """What the other workers were at when one died is above suspicion."""
    with closing(Pool(a_charge(gate, seconds=1), 2)) as pool:
        slow = [with_time(an_item(gate, number, cii(Draft(f"S-{number}")))) for number in range(10, 400)]
        with pytest.raises(Died) as died:
            list(pool.examine([a_share(gate, an_endless_item(gate, 1)), a_share(gate, *slow)]))

    assert died.value.suspects == {"run1"}


def test_what_was_found_before_a_death_counts(gate: Gate) -> None:
    """Answers come in the order of the shares, each as soon as it is there; only then is the death told."""
    with closing(Pool(a_charge(gate, seconds=1), 1)) as pool:
        answers = pool.examine([a_share(gate, an_item(gate, 1)), a_share(gate, an_endless_item(gate, 2))])
        run, found = next(answers)
        with pytest.raises(Died) as died:
            next(answers)

    assert (run, isinstance(found, Examination), died.value.suspects) == ("run1", True, frozenset({"run2"}))


def test_callers_share_the_workers(gate: Gate) -> None:
    """While the last of one caller's shares is examined, whoever is free begins with another's."""
    pipe = an_endless_item(gate, 1)
    with closing(Pool(a_charge(gate), 2)) as pool, ThreadPoolExecutor(1) as beside:
        slow = beside.submit(lambda: list(pool.examine([a_share(gate, pipe)])))
        found = list(pool.examine([a_share(gate, an_item(gate, number)) for number in range(2, 6)]))
        assert not slow.done()
        (gate.places.archive / pipe.archived).write_bytes(b"")  # it may be closed before anything is written
        ((run, _),) = slow.result()

    assert ([name for name, _ in found], run) == ([f"run{number}" for number in range(2, 6)], "run1")


def test_a_death_is_told_to_the_caller_whose_share_it_was_alone(gate: Gate) -> None:
    """The others' shares are examined by the workers that are left, and by the one that takes the dead one's place."""
    with closing(Pool(a_charge(gate, seconds=1), 2)) as pool, ThreadPoolExecutor(1) as beside:
        dying = beside.submit(lambda: list(pool.examine([a_share(gate, an_endless_item(gate, 1))])))
        count = 0
        while not dying.done():
            assert len(list(pool.examine([a_share(gate, with_time(an_item(gate, n))) for n in (2, 3)]))) == len((2, 3))
            count += 1
        assert isinstance(dying.exception(), Died)
        assert len(list(pool.examine([a_share(gate, an_item(gate, number)) for number in range(4, 8)]))) == 4

    assert count


def test_how_a_worker_ended_is_known_though_others_are_started_meanwhile(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, and whoever starts a process, for whatever pool, asks how all the others have ended."""
    told = forkserver.read_signed

    def asked(sentinel: int) -> int:
        monkeypatch.setattr(forkserver, "read_signed", told)
        if not _endings.locked():  # whoever starts one has it
            multiprocessing.active_children()
        return int(told(sentinel))

    with closing(Pool(a_charge(gate, seconds=1), 1)) as pool:
        pool.start()
        monkeypatch.setattr(forkserver, "read_signed", asked)
        with pytest.raises(Died) as died:
            list(pool.examine([a_share(gate, an_endless_item(gate, 1))]))

    assert (died.value.begun, died.value.killed) == (True, False)


def test_after_an_error_nobody_is_at_the_shares(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told of it gives them out again, however long he keeps what he was told."""

    def broken(found: Iterator[object], _: object) -> Iterator[object]:
        yield next(found)
        wait_until(lambda: "run2" in under_way(gate))
        raise ZeroDivisionError

    monkeypatch.setattr(worker, "whole", broken)
    with closing(Pool(a_charge(gate, seconds=1), 1)) as pool:
        shares = [a_share(gate, item) for item in (an_item(gate, 1), an_endless_item(gate, 2))]
        with pytest.raises(ZeroDivisionError) as raised:
            list(pool.examine(shares))

        assert (raised.type, pool._busy) == (ZeroDivisionError, set())  # noqa: SLF001


def test_an_answer_that_was_given_is_let_go(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is settled does not lie in memory until the last of its batch is examined."""
    monkeypatch.setattr(Pool, "_answer", lambda *_: {"found"})
    with closing(Pool(a_charge(gate), 1)) as pool, closing(pool._answers([_Call(len, ())] * 3)) as answers:  # noqa: SLF001
        first = weakref.ref(next(answers))
        next(answers)

        assert first() is None


def test_the_pool_goes_on_after_deaths(gate: Gate) -> None:
    """However often idle workers died, the next share is examined by new ones."""
    with closing(Pool(a_charge(gate), 1)) as pool:
        pool.start()
        for number in range(7):
            (pid,) = worker_ids(gate.places.work)
            (gate.places.work / f"{pid}.current").unlink()
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]
            ((run, _),) = examined(pool, a_share(gate, an_item(gate, number)))
            assert run == f"run{number}"


def examined(pool: Pool, share: Share) -> list[tuple[str, Examination | Waits]]:
    """A death that is noticed only when the share is given costs another try, as it does in the engine."""
    try:
        return list(pool.examine([share]))
    except Died as died:
        if died.begun:
            raise
        return list(pool.examine([share]))


def test_a_worker_that_noted_nothing_may_have_died_over_its_whole_share(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first note every item of the share is suspected, so that each is tried alone."""
    answer = Connection.recv_bytes

    def kill_then_wait(pipe: Connection, maxlength: int | None = None) -> bytes:
        os.kill(pid, signal.SIGKILL)
        return answer(pipe, maxlength)

    with closing(Pool(a_charge(gate), 1)) as pool:
        pool.start()
        (pid,) = worker_ids(gate.places.work)
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(Connection, "recv_bytes", kill_then_wait)
        with pytest.raises(Died) as died:
            list(pool.examine([a_share(gate, an_item(gate, 1), an_item(gate, 2))]))

    assert (died.value.suspects, died.value.begun, died.value.killed) == (frozenset({"run1", "run2"}), False, True)


def test_a_worker_killed_while_it_answers_is_noticed(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an answer is no answer: the death is told, and nobody waits for the other half."""
    noise = random.Random(1).randbytes(150_000)
    file = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("x") + noise, type_code="01")
    items = [an_item(gate, n, cii(Draft(f"BIG-{n}", attachments=(file,))), "FSO1116A") for n in range(12)]

    answer = Connection.recv_bytes

    def wait_then_kill(pipe: Connection, maxlength: int | None = None) -> bytes:
        wait([pipe])
        for pid in worker_ids(gate.places.work):
            os.kill(pid, signal.SIGKILL)
        return answer(pipe, maxlength)

    with closing(Pool(a_charge(gate), 1)) as pool:
        pool.start()
        monkeypatch.setattr(Connection, "recv_bytes", wait_then_kill)
        with pytest.raises(Died):
            list(pool.examine([a_share(gate, *items)]))


def test_workers_that_die_as_they_start_are_given_up(gate: Gate) -> None:
    """A gate whose workers cannot even begin says so instead of starting them for ever."""
    with closing(Pool(a_charge(gate, work=gate.places.root / "missing"), 1)) as pool, pytest.raises(CannotStart):
        pool.start()


def test_workers_do_not_outlive_the_pool(gate: Gate) -> None:
    """Closing ends the processes, also one that is stuck."""
    pool = Pool(a_charge(gate), 2)
    pool.start()
    pids = worker_ids(gate.places.work)
    pool.close()

    assert len(pids) == 2
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_signal_to_the_whole_group_leaves_workers_at_work(gate: Gate, number: signal.Signals) -> None:
    """What a service manager, or a terminal on Ctrl-C, sends to every process is for the gate alone to act on."""
    with closing(Pool(a_charge(gate), 1)) as pool:
        pool.start()
        for pid in worker_ids(gate.places.work):
            os.kill(pid, number)
        ((_, result),) = pool.examine([a_share(gate, an_item(gate, 1))])

    assert isinstance(result, Examination)


def test_what_workers_set_aside_nobody_else_reads(gate: Gate) -> None:
    """Their umask is the gate's, also where the fork server is older than it."""
    noise = random.Random(2).randbytes(400_000)
    file = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("x") + noise, type_code="01")
    item = an_item(gate, 1, cii(Draft("ASIDE-1", attachments=(file,))), "FSO1116A")
    with closing(Pool(replace(a_charge(gate), umask=0o077), 1)) as pool:
        ((_, result),) = pool.examine([a_share(gate, item)])
        aside = [path for path in gate.places.work.iterdir() if not path.name.endswith(".current")]

    assert isinstance(result, Examination)
    assert [path.stat().st_mode & 0o777 for path in aside] == [0o600]


def test_a_missing_archive_waits(gate: Gate) -> None:
    """A document that the archive no longer holds is not judged."""
    item = an_item(gate, 1)
    (gate.places.archive / item.archived).unlink()
    with closing(Pool(a_charge(gate), 1)) as pool:
        ((_, result),) = pool.examine([a_share(gate, item)])

    assert result == Waits("archive_altered", item.archived)
