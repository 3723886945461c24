"""`edigate directory`: a whole new version by import, and what the version in force holds."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.directory import Snapshot
from edigate.sandbox.structures import CONNECTED, SERVICE_REQUIRED, STRUCTURES, SUPPLIERS, WITH_FORMS, directory_csv
from tests.integration.cli_records.console import fold
from tests.unit.ledger.f14 import MONDAY, ONE, SUNDAY, THREE, TUESDAY, WEDNESDAY, establishment, flow, service, unit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site


def _file(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "structures.csv"
    path.write_text(text, encoding=encoding)
    return str(path)


def test_show_counts_what_is_in_force(shown: Site) -> None:
    """The sandbox's structures are counted, the inactive one apart."""
    told = shown.json("directory", "show")

    assert told.keys() == {"version", "structures", "active_structures", "services", "suppliers", "kept"}
    assert (told["structures"], told["active_structures"]) == (len(STRUCTURES), len(STRUCTURES) - 1)
    assert told["kept"] == [told["version"]]


def test_show_tells_one_structure_with_its_services(shown: Site) -> None:
    """Flags and services of a structure, its SIRET written with spaces or not."""
    told = shown.json("directory", "show", SERVICE_REQUIRED)

    assert (told["siret"], told["service_required"], told["engagement_required"]) == (SERVICE_REQUIRED, True, False)
    assert [(service["code"], service["active"]) for service in told["services"]] == [
        ("ARCHIVES", False),
        ("ROUTES", True),
    ]
    assert shown.json("directory", "show", "999 816 440 00013") == told
    assert "ROUTES Direction des routes oui" in fold(shown.run("directory", "show", SERVICE_REQUIRED, lang="fr").out)


def test_an_unknown_structure_says_what_follows(shown: Site) -> None:
    """A SIRET that the directory lacks is refused with the fault its invoices get."""
    assert "EDG-I064" in shown.run("directory", "show", "99980000000000", expect=1).err


def test_an_import_puts_a_new_version_in_force(fresh: Site, tmp_path: Path) -> None:
    """What was read is said, the new version sorts after the old one, and is what the gate shows."""
    before = fresh.json("directory", "show")
    lines = "kind,siret,name\nstructure,99981644000013,Une\nsupplier,KRX,Autre\n"

    told = fresh.json("directory", "import", _file(tmp_path, lines, "utf-8-sig"))

    assert (told["structures"], told["services"], told["suppliers"], told["released"]) == (1, 0, 1, 0)
    after = fresh.json("directory", "show")
    assert after["version"] == told["version"] > before["version"]
    assert after["kept"] == [before["version"], after["version"]]


def test_an_import_is_in_the_event_log(fresh: Site, tmp_path: Path) -> None:
    """Who imported what stands in the event log."""
    version = fresh.json("directory", "import", _file(tmp_path, directory_csv()))["version"]

    with fresh.connection() as connection:
        row = connection.exec_driver_sql("select event, actor, details from events where subject = ?", (version,)).one()

    assert row.event == "directory.imported"
    assert row.actor
    assert json.loads(row.details)["structures"] == len(STRUCTURES)


def test_a_bad_file_changes_nothing(fresh: Site, tmp_path: Path) -> None:
    """The line, the column and the value are named; the version in force stays."""
    before = fresh.json("directory", "show")
    lines = "kind,siret,name,active\nstructure,99981644000013,Une,peut-être\n"

    answer = fresh.run("directory", "import", _file(tmp_path, lines), expect=1)

    assert "line 2, column active: 'peut-être'" in answer.err
    assert "Nothing was changed" in answer.err
    assert fresh.json("directory", "show") == before


def test_a_file_that_is_no_utf8_is_refused(fresh: Site, tmp_path: Path) -> None:
    """A spreadsheet's own encoding is refused with what to do."""
    answer = fresh.run("directory", "import", _file(tmp_path, "kind,siret,name\nstructure,1,é\n", "latin-1"), expect=1)

    assert "line 2: the byte 0xE9 after “structure,1,” is not UTF-8: save the file as UTF-8" in fold(answer.err)


