"""Supplier, recipient and validator: one change, one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.directory import Structure, Supplier
from edigate.domain.faults import Severity
from edigate.domain.invoice import Party, Scheme
from tests.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault

LUHN_FAILS = "90112233300016"
SUPPLIER, FACTOR = "90112233300015", "90778899600011"
OWN, OTHER = "FR1420041010050500013M02606", "FR7630006000011234567890189"


@pytest.mark.parametrize(
    ("scheme", "identifier", "expected"),
    [
        (Scheme.SIRET, "", ["I040"]),
        (None, "", ["I040"]),
        (None, "90112233300015", ["I041"]),
        (Scheme.SIRET, "901122333", ["I042"]),
        (Scheme.SIRET, "901 122 333 00015", ["I042"]),
        (Scheme.SIRET, "901122333000150000000", ["I042"]),
        (Scheme.SIRET, LUHN_FAILS, ["I043"]),
        (Scheme.SIRET, "35600000000010", []),
        (Scheme.EU_VAT, "BE0123456749", []),
        (Scheme.EU_VAT, "EL123456783", []),
        (Scheme.EU_VAT, "BE0123456748", ["I044"]),
        (Scheme.EU_VAT, "BE01234567490000000", ["I044"]),
        (Scheme.NON_EU, "KRSAMSUNGMOBILEPHO", []),
        (Scheme.NON_EU, "FRSAMSUNG", ["I045"]),
        (Scheme.NON_EU, "12SAMSUNG", ["I045"]),
        (Scheme.NON_EU, "KRSAMSUNGMOBILEPHON", ["I048"]),
        (Scheme.RIDET, "1234567890", []),
        (Scheme.RIDET, "12345678", ["I046"]),
        (Scheme.TAHITI, "350041679", []),
        (Scheme.TAHITI, "35004167", ["I047"]),
        (Scheme.PENDING, "A" * 18, ["i052"]),
        (Scheme.PENDING, "A" * 19, ["I048"]),
        (Scheme.PERSON, "A" * 19, ["I048"]),
    ],
)
def test_the_suppliers_identifier(
    codes: Callable[..., list[str]], scheme: Scheme | None, identifier: str, expected: list[str]
) -> None:
    """Each kind has its own shape, and a wrong identifier one fault."""
    assert codes({"supplier.scheme": scheme, "supplier.identifier": identifier}) == expected


@pytest.mark.parametrize("scheme", [Scheme.PENDING, Scheme.PERSON])
def test_a_supplier_without_register_says_its_country(codes: Callable[..., list[str]], scheme: Scheme) -> None:
    """A country in the document is enough where the identifier tells none."""
    assert codes({"supplier.scheme": scheme, "supplier.identifier": "X1", "supplier.country": "BE"}) == []


@pytest.mark.parametrize(("name", "expected"), [("", ["I049"]), (" ", ["I049"]), ("N" * 99, []), ("N" * 100, ["I050"])])
def test_the_suppliers_name(codes: Callable[..., list[str]], name: str, expected: list[str]) -> None:
    """A supplier has a name of at most 99 characters."""
    assert codes({"supplier.name": name}) == expected


@pytest.mark.parametrize(
    ("required", "listed", "expected"),
    [(True, True, []), (True, False, ["I051"]), (False, False, [])],
)
def test_an_unknown_supplier(
    codes: Callable[..., list[str]],
    required: bool,  # noqa: FBT001 - a column of the table
    listed: bool,  # noqa: FBT001 - as above
    expected: list[str],
) -> None:
    """Only a gate that is told so refuses a supplier whom the directory does not hold."""
    gate: dict[str, object] = {"settings.supplier_must_be_known": required}

    assert codes({}, gate if listed else {**gate, "directory.suppliers": ()}) == expected


def test_without_a_directory_no_supplier_is_unknown(codes: Callable[..., list[str]]) -> None:
    """Where there is no directory to ask, nobody is looked for in it."""
    assert codes({}, {"settings.supplier_must_be_known": True, "directory": None}) == []


@pytest.mark.parametrize(("required", "expected"), [(True, ["I053"]), (False, [])])
def test_an_inactive_supplier(
    codes: Callable[..., list[str]],
    required: bool,  # noqa: FBT001 - a column of the table
    expected: list[str],
) -> None:
    """A supplier whose record is no longer active is refused as such, where suppliers must be known."""
    former = (Supplier(SUPPLIER, active=False),)

    assert codes({}, {"settings.supplier_must_be_known": required, "directory.suppliers": former}) == expected


ACCOUNTS: dict[str, object] = {"settings.supplier_account_must_be_known": True}


def _records(*accounts: str, payee: tuple[str, ...] = ()) -> dict[str, object]:
    suppliers = (Supplier(SUPPLIER, accounts=frozenset(accounts)), Supplier(FACTOR, accounts=frozenset(payee)))
    return ACCOUNTS | {"directory.suppliers": suppliers}


@pytest.mark.parametrize(
    ("account", "records", "expected"),
    [
        (OWN, _records(OWN), []),
        (OWN, _records(OTHER, OWN), []),
        ("fr14 2004 1010 0505 0001 3m02 606", _records(OWN), []),
        (OTHER, _records(OWN), ["I054"]),
        (OTHER, _records(), []),
        (OTHER, ACCOUNTS | {"directory.suppliers": ()}, []),
        (OTHER, ACCOUNTS | {"directory": None}, []),
        (OTHER, _records(OWN) | {"settings.supplier_account_must_be_known": False}, []),
        ("", _records(OWN), ["i082"]),
        ("FR00", _records(OWN), ["I083"]),
    ],
    ids=["its-own", "one-of-two", "written-otherwise", "another", "none-on-record", "no-record", "no-directory",
         "not-asked", "no-account", "no-iban"],
)  # fmt: skip
def test_the_suppliers_account(
    codes: Callable[..., list[str]], account: str, records: dict[str, object], expected: list[str]
) -> None:
    """A gate that is told so refuses an account that the record does not give, where it gives any."""
    assert codes({"payment.account": account}, records) == expected


@pytest.mark.parametrize(("rib", "expected"), [(OWN[4:], []), (OTHER[4:], ["I054"])])
def test_a_rib_is_the_end_of_a_french_iban(codes: Callable[..., list[str]], rib: str, expected: list[str]) -> None:
    """An account that is given as RIB is looked for among the IBANs it is part of."""
    assert codes({"payment.account": rib, "payment.account_kind": "RIB"}, _records(OWN)) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [(_records(OWN, OTHER), []), (_records(OWN, payee=(OTHER,)), []), (_records(OWN), ["I054"])],
    ids=["in-the-suppliers-record", "in-the-payees-record", "in-neither"],
)
def test_the_account_of_a_payee(
    codes: Callable[..., list[str]], records: dict[str, object], expected: list[str]
) -> None:
    """A factor's account is on record with the supplier or with the factor: naming a payee proves nothing."""
    changes = {"payment.account": OTHER, "payee": Party(FACTOR, Scheme.SIRET, "1", "Affacturage")}

    assert codes(changes, records) == expected


