"""`edigate backup`, `restore`, `restored` and `purge`: what they say, and that nothing half made ever looks whole."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from edigate.backup.making import copy_ledger
from tests.integration.cli_records.console import Site, fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.cli_records.console import Answer


@dataclass(frozen=True, slots=True)
class Kept:
    """A gate and its backup."""

    site: Site
    backup: Path

    def make(self, *more: str, expect: int = 0) -> Answer:
        """Make a generation."""
        return self.site.run("backup", str(self.backup), *more, expect=expect)

    def made(self, *more: str) -> Any:  # noqa: ANN401 - what the command says
        """The same as JSON."""
        return self.make(*more, "--json").json

    def restore(self, root: Path, *more: str, expect: int = 0) -> Answer:
        """Give a generation back."""
        return self.site.run("restore", str(self.backup), str(root), *more, expect=expect)

    @property
    def generations(self) -> list[Path]:
        """The generations, hidden ones too."""
        folder = self.backup / "generations"
        return sorted(folder.iterdir()) if folder.exists() else []

    @property
    def archive(self) -> list[Path]:
        """The files of the backup's archive."""
        return sorted(path for path in (self.backup / "archive").glob("*/*"))


@pytest.fixture
def kept(site: Site, tmp_path: Path) -> Kept:
    """A gate that has worked, and where its backup is to lie."""
    return Kept(site, tmp_path / "backup")