@pytest.mark.parametrize(
    ("lang", "one", "several"),
    [
        ("en", ("1 structure, 0 services, 1 supplier.", "1 service is of a structure", "was left aside"),
         ("2 structures, 1 service, 0 suppliers.", "2 services are of structures", "were left aside")),
        ("fr", ("1 structure, 0 service, 1 fournisseur.", "1 service est d'une structure", "a été laissé de côté"),
         ("2 structures, 1 service, 0 fournisseur.", "2 services sont de structures", "ont été laissés de côté")),
    ],
)  # fmt: skip
def test_services_without_their_structure_are_said(
    fresh: Site, tmp_path: Path, lang: str, one: tuple[str, ...], several: tuple[str, ...]
) -> None:
    """How many were left aside, one or several, in the language spoken."""
    lines = f"kind,siret,service_code\nstructure,{ONE},\nservice,{THREE},A\n"

    alone = fresh.run("directory", "import", _file(tmp_path, f"{lines}supplier,KRX,\n"), lang=lang)
    more = f"{lines}service,{THREE},B\nservice,{ONE},C\nstructure,{CONNECTED},\n"
    many = fresh.run("directory", "import", _file(tmp_path, more), lang=lang)

    for answer, said in ((alone, one), (many, several)):
        for words in said:
            assert words in fold(answer.out + answer.err)


def test_a_missing_file_is_named(fresh: Site, tmp_path: Path) -> None:
    """A path that leads nowhere is said as such."""
    assert "structures.csv" in fresh.run("directory", "import", str(tmp_path / "structures.csv"), expect=1).err


def test_the_last_versions_are_kept(fresh: Site, tmp_path: Path) -> None:
    """An examination under way may still read an older version: the last five stay, older ones go."""
    file = _file(tmp_path, directory_csv())
    made = [fresh.json("directory", "import", file)["version"] for _ in range(6)]

    assert fresh.json("directory", "show")["kept"] == made[-5:]


def test_no_directory_is_said_with_its_remedy(fresh: Site) -> None:
    """A gate without a directory says what that means and how to import one."""
    fresh.write("delete from notes where key = 'directory_version'")

    answer = fresh.run("directory", "show", lang="fr", expect=1)

    assert "tous les flux attendent" in answer.err
    assert "edigate directory import" in answer.err


# --- directory flows -------------------------------------------------------------------------------------------------


def _flow(folder: Path, content: bytes, name: str = "f14.xml") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def _in_force(site: Site) -> Snapshot:
    version = site.json("directory", "show")["version"]
    return Snapshot(site.root / "directory" / f"{version}.sqlite")


@pytest.mark.parametrize("name", ["f14.xml", "f14.xml.gz", "whatever"])
def test_a_directory_flow_is_imported(fresh: Site, tmp_path: Path, name: str) -> None:
    """XML is told by its content, in gzip too; what the import brought is said."""
    content = flow(unit(ONE), establishment(ONE, "Service"), service(ONE, "ROUTES"), service(THREE, "X"))

    told = fresh.json("directory", "import", _flow(tmp_path, gzip.compress(content) if "gz" in name else content, name))

    assert (told["structures"], told["services"], told["source"], told["produced"]) == (1, 1, "f14", SUNDAY)
    assert (told["left_aside"], told["before"] < told["version"]) == (1, True)
    assert told["suppliers"] > 0
    with closing(_in_force(fresh)) as snapshot:
        structure = snapshot.structure(ONE)
        assert structure is not None
        assert structure.service_required


def test_differentials_are_imported_in_their_order(fresh: Site, tmp_path: Path) -> None:
    """One that follows is taken; one that leaves a gap is refused with its sentence, unless it is forced."""
    fresh.run("directory", "import", _flow(tmp_path, flow(establishment(ONE))))
    daily = flow(establishment(THREE), kind="D", made=MONDAY, since=SUNDAY)
    late = flow(establishment(ONE, motif="S"), kind="D", made=WEDNESDAY, since=TUESDAY)

    assert fresh.json("directory", "import", _flow(tmp_path, daily))["structures"] == 2
    before = fresh.json("directory", "show")["version"]
    refused = fresh.run("directory", "import", _flow(tmp_path, late), expect=1)
    assert "the version in force is of 20260302010022: what changed in between is missing" in fold(refused.err)
    assert "ce qui a changé entre-temps manque" in fold(
        fresh.run("directory", "import", _flow(tmp_path, late), lang="fr", expect=1).err
    )
    assert fresh.json("directory", "show")["version"] == before
    assert fresh.json("directory", "import", _flow(tmp_path, late), "--force")["structures"] == 1


def test_a_flow_against_its_schema_changes_nothing(fresh: Site, tmp_path: Path) -> None:
    """Where and why, in the language spoken; the version in force stays."""
    before = fresh.json("directory", "show")
    broken = _flow(tmp_path, flow(establishment("123")))

    english, french = (fresh.run("directory", "import", broken, lang=lang, expect=1) for lang in ("en", "fr"))

    assert "soon after it, Etablissement (IdSIRET 123, IdInstance 7): The document does not follow" in fold(english.err)
    assert "peu après, Etablissement (IdSIRET 123, IdInstance 7) : Le document ne respecte pas" in fold(french.err)
    assert "or il faut suivre le modèle [0-9]{14}" in fold(french.err)
    assert "Nothing was changed" in english.err
    assert "Rien n'a changé" in french.err
    assert fresh.json("directory", "show") == before


