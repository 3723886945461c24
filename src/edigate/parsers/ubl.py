"""UBL 2.1 Invoice and CreditNote, as Chorus Pro uses them (reference §7.6, §9.4, §11.2)."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from lxml import etree

from edigate.domain.invoice import Invoice, Line, Party, Payment, Syntax
from edigate.parsers import _parts, _read, _ubl_vat
from edigate.parsers._places import Spot, at, locator, spot, value
from edigate.parsers._tree import PREFIXES, Found, clark, compile_table, gather
from edigate.parsers._ubl_table import CREDIT_NOTE_TABLE, TABLE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lxml.etree import _Element

    from edigate.parsers._places import Locate, Place, Rows, Spots
    from edigate.parsers._tree import Shape

_INVOICE, _CREDIT_NOTE = clark("ubl:Invoice"), clark("cn:CreditNote")
ROOTS: Mapping[str, str] = MappingProxyType({_INVOICE: "ubl-invoice", _CREDIT_NOTE: "ubl-creditnote"})
NUMBER = clark("cbc:ID")
CREDIT_NOTE_TYPE = "381"

_TABLES = MappingProxyType({_INVOICE: TABLE, _CREDIT_NOTE: CREDIT_NOTE_TABLE})
_SHAPES = MappingProxyType({root: compile_table(table) for root, table in _TABLES.items()})

_TAX_TOTAL = clark("cac:TaxTotal")
_CADRE_TAG, _EXTENSION_TAG = "CategoryCode", "FactureExtension"
# A cadre, or a code of the reform's channel (reference §9.5): taken for what it says, it is refused as it is in CII.
_CADRE = re.compile(r"A[0-9]+|[BSM][0-9]")
# Asked first, as it takes a third of the time: by the attributes, of which there are fewer than elements.
_ANY_FOREIGN_AMOUNT = etree.XPath("descendant::*/@currencyID != $currency")
# Stays with the elements, in one step: a set of attributes is put in order, and sets of several steps are put together
# one by one, which takes seconds in a document of many lines.
_FOREIGN_AMOUNTS = cast(
    "Callable[..., Iterable[_Element]]",
    etree.XPath(
        "descendant::*[@currencyID != $currency][not(ancestor-or-self::ext:UBLExtensions)]",
        namespaces={"ext": PREFIXES["ext"]},
    ),
)
_ENGAGEMENTS = frozenset({"engagement", "bon de commande"})
_MARKETS = MappingProxyType({"marché public": "BC", "contrat": "CT"})
_LINE_KIND = "TYPE_LIGNE"
_CHORUS_ENDPOINT = "0009:11000201100044"  # Peppol's address of Chorus Pro
_BETWEEN_NOTES = re.compile(r"§(?!\s+[0-9])")  # where a number follows it cites a paragraph
_ATTACHED = frozenset({"01", "02"})  # DocumentType of a reference that is a file: invoice, complement
_MIME = re.compile(r"[a-z]+/[\w.+-]+", re.ASCII | re.IGNORECASE)


@cache
def _of_places(root: str) -> Shape:
    return compile_table(_TABLES[root], keep=True)


def parse(root: _Element) -> tuple[Invoice, ...]:
    """The invoice of a document; what is missing or unreadable is empty or None, nothing raises."""
    found = gather(root, _SHAPES.get(root.tag, _SHAPES[_INVOICE]))
    order_kind, order_date = _order(found)
    credit_note = root.tag == _CREDIT_NOTE
    issued = found.first("issue_date")
    currency = _parts.currency_of(found)
    lines = tuple(_line(row) for row in found.rows.get("lines", ()))
    return (
        Invoice(
            syntax=Syntax.UBL_CREDIT_NOTE if credit_note else Syntax.UBL_INVOICE,
            number=_read.literal(found.every("number")),
            type_code=found.text("type_code") or (CREDIT_NOTE_TYPE if credit_note else ""),
            raw_issue_date=_read.text(issued),
            issue_date=_read.dashed_day(issued),
            currency=currency,
            other_currencies=_other_currencies(root, currency, found.text("tax_currency")),
            cadre=value(_cadre(found)) or _parts.DEFAULT_CADRE,
            profile=found.text("profile"),
            notes=_notes(found),
            supplier=_party(found.row("supplier"), found.text("supplier_service"), found.text("supplier_service_name")),
            recipient=_party(found.row("recipient"), value(_service(found)), found.text("service_name")),
            validator=_parts.party_if_any(found, "validator", _party),
            payee=_parts.party_if_any(found, "payee", _party),
            engagement=value(_engagement(found)),
            engagement_kind=order_kind,
            engagement_date=order_date,
            market=_market(found).text("id"),
            contracts=tuple(_parts.contract(row, kind, _read.dashed_day) for kind, row in _markets(found)),
            preceding=tuple(row.text("id") for row in _parts.preceding(found)),
            delivery_date=_parts.delivery_date(_read.dashed_day(found.first("delivery_date")), lines),
            site=_parts.site(found),
            period=_parts.period(found, _read.dashed_day),
            payment=_payment(found),
            vat=_ubl_vat.recap(found),
            allowances=_parts.allowances(found),
            lines=lines,
            totals=_parts.totals(found, _ubl_vat.total(found)),
            attachments=tuple(_parts.attachment(row, _mime(row)) for row in _attachments(found)),
        ),
    )


def _notes(found: Found) -> tuple[str, ...]:
    """The notes; AIFE's documents have several in one element."""
    return tuple(part for element in found.every("notes") for part in _within(element))