def archived(root: Path) -> dict[str, bytes]:
    """An archive's files, by their place."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.glob("archive/*/*")}


def command(site: Site, *arguments: str) -> list[str]:
    """A command for a process of its own."""
    return [sys.executable, "-m", "edigate", "--gate", str(site.root), *arguments]


def test_a_restored_gate_is_the_gate_that_was_backed_up(kept: Kept, tmp_path: Path) -> None:
    """Flows, verdicts, invoices, partners, settings, directory and archive; its books are even, its audit log whole."""
    site = kept.site
    before = {name: site.json(*name) for name in (("flows", "list"), ("invoices", "list"), ("partners", "list"))}
    kept.make()
    told = kept.restore(tmp_path / "restored", "--json").json
    restored = Site(tmp_path / "restored")

    assert {name: restored.json(*name) for name in before} == before
    assert archived(restored.root) == archived(site.root)
    assert told["files"] == len(archived(site.root))
    assert (restored.root / "edigate.toml").read_bytes() == (site.root / "edigate.toml").read_bytes()
    assert {(restored.root / name).stat().st_mode & 0o777 for name in ("inbox", "outbox")} == {0o751}
    assert restored.run("balance").status == 0
    assert restored.run("audit", "verify").status == 0
    assert restored.run("directory", "show").out == site.run("directory", "show").out


def test_a_restored_gate_says_what_to_do(kept: Kept, tmp_path: Path) -> None:
    """The run is refused with the commands that go on; show and accept lead there."""
    kept.make()
    kept.restore(tmp_path / "restored")
    restored = Site(tmp_path / "restored")

    refused = restored.run("run", "--once", expect=1)
    assert "edigate restored show" in refused.err
    assert "restored accept" in restored.run("run", "--once", lang="fr", expect=1).err
    shown = restored.json("restored", "show")
    assert (shown["waiting"], shown["gone"], shown["unknown"], shown["deposits"]) == (True, [], [], [])
    assert "Known to have gone: 0" in restored.run("restored", "show").out
    done = restored.run("restored", "accept", "--reason", "disk lost", "--json").json
    assert (done["published"], done["withheld"], done["held"]) == (0, 0, 0)
    assert restored.run("run", "--once").status == 0
    assert restored.run("replay", restored.json("flows", "list")[0]["id"], "--reason", "x").status == 0
    assert "Accepted already" in restored.run("restored", "show").out
    assert "not restored" in restored.run("restored", "accept", "--reason", "again", expect=1).err


def test_a_gate_that_was_not_restored_has_nothing_to_compare(shown: Site) -> None:
    """Show and accept say so."""
    assert "not restored" in shown.run("restored", "show", expect=1).err


def test_a_second_backup_copies_only_what_is_new(kept: Kept) -> None:
    """Generations share the archive, and each can be given back."""
    first = kept.made()
    assert first["copied"] == first["manifest"]["archive"]["files"] == len(kept.archive)
    before = {path: path.stat().st_ino for path in kept.archive}
    kept.site.deposit("JMRPOR", "FSO1106A_JMRPOR_JMRPOR1106000000000099999", b"<no invoice/>")
    kept.site.run("run", "--once")

    second = kept.made()

    assert second["copied"] == 1
    assert before.items() <= {path: path.stat().st_ino for path in kept.archive}.items()
    assert len(kept.generations) == 2
    assert kept.made()["copied"] == 0


def test_old_generations_go_with_what_only_they_had(kept: Kept) -> None:
    """With --keep the last ones stay; a file that was purged goes once no generation knows it."""
    kept.make()
    (victim,) = kept.site.json("flows", "list")[:1]
    place = f"2001-01-01/{victim['sha256']}"
    source, target = kept.site.root / "archive" / place, kept.backup / "archive" / place
    source.parent.mkdir()
    shutil.copyfile(kept.site.root / kept.site.json("flows", "show", victim["id"])["archive"], source)
    with kept.site.connection() as connection:
        connection.exec_driver_sql("update flows set archived = ? where id = ?", (place, victim["id"]))
    kept.make()
    assert target.exists()
    with kept.site.connection() as connection:
        connection.exec_driver_sql("delete from flows where id = ?", (victim["id"],))
    source.unlink()

    told = kept.made("--keep", "2")
    assert len(told["forgotten"]) == 1
    assert target.exists()
    kept.make("--keep", "1")

    assert not target.exists()
    assert len(kept.generations) == 1
    assert kept.make("--check").status == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: _flip(kept.generations[-1] / "ledger.sqlite"),
        lambda kept: _flip(kept.generations[-1] / "manifest.json"),
        lambda kept: (kept.generations[-1] / "manifest.sha256").unlink(),
        lambda kept: (kept.generations[-1] / "edigate.toml").unlink(),
        lambda kept: _flip(kept.archive[3]),
        lambda kept: kept.archive[3].unlink(),
        lambda kept: _flip(next((kept.backup / "directory").iterdir())),
    ],
    ids=["ledger", "manifest", "seal", "settings", "altered file", "lost file", "directory"],
)
def test_a_corrupted_backup_is_refused_and_leaves_nothing(
    kept: Kept, tmp_path: Path, spoil: Callable[[Kept], None]
) -> None:
    """Nothing of a gate that could not be given back whole stays behind; a check of the backup says the same."""
    kept.make()
    spoil(kept)

    kept.restore(tmp_path / "restored", expect=1)

    assert not (tmp_path / "restored").exists()
    kept.make("--check", expect=1)


def test_an_archive_that_lost_files_can_be_salvaged(kept: Kept, tmp_path: Path) -> None:
    """All the rest is given back, and what lacks is named; the ledger still knows it."""
    kept.make()
    lost, altered = kept.archive[3], kept.archive[5]
    lost.unlink()
    _flip(altered)

    told = kept.restore(tmp_path / "restored", "--salvage", "--json").json

    assert told["lacking"] == sorted(f"{path.parent.name}/{path.name}" for path in (lost, altered))
    assert told["files"] == len(archived(kept.site.root)) - 2


def test_a_gate_whose_own_archive_lost_a_file_is_backed_up_all_the_same(kept: Kept, tmp_path: Path) -> None:
    """The command fails aloud and names it, for the operator; what there is, is kept and can be given back."""
    first = next((kept.site.root / "archive").glob("*/*"))
    first.unlink()

    answer = kept.make(expect=1)

    assert first.name in answer.out
    assert kept.restore(tmp_path / "restored", "--json").json["lacking"] == [f"{first.parent.name}/{first.name}"]


def test_a_folder_that_is_not_empty_is_refused(kept: Kept) -> None:
    """Nothing is ever restored over something."""
    kept.make()
    before = archived(kept.site.root)

    assert "not empty" in kept.restore(kept.site.root, expect=1).err
    assert archived(kept.site.root) == before


def test_where_there_is_no_backup_it_says_so(kept: Kept, tmp_path: Path) -> None:
    """An empty folder, and a generation that is not there."""
    assert "no backup" in kept.restore(tmp_path / "restored", expect=1).err
    kept.make()
    assert "no backup" in kept.restore(tmp_path / "restored", "--generation", "yesterday", expect=1).err


def test_a_backup_is_of_one_gate_and_lies_outside_of_it(kept: Kept, shown_empty: Site, tmp_path: Path) -> None:
    """Another gate's folder, and the gate's own, are refused."""
    kept.make()
    other = Site(shutil.copytree(shown_empty.root, tmp_path / "other"))
    settings = other.root / "edigate.toml"
    text = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text(
        "\n".join('code = "CPP002"' if line.startswith("code =") else line for line in text), encoding="utf-8"
    )

    assert "another gate" in Kept(other, kept.backup).make(expect=1).err
    assert "inside" in kept.site.run("backup", str(kept.site.root / "backup"), expect=1).err


def test_keys_are_kept_only_where_asked_for(kept: Kept, tmp_path: Path) -> None:
    """Site schemas always; without --with-keys, keys are named, to be put back by hand."""
    root = kept.site.root
    (root / "keys").mkdir()
    (root / "keys" / "audit.pem").write_text("secret", encoding="utf-8")
    (root / "own" / "parts").mkdir(parents=True)
    for name in ("cii.xsd", "parts/types.xsd"):
        (root / "own" / name).write_text("<schema/>", encoding="utf-8")
    settings = (root / "edigate.toml").read_text(encoding="utf-8")
    settings = settings.replace('#key_file = ""', 'key_file = "keys/audit.pem"').replace(
        '#cii = ""', 'cii = "own/cii.xsd"'
    )
    (root / "edigate.toml").write_text(settings, encoding="utf-8")

    without = kept.made()
    assert without["manifest"]["left_out"] == [str(root / "keys" / "audit.pem")]
    assert "keys/audit.pem" in fold(kept.restore(tmp_path / "without").out)
    kept.make("--with-keys")
    kept.restore(tmp_path / "with")

    assert not (tmp_path / "without" / "keys").exists()
    assert (tmp_path / "with" / "keys" / "audit.pem").read_text(encoding="utf-8") == "secret"
    assert (tmp_path / "with" / "keys" / "audit.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "without" / "own" / "parts" / "types.xsd").exists()


def test_a_full_disk_leaves_no_half_backup(kept: Kept) -> None:
    """The generation before stays as it is, and the next one is made when there is room."""
    kept.make()
    before = kept.generations
    kept.site.deposit("JMRPOR", "FSO1106A_JMRPOR_JMRPOR1106000000000099999", os.urandom(300_000))
    kept.site.run("run", "--once")

    failed = subprocess.run(
        command(kept.site, "backup", str(kept.backup)), preexec_fn=_no_room, capture_output=True, text=True, check=False
    )

    assert failed.returncode == 1, failed.stderr
    assert kept.generations == before
    assert not [path for path in kept.backup.rglob("*") if path.name.startswith(".")]
    assert kept.made()["copied"] == 1
    assert kept.make("--check").status == 0


def _no_room() -> None:
    """Let no file grow past some kilobytes, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_backup_that_was_killed_is_no_backup(kept: Kept, tmp_path: Path) -> None:
    """Whatever instant it ends at, what looks whole is whole, and the next call makes the next generation."""
    for pause in (0.5, 0.7, 0.9, 1.1):
        with subprocess.Popen(command(kept.site, "backup", str(kept.backup)), stdout=subprocess.DEVNULL) as process:
            time.sleep(pause)
            process.kill()
        for generation in kept.generations:
            assert generation.name.startswith(".") or (generation / "manifest.sha256").exists()

    kept.make()

    assert not [path for path in kept.generations if path.name.startswith(".")]
    assert kept.make("--check").status == 0
    kept.restore(tmp_path / "restored")


