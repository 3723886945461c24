"""`edigate balance`: it adds up, and when the books are wrong it says so."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from edigate.ledger import store
from edigate.sandbox.cases import CASES

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

_REPORTED_TWICE = """
    insert into deliveries (id, kind, partner, interface, name, run, state, planned_at, failures, last_error, offers,
        receipt)
    select 9999, kind, partner, interface, 'twice', run, state, planned_at, 0, '', 0, '' from deliveries
    where kind = 'report' limit 1
"""
EXPECTED = Counter(case.expected for case in CASES)


def test_a_worked_off_gate_adds_up(shown: Site) -> None:
    """Every deposit is decided, every decision reported once, per partner and in total."""
    told = shown.json("balance")

    assert told.keys() == {"even", "lines", "total", "arriving", "strays", "open_alerts"}
    assert [line["partner"] for line in told["lines"]] == ["ABC123", "JMRPOR"]
    total = told["total"]
    assert (total["deposited"], total["decided"], total["in_progress"], total["held"]) == (len(CASES), len(CASES), 0, 0)
    assert {verdict: total[verdict] for verdict in EXPECTED} == EXPECTED
    assert total["expected"] == total["published"] == total["decisions"] == len(CASES)
    assert told["even"] is True
    assert told["arriving"] == {}


def test_people_see_the_sum(shown: Site) -> None:
    """The table ends in a total and a sentence, in the language asked for."""
    assert "It adds up" in shown.run("balance").out
    assert "Le compte est bon" in shown.run("balance", lang="fr").out


def test_the_table_is_whole_on_a_narrow_terminal(shown: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns hold every heading and every date in one piece."""
    monkeypatch.setenv("COLUMNS", "80")

    head, _, first, *_ = shown.run("balance", lang="fr").out.splitlines()

    assert head.split() == ["Jour", "Code", "Dép.", "Int.", "Part.", "Rej.", "Irr.", "Cours", "Att.", "CR", "Prév."]
    assert first.startswith(f"{shown.json('balance')['lines'][0]['day']}  ABC123")


def test_one_partner_and_one_day(shown: Site) -> None:
    """Only the lines asked for are shown."""
    day = shown.json("balance")["lines"][0]["day"]

    assert [line["partner"] for line in shown.json("balance", "--partner", "ABC123")["lines"]] == ["ABC123"]
    assert len(shown.json("balance", "--date", day)["lines"]) == 2
    assert shown.json("balance", "--until", "2020-01-01")["lines"] == []


def test_a_replay_is_one_decision_more_and_one_report_more(site: Site) -> None:
    """The flow stays one deposit; its second run is reported as well."""
    site.run("replay", site.json("flows", "list", "--state", "rejected")[0]["id"])

    total = site.json("balance")["total"]

    assert (total["deposited"], total["decisions"], total["published"]) == (len(CASES), len(CASES) + 1, len(CASES) + 1)


def test_a_partner_without_reports_on_success_is_even(fresh: Site) -> None:
    """A decision that wants no report must have none."""
    site = fresh
    site.run("partners", "set", "JMRPOR", "--report-on-failure-only")
    site.run("demo")

    total = site.json("balance")["total"]

    assert total["even"] is True
    assert total["expected"] < total["decisions"]


def test_flows_on_their_way_count_as_in_progress(site: Site) -> None:
    """A run that is asked for and not taken up yet makes its flow in progress; the books stay even."""
    flow = site.json("flows", "list", "--state", "rejected")[0]
    with site.connection() as connection:
        store.request_run(connection, flow["id"], by="somebody", reason="", now="2026-03-01T00:00:00.000000Z")

    total = site.json("balance")["total"]

    assert (total["in_progress"], total["decided"], total["even"]) == (1, len(CASES) - 1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        "delete from deliveries where id = (select min(id) from deliveries where kind = 'report')",
        _REPORTED_TWICE,
        "update flows set verdict = 'partial' where id = (select min(id) from flows)",
        "update flows set state = 'in_progress' where id = (select min(id) from flows)",
        "update flows set run = null where id = (select min(id) from flows)",
        "update runs set state = 'due' where id = (select min(id) from runs)",
        "update runs set wants_report = 0 where id = (select min(id) from runs)",
        "update deliveries set state = 'lost' where id = (select min(id) from deliveries where kind = 'report')",
        "update deliveries set partner = 'SEI001' where id = (select min(id) from deliveries where kind = 'report')",
    ],
)
def test_books_that_do_not_add_up_are_told(site: Site, wrong: str) -> None:
    """A report lost or written twice, a flow that nobody decided, a run that says otherwise: status 1 and its line."""
    site.write(wrong)

    answer = site.run("balance", "--json", expect=1)

    assert answer.json["even"] is False
    assert [line["even"] for line in answer.json["lines"]].count(False) == 1
    assert "does not add up" in site.run("balance", expect=1).out


@pytest.mark.parametrize(
    ("wrong", "runs", "reports"),
    [
        ("delete from flows where id = (select min(id) from flows)", 1, 0),
        ("delete from runs where id = (select min(id) from runs)", 0, 1),
        ("update deliveries set run = null where id = (select min(id) from deliveries where kind = 'report')", 0, 1),
    ],
)
def test_what_belongs_to_no_flow_is_told_whatever_the_filters(site: Site, wrong: str, runs: int, reports: int) -> None:
    """A flow or a run that is no longer there leaves its runs and reports behind: status 1."""
    site.write(wrong)

    answer = site.run("balance", "--until", "2020-01-01", "--json", expect=1)

    assert answer.json["even"] is False
    assert answer.json["strays"] == {"runs": runs, "reports": reports}
    assert "The ledger does not add up: 1" in site.run("balance", expect=1).out


def test_files_that_are_arriving_stand_beside_the_sum(site: Site) -> None:
    """What lies in the spool and is not booked is counted by itself, a flow booked already is not."""
    booked = site.json("flows", "list")[0]["id"]
    for claim in (booked, "0" * 28, "1" * 28 + "-incomplete"):
        folder = site.root / "spool" / "ABC123" / claim
        folder.mkdir(parents=True)
        (folder / "x.xml").write_bytes(b"<a/>")

    told = site.json("balance")

    assert told["arriving"] == {"ABC123": 2}
    assert told["even"] is True
    assert "ABC123: 2 arriving" in site.run("balance").out
