"""Moves that are killed, broken off or given up: the gate is in one place only, and the next call ends it as if not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edigate.ledger.database import open_ledger
from edigate.moving import contents, ledgers
from tests import postgres
from tests.acceptance.actors import BUYER
from tests.acceptance.gates import Site, sound
from tests.integration.migrate.past import embedded, on_server

if TYPE_CHECKING:
    from tests.integration.migrate.conftest import Departing

SCRIPT = Path(__file__).with_name("killed.py")
CROSSING, LEDGERS, SHELF = "edigate.moving.crossing", "edigate.moving.ledgers", "edigate.moving.shelf"
# Module, function, which call of it, whether before or after it; whether the gate's own ledger is still the open one.
INSTANTS = (
    (CROSSING, "open_ledger", 2, "after", True),
    (CROSSING, "_close", 1, "before", True),
    (CROSSING, "_close", 1, "after", False),
    (LEDGERS, "pour", 1, "after", False),
    (LEDGERS, "pour", 7, "before", False),
    (LEDGERS, "_set_numbers", 1, "after", False),
    (LEDGERS, "copy", 1, "after", False),
    (CROSSING, "_fill", 1, "after", False),
    ("edigate.moving.settings", "write", 2, "before", False),
    ("edigate.moving.settings", "write", 2, "after", False),
    (SHELF, "put", 1, "before", False),
    (SHELF, "sync_folder", 1, "before", False),
)


@pytest.mark.parametrize(("module", "function", "call", "when", "stays_open"), INSTANTS)
def test_a_killed_move_is_finished_by_the_next(
    departing: Departing, module: str, function: str, call: int, when: str, *, stays_open: bool
) -> None:
    """Wherever it dies: nothing is there twice or halfway, and after the next call all of it is in the new place."""
    before = embedded(departing.root)
    arguments = (str(departing.root), departing.url, module, function, str(call), when)
    killed = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    if stays_open:
        assert embedded(departing.root) == before
    else:
        _may_not_work(departing)
    told = departing.console.json("migrate", "--ledger", departing.url)

    assert told["tables"] == {name: len(found) for name, found in before.items()}
    assert on_server(departing.url) == before
    assert not (departing.root / "ledger.sqlite").exists()
    _goes_on(departing)


def _may_not_work(departing: Departing) -> None:
    """The old ledger takes no change; whether the gate works on the new one depends on its settings alone."""
    old = departing.root / "ledger.sqlite"
    if not old.exists() or departing.url in (departing.root / "edigate.toml").read_text(encoding="utf-8"):
        return
    answer = departing.console.run("run", "--once", expect=1)
    assert "edigate migrate --give-up" in answer.err


def _goes_on(departing: Departing) -> None:
    site = Site(departing.root)
    outcome = site.decide(sound(**BUYER))
    site.close()
    assert outcome.verdict == "integrated"
    departing.console.run("audit", "verify")


def test_a_move_that_fails_leaves_the_gate_where_it_was(departing: Departing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server goes away in the middle: the gate works on in its folder, and can be moved another time."""
    before = embedded(departing.root)
    real = contents.pour
    poured: list[str] = []

    def cut_off(session: Any, table: Any, *rest: Any) -> Any:  # noqa: ANN401 - what `pour` takes and gives
        poured.append(table.name)
        if len(poured) == 4:
            postgres.server().cut(departing.url)
        return real(session, table, *rest)

    monkeypatch.setattr(ledgers, "pour", cut_off)
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    assert answer.err.startswith("edigate: The ledger cannot be used")
    monkeypatch.undo()

    assert embedded(departing.root) == before
    _goes_on(departing)
    after = embedded(departing.root)
    departing.console.run("migrate", "--ledger", departing.url)
    assert on_server(departing.url) == after


def test_a_commit_that_nobody_heard_of(departing: Departing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the new ledger is there is not known then: the old one stays closed, and the next call finds out."""
    before = embedded(departing.root)
    real = ledgers.copy

    def cut_off(*given: Any) -> Any:  # noqa: ANN401 - what `copy` takes and gives
        copied = real(*given)
        postgres.server().cut(departing.url)
        return copied

    monkeypatch.setattr(ledgers, "copy", cut_off)
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    assert "closed until the move is finished or given up" in answer.err
    monkeypatch.undo()
    _may_not_work(departing)
    departing.console.run("migrate", "--ledger", departing.url)
    assert on_server(departing.url) == before
    _goes_on(departing)


def test_a_full_disk_over_there_leaves_nothing_there(departing: Departing) -> None:
    """The server says so itself; what it had taken until then is gone, and the gate works on in its folder."""
    database = departing.url.rpartition("/")[2]
    open_ledger(departing.url).dispose()
    postgres.server().run(
        "create function full_disk() returns trigger language plpgsql as $$ begin raise exception using errcode ="
        " 'disk_full', message = 'could not extend file: No space left on device'; end $$;"
        " create trigger full_disk before insert on statuses for each row execute function full_disk()",
        database=database,
    )
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)

    assert "No space left on device" in answer.err
    assert "The server's disk is full" in answer.err
    assert not any(found for name, found in on_server(departing.url).items())
    _goes_on(departing)


def test_commands_change_nothing_that_would_stay_behind(departing: Departing) -> None:
    """Between a move that was killed and the next call, the old ledger answers and takes nothing."""
    arguments = (str(departing.root), departing.url, CROSSING, "_fill", "1", "after")
    subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, check=False)
    before = embedded(departing.root)

    assert departing.past.due in departing.console.run("flows", "list").out
    for command in (("held", "release", "--all"), ("partners", "suspend", "SEI001")):
        answer = departing.console.run(*command, expect=1)
        assert "this ledger has moved, or is about to: edigate migrate" in answer.err
        assert "edigate migrate --give-up" in answer.err
    assert embedded(departing.root) == before


def test_a_move_can_be_given_up(departing: Departing) -> None:
    """After that the gate works on in its folder, and what may be on the server is nobody's."""
    before = embedded(departing.root)
    arguments = (str(departing.root), departing.url, CROSSING, "_fill", "1", "after")
    subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, check=False)
    assert departing.console.json("migrate", "--give-up") == {"given_up": True}

    assert embedded(departing.root) == before
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    assert "holds another ledger" in answer.err
    assert departing.console.json("migrate", "--give-up") == {"given_up": False}
    _goes_on(departing)


def test_a_move_that_has_begun_goes_nowhere_else(departing: Departing) -> None:
    """Another address is refused while the first may hold the whole ledger."""
    arguments = (str(departing.root), departing.url, CROSSING, "_fill", "1", "after")
    subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, check=False)
    other = postgres.server().empty()

    answer = departing.console.run("migrate", "--ledger", other, expect=1)
    assert f"already on its way to {departing.url}" in answer.err
    postgres.server().drop(other)


def test_what_has_moved_is_not_given_up(departing: Departing) -> None:
    """There is no way back: numbers were given out there."""
    departing.console.run("migrate", "--ledger", departing.url)
    answer = departing.console.run("migrate", "--give-up", expect=1)
    assert "on PostgreSQL already" in answer.err
