"""`edigate alerts`: what an operator must see to, in words, and closing it."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import pytest

from edigate.domain.reported import ReportedLine
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

KEYS = {
    "id", "at", "kind", "subject", "partner", "name", "number", "supplier", "detail", "closed_at", "message", "remedy",
}  # fmt: skip


@pytest.fixture
def refused(fresh: Site) -> str:
    """The name of a pivot that its recipient refused twice."""
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    for _ in range(2):
        actors.acknowledge(fresh, actors.RECIPIENT, pivot, "94", "XML illisible")
    return pivot


def test_a_refused_pivot_is_told_in_words_with_what_to_do(fresh: Site, refused: str) -> None:
    """Who could not take which pivot, what it said, and the command that offers it once more; in both languages."""
    (alert,) = fresh.json("alerts", "list")

    assert alert.keys() == KEYS
    assert (alert["kind"], alert["partner"], alert["name"]) == ("pivot.refused", "SEI001", refused)
    assert alert["message"] == f"SEI001 could not take the pivot {refused}, though it was offered again."
    english = fold(fresh.run("alerts", "list").out)
    assert f"edigate deliveries resend {refused} --reason TEXT" in english
    assert "XML illisible" in english
    assert f"SEI001 n'a pas pu prendre le pivot {refused}" in fold(fresh.run("alerts", "list", lang="fr").out)


def test_a_refused_pivot_is_told_with_the_error_lines_of_its_receipt(fresh: Site) -> None:
    """Nature, code, label and description of each, after the comment; the flow's own record has them, too."""
    lines = (ReportedLine("TECHNIQUE", "E042", "PJ vide", "facture F-1"), ReportedLine("APPLICATIVE", "E1", "TVA"))
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    flows = [actors.acknowledge(fresh, actors.RECIPIENT, pivot, "94", "Refus", lines) for _ in range(2)]
    expected = "Refus; TECHNIQUE E042: PJ vide – facture F-1; APPLICATIVE E1: TVA"

    assert [alert["detail"] for alert in fresh.json("alerts", "list")] == [expected]
    assert f"said {expected}" in fold(fresh.run("alerts", "list").out)
    for flow in flows:
        assert [one["said"] for one in fresh.json("flows", "show", flow)["reported"]] == [expected]
        assert f"dit {expected}" in fold(fresh.run("flows", "show", flow, lang="fr").out)


def test_a_pivot_without_its_receipt_is_an_alert_after_its_second_offer(fresh: Site) -> None:
    """Time told to the gate passes twice, and the alert names pivot and partner."""
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    actors.work(fresh, "--now", "+4d")
    actors.work(fresh, "--now", "+8d")

    (alert,) = fresh.json("alerts", "list")

    assert (alert["kind"], alert["name"]) == ("pivot.unreceived", pivot)
    assert "collects its files" in alert["remedy"]


def test_a_silent_group_leader_is_an_alert(fresh: Site) -> None:
    """A co-contractor's invoice that nobody validated in time is told with its number and supplier."""
    actors.invoice(fresh, "C-1", "FSO1116A", **actors.CO_CONTRACTED)
    actors.work(fresh, "--now", "+60d")

    found = [alert for alert in fresh.json("alerts", "list") if alert["kind"] == "validator.silent"]

    assert [alert["number"] for alert in found] == ["C-1"]
    assert f"edigate invoices show {found[0]['subject']}" in found[0]["remedy"]


def test_an_alert_is_closed_with_a_reason(fresh: Site, refused: str) -> None:
    """Who closed it and why stays in the event log; it is listed with --all only."""
    (alert,) = fresh.json("alerts", "list")

    told = fresh.json("alerts", "close", str(alert["id"]), "--reason", "taken by hand")

    assert told["closed_at"]
    assert fresh.json("alerts", "list") == []
    assert [one["name"] for one in fresh.json("alerts", "list", "--all")] == [refused]
    assert fresh.run("alerts", "list").err == "No alert is open.\n"
    with fresh.connection() as connection:
        event = connection.exec_driver_sql("select actor, details from events where event = 'alert.closed'").one()
    assert event.actor == getpass.getuser()
    assert json.loads(event.details)["reason"] == "taken by hand"


def test_an_alert_is_closed_once(fresh: Site, refused: str) -> None:
    """Closing it again, or one that there is not, is refused."""
    fresh.run("alerts", "close", "1", "--reason", "seen to")

    assert "was closed on" in fresh.run("alerts", "close", "1", "--reason", "again", expect=1).err
    assert "edigate alerts list" in fresh.run("alerts", "close", "77", "--reason", "again", expect=1).err
    assert "--reason ne dit rien" in fresh.run("alerts", "close", "1", "--reason", "", lang="fr", expect=2).err
    assert refused


def test_open_alerts_are_mentioned_where_people_look(fresh: Site, refused: str) -> None:
    """The summary of a run and the balance say in one line how many are open; once closed they say nothing."""
    line = "Open alerts: 1; what happened and what to do: edigate alerts list"
    assert line in fold(fresh.run("run", "--once").out)
    assert line in fold(fresh.run("balance").out)
    assert fresh.json("balance")["open_alerts"] == 1

    fresh.run("alerts", "close", "1", "--reason", f"{refused} taken by hand")

    assert "alerts list" not in fresh.run("run", "--once").out
    assert "alerts list" not in fresh.run("balance").out
