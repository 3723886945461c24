"""`edigate deliveries show` and `resend`: what went out, its receipt, and offering it again on purpose."""

from __future__ import annotations

import getpass
import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.engine.collected import look_after
from edigate.engine.gate import Places
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.cli_records.console import Site

LISTED = {
    "id", "kind", "partner", "interface", "name", "state", "planned_at", "published_at", "size", "sha256", "failures",
    "last_error", "next_try_at", "offers", "receipt", "receipt_at", "receipt_due_at", "uploaded_at", "dead_at",
    "gone_at", "gone_how", "run",
}  # fmt: skip


@pytest.fixture
def pivot(fresh: Site) -> str:
    """The name of a pivot that a recipient has not acknowledged yet."""
    actors.invoice(fresh, "F-1")
    return actors.pivot_of(fresh, "F-1")


def test_a_published_pivot_is_offered_again_with_the_same_bytes(fresh: Site, pivot: str) -> None:
    """Whoever asked, and why, stands in the event log and in the log; the count of offers grows."""
    file = fresh.root / "outbox" / "SEI001" / pivot
    first = file.read_bytes()
    file.unlink()

    answer = fresh.run("deliveries", "resend", pivot, "--reason", "lost at their side")

    assert file.read_bytes() == first
    assert f"Offered again: outbox/SEI001/{pivot}" in answer.out
    assert "delivery.offered_again" in answer.err
    assert "lost at their side" in answer.err
    told = fresh.json("deliveries", "show", pivot)
    assert told["offers"] == 1
    (again,) = told["offered_again"]
    assert (again["actor"], again["reason"]) == (getpass.getuser(), "lost at their side")
    assert again["published_before"] < told["published_at"]
    with fresh.connection() as connection:
        event = connection.exec_driver_sql(
            "select actor, subject, details from events where event = 'delivery.offered_again'"
        ).one()
    assert (event.actor, event.subject) == (getpass.getuser(), pivot)
    assert json.loads(event.details)["reason"] == "lost at their side"


@pytest.mark.parametrize("kind", ["report", "life_cycle"])
def test_returns_are_offered_again_too(fresh: Site, kind: str) -> None:
    """A report or a life cycle that a depositor lost comes back as it was, named by its number."""
    actors.invoice(fresh, "F-1")
    row = only(fresh.json("deliveries", "list"), kind=kind)
    file = fresh.root / "outbox" / row["partner"] / row["name"]
    first = file.read_bytes()
    file.unlink()

    told = fresh.json("deliveries", "resend", str(row["id"]), "--reason", "asked for by phone")

    assert told["carried_out"] is True
    assert [(one["name"], one["state"], one["offers"]) for one in told["deliveries"]] == [(row["name"], "published", 1)]
    assert file.read_bytes() == first


def test_what_still_lies_in_the_outbox_is_offered_again(fresh: Site, pivot: str) -> None:
    """A file that was not collected is written anew under its name."""
    fresh.run("deliveries", "resend", pivot, "--reason", "again", lang="fr")

    assert (fresh.root / "outbox" / "SEI001" / pivot).is_file()
    assert fresh.json("deliveries", "show", pivot)["state"] == "published"


def test_what_is_not_published_yet_is_not_offered_again(fresh: Site, pivot: str) -> None:
    """The refusal says where the file stands; nothing of what was named beside it is offered either."""
    report = only(fresh.json("deliveries", "list"), kind="report")
    fresh.write("update deliveries set state = 'placed' where kind = 'report'")

    answer = fresh.run("deliveries", "resend", pivot, report["name"], "--reason", "again", expect=1)

    assert f"{report['name']} is not published yet (placed)" in answer.err
    assert {row["offers"] for row in fresh.json("deliveries", "list")} == {0}
    assert "pas encore remis" in fresh.run(
        "deliveries", "resend", report["name"], "--reason", "x", lang="fr", expect=1
    ).err  # fmt: skip


def test_a_suspended_partner_gets_nothing_again(fresh: Site, pivot: str) -> None:
    """The refusal says to resume it first."""
    fresh.run("partners", "suspend", "SEI001")

    answer = fresh.run("deliveries", "resend", pivot, "--reason", "again", expect=1)

    assert "SEI001" in answer.err
    assert "edigate partners resume SEI001" in answer.err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["FEN0036A_NOBODY"], 2, "--reason"),
        (["FEN0036A_NOBODY", "--reason", "  "], 2, "--reason says nothing"),
        (["FEN0036A_NOBODY", "--reason", "x"], 1, "edigate deliveries list"),
        (["99999", "--reason", "x"], 1, "No file 99999"),
    ],
)
def test_what_cannot_be_meant_is_said(shown_empty: Site, arguments: list[str], status: int, said: str) -> None:
    """No reason, a reason of blanks, a file that there never was: each is told with what to do."""
    assert said in shown_empty.run("deliveries", "resend", *arguments, expect=status).err