def test_others_write_while_a_ledger_is_copied(tmp_path: Path) -> None:
    """The copy is the ledger of one moment, however much is written meanwhile, and nobody waits for it."""
    source = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table ends (a int)")
        connection.execute("insert into ends values (0)")
        connection.execute("create table filler (a int, text text)")
        connection.executemany("insert into filler values (0, ?)", [("x" * 3000,)] * 4000)
    done, written = threading.Event(), [0]
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(_write, source, done, written)
        while not (written[0] or writing.done()):
            time.sleep(0.01)
        before = written[0]
        copy_ledger(source, tmp_path / "copy.sqlite", step_pages=2)
        during = written[0] - before
        done.set()
        writing.result()

    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        found = connection.execute("select a from ends union select max(a) from filler").fetchall()
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert len(found) == 1
    assert during > 3


def _write(source: Path, done: threading.Event, written: list[int]) -> None:
    """Raises OperationalError where it would have to wait for anybody."""
    with closing(sqlite3.connect(source, isolation_level=None, timeout=0)) as connection:
        while not done.is_set():
            connection.execute("begin immediate")
            connection.execute("update ends set a = a + 1")
            connection.execute("update filler set a = (select a from ends) where rowid = 4000")
            connection.execute("commit")
            written[0] += 1


