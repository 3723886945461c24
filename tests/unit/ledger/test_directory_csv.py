"""The directory as CSV: forms, accounts, suppliers alone, and files of before."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.directory import BadDirectory, Snapshot, import_csv
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
        ("kind,siret,nmae\n", "line 1: unknown columns ['nmae']", "colonnes inconnues"),
        ("kind,name\n", "line 1: missing columns ['siret']", "colonnes absentes"),
        ("", "line 1: missing columns ['kind', 'siret']", "colonnes absentes"),
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
        (f'kind,siret,name\nstructure,{ONE},"{"x" * 200_000}"\n', "field larger than field limit", "ligne 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(tmp_path: Path, text: str, english: str, french: str) -> None:
    """Line, column and value are named in both languages, and nothing is left behind."""
    with pytest.raises(BadDirectory) as caught:
        bring(tmp_path, text, "v1")

    assert english in caught.value.english
    assert french in caught.value.french
    assert list(tmp_path.iterdir()) == []
