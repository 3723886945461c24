"""`edigate check`: the gate's own verdict on files that are not deposited."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from edigate import checking
from edigate.cli import obey
from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.engine.local import Local
from edigate.ledger import queries
from edigate.sandbox import fill, structures
from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cases import CASES
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.facturx import Packing, facturx_pdf
from edigate.sandbox.flows import demo_flows, flow_name
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.sandbox.ubl import ubl_invoice
from tests.ledgers import found_gate

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate

NOW = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
DAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
KEYS = ["file", "interface", "verdict", "held", "faults", "invoices", "reported"]
INVOICE_KEYS = ["number", "entry", "verdict", "cadre", "recipient", "faults"]
FAULT_KEYS = ["code", "rule", "severity", "entry", "field", "path", "line", "value", "message", "remedy"]
NAMED = flow_name("FSO1106A", "JMRPOR", 1)


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside any gate, entered."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A sandbox gate, entered."""
    made = found_gate(tmp_path / "gate")
    (tmp_path / "gate" / "edigate.toml").write_text("[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n")
    fill.install(made, actor="test")
    monkeypatch.chdir(tmp_path / "gate")
    return made


def document(number: str = "F-1", **changes: object) -> bytes:
    """A sound CII invoice, but for these changes."""
    return cii(Draft(number, issue_date=DAY, **changes))  # type: ignore[arg-type]


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit status and JSON of a check."""
    capsys.readouterr()
    status = obey(["check", "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def codes(faults: list[dict[str, Any]]) -> list[str]:
    """The codes of faults that refuse."""
    return [fault["code"] for fault in faults if fault["severity"] == "error"]


def test_outside_a_gate_a_sound_file_passes(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Judged by its content alone, without directory rules, and standard error says so."""
    (outside / "a.xml").write_bytes(document(recipient_siret="99990000000004", recipient_name="Nobody"))
    assert obey(["check", "a.xml", "--json"]) == 0
    told = capsys.readouterr()
    assert "No gate here" in told.err
    assert json.loads(told.out) == [
        {
            "file": "a.xml",
            "interface": "FSO1106A",
            "verdict": "integrated",
            "held": None,
            "faults": [],
            "invoices": [
                {
                    "number": "F-1",
                    "entry": "",
                    "verdict": "integrated",
                    "cadre": "A1",
                    "recipient": "99990000000004",
                    "faults": [],
                }
            ],
            "reported": [],
        }
    ]


