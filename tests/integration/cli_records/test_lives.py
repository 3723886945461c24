"""What `flows`, `invoices` and `replay` show of an invoice's life: whose turn, who said what, completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from edigate.sandbox import structures
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cii import cii
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site


def told(site: Site, number: str) -> dict[str, Any]:
    """The one invoice of this number, as JSON has it."""
    (found,) = site.json("invoices", "show", number)
    return dict(found)


def test_history_names_who_said_what_in_which_flow(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspension has its comment, its reason, the partner and its flow; people see the same."""
    monkeypatch.setenv("COLUMNS", "200")
    actors.invoice(fresh, "F-1")
    comment = "JUSTIF_ABS : le bon de livraison manque"
    flow = actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "06", comment=comment))

    entry = told(fresh, "F-1")["history"][-1]

    assert (entry["status"], entry["comment"], entry["reason"]) == ("06", comment, "JUSTIF_ABS")
    assert (entry["actor"], entry["source"], entry["withheld"]) == ("SEI001", flow, False)
    assert entry["told"].startswith("FEN1200A_JMRPOR_")
    english = fold(fresh.run("invoices", "show", "F-1").out)
    assert "06 Suspended" in english
    assert "JUSTIF_ABS (Supporting document missing or insufficient)" in english
    assert flow in english
    assert "06 Suspendue" in fold(fresh.run("invoices", "show", "F-1", lang="fr").out)


def test_a_completion_is_told_from_both_sides(fresh: Site) -> None:
    """The new deposit names the one that it completes, the old one is nobody's and names the new one."""
    actors.invoice(fresh, "F-1")
    comment = "JUSTIF_ABS : le bon de livraison manque"
    actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "06", comment=comment))
    flow = actors.invoice(fresh, "F-1")

    before, after = fresh.json("invoices", "show", "F-1")

    assert (before["stage"], after["completes"], after["renvoi"]) == ("closed", before["id"], "Complétée")
    assert [one["flow_name"] for one in before["completed_by"]] == [flow]
    old = fold(fresh.run("invoices", "show", str(before["id"])).out)
    new = fold(fresh.run("invoices", "show", str(after["id"]), lang="fr").out)
    assert "nobody: replaced by a new deposit" in old
    assert f"completed by {after['id']} ({flow}" in old
    assert f"complète {before['id']} (" in new
    assert "personne : remplacée par un nouveau dépôt" in fold(
        fresh.run("invoices", "show", str(before["id"]), lang="fr").out
    )
    for words, row in (("nobody", before), ("the recipient", after)):
        listed = [fold(line) for line in fresh.run("invoices", "list").out.splitlines()]
        assert any(line.startswith(f"{row['id']} ") and line.endswith(f" {words}") for line in listed)


def test_a_recycled_invoice_is_not_called_completed(fresh: Site) -> None:
    """It keeps its 04, and names the deposit that recycles it in the language asked for."""
    settings = fresh.root / "edigate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("#recycle_is_rejection = true", "recycle_is_rejection = false"), encoding="utf-8")
    actors.invoice(fresh, "F-1")
    actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "04", comment="DEST_ERR : autre destinataire"))
    flow = actors.invoice(fresh, "F-1")

    before, after = fresh.json("invoices", "show", "F-1")

    assert (before["status"], before["stage"], after["renvoi"]) == ("04", "closed", "Recyclée")
    for lang, by, from_ in (("en", "recycled by", "recycles"), ("fr", "recyclée par", "recycle")):
        old = fold(fresh.run("invoices", "show", str(before["id"]), lang=lang).out)
        new = fold(fresh.run("invoices", "show", str(after["id"]), lang=lang).out)
        assert f"{by} {after['id']} ({flow}" in old
        assert f"{from_} {before['id']} (" in new
        assert "Recyclée" not in old + new


