"""UN/CEFACT Cross Industry Invoice, as Chorus Pro and Factur-X use it (reference §7.5, §11.1)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from lxml import etree

from edigate.domain.invoice import Invoice, Line, Party, Payment, Syntax, VatRow
from edigate.parsers import _parts, _read
from edigate.parsers._cii_table import TABLE
from edigate.parsers._places import Spot, at, locator, spot, value
from edigate.parsers._tree import PREFIXES, Found, clark, compile_table, gather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lxml.etree import _Element

    from edigate.domain.invoice import Contract
    from edigate.parsers._places import Locate, Place, Rows, Spots
    from edigate.parsers._tree import Shape

ROOTS: Mapping[str, str] = MappingProxyType({clark("rsm:CrossIndustryInvoice"): "cii"})

NUMBER = f"{clark('rsm:ExchangedDocument')}/{clark('ram:ID')}"

_SHAPE = compile_table(TABLE)


@cache
def _of_places() -> Shape:
    return compile_table(TABLE, keep=True)


_TAX_TOTAL = clark("ram:TaxTotalAmount")
# Of the header alone: the gross line prices of AIFE's samples say EUR whatever the invoice's currency.
# Asked first, as it goes by the attributes, of which there are fewer than elements, and takes a third of the time.
_ANY_FOREIGN_AMOUNT = etree.XPath(
    "*/ram:ApplicableHeaderTradeSettlement/descendant::*/@currencyID != $currency",
    namespaces={"ram": PREFIXES["ram"]},
)
# Stays with the elements: parents of attributes are put together one by one, which takes seconds where there are many.
_FOREIGN_AMOUNTS = cast(
    "Callable[..., Iterable[_Element]]",
    etree.XPath(
        "*/ram:ApplicableHeaderTradeSettlement/descendant::*[@currencyID != $currency]",
        namespaces={"ram": PREFIXES["ram"]},
    ),
)
_CENT = Decimal("0.01")
_SCHEME = ("schemeID",)
_VAT_SCHEME = "VA"
_MARKETS = MappingProxyType({"BC": 0, "CT": 1})  # a market before a contract, before what says neither
_ATTACHED = "ZZZ"  # the Name of a reference that is a file
# Factur-X names the kinds of line in English; the gate's word for a group is AIFE's (reference §11.2).
_LINE_KINDS = MappingProxyType({"DETAIL": "DETAIL", "GROUP": "REGROUPEMENT", "INFORMATION": "INFORMATION"})


def parse(root: _Element) -> tuple[Invoice, ...]:
    """The invoice of a document; what is missing or unreadable is empty or None, nothing raises."""
    found = gather(root, _SHAPE)
    issued = found.first("issue_date")
    currency = _parts.currency_of(found)
    lines = tuple(_line(row) for row in found.rows.get("lines", ()))
    return (
        Invoice(
            syntax=Syntax.CII,
            number=_read.literal(found.every("number")),
            type_code=found.text("type_code"),
            raw_issue_date=_read.text(issued),
            issue_date=_read.compact_day(issued),
            currency=currency,
            other_currencies=_other_currencies(root, currency, found.text("tax_currency")),
            cadre=found.text("cadre") or _parts.DEFAULT_CADRE,
            profile=found.text("profile"),
            notes=found.texts("notes"),
            supplier=_party(found.row("supplier"), found.text("supplier_service")),
            recipient=_party(found.row("recipient"), value(_service(found))),
            validator=_parts.party_if_any(found, "validator", _party),
            payee=_parts.party_if_any(found, "payee", _party),
            engagement=found.text("engagement"),
            engagement_date=_read.compact_day(found.first("engagement_date")),
            market=_market(found).text("id"),
            contracts=_contracts(found),
            preceding=tuple(row.text("id") for row in _parts.preceding(found)),
            delivery_date=_parts.delivery_date(_read.compact_day(found.first("delivery_date")), lines),
            site=_parts.site(found),
            period=_parts.period(found, _read.compact_day),
            payment=_payment(found),
            vat=tuple(VatRow(**row.values) for row in found.rows.get("vat", ())),
            allowances=_parts.allowances(found),
            lines=lines,
            totals=_parts.totals(found, _read.number(_read.text(_tax(found)))),
            attachments=tuple(_parts.attachment(row, _mime(row)) for row in _attachments(found)),
        ),
    )


def _other_currencies(root: _Element, currency: str, tax_currency: str) -> tuple[str, ...]:
    if not _ANY_FOREIGN_AMOUNT(root, currency=currency):
        return ()

    def excused(amount: _Element, code: str) -> bool:
        return code == tax_currency and amount.tag == _TAX_TOTAL

    return _parts.other_currencies(_FOREIGN_AMOUNTS(root, currency=currency), currency, excused)


def _party(row: Found, service: str = "") -> Party:
    chosen = _identified(row)
    return Party(
        identifier=chosen.identifier,
        scheme=chosen.scheme,
        raw_scheme=chosen.raw_scheme,
        vat_number=_read.text(_vat_number(row)),
        service=service,
        legal_address=_parts.address(row, "legal_address"),
        trade_address=_parts.address(row, "trade_address"),
        contact=_parts.contact(row),
        endpoint=_parts.endpoint(row),
        **row.values,
    )


def _identified(row: Found) -> _read.Identified:
    return _read.choose(_read.identified(element, _SCHEME) for element in row.every("identifier"))


def _vat_number(row: Found) -> _Element | None:
    return next((element for element in row.every("vat_number") if element.get("schemeID") == _VAT_SCHEME), None)


def _service(found: Found) -> Spot:
    """BuyerReference, else an identifier of the buyer that is said to be a service."""
    if found.first("service") is None:
        for element in found.row("recipient").every("identifier"):
            if element.get("schemeID") == _read.SERVICE_SCHEME and _read.text(element):
                return at(found, "service", element)
    return spot(found, "service")


def _markets(found: Found) -> list[Found]:
    """The contract references that name one: those that say market, those that say contract, others."""
    rows = [row for row in found.rows.get("contracts", ()) if row.first("id") is not None]
    return sorted(rows, key=lambda row: _MARKETS.get(row.text("type"), len(_MARKETS)))


def _market(found: Found) -> Found:
    return next(iter(_markets(found)), found.row("contracts"))


def _contracts(found: Found) -> tuple[Contract, ...]:
    return tuple(_parts.contract(row, row.text("type"), _read.compact_day) for row in _markets(found))


def _payment(found: Found) -> Payment:
    row = found.row("payment")
    account = row.text("account")
    return Payment(
        code=row.text("code"),
        account=account,
        account_kind="IBAN" if not account or row.text("iban") or _read.is_iban(account) else "RIB",
        account_name=row.text("account_name"),
        institution=row.text("institution"),
        due_date=_read.compact_day(found.first("due_date")),
        note=row.text("note"),
    )


def _line(row: Found) -> Line:
    said, has_allowance = row.values, row.has("allowance")
    net_basis, gross_basis = _basis(row, "net_basis"), _basis(row, "gross_basis")
    net = _read.per_unit(said.get("net_price"), net_basis)
    gross = _read.per_unit(said.get("gross_price"), gross_basis)
    return Line(
        has_allowance=has_allowance,
        unit_price=_unit_price(row, gross, net, has_allowance=has_allowance),
        kind=_LINE_KINDS.get(said.get("substatus", "")) or said.get("status", ""),
        price_base=net_basis or gross_basis,
        **_parts.details(row, _read.compact_day),
        **said,
    )


def _basis(row: Found, key: str) -> Decimal | None:
    """For how many units a price is; not the line's own, which may have two."""
    element = row.first(key)
    return None if element is None else _read.number(_read.text(element))


