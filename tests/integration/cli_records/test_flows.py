"""`edigate flows` on a gate that has worked off the demonstration."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.cases import CASES
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

LISTED = {
    "id", "partner", "name", "flow_id", "interface", "received_at", "size", "sha256", "state", "verdict", "run",
    "decided_at", "faults", "invoices", "reported",
}  # fmt: skip


def test_list_has_every_deposit_in_the_order_of_arrival(shown: Site) -> None:
    """JSON holds each flow with its verdict, oldest first, under the documented keys."""
    flows = shown.json("flows", "list")

    assert [flow["id"] for flow in flows] == sorted(flow["id"] for flow in flows)
    assert Counter(flow["verdict"] for flow in flows) == Counter(case.expected for case in CASES)
    assert all(flow.keys() == LISTED for flow in flows)


def test_list_names_faults_and_counts_invoices(shown: Site) -> None:
    """A flow that is refused whole shows its codes, one that was examined the share of its invoices."""
    flows = shown.json("flows", "list")

    withdrawn = only(flows, interface="FSO1101A")
    assert (withdrawn["faults"], withdrawn["invoices"]) == (["EDG-F009"], {"integrated": 0, "rejected": 0})
    shares = {flow["verdict"]: flow["invoices"] for flow in flows if flow["interface"] == "FSO1113A"}
    assert shares["integrated"] == {"integrated": 2, "rejected": 0}
    assert shares["partial"] == {"integrated": 2, "rejected": 1}


def test_list_shows_a_table_to_people(shown: Site) -> None:
    """File, state and share of each flow stand in a table, in the language asked for."""
    english, french = shown.run("flows", "list"), shown.run("flows", "list", lang="fr")

    assert "facture_mars.xml" in english.out
    assert "inadmissible" in english.out
    assert "irrecevable" in french.out
    assert "Reçu" in french.out


@pytest.mark.parametrize(
    ("arguments", "key", "value"),
    [
        (("--partner", "ABC123"), "partner", "ABC123"),
        (("--partner", "abc123"), "partner", "ABC123"),
        (("--state", "rejected"), "verdict", "rejected"),
        (("--state", "inadmissible"), "verdict", "inadmissible"),
        (("--state", "decided"), "state", "decided"),
    ],
)
def test_each_filter_leaves_what_it_names(shown: Site, arguments: tuple[str, ...], key: str, value: str) -> None:
    """Exactly the flows with that value are left."""
    everything = shown.json("flows", "list")

    assert shown.json("flows", "list", *arguments) == [flow for flow in everything if flow[key] == value]


def test_flows_are_found_by_what_their_invoices_say(shown: Site) -> None:
    """A number finds the flows that hold it, a SIRET those of that supplier or recipient."""
    invoice = shown.json("invoices", "list", "--state", "03")[0]

    by_number = shown.json("flows", "list", "--number", invoice["number"])
    by_supplier = shown.json("flows", "list", "--siret", invoice["supplier"]["identifier"])
    by_recipient = shown.json("flows", "list", "--siret", invoice["recipient"]["siret"])

    for found in (by_number, by_supplier, by_recipient):
        assert invoice["flow"] in {flow["id"] for flow in found}
    assert len(by_number) < len(by_supplier) < len(CASES)


def test_a_file_is_found_by_its_hash(shown: Site) -> None:
    """The SHA-256 of a file, or its beginning in either case, finds its flow."""
    flow = shown.json("flows", "list")[3]

    assert shown.json("flows", "list", "--hash", flow["sha256"]) == [flow]
    assert shown.json("flows", "list", "--hash", flow["sha256"][:12].upper()) == [flow]


def test_dates_are_those_of_deposit_at_the_gate(shown: Site) -> None:
    """The day of deposit takes all, a day before or after takes none; --until includes its day."""
    day = shown.json("balance")["lines"][0]["day"]

    assert len(shown.json("flows", "list", "--date", day)) == len(CASES)
    assert len(shown.json("flows", "list", "--since", day, "--until", day)) == len(CASES)
    assert shown.json("flows", "list", "--until", "2020-01-01") == []
    assert shown.json("flows", "list", "--since", "2199-01-01") == []


def test_limit_takes_the_newest(shown: Site) -> None:
    """The newest flows are left, still oldest first, and people are told that there are more."""
    assert shown.json("flows", "list", "--limit", "2") == shown.json("flows", "list")[-2:]
    answer = shown.run("flows", "list", "--limit", "2")
    assert f"newest 2 of {len(CASES)}" in answer.err


def test_a_limit_above_every_number_takes_all(shown: Site) -> None:
    """Also one that no database could count to."""
    assert shown.json("flows", "list", "--limit", "9" * 20) == shown.json("flows", "list", "--limit", "0")


def test_nothing_found_is_no_error(shown: Site) -> None:
    """An empty list is an empty array; people are told on standard error."""
    assert shown.json("flows", "list", "--number", "no such number") == []
    answer = shown.run("flows", "list", "--number", "no such number")
    assert (answer.out, answer.err) == ("", "No flow is like that.\n")


def test_a_mistyped_partner_is_helped(shown: Site) -> None:
    """A partner that there is not is refused with the one that comes near."""
    answer = shown.run("flows", "list", "--partner", "JMRPOO", expect=1)

    assert "JMRPOO" in answer.err
    assert "JMRPOR" in answer.err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("--hash", "xyz"), 2), (("--date", "yesterday"), 2), (("--state", "lost"), 2), (("--limit", "-1"), 2)],
)
def test_a_filter_that_means_nothing_is_refused(shown: Site, arguments: tuple[str, ...], status: int) -> None:
    """A value of the wrong kind is named on standard error."""
    answer = shown.run("flows", "list", *arguments, expect=status)

    assert answer.out == ""
    assert answer.err


def test_a_flow_answers_to_all_its_names(shown: Site) -> None:
    """Ledger id, its beginning, flow id and file name show the same flow."""
    flow = shown.json("flows", "list", "--state", "rejected")[0]
    names = (flow["id"], flow["id"][:20], flow["flow_id"], flow["name"])

    told = [shown.json("flows", "show", name) for name in names]

    assert told == [told[0]] * len(names)
    assert told[0]["id"] == flow["id"]


def test_show_tells_all_of_a_rejected_flow(shown: Site) -> None:
    """Its run, its invoice with each fault and its remedy, its report, and where the file lies."""
    flow = shown.json("flows", "list", "--state", "rejected")[0]

    told = shown.json("flows", "show", flow["id"])

    (run,) = told["runs"]
    (invoice,) = told["invoices"]
    fault = invoice["faults"][0]
    assert (run["number"], run["parent"], run["verdict"], run["waits"]) == (1, None, "rejected", None)
    assert (invoice["verdict"], invoice["present"], invoice["run"]) == ("rejected", True, run["id"])
    assert fault.keys() == {"code", "rule", "severity", "entry", "field", "path", "line", "value", "message", "remedy"}
    assert {row["kind"] for row in told["deliveries"]} == {"report", "life_cycle"}
    archived = (shown.root / told["archive"]).read_bytes()
    assert hashlib.sha256(archived).hexdigest() == flow["sha256"]


def test_show_tells_the_pivot_of_an_integrated_flow(shown: Site) -> None:
    """An integrated flow names the pivot that lies in its reader's outbox."""
    flow = shown.json("flows", "list", "--state", "integrated")[0]

    told = shown.json("flows", "show", flow["id"])

    pivot = only(told["deliveries"], kind="pivot")
    assert pivot["partner"] == told["invoices"][0]["reader"]
    assert (shown.root / "outbox" / pivot["partner"] / pivot["name"]).stat().st_size == pivot["size"]


