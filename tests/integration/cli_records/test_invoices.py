"""`edigate invoices` on a gate that has worked off the demonstration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

LISTED = {
    "id", "flow", "run", "position", "entry", "number", "type_code", "issue_date", "cadre", "market", "engagement",
    "depositor", "supplier", "recipient", "validator", "second_validator", "amount_due", "currency", "reader", "stage",
    "due_at", "verdict", "status", "label", "completes", "renvoi", "decided_at", "faults", "flow_name", "received_at",
}  # fmt: skip


def test_list_has_every_invoice_in_the_order_of_decision(shown: Site) -> None:
    """JSON holds each invoice of the flows that were examined, under the documented keys."""
    invoices = shown.json("invoices", "list")

    assert [invoice["id"] for invoice in invoices] == sorted(invoice["id"] for invoice in invoices)
    flows = shown.json("flows", "list")
    assert len(invoices) == sum(sum(flow["invoices"].values()) for flow in flows)
    assert all(invoice.keys() == LISTED for invoice in invoices)


@pytest.mark.parametrize(
    ("state", "key"),
    [("integrated", "verdict"), ("rejected", "verdict"), ("01", "status"), ("03", "status"), ("37", "status")],
)
def test_state_is_a_verdict_or_a_status(shown: Site, state: str, key: str) -> None:
    """Exactly the invoices with that verdict or status are left, and there are some."""
    found = shown.json("invoices", "list", "--state", state)

    assert found
    assert found == [invoice for invoice in shown.json("invoices", "list") if invoice[key] == state]


def test_a_partner_is_depositor_or_reader(shown: Site) -> None:
    """A depositor has what it brought, a recipient what it was handed."""
    everything = shown.json("invoices", "list")

    deposited = shown.json("invoices", "list", "--partner", "ABC123")
    handed = shown.json("invoices", "list", "--partner", "ETA001")

    assert deposited == [invoice for invoice in everything if invoice["depositor"] == "ABC123"] != []
    assert handed == [invoice for invoice in everything if invoice["reader"] == "ETA001"] != []


def test_number_siret_hash_and_date_narrow_down(shown: Site) -> None:
    """Each filter leaves the invoices it names, and together they narrow down."""
    everything = shown.json("invoices", "list")
    one = everything[2]
    flow = shown.json("flows", "show", one["flow"])
    siret = one["recipient"]["siret"]

    assert shown.json("invoices", "list", "--hash", flow["sha256"]) == [one]
    assert shown.json("invoices", "list", "--siret", siret) == [
        invoice for invoice in everything if siret in {invoice["recipient"]["siret"], invoice["supplier"]["identifier"]}
    ]
    assert one in shown.json("invoices", "list", "--number", one["number"])
    assert shown.json("invoices", "list", "--number", one["number"], "--until", "2020-01-01") == []


def test_show_tells_an_invoices_history(shown: Site) -> None:
    """By number or by ledger id: each status with its time and the FEN1200A that told it, and the pivot."""
    listed = shown.json("invoices", "list", "--state", "03")[-1]

    (told,) = shown.json("invoices", "show", listed["number"])

    assert shown.json("invoices", "show", str(listed["id"])) == [told]
    assert told.keys() == LISTED | {"history", "pivots", "other_decisions", "completed_by", "alerts"}
    assert [entry["status"] for entry in told["history"]] == ["01", "03"]
    for entry in told["history"]:
        assert (shown.root / "outbox" / told["depositor"] / entry["told"]).is_file()
    (pivot,) = told["pivots"]
    assert (pivot["partner"], pivot["state"]) == (told["reader"], "published")


def test_several_invoices_of_one_number_are_listed(shown: Site) -> None:
    """A number that two flows gave lists both, and says how to name one; JSON has each in full."""
    numbers = [invoice["number"] for invoice in shown.json("invoices", "list")]
    double = next(number for number in numbers if numbers.count(number) > 1)

    answer = shown.run("invoices", "show", double)

    assert answer.out.count(double) == 2
    assert "by its id" in answer.err
    assert [len(told["history"]) > 0 for told in shown.json("invoices", "show", double)] == [True, True]


def test_show_reads_like_help(shown: Site) -> None:
    """A rejected invoice tells what is wrong, with its status, in the language asked for."""
    rejected = shown.json("invoices", "list", "--state", "rejected")[0]

    english = fold(shown.run("invoices", "show", str(rejected["id"])).out)
    french = fold(shown.run("invoices", "show", str(rejected["id"]), lang="fr").out)

    assert rejected["faults"][0]["code"] in english
    assert "to do:" in english
    assert "37 Not integrated" in english
    assert "37 Non conforme, non intégrée" in french
    assert "rejeté" in french
    assert "à faire :" in french


def test_show_of_an_unknown_invoice_says_how_to_find_one(shown: Site) -> None:
    """What was looked for and how to list invoices stand on standard error."""
    answer = shown.run("invoices", "show", "no such number", expect=1)

    assert "no such number" in answer.err
    assert "edigate invoices list" in answer.err


def test_list_shows_a_table_to_people(shown: Site) -> None:
    """Number, recipient and verdict of each invoice stand in a table."""
    rejected = shown.json("invoices", "list", "--state", "rejected")[0]

    out = shown.run("invoices", "list", "--number", rejected["number"]).out

    assert rejected["number"] in out
    assert rejected["recipient"]["siret"] in out
    assert "rejected" in out


def test_no_invoice_is_no_error(shown: Site) -> None:
    """An empty list is an empty array; people are told on standard error."""
    assert shown.json("invoices", "list", "--number", "no such number") == []
    assert shown.run("invoices", "list", "--number", "no such number").err == "No invoice is like that.\n"


def test_an_invoice_decided_twice_mentions_the_other_decision(site: Site) -> None:
    """After a replay each decision names the other."""
    before = site.json("invoices", "list", "--state", "rejected")[0]
    site.run("replay", before["flow"])

    text = fold(site.run("invoices", "show", str(before["id"])).out)

    assert "Another decision: rejected" in text


def test_a_rejection_that_cannot_be_told_has_no_history(site: Site) -> None:
    """An invoice without the parts that a life cycle needs has no status; the report alone tells."""
    site.write("delete from statuses where invoice = 1")

    (told,) = site.json("invoices", "show", "1")

    assert told["history"] == []
    assert "Told in" not in site.run("invoices", "show", "1").out


def test_a_fault_stands_on_lines_of_its_own(shown: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where, path and remedy each have a line, and the path is in one piece however narrow the terminal is."""
    monkeypatch.setenv("COLUMNS", "60")
    invoice, fault = next(
        (row, fault) for row in shown.json("invoices", "list") for fault in row["faults"] if len(fault["path"]) > 80
    )

    told = shown.run("invoices", "show", str(invoice["id"])).out
    flow = shown.run("flows", "show", invoice["flow"]).out

    for lines in (told.splitlines(), flow.splitlines()):
        assert f"    path: {fault['path']}" in lines
        assert any(re.match(r"    where: .*line [0-9]", line) for line in lines)
        assert any(line.startswith("    to do: ") for line in lines)