def test_the_backup_is_an_event(kept: Kept) -> None:
    """Who made it, and where."""
    told = kept.made()

    with kept.site.connection() as connection:
        row = connection.exec_driver_sql("select details from events where event = 'backup.made'").one()
    assert json.loads(row[0])["generation"] == told["generation"]


def test_a_purge_is_counted_asked_and_told(site: Site) -> None:
    """Nothing is old enough here; a day that the settings keep is refused with what to do."""
    told = site.json("purge", "--dry-run")
    assert (told["dry_run"], told["flows"], told["first"]) == (True, 0, None)
    assert "retention.years" in site.run("purge", "--before", "2026-01-01", expect=1).err
    assert "Nothing was taken away" in site.run("purge", "--dry-run").err


def test_what_was_purged_is_told_to_whoever_asks_for_it(site: Site) -> None:
    """Neither a flow nor a file can be named any more; the answer says why."""
    before = {row["id"] for row in site.json("flows", "list")}
    settings = site.root / "edigate.toml"
    text = settings.read_text(encoding="utf-8").replace("#years = 10", "years = 0.000000001")
    settings.write_text(text, encoding="utf-8")

    told = site.json("purge", "--yes")

    gone = before - {row["id"] for row in site.json("flows", "list")}
    assert told["flows"] == len(gone) > 0
    assert sum(told["kept"].values()) == len(before) - len(gone)
    assert site.run("balance").status == 0
    assert site.run("audit", "verify").status == 0
    assert "purged" in site.run("replay", min(gone), "--reason", "x", expect=1).err
    assert "purgé" in site.run("flows", "show", min(gone), lang="fr", expect=1).err
    thinned = [row["name"] for row in site.json("deliveries", "list") if row["kind"] == "life_cycle"]
    answers = [site.run("deliveries", "resend", name, "--reason", "x", expect=None) for name in thinned]
    assert any("purged" in answer.err for answer in answers)
    assert "purged" in site.run("deliveries", "resend", "no such file", "--reason", "x", expect=1).err


def _flip(path: Path) -> None:
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_backup_made_twice_is_given_back_twice(kept: Kept, tmp_path: Path) -> None:
    """Two gates from one generation are the same."""
    kept.make()
    for name in ("one", "two"):
        kept.restore(tmp_path / name)

    one, two = (Site(tmp_path / name).json("flows", "list") for name in ("one", "two"))
    assert one == two
    shutil.rmtree(tmp_path / "one")