def _within(element: _Element) -> list[str]:
    parts = (part.strip(_read.XML_SPACE) for part in _BETWEEN_NOTES.split(_read.text(element)))
    return [part for part in parts if part]


def _noted(found: Found) -> Sequence[Found]:
    """The element of each note, as often as it has notes."""
    return [Found(element, found.shape) for element in found.every("notes") for _ in _within(element)]


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _cadre(found: Found) -> Spot:
    """A CategoryCode in an extension, alone or in AIFE's element; else a ProfileID of a cadre's form (§9.4, §9.5)."""
    for extension in found.every("extensions"):
        for child in extension:
            for element in child if _local(child) == _EXTENSION_TAG else (child,):
                if _local(element) == _CADRE_TAG and _read.text(element):
                    return at(found, "cadre", element)
    process = found.first("process")
    if process is not None and _CADRE.fullmatch(_read.text(process)):
        return at(found, "cadre", process)
    return spot(found, "cadre")


def _other_currencies(root: _Element, currency: str, tax_currency: str) -> tuple[str, ...]:
    if not _ANY_FOREIGN_AMOUNT(root, currency=currency):
        return ()

    def excused(amount: _Element, code: str) -> bool:
        return code == tax_currency and next(amount.iterancestors(_TAX_TOTAL), None) is not None

    return _parts.other_currencies(_FOREIGN_AMOUNTS(root, currency=currency), currency, excused)


def _party(row: Found, service: str = "", service_name: str = "") -> Party:
    chosen, said = _identified(row), row.values
    if said.get("trade_name") == said.get("name"):
        said = {**said, "trade_name": ""}
    return Party(
        identifier=chosen.identifier,
        scheme=chosen.scheme,
        raw_scheme=chosen.raw_scheme,
        vat_number=_ubl_vat.registration(row).text("id"),
        service=service,
        service_name=service_name,
        legal_address=_parts.address(row, "legal_address"),
        trade_address=_parts.address(row, "trade_address"),
        contact=_parts.contact(row),
        vat_regime=_ubl_vat.regime(row),
        endpoint=_parts.endpoint(row),
        **said,
    )


def _identified(row: Found) -> _read.Identified:
    """Chorus's identification bears @schemeName and settles it; other documents have several, told by @schemeID."""
    of_chorus = [element for element in row.every("identification") if element.get("schemeName")]
    candidates = of_chorus or _behind_chorus(row) or row.every("identifier")
    return _read.choose(_read.identified(element, ("schemeName", "schemeID")) for element in candidates)


def _behind_chorus(row: Found) -> list[_Element]:
    """Peppol's address of Chorus Pro is one for all recipients: the legal entity's SIRET tells which is meant."""
    if _parts.endpoint(row) != _CHORUS_ENDPOINT:
        return []
    return [element for element in row.every("company") if _read.is_siret(_read.text(element))]


def _service(found: Found) -> Spot:
    """The accounting contact; else an identifier said to be a service; else BT-10, unless it repeats the engagement."""
    if found.first("service") is not None:
        return spot(found, "service")
    for element in found.row("recipient").every("identification"):
        if element.get("schemeID") == _read.SERVICE_SCHEME and _read.text(element):
            return at(found, "service", element)
    reference = found.text("buyer_reference")
    if reference and reference != value(_engagement(found)):
        return at(found, "service", found.first("buyer_reference"))
    return spot(found, "service")


def _contracts(found: Found) -> list[tuple[str, Found]]:
    rows = found.rows.get("contracts", ())
    return [(row.text("type").casefold(), row) for row in rows if row.first("id") is not None]