def test_suppliers_alone_are_imported(fresh: Site, tmp_path: Path) -> None:
    """A file of suppliers leaves the structures, and its help says so."""
    told = fresh.json("directory", "import", _file(tmp_path, "kind,siret,name\nsupplier,KRX,Autre\n"))

    assert (told["structures"], told["suppliers"]) == (len(STRUCTURES), 1)
    helped = fold(fresh.run("directory", "import", "--help").out.replace("│", " "))
    assert "suppliers only replaces the suppliers and nothing else" in helped


# --- what changed ----------------------------------------------------------------------------------------------------

# The demonstration's invoices make CONNECTED a structure in use.
CLOSING = directory_csv().replace(
    f"structure,{CONNECTED},Hôpital de la Combe-Verte,true", f"structure,{CONNECTED},H,false"
)
STRICTER = CLOSING.replace(f"service,{SERVICE_REQUIRED},,true", f"service,{SERVICE_REQUIRED},,false")


def test_an_import_tells_what_changed_and_whom_it_concerns(site: Site, tmp_path: Path) -> None:
    """The suppliers who used a structure that closed are named; a change that nobody feels is told apart."""
    told = site.json("directory", "import", _file(tmp_path, STRICTER))["changes"]

    assert told.keys() == {"from", "to", "days", "counts", "in_use", "others"}
    assert (told["days"], told["counts"]) == (400, {"closed": 1, "service_closed": 1})
    (felt,) = told["in_use"]
    assert (felt["kind"], felt["siret"], felt["stricter"], felt["service"]) == ("closed", CONNECTED, True, "")
    assert [use["supplier"] for use in felt["suppliers"]] == ["81034732800017"]
    assert felt["suppliers"][0]["invoices"] >= 1
    assert [(one["kind"], one["siret"], one["service"]) for one in told["others"]] == [
        ("service_closed", SERVICE_REQUIRED, "ROUTES")
    ]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("is no longer active", "81034732800017 Papeterie des Tilleuls", "service ROUTES is no longer active",
                "(1 invoice, on 2")),
        ("fr", ("n'est plus active", "81034732800017 Papeterie des Tilleuls", "le service ROUTES n'est plus actif",
                "(1 facture, le 2")),
    ],
)  # fmt: skip
def test_what_changed_is_told_in_words(site: Site, tmp_path: Path, lang: str, said: tuple[str, ...]) -> None:
    """In the language spoken, and again on demand."""
    imported = fold(site.run("directory", "import", _file(tmp_path, STRICTER), lang=lang).out)
    again = fold(site.run("directory", "changes", lang=lang).out)

    for words in said:
        assert words in imported
        assert words in again


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("supplier is no longer in the directory 13 {used}", "supplier has other accounts",
                "81034732800017 Papeterie des Tilleuls supplier is no longer in the directory")),
        ("fr", ("le fournisseur n'est plus dans l'annuaire 13 {used}", "le fournisseur a d'autres comptes",
                "81034732800017 Papeterie des Tilleuls le fournisseur n'est plus dans l'annuaire")),
    ],
)  # fmt: skip
def test_suppliers_that_vanish_are_told(site: Site, tmp_path: Path, lang: str, said: tuple[str, ...]) -> None:
    """A list of suppliers that replaces another tells who is gone, and who of them sent invoices."""
    site.run("directory", "import", _file(tmp_path, directory_csv()))
    kept = next(
        row for row in directory_csv().splitlines() if row.startswith("supplier,") and "81034732800017" not in row
    )
    account = "FR7630006000011234567890189"
    lines = f"kind,siret,name,accounts\nsupplier,{kept.split(',')[1]},Gardé,{account}\n"

    answer = fold(site.run("directory", "import", _file(tmp_path, lines), lang=lang).out)
    told = site.json("directory", "changes")

    for words in said:
        assert words.format(used=len(told["in_use"])) in answer
    assert told["counts"] == {"supplier_vanished": 13, "supplier_accounts": 1}
    felt = next(one for one in told["in_use"] if one["siret"] == "81034732800017")
    assert (felt["kind"], felt["stricter"]) == ("supplier_vanished", True)
    (use,) = felt["suppliers"]
    assert (use["supplier"], use["invoices"] > 1) == ("81034732800017", True)
    assert f"({use['invoices']} " in answer
    assert account in {one["after"] for one in told["others"]}


