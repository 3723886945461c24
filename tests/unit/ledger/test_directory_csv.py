"""The directory as CSV: forms, accounts, suppliers alone, and files of before."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.directory import BadDirectory, Snapshot
from edigate.ledger.directory.from_csv import import_csv, text_of
from tests.unit.ledger.f14 import ONE, TWO

if TYPE_CHECKING:
    from pathlib import Path

IBAN, OTHER = "FR7630006000011234567890189", "FR1420041010050500013M02606"
FULL = f"""kind,siret,name,service_code,service_form,engagement_form,form_hint,accounts
structure,{ONE},Une,,[A-Z]{{3}},"[0-9]{{5,6}}",cinq ou six chiffres,
service,{ONE},Un service,ABC,,,,
supplier,KRX,Autre,,,,,{IBAN.lower()} {OTHER}
"""


def bring(folder: Path, text: str, version: str, base: str = "", *, force: bool = False) -> Path:
    """Import a CSV; the new version's file."""
    import_csv(io.StringIO(text), folder, version, folder / f"{base}.sqlite" if base else None, force=force)
    return folder / f"{version}.sqlite"


def test_forms_and_accounts_are_read(tmp_path: Path) -> None:
    """A structure's patterns and sentence, a supplier's IBANs in capitals."""
    with closing(Snapshot(bring(tmp_path, FULL, "v1"))) as snapshot:
        structure, supplier = snapshot.structure(ONE), snapshot.supplier("KRX")

    assert structure is not None
    assert supplier is not None
    assert (structure.service_form, structure.engagement_form) == ("[A-Z]{3}", "[0-9]{5,6}")
    assert structure.form_hint == "cinq ou six chiffres"
    assert supplier.accounts == {IBAN, OTHER}


def test_a_file_of_before_is_read_and_takes_nothing_away(tmp_path: Path) -> None:
    """Without columns for forms and accounts, those in force stay with the structures and suppliers that remain."""
    bring(tmp_path, FULL, "v1")
    text = f"kind,siret,name\nstructure,{ONE},Une autre\nstructure,{TWO},Deux\nsupplier,KRX,Autre\nsupplier,US1,Neuf\n"

    with closing(Snapshot(bring(tmp_path, text, "v2", "v1"))) as snapshot:
        one, two = snapshot.structure(ONE), snapshot.structure(TWO)
        old, new = snapshot.supplier("KRX"), snapshot.supplier("US1")
        services = snapshot.services_of(ONE)

    assert one is not None
    assert two is not None
    assert old is not None
    assert new is not None
    assert (one.name, one.engagement_form, one.form_hint) == ("Une autre", "[0-9]{5,6}", "cinq ou six chiffres")
    assert (two.engagement_form, services) == ("", ())
    assert old.accounts == {IBAN, OTHER}
    assert new.accounts == frozenset()


def test_a_file_with_the_columns_says_what_holds(tmp_path: Path) -> None:
    """An empty cell under a column that the file has takes the form or the account away."""
    bring(tmp_path, FULL, "v1")
    text = f"kind,siret,name,form_hint,accounts\nstructure,{ONE},Une,,\nsupplier,KRX,Autre,,\n"

    with closing(Snapshot(bring(tmp_path, text, "v2", "v1"))) as snapshot:
        structure, supplier = snapshot.structure(ONE), snapshot.supplier("KRX")

    assert structure is not None
    assert supplier is not None
    assert (structure.engagement_form, structure.form_hint, supplier.accounts) == ("", "", frozenset())


def test_suppliers_alone_replace_suppliers_only(tmp_path: Path) -> None:
    """A file of nothing but suppliers leaves structures, services and what the version was made from as they are."""
    bring(tmp_path, FULL, "v1")

    with closing(Snapshot(bring(tmp_path, "kind,siret,name\nsupplier,US1,Neuf\n", "v2", "v1"))) as snapshot:
        assert snapshot.supplier("KRX") is None
        assert snapshot.supplier("US1") is not None
        structure = snapshot.structure(ONE)
        assert structure is not None
        assert structure.engagement_form == "[0-9]{5,6}"
        assert [one.code for one in snapshot.services_of(ONE)] == ["ABC"]