def test_the_shape_of_the_json(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """Every key is there, in every object, and no other."""
    for name, content in (("refused", document(supplier_id="123")), ("broken", b"<a>")):
        (gate.places.root / name).write_bytes(content)
    status, found_ = judged(capsys, "refused", "broken")
    assert status == 1
    assert [list(one) for one in found_] == [KEYS, KEYS]
    assert list(found_[0]["invoices"][0]) == INVOICE_KEYS
    faults = [*found_[0]["invoices"][0]["faults"], *found_[1]["faults"]]
    assert all(list(fault) == FAULT_KEYS for fault in faults)
    fault = found_[0]["invoices"][0]["faults"][0]
    assert (fault["code"], fault["rule"], fault["severity"], fault["value"]) == ("EDG-I042", "G2.07", "error", "123")
    assert fault["path"].startswith("/rsm:CrossIndustryInvoice/")
    assert isinstance(fault["line"], int)


def test_only_checks_of_the_whole_flow_make_a_file_inadmissible(
    outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refused invoice is rejected; a document that cannot be read is inadmissible and has no invoices."""
    (outside / "rejected.xml").write_bytes(document(supplier_id="123"))
    (outside / "broken.xml").write_bytes(document()[:-40])
    (outside / "empty.xml").write_bytes(b"")
    (outside / "other.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    _, found_ = judged(capsys, "rejected.xml", "broken.xml", "empty.xml", "other.pdf")
    assert [one["verdict"] for one in found_] == ["rejected", "inadmissible", "inadmissible", "inadmissible"]
    assert [one["invoices"] == [] for one in found_] == [False, True, True, True]
    assert [codes(one["faults"]) for one in found_] == [[], ["EDG-F101"], ["EDG-F011"], ["EDG-F060"]]


def test_a_file_without_a_flow_name_is_judged_on_the_interface_of_its_syntax(
    outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CII on FSO1106A, UBL on FSO1100A, CPPFactureMixte on its own, unless --interface says otherwise.

    In any encoding and behind any comment.
    """
    ubl = ubl_invoice(Draft("F-2", issue_date=DAY))
    (outside / "cii.xml").write_bytes(document())
    (outside / "ubl.xml").write_bytes(ubl)
    (outside / "wide.xml").write_bytes(ubl_invoice(Draft("F-3", issue_date=DAY, encoding="UTF-16")))
    start = ubl.index(b"?>") + 2
    (outside / "comment.xml").write_bytes(ubl[:start] + b"<!-- <CrossIndustryInvoice> -->" + ubl[start:])
    pdf = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
    (outside / "mixte.xml").write_bytes(cpp_mixte(Draft("F-4", issue_date=DAY, attachments=(pdf,))))
    (outside / "page.xml").write_bytes(b"<html/>")
    names = ["cii.xml", "ubl.xml", "wide.xml", "comment.xml", "mixte.xml", "page.xml"]
    _, found_ = judged(capsys, *names)
    assert [one["interface"] for one in found_] == ["FSO1106A", *["FSO1100A"] * 3, "FSO1113A", "FSO1106A"]
    assert [one["verdict"] for one in found_] == ["integrated"] * 5 + ["inadmissible"]
    status, found_ = judged(capsys, "cii.xml", "--interface", "FSO1116A")
    assert status == 1
    assert found_[0]["interface"] == "FSO1116A"
    assert codes(found_[0]["invoices"][0]["faults"]) == ["EDG-I120"]


def test_an_archive_or_a_pdf_is_judged_by_what_it_holds(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A PDF as Factur-X; archives on the interface of their first document, each entry named."""
    pdf = facturx_pdf(document("F-1", lines=()), Packing(level="MINIMUM"))
    ubl = ubl_invoice(Draft("F-2", issue_date=DAY))
    contents = {
        "a.pdf": pdf,
        "cii": tar_gz({"a.xml": document("F-3"), "b.xml": document("F-4", supplier_id="123")}),
        "ubl": zipped({"a.xml": ubl}),
        "pdfs": tar_gz({"a.pdf": pdf}),
        "nothing": tar_gz({}),
    }
    for name, content in contents.items():
        (outside / name).write_bytes(content)
    _, found_ = judged(capsys, *contents)
    assert [one["interface"] for one in found_] == ["FSO1117A", "FSO1106A", "FSO1100A", "FSO1117A", "FSO1106A"]
    assert [one["verdict"] for one in found_] == ["integrated", "partial", "integrated", "integrated", "inadmissible"]
    assert [one["entry"] for one in found_[1]["invoices"]] == ["a.xml", "b.xml"]
    assert {fault["entry"] for fault in found_[1]["invoices"][1]["faults"]} == {"b.xml"}
    assert obey(["check", "cii"]) == 1
    told = capsys.readouterr().out
    assert "  b.xml: invoice F-4" in told
    assert "where: b.xml, line" in told


def a_status(code: str, comment: str = "") -> ReportedStatus:
    """A status of an invoice, set a moment ago."""
    return ReportedStatus(
        1, code, "F-1", structures.SUPPLIER, Scheme.SIRET, structures.WITHOUT_SERVICE, comment=comment, at=NOW
    )


def test_reports_are_judged_by_themselves_where_nobody_knows_the_sender(
    outside: Path, gate: Gate, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CPPStatut on FSO1301A or FSO1300A by its content; line by line, and what is left out is said."""
    _, statuses = status_flow("SEI001", 1, [a_status("07"), a_status("13"), a_status("06"), a_status("12")])
    _, receipts = receipt_flow("SEI001", 1, [Receipt(1, "92", "CPP0010036000000000000001", at=NOW)])
    for folder in (outside, gate.places.root):
        (folder / "statuses.xml").write_bytes(statuses)
        (folder / "receipts.xml").write_bytes(receipts)
        monkeypatch.chdir(folder)
        _, found_ = judged(capsys, "statuses.xml", "receipts.xml")
        assert [one["interface"] for one in found_] == ["FSO1301A", "FSO1300A"]
        assert [one["verdict"] for one in found_] == ["partial", "integrated"]
        assert [codes(line["faults"]) for line in found_[0]["reported"]] == [[], [], ["EDG-S010"], []]
        assert [(line["names"], line["verdict"]) for line in found_[1]["reported"]] == [
            ("CPP0010036000000000000001", "integrated")
        ]
    assert obey(["check", "statuses.xml"]) == 1
    told = capsys.readouterr()
    assert "judged by themselves" in told.err
    assert "  1. 07 for F-1: integrated" in told.out


def test_in_a_gate_a_report_with_its_name_is_judged_as_deposited(
    gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its sender is known: whether the invoice is there and whose turn it is counts, and nothing is moved."""
    invoice = document(recipient_siret=structures.WITHOUT_SERVICE)
    (gate.places.inbox / "JMRPOR" / NAMED).write_bytes(invoice)
    Local(gate).run_once()
    mine, mine_content = status_flow("SEI001", 1, [a_status("07")])
    theirs, theirs_content = status_flow("ETA001", 1, [a_status("07")])
    for name, content in ((mine, mine_content), (theirs, theirs_content)):
        (gate.places.root / name).write_bytes(content)
    for _ in range(2):
        _, found_ = judged(capsys, mine, theirs)
        assert [codes(one["reported"][0]["faults"]) for one in found_] == [[], ["EDG-S030"]]
    obey(["check", mine])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("lang", "said"), [("en", "is not known to them"), ("fr", "leur est inconnue")])
def test_a_report_does_not_know_an_invoice_that_is_only_checked(
    gate: Gate, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    """Checked together, the status finds no invoice, and why is said."""
    report, content = status_flow("SEI001", 1, [a_status("07")])
    (gate.places.root / "a.xml").write_bytes(document(recipient_siret=structures.WITHOUT_SERVICE))
    (gate.places.root / report).write_bytes(content)
    assert obey(["--lang", lang, "check", "a.xml", report, "--json"]) == 1
    told = capsys.readouterr()
    invoice, status = json.loads(told.out)
    assert (invoice["verdict"], codes(status["reported"][0]["faults"])) == ("integrated", ["EDG-S030"])
    assert said in " ".join(told.err.split())


@pytest.mark.parametrize(
    ("code", "fault"), [("FSO1101A", "EDG-F009"), ("FSO1113A", "EDG-F105"), ("FSO1100A", "EDG-F105")]
)
def test_an_interface_that_cannot_take_the_file_says_why(
    code: str, fault: str, outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Withdrawn, or of another syntax: the fault is the gate's own."""
    (outside / "a.xml").write_bytes(document())
    _, found_ = judged(capsys, "a.xml", "--interface", code)
    assert codes(found_[0]["faults"]) == [fault]


def test_a_flow_name_counts(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with a flow name is judged with it: its interface, its digits, its depositor."""
    root = gate.places.root
    good, digits, unknown, stranger, few = (
        NAMED,
        flow_name("FSO1106A", "JMRPOR", 2, "1116"),
        flow_name("FSO1199A", "JMRPOR", 3),
        flow_name("FSO1106A", "ZZZ999", 4),
        flow_name("FSO1106A", "ABC123", 5),
    )
    for place, name in enumerate((good, digits, unknown, stranger, few)):
        (root / name).write_bytes(document(f"F-{place}"))
    _, found_ = judged(capsys, good, digits, unknown, stranger, few)
    assert [codes(one["faults"]) for one in found_] == [[], ["EDG-F003"], ["EDG-F002"], ["EDG-F004"], ["EDG-F006"]]
    assert [one["interface"] for one in found_] == ["FSO1106A", "FSO1106A", "FSO1199A", "FSO1106A", "FSO1106A"]


def test_a_file_that_lies_in_an_inbox_has_its_owner_as_depositor(
    gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the gate will find it: in another's inbox, the application code is wrong."""
    path = gate.places.inbox / "ABC123" / NAMED
    path.write_bytes(document())
    _, found_ = judged(capsys, str(path))
    assert codes(found_[0]["faults"]) == ["EDG-F004"]
    assert path.exists()


def test_outside_a_gate_any_partner_may_deposit(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flow name is still judged: its grammar's parts must agree."""
    (outside / flow_name("FSO1106A", "ZZZ999", 1)).write_bytes(document())
    (outside / "FSO1106A_ZZZ999_YYY9991106000000000000001").write_bytes(document())
    _, found_ = judged(capsys, ".")
    assert [codes(one["faults"]) for one in found_] == [["EDG-F004"], []]


def test_in_a_gate_the_directory_is_asked(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """The recipient must be known, and nothing is said of rules left out."""
    (gate.places.root / "a.xml").write_bytes(document(recipient_siret="99990000000004"))
    assert obey(["check", "a.xml", "--json"]) == 1
    told = capsys.readouterr()
    assert codes(json.loads(told.out)[0]["invoices"][0]["faults"]) == ["EDG-I064"]
    assert told.err == ""


def test_in_a_gate_the_ledger_is_asked_about_duplicates(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """A flow id and an invoice number that the gate has taken are told, with the flow that holds them."""
    (gate.places.inbox / "JMRPOR" / NAMED).write_bytes(document())
    Local(gate).run_once()
    for name in (NAMED, "again.xml"):
        (gate.places.root / name).write_bytes(document())
    status, (named, unnamed) = judged(capsys, NAMED, "again.xml")
    assert status == 1
    assert codes(named["faults"]) == ["EDG-F010"]
    assert codes(unnamed["invoices"][0]["faults"]) == ["EDG-I150"]
    assert NAMED in unnamed["invoices"][0]["faults"][-1]["message"]


def test_in_a_gate_files_are_compared_with_each_other(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """The second of two with one number is a duplicate, in the order of the arguments."""
    for name in ("b.xml", "a.xml"):
        (gate.places.root / name).write_bytes(document())
    _, found_ = judged(capsys, "b.xml", "a.xml")
    assert [(one["file"], one["verdict"]) for one in found_] == [("b.xml", "integrated"), ("a.xml", "rejected")]
    assert "b.xml" in found_[1]["invoices"][0]["faults"][0]["message"]


def test_outside_a_gate_every_file_is_judged_by_itself(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two files with one number both pass."""
    for name in ("a.xml", "b.xml"):
        (outside / name).write_bytes(document())
    assert judged(capsys, "a.xml", "b.xml")[0] == 0


def test_a_gate_that_never_ran_compares_files_too(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to compare them with but each other."""
    (outside / "edigate.toml").write_text("", encoding="utf-8")
    for name in ("a.xml", "b.xml"):
        (outside / name).write_bytes(document())
    _, found_ = judged(capsys, "a.xml", "b.xml")
    assert [one["verdict"] for one in found_] == ["integrated", "rejected"]


def test_a_check_changes_nothing(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """No flow, no reservation: a second check says the same."""
    (gate.places.root / NAMED).write_bytes(document())
    assert judged(capsys, NAMED) == judged(capsys, NAMED)
    with gate.ledger.connect() as connection:
        assert queries.list_flows(connection, queries.Wanted()) == []


def test_a_gate_without_ledger_gets_none_by_a_check(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh clone's default gate stays as it is; what is left out is told."""
    (outside / "edigate.toml").write_text("", encoding="utf-8")
    (outside / "a.xml").write_bytes(document())
    assert obey(["check", "a.xml"]) == 0
    told = capsys.readouterr().err
    assert "no directory" in told
    assert "no partners" in told
    assert sorted(path.name for path in outside.iterdir()) == ["a.xml", "edigate.toml"]


def test_the_settings_of_a_gate_count(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """What the gate would only warn of is a warning here."""
    wrong_key = structures.SUPPLIER[:-1] + "1"
    (gate.places.root / "a.xml").write_bytes(document(supplier_id=wrong_key))
    assert judged(capsys, "a.xml")[0] == 1
    (gate.places.root / "edigate.toml").write_text('[rules]\nsiret_luhn = "warning"\n', encoding="utf-8")
    status, found_ = judged(capsys, "a.xml")
    assert status == 0
    assert [fault["severity"] for fault in found_[0]["invoices"][0]["faults"]] == ["warning"]


def test_a_folder_stands_for_its_files(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All files below it by name, but for hidden and temporary ones; an empty one gives an empty array."""
    (outside / "f" / "sub").mkdir(parents=True)
    (outside / "empty").mkdir()
    for name in ("b.xml", "a.xml", ".hidden", "c.xml.part", "sub/d.xml"):
        (outside / "f" / name).write_bytes(document())
    assert [one["file"] for one in judged(capsys, "f")[1]] == ["f/a.xml", "f/b.xml", "f/sub/d.xml"]
    assert judged(capsys, "empty") == (0, [])
    assert obey(["check", "empty"]) == 0
    assert "empty: no file in this folder" in capsys.readouterr().err


def test_standard_input_is_a_file_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads it and judges it by its content."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document())))
    status, found_ = judged(capsys, "-")
    assert (status, found_[0]["file"], found_[0]["verdict"]) == (0, "-", "integrated")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.xml"], "gone.xml: no such file or folder"),
        (["a.xml", "--interface", "FSO1107A"], "no interface that one deposits on"),
        (["a.xml", "--interface", "FEN1200A"], "no interface that one deposits on"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str], said: str, outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file, an unknown interface, no file at all: nothing is judged, and standard output stays empty."""
    (outside / "a.xml").write_bytes(document())
    assert obey(["check", "--json", *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_what_is_no_readable_file_is_inadmissible(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told as the gate would, and the others are judged."""
    os.mkfifo(outside / "pipe")
    (outside / "a.xml").write_bytes(document())
    status, found_ = judged(capsys, "pipe", "a.xml")
    assert status == 1
    assert codes(found_[0]["faults"]) == ["EDG-F014"]
    assert (found_[0]["interface"], found_[1]["verdict"]) == (None, "integrated")


def test_a_refusal_reads_like_help(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong, the line, the business name, the path, the value found, what to do; in both languages."""
    (gate.places.root / "a.xml").write_bytes(document(recipient_siret="123"))
    assert obey(["check", "a.xml"]) == 1
    english = " ".join(capsys.readouterr().out.split())
    assert obey(["check", "a.xml", "--lang", "fr"]) == 1
    french = " ".join(capsys.readouterr().out.split())
    for said in ("a.xml FSO1106A rejected", "error EDG-I062", "where: line ", "path: /rsm:Cross", "“123”", "to do: "):
        assert said in english
    for said in ("a.xml FSO1106A rejeté", "erreur EDG-I062", "où : ligne ", "chemin : /rsm:Cross", "à faire : "):
        assert said in french


def test_json_stands_alone_on_standard_output(outside: Path) -> None:
    """In a process of its own, in French: messages go to standard error, faults speak French."""
    (outside / "a.xml").write_bytes(document(supplier_id="123"))
    told = subprocess.run(
        [sys.executable, "-m", "edigate", "--lang", "fr", "check", "a.xml", "gone/..", "--json"],
        cwd=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert told.stdout == ""
    told = subprocess.run(
        [sys.executable, "-m", "edigate", "--lang", "fr", "check", "a.xml", "--json"],
        cwd=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Pas de passerelle ici" in told.stderr
    (one,) = json.loads(told.stdout)
    assert "fournisseur" in one["invoices"][0]["faults"][0]["message"].lower()


def test_the_verdicts_are_those_of_the_gate(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """Every flow of the demonstration: checked in the order of its deposit, it gets the verdict it is to get."""
    flows = [flow for flow, case in zip(demo_flows(1, DAY), CASES, strict=True) if not case.name]
    for flow in flows:
        (gate.places.root / flow.name).write_bytes(flow.content)
    _, found_ = judged(capsys, *(flow.name for flow in flows))
    assert [one["verdict"] for one in found_] == [flow.expected for flow in flows]


def test_many_files_are_shared_out_to_processes_in_order(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Past a number of files, several processes judge them; the order of the arguments stays."""
    names = [f"{place:03d}.xml" for place in range(checking.ENOUGH_FOR_PROCESSES)]
    for place, name in enumerate(names):
        (outside / name).write_bytes(document(f"F-{place}"))
    status, found_ = judged(capsys, *names)
    assert status == 0
    assert [(one["file"], one["invoices"][0]["number"]) for one in found_] == [
        (name, f"F-{place}") for place, name in enumerate(names)
    ]