@pytest.mark.parametrize("columns", ["80", "120", "170"])
def test_history_says_where_each_status_was_told_at_any_width(
    fresh: Site, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words fold before the column of the files goes, and then these stand whole below the table."""
    actors.invoice(fresh, "F-1")
    comment = "JUSTIF_ABS : le bon de livraison de la semaine manque, et l'ordre de service est illisible"
    actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "06", comment=comment))
    files = [entry["told"] for entry in told(fresh, "F-1")["history"]]
    monkeypatch.setenv("COLUMNS", columns)

    shown = fresh.run("invoices", "show", "F-1").out

    assert max(map(len, shown.splitlines())) <= int(columns)
    for file in files:
        assert file in shown
    assert ("Told in" in shown) is (columns == "170")


def test_an_invoice_that_waits_names_its_validator_and_until_when(fresh: Site) -> None:
    """Whose turn it is, the partner that acts for them, the validator, the end of their time."""
    actors.invoice(fresh, "C-1", "FSO1116A", **actors.CO_CONTRACTED)

    found = told(fresh, "C-1")

    assert (found["stage"], found["reader"]) == ("validator1", "POR001")
    assert found["validator"]["identifier"] == structures.LEAD_CONTRACTOR
    assert found["due_at"] > found["received_at"]
    text = fold(fresh.run("invoices", "show", "C-1").out)
    assert "turn the first validator (POR001)" in text
    assert f"validator {structures.LEAD_CONTRACTOR} Travaux généraux Sauvebrun" in text
    assert "until 20" in text


def test_pivots_tell_their_receipt_and_offers_and_alerts_are_shown(fresh: Site) -> None:
    """A pivot that was refused twice: its receipt, how often it was offered, and the alert with what to do."""
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    for _ in range(2):
        actors.acknowledge(fresh, actors.RECIPIENT, pivot, "94", "XML illisible")

    found = told(fresh, "F-1")

    assert [(one["receipt"], one["offers"]) for one in found["pivots"]] == [("94", 1)]
    assert [one["kind"] for one in found["alerts"]] == ["pivot.refused"]
    text = fold(fresh.run("invoices", "show", "F-1", lang="fr").out)
    assert "94 Erreur réception destinataire final" in text
    assert "présenté de nouveau une fois" in text
    assert "edigate deliveries resend" in text


def test_a_status_without_a_known_meaning_is_shown_and_told_to_nobody(fresh: Site) -> None:
    """Code 20 stands in the history under its number."""
    actors.invoice(fresh, "F-1")
    actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "20"))

    entry = told(fresh, "F-1")["history"][-1]

    assert (entry["status"], entry["told"], entry["withheld"]) == ("20", None, True)
    text = fold(fresh.run("invoices", "show", "F-1").out)
    assert "20 Status 20" in text
    assert "nobody: its meaning is unknown" in text


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--stage", "validator1"], ["C-1"]),
        (["--stage", "recipient"], ["F-1", "F-2"]),
        (["--status", "07"], ["F-2"]),
        (["--status", "7"], ["F-2"]),
        (["--stage", "recipient", "--status", "03"], ["F-1"]),
    ],
)
def test_list_by_stage_and_status(fresh: Site, options: list[str], numbers: list[str]) -> None:
    """Whose turn it is and the present status narrow the list down, alone and together."""
    actors.invoice(fresh, "C-1", "FSO1116A", **actors.CO_CONTRACTED)
    actors.invoice(fresh, "F-1")
    actors.invoice(fresh, "F-2")
    actors.report(fresh, actors.RECIPIENT, actors.status("F-2", "07"))

    assert [row["number"] for row in fresh.json("invoices", "list", *options)] == numbers


def test_a_status_that_there_is_not_is_said(shown_empty: Site) -> None:
    """Neither 42 nor a word is a status."""
    assert "01 to 41" in shown_empty.run("invoices", "list", "--status", "42", expect=2).err
    assert "de 01 à 41" in shown_empty.run("invoices", "list", "--status", "payée", lang="fr", expect=2).err


def test_a_flow_of_statuses_shows_its_lines(fresh: Site) -> None:
    """What each names, its code, whether it was taken in, and why not; the list counts them."""
    actors.invoice(fresh, "F-1")
    flow = actors.report(
        fresh, actors.RECIPIENT, actors.status("F-1", "07"), actors.status("F-9", "08", comment="Mandat 7")
    )

    shown = fresh.json("flows", "show", flow)

    assert [one["said"] for one in shown["reported"]] == ["", "Mandat 7"]
    assert [(one["position"], one["code"], one["names"], one["verdict"]) for one in shown["reported"]] == [
        (1, "07", "F-1", "integrated"),
        (2, "08", "F-9", "rejected"),
    ]
    assert shown["reported"][0]["subject"] == told(fresh, "F-1")["id"]
    assert [fault["code"] for fault in shown["reported"][1]["faults"]] == ["EDG-S030"]
    listed = only(fresh.json("flows", "list"), name=flow)
    assert (listed["verdict"], listed["reported"]) == ("partial", {"integrated": 1, "rejected": 1})
    text = fold(fresh.run("flows", "show", flow).out)
    assert "2. F-9 of 81034732800017: 08 Payment ordered rejected said Mandat 7 error EDG-S030" in text
    assert "EDG-S030" in text
    assert "1/2" in fold(fresh.run("flows", "list").out)


def test_a_flow_of_statuses_shows_where_an_unknown_number_stands(fresh: Site) -> None:
    """With its field, its path and its line; so does a receipt of an unknown flow."""
    flow = actors.report(fresh, actors.RECIPIENT, actors.status("F-9", "08"))
    receipt = actors.acknowledge(fresh, actors.RECIPIENT, "CPP0010036000000000009999")

    for name, end in ((flow, "/IdFacture"), (receipt, "/IdFlux")):
        (line,) = fresh.json("flows", "show", name)["reported"]
        (fault,) = line["faults"]
        assert fault["path"].endswith(end)
        assert fault["line"]
        text = fold(fresh.run("flows", "show", name).out)
        assert f"where: line {fault['line']}, {fault['field']}" in text
        assert f"path: {fault['path']}" in text


def test_a_flow_of_statuses_shows_the_words_of_a_step_below_a_heading(fresh: Site) -> None:
    """What 01 stands for is told by its label; the heading stands on a line of its own, in both languages."""
    label = "Validation 1 hors délai"
    actors.invoice(fresh, "F-1")
    flow = actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "01", label), actors.status("F-1", "07"))

    english, french = (fresh.run("flows", "show", flow, lang=lang).out for lang in ("en", "fr"))

    assert [one["label"] for one in fresh.json("flows", "show", flow)["reported"]] == [label, ""]
    assert f"01 Deposited – {label}" in fold(english)
    assert f"01 Déposée – {label}" in fold(french)
    assert "Reported" in english.splitlines()
    assert "Déclaré" in french.splitlines()


def test_a_flow_of_receipts_shows_the_pivot_that_each_names(fresh: Site) -> None:
    """92 with its words, and the pivot's delivery as its subject."""
    actors.invoice(fresh, "F-1")
    pivot = actors.pivot_of(fresh, "F-1")
    flow = actors.acknowledge(fresh, actors.RECIPIENT, pivot)

    (line,) = fresh.json("flows", "show", flow)["reported"]

    assert (line["kind"], line["code"], line["names"]) == ("receipt", "92", pivot[-25:])
    assert fresh.json("deliveries", "show", pivot)["id"] == line["subject"]
    assert "92 Reçu destinataire final" in fold(fresh.run("flows", "show", flow, lang="fr").out)


def test_an_archive_names_the_file_of_each_invoice_and_fault(fresh: Site) -> None:
    """An invoice stands in its entry, and so do its faults."""
    files = {"a.xml": cii(actors.draft("F-1")), "b.xml": cii(actors.draft("F-2", supplier_id="123"))}
    flow = actors.deposit(fresh, tar_gz(files))

    shown = fresh.json("flows", "show", flow)

    assert [(one["entry"], one["number"], one["verdict"]) for one in shown["invoices"]] == [
        ("a.xml", "F-1", "integrated"),
        ("b.xml", "F-2", "rejected"),
    ]
    assert {fault["entry"] for fault in shown["invoices"][1]["faults"]} == {"b.xml"}
    text = fold(fresh.run("flows", "show", flow).out)
    assert "file b.xml" in text
    assert "where: b.xml, line" in text


def test_a_replay_of_statuses_shows_what_would_change_and_then_does_it(fresh: Site) -> None:
    """A status that came before its invoice is refused; replayed afterwards it is taken in, once only."""
    flow = actors.report(fresh, actors.RECIPIENT, actors.status("F-1", "07"))
    actors.invoice(fresh, "F-1")

    (rehearsed,) = fresh.json("replay", flow, "--dry-run")["flows"]
    people = fold(fresh.run("replay", flow, "--dry-run").out)
    (done,) = fresh.json("replay", flow, "--reason", "the invoice has come")["flows"]
    (again,) = fresh.json("replay", flow, "--dry-run")["flows"]

    assert [(one["code"], one["names"], one["verdict_before"], one["verdict"]) for one in rehearsed["reported"]] == [
        ("07", "F-1", "rejected", "integrated")
    ]
    assert (rehearsed["changes"], rehearsed["reported"][0]["left_alone"]) == (True, False)
    assert "07 F-1 rejected integrated" in people
    assert (done["verdict"], done["reported"]) == ("integrated", {"integrated": 1, "rejected": 0})
    assert told(fresh, "F-1")["status"] == "07"
    assert (again["changes"], again["reported"][0]["left_alone"]) == (False, True)