def _unit_price(row: Found, before: Decimal | None, after: Decimal | None, *, has_allowance: bool) -> Decimal | None:
    """The price without tax: Chorus's net price has the tax in it, its gross price has not (reference §8.5).

    In EN 16931 the net price is the one without tax: it is taken where it alone makes the line's amount.
    """
    if before is None or has_allowance:
        return after if after is not None else before
    makes = [price for price in (before, after) if _makes_the_amount(price, row)]
    return makes[0] if makes else before


def _makes_the_amount(price: Decimal | None, row: Found) -> bool:
    quantity, amount = row.number("quantity"), row.number("net_amount")
    if price is None or quantity is None or amount is None:
        return False
    return abs(price * quantity - amount) <= _CENT


def _tax(found: Found) -> _Element | None:
    return _parts.in_currency(found.row("totals").every("tax"), _parts.currency_of(found))


def _attachments(found: Found) -> Sequence[Found]:
    """The references that carry a file or say they do; others only name a document or a tender."""
    rows = found.rows.get("attachments", ())
    return [row for row in rows if row.has("content") or row.text("declared_type") == _ATTACHED]


def _mime(row: Found) -> Spot:
    return _parts.content(row)._replace(attribute="mimeCode")


def _usual_scheme(_: _Element | None) -> str:
    return _SCHEME[0]


def _vat_spot(party: str) -> Callable[[Found], Spot]:
    return lambda found: at(found.row(party), "vat_number", _vat_number(found.row(party)))


_SPOTS: Spots = MappingProxyType(
    {
        **{f"{party}.identifier": _parts.identifier(party, _identified) for party in _parts.PARTIES},
        **{f"{party}.scheme": _parts.scheme(party, _identified, _usual_scheme) for party in _parts.PARTIES},
        **{f"{party}.vat_number": _vat_spot(party) for party in _parts.PARTIES},
        "service": _service,
        "market": lambda found: spot(_market(found), "id"),
        "totals.tax": lambda found: at(found.row("totals"), "tax", _tax(found)),
        "attachments[].name": _parts.file_name,
        "attachments[].mime": _mime,
        "attachments[].content": _parts.content,
        "preceding[]": lambda row: spot(row, "id"),
    }
)
_ROWS: Rows = MappingProxyType({"attachments": _attachments, "preceding": _parts.preceding})


def locate_in(root: _Element, _position: int = 1) -> Locate:
    """A function from field keys to their places; for several fields of one document, which is descended once."""
    return locator(gather(root, _of_places()), _SPOTS, _ROWS)


def locate(root: _Element, field: str) -> Place:
    """The path and line of a field; where it is missing, its expected path and the line of the nearest ancestor."""
    return locate_in(root)(field)
