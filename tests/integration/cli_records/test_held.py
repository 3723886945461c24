"""`edigate held`: why flows wait, until when, and how they go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.structures import directory_csv
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site

NAMES = ("FSO1116A_ABC123_ABC1231116000000000000001", "FSO1116A_ABC123_ABC1231116000000000000002")


@pytest.fixture
def waiting(fresh: Site) -> Site:
    """A gate without a directory, in which two flows of ABC123 wait."""
    fresh.write("delete from notes where key = 'directory_version'")
    for name in NAMES:
        fresh.deposit("ABC123", name, b"<a/>")
    fresh.run("run", "--once", expect=None)
    return fresh


def test_list_says_why_and_until_when(waiting: Site) -> None:
    """Each flow that waits has its reason in words, a remedy, and the time of the next try."""
    held = waiting.json("held", "list")

    assert [flow["name"] for flow in held] == list(NAMES)
    assert {flow["reason"] for flow in held} == {"no_directory"}
    assert all(flow["again_at"] > flow["received_at"] for flow in held)
    assert "edigate directory import" in held[0]["remedy"]
    assert "No directory has been imported" in fold(waiting.run("held", "list").out)
    assert "Aucun annuaire" in fold(waiting.run("held", "list", lang="fr").out)


def test_list_narrows_down_to_a_partner(waiting: Site) -> None:
    """Only the flows of the partner asked for are listed."""
    assert waiting.json("held", "list", "--partner", "JMRPOR") == []
    assert len(waiting.json("held", "list", "--partner", "ABC123")) == 2


def test_nothing_waits_in_a_sound_gate(shown: Site) -> None:
    """An empty list is an empty array, and people are told."""
    assert shown.json("held", "list") == []
    assert "No flow waits." in shown.run("held", "list").err


def test_a_flow_that_waits_says_so_everywhere(waiting: Site) -> None:
    """Flows list, flows show and balance agree that it is held."""
    (flow, _) = waiting.json("flows", "list", "--state", "held")

    assert waiting.json("flows", "show", flow["id"])["runs"][0]["waits"]["reason"] == "no_directory"
    assert waiting.json("balance")["total"]["held"] == 2
    assert waiting.run("balance").status == 0


def test_release_tries_again_at_once(waiting: Site) -> None:
    """Where no gate runs the flows are tried here; with the reason still there they go on waiting."""
    told = waiting.json("held", "release", NAMES[0])

    assert told["carried_out"] is True
    assert [(flow["name"], flow["state"]) for flow in told["flows"]] == [(NAMES[0], "held")]


def test_release_decides_once_the_reason_is_gone(waiting: Site) -> None:
    """With a directory in force a released flow is decided."""
    waiting.write("insert into notes (key, value) values ('directory_version', 'hand')")
    snapshot = next((waiting.root / "directory").glob("*.sqlite"))
    snapshot.rename(snapshot.with_name("hand.sqlite"))

    told = waiting.json("held", "release", "--all")

    assert [flow["verdict"] for flow in told["flows"]] == ["inadmissible", "inadmissible"]
    with waiting.connection() as connection:
        released = (
            connection.exec_driver_sql("select subject from events where event = 'held.released'").scalars().all()
        )
    assert sorted(released) == sorted(flow["id"] for flow in told["flows"])


def test_an_import_releases_what_waited_for_a_directory(waiting: Site, tmp_path: Path) -> None:
    """After the import the next round decides, without waiting for the time of the next try."""
    file = tmp_path / "structures.csv"
    file.write_text(directory_csv(), encoding="utf-8")

    assert waiting.json("directory", "import", str(file))["released"] == 2
    waiting.run("run", "--once", expect=None)

    assert waiting.json("held", "list") == []
    assert {flow["verdict"] for flow in waiting.json("flows", "list")} == {"inadmissible"}


def test_release_without_a_name_is_wrong_usage(waiting: Site) -> None:
    """Either flows are named or --all is said, not both, not neither."""
    waiting.run("held", "release", expect=2)
    waiting.run("held", "release", "--all", NAMES[0], expect=2)


def test_only_what_waits_can_be_released(shown: Site) -> None:
    """A decided flow is refused with the command that decides again."""
    flow = shown.json("flows", "list")[0]

    answer = shown.run("held", "release", flow["id"], expect=1)

    assert f"edigate replay {flow['id']}" in answer.err
