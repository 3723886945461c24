"""What a made-up document says, before it is written in one syntax or another, and the sums it must state."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from edigate.sandbox.attached import zip_of

CENT = Decimal("0.01")
DATE = dt.date(2025, 3, 14)
IBAN = "FR7699999000010000012345693"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line: its price is that of one unit without tax, its VAT rate in percent."""

    name: str = "Fourniture de bureau"
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal("100.00")
    vat_rate: Decimal = Decimal(20)
    category: str = "S"
    product: str = "REF-001"

    @property
    def amount(self) -> Decimal:
        """What the line comes to without tax."""
        return rounded(self.quantity * self.unit_price)

    @property
    def price_with_tax(self) -> Decimal:
        """The price of one unit, tax included."""
        return rounded(self.unit_price * (1 + self.vat_rate / 100))


@dataclass(frozen=True, slots=True)
class DraftAttachment:
    """One attached file; `type_code` says whether it is the invoice itself (01) or comes with it (02)."""

    name: str
    mime: str
    content: bytes
    zipped: bool = True
    type_code: str = "02"

    @property
    def encoded(self) -> str:
        """Its base64 text: of a ZIP that holds it, or of the file as it is."""
        return base64.b64encode(zip_of(self.name, self.content) if self.zipped else self.content).decode("ascii")


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice or credit note. As it stands by default it is sound; a field left empty is left out of the document.

    Schemes and codes are written as they are given, so that unsound documents can be made too: in CII the supplier's
    scheme is `1`, `2`, `ETR`, `RIDET` or `5` (reference §8.4), in UBL `1` to `7`. `market_kind` is `BC` (market) or
    `CT` (contract). `vat_on_payment` is the regime of VAT due when the supplier is paid. `gross_prices` writes in CII a
    gross price without an allowance, and then the net price includes tax (reference §8.5). `stated_total` is stated as
    the total with tax instead of the right one.
    """

    number: str
    cadre: str = "A1"
    type_code: str = "380"
    issue_date: dt.date = DATE
    currency: str = "EUR"
    supplier_scheme: str = "1"
    supplier_id: str = "81034732800017"
    supplier_name: str = "Papeterie des Tilleuls"
    supplier_country: str = "FR"
    supplier_vat: str = ""
    recipient_scheme: str = "1"
    recipient_siret: str = "53514650090018"
    recipient_name: str = "Régie des eaux du Val-Clair"
    service: str = ""
    service_name: str = ""
    engagement: str = ""
    market: str = ""
    market_kind: str = "BC"
    validator_siret: str = ""
    validator_name: str = ""
    payee_siret: str = ""
    payee_name: str = ""
    payment_code: str = "30"
    iban: str = IBAN
    due_date: dt.date | None = None
    delivery_date: dt.date | None = None
    lines: tuple[DraftLine, ...] = (DraftLine(),)
    exemption_reason: str = ""
    vat_on_payment: bool = False
    gross_prices: bool = False
    attachments: tuple[DraftAttachment, ...] = ()
    origin_invoice: str = ""
    prepaid: Decimal = Decimal("0.00")
    stated_total: Decimal | None = None
    notes: tuple[str, ...] = ()
    encoding: str = "UTF-8"
    stylesheet: str = ""


@dataclass(frozen=True, slots=True)
class VatSum:
    """One row of the VAT recap."""

    rate: Decimal
    category: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts that a document states about the whole of it."""

    vat: tuple[VatSum, ...]
    without_tax: Decimal
    tax: Decimal
    with_tax: Decimal
    due: Decimal


def rounded(amount: Decimal) -> Decimal:
    """Round to the cent, half away from zero, as invoices do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def sums_of(draft: Draft) -> Sums:
    """Add the lines up, by VAT rate and in all, each rounded to the cent where it is stated."""
    vat = _vat_of(draft.lines)
    without_tax = rounded(sum((line.amount for line in draft.lines), Decimal(0)))
    tax = rounded(sum((row.amount for row in vat), Decimal(0)))
    with_tax = without_tax + tax if draft.stated_total is None else draft.stated_total
    return Sums(vat, without_tax, tax, with_tax, rounded(with_tax - draft.prepaid))


def _vat_of(lines: tuple[DraftLine, ...]) -> tuple[VatSum, ...]:
    def kind(line: DraftLine) -> tuple[Decimal, str]:
        return line.vat_rate, line.category

    rows = []
    for (rate, category), group in groupby(sorted(lines, key=kind), key=kind):
        base = sum((line.amount for line in group), Decimal(0))
        rows.append(VatSum(rate, category, base, rounded(base * rate / 100)))
    return tuple(rows)


def sample_lines(count: int) -> tuple[DraftLine, ...]:
    """Make so many different lines, at the rates 20 and 5.5 in turn."""
    return tuple(
        DraftLine(
            name=f"Article {number}",
            quantity=Decimal(number % 7 + 1),
            unit_price=Decimal(number % 90 + 10) + Decimal("0.37"),
            vat_rate=Decimal(20) if number % 2 else Decimal("5.5"),
            product=f"REF-{number:05d}",
        )
        for number in range(1, count + 1)
    )