def test_show_reads_like_help(shown: Site) -> None:
    """A person sees what is wrong, where, and what to do, in English or French."""
    flow = only(shown.json("flows", "list"), interface="FSO1101A")

    english = fold(shown.run("flows", "show", flow["id"]).out)
    french = fold(shown.run("flows", "show", flow["id"], lang="fr").out)

    for text in ("EDG-F009", "inadmissible", "to do:", "archive/", "CSO1101A"):
        assert text in english
    for text in ("EDG-F009", "irrecevable", "à faire :", "CSO1101A"):
        assert text in french


def test_show_of_an_unknown_flow_says_how_to_find_one(shown: Site) -> None:
    """What was looked for and how to list flows stand on standard error, in the language asked for."""
    english = shown.run("flows", "show", "nobody", expect=1)
    french = shown.run("flows", "show", "nobody", lang="fr", expect=1)

    assert english.out == french.out == ""
    assert "No flow nobody" in english.err
    assert "edigate flows list" in english.err
    assert "Aucun flux nobody" in french.err


def test_show_of_an_ambiguous_name_lists_the_candidates(shown: Site) -> None:
    """A beginning that several flows share names them."""
    answer = shown.run("flows", "show", "0", expect=1)

    assert f"{len(CASES)} flows answer to 0" in answer.err
    assert shown.json("flows", "list")[0]["id"] in answer.err


