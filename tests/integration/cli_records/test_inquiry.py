"""“Did you get it?”: `edigate invoices show` with `--file`, `--hash` and `--number`, answered without guessing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures
from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.cii import cii
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site

KEYS = {"asked", "received", "answer", "flows", "invoices"}


def test_a_file_that_was_deposited_is_found_by_its_bytes(fresh: Site, tmp_path: Path) -> None:
    """Yes, with flow, date, verdict and the invoice's status; the exit status is 0."""
    content = cii(actors.draft("F-1"))
    flow = actors.deposit(fresh, content)
    mine = tmp_path / "mine.xml"
    mine.write_bytes(content)

    answer = fresh.json("invoices", "show", "--file", str(mine))

    assert answer.keys() == KEYS
    assert answer["received"] is True
    assert [one["name"] for one in answer["flows"]] == [flow]
    assert [(one["number"], one["status"]) for one in answer["invoices"]] == [("F-1", "03")]
    text = fold(fresh.run("invoices", "show", "--file", str(mine)).out)
    assert text.startswith("Yes: received on 20")
    assert f"from JMRPOR as {flow}; verdict: integrated." in text
    assert "03 Made available to its recipient" in text
    assert "Oui : reçu le" in fresh.run("invoices", "show", "--file", str(mine), lang="fr").out


@pytest.mark.parametrize("pack", [tar_gz, zipped])
def test_a_file_inside_an_archive_is_found_by_its_bytes(fresh: Site, tmp_path: Path, pack: type) -> None:
    """The answer names the archive and the entry, though it is called otherwise at the supplier's."""
    content = cii(actors.draft("F-2"))
    flow = actors.deposit(fresh, pack({"a.xml": cii(actors.draft("F-1")), "b.xml": content}))
    mine = tmp_path / "mine.xml"
    mine.write_bytes(content)

    answer = fresh.json("invoices", "show", "--file", str(mine))

    assert answer["received"] is True
    assert [(one["number"], one["entry"]) for one in answer["invoices"]] == [("F-2", "b.xml")]
    assert f"file b.xml of {flow}" in answer["answer"][0]


def test_other_bytes_of_a_known_number_are_no_yes(fresh: Site, tmp_path: Path) -> None:
    """The file was not received, and the answer says which invoice of its number was; the exit status is 1."""
    flow = actors.invoice(fresh, "F-1")
    mine = tmp_path / "mine.xml"
    mine.write_bytes(cii(actors.draft("F-1")) + b"<!-- again -->")

    answer = fresh.run("invoices", "show", "--file", str(mine), expect=1)

    text = fold(answer.out)
    assert text.startswith(f"No: {mine} was not received")
    assert f"But an invoice of its number was received in another file: invoice F-1 of {structures.SUPPLIER}" in text
    assert flow in text
    told = fresh.run("invoices", "show", "--file", str(mine), "--json", expect=1).json
    assert (told["received"], [one["number"] for one in told["invoices"]]) == (False, ["F-1"])


def test_an_unknown_file_is_no(fresh: Site, tmp_path: Path) -> None:
    """With the numbers that it holds where it can be read, without where not."""
    invoice, text = tmp_path / "mine.xml", tmp_path / "notes.txt"
    invoice.write_bytes(cii(actors.draft("F-7")))
    text.write_text("nothing", encoding="utf-8")

    assert "Invoice F-7 of" in fresh.run("invoices", "show", "--file", str(invoice), expect=1).out
    assert "no invoice that can be read" in fold(fresh.run("invoices", "show", "--file", str(text), expect=1).out)


def test_a_hash_is_found_whole_or_by_a_beginning_of_its_own(fresh: Site) -> None:
    """A beginning that one file has is told with the whole hash, to be compared."""
    content = cii(actors.draft("F-1"))
    actors.deposit(fresh, content)
    sha256 = hashlib.sha256(content).hexdigest()

    assert fresh.json("invoices", "show", "--hash", sha256)["received"] is True
    beginning = fresh.run("invoices", "show", "--hash", sha256[:10].upper())
    assert f"Its whole SHA-256 is {sha256}" in beginning.out
    other = "0" * 64 if sha256[0] != "0" else "f" * 64
    assert fresh.run("invoices", "show", "--hash", other, expect=1).out.startswith("No: no file with the SHA-256")
    assert "8 digits at least" in fresh.run("invoices", "show", "--hash", sha256[:7], expect=2).err
    assert "is no SHA-256" in fresh.run("invoices", "show", "--hash", "g" * 64, expect=2).err