def test_suppliers_alone_need_a_directory_in_force(tmp_path: Path) -> None:
    """A gate whose directory holds suppliers only would refuse every invoice."""
    with pytest.raises(BadDirectory, match="suppliers only"):
        bring(tmp_path, "kind,siret\nsupplier,US1\n", "v1")
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_structures_is_an_empty_directory_on_demand(tmp_path: Path) -> None:
    """Nothing but columns would have every invoice refused: it replaces everything by nothing only where forced."""
    before = bring(tmp_path, FULL, "v1")

    with pytest.raises(BadDirectory, match=r"not one structure would be left.*EDG-I064.*--force") as caught:
        bring(tmp_path, "kind,siret\n", "v2", "v1")

    assert "plus une seule structure" in caught.value.french
    assert list(tmp_path.iterdir()) == [before]
    with closing(Snapshot(bring(tmp_path, "kind,siret\n", "v2", "v1", force=True))) as snapshot:
        assert list(snapshot.structures()) == []


def test_semicolons_separate_as_well(tmp_path: Path) -> None:
    """The header shows it, as spreadsheets of French machines write it: commas are then signs like any other."""
    text = f'kind;siret;name;form_hint\nstructure;{ONE};"Mairie; annexe";cinq, six\nsupplier;KRX;Autre;\n'

    with closing(Snapshot(bring(tmp_path, text, "v1"))) as snapshot:
        structure = snapshot.structure(ONE)
        assert structure is not None
        assert (structure.name, structure.form_hint) == ("Mairie; annexe", "cinq, six")
        assert snapshot.supplier("KRX") is not None


LINES = f"kind,siret,name\nstructure,{ONE},Une\nstructure,{TWO},Prés\n"


@pytest.mark.parametrize(
    ("content", "english", "french"),
    [
        (
            LINES.encode("latin-1"),
            f"line 3: the byte 0xE9 after “structure,{TWO},Pr” is not UTF-8: save the file as UTF-8",
            f"ligne 3 : l'octet 0xE9 après « structure,{TWO},Pr » n'est pas de l'UTF-8 : enregistrez le fichier",
        ),
        (LINES.encode("utf-16"), "line 1: the byte 0xFF at its beginning is", "ligne 1 : l'octet 0xFF au début n'est"),
        (LINES.encode("utf-16-le"), "line 1: the byte 0x00 after “k”", "ligne 1 : l'octet 0x00 après « k »"),
        (LINES.replace("\n", "\r").encode("latin-1"), "line 3: the byte 0xE9", "ligne 3 : l'octet 0xE9"),
        (LINES.encode()[:-3], "line 3: the byte 0xC3", "ligne 3 : l'octet 0xC3"),
    ],
    ids=["latin-1", "utf-16", "utf-16-unmarked", "carriage-returns", "cut"],
)
def test_what_is_no_utf8(tmp_path: Path, content: bytes, english: str, french: str) -> None:
    """The line, the byte and what stands before it are named in both languages, with what to do."""
    with pytest.raises(BadDirectory) as caught:
        import_csv(text_of(io.BytesIO(content)), tmp_path, "v1")

    assert caught.value.english.startswith(english)
    assert caught.value.french.startswith(french)
    assert list(tmp_path.iterdir()) == []


def test_a_byte_order_mark_and_accents_are_read(tmp_path: Path) -> None:
    """As spreadsheets write UTF-8, with the ends of lines of any system."""
    content = LINES.replace("\n", "\r\n").encode("utf-8-sig")

    import_csv(text_of(io.BytesIO(content)), tmp_path, "v1")

    with closing(Snapshot(tmp_path / "v1.sqlite")) as snapshot:
        assert [one.name for one in snapshot.structures()] == ["Une", "Prés"]