def _engagement(found: Found) -> Spot:
    """The order; without one, a contract reference that calls itself an engagement or an order."""
    if found.first("order") is None:
        for kind, row in _contracts(found):
            if kind in _ENGAGEMENTS:
                return spot(row, "id")
    return spot(found, "order")


def _order(found: Found) -> tuple[str, dt.date | None]:
    """What kind of document the engagement's is, and its date."""
    if found.first("order") is None:
        for kind, row in _contracts(found):
            if kind in _ENGAGEMENTS:
                return row.text("type"), _read.dashed_day(row.first("date"))
    return found.text("order_kind"), _read.dashed_day(found.first("order_date"))


def _markets(found: Found) -> list[tuple[str, Found]]:
    """The contract references that are no engagement with their kind: those that say market or contract come first."""
    others = [(_MARKETS.get(kind), row) for kind, row in _contracts(found) if kind not in _ENGAGEMENTS]
    others.sort(key=lambda pair: pair[0] is None)
    return [(kind or row.text("type"), row) for kind, row in others]


def _market(found: Found) -> Found:
    markets = _markets(found)
    return markets[0][1] if markets else found.row("contracts", len(found.rows.get("contracts", ())))


def _payment(found: Found) -> Payment:
    row = found.row("payment")
    account, channel = row.text("account"), row.text("channel").upper()
    is_rib = channel == "RIB" or (channel != "IBAN" and _read.is_rib(account))
    return Payment(
        code=row.text("code"),
        account=account,
        account_kind="RIB" if is_rib else "IBAN",
        account_name=row.text("account_name"),
        institution=row.text("institution"),
        due_date=_read.dashed_day(row.first("due_date")) or _read.dashed_day(found.first("due_date")),
        note=row.text("note"),
    )


def _line(row: Found) -> Line:
    said = row.values
    return Line(
        has_allowance=said.get("gross_price") is not None,
        unit_price=_read.per_unit(said.get("net_price"), said.get("price_base")),
        kind=_line_kind(row),
        **_parts.details(row, _read.dashed_day),
        **said,
    )


def _line_kind(row: Found) -> str:
    for one in row.rows.get("properties", ()):
        if one.text("name") == _LINE_KIND:
            return one.text("value")
    return ""


def _attachments(found: Found) -> Sequence[Found]:
    """The references that carry a file or say they do; others only name a document."""
    rows = found.rows.get("attachments", ())
    return [row for row in rows if row.has("content") or row.text("declared_type") in _ATTACHED]


def _mime(row: Found) -> Spot:
    """AIFE puts the file's type in DocumentTypeCode, as the content itself is a ZIP."""
    if _MIME.fullmatch(row.text("mime")):
        return spot(row, "mime")
    return _parts.content(row)._replace(attribute="mimeCode")


def _usual_scheme(element: _Element | None) -> str:
    return "schemeID" if element is not None and _local(element) == "CompanyID" else "schemeName"


def _vat_spot(party: str) -> Callable[[Found], Spot]:
    return lambda found: spot(_ubl_vat.registration(found.row(party)), "id")


_SPOTS: Spots = MappingProxyType(
    {
        **{f"{party}.identifier": _parts.identifier(party, _identified) for party in _parts.PARTIES},
        **{f"{party}.scheme": _parts.scheme(party, _identified, _usual_scheme) for party in _parts.PARTIES},
        **{f"{party}.vat_number": _vat_spot(party) for party in _parts.PARTIES},
        "cadre": _cadre,
        "service": _service,
        "engagement": _engagement,
        "market": lambda found: spot(_market(found), "id"),
        "totals.tax": lambda found: at(found, "tax", _ubl_vat.tax(found)),
        "attachments[].name": _parts.file_name,
        "attachments[].mime": _mime,
        "attachments[].content": _parts.content,
        "preceding[]": lambda row: spot(row, "id"),
    }
)
_ROWS: Rows = MappingProxyType(
    {"attachments": _attachments, "preceding": _parts.preceding, "vat": _ubl_vat.rows, "notes": _noted}
)


def locate_in(root: _Element, _position: int = 1) -> Locate:
    """A function from field keys to their places; for several fields of one document, which is descended once."""
    return locator(gather(root, _of_places(root.tag if root.tag in _TABLES else _INVOICE)), _SPOTS, _ROWS)


def locate(root: _Element, field: str) -> Place:
    """The path and line of a field; where it is missing, its expected path and the line of the nearest ancestor."""
    return locate_in(root)(field)
