"""The sandbox has every kind of actor, under identifiers that are valid, and shows every flag of the directory."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields

import pytest
from stdnum import iban
from stdnum.eu import vat
from stdnum.fr import siret

from edigate.domain.directory import Structure
from edigate.domain.forms import complaint, fits
from edigate.sandbox import structures
from edigate.sandbox.cases import CASES
from edigate.sandbox.documents import Draft
from edigate.sandbox.structures import (
    ANONYMOUS,
    DIRECTORY_COLUMNS,
    FOREIGN_SUPPLIERS,
    PARTNERS,
    SERVICES,
    STRUCTURES,
    SUPPLIERS,
    ServiceRow,
    directory_csv,
)

FLAGS = [field.name for field in fields(Structure) if field.type == "bool"]
SERVICE_FLAGS = [field.name for field in fields(ServiceRow) if field.type == "bool"]
BY_CODE = {str(partner["code"]): partner for partner in PARTNERS}


def interfaces(code: str, direction: str) -> set[str]:
    """The interfaces a partner is subscribed to in one direction."""
    found = BY_CODE[code][direction]
    assert isinstance(found, list)
    return set(found)


def rows() -> list[dict[str, str]]:
    """The directory read back."""
    return list(csv.DictReader(io.StringIO(directory_csv())))


@pytest.mark.parametrize("row", STRUCTURES, ids=lambda row: row.name)
def test_every_siret_is_valid(row: Structure) -> None:
    """Every SIRET, made up or not, has the check digit it must have; but for the one that hides others."""
    assert siret.is_valid(row.siret) is (row.siret != ANONYMOUS)


def test_a_siret_stands_for_one_structure() -> None:
    """No two structures share a SIRET, and every named SIRET is in the table."""
    sirets = [row.siret for row in STRUCTURES]
    named = {value for value in vars(structures).values() if isinstance(value, str) and re.fullmatch(r"\d{14}", value)}

    assert len(set(sirets)) == len(sirets)
    assert named == set(sirets)


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_of_a_structure_occurs_both_ways(flag: str) -> None:
    """Some structure has the flag, and some has not."""
    assert {getattr(row, flag) for row in STRUCTURES} == {True, False}


@pytest.mark.parametrize("flag", SERVICE_FLAGS)
def test_every_flag_of_a_service_occurs_both_ways(flag: str) -> None:
    """Some service has the flag, and some has not."""
    assert {getattr(row, flag) for row in SERVICES} == {True, False}


def test_both_requirements_occur_together() -> None:
    """Two structures require the engagement and the service; one of them states the form of its numbers besides."""
    assert [row.siret for row in STRUCTURES if row.engagement_required and row.service_required] == [
        structures.BOTH_REQUIRED,
        structures.WITH_FORMS,
    ]


def test_one_structure_states_the_form_of_its_numbers() -> None:
    """A département wants a service code always and engagements of 5 or 6 digits, and says so in its own sentence."""
    (row,) = (row for row in STRUCTURES if row.service_form or row.engagement_form or row.form_hint)

    assert row.siret == structures.WITH_FORMS
    assert complaint(row.engagement_form) is None
    assert [fits(row.engagement_form, text) for text in ("91821", "918210", "9182", "BC9182")] == [
        True,
        True,
        False,
        False,
    ]
    assert "5 ou 6 chiffres" in row.form_hint


def test_some_suppliers_have_accounts_on_record() -> None:
    """The first supplier's account is the one its drafts are paid to, and the factor has its own."""
    known = {row.siret: row.accounts.split() for row in SUPPLIERS if row.accounts}

    assert known == {
        structures.SUPPLIER: [Draft("1").iban],
        structures.FACTOR: [str(case.changes["iban"]) for case in CASES if case.changes.get("payee_siret")],
    }


def test_a_structure_that_requires_a_service_has_an_active_one() -> None:
    """Nobody is asked for a service that does not exist."""
    active = {row.siret for row in SERVICES if row.active}

    assert {row.siret for row in STRUCTURES if row.service_required or row.engagement_or_service_required} <= active


def test_services_belong_to_structures() -> None:
    """No service hangs in the air."""
    assert {row.siret for row in SERVICES} <= {row.siret for row in STRUCTURES}


def test_what_the_published_samples_need_is_there() -> None:
    """The State and its services, the buyers, suppliers and validator of AIFE's samples (reference §19)."""
    known = {row.siret: row for row in STRUCTURES}
    services = {(row.siret, row.service_code) for row in SERVICES if row.active}

    assert known["11000201100044"].engagement_required
    assert {("11000201100044", code) for code in ("AAASCPV", "AMMHERME01", "DSJPFGU057")} <= services
    assert known["75356054900010"].service_required
    assert ("75356054900010", "SERV1") in services
    assert not known["53514650090018"].service_required
    assert not known["53514650090018"].moa_only
    assert {"81034732800017", "40668031401116", "24590041000292"} <= known.keys()
    assert {supplier.identifier for supplier in FOREIGN_SUPPLIERS} == {
        "BE0429958042",
        "KRSAMSUNGMOBILEPHO",
        "1234567890",
        "350041679",
        "886978001",
    }