def test_services_without_their_structure_are_left_aside(tmp_path: Path) -> None:
    """Wherever the structure stands in the file; those that have none there are counted, and not in the version."""
    text = f"kind,siret,service_code\nservice,{ONE},A\nservice,{TWO},B\nservice,{TWO},C\nstructure,{ONE},\n"

    imported = import_csv(io.StringIO(text), tmp_path, "v1")

    assert (imported.structures, imported.services, imported.left_aside) == (1, 1, 2)
    with closing(Snapshot(tmp_path / "v1.sqlite")) as snapshot:
        assert [one.code for one in snapshot.services_of(ONE)] == ["A"]
        assert snapshot.services_of(TWO) == ()


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("kind,siret,nmae\n", "line 1: unknown columns: “nmae”; a directory", "colonnes inconnues : « nmae » ; un"),
        ("kind,name\n", "line 1: missing columns: “siret”;", "colonnes absentes : « siret » ;"),
        ("", "line 1: missing columns: “kind”, “siret”;", "colonnes absentes : « kind », « siret » ;"),
        ("kind\tsiret\n", "line 1: one column only, “kind\\tsiret”: commas or semicolons", "points-virgules séparent"),
        (f"kind;siret;name\nstructure;{ONE};Une; deux\n", "text that holds a semicolon", "avec point-virgule se met"),
        (f'kind,siret,name\n"structure,{ONE},{"x " * 70_000}', "is a quotation mark not closed?", "pas fermé ?"),
        ("kind,siret\nmairie,1\n", "line 2: kind 'mairie'", "n'est aucun de"),
        ("kind,siret\nstructure,12\n", "line 2, column siret: '12' is not a SIRET", "n'est pas un SIRET"),
        (f"kind,siret,active\nstructure,{ONE},peut-être\n", "column active: 'peut-être'", "n'est ni vrai"),
        (f"kind,siret\nservice,{ONE}\n", "a service without service_code", "un service sans"),
        (f"kind,siret\nstructure,{ONE}\nstructure,{ONE}\n", f"line 3: structure {ONE} stands twice", "deux fois"),
        (f"kind,siret,service_code\nservice,{ONE},A\nservice,{ONE},A\n", f"service {ONE} A stands", "deux fois"),
        (f"kind,siret,name\nstructure,{ONE},Une, deux\n", "line 2: more cells than columns", "guillemets"),
        ("kind,siret\nsupplier,K\nsupplier,K\n", "line 3: supplier K stands twice", "deux fois"),
        (f"kind,siret,engagement_form\nstructure,{ONE},(a+)+\n", "column engagement_form: '(a+)+' cannot", "lectures"),
        (f"kind,siret,service_form\nstructure,{ONE},[a\n", "column service_form: '[a' cannot", "ne peut servir"),
        (f"kind,siret,form_hint\nstructure,{ONE},{'x' * 301}\n", "column form_hint: the sentence", "la phrase"),
        ("kind,siret,accounts\nsupplier,K,FR00\n", "column accounts: 'FR00' is no IBAN", "n'est pas un IBAN"),
        (f"kind,siret,accounts\nsupplier,K,{IBAN} {IBAN[:8]}\n", f"'{IBAN[:8]}' is no IBAN", "n'est pas un IBAN"),
        (f'kind,siret,name\nstructure,{ONE},"{"x" * 200_000}"\n', "line 2: a cell of more than 131072", "ligne 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(tmp_path: Path, text: str, english: str, french: str) -> None:
    """Line, column and value are named in both languages, and nothing is left behind."""
    with pytest.raises(BadDirectory) as caught:
        bring(tmp_path, text, "v1")

    assert english in caught.value.english
    assert french in caught.value.french
    assert list(tmp_path.iterdir()) == []