def test_changes_between_any_two_kept_versions(fresh: Site, tmp_path: Path) -> None:
    """FROM and TO are kept versions or their beginnings; by default what the last import brought."""
    first = fresh.json("directory", "show")["version"]
    second = fresh.json("directory", "import", _file(tmp_path, CLOSING))["version"]
    third = fresh.json("directory", "import", _file(tmp_path, directory_csv()))["version"]

    assert fresh.json("directory", "changes")["counts"] == {"reopened": 1}
    assert fresh.json("directory", "changes", first, second)["counts"] == {"closed": 1}
    assert fresh.json("directory", "changes", second)["to"] == third
    assert fresh.json("directory", "changes", first)["counts"] == {}
    assert f"Nothing changed since {first}" in fresh.run("directory", "changes", first).out
    assert "no version of this name" in fresh.run("directory", "changes", "1999", expect=1).err


def test_a_first_version_has_nothing_to_be_compared_with(fresh: Site) -> None:
    """It is said which versions there are."""
    assert "no version before" in fresh.run("directory", "changes", expect=1).err


def test_many_changes_are_cut_to_a_screenful(fresh: Site, tmp_path: Path) -> None:
    """Structures that are new and unused are counted; all are listed on demand."""
    sirets = [f"{number:09d}00014" for number in range(60)]
    lines = "".join(f"structure,{siret},Neuve,true\n" for siret in sirets)

    answer = fresh.run("directory", "import", _file(tmp_path, f"kind,siret,name,active\n{lines}"))

    assert "60 more changes of what nobody used" in answer.err
    assert sirets[0] not in answer.out
    assert sirets[-1] in fresh.run("directory", "changes", "--all").out
    assert len(fresh.json("directory", "changes", "--all")["others"]) == 60 + len(STRUCTURES) + len(SUPPLIERS)


# --- forms -----------------------------------------------------------------------------------------------------------


def test_a_form_is_stated_and_taken_away(fresh: Site) -> None:
    """A new version holds it, and differs in nothing else; the event log knows who stated it."""
    before = fresh.json("directory", "show")["version"]

    told = fresh.json("directory", "form", SERVICE_REQUIRED, "--engagement", "[0-9]{5,6}", "--hint", "Cinq ou six.")

    assert (told["engagement_form"], told["form_hint"], told["service_form"]) == ("[0-9]{5,6}", "Cinq ou six.", "")
    assert fresh.json("directory", "changes")["counts"] == {"engagement_form": 1, "form_hint": 1}
    with fresh.connection() as connection:
        row = connection.exec_driver_sql(
            "select actor, details from events where event = 'directory.form_stated'"
        ).one()
    assert row.actor
    assert json.loads(row.details)["before"] == before
    assert fresh.json("directory", "form", SERVICE_REQUIRED, "--engagement", "")["engagement_form"] == ""


def test_a_form_outlives_imports(fresh: Site, tmp_path: Path) -> None:
    """It is edigate's own setting: neither a flow nor a file without the columns takes it away."""
    fresh.run("directory", "form", SERVICE_REQUIRED, "--hint", "Cinq ou six.")

    fresh.run("directory", "import", _flow(tmp_path, flow(establishment(SERVICE_REQUIRED))))
    fresh.run("directory", "import", _file(tmp_path, f"kind,siret\nstructure,{SERVICE_REQUIRED}\n"))

    assert fresh.json("directory", "show", SERVICE_REQUIRED)["form_hint"] == "Cinq ou six."


def test_codes_that_a_form_would_refuse_are_remarked_on(fresh: Site) -> None:
    """Active services whose own code lacks the form are named."""
    answer = fresh.run("directory", "form", WITH_FORMS, "--service", "[A-Z]{6}")

    assert "COLLEGES" in answer.err
    assert "SOCIAL" not in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SERVICE_REQUIRED,), "--service, --engagement or --hint"),
        ((SERVICE_REQUIRED, "--engagement", "([0-9]+)+"), "too many ways"),
        ((SERVICE_REQUIRED, "--service", "[A-Z"), "no regular expression"),
        ((SERVICE_REQUIRED, "--hint", "x" * 301), "longer than 300"),
        (("99980000000000", "--hint", "x"), "holds no structure 99980000000000"),
    ],
)
def test_a_form_that_cannot_be_stated(fresh: Site, arguments: tuple[str, ...], said: str) -> None:
    """What is wrong is said, and nothing changes."""
    before = fresh.json("directory", "show")

    assert said in fold(fresh.run("directory", "form", *arguments, expect=None).err)
    assert fresh.json("directory", "show") == before


def test_a_form_needs_a_directory(fresh: Site) -> None:
    """Without a version in force there is no structure to state it of."""
    fresh.write("delete from notes where key = 'directory_version'")

    assert "no directory is in force" in fresh.run("directory", "form", ONE, "--hint", "x", expect=1).err
