"""The one invoice model that every syntax is read into (reference §11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from decimal import Decimal


class Syntax(StrEnum):
    """What a document is written in."""

    CII = "cii"
    UBL_INVOICE = "ubl-invoice"
    UBL_CREDIT_NOTE = "ubl-creditnote"
    CPP_MIXTE = "cppfacturemixte"


class Scheme(StrEnum):
    """Kinds of identifier of a supplier: TypeIdentifiant of AIFE's formats (reference §8.4)."""

    SIRET = "1"
    EU_VAT = "2"
    NON_EU = "3"
    RIDET = "4"
    TAHITI = "5"
    PENDING = "6"
    PERSON = "7"


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the document names it.

    `scheme` is the kind its scheme attribute means, None where the attribute is missing or unknown
    (`raw_scheme` keeps it); an identifier without attribute of 14 digits is read as a SIRET.
    """

    identifier: str = ""
    scheme: Scheme | None = None
    raw_scheme: str = ""
    name: str = ""
    country: str = ""
    vat_number: str = ""
    service: str = ""
    service_name: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """How the supplier is to be paid; `account` is an IBAN unless `account_kind` says RIB."""

    code: str = ""
    account: str = ""
    account_kind: str = "IBAN"
    account_name: str = ""
    institution: str = ""
    due_date: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class VatRow:
    """One row of the VAT recap; `rate` in percent; None where the document does not say."""

    rate: Decimal | None = None
    base: Decimal | None = None
    amount: Decimal | None = None
    category: str = ""
    exemption_reason: str = ""
    due_date_code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `gross_price` and `net_price` as the syntax has them, `unit_price` is the one without tax."""

    number: str = ""
    product: str = ""
    name: str = ""
    gross_price: Decimal | None = None
    has_allowance: bool = False
    net_price: Decimal | None = None
    unit_price: Decimal | None = None
    quantity: Decimal | None = None
    net_amount: Decimal | None = None
    vat_rate: Decimal | None = None
    kind: str = ""
    delivery_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Header amounts; None where the document does not say (no term is guessed); the amount due holds `rounding`.

    `untotalled`: the header has allowances or charges, and one of their totals is not stated.
    """

    lines: Decimal | None = None
    charges: Decimal | None = None
    allowances: Decimal | None = None
    without_tax: Decimal | None = None
    tax: Decimal | None = None
    with_tax: Decimal | None = None
    prepaid: Decimal | None = None
    due: Decimal | None = None
    rounding: Decimal | None = None
    untotalled: bool = False


def _nothing() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file as declared; `encoded` gives its base64 text, white space and all, None where there is none."""

    name: str = ""
    declared_type: str = ""
    mime: str = ""
    encoded: Callable[[], str | None] = field(default=_nothing, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Invoice:
    """One billing document. Texts are as found, stripped of outer white space only where XML itself is indifferent.

    `issue_date` is None where the document has none or one that cannot be read; `raw_issue_date` keeps what it said.
    """

    syntax: Syntax
    number: str = ""
    type_code: str = ""
    raw_issue_date: str = ""
    issue_date: dt.date | None = None
    currency: str = ""
    other_currencies: tuple[str, ...] = ()
    cadre: str = ""
    profile: str = ""
    notes: tuple[str, ...] = ()
    supplier: Party = Party()
    recipient: Party = Party()
    validator: Party | None = None
    payee: Party | None = None
    engagement: str = ""
    market: str = ""
    preceding: tuple[str, ...] = ()
    delivery_date: dt.date | None = None
    payment: Payment = Payment()
    vat: tuple[VatRow, ...] = ()
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    attachments: tuple[Attachment, ...] = ()
