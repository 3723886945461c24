"""What changed between two versions of the directory, and which suppliers that concerns."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Boolean, Integer, insert, text

from edigate.ledger.database import writing
from edigate.ledger.directory.changes import STRICTER, Change, Kind, changes
from edigate.ledger.directory.from_csv import import_csv
from edigate.ledger.directory.report import Report, report
from edigate.ledger.directory.uses import Use, recipients, uses_of
from edigate.ledger.tables import invoices
from tests.unit.ledger.f14 import ONE, THREE, TWO

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

HEAD = (
    "kind,siret,name,active,public,engagement_required,service_required,engagement_or_service_required,moa_only,"
    "service_code,service_form,engagement_form,form_hint,accounts"
)
SINCE, BEFORE, LATER = "2025-06-01T00:00:00.000000Z", "2025-05-31T23:59:59.000000Z", "2026-02-01T10:00:00.000000Z"


def structure(siret: str = ONE, **cells: object) -> str:
    """A row of a structure."""
    return _row("structure", siret, name="Une", **cells)


def service(code: str, siret: str = ONE, **cells: object) -> str:
    """A row of a service."""
    return _row("service", siret, service_code=code, **cells)


def supplier(identifier: str, **cells: object) -> str:
    """A row of a supplier."""
    return _row("supplier", identifier, name="Papeterie", **cells)


def _row(kind: str, siret: str, **cells: object) -> str:
    told = {"kind": kind, "siret": siret, **cells}
    return ",".join(str(told.get(column, "")) for column in HEAD.split(","))


def version(folder: Path, name: str, *rows: str) -> Path:
    """A snapshot of these rows."""
    import_csv(io.StringIO("\n".join((HEAD, *rows)) + "\n"), folder, name)
    return folder / f"{name}.sqlite"


def found(folder: Path, before: tuple[str, ...], after: tuple[str, ...]) -> list[Change]:
    """What differs between these rows and those."""
    return list(changes(version(folder, "v1", *before), version(folder, "v2", *after)))


@pytest.mark.parametrize(
    ("column", "was", "now", "kind"),
    [
        ("active", "true", "false", Kind.CLOSED),
        ("active", "false", "true", Kind.REOPENED),
        ("public", "true", "false", Kind.NO_LONGER_PUBLIC),
        ("public", "false", "true", Kind.PUBLIC),
        ("engagement_required", "false", "true", Kind.ENGAGEMENT_REQUIRED),
        ("engagement_required", "true", "false", Kind.ENGAGEMENT_OPTIONAL),
        ("service_required", "false", "true", Kind.SERVICE_REQUIRED),
        ("service_required", "true", "false", Kind.SERVICE_OPTIONAL),
        ("engagement_or_service_required", "false", "true", Kind.EITHER_REQUIRED),
        ("engagement_or_service_required", "true", "false", Kind.EITHER_OPTIONAL),
        ("moa_only", "false", "true", Kind.MOA_ONLY),
        ("moa_only", "true", "false", Kind.NO_LONGER_MOA_ONLY),
    ],
)
def test_each_flag_of_a_structure(tmp_path: Path, column: str, was: str, now: str, kind: Kind) -> None:
    """A flag that turned is one change, in the direction that it took."""
    assert found(tmp_path, (structure(**{column: was}),), (structure(**{column: now}),)) == [Change(kind, ONE, "Une")]


@pytest.mark.parametrize(
    ("column", "kind"),
    [("service_form", Kind.SERVICE_FORM), ("engagement_form", Kind.ENGAGEMENT_FORM), ("form_hint", Kind.FORM_HINT)],
)
def test_each_form(tmp_path: Path, column: str, kind: Kind) -> None:
    """A form tells what it was and what it is."""
    before, after = (structure(**{column: "[0-9]{5}"}),), (structure(**{column: "[0-9]{6}"}),)

    assert found(tmp_path, before, after) == [Change(kind, ONE, "Une", before="[0-9]{5}", after="[0-9]{6}")]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((), (service("A"),), Kind.SERVICE_ADDED),
        ((service("A"),), (), Kind.SERVICE_REMOVED),
        ((service("A"),), (service("A", active="false"),), Kind.SERVICE_CLOSED),
        ((service("A", active="false"),), (service("A"),), Kind.SERVICE_REOPENED),
        ((service("A"),), (service("A", engagement_required="true"),), Kind.SERVICE_ENGAGEMENT_REQUIRED),
        ((service("A", engagement_required="true"),), (service("A"),), Kind.SERVICE_ENGAGEMENT_OPTIONAL),
    ],
)
def test_each_change_of_a_service(tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], kind: Kind) -> None:
    """A service is told with its code, beside those that did not change."""
    rows = (structure(), service("B"))

    assert found(tmp_path, (*rows, *before), (*rows, *after)) == [Change(kind, ONE, "Une", "A")]


def test_structures_that_come_and_go(tmp_path: Path) -> None:
    """They are told once, without their services."""
    before = (structure(), structure(TWO), service("A", TWO))
    after = (structure(), structure(THREE), service("B", THREE))

    assert found(tmp_path, before, after) == [
        Change(Kind.VANISHED, TWO, "Une"),
        Change(Kind.APPEARED, THREE, "Une"),
    ]


def test_several_changes_of_one_structure(tmp_path: Path) -> None:
    """Each is told for itself."""
    told = found(tmp_path, (structure(),), (structure(active="false", service_required="true", form_hint="dix"),))

    assert [change.kind for change in told] == [Kind.CLOSED, Kind.SERVICE_REQUIRED, Kind.FORM_HINT]


def test_what_does_not_matter_is_no_change(tmp_path: Path) -> None:
    """Another name, and the same rows in another order, change nothing."""
    before = (structure(), structure(TWO), service("A"))

    assert found(tmp_path, before, (service("A"), structure(TWO), structure().replace("Une", "Autre"))) == []


def test_stricter_is_what_may_refuse() -> None:
    """Every kind either may refuse an invoice that was taken before, or may not: none is forgotten."""
    lenient = {
        Kind.APPEARED, Kind.REOPENED, Kind.PUBLIC, Kind.ENGAGEMENT_OPTIONAL, Kind.SERVICE_OPTIONAL,
        Kind.EITHER_OPTIONAL, Kind.NO_LONGER_MOA_ONLY, Kind.FORM_HINT, Kind.SERVICE_ADDED, Kind.SERVICE_REOPENED,
        Kind.SERVICE_ENGAGEMENT_OPTIONAL, Kind.SUPPLIER_APPEARED, Kind.SUPPLIER_REOPENED,
    }  # fmt: skip

    assert set(Kind) - STRICTER == lenient


IBAN, OTHER = "FR7630006000011234567890189", "FR1420041010050500013M02606"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((), (supplier("S1"),), Kind.SUPPLIER_APPEARED),
        ((supplier("S1"),), (), Kind.SUPPLIER_VANISHED),
        ((supplier("S1"),), (supplier("S1", active="false"),), Kind.SUPPLIER_CLOSED),
        ((supplier("S1", active="false"),), (supplier("S1"),), Kind.SUPPLIER_REOPENED),
    ],
)
def test_each_change_of_a_supplier(tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], kind: Kind) -> None:
    """A record is told by its identifier, beside those that did not change."""
    rows = (structure(), supplier("S2", accounts=IBAN))

    assert found(tmp_path, (*rows, *before), (*rows, *after)) == [Change(kind, "S1", "Papeterie")]


def test_accounts_that_change(tmp_path: Path) -> None:
    """What they were and what they are; the same accounts in another order are no change."""
    before = (structure(), supplier("S1", accounts=IBAN), supplier("S2", accounts=f"{IBAN} {OTHER}"))
    after = (structure(), supplier("S1", accounts=OTHER), supplier("S2", accounts=f"{OTHER} {IBAN}"))

    assert found(tmp_path, before, after) == [
        Change(Kind.SUPPLIER_ACCOUNTS, "S1", "Papeterie", before=IBAN, after=OTHER)
    ]


def test_a_version_of_before_had_no_accounts(tmp_path: Path) -> None:
    """Suppliers of such a version are compared as if they had none."""
    old = version(tmp_path, "v1", structure(), supplier("S1"), supplier("S2"))
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("alter table supplier drop column accounts")
        connection.commit()

    told = changes(old, version(tmp_path, "v2", structure(), supplier("S1", accounts=IBAN), supplier("S2")))

    assert list(told) == [Change(Kind.SUPPLIER_ACCOUNTS, "S1", "Papeterie", after=IBAN)]


def book(connection: Connection, *rows: dict[str, Any]) -> None:
    """Write invoices into the ledger, what a row does not say being empty."""
    empty: dict[str, Any] = {
        column.name: 0 if isinstance(column.type, Integer | Boolean) else ""
        for column in invoices.c
        if not column.nullable
    }
    number = connection.execute(text("select coalesce(max(id), 0) from invoices")).scalar_one()
    usual = {"verdict": "integrated", "decided_at": LATER, "recipient": ONE}
    connection.execute(
        insert(invoices), [empty | usual | {"id": number + n} | row for n, row in enumerate(rows, start=1)]
    )


SUPPLIERS = (
    {"supplier": "S1", "supplier_name": "Papeterie", "service": "A"},
    {"supplier": "S1", "supplier_name": "Papeterie SA", "service": "B", "decided_at": "2026-02-03T10:00:00.000000Z"},
    {"supplier": "S2", "supplier_name": "Garage", "service": "B"},
    {"supplier": "S3", "supplier_name": "Trop vieux", "service": "A", "decided_at": BEFORE},
    {"supplier": "S4", "supplier_name": "Refusé", "service": "A", "verdict": "rejected"},
    {"supplier": "S5", "supplier_name": "Ailleurs", "service": "A", "recipient": TWO},
)


def test_who_uses_a_structure(ledger: Engine) -> None:
    """Integrated invoices since the moment asked for, by supplier and service."""
    with writing(ledger) as connection:
        book(connection, *SUPPLIERS, SUPPLIERS[0])

        assert recipients(connection) == {ONE, TWO}
        assert uses_of(connection, [ONE], SINCE) == {
            ONE: [
                Use(ONE, "A", "S1", "Papeterie", 2, LATER),
                Use(ONE, "B", "S1", "Papeterie SA", 1, "2026-02-03T10:00:00.000000Z"),
                Use(ONE, "B", "S2", "Garage", 1, LATER),
            ]
        }


def test_an_empty_ledger_has_no_recipients(ledger: Engine) -> None:
    """Nobody has been invoiced yet."""
    with ledger.connect() as connection:
        assert recipients(connection) == frozenset()
        assert uses_of(connection, [ONE], SINCE) == {}


def test_recipients_are_found_by_their_index(ledger: Engine) -> None:
    """The step from one to the next does not read the invoices in between."""
    query = "explain query plan select min(recipient) from invoices where recipient > 'x'"
    with ledger.connect() as connection:
        plan = " ".join(row[-1] for row in connection.execute(text(query)))

    assert "SEARCH invoices USING COVERING INDEX" in plan


def told(folder: Path, ledger: Engine, before: tuple[str, ...], after: tuple[str, ...], **asked: bool) -> Report:
    """The report on two versions, over the suppliers above."""
    with writing(ledger) as connection:
        book(connection, *SUPPLIERS)
        one, two = version(folder, "v1", *before), version(folder, "v2", *after)
        return report(connection, one, two, since=SINCE, **asked)


def test_a_change_of_a_structure_concerns_all_who_use_it(tmp_path: Path, ledger: Engine) -> None:
    """Suppliers are told once each, with their invoices to whatever service; old and refused ones do not count."""
    both = (structure(), structure(TWO), structure(THREE))
    after = (structure(service_required="true"), structure(TWO, active="false"), structure(THREE, active="false"))

    found = told(tmp_path, ledger, both, after)

    assert (found.before, found.after) == ("v1", "v2")
    assert found.counts == {Kind.SERVICE_REQUIRED: 1, Kind.CLOSED: 2}
    assert [(felt.change.kind, felt.change.siret) for felt in found.in_use] == [
        (Kind.SERVICE_REQUIRED, ONE),
        (Kind.CLOSED, TWO),
    ]
    assert found.in_use[0].suppliers == (
        Use(ONE, "", "S1", "Papeterie SA", 2, "2026-02-03T10:00:00.000000Z"),
        Use(ONE, "", "S2", "Garage", 1, LATER),
    )
    assert [change.siret for change in found.others] == [THREE]


def test_a_change_of_a_service_concerns_those_who_name_it(tmp_path: Path, ledger: Engine) -> None:
    """Whoever uses the structure by other services only is not concerned."""
    both = (structure(), service("A"), service("B"), service("C"))
    after = (structure(), service("A", active="false"), service("C", active="false"))

    found = told(tmp_path, ledger, both, after)

    assert [(felt.change.kind, felt.change.service) for felt in found.in_use] == [
        (Kind.SERVICE_CLOSED, "A"),
        (Kind.SERVICE_REMOVED, "B"),
    ]
    assert [[use.supplier for use in felt.suppliers] for felt in found.in_use] == [["S1"], ["S1", "S2"]]
    assert [change.service for change in found.others] == ["C"]


def test_suppliers_that_vanish_are_told_with_what_they_sent(tmp_path: Path, ledger: Engine) -> None:
    """To whatever structure, once each; who sent nothing lately, or was refused, is among the others."""
    before = (structure(), *(supplier(one) for one in ("S1", "S3", "S4", "S5", "S9")))

    found = told(tmp_path, ledger, before, (structure(), supplier("S5", active="false")))

    assert found.counts == {Kind.SUPPLIER_VANISHED: 4, Kind.SUPPLIER_CLOSED: 1}
    assert [(felt.change.kind, felt.suppliers) for felt in found.in_use] == [
        (Kind.SUPPLIER_VANISHED, (Use("", "", "S1", "Papeterie SA", 2, "2026-02-03T10:00:00.000000Z"),)),
        (Kind.SUPPLIER_CLOSED, (Use("", "", "S5", "Ailleurs", 1, LATER),)),
    ]
    assert [change.siret for change in found.others] == ["S3", "S4", "S9"]


def test_one_siret_may_be_a_structures_and_a_suppliers(tmp_path: Path, ledger: Engine) -> None:
    """What invoices were sent to it does not make its record of a supplier one in use."""
    found = told(tmp_path, ledger, (structure(), supplier(ONE)), (structure(active="false"),))

    assert [felt.change.kind for felt in found.in_use] == [Kind.CLOSED]
    assert [change.kind for change in found.others] == [Kind.SUPPLIER_VANISHED]


@pytest.mark.parametrize(("everything", "listed"), [(False, []), (True, ["S1", "S2"])])
def test_new_suppliers(
    tmp_path: Path,
    ledger: Engine,
    everything: bool,  # noqa: FBT001 - a column of the table
    listed: list[str],
) -> None:
    """They are counted, and listed on demand; who sent invoices before is in use."""
    rows = (structure(), supplier("S1"), supplier("S2"), supplier("S7"))
    with writing(ledger) as connection:
        book(connection, {"supplier": "S7", "supplier_name": "Sept"})
        one, two = version(tmp_path, "v1", structure()), version(tmp_path, "v2", *rows)
        found = report(connection, one, two, since=SINCE, everything=everything)

    assert found.counts == {Kind.SUPPLIER_APPEARED: 3}
    assert [felt.change.siret for felt in found.in_use] == ["S7"]
    assert [change.siret for change in found.others] == listed


@pytest.mark.parametrize(("everything", "listed"), [(False, []), (True, [THREE])])
def test_new_structures_that_nobody_uses(
    tmp_path: Path,
    ledger: Engine,
    everything: bool,  # noqa: FBT001 - a column of the table
    listed: list[str],
) -> None:
    """They are counted, and listed on demand: a first whole directory brings two hundred thousand."""
    found = told(tmp_path, ledger, (structure(TWO),), (structure(TWO), structure(THREE)), everything=everything)

    assert found.counts == {Kind.APPEARED: 1}
    assert [change.siret for change in found.others] == listed


def test_a_structure_that_comes_back_is_told_to_those_who_use_it(tmp_path: Path, ledger: Engine) -> None:
    """Invoices of before make a structure that appears one in use."""
    found = told(tmp_path, ledger, (structure(TWO),), (structure(TWO), structure(ONE)))

    assert [felt.change for felt in found.in_use] == [Change(Kind.APPEARED, ONE, "Une")]