def test_a_beginning_of_several_hashes_is_not_answered(fresh: Site) -> None:
    """It cannot be told, and the exit status is not that of a yes."""
    for number in ("F-1", "F-2"):
        actors.invoice(fresh, number)
    fresh.write("update flows set sha256 = '0123456789' || substr(sha256, 11)")

    answer = fresh.run("invoices", "show", "--hash", "0123456789", expect=1)

    assert "cannot be told: 2 different files" in answer.out


def test_a_number_is_found_exactly(fresh: Site) -> None:
    """Neither its beginning nor other capitals are a yes; a supplier narrows it down."""
    flow = actors.invoice(fresh, "F-1")

    yes = fresh.json("invoices", "show", "--number", "F-1", "--supplier", "810 347 328 00017")
    assert (yes["received"], [one["flow_name"] for one in yes["invoices"]]) == (True, [flow])
    for number in ("F-", "f-1", "F-1 bis"):
        answer = fresh.run("invoices", "show", "--number", number, expect=1)
        assert answer.out.startswith(f"No: no invoice with exactly the number {number} was received")
    stranger = fresh.run("invoices", "show", "--number", "F-1", "--supplier", "40668031401116", lang="fr", expect=1)
    assert "Non : aucune facture de 40668031401116 portant exactement le numéro F-1" in stranger.out


def test_a_rejected_invoice_was_received_and_says_so(fresh: Site) -> None:
    """Yes, with its verdict and its faults."""
    actors.invoice(fresh, "F-1", supplier_id="123")

    text = fold(fresh.run("invoices", "show", "--number", "F-1").out)

    assert text.startswith("Yes: invoice F-1 of 123")
    assert "verdict: rejected" in text
    assert "EDG-I042" in text


def test_a_number_of_several_suppliers_is_told_of_each(fresh: Site) -> None:
    """One sentence for each, and a list."""
    actors.invoice(fresh, "F-1")
    actors.invoice(fresh, "F-1", supplier_id=structures.SUPPLIER_2, supplier_name="Mécanique Bellanger")

    answer = fresh.run("invoices", "show", "--number", "F-1")

    assert answer.out.count("Yes: invoice F-1 of") == 2


def test_a_flow_that_waits_was_received_and_is_not_decided(fresh: Site) -> None:
    """By its hash yes, not decided yet; a no about its number says that flows are undecided."""
    content = cii(actors.draft("F-1"))
    actors.deposit(fresh, content)
    fresh.write("delete from statuses", "delete from invoices", "update flows set state = 'held', verdict = null")

    by_hash = fresh.run("invoices", "show", "--hash", hashlib.sha256(content).hexdigest()).out
    by_number = fresh.run("invoices", "show", "--number", "F-1", expect=1).out

    assert "not decided yet (held)" in by_hash
    assert "1 flows are not decided yet" in by_number


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["F-1", "--number", "F-1"],
        ["--hash", "0" * 64, "--number", "F-1"],
        ["--supplier", "81034732800017"],
        ["F-1", "--supplier", "81034732800017"],
        ["--file", "/no/such/file"],
    ],
)
def test_one_thing_is_asked_about(shown_empty: Site, arguments: list[str]) -> None:
    """Nothing, two things, a supplier alone, a file that there is not: wrong usage."""
    assert shown_empty.run("invoices", "show", *arguments, expect=2).out == ""


def test_a_folder_is_no_file_of_the_question(shown_empty: Site, tmp_path: Path) -> None:
    """It is called a folder, not missing, in both languages."""
    asked = ("invoices", "show", "--file", str(tmp_path))

    assert "is a folder: name one file in it" in fold(shown_empty.run(*asked, expect=2).err)
    assert "est un dossier : nommez-y un fichier" in fold(shown_empty.run(*asked, lang="fr", expect=2).err)