def test_show_tells_what_a_pivot_holds_and_its_receipt(fresh: Site, pivot: str) -> None:
    """Awaited until when, then what its recipient said."""
    awaited = fresh.json("deliveries", "show", pivot)
    assert awaited.keys() > LISTED
    assert awaited["receipt"] == ""
    assert awaited["receipt_due_at"] > awaited["published_at"]
    assert [one["number"] for one in awaited["invoices"]] == ["F-1"]
    assert "awaited until" in fold(fresh.run("deliveries", "show", pivot).out)
    assert "attendu jusqu'au" in fold(fresh.run("deliveries", "show", pivot, lang="fr").out)

    actors.acknowledge(fresh, actors.RECIPIENT, pivot)

    told = fresh.json("deliveries", "show", pivot)
    assert (told["receipt"], told["receipt_due_at"]) == ("92", None)
    assert "92 Reçu destinataire final" in fold(fresh.run("deliveries", "show", pivot, lang="fr").out)
    assert " 92" in fold(fresh.run("deliveries", "list", "--kind", "pivot").out)


def test_show_tells_what_a_life_cycle_tells_and_what_a_report_is_about(fresh: Site) -> None:
    """Each status with the number of its invoice; the flow that was decided."""
    flow = actors.invoice(fresh, "F-1")
    listed = fresh.json("deliveries", "list")

    cycle = fresh.json("deliveries", "show", only(listed, kind="life_cycle")["name"])
    report = fresh.json("deliveries", "show", only(listed, kind="report")["name"])

    assert [(one["number"], one["status"]) for one in cycle["statuses"]] == [("F-1", "01"), ("F-1", "03")]
    assert report["flow"]["name"] == flow
    assert "03 Made available to its recipient" in fold(fresh.run("deliveries", "show", cycle["name"]).out)
    assert flow in fresh.run("deliveries", "show", report["name"]).out


def test_a_refused_pivot_has_its_alert_shown(fresh: Site, pivot: str) -> None:
    """A second 94 raises an alert, which the pivot's page tells with what to do."""
    for _ in range(2):
        actors.acknowledge(fresh, actors.RECIPIENT, pivot, "94", "XML illisible")

    told = fresh.json("deliveries", "show", pivot)

    assert (told["receipt"], told["offers"]) == ("94", 1)
    assert [alert["kind"] for alert in told["alerts"]] == ["pivot.refused"]
    shown = fold(fresh.run("deliveries", "show", pivot).out)
    assert "94 could not be taken by its recipient" in shown
    assert f"SEI001 could not take the pivot {pivot}" in shown


