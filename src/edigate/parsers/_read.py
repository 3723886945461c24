"""What all syntaxes are read with: texts, decimals, dates, and which of a party's identifiers is meant."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.faults import LONGEST_TEXT
from edigate.domain.invoice import Scheme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lxml.etree import _Element

# Meanings of a scheme attribute (reference §8.4, §11.1, §11.3); ISO 6523 calls 0002 SIREN, AIFE writes SIRETs with it.
SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        **{scheme.value: scheme for scheme in Scheme},
        "0002": Scheme.SIRET,
        "0009": Scheme.SIRET,
        "0223": Scheme.EU_VAT,
        "0226": Scheme.PERSON,
        "0227": Scheme.NON_EU,
        "0228": Scheme.RIDET,
        "0229": Scheme.TAHITI,
        "ETR": Scheme.NON_EU,
        "RIDET": Scheme.RIDET,
        "TAHITI": Scheme.TAHITI,
    }
)
SERVICE_SCHEME = "0224"  # an identifier of this scheme is a service code (BT-46, reference §11.3), not the party's own
_SIREN_SCHEME = "0002"

XML_SPACE = " \t\r\n"  # a no-break space is a character like any other
_SHORT = 20
_PRICE_DECIMALS = 6  # reference §8.5
_PRICE_STEP = Decimal(1).scaleb(-_PRICE_DECIMALS)
_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?=\.?[0-9])(?P<whole>[0-9]*+)(?:\.(?P<decimals>[0-9]*+))?")
_SIRET = re.compile(r"[0-9]{14}")
_SIREN = re.compile(r"[0-9]{9}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_RIB = re.compile(r"[0-9]{10}[A-Z0-9]{11}[0-9]{2}")
_FILE_NAME = re.compile(r".+\.[0-9A-Za-z]{1,5}", re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DASHED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ZONED = re.compile(rf"{_DASHED.pattern}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?")
_CODE = re.compile(r"\+?(?=[0-9])0*+([0-9]*+)")


def raw(element: _Element) -> str:
    """All text of an element with simple content, white space and all; a comment in its midst does not cut it."""
    value = element.text or ""
    if len(element):
        value += "".join(child.tail or "" for child in element)
    return value


def text(element: _Element | None) -> str:
    """The text of an element without outer XML white space; empty for an empty element or none."""
    if element is None:
        return ""
    value = raw(element) if len(element) else element.text
    return value.strip(XML_SPACE) if value else ""


def literal(elements: Sequence[_Element]) -> str:
    """The text of the first element as it stands: rule G1.05 judges the spaces of a number."""
    return raw(elements[0]) if elements else ""


def content(element: _Element | None) -> str | None:
    """The text of an element as it stands, None where there is none but white space."""
    value = "" if element is None else raw(element)
    return value if value and not value.isspace() else None


def number(value: str) -> Decimal | None:
    """A decimal as XSD writes one: no exponent, no infinity, no separators; None for anything else.

    Of a million digits, on which no arithmetic could be done, more than a rule refuses are left, and a last one
    that is not 0.
    """
    return _short_number(value) if len(value) <= _SHORT else _any_number(value)


def _any_number(value: str) -> Decimal | None:
    found = _DECIMAL.fullmatch(value)
    if found is None or len(value) <= LONGEST_TEXT:
        return Decimal(value) if found else None
    whole, decimals = found["whole"].lstrip("0"), (found["decimals"] or "").rstrip("0")
    return Decimal(f"{found['sign']}{_bounded(whole) or '0'}.{_bounded(decimals)}")


# Quantities, rates and prices are the same ones over and over, and one line's are asked for several times.
_short_number = lru_cache(maxsize=4096)(_any_number)


def _bounded(digits: str) -> str:
    return digits if len(digits) <= LONGEST_TEXT else f"{digits[:LONGEST_TEXT]}1"


def per_unit(price: Decimal | None, base: Decimal | None) -> Decimal | None:
    """The price of one, from that of `base` units (BT-149), rounded to the decimals a price has."""
    if price is None or not base or base == 1:
        return price
    try:
        exact = price / base
        return exact if -int(exact.as_tuple().exponent) <= _PRICE_DECIMALS else exact.quantize(_PRICE_STEP)
    except ArithmeticError:
        return price


def compact_day(element: _Element | None) -> dt.date | None:
    """A date `YYYYMMDD`, of format 102 or none said (reference §7.5); None for other forms and impossible days."""
    if element is None or element.get("format", "102").strip(XML_SPACE) != "102":
        return None
    return _day(_COMPACT.fullmatch(text(element)))


def dashed_day(element: _Element | None) -> dt.date | None:
    """A date `YYYY-MM-DD` without time zone (rule G1.09); None for other forms and impossible days."""
    return None if element is None else _day(_DASHED.fullmatch(text(element)))


def zoned_day(element: _Element | None) -> dt.date | None:
    """A date of AIFE's own formats, `YYYY-MM-DD` as written whatever its time zone; None for what is no such day."""
    return _day(_ZONED.fullmatch(text(element)))


def code(value: str, width: int) -> str:
    """A code of AIFE's own formats, where 7, 07 and 007 are one, with this many digits; other texts as they are."""
    match = _CODE.fullmatch(value)
    return match[1].zfill(width) if match else value


def _day(match: re.Match[str] | None) -> dt.date | None:
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def is_iban(account: str) -> bool:
    """Whether an account is shaped like an IBAN; its check digits are a rule's business."""
    return _IBAN.fullmatch(account) is not None


def is_siret(identifier: str) -> bool:
    """Whether an identifier is shaped like a SIRET; its check digit is a rule's business."""
    return _SIRET.fullmatch(identifier) is not None


def is_rib(account: str) -> bool:
    """Whether an account is shaped like a RIB: bank, branch, account, key, 23 characters."""
    return _RIB.fullmatch(account) is not None


def is_file_name(value: str) -> bool:
    """Whether a text ends in a dot and an extension, as file names do."""
    return _FILE_NAME.fullmatch(value) is not None


class Identified(NamedTuple):
    """An identifier of a party and the attribute that says its kind; `element` None where the party has none."""

    element: _Element | None = None
    attribute: str = ""
    identifier: str = ""
    raw_scheme: str = ""
    scheme: Scheme | None = None


def identified(element: _Element, attributes: tuple[str, ...]) -> Identified:
    """What one element says: the first of the attributes that is there is its scheme, 14 digits without one a SIRET."""
    identifier = text(element)
    for attribute in attributes:
        scheme = element.get(attribute, "").strip(XML_SPACE)
        if scheme:
            return Identified(element, attribute, identifier, scheme, SCHEMES.get(scheme))
    return Identified(element, "", identifier, "", Scheme.SIRET if _SIRET.fullmatch(identifier) else None)


def choose(candidates: Iterable[Identified]) -> Identified:
    """The identifier Chorus goes by: the first of a known kind; a SIREN or an unknown kind for want of better."""
    own = [one for one in candidates if one.identifier and one.raw_scheme != SERVICE_SCHEME]
    return own[0] if len(own) == 1 else min(own, key=_rank, default=Identified())


def _rank(candidate: Identified) -> int:
    if candidate.scheme is None:
        return 3
    if candidate.raw_scheme == _SIREN_SCHEME and _SIREN.fullmatch(candidate.identifier):
        return 2
    return 0 if candidate.raw_scheme else 1
