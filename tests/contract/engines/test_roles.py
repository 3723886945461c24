"""Processes with a role each, and what keeps them from the folders of others."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog

from edigate.cli import obey
from edigate.engine.chores import tidy_copies
from edigate.engine.delivering import MARK, NotShared, outbox_mark
from edigate.engine.distributed import Distributed
from edigate.engine.heads import keep_heads
from edigate.engine.roles import Role
from edigate.health.checks import examine
from edigate.health.findings import Severity
from edigate.ledger import alerts, notes, snapshots
from edigate.ledger.archive import ARRIVING
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from tests.acceptance.gates import DEPOSITOR, SETTINGS, STRUCTURED, Site, fresh_number
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite


def other_machine(site: Site, root: Path) -> Site:
    """Another machine of the same gate, with folders of its own."""
    root.mkdir()
    (root / "edigate.toml").write_text((site.root / "edigate.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return Site(root)


def test_each_role_does_its_own_and_nothing_else(site: Site) -> None:
    """A deposit goes its way only as far as the roles that are at work take it."""
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    for role in (Role.WORK, Role.DELIVER):
        Distributed(site.gate, {role}).run_once()
    assert site.outcomes() == []
    Distributed(site.gate, {Role.INTAKE}).run_once()
    assert site.outcome(name).state == "in_progress"
    Distributed(site.gate, {Role.DELIVER}).run_once()
    assert site.outcome(name).state == "in_progress"
    Distributed(site.gate, {Role.WORK}).run_once()
    assert site.outcome(name).verdict == "integrated"
    assert site.collect().reports == []
    Distributed(site.gate, {Role.DELIVER}).run_once()
    assert [report.flow for report in site.collect().reports] == [name[-25:]]


def test_nobody_delivers_from_an_outbox_of_his_own(make_site: MakeSite, tmp_path: Path) -> None:
    """A file that is not in it would count as handed out; a folder that is shared has the mark of the first."""
    (tmp_path / "shared").mkdir()
    site = make_site(f'[storage]\nurl = "{tmp_path / "shared"}"\n')
    site.round()
    other = other_machine(site, tmp_path / "other")
    with pytest.raises(NotShared):
        Distributed(other.gate, {Role.DELIVER}).run_once()
    Distributed(other.gate, {Role.INTAKE, Role.WORK}).run_once()
    for path in sorted((other.root / "outbox").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (other.root / "outbox").rmdir()
    (other.root / "outbox").symlink_to(site.root / "outbox")
    Distributed(other.gate, {Role.DELIVER}).run_once()
    other.close()


def test_half_made_copies_of_machines_that_died_are_taken_away(site: Site) -> None:
    """Not those that may still be being made: no machine knows what another one does."""
    folder = site.gate.archive.folder()
    assert folder is not None
    (folder / ARRIVING).mkdir(parents=True)
    for name, age in (("old", 4_000), ("young", 60)):
        (folder / ARRIVING / name).write_bytes(b"half")
        os.utime(folder / ARRIVING / name, (time.time() - age,) * 2)
    tidy_copies(site.gate)
    assert [path.name for path in (folder / ARRIVING).iterdir()] == ["young"]


@pytest.fixture
def logs_end_here() -> Iterator[None]:
    """What a command logs goes to the screen of its own test, and of no other."""
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs_end_here")
@pytest.mark.parametrize(
    ("roles", "status", "says"),
    [
        ("work", 1, "one process does everything"),
        ("wrok", 2, "wrok is no role"),
        ("", 2, "is no role"),
    ],
)
def test_roles_that_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], roles: str, status: int, says: str
) -> None:
    """A gate with its ledger in its folder does everything in one process; a typo is told with what there is."""
    (tmp_path / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    assert obey(["--gate", str(tmp_path), "run", "--once", "--roles", roles]) == status
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_mark_that_was_begun_and_never_written_is_none(tmp_path: Path) -> None:
    """An empty one would make all outboxes alike; what is there stays, and nothing else is left behind."""
    (tmp_path / MARK).touch()
    mark = outbox_mark(tmp_path)
    assert len(mark) == 32
    assert outbox_mark(tmp_path) == mark
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


def test_all_who_mark_an_outbox_at_once_agree(tmp_path: Path) -> None:
    """Whoever comes second reads what the first one wrote, whole."""
    for number in range(50):
        folder = tmp_path / str(number)
        folder.mkdir()
        with ThreadPoolExecutor(8) as threads:
            marks = set(threads.map(outbox_mark, [folder] * 8))
        assert len(marks) == 1
        assert len(marks.pop()) == 32


def test_a_new_machine_has_no_finding_for_want_of_the_directory(make_site: MakeSite, tmp_path: Path) -> None:
    """The directory in force lies where the machines share it, until this one needs it."""
    (tmp_path / "shared").mkdir()
    site = make_site(f'[storage]\nurl = "{tmp_path / "shared"}"\n')
    with site.gate.ledger.connect() as connection:
        version = str(notes.read(connection, notes.DIRECTORY_VERSION))
    snapshots.share(site.gate.storage, site.gate.places.directory, version)
    other = other_machine(site, tmp_path / "other")
    other.gate.archive.found()  # type: ignore[attr-defined]
    found = {one.check.name: one.severity for one in examine(other.root, other.gate.clock)}
    assert found["directory"] is Severity.OK
    assert not list(other.root.glob("directory/*"))
    other.close()


def test_numbers_that_no_index_holds_are_decided_too(site: Site) -> None:
    """A text that cannot be packed, of characters of four bytes each, is kept shortened, and keeps nobody else back."""
    chance = random.Random(5)
    long = ["".join(chr(chance.randrange(0x20000, 0x2A6D0)) for _ in range(1500)) for _ in range(3)]
    names = [
        site.deposit(cii(draft), STRUCTURED)
        for draft in (
            Draft(long[0]),
            Draft(fresh_number(), supplier_id=long[0], recipient_siret=long[1], cadre="A4", market=long[2]),
            Draft(fresh_number()),
        )
    ]
    site.round()
    assert [site.outcome(name).verdict for name in names] == ["rejected", "rejected", "integrated"]


def missing(site: Site) -> set[str]:
    """The folders that the doctor misses."""
    found = [one for made in examine(site.root, site.gate.clock) for one in made.findings]
    return {one.place for one in found if one.kind == "folder.missing"}


def test_the_doctor_wants_inboxes_only_where_deposits_are_taken_in(site: Site, tmp_path: Path) -> None:
    """A machine that only decides has none; one that has had the role once is expected to have them."""
    other = other_machine(site, tmp_path / "other")
    Distributed(other.gate, {Role.WORK}).run_once()
    before = missing(other)
    Distributed(other.gate, {Role.INTAKE}).run_once()
    shutil.rmtree(other.root / "inbox" / DEPOSITOR, ignore_errors=True)
    after = missing(other)
    other.close()

    assert before == set()
    assert f"inbox/{DEPOSITOR}" in {place.rstrip("/") for place in after}


def test_a_machine_that_keeps_heads_does_not_settle_anothers_alert(site: Site, tmp_path: Path) -> None:
    """One whose folder for heads is not mounted says so until it is, though others keep them."""
    other = other_machine(site, tmp_path / "other")
    kept = tmp_path / "heads"
    kept.mkdir()
    broken = with_settings(site.gate, "audit", heads_folder=str(tmp_path / "not mounted"))
    sound_one = with_settings(other.gate, "audit", heads_folder=str(kept))
    seen = []
    for gate in (broken, sound_one, broken, sound_one):
        site.deposit(cii(Draft(fresh_number())), STRUCTURED)
        Distributed(site.gate, {Role.INTAKE}).run_once()
        keep_heads(gate)
        seen.append(site.alerts())
    mended = with_settings(site.gate, "audit", heads_folder=str(kept))
    keep_heads(mended)
    other.close()

    assert seen == [[("audit.head_unsent", False)]] * 4, "raised once, and open"
    assert site.alerts() == [("audit.head_unsent", True)]


def test_a_head_alert_that_nobody_is_left_to_settle_is_settled_by_whoever_sends_all(site: Site, tmp_path: Path) -> None:
    """At once where it names no machine; a day later where its machine, taken away by then, did not raise it anew."""
    other = other_machine(site, tmp_path / "other")
    kept = tmp_path / "heads"
    kept.mkdir()
    site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    Distributed(site.gate, {Role.INTAKE}).run_once()
    with writing(site.gate.ledger) as connection:
        alerts.open_one(connection, alerts.HEAD_UNSENT, 0, "", "as one machine raises it", stamp(site.gate.clock()))
    keep_heads(with_settings(site.gate, "audit", heads_folder=str(tmp_path / "not mounted")))
    keep_heads(other.gate)
    before = site.alerts()
    sound_one = with_settings(other.gate, "audit", heads_folder=str(kept))
    keep_heads(sound_one)
    at_once = site.alerts()
    keep_heads(replace(sound_one, clock=lambda: site.gate.clock() + dt.timedelta(days=2)))
    other.close()

    assert [closed for _, closed in before] == [False, False], "whoever keeps none elsewhere knows nothing of it"
    assert [closed for _, closed in at_once] == [True, False]
    assert [closed for _, closed in site.alerts()] == [True, True]