def test_a_malformed_supplier_is_not_also_unknown(codes: Callable[..., list[str]]) -> None:
    """A wrong identifier is told as such alone."""
    assert codes({"supplier.identifier": "901"}, {"settings.supplier_must_be_known": True}) == ["I042"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"recipient.identifier": ""}, ["I060"]),
        ({"recipient.scheme": Scheme.RIDET, "recipient.raw_scheme": "RIDET"}, ["I061"]),
        ({"recipient.scheme": Scheme.RIDET, "recipient.raw_scheme": ""}, ["I061"]),
        ({"recipient.scheme": None, "recipient.raw_scheme": "9999"}, ["I061"]),
        ({"recipient.scheme": None, "recipient.raw_scheme": "", "recipient.identifier": "904455664"}, ["I062"]),
        ({"recipient.identifier": "9044556640001"}, ["I062"]),
        ({"recipient.identifier": "90445566400015"}, ["I063"]),
    ],
)
def test_the_recipients_identifier(
    codes: Callable[..., list[str]], changes: dict[str, object], expected: list[str]
) -> None:
    """A recipient is named by a SIRET, and a wrong one is not also looked up."""
    assert codes(changes) == expected


@pytest.mark.parametrize(
    ("scheme", "identifier", "expected"),
    [
        (Scheme.SIRET, "9077889960001", ["I162"]),
        (Scheme.SIRET, "90778899600012", ["I162"]),
        (Scheme.EU_VAT, "BE0123456749", []),
        (Scheme.EU_VAT, "BE0123456748", ["I162"]),
        (Scheme.PERSON, "A" * 18, []),
        (Scheme.PERSON, "A" * 19, ["I162"]),
        (None, "90778899600011", ["I162"]),
        (None, "", []),
    ],
)
def test_the_validators_identifier(
    codes: Callable[..., list[str]], scheme: Scheme | None, identifier: str, expected: list[str]
) -> None:
    """A validator that is named is named rightly."""
    assert codes({"validator": Party(identifier, scheme)}) == expected


def test_no_validator(codes: Callable[..., list[str]]) -> None:
    """An invoice without validator has none that is malformed."""
    assert codes({"validator": None}) == []


@pytest.mark.parametrize(
    ("field", "code"),
    [("supplier.identifier", "EDG-I043"), ("validator.identifier", "EDG-I162")],
)
def test_luhn_may_be_a_warning(faults: Callable[..., tuple[Fault, ...]], field: str, code: str) -> None:
    """A setting makes a wrong check digit a warning, whoever's it is."""
    (found,) = faults({field: LUHN_FAILS}, {"settings.siret_luhn": Severity.WARNING})

    assert (found.code, found.blocks, found.value) == (code, False, LUHN_FAILS)


def test_a_forgiven_recipient_is_looked_up(codes: Callable[..., list[str]]) -> None:
    """Where the check digit only warns, it is for the directory to say whether there is such a recipient."""
    gate: dict[str, object] = {"settings.siret_luhn": Severity.WARNING}

    assert codes({"recipient.identifier": LUHN_FAILS}, gate) == ["i063", "I064"]


def test_a_forgiven_supplier_must_be_known_all_the_same(codes: Callable[..., list[str]]) -> None:
    """Where the check digit only warns, an unknown supplier is refused as such."""
    gate: dict[str, object] = {"settings.siret_luhn": Severity.WARNING, "settings.supplier_must_be_known": True}

    assert codes({"supplier.identifier": LUHN_FAILS}, gate) == ["i043", "I051"]


def test_a_siret_that_the_directory_lists_only_warns_for_its_check_digit(codes: Callable[..., list[str]]) -> None:
    """Whoever is listed exists: La Poste is not alone in having a check digit of its own."""
    listed = Shelf((Structure(LUHN_FAILS, "Structure listée"),), ())

    assert codes({"recipient.identifier": LUHN_FAILS, "recipient.service": ""}, {"directory": listed}) == ["i063"]
    assert "i043" in codes({"supplier.identifier": LUHN_FAILS}, {"directory": listed})
