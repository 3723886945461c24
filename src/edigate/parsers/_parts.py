"""Parts of an invoice that several syntaxes read alike, once their tables give the same keys to the same data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from edigate.domain.invoice import (
    NO_ADDRESS,
    NO_CONTACT,
    NO_PERIOD,
    NO_SITE,
    Address,
    AllowanceCharge,
    Attachment,
    Contact,
    Contract,
    Party,
    Period,
    Site,
    Totals,
)
from edigate.parsers import _read
from edigate.parsers._places import Spot, at, spot, value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from lxml.etree import _Element

    from edigate.domain.invoice import Line
    from edigate.parsers._tree import Found

PARTIES = ("supplier", "recipient", "validator", "payee")
DEFAULT_CADRE = "A1"  # rule G1.02
DEFAULT_CURRENCY = "EUR"  # reference §7.5
_TRUE = frozenset({"true", "1"})
_NOBODY = Party()


def currency_of(found: Found) -> str:
    """The invoice's currency, euros where it says none."""
    return found.text("currency") or DEFAULT_CURRENCY


def in_currency(amounts: Sequence[_Element], currency: str) -> _Element | None:
    """The amount in this currency, or the first: a second tax total is in the currency of the accounts."""
    return next((one for one in amounts if one.get("currencyID") == currency), amounts[0] if amounts else None)


def other_currencies(
    amounts: Iterable[_Element], currency: str, excused: Callable[[_Element, str], bool]
) -> tuple[str, ...]:
    """The currencies of these amounts but for the invoice's; `excused` is asked for each amount and its currency."""
    said = ((amount, amount.get("currencyID", "").strip(_read.XML_SPACE)) for amount in amounts)
    return tuple(dict.fromkeys(code for amount, code in said if code != currency and not excused(amount, code)))


def party_if_any(found: Found, group: str, read: Callable[[Found], Party]) -> Party | None:
    """The party, None where the document has no such element or says nothing in it."""
    party = read(found.row(group)) if group in found.rows else _NOBODY
    return None if party == _NOBODY else party


def totals(found: Found, tax: Decimal | None) -> Totals:
    """The header's amounts, with the tax total that counts."""
    row = found.row("totals")
    stated = row.number("charges") is not None and row.number("allowances") is not None
    return Totals(tax=tax, untotalled=bool(found.rows.get("allowances")) and not stated, **row.values)


def address(found: Found, group: str) -> Address:
    """The address of a party or a site; an empty one where there is none."""
    rows = found.rows.get(group)
    if not rows:
        return NO_ADDRESS
    return Address(rows[0].texts("lines"), **rows[0].values)


def contact(found: Found) -> Contact:
    """Whom to ask at a party; an empty contact where it names none."""
    rows = found.rows.get("contact")
    if not rows:
        return NO_CONTACT
    return Contact(**rows[0].values)


def endpoint(row: Found) -> str:
    """The electronic address of a party, after its scheme where it has one."""
    element = row.first("endpoint")
    if element is None:
        return ""
    scheme = element.get("schemeID", "").strip(_read.XML_SPACE)
    return f"{scheme}:{_read.text(element)}" if scheme else _read.text(element)


def site(found: Found) -> Site:
    """Where it was delivered; an empty site where the document does not say."""
    rows = found.rows.get("site")
    if not rows:
        return NO_SITE
    row = rows[0]
    return Site(row.text("identifier"), row.text("name"), address(row, "address"))


def allowances(found: Found) -> tuple[AllowanceCharge, ...]:
    """The allowances and charges of the whole document or of one line."""
    rows = found.rows.get("allowances")
    return tuple(map(_allowance, rows)) if rows else ()


def _allowance(row: Found) -> AllowanceCharge:
    return AllowanceCharge(
        is_charge=row.text("indicator") in _TRUE,
        amount=row.number("amount"),
        base=row.number("base"),
        code=row.text("code"),
        reason=row.text("reason"),
    )


def details(line: Found, day: Callable[[_Element | None], dt.date | None]) -> dict[str, Any]:
    """What few lines have, and none whose values are all that there is to it; `day` reads the syntax's dates."""
    if not line.leaves and not line.rows:
        return {}
    return {
        "delivery_date": day(line.first("delivery_date")),
        "notes": line.texts("notes"),
        "site": site(line),
        "allowances": allowances(line),
    }


def period(found: Found, day: Callable[[_Element | None], dt.date | None]) -> Period:
    """The time that the invoice is for; `day` reads the syntax's dates."""
    rows = found.rows.get("period")
    if not rows:
        return NO_PERIOD
    row = rows[0]
    return Period(day(row.first("start")), day(row.first("end")), row.text("description"))


def contract(row: Found, kind: str, day: Callable[[_Element | None], dt.date | None]) -> Contract:
    """One reference to a market or contract, of this kind in the model's words."""
    return Contract(row.text("id"), kind, day(row.first("date")))


def delivery_date(header: dt.date | None, lines: Sequence[Line]) -> dt.date | None:
    """The header's delivery date, else the first that a line gives."""
    return header or next((line.delivery_date for line in lines if line.delivery_date), None)


def preceding(found: Found) -> Sequence[Found]:
    """The references to earlier invoices that name one."""
    return [row for row in found.rows.get("preceding", ()) if row.first("id") is not None]


def content(row: Found) -> Spot:
    """The embedded file; never read for this, since it may be very large."""
    files = row.every("content")
    return at(row, "content", files[0] if files else None)


def file_name(row: Found) -> Spot:
    """AIFE puts the file's name where EN 16931 has a reference, and the name in an attribute of the content."""
    file = content(row)
    if file.element is not None and file.element.get("filename") and not _read.is_file_name(row.text("name")):
        return file._replace(attribute="filename")
    return spot(row, "name")


def attachment(row: Found, mime: Spot) -> Attachment:
    """One attached file, its content still in the tree."""
    return Attachment(
        name=value(file_name(row)),
        declared_type=row.text("declared_type"),
        mime=value(mime),
        encoded=functools.partial(_read.content, content(row).element),
    )


def identifier(group: str, chosen: Callable[[Found], _read.Identified]) -> Callable[[Found], Spot]:
    """Finds the identifier that a party goes by."""

    def find(found: Found) -> Spot:
        row = found.row(group)
        return at(row, "identifier", chosen(row).element)

    return find


def scheme(
    group: str, chosen: Callable[[Found], _read.Identified], usual: Callable[[_Element | None], str]
) -> Callable[[Found], Spot]:
    """Finds the attribute that says the kind of a party's identifier; `usual` names the one to expect where none is."""

    def find(found: Found) -> Spot:
        row = found.row(group)
        it = chosen(row)
        return at(row, "identifier", it.element, it.attribute or usual(it.element))

    return find
