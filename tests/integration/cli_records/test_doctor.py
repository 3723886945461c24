"""`edigate doctor`: words and JSON in both languages, exit statuses, and mending with and without a gate at work."""

from __future__ import annotations

import getpass
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from edigate.cli.messages import LANGUAGES
from edigate.domain.wording import pick
from edigate.health.checks import CHECKS, examine
from edigate.health.kinds import KINDS
from edigate.ledger.clock import new_id, system_clock
from edigate.ledger.tables import events
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.checks import Found
    from tests.integration.cli_records.console import Site

HOLDS = """
import sys, time
from pathlib import Path
from edigate.engine.lock import held
with held(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


def leave_notes(site: Site) -> None:
    """Put something into the spool of a gate that has worked before."""
    for folder in ("spool", "archive"):
        (site.root / folder).mkdir()
    (site.root / "spool" / "notes.txt").write_bytes(b"x")


@contextmanager
def held_elsewhere(site: Site) -> Iterator[int]:
    """Another process that holds the folder, as a gate at work does; its id."""
    command = [sys.executable, "-c", HOLDS, str(site.root / "ledger.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.parametrize(("lang", "word"), [("en", "Nothing is wrong."), ("fr", "Tout va bien.")])
def test_a_sound_gate_is_told_so(shown_empty: Site, lang: str, word: str) -> None:
    """Every check by its title, and the exit status is 0."""
    said = shown_empty.run("doctor", lang=lang)

    assert word in said.out
    assert all(f"✓ {pick(check.title, lang)}" in said.out for check in CHECKS)


def test_what_is_found_is_told_with_what_to_do(fresh: Site) -> None:
    """Place, reason and remedy in both languages; the exit status is 1."""
    leave_notes(fresh)

    english = fresh.run("doctor", expect=1).out
    french = fresh.run("doctor", lang="fr", expect=1).out

    assert "in spool, what is no file claimed from an inbox: 1" in english
    assert "- spool/notes.txt" in english
    assert "to do: Somebody put it there" in english
    assert "edigate doctor --repair mends it" in english
    assert "à faire : Quelqu'un l'y a mis" in french
    assert "edigate doctor --repair le répare" in french


def test_json_has_every_finding(fresh: Site) -> None:
    """Also those that are only worth knowing; `sound` is what the exit status says."""
    (fresh.root / "inbox" / "JMRPOR").chmod(0o777)

    told = fresh.run("doctor", "--json", expect=1).json

    assert told["sound"] is False
    assert told["gate"] == ""
    assert told["checks"] == [check.name for check in CHECKS]
    assert told["left_out"] == []
    assert {one["severity"] for one in told["findings"]} == {"ok", "warning"}
    (wrong,) = [one for one in told["findings"] if one["severity"] != "ok"]
    assert wrong == {
        "check": "shared", "severity": "warning", "kind": "folder.mode", "place": "inbox/JMRPOR", "value": "0777",
        "count": 1, "examples": [],
        "message": "inbox/JMRPOR has other permissions than the settings say: 0777",
        "remedy": "outbox.folder_mode and outbox.group state them.",
        "mendable": True, "mended": False, "not_mended": "",
    }  # fmt: skip


def test_repair_mends_and_says_each_thing(fresh: Site) -> None:
    """What was mended is no longer wrong: the exit status is 0, and the event log has who did it."""
    folder = fresh.root / "inbox" / "JMRPOR"
    folder.rmdir()
    (fresh.root / "inbox" / "SEI001").chmod(0o700)

    said = fresh.run("doctor", "--repair")

    assert "mended: folder made" in said.out
    assert "mended: permissions and group set as the settings say" in said.out
    assert folder.is_dir()
    with fresh.connection() as connection:
        done = connection.execute(select(events).where(events.c.event == "doctor.repaired")).mappings().all()
    assert {(row["actor"], row["subject"]) for row in done} == {
        (getpass.getuser(), "inbox/JMRPOR"), (getpass.getuser(), "inbox/SEI001"),
    }  # fmt: skip
    assert "Nothing is wrong." in fresh.run("doctor").out


def test_repair_leaves_alone_what_a_gate_at_work_may_have_in_hand(fresh: Site) -> None:
    """Folders are mended beside it; the spool only when no gate is at work, and the answer says so."""
    leave_notes(fresh)
    (fresh.root / "inbox" / "JMRPOR").chmod(0o777)

    with held_elsewhere(fresh) as process:
        told = fresh.run("doctor", "--repair", "--json", expect=1).json

    assert told["gate"] == str(process)
    mended = {one["kind"]: (one["mended"], one["not_mended"]) for one in told["findings"] if one["mendable"]}
    assert mended == {"spool.odd": (False, "a gate is at work: end it first"), "folder.mode": (True, "")}
    assert (fresh.root / "spool" / "notes.txt").exists()
    assert fresh.run("doctor", "--repair", "--json").json["sound"] is True


def test_a_gate_that_cannot_be_opened_is_examined_all_the_same(fresh: Site) -> None:
    """Settings that no other command takes are a finding among others, and what was not looked at is named."""
    with (fresh.root / "edigate.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[no_such_table]\nkey = 1\n")

    said = fresh.run("doctor", expect=1)
    told = fresh.run("doctor", "--json", expect=1).json

    assert "Not looked at, as the gate cannot be opened: restore, books" in fold(said.out)
    assert "no_such_table is no setting" in told["findings"][0]["message"]
    french = fresh.run("doctor", "--json", lang="fr", expect=1).json
    assert "no_such_table n'est pas un réglage" in french["findings"][0]["message"]
    assert told["sound"] is False
    assert "archive" in told["left_out"]


def test_every_text_takes_its_values_in_both_languages() -> None:
    """No template asks for more than a finding has."""
    for kind in KINDS.values():
        for pair in (kind.found, kind.remedy, kind.mends):
            assert all(pick(pair, lang).format(place="p", value="v", count=1) == "" or pair[0] for lang in LANGUAGES)
            assert bool(pair[0]) == bool(pair[1])


def test_what_a_gate_that_begins_meanwhile_has_in_hand_is_nothing_odd(
    fresh: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody was at work when the doctor began: it looks again, now that somebody is."""
    (fresh.root / "archive").mkdir()
    claim = f"{new_id(system_clock())}=x.xml"
    with ExitStack() as gate:

        def begins(*given: Any, **named: Any) -> Iterator[Found]:  # noqa: ANN401 - whatever the doctor says
            if not (fresh.root / "spool").exists():
                gate.enter_context(held_elsewhere(fresh))
                (fresh.root / "spool" / "JMRPOR").mkdir(parents=True)
                (fresh.root / "spool" / "JMRPOR" / claim).write_bytes(b"<a/>")
            yield from examine(*given, **named)

        monkeypatch.setattr("edigate.cli.doctor.examine", begins)
        said = fresh.run("doctor")

    assert "Nothing is wrong." in said.out
