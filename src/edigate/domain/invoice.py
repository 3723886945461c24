"""The one invoice model that every syntax is read into (reference §11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.pickled import by_values

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


class Address(NamedTuple):
    """A postal address: street and what completes it in `lines`, in the document's order."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""


NO_ADDRESS = Address()


class Contact(NamedTuple):
    """Whom to ask at a party."""

    name: str = ""
    department: str = ""
    phone: str = ""
    fax: str = ""
    mail: str = ""


NO_CONTACT = Contact()


class Site(NamedTuple):
    """Where goods or services were delivered; a line gives its identifier alone as a rule."""

    identifier: str = ""
    name: str = ""
    address: Address = NO_ADDRESS


NO_SITE = Site()


@by_values
@dataclass(frozen=True, slots=True)
class Party:
    """A party as the document names it.

    `scheme` is the kind its scheme attribute means, None where the attribute is missing or unknown
    (`raw_scheme` keeps it); an identifier without attribute of 14 digits is read as a SIRET.
    `registration` is the company number of UBL's legal entity, `vat_regime` UBL's words for when VAT falls due,
    `endpoint` the electronic address, `<scheme>:<identifier>` where it has a scheme.
    """

    identifier: str = ""
    scheme: Scheme | None = None
    raw_scheme: str = ""
    name: str = ""
    country: str = ""
    vat_number: str = ""
    service: str = ""
    service_name: str = ""
    trade_name: str = ""
    registration: str = ""
    note: str = ""
    legal_address: Address = NO_ADDRESS
    trade_address: Address = NO_ADDRESS
    contact: Contact = NO_CONTACT
    vat_regime: str = ""
    endpoint: str = ""


class Payment(NamedTuple):
    """How the supplier is to be paid.

    `account` is an IBAN unless `account_kind` says RIB, `account_name` who holds it, `institution` the bank (its BIC).
    """

    code: str = ""
    account: str = ""
    account_kind: str = "IBAN"
    account_name: str = ""
    institution: str = ""
    due_date: dt.date | None = None
    note: str = ""


NO_PAYMENT = Payment()


class VatRow(NamedTuple):
    """One row of the VAT recap; `rate` in percent; None where the document does not say.

    `due_date_code` says when the tax falls due, in CII's code or UBL's words (`domain.vat` reads both);
    `tax` is UBL's word for which tax it is.
    """

    rate: Decimal | None = None
    base: Decimal | None = None
    amount: Decimal | None = None
    category: str = ""
    exemption_reason: str = ""
    due_date_code: str = ""
    tax: str = ""


class AllowanceCharge(NamedTuple):
    """What is taken off an amount, or, as a charge, put on it; `code` is of UNTDID 5189 or 7161."""

    is_charge: bool = False
    amount: Decimal | None = None
    base: Decimal | None = None
    code: str = ""
    reason: str = ""


class Period(NamedTuple):
    """The time that the invoice is for; an end that is missing or cannot be read is None."""

    start: dt.date | None = None
    end: dt.date | None = None
    description: str = ""


NO_PERIOD = Period()


class Contract(NamedTuple):
    """A reference to a market (`kind` BC) or a contract (CT); another kind is as the document has it."""

    identifier: str = ""
    kind: str = ""
    date: dt.date | None = None


OUTSIDE_SUMS = frozenset({"GROUP", "REGROUPEMENT", "INFORMATION"})
"""Kinds of line that only gather or explain others (reference §11.2): no sum counts them."""


class Line(NamedTuple):
    """One line; `gross_price` and `net_price` as the syntax has them, `unit_price` is the one without tax.

    `kind` is DETAIL, REGROUPEMENT or INFORMATION where the document says one of these in its own way;
    `status` and `substatus` are CII's type and sub-type as found. `price_allowance` leads from gross to net price,
    which both are for `price_base` units.
    """

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
    status: str = ""
    substatus: str = ""
    notes: tuple[str, ...] = ()
    description: str = ""
    price_allowance: Decimal | None = None
    price_base: Decimal | None = None
    site: Site = NO_SITE
    allowances: tuple[AllowanceCharge, ...] = ()


class Totals(NamedTuple):
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


NO_TOTALS = Totals()


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
    `market` is the number of the contract that counts, `contracts` are all of them, that one first. The codes of
    services are their party's: `supplier.service` and `recipient.service`.
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
    engagement_kind: str = ""
    engagement_date: dt.date | None = None
    market: str = ""
    contracts: tuple[Contract, ...] = ()
    preceding: tuple[str, ...] = ()
    delivery_date: dt.date | None = None
    site: Site = NO_SITE
    period: Period = NO_PERIOD
    payment: Payment = NO_PAYMENT
    vat: tuple[VatRow, ...] = ()
    allowances: tuple[AllowanceCharge, ...] = ()
    lines: tuple[Line, ...] = ()
    totals: Totals = NO_TOTALS
    attachments: tuple[Attachment, ...] = ()
