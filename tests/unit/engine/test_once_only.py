"""With `outbox.collect_once` a file leaves the outbox once somebody has read it, and no other does."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from edigate.audit.export import export
from edigate.config import OutboxTable
from edigate.engine import once_only as once_only_module
from edigate.engine.once_only import Read, once_only, take_away
from edigate.intake.folder import Sight
from edigate.ledger import hearing
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, flows
from tests.unit.engine.published import gone, hand_out_again, noted, some_files

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate

PATIENCE = 60
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that a file was closed after reading")


@pytest.fixture
def strict(gate: Gate) -> Gate:
    """A gate whose partners may fetch a file only once."""
    settings = gate.settings._replace(outbox=OutboxTable(collect_once=True))
    return replace(gate, settings=settings)


def soon(path: Path) -> bool:
    """Whether a file goes within some seconds."""
    end = time.monotonic() + PATIENCE
    while path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return not path.exists()


def as_read(path: Path) -> Read:
    """What the gate hears when somebody has read a file."""
    return Read(path.parent.name, path.name, Sight.of(path.lstat()))


def test_a_file_goes_when_it_was_read(strict: Gate) -> None:
    """Ledger and audit log say that its partner has it; those that nobody opened stay."""
    files = some_files(strict)
    with once_only(strict):
        files[0].read_bytes()

        assert soon(files[0])

    assert gone(strict) == {file.name: "collected" if file == files[0] else "" for file in files}
    assert noted(strict, "delivery.collected") == 1


def test_listing_and_looking_take_nothing_away(strict: Gate) -> None:
    """Only who opens and closes a file has read it."""
    files = some_files(strict)
    with once_only(strict):
        for file in files:
            list(file.parent.iterdir())
            file.stat()
        files[0].read_bytes()
        assert soon(files[0])  # whatever came before it was seen, too

    assert all(file.exists() for file in files[1:])


def test_a_file_that_is_being_read_stays_until_it_is_closed(strict: Gate) -> None:
    """A slow connection reads to its end."""
    file = some_files(strict)[0]
    with once_only(strict):
        with file.open("rb") as reading:
            reading.read(10)
            time.sleep(1.2)
            assert file.exists()

        assert soon(file)


def test_the_gates_own_work_is_no_reading(strict: Gate) -> None:
    """Files that are made, published and offered again while the gate listens stay where they are."""
    with once_only(strict):
        files = some_files(strict)
        with writing(strict.ledger) as connection:
            hearing.offer_again(connection, 1)
        hand_out_again(strict)
        time.sleep(1.2)

    assert all(file.exists() for file in files)
    assert set(gone(strict).values()) == {""}


def test_a_hidden_file_and_a_strangers_stay(strict: Gate) -> None:
    """Neither what is still staged nor what is no delivery is taken away by reading it."""
    folder = some_files(strict)[0].parent
    others = [folder / ".staging" / "77", folder / "notes.txt", folder.parent / "notes.txt"]
    for other in others:
        other.write_bytes(b"x")
    with once_only(strict):
        for other in others:
            other.read_bytes()
        time.sleep(1.2)

    assert all(other.exists() for other in others)


def test_nothing_goes_unless_the_settings_say_so(gate: Gate) -> None:
    """By default a file may be read as often as one likes."""
    files = some_files(gate)
    with once_only(gate):
        assert "once-only" not in {thread.name for thread in threading.enumerate()}
        files[0].read_bytes()

    assert files[0].exists()


def test_folders_that_are_made_later_count_too(strict: Gate) -> None:
    """A partner's first file, and one after its outbox was taken away whole, go once they were read."""
    with once_only(strict):
        files = some_files(strict)
        files[0].read_bytes()
        assert soon(files[0])
        away = strict.places.root / "away"
        files[1].parent.rename(away)
        with writing(strict.ledger) as connection:
            known = {row.name: row.id for row in connection.execute(deliveries.select())}
            hearing.offer_again(connection, known[files[1].name])
        hand_out_again(strict)
        files[1].read_bytes()

        assert soon(files[1])


def test_whoever_is_quicker_than_the_news_of_his_folder_has_a_file_once_too(
    strict: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate listens in a folder before it publishes anything there, however late it hears that the folder is new."""
    monkeypatch.setattr(once_only_module._Folders, "on_created", lambda *_: None)  # noqa: SLF001 - news that never come
    with once_only(strict):
        files = some_files(strict)
        files[0].read_bytes()

        assert soon(files[0])


def test_a_folder_that_somebody_makes_anew_is_listened_to(strict: Gate) -> None:
    """Also where it has the inode of the one before; it is heard of a moment later."""
    file = some_files(strict)[0]
    content = file.read_bytes()
    with once_only(strict):
        shutil.rmtree(file.parent)
        file.parent.mkdir()
        file.write_bytes(content)
        end = time.monotonic() + PATIENCE
        while file.exists() and time.monotonic() < end:
            file.read_bytes()
            time.sleep(0.1)

        assert not file.exists()


def test_a_file_read_before_it_counts_as_published_goes_later(strict: Gate) -> None:
    """Between its rename and the commit a file is there already: whoever is that quick has it once, too."""
    file = some_files(strict)[0]
    read = as_read(file)
    with writing(strict.ledger) as connection:
        connection.execute(update(deliveries).where(deliveries.c.name == file.name).values(state="placed"))

    assert take_away(strict, [read]) == [read]
    assert file.exists()
    with writing(strict.ledger) as connection:
        connection.execute(update(deliveries).where(deliveries.c.name == file.name).values(state="published"))

    assert take_away(strict, [read]) == []
    assert not file.exists()


def test_a_file_offered_anew_is_not_the_one_that_was_read(strict: Gate) -> None:
    """Whoever asked for it once more finds it, although the earlier one was read before."""
    file = some_files(strict)[0]
    read = as_read(file)
    with writing(strict.ledger) as connection:
        hearing.offer_again(
            connection, next(r.id for r in connection.execute(deliveries.select()) if r.name == file.name)
        )
    hand_out_again(strict)

    assert take_away(strict, [read]) == []
    assert file.exists()


@pytest.mark.parametrize("how", ["another size", "another partner's", "uploaded"])
def test_what_is_not_the_delivery_itself_stays(strict: Gate, how: str) -> None:
    """Name, partner and size must be those of a delivery that lies in the outbox."""
    file = some_files(strict)[0]
    if how == "another size":
        file.write_bytes(b"something else")
    elif how == "another partner's":
        other = next(path for path in file.parent.parent.iterdir() if path != file.parent)
        file = file.rename(other / file.name)
    else:
        with writing(strict.ledger) as connection:
            connection.execute(update(deliveries).values(uploaded_at=stamp(strict.clock())))

    assert take_away(strict, [as_read(file)]) == []
    assert file.exists()


def test_the_story_of_a_flow_takes_nothing_from_its_partners(strict: Gate, tmp_path: Path) -> None:
    """What `edigate audit export` packs is rendered again, not read where its partner finds it."""
    files = some_files(strict)
    with strict.ledger.connect() as connection:
        flow = connection.execute(select(flows)).mappings().first()
        assert flow is not None
    with once_only(strict):
        told = export(strict, flow, tmp_path / "story.zip", actor="test")
        time.sleep(1.2)

    assert not [name for name in told.left_out if name.startswith("CSO")]  # the others hold the other flow, too
    assert all(file.exists() for file in files)