def test_a_name_cannot_write_on_the_terminal(site: Site) -> None:
    """Control characters and markup in a file's name are shown, not obeyed."""
    site.deposit("JMRPOR", "evil\x1b[31m[red]name.xml", b"<a/>")
    site.run("run", "--once", expect=None)

    out = site.run("flows", "list").out

    assert "\x1b" not in out
    assert r"evil\x1b[31m[red]name.xml" in fold(out).replace(" ", "")


def test_show_reads_an_invoice_and_its_files_to_people(shown: Site) -> None:
    """Of an integrated flow a person sees the invoice, its parties, its status and the files it called for."""
    flow = shown.json("flows", "list", "--state", "integrated")[0]
    told = shown.json("flows", "show", flow["id"])

    text = fold(shown.run("flows", "show", flow["id"]).out)

    invoice = told["invoices"][0]
    for part in (invoice["number"], invoice["recipient"]["siret"], "Run 1: integrated", "03 Made available to"):
        assert part in text
    for delivery in told["deliveries"]:
        assert delivery["name"] in text


def test_an_invoice_is_feminine_in_french(shown: Site) -> None:
    """A flow is rejeté, an invoice rejetée, wherever it is shown; English knows one form."""
    flow = shown.json("flows", "list", "--state", "rejected")[0]
    number = shown.json("flows", "show", flow["id"])["invoices"][0]["number"]

    french = shown.run("flows", "show", flow["id"], lang="fr").out

    assert f"{flow['name']}  rejeté\n" in french
    assert f"Facture {number}  rejetée\n" in french
    assert f"Invoice {number}  rejected\n" in shown.run("flows", "show", flow["id"]).out
    assert "intégrée" in shown.run("invoices", "list", "--state", "integrated", lang="fr").out


def test_show_of_a_replayed_flow_tells_both_runs(site: Site) -> None:
    """The second run names the first, who asked and why; the first decision on the invoice is marked as earlier."""
    flow = site.json("flows", "list", "--state", "rejected")[0]
    site.run("replay", flow["id"], "--reason", "asked by phone")

    text = fold(site.run("flows", "show", flow["id"]).out)

    assert f"replay of {flow['id']}-1" in text
    assert "asked by phone" in text
    assert text.count("(an earlier decision)") == 1


def test_show_of_a_flow_that_waits_says_why(fresh: Site) -> None:
    """The reason, the remedy and the next try stand with the run."""
    fresh.write("delete from notes where key = 'directory_version'")
    fresh.deposit("ABC123", "x.xml", b"<a/>")
    fresh.run("run", "--once", expect=None)

    text = fold(fresh.run("flows", "show", "x.xml").out)

    assert "No directory has been imported" in text
    assert "tried again" in text


def test_on_a_narrow_terminal_columns_go_before_names_break(shown: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns every file name stands whole on its line."""
    monkeypatch.setenv("COLUMNS", "80")

    lines = shown.run("flows", "list").out.splitlines()

    assert max(map(len, lines)) <= 80
    for flow in shown.json("flows", "list"):
        assert any(flow["name"] in line for line in lines)