@contextmanager
def _held(site: Site) -> Iterator[None]:
    """Another process holds the gate's folder, as a gate at work does."""
    program = (
        "import sys; from pathlib import Path; from edigate.engine.lock import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(Places(site.root).lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


def test_a_running_gate_takes_up_what_is_to_be_offered_again(fresh: Site, pivot: str) -> None:
    """It is asked for and left to the gate that holds the folder, which is said; a round of that gate offers it."""
    file = fresh.root / "outbox" / "SEI001" / pivot
    file.unlink()

    with _held(fresh):
        answer = fresh.run("deliveries", "resend", pivot, "--reason", "lost")
        told = fresh.json("deliveries", "show", pivot)
        again = fresh.run("deliveries", "resend", pivot, "--reason", "lost", expect=1)

    assert "takes them up now" in answer.err
    assert (told["state"], told["offers"]) == ("planned", 1)
    assert "is not published yet (planned)" in again.err
    actors.work(fresh)
    assert file.is_file()


def test_several_files_are_offered_again_at_once(fresh: Site, pivot: str) -> None:
    """All that are named, each once though it is named twice."""
    cycle = only(fresh.json("deliveries", "list"), kind="life_cycle")

    told = fresh.json("deliveries", "resend", pivot, str(cycle["id"]), pivot, "--reason", "disk lost", "--yes")

    assert [(one["name"], one["offers"]) for one in told["deliveries"]] == [(pivot, 1), (cycle["name"], 1)]


def test_a_file_that_left_the_outbox_says_so(fresh: Site, pivot: str) -> None:
    """When it went and how, in both languages; nothing is said of one that lies there."""
    assert only(fresh.json("deliveries", "list"), name=pivot)["gone_at"] is None
    (fresh.root / "outbox" / "SEI001" / pivot).unlink()
    look_after(open_gate(fresh.root))

    told = fresh.json("deliveries", "show", pivot)

    assert told["gone_how"] == "collected"
    assert told["gone_at"] > told["published_at"]
    assert "(collected)" in fresh.run("deliveries", "show", pivot).out
    assert "(relevé)" in fresh.run("deliveries", "show", pivot, lang="fr").out


@pytest.fixture
def dead(fresh: Site) -> str:
    """The name of a dead letter: a report under whose name a folder stands."""
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    with fresh.connection() as connection:
        connection.exec_driver_sql(
            "update deliveries set state = 'planned', dead_at = '2026-01-05T10:00:00.000000Z', failures = 10,"
            " last_error = 'Is a directory' where name = ?",
            (pivot,),
        )
    return pivot


def test_a_dead_letter_is_shown_with_its_reason_and_what_to_do(fresh: Site, dead: str) -> None:
    """In the list, alone under `--state dead`, and in its story; it counts no longer as failing."""
    assert [row["name"] for row in fresh.json("deliveries", "list", "--state", "dead")] == [dead]
    assert fresh.json("deliveries", "list", "--state", "failing") == []
    told = fold(fresh.run("deliveries", "list", "--state", "dead").out)
    assert "set aside after 10 tries: Is a directory" in told
    assert f"edigate deliveries resend {dead}" in told
    assert fresh.json("deliveries", "show", dead)["dead_at"]


STUCK = "update deliveries set state = 'placed', published_at = null, failures = 4, last_error = 'its disk is full'"
DEAD = "update deliveries set dead_at = '2026-01-05T10:00:00.000000Z'"


@pytest.mark.parametrize("state", ["dead", "failing"])
def test_a_long_list_of_what_is_stuck_stays_readable(site: Site, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Each file has its reason beside it, at 80 columns too; below, one line for all that have the same reason."""
    site.write(STUCK, *([DEAD] if state == "dead" else []))
    names = {row["name"] for row in site.json("deliveries", "list", "--state", state)}
    assert len(names) > 20

    told = site.run("deliveries", "list", "--state", state, "--limit", "0").out.splitlines()

    assert "Why" in told[0]
    of_files = [line for line in told if line.endswith("  its disk is full")]
    assert {name for line in of_files for name in line.split()} >= names
    assert len(of_files) == len(names)
    below = told[told.index(of_files[-1]) + 1 :]
    assert any("files for JMRPOR: " in line and "its disk is full" in line for line in below)
    assert len(below) <= 8
    assert (state != "dead") or any("resend --all-dead --partner JMRPOR --reason …" in line for line in below)
    monkeypatch.setenv("COLUMNS", "80")
    narrow = site.run("deliveries", "list", "--state", state, "--limit", "0", lang="fr").out.splitlines()
    assert all(len(line) <= 80 for line in narrow)
    assert len([line for line in narrow if line.rstrip().endswith(" its disk is full")]) == len(names)


@pytest.mark.parametrize("named", [True, False])
def test_dead_letters_are_offered_again_by_one_command(fresh: Site, dead: str, named: bool) -> None:  # noqa: FBT001
    """By name, or all of them, or all of a partner's: they go out at once, and nothing is dead any more."""
    file = fresh.root / "outbox" / "SEI001" / dead
    file.unlink()
    which = [dead] if named else ["--all-dead", "--partner", "SEI001"]
    fresh.run("deliveries", "resend", *which, "--reason", "mended")

    assert file.exists()
    told = fresh.json("deliveries", "show", dead)
    assert (told["state"], told["dead_at"], told["failures"], told["offers"]) == ("published", None, 0, 0)


def test_without_dead_letters_there_is_nothing_to_offer_again(fresh: Site) -> None:
    """And it is said; files and --all-dead together, or neither, are a misuse."""
    assert "no dead letter" in fresh.run("deliveries", "resend", "--all-dead", "--reason", "x").err
    misuses: tuple[list[str], ...] = ([], ["--partner", "SEI001"], ["X", "--all-dead"])
    for arguments in misuses:
        assert fresh.run("deliveries", "resend", *arguments, "--reason", "x", expect=2).err
