"""The import of directory flows: what becomes a structure or a service, and what a differential changes."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.domain.directory import Service, Structure
from edigate.domain.typography import french as typographic
from edigate.ledger.directory import BadDirectory, Snapshot
from edigate.ledger.directory.changes import Kind, changes
from edigate.ledger.directory.forms import state_forms
from edigate.ledger.directory.from_csv import import_csv
from edigate.ledger.directory.snapshot import facts
from tests.unit.ledger.f14 import (
    FLAGS,
    MONDAY,
    ONE,
    SUNDAY,
    THREE,
    TUESDAY,
    TWO,
    WEDNESDAY,
    bring,
    establishment,
    flow,
    service,
    unit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COLUMNS = (
    "engagement_required",
    "service_required",
    "engagement_or_service_required",
    "moa",
    "moa_only",
    "payment_status_fed_back",
)
BEFORE = """
create table structure(siret text primary key, name text, active int, public int, engagement_required int,
    service_required int, engagement_or_service_required int, moa int, moa_only int, payment_status_fed_back int)
    without rowid;
create table service(siret text, code text, name text, active int, engagement_required int,
    primary key(siret, code)) without rowid;
create table supplier(identifier text primary key, name text, active int) without rowid;
"""
CSV = f"""kind,siret,name,active,accounts,service_form,engagement_form,form_hint
structure,{ONE},Une,true,,[A-Z]+,"[0-9]{{5,6}}",cinq ou six chiffres
supplier,KRX,Autre,false,FR7630006000011234567890189,,,
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Callable[[str], Snapshot]]:
    """A version in the folder, open."""
    opened: list[Snapshot] = []

    def snapshot(version: str) -> Snapshot:
        opened.append(Snapshot(tmp_path / f"{version}.sqlite"))
        return opened[-1]

    yield snapshot
    for one in opened:
        one.close()


def refused(folder: Path, content: bytes, base: Path | None = None) -> BadDirectory:
    """Why a flow is not taken; nothing of it is left."""
    there = sorted(folder.iterdir())
    with pytest.raises(BadDirectory) as caught:
        bring(folder, content, "new", base)
    assert sorted(folder.iterdir()) == there
    return caught.value


@pytest.mark.parametrize(("flag", "column"), list(zip(FLAGS, COLUMNS, strict=True)))
def test_each_parameter_has_its_column(tmp_path: Path, at: Callable[[str], Snapshot], flag: str, column: str) -> None:
    """Every element of DonneesB2G becomes the flag of §12.2 that it is, and no other."""
    bring(tmp_path, flow(establishment(ONE, flag)), "v1")

    structure = at("v1").structure(ONE)

    assert structure is not None
    assert {name: getattr(structure, name) for name in COLUMNS} == {name: name == column for name in COLUMNS}


