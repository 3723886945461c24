"""Identifiers of each kind, and the country they tell."""

from __future__ import annotations

import pytest

from edigate.domain.countries import COUNTRIES, EU, VAT_PREFIXES
from edigate.domain.identifiers import (
    compact_account,
    country_of,
    is_eu_vat_number,
    is_iban,
    is_non_eu,
    is_ridet,
    is_siret,
    is_tahiti,
    is_well_formed,
    passes_luhn,
)
from edigate.domain.invoice import Party, Scheme


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("90112233300015", True),
        ("00000000000000", True),
        ("9011223330001", False),
        ("901122333000155", False),
        ("9011223330001A", False),
        ("٩٠١١٢٢٣٣٣٠٠٠١٥", False),
        ("90112233300015\n", False),
    ],
)
def test_a_siret_is_14_digits(identifier: str, *, expected: bool) -> None:
    """Fourteen ASCII digits and nothing around them."""
    assert is_siret(identifier) is expected


@pytest.mark.parametrize(
    ("siret", "expected"),
    [
        ("90112233300015", True),
        ("11000201100044", True),
        ("00000000000000", True),
        ("90112233300051", False),
        ("35600000000048", True),
        ("35600000000010", True),
        ("35600000000011", False),
        ("90112233300001", False),
    ],
)
def test_luhn_and_la_poste(siret: str, *, expected: bool) -> None:
    """The check digit holds, or for La Poste alone the sum of digits is a multiple of 5."""
    assert passes_luhn(siret) is expected


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("BE0429958042", True),
        ("EL123456783", True),
        ("XI980000011", True),
        ("BE0123456748", False),
        ("BE 0123456749", False),
        ("be0123456749", False),
        ("GR123456783", False),
        ("GB980000011", False),
        ("FR40303265045", False),
        ("EU372000041", False),
        ("US123456789", False),
        ("BE", False),
        ("", False),
    ],
)
def test_vat_numbers_of_the_european_union(identifier: str, *, expected: bool) -> None:
    """Greece writes EL, Northern Ireland XI; France has SIRETs, and the United Kingdom is out."""
    assert is_eu_vat_number(identifier) is expected


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("KRSAMSUNGMOBILEPHO", True),
        ("CHX", True),
        ("GBACME & SONS", True),
        ("KRSAMSUNGMOBILEPHON", False),
        ("KR", False),
        ("KR X", False),
        ("KRX ", False),
        ("DESIEMENS", False),
        ("RESUCRE", False),
        ("ZZACME", False),
        ("krsamsung", False),
    ],
)
def test_identifiers_from_outside_the_european_union(identifier: str, *, expected: bool) -> None:
    """A country outside the Union and up to 16 characters of a name."""
    assert is_non_eu(identifier) is expected


@pytest.mark.parametrize(
    ("identifier", "ridet", "tahiti"),
    [
        ("1234567890", True, False),
        ("123456789", True, True),
        ("12345678", False, False),
        ("12345678901", False, False),
        ("A12345001", False, True),
        ("a12345001", False, False),
        ("12345-001", False, False),
    ],
)
def test_overseas_registers(identifier: str, *, ridet: bool, tahiti: bool) -> None:
    """A RIDET has 9 or 10 digits, a TAHITI number 9 digits or capitals."""
    assert (is_ridet(identifier), is_tahiti(identifier)) == (ridet, tahiti)


def test_kinds_without_shape() -> None:
    """Nothing is known of identifiers of people and of suppliers being registered."""
    assert is_well_formed(Scheme.PERSON, "?")
    assert is_well_formed(Scheme.PENDING, "?")
    assert not is_well_formed(Scheme.SIRET, "?")


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("FR14 2004 1010 0505 0001 3M02 606", True),
        ("fr1420041010050500013m02606", True),
        ("FR1420041010050500013M02605", False),
        ("FR14.20041010050500013M02606", False),
        ("", False),
    ],
)
def test_ibans(account: str, *, expected: bool) -> None:
    """Spaces aside, an IBAN has its country's form and right check digits."""
    assert is_iban(compact_account(account)) is expected


@pytest.mark.parametrize(
    ("party", "country"),
    [
        (Party("90112233300015", Scheme.SIRET), "FR"),
        (Party("90112233300015", Scheme.SIRET, country="BE"), "BE"),
        (Party("90112233300015", Scheme.SIRET, country="France"), "FR"),
        (Party("BE0123456749", Scheme.EU_VAT), "BE"),
        (Party("EL123456783", Scheme.EU_VAT), "GR"),
        (Party("XI980000011", Scheme.EU_VAT), "GB"),
        (Party("KRSAMSUNG", Scheme.NON_EU), "KR"),
        (Party("ZZACME", Scheme.NON_EU), ""),
        (Party("1234567890", Scheme.RIDET), "NC"),
        (Party("350041679", Scheme.TAHITI), "PF"),
        (Party("X", Scheme.PERSON), ""),
        (Party("X", Scheme.PERSON, country="CH"), "CH"),
        (Party("X"), ""),
    ],
)
def test_the_country_of_a_party(party: Party, country: str) -> None:
    """The document's country counts where it is one, else what the identifier tells."""
    assert country_of(party) == country


def test_tables_of_countries_agree() -> None:
    """Every VAT prefix leads to a country, and the Union is made of countries: 27 members and parts of two."""
    assert set(VAT_PREFIXES.values()) <= COUNTRIES
    assert EU <= COUNTRIES
    assert (len(COUNTRIES), len(VAT_PREFIXES), len(EU)) == (249, 28, 34)