def test_foreign_suppliers_have_the_identifiers_of_their_kind() -> None:
    """A VAT number that passes its check, eighteen characters after a country, ten digits, nine digits."""
    shapes = {"3": r"[A-Z]{2}.{1,16}", "4": r"\d{9,10}", "5": r"\d{9}"}

    assert {supplier.scheme for supplier in FOREIGN_SUPPLIERS} == {"2", *shapes}
    for supplier in FOREIGN_SUPPLIERS:
        if supplier.scheme == "2":
            assert vat.is_valid(supplier.identifier)
        else:
            assert re.fullmatch(shapes[supplier.scheme], supplier.identifier)


def test_accounts_are_valid() -> None:
    """The IBANs that drafts carry have the check digits they must have."""
    accounts = {Draft("1").iban, *(str(case.changes["iban"]) for case in CASES if case.changes.get("iban"))}

    assert len(accounts) == 2
    assert all(iban.is_valid(account) for account in accounts)


def test_the_directory_lists_structures_then_services_then_suppliers() -> None:
    """The CSV has one row for each, under the documented columns."""
    kinds = [row["kind"] for row in rows()]

    assert (
        directory_csv().splitlines()[0]
        == ",".join(DIRECTORY_COLUMNS)
        == (
            "kind,siret,name,active,public,engagement_required,service_required,engagement_or_service_required,"
            "moa,moa_only,payment_status_fed_back,service_code,service_name,"
            "service_form,engagement_form,form_hint,accounts"
        )
    )
    assert kinds == ["structure"] * len(STRUCTURES) + ["service"] * len(SERVICES) + ["supplier"] * len(SUPPLIERS)


def test_the_directory_knows_everyone_who_sends_the_samples_and_the_demonstration() -> None:
    """A gate that takes invoices of known suppliers only takes these."""
    known = {row["siret"] for row in rows() if row["kind"] == "supplier"}
    senders = {str(case.changes.get("supplier_id", Draft("1").supplier_id)) for case in CASES}

    assert {"81034732800017", "40668031401116"} | {supplier.identifier for supplier in FOREIGN_SUPPLIERS} <= known
    # One case of the demonstration mistypes its supplier on purpose.
    assert senders - known == {"81034732800018"}


def test_the_directory_keeps_every_cell() -> None:
    """Booleans are `true` and `false`, and a service's row leaves empty what only a structure has."""
    by_key = {(row["siret"], row["service_code"]): row for row in rows()}
    moa_only = by_key[structures.MOA_ONLY, ""]
    archives = by_key[structures.SERVICE_REQUIRED, "ARCHIVES"]

    assert (moa_only["moa_only"], moa_only["public"], moa_only["service_required"]) == ("true", "true", "false")
    assert moa_only["name"] == "Société publique des tramways de Brévières"
    assert (archives["active"], archives["engagement_required"], archives["public"]) == ("false", "false", "")
    assert archives["service_name"] == "Ancien service des archives"


def test_partners_have_the_codes_that_guides_name() -> None:
    """Two depositors, two recipients and the portal, under well-formed application codes."""
    assert {code: partner["role"] for code, partner in BY_CODE.items()} == {
        "JMRPOR": "depositor",
        "ABC123": "depositor",
        "SEI001": "recipient",
        "ETA001": "recipient",
        "POR001": "portal",
    }


def test_the_first_depositor_takes_everything() -> None:
    """JMRPOR deposits on every current interface and receives the report of each, and the life cycle."""
    deposits = interfaces("JMRPOR", "deposits")
    digits = ("1100", "1106", "1110", "1113", "1116", "1117", "1120", "1130", "1131", "1137")

    assert deposits == {f"FSO{number}A" for number in digits}
    assert interfaces("JMRPOR", "receives") == {"FEN1200A", *(f"CSO{number}A" for number in digits)}
    assert interfaces("ABC123", "deposits") < deposits


@pytest.mark.parametrize(
    ("code", "siret_"),
    [("SEI001", "53514650090018"), ("ETA001", "11000201100044"), ("POR001", "75356054900010")],
)
def test_those_who_receive_take_pivots_and_answer(code: str, siret_: str) -> None:
    """A recipient and the portal receive pivots for their SIRETs, and send acknowledgements and statuses."""
    assert siret_ in interfaces(code, "sirets")
    assert interfaces(code, "deposits") == {"FSO1300A", "FSO1301A"}
    assert interfaces(code, "receives") == {"FEN0036A", "CSO1300A", "CSO1301A"}


def test_nobody_stands_for_the_structure_that_is_not_connected() -> None:
    """The connected entity has an EDI recipient; the one that is not connected has none."""
    acted_for = {one for code in BY_CODE for one in interfaces(code, "sirets")}

    assert structures.CONNECTED in interfaces("SEI001", "sirets")
    assert structures.NOT_CONNECTED not in acted_for
