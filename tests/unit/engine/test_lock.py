"""One gate holds a folder, and only as long as it lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from edigate.engine.lock import Held, held, holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDS = """
import os, sys, time
from pathlib import Path
from edigate.engine.lock import held
with held(Path(sys.argv[1])):
    child = sys.argv[2:] and os.fork() == 0
    if not child:
        print(os.getpid(), flush=True)
    time.sleep(60)
"""


@contextmanager
def a_holder(lock: Path, *with_child: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock, perhaps with a child; all of it is ended in the end."""
    command = [sys.executable, "-c", HOLDS, str(lock), *with_child]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock file that is not there yet."""
    return tmp_path / "ledger.lock"


def test_a_lock_that_is_held_is_refused_with_the_holders_id(lock: Path) -> None:
    """And the folder's name, so that one knows which to end."""
    with a_holder(lock) as holder, pytest.raises(Held, match=rf"{lock.parent}: .*process {holder.pid}\)"), held(lock):
        pass


def test_death_releases_the_lock(lock: Path) -> None:
    """However sudden, and although a child that outlives the gate still has the file: it was never the child's."""
    with a_holder(lock, "with a child") as holder:
        holder.kill()
        holder.wait()
        with held(lock):
            assert lock.read_text() == str(os.getpid())


def test_the_lock_is_free_after_its_use(lock: Path) -> None:
    """Also after an error."""
    with pytest.raises(KeyError), held(lock):
        raise KeyError
    with held(lock):
        pass
    with a_holder(lock):
        pass


def test_who_holds_a_lock_is_told(lock: Path) -> None:
    """Nobody does where there is none, nor after the holder's death, though its number is still written there."""
    assert holder(lock) == ""
    assert not lock.exists()
    with a_holder(lock, "with a child") as process:
        assert holder(lock) == str(process.pid)
        process.kill()
        process.wait()
        assert holder(lock) == ""


ASKS = """
import sys
from pathlib import Path
from edigate.engine.lock import holder
print(flush=True)
while True:
    holder(Path(sys.argv[1]))
"""


def test_asking_takes_no_lock_from_anybody(lock: Path) -> None:
    """A gate that starts while the doctor looks is not told that another gate is at work."""
    with held(lock):
        pass
    with subprocess.Popen([sys.executable, "-c", ASKS, str(lock)], stdout=subprocess.PIPE) as asking:
        assert asking.stdout
        asking.stdout.readline()
        for _ in range(2000):
            with held(lock):
                pass
        asking.kill()
