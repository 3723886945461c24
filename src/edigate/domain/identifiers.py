"""What the identifiers of parties and accounts look like, and which country they tell (reference §8.4)."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from stdnum import iban, luhn
from stdnum.eu import vat

from edigate.domain.countries import COUNTRIES, EU, VAT_PREFIXES
from edigate.domain.invoice import Scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edigate.domain.invoice import Party

PLACEHOLDER_SIRET = "00000000000000"
"""Stands for a structure of the State that its service code alone names (reference §18, sample P46)."""

_LA_POSTE = "356000000"
# The same few thousand suppliers and recipients come again and again; check digits are worked out in Python.
_REMEMBERED = 8192
_IBAN_LENGTH = 34
_SIRET = re.compile(r"[0-9]{14}", re.ASCII)
_RIDET = re.compile(r"[0-9]{9,10}", re.ASCII)
_TAHITI = re.compile(r"[0-9A-Z]{9}", re.ASCII)
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,16}", re.ASCII)
_NON_EU = re.compile(r"[A-Z]{2}\S(?:.{0,14}\S)?", re.ASCII)


def is_siret(identifier: str) -> bool:
    """Whether it is written as a SIRET: 14 digits and nothing else (the check digit is `passes_luhn`)."""
    return _SIRET.fullmatch(identifier) is not None


@lru_cache(maxsize=_REMEMBERED)
def passes_luhn(siret: str) -> bool:
    """Whether the check digit of a well-written SIRET holds; La Poste's may have a digit sum divisible by 5 instead."""
    return luhn.is_valid(siret) or (siret.startswith(_LA_POSTE) and sum(map(int, siret)) % 5 == 0)


def is_eu_vat_number(identifier: str) -> bool:
    """Whether it is a VAT number of the European Union outside France, as its country checks it, without separators."""
    prefix = identifier[:2]
    return (
        prefix in VAT_PREFIXES
        and prefix != "FR"
        and _VAT.fullmatch(identifier) is not None
        and _is_vat_number(identifier)
    )


@lru_cache(maxsize=_REMEMBERED)
def _is_vat_number(identifier: str) -> bool:
    return vat.is_valid(identifier)


def is_non_eu(identifier: str) -> bool:
    """Whether it is a country outside the European Union and then 1 to 16 characters of a name."""
    return identifier[:2] in COUNTRIES - EU and _NON_EU.fullmatch(identifier) is not None


def is_ridet(identifier: str) -> bool:
    """Whether it is a number of New Caledonia's register: 9 or 10 digits."""
    return _RIDET.fullmatch(identifier) is not None


def is_tahiti(identifier: str) -> bool:
    """Whether it is a number of French Polynesia's register: 9 digits or capitals."""
    return _TAHITI.fullmatch(identifier) is not None


_SHAPES: Mapping[Scheme, Callable[[str], bool]] = MappingProxyType(
    {
        Scheme.SIRET: is_siret,
        Scheme.EU_VAT: is_eu_vat_number,
        Scheme.NON_EU: is_non_eu,
        Scheme.RIDET: is_ridet,
        Scheme.TAHITI: is_tahiti,
    }
)


def is_well_formed(scheme: Scheme, identifier: str) -> bool:
    """Whether the identifier is written as its kind is; nothing is known of suppliers being registered or people."""
    shape = _SHAPES.get(scheme)
    return shape is None or shape(identifier)


def compact_account(account: str) -> str:
    """The account number without the spaces people write in it."""
    return "".join(account.split())


def is_iban(account: str) -> bool:
    """Whether a compact account number is an IBAN: country, length, form and check digits."""
    return len(account) <= _IBAN_LENGTH and account.isalnum() and _is_iban(account)


@lru_cache(maxsize=_REMEMBERED)
def _is_iban(account: str) -> bool:
    return iban.is_valid(account)


def country_of(party: Party) -> str:
    """The party's country in ISO 3166-1: the document's, else what the identifier tells, else empty."""
    if party.country in COUNTRIES:
        return party.country
    prefix = party.identifier[:2]
    told = {
        Scheme.SIRET: "FR",
        Scheme.EU_VAT: VAT_PREFIXES.get(prefix, ""),
        Scheme.NON_EU: prefix if prefix in COUNTRIES else "",
        Scheme.RIDET: "NC",
        Scheme.TAHITI: "PF",
    }
    return told.get(party.scheme, "") if party.scheme else ""