def test_a_full_flow_is_a_whole_directory(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """Structures with name and state, services with their own flag, and how much there is."""
    content = flow(
        unit(ONE),
        unit(TWO),
        establishment(ONE, "Service", "StatutMiseEnPaiement", name="Département &amp; annexes"),
        establishment(TWO, statut="I"),
        service(ONE, "ROUTES", engagement="true"),
        service(ONE, "LYCEES", engagement="0"),
        service(ONE, "ARCHIVES", statut="I"),
    )

    imported = bring(tmp_path, content, "v1")

    assert (imported.structures, imported.services, imported.suppliers, imported.left_aside) == (2, 3, 0, 0)
    assert (imported.source, imported.before, imported.produced) == ("f14", "", SUNDAY)
    found = at("v1")
    assert found.structure(ONE) == Structure(ONE, "Département & annexes", service_required=True)
    two = found.structure(TWO)
    assert two is not None
    assert (two.active, two.payment_status_fed_back) == (False, False)
    assert found.services_of(ONE) == (
        Service(ONE, "ARCHIVES", "Service ARCHIVES", active=False),
        Service(ONE, "LYCEES", "Service LYCEES"),
        Service(ONE, "ROUTES", "Service ROUTES", engagement_required=True),
    )
    assert found.structure(THREE) is None


@pytest.mark.parametrize(
    ("kind", "b2g", "expected"),
    [("P", True, True), ("A", True, False), (None, True, True), ("P", False, True), ("A", False, None),
     (None, False, None)],
)  # fmt: skip
def test_what_a_public_structure_is(
    tmp_path: Path,
    at: Callable[[str], Snapshot],
    kind: str | None,
    b2g: bool,  # noqa: FBT001 - a column of the table
    expected: bool | None,  # noqa: FBT001 - as above
) -> None:
    """What states its parameters or is of a public unit; it is public unless its unit is private."""
    units = (unit(ONE, kind),) if kind else ()

    imported = bring(tmp_path, flow(*units, establishment(ONE, b2g=b2g), establishment(TWO)), "v1")

    structure = at("v1").structure(ONE)
    assert (structure.public if structure else None) is expected
    assert imported.left_aside == (expected is None)


def test_routing_codes_that_are_no_services(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """A code of another qualifier, or of an establishment that is no structure, is left aside and counted."""
    content = flow(
        establishment(ONE), service(ONE, "A", qualifier="0225"), service(TWO, "B"), service(ONE, "C", motif="P")
    )

    imported = bring(tmp_path, content, "v1")

    assert [one.code for one in at("v1").services_of(ONE)] == ["C"]
    assert (imported.services, imported.left_aside) == (1, 2)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_instances_in_a_full_flow_the_active_one_is_meant(
    tmp_path: Path, at: Callable[[str], Snapshot], order: int
) -> None:
    """A structure or a service that stands twice, once inactive, is active whichever comes first."""
    structures = [establishment(ONE, name="Nouvelle"), establishment(ONE, name="Ancienne", statut="I")]
    services = [service(ONE, "A", engagement="true"), service(ONE, "A", statut="I")]

    bring(tmp_path, flow(*structures[::order], *services[::order]), "v1")

    structure, found = at("v1").structure(ONE), at("v1").service(ONE, "A")
    assert structure is not None
    assert found is not None
    assert (structure.name, structure.active, found.active, found.engagement_required) == ("Nouvelle", True, True, True)


def test_what_a_full_flow_says_is_gone_is_not_there(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """MotifPresence S in a full flow brings nothing."""
    content = flow(
        unit(ONE, motif="S"), establishment(ONE, motif="S"), establishment(TWO), service(TWO, "A", motif="S")
    )

    imported = bring(tmp_path, content, "v1")

    assert (imported.structures, imported.services, imported.left_aside) == (1, 0, 0)
    assert at("v1").structure(ONE) is None


def test_forms_and_suppliers_outlive_a_full_flow(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """What the flow does not carry stays as it was; what it carries is replaced."""
    import_csv(io.StringIO(CSV), tmp_path, "v1")

    imported = bring(tmp_path, flow(establishment(ONE, "Service"), establishment(TWO)), "v2", tmp_path / "v1.sqlite")

    one, two, supplier = at("v2").structure(ONE), at("v2").structure(TWO), at("v2").supplier("KRX")
    assert one is not None
    assert two is not None
    assert supplier is not None
    assert (one.name, one.service_required) == ("Mairie", True)
    assert (one.service_form, one.engagement_form, one.form_hint) == ("[A-Z]+", "[0-9]{5,6}", "cinq ou six chiffres")
    assert (two.service_form, two.engagement_form, two.form_hint) == ("", "", "")
    assert (supplier.active, supplier.accounts) == (False, frozenset({"FR7630006000011234567890189"}))
    assert (imported.suppliers, imported.before) == (1, "v1")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A version in force that a full flow of Sunday made, with a form stated since."""
    content = flow(
        unit(ONE), unit(TWO), establishment(ONE, "Service"), establishment(TWO), service(ONE, "A"), service(TWO, "B")
    )
    bring(tmp_path, content, "v1")
    with closing(sqlite3.connect(tmp_path / "v1.sqlite")) as connection:
        connection.execute("update structure set engagement_form = '[0-9]+' where siret = ?", (ONE,))
        connection.execute("insert into supplier values ('KRX', 'Autre', 1, '')")
        connection.commit()
    return tmp_path / "v1.sqlite"


def daily(*records: str, made: str = MONDAY, since: str = SUNDAY) -> bytes:
    """A differential flow."""
    return flow(*records, kind="D", made=made, since=since)


def test_a_differential_changes_what_it_names(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """What is named is as the flow says, be it new (C) or there already (P); all else stays as it was."""
    content = daily(
        unit(THREE),
        establishment(ONE, "EngagementJuridique", motif="P", name="Renommée"),
        establishment(THREE),
        service(ONE, "A", statut="I", motif="P"),
        service(TWO, "NEUF", engagement="true"),
    )

    imported = bring(tmp_path, content, "v2", base)

    found = at("v2")
    assert found.structure(ONE) == Structure(
        ONE, "Renommée", engagement_required=True, payment_status_fed_back=False, engagement_form="[0-9]+"
    )
    assert (imported.structures, imported.services, imported.suppliers) == (3, 3, 1)
    assert [(one.code, one.active) for one in (*found.services_of(ONE), *found.services_of(TWO))] == [
        ("A", False), ("B", True), ("NEUF", True),
    ]  # fmt: skip


def test_a_differential_takes_away(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """MotifPresence S removes a service, and a structure together with its services."""
    bring(tmp_path, daily(establishment(ONE, motif="S"), service(TWO, "B", motif="S")), "v2", base)

    found = at("v2")
    assert (found.structure(ONE), found.services_of(ONE), found.services_of(TWO)) == (None, (), ())
    assert found.structure(TWO) is not None


def test_a_structure_that_is_no_longer_one_goes(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """An establishment that lost its parameters, and whose unit became private, is a public structure no more."""
    bring(tmp_path, daily(unit(ONE, "A"), establishment(ONE, b2g=False)), "v2", base)

    assert at("v2").structure(ONE) is None


def test_a_unit_alone_may_change(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """A unit that became private takes its structures along, and back when it is public again."""
    bring(tmp_path, daily(unit(ONE, "A")), "v2", base)
    bring(tmp_path, daily(unit(ONE), made=TUESDAY, since=MONDAY), "v3", tmp_path / "v2.sqlite")

    told = [structure.public for version in ("v2", "v3") if (structure := at(version).structure(ONE))]
    assert told == [False, True]


def activity(snapshot: Snapshot) -> dict[str, bool]:
    """Which structures are active."""
    return {structure.siret: structure.active for structure in snapshot.structures()}


GONE = pytest.mark.parametrize("gone", [{"motif": "S"}, {"statut": "I"}], ids=["removed", "inactive"])


@GONE
def test_a_unit_that_goes_closes_its_structures(
    tmp_path: Path, at: Callable[[str], Snapshot], gone: dict[str, str]
) -> None:
    """In a full flow an establishment of an inactive or removed unit is inactive, and a public structure still."""
    content = flow(unit(ONE, **gone), unit(TWO), establishment(ONE), establishment(TWO), establishment(THREE))

    bring(tmp_path, content, "v1")

    assert activity(at("v1")) == {ONE: False, TWO: True, THREE: True}
    structure = at("v1").structure(ONE)
    assert structure is not None
    assert structure.public


@GONE
def test_a_unit_that_comes_back(
    tmp_path: Path, base: Path, at: Callable[[str], Snapshot], gone: dict[str, str]
) -> None:
    """By differentials too its structures close and open with it, those that are inactive themselves do not."""
    other = f"{ONE[:9]}00021"
    bring(tmp_path, daily(establishment(other, statut="I")), "v2", base)
    for version, made, since, records in (
        ("v3", TUESDAY, MONDAY, (unit(ONE, **gone),)),
        ("v4", WEDNESDAY, TUESDAY, (establishment(TWO, "Service"),)),
        ("v5", "20260305010022", WEDNESDAY, (unit(ONE),)),
    ):
        base = tmp_path / f"v{int(version[1:]) - 1}.sqlite"
        bring(tmp_path, daily(*records, made=made, since=since), version, base)

    assert activity(at("v3")) == activity(at("v4")) == {ONE: False, other: False, TWO: True}
    assert activity(at("v5")) == {ONE: True, other: False, TWO: True}
    told = [(change.kind, change.siret) for change in changes(tmp_path / "v2.sqlite", tmp_path / "v3.sqlite")]
    assert told == [(Kind.CLOSED, ONE)]


def test_an_establishment_told_anew_under_an_inactive_unit(
    tmp_path: Path, base: Path, at: Callable[[str], Snapshot]
) -> None:
    """It stays closed, whatever its own state says, until the unit is back: then that counts as it was told last."""
    bring(tmp_path, daily(unit(ONE, statut="I"), unit(TWO, statut="I")), "v2", base)
    told = daily(establishment(ONE), establishment(TWO, statut="I"), made=TUESDAY, since=MONDAY)
    bring(tmp_path, told, "v3", tmp_path / "v2.sqlite")
    back = daily(unit(ONE), unit(TWO), made=WEDNESDAY, since=TUESDAY)
    bring(tmp_path, back, "v4", tmp_path / "v3.sqlite")

    assert activity(at("v3")) == {ONE: False, TWO: False}
    assert activity(at("v4")) == {ONE: True, TWO: False}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_instances_of_a_unit_the_active_one_is_meant(
    tmp_path: Path, at: Callable[[str], Snapshot], order: int
) -> None:
    """In a full flow a unit may stand once as it was and once as it is, in any order."""
    for version, gone in (("v1", unit(ONE, statut="I")), ("v2", unit(ONE, motif="S"))):
        bring(tmp_path, flow(*[gone, unit(ONE)][::order], establishment(ONE)), version)

        assert activity(at(version)) == {ONE: True}


def test_a_closed_unit_outlives_suppliers_and_forms(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """What is known of units goes on through versions that are about something else."""
    bring(tmp_path, daily(unit(ONE, statut="I")), "v2", base)
    import_csv(io.StringIO("kind,siret\nsupplier,KRX\n"), tmp_path, "v3", tmp_path / "v2.sqlite")
    state_forms(tmp_path, "v4", tmp_path / "v3.sqlite", TWO, {"form_hint": "dix"})
    bring(tmp_path, daily(unit(ONE), made=TUESDAY, since=MONDAY), "v5", tmp_path / "v4.sqlite")

    assert activity(at("v4")) == {ONE: False, TWO: True}
    assert activity(at("v5")) == {ONE: True, TWO: True}


def test_a_flow_that_leaves_no_structure(tmp_path: Path, base: Path, at: Callable[[str], Snapshot]) -> None:
    """A full flow without records, or a differential that takes the last ones away, is applied on demand only."""
    empty, last = flow(made=MONDAY), daily(establishment(ONE, motif="S"), establishment(TWO, motif="S"))

    for content in (empty, last):
        error = refused(tmp_path, content, base)
        assert "not one structure would be left" in error.english
        assert "--force" in error.french
    assert bring(tmp_path, empty, "v2", base, force=True).structures == 0
    assert list(at("v2").structures()) == []


def test_a_full_flow_that_is_older(tmp_path: Path, base: Path) -> None:
    """It would undo what came since: both times are said, and it is applied on demand; the same flow again is taken."""
    saturday = flow(establishment(ONE), made="20260228010022")

    error = refused(tmp_path, saturday, base)

    for said in (error.english, error.french):
        assert "20260228010022" in said
        assert SUNDAY in said
        assert "--force" in said
    assert bring(tmp_path, flow(establishment(ONE)), "v2", base).produced == SUNDAY
    assert bring(tmp_path, saturday, "v3", base, force=True).produced == "20260228010022"


def test_differentials_follow_each_other(tmp_path: Path, base: Path) -> None:
    """Each continues what the one before it made, whose time of production the new version has."""
    bring(tmp_path, daily(), "v2", base)
    bring(tmp_path, daily(made=TUESDAY, since=MONDAY), "v3", tmp_path / "v2.sqlite")

    told = facts(tmp_path / "v3.sqlite")
    assert told == {"source": "f14", "kind": "D", "produced": TUESDAY, "base": "v2"}


def test_a_differential_may_begin_before_the_full_flow_in_force(tmp_path: Path, base: Path) -> None:
    """The daily flow after the weekly one continues the daily one before it: what it repeats is there already."""
    assert bring(tmp_path, daily(made=MONDAY, since="20260228010022"), "v2", base).produced == MONDAY


@pytest.mark.parametrize(
    ("made", "since", "said"),
    [
        (WEDNESDAY, TUESDAY, "what changed in between is missing"),
        (WEDNESDAY, "", "has no DernierHorodateProduction"),
        (SUNDAY, "20260228010022", "nothing newer"),
        ("20260228010022", "20260227010022", "nothing newer"),
    ],
    ids=["a-gap", "unsaid", "again", "older"],
)
def test_a_differential_that_does_not_continue(tmp_path: Path, base: Path, made: str, since: str, said: str) -> None:
    """It is refused with a sentence in both languages, and applied on demand."""
    error = refused(tmp_path, daily(made=made, since=since), base)

    assert said in error.english
    assert "--force" in error.french
    assert bring(tmp_path, daily(made=made, since=since), "v2", base, force=True).produced == made


def test_a_differential_on_what_is_no_flow(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """A version of CSV cannot be continued, unless it is forced: then the flow changes what it names."""
    import_csv(io.StringIO(CSV), tmp_path, "v1")
    base = tmp_path / "v1.sqlite"

    assert "not made from a directory flow" in refused(tmp_path, daily(), base).english

    bring(tmp_path, daily(establishment(TWO)), "v2", base, force=True)
    assert [one.siret for one in at("v2").structures()] == [ONE, TWO]


def test_a_differential_on_nothing(tmp_path: Path) -> None:
    """Without a version in force there is nothing that could be changed, unless it is forced."""
    assert "no directory is in force" in refused(tmp_path, daily(establishment(ONE))).english

    assert bring(tmp_path, daily(establishment(ONE)), "v1", force=True).structures == 1


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (flow(establishment(ONE), establishment("123")), True, "IdSIRET"),
        (flow(establishment(ONE)).replace(b"<Nom>", b"<Nim>"), True, "the tag Nim, opened on line 2, is closed by Nom"),
        (flow(establishment(ONE))[:-90], True, "is not closed"),
        (b"<!DOCTYPE x>" + flow(), True, "DOCTYPE"),
        (flow(kind="X"), True, "TypeFlux"),
        (b"<Matricule>1234</Matricule>", True, "AnnuaireConsultationF14"),
    ],
    ids=["siret", "tags", "truncated", "doctype", "kind", "another-root"],
)
def test_what_is_no_flow_is_refused_with_its_line(tmp_path: Path, content: bytes, line: bool, said: str) -> None:  # noqa: FBT001 - a column of the table
    """The sentence says where and why in both languages, and nothing is left behind."""
    error = refused(tmp_path, content)

    assert said in error.english
    assert error.english.startswith("line ") is line
    assert error.french.startswith("ligne ") is line


AGAINST = "The document does not follow the XSD of its format"


def named(number: int) -> str:
    """A SIRET."""
    return f"{number:09d}00014"


@pytest.mark.parametrize(
    ("wrong", "english", "french"),
    [
        (
            service(ONE, "A").replace("<IdInstance>7", "<IdInstance>4711").replace("<Nom>", "<Nim>x</Nim><Nom>"),
            f"CodeRoutage (IdSIRET {ONE}, IdRoutage A, IdInstance 4711): {AGAINST}: Nim: it is not expected here",
            "Nim : il n’est pas attendu ici ; attendu : Nom.",
        ),
        (
            establishment("123"),
            f"Etablissement (IdSIRET 123, IdInstance 7): {AGAINST}: IdSIRET is “123”, but it must follow the pattern",
            "IdSIRET vaut « 123 », or il faut suivre le modèle [0-9]{14}.",
        ),
        (
            unit(ONE).replace("<IdInstance>7", "<IdInstance>x"),
            "UniteLegale (IdSIREN 999816440, IdInstance x): ",
            "IdInstance vaut « x », or ce n’est pas un nombre entier.",
        ),
    ],
    ids=["service", "establishment", "unit"],
)
def test_the_record_in_error_is_named(tmp_path: Path, wrong: str, english: str, french: str) -> None:
    """A flow on one line too says which one of its records is wrong, and why, in both languages."""
    many = [record for n in range(300) for record in (unit(named(n)), establishment(named(n)), service(named(n), "A"))]
    content = flow(*many, wrong, *(establishment(named(n)) for n in range(300, 400))).replace(b"\n", b"")

    error = refused(tmp_path, content)

    assert error.english.startswith("line 1 or soon after it, ")
    assert english in error.english
    assert typographic(french) in error.french
    assert error.french.startswith(f"ligne 1 ou peu après, {english.partition(':')[0]} : ")


@pytest.mark.parametrize(
    ("encoding", "head"),
    [("latin-1", ""), ("latin-1", '<?xml version="1.0" encoding="UTF-8"?>'), ("utf-16-le", ""),
     ("utf-8", '<?xml version="1.0" encoding="UTF-16"?>')],
)  # fmt: skip
def test_a_wrong_encoding_is_told_with_what_to_do(tmp_path: Path, encoding: str, head: str) -> None:
    """Bytes of another encoding than the flow claims are never read as something else."""
    content = f"{head}{flow(establishment(ONE, name='Prés')).decode()}".encode(encoding)

    error = refused(tmp_path, content)

    assert "that do not exist in the encoding it declares (UTF-" in error.english
    assert "Save the document as UTF-8" in error.english
    assert "Enregistrez le document en UTF-8" in error.french


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_any_encoding_that_is_told_is_read(tmp_path: Path, at: Callable[[str], Snapshot], encoding: str) -> None:
    """A byte-order mark tells UTF-16 from UTF-8."""
    bring(tmp_path, flow(establishment(ONE, name="Prés")).decode().encode(encoding), "v1")

    structure = at("v1").structure(ONE)
    assert structure is not None
    assert structure.name == "Prés"


def test_a_snapshot_of_before_can_be_built_upon(tmp_path: Path, at: Callable[[str], Snapshot]) -> None:
    """Versions without forms, accounts and facts are read, compared with nothing missing, and completed."""
    with closing(sqlite3.connect(tmp_path / "v0.sqlite")) as connection:
        connection.executescript(BEFORE)
        connection.execute("insert into structure values (?, 'Une', 1, 1, 0, 1, 0, 0, 0, 1)", (ONE,))
        connection.execute("insert into supplier values ('KRX', 'Autre', 1)")
        connection.commit()
    before = tmp_path / "v0.sqlite"

    bring(tmp_path, daily(establishment(TWO)), "v1", before, force=True)

    for version in ("v0", "v1"):
        structure, supplier = at(version).structure(ONE), at(version).supplier("KRX")
        assert structure == Structure(ONE, "Une", service_required=True)
        assert supplier is not None
        assert supplier.accounts == frozenset()
    assert facts(before) == {}


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """Signs that mean something in an address are signs of the name."""
    folder = tmp_path / "annuaire à 100% ?#"

    bring(folder, flow(establishment(ONE)), "v1")
    bring(folder, daily(establishment(TWO)), "v2", folder / "v1.sqlite")

    with closing(Snapshot(folder / "v2.sqlite")) as snapshot:
        assert [one.siret for one in snapshot.structures()] == [ONE, TWO]
