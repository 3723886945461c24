"""An invoice as a person reads it: every datum of the model in French, as a PDF (reference §3.1, §7.3, §7.6).

Goes with a pivot whose original is no PDF, in the place of the style sheet that displays structured invoices.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.emitters._french import amount, day, joined, labelled, percent
from edigate.emitters._labels import (
    ATTACHED,
    CATEGORIES,
    CONTRACTS,
    CREDIT_NOTES,
    DUE,
    PAYMENTS,
    TYPES,
)
from edigate.emitters._readable_lines import lines_table
from edigate.emitters._readable_parties import parties
from edigate.emitters._sheet import OF_GREY_TEXT, About, Column, Heading, Shape, Table, pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.domain.invoice import (
        AllowanceCharge,
        Contract,
        Invoice,
        Payment,
        VatRow,
    )
    from edigate.emitters._sheet import Block
    from edigate.emitters.pivot import Addressing

_NOTE_CHARACTERS = 40_000
_OF_NOTES = Shape((Column("", 1),), ruled=False, limit=_NOTE_CHARACTERS)
_OF_PAIRS = Shape((Column("", 2, grey=True), Column("", 5), Column("", 2, grey=True), Column("", 5)))
_OF_TOTALS = Shape((Column("", 3), Column("", 2, right=True, bold=True)), indent=0.5, whole=True)
_OF_ATTACHMENTS = Shape((Column("N°", 2), Column("Nom", 20), Column("Type", 8), Column("Format", 14)))
_DISCLAIMER = (
    "Ce document présente les données de la facture électronique déposée, qui l’accompagne et fait seule foi ; il ne "
    "la remplace pas."
)
_DISCLAIMER_OF_CREDIT = (
    "Ce document présente les données de l’avoir électronique déposé, qui l’accompagne et fait seul foi ; il ne le "
    "remplace pas."
)
_LINES, _ALLOWANCES, _VAT, _TOTALS = map(Heading, ("Lignes", "Remises et charges", "Récapitulatif de TVA", "Totaux"))
_PAYMENT, _NOTES, _ATTACHMENTS = map(Heading, ("Paiement", "Notes", "Pièces jointes"))


def invoice_pdf(invoice: Invoice, addressing: Addressing) -> bytes:
    """The invoice on A4 pages, the same bytes every time; what the document lacks of the recipient is the directory's.

    Takes any text: what the typefaces do not have is marked, what is very long is cut and says so.
    """
    kind = TYPES.get(invoice.type_code, "Facture")
    title = f"{kind} n° {invoice.number}"
    supplier = invoice.supplier
    foot = joined(title, supplier.name, supplier.identifier, sep=" · ")
    return pdf(
        About(title, supplier.name or supplier.identifier, _subject(invoice, addressing, kind), invoice.issue_date),
        foot,
        _blocks(invoice, addressing, title),
    )


def _subject(invoice: Invoice, addressing: Addressing, kind: str) -> str:
    recipient = invoice.recipient.name or addressing.recipient_name or addressing.recipient
    return joined(
        f"{kind} électronique sous une forme lisible",
        labelled("du", day(invoice.issue_date), ""),
        labelled("pour", recipient, ""),
        sep=" ",
    )


def _blocks(invoice: Invoice, addressing: Addressing, title: str) -> Sequence[Block]:
    said = _DISCLAIMER_OF_CREDIT if invoice.type_code in CREDIT_NOTES else _DISCLAIMER
    blocks: list[Block] = [Heading(title, 15), Table(OF_GREY_TEXT, [[said]])]
    blocks += parties(invoice, addressing)
    blocks.append(_pairs(_references(invoice)))
    if invoice.lines:
        blocks += _LINES, lines_table(invoice.lines, invoice.currency)
    if invoice.allowances:
        blocks += _ALLOWANCES, _allowances(invoice.allowances, invoice.currency)
    if invoice.vat:
        blocks += _VAT, _vat(invoice.vat, invoice.currency)
    blocks += _TOTALS, _totals(invoice)
    payment = _pairs(_payment(invoice.payment))
    if payment.rows:
        blocks += _PAYMENT, payment
    if invoice.notes:
        blocks += _NOTES, Table(_OF_NOTES, [["\n".join(invoice.notes)]])
    if invoice.attachments:
        blocks += _ATTACHMENTS, _attachments(invoice)
    return blocks


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    """Labels and what they stand for, two to a row; what is empty is left out."""
    known = [pair for pair in pairs if pair[1]]
    if len(known) % 2:
        known.append(("", ""))
    return Table(_OF_PAIRS, [left + right for left, right in zip(known[::2], known[1::2], strict=True)])


def _references(invoice: Invoice) -> Sequence[tuple[str, str]]:
    cadre = CADRES.get(invoice.cadre)
    period = invoice.period
    days = joined(labelled("du", day(period.start), ""), labelled("au", day(period.end), ""), sep=" ")
    engagement = joined(invoice.engagement, invoice.engagement_kind, day(invoice.engagement_date), sep=" · ")
    contracts = [_contract(contract) for contract in invoice.contracts] or [invoice.market]
    return (
        ("Date d’émission", day(invoice.issue_date) or invoice.raw_issue_date),
        ("Cadre", joined(invoice.cadre, cadre.label_fr if cadre else "")),
        ("Type", joined(invoice.type_code, TYPES.get(invoice.type_code, ""))),
        ("Devise", joined(invoice.currency, *invoice.other_currencies, sep=", ")),
        ("Engagement", engagement),
        ("Marché, contrat", "\n".join(contracts)),
        ("Facture antérieure", ", ".join(invoice.preceding)),
        ("Date de livraison", day(invoice.delivery_date)),
        ("Période", joined(period.description, days)),
        ("Profil", invoice.profile),
    )


def _contract(contract: Contract) -> str:
    return joined(contract.identifier, CONTRACTS.get(contract.kind, contract.kind), day(contract.date), sep=" · ")


@lru_cache(maxsize=64)
def _allowance_shape(currency: str) -> Shape:
    columns = (
        Column("Nature", 6),
        Column("Motif", 30),
        Column(f"Base ({currency})", 10, right=True),
        Column(f"Montant ({currency})", 10, right=True),
    )
    return Shape(columns)


def _allowances(allowances: Sequence[AllowanceCharge], currency: str) -> Table:
    return Table(
        _allowance_shape(currency),
        [
            (
                "Charge" if row.is_charge else "Remise",
                joined(row.code, row.reason),
                amount(row.base),
                amount(row.amount),
            )
            for row in allowances
        ],
    )


@lru_cache(maxsize=64)
def _vat_shape(currency: str) -> Shape:
    columns = (
        Column("Taux", 5),
        Column("Catégorie", 12),
        Column("Exigibilité", 12),
        Column("Motif d’exonération", 18),
        Column(f"Base HT ({currency})", 10, right=True),
        Column(f"TVA ({currency})", 10, right=True),
    )
    return Shape(columns)


def _vat(rows: Sequence[VatRow], currency: str) -> Table:
    return Table(
        _vat_shape(currency),
        [
            (
                percent(row.rate),
                joined(row.category, CATEGORIES.get(row.category, ""), row.tax),
                joined(row.due_date_code, DUE.get(row.due_date_code, "")),
                row.exemption_reason,
                amount(row.base),
                amount(row.amount),
            )
            for row in rows
        ],
    )


def _totals(invoice: Invoice) -> Table:
    totals = invoice.totals
    said = (
        ("Somme des lignes HT", totals.lines),
        ("Total des remises", totals.allowances),
        ("Total des charges", totals.charges),
        ("Total HT", totals.without_tax),
        ("Total TVA", totals.tax),
        ("Total TTC", totals.with_tax),
        ("Déjà payé", totals.prepaid),
        ("Arrondi", totals.rounding),
        ("Net à payer", totals.due),
    )
    return Table(
        _OF_TOTALS,
        [(label, f"{amount(value)}\xa0{invoice.currency}") for label, value in said if value is not None],
    )


def _payment(payment: Payment) -> Sequence[tuple[str, str]]:
    return (
        ("Mode", joined(payment.code, PAYMENTS.get(payment.code, ""))),
        ("Échéance", day(payment.due_date)),
        (f"Compte ({payment.account_kind})", payment.account),
        ("Titulaire", payment.account_name),
        ("Établissement", payment.institution),
        ("Mention", payment.note),
    )


def _attachments(invoice: Invoice) -> Table:
    return Table(
        _OF_ATTACHMENTS,
        [
            (
                str(number),
                attachment.name,
                ATTACHED.get(attachment.declared_type, attachment.declared_type),
                attachment.mime,
            )
            for number, attachment in enumerate(invoice.attachments, start=1)
        ],
    )
