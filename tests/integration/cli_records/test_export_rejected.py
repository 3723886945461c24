"""`edigate invoices export-rejected`: what a depositor has to send again, each document with its faults beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.cii import cii
from edigate.sandbox.mixte import cpp_mixte
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site

WRONG = "123"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, entered."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


def side_file(folder: Path, name: str) -> dict[str, Any]:
    """The faults of a document, as programs read them."""
    return dict(json.loads((folder / f"{name}.faults.json").read_text(encoding="utf-8")))


def test_a_rejected_document_comes_with_its_faults(fresh: Site, here: Path) -> None:
    """As it was deposited, byte for byte, in a folder named after the flow, with two side files and a README."""
    content = cii(actors.draft("F-1", supplier_id=WRONG))
    flow = actors.deposit(fresh, content)

    answer = fresh.run("invoices", "export-rejected", flow)

    folder = here / f"{flow}-rejected"
    name = f"{flow}.xml"
    assert names(folder) == {name, f"{name}.faults.json", f"{name}.faults.txt", "README.txt"}
    assert (folder / name).read_bytes() == content
    told = side_file(folder, name)
    assert (told["flow"]["name"], told["document"], told["entry"], told["excerpt"]) == (flow, name, "", False)
    assert [one["number"] for one in told["invoices"]] == ["F-1"]
    assert "EDG-I042" in [fault["code"] for fault in told["invoices"][0]["faults"]]
    text = (folder / f"{name}.faults.txt").read_text(encoding="utf-8")
    assert "* error EDG-I042 G2.07: " in text
    assert "    to do: " in text
    assert "/rsm:CrossIndustryInvoice/" in text
    assert "edigate check --interface FSO1106A FILE" in (folder / "README.txt").read_text(encoding="utf-8")
    assert f"Written to {flow}-rejected, each document with its faults beside it" in fold(answer.out)


@pytest.mark.parametrize("pack", [tar_gz, zipped])
def test_of_an_archive_only_the_refused_documents_are_written(fresh: Site, here: Path, pack: Any) -> None:  # noqa: ANN401 - a function
    """Under the names that they have there; each with its own faults only."""
    files = {
        "a.xml": cii(actors.draft("F-1")),
        "b.xml": cii(actors.draft("F-2", supplier_id=WRONG)),
        "README.txt": cii(actors.draft("F-3", supplier_id=WRONG)),
    }
    flow = actors.deposit(fresh, pack(files))

    told = fresh.json("invoices", "export-rejected", flow, "--to", "mend")
    readme = (here / "mend" / "README.txt").read_text(encoding="utf-8")

    documents = {one["entry"]: one for one in told["documents"]}
    assert documents.keys() == {"b.xml", "README.txt"}
    assert told["folder"] == "mend"
    for entry, one in documents.items():
        assert (here / "mend" / one["file"]).read_bytes() == files[entry]
        assert [found["number"] for found in side_file(here / "mend", one["file"])["invoices"]] == one["invoices"]
    assert documents["README.txt"]["file"] == "README-2.txt"
    assert "F-2" in readme
    assert "Send only these" in readme


def test_a_document_of_several_invoices_is_cut_down_to_the_refused_ones(fresh: Site, here: Path) -> None:
    """Counted and numbered anew; faults have their places in what was cut; mended, it is integrated."""
    drafts = [
        actors.draft(number, attachments=(actors.PDF,), supplier_id=supplier)
        for number, supplier in (("F-1", "81034732800017"), ("F-2", "81034732800018"), ("F-3", "81034732800017"))
    ]
    flow = actors.deposit(fresh, cpp_mixte(drafts[0], *drafts[1:]), "FSO1113A")

    (document,) = fresh.json("invoices", "export-rejected", flow)["documents"]

    folder = here / f"{flow}-rejected"
    content = (folder / document["file"]).read_bytes()
    root = etree.fromstring(content)
    (unit,) = root.iterfind("CPPFactures/CPPFactureMixteUnitaire")
    assert (document["excerpt"], document["invoices"]) == (True, ["F-2"])
    assert (root.xpath("string(CPPFactures/@Compteur)"), unit.get("NumOrdre")) == ("1", "1")
    assert unit.findtext("DonneesFacture/Id") == "F-2"
    (one,) = side_file(folder, document["file"])["invoices"]
    assert one["position"] == 2
    for fault in one["faults"]:
        if fault["path"].count("/") > 2:
            assert root.xpath(fault["path"].rpartition("/@")[0] or fault["path"])
        assert fault["line"] <= content.count(b"\n") + 1
    mended = content.replace(b"81034732800018", b"81034732800017")
    again = actors.deposit(fresh, mended, "FSO1113A")
    assert only(fresh.json("flows", "list"), name=again)["verdict"] == "integrated"


def test_an_inadmissible_flow_is_written_whole(fresh: Site, here: Path) -> None:
    """As it came, with the faults of the flow and of the invoices that could be looked into."""
    content = tar_gz({"a.xml": cii(actors.draft("F-1", supplier_id=WRONG)), "b.xml": b"<broken>"})
    flow = actors.deposit(fresh, content)

    (document,) = fresh.json("invoices", "export-rejected", flow)["documents"]

    folder = here / f"{flow}-rejected"
    assert document["file"] == f"{flow}.tar.gz"
    assert (folder / document["file"]).read_bytes() == content
    told = side_file(folder, document["file"])
    assert [(fault["code"], fault["entry"]) for fault in told["faults"]] == [("EDG-F101", "b.xml")]
    assert [one["number"] for one in told["invoices"]] == ["F-1"]
    assert "send all of it" in (folder / "README.txt").read_text(encoding="utf-8")


def test_an_invoice_whose_number_is_taken_is_not_sent_again_under_it(fresh: Site, here: Path) -> None:
    """Only the numbers of the others are free; where all are taken nothing is told to be mended or kept."""
    wrong = {"b.xml": cii(actors.draft("F-2", supplier_id=WRONG))}
    first = cii(actors.draft("F-1"))
    actors.deposit(fresh, first)
    alone = actors.deposit(fresh, first)
    both = actors.deposit(fresh, tar_gz({"a.xml": first, **wrong}))

    told = [
        fresh.json("invoices", "export-rejected", flow, "--to", folder)
        for flow, folder in ((alone, "alone"), (both, "both"))
    ]

    assert [[one["number_taken"] for one in pack["documents"]] for pack in told] == [[["F-1"]], [["F-1"], []]]
    texts = [fold((here / name / "README.txt").read_text(encoding="utf-8")) for name in ("alone", "both")]
    for text in texts:
        assert "has an invoice of the same number already: F-1." in text
    assert "keep them" not in texts[0]
    assert "Mend each" not in texts[0]
    assert "The numbers of the other refused invoices are free: keep them." in texts[1]


def test_a_withdrawn_interface_is_replaced_in_the_advice(fresh: Site, here: Path) -> None:
    """The command to check with names the interface that takes its place, and so does the step before it."""
    flow = actors.invoice(fresh, "F-1", "FSO1101A")

    fresh.run("invoices", "export-rejected", flow, "--to", "mend", lang="fr")

    text = fold((here / "mend" / "README.txt").read_text(encoding="utf-8"))
    assert "L'interface FSO1101A a été retirée : ce que vous renvoyez passe par FSO1106A" in text
    assert "edigate check --interface FSO1106A FICHIER" in text


def test_everything_is_in_the_language_asked_for(fresh: Site, here: Path) -> None:
    """The README and both side files are French with --lang fr, and so is what is printed."""
    flow = actors.invoice(fresh, "F-1", supplier_id=WRONG)

    answer = fresh.run("invoices", "export-rejected", flow, "--to", "corriger", lang="fr")

    assert "README.txt y dit que faire" in fold(answer.out)
    assert "À corriger et à renvoyer" in (here / "corriger" / "README.txt").read_text(encoding="utf-8")
    text = (here / "corriger" / f"{flow}.xml.faults.txt").read_text(encoding="utf-8")
    assert text.startswith("Ce qui ne va pas dans")
    assert "    à faire : " in text


def test_what_was_integrated_by_a_replay_is_not_sent_again(fresh: Site, here: Path) -> None:
    """Only the last decision counts; where nothing is refused it is said, and the exit status is 0."""
    flow = actors.invoice(fresh, "F-1")

    answer = fresh.run("invoices", "export-rejected", flow)

    assert "there is nothing to send again" in answer.err
    assert names(here) == set()
    assert fresh.json("invoices", "export-rejected", flow)["folder"] is None
    assert "rien à renvoyer" in fresh.run("invoices", "export-rejected", flow, lang="fr").err


def test_a_folder_that_holds_something_is_left_alone(fresh: Site, here: Path) -> None:
    """An empty one is used, another or a file is refused and kept as it is."""
    flow = actors.invoice(fresh, "F-1", supplier_id=WRONG)
    (here / "empty").mkdir()
    (here / "full").mkdir()
    (here / "full" / "mine").write_text("mine", encoding="utf-8")
    (here / "file").write_text("mine", encoding="utf-8")

    fresh.run("invoices", "export-rejected", flow, "--to", "empty")
    for taken in ("full", "file"):
        answer = fresh.run("invoices", "export-rejected", flow, "--to", taken, expect=1)
        assert f"{taken} is there already" in answer.err

    assert f"{flow}.xml" in names(here / "empty")
    assert names(here / "full") == {"mine"}


def test_nothing_is_left_half_written(fresh: Site, here: Path) -> None:
    """Where the archive no longer gives the flow, there is no folder, hidden or not."""
    files = {f"{name}.xml": cii(actors.draft(name, supplier_id=WRONG)) for name in ("F-1", "F-2")}
    flow = actors.deposit(fresh, tar_gz(files))
    archived = fresh.root / fresh.json("flows", "show", flow)["archive"]
    archived.chmod(0o640)
    archived.write_bytes(b"other")

    answer = fresh.run("invoices", "export-rejected", flow, expect=1)

    assert "can no longer be read in the archive" in answer.err
    assert names(here) == set()


def test_what_has_no_documents_to_send_again_is_said(fresh: Site) -> None:
    """A flow of statuses, one that is not decided, one that there is not."""
    statuses = actors.report(fresh, actors.RECIPIENT, actors.status("F-9", "07"))
    held = actors.invoice(fresh, "F-1", supplier_id=WRONG)
    fresh.write("update flows set state = 'held' where interface = 'FSO1106A'")

    assert "holds statuses or receipts" in fresh.run("invoices", "export-rejected", statuses, expect=1).err
    assert "is not decided yet (held)" in fresh.run("invoices", "export-rejected", held, expect=1).err
    assert "edigate flows list" in fresh.run("invoices", "export-rejected", "nobody", expect=1).err
