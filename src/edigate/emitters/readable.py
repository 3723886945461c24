"""An invoice as a person reads it: every datum of the model in French, as a PDF (reference §3.1, §7.3, §7.6).

Goes with a pivot whose original is no PDF, in the place of the style sheet that displays structured invoices.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.domain.invoice import NO_ADDRESS, NO_CONTACT, NO_SITE, Line
from edigate.emitters._french import amount, day, figure, joined, labelled, percent
from edigate.emitters._labels import (
    ATTACHED,
    CATEGORIES,
    CONTRACTS,
    CREDIT_NOTES,
    DUE,
    LINES,
    PAYMENTS,
    REGIMES,
    SCHEMES,
    TYPES,
)
from edigate.emitters._sheet import OF_GREY_TEXT, About, Column, Heading, Shape, Table, pdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.domain.invoice import (
        Address,
        AllowanceCharge,
        Contact,
        Contract,
        Invoice,
        Party,
        Payment,
        Site,
        VatRow,
    )
    from edigate.emitters._sheet import Block
    from edigate.emitters.pivot import Addressing

# What the designation of a line tells besides its name, description and reference, and nothing of it.
_rest = attrgetter(
    *("kind", "status", "substatus", "gross_price", "price_allowance", "price_base"),
    *("allowances", "delivery_date", "site", "notes"),
)
_NO_REST = _rest(Line())
_NOTE_CHARACTERS = 40_000
_OF_NOTES = Shape((Column("", 1),), ruled=False, limit=_NOTE_CHARACTERS)
_SIDE_BY_SIDE = Shape((Column("", 1), Column("", 1)))
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
        [block for part in _parts(invoice, addressing, title) for block in part],
    )


def _subject(invoice: Invoice, addressing: Addressing, kind: str) -> str:
    recipient = invoice.recipient.name or addressing.recipient_name or addressing.recipient
    return joined(
        f"{kind} électronique sous une forme lisible",
        labelled("du", day(invoice.issue_date), ""),
        labelled("pour", recipient, ""),
        sep=" ",
    )


def _parts(invoice: Invoice, addressing: Addressing, title: str) -> Iterator[Sequence[Block]]:
    said = _DISCLAIMER_OF_CREDIT if invoice.type_code in CREDIT_NOTES else _DISCLAIMER
    yield Heading(title, 15), Table(OF_GREY_TEXT, [[said]])
    yield from _parties(invoice, addressing)
    yield (_pairs(_references(invoice)),)
    if invoice.lines:
        yield Heading("Lignes"), _lines(invoice.lines, invoice.currency)
    if invoice.allowances:
        yield Heading("Remises et charges"), _allowances(invoice.allowances, invoice.currency)
    if invoice.vat:
        yield Heading("Récapitulatif de TVA"), _vat(invoice.vat, invoice.currency)
    yield Heading("Totaux"), _totals(invoice)
    payment = _pairs(_payment(invoice.payment))
    if payment.rows:
        yield Heading("Paiement"), payment
    if invoice.notes:
        yield Heading("Notes"), Table(_OF_NOTES, [["\n".join(invoice.notes)]])
    if invoice.attachments:
        yield Heading("Pièces jointes"), _attachments(invoice)


def _parties(invoice: Invoice, addressing: Addressing) -> Iterator[Sequence[Block]]:
    site = _site(invoice.site)
    known: list[tuple[str, str, str]] = [
        ("Fournisseur", invoice.supplier.name, _party(invoice.supplier)),
        ("Destinataire", *_recipient(invoice.recipient, addressing)),
    ]
    if invoice.validator:
        known.append(("Valideur", invoice.validator.name, _party(invoice.validator)))
    if invoice.payee:
        known.append(("Encaisseur", invoice.payee.name, _party(invoice.payee)))
    if site:
        known.append(("Lieu de livraison", invoice.site.name, site))
    for start in range(0, len(known), 2):
        titles, names, details = zip(*known[start : start + 2], *[("", "", "")] * (start + 2 - len(known)), strict=True)
        yield Table(_titled(titles), [names]), Table(_SIDE_BY_SIDE, [details])


@lru_cache
def _titled(titles: tuple[str, ...]) -> Shape:
    return Shape(tuple(Column(title, 1, bold=True) for title in titles), ruled=False, gap=0)


def _recipient(recipient: Party, addressing: Addressing) -> tuple[str, str]:
    """Name and details; where the invoice goes to is told as well when the document says something else."""
    elsewhere = addressing.recipient if addressing.recipient != recipient.identifier else ""
    service = joined(addressing.service, addressing.service_name) if not recipient.service else ""
    routed = joined(
        labelled("Transmise à", joined(elsewhere, addressing.recipient_name) if elsewhere else ""),
        labelled("Service", service),
        sep="\n",
    )
    return recipient.name or addressing.recipient_name, joined(_party(recipient), routed, sep="\n")


def _party(party: Party) -> str:
    scheme = SCHEMES[party.scheme] if party.scheme else joined("Identifiant", party.raw_scheme, sep=" ")
    return joined(
        labelled("Nom commercial", party.trade_name),
        labelled(scheme, party.identifier),
        labelled("N° d’enregistrement", party.registration),
        labelled("N° de TVA", party.vat_number),
        labelled("Régime de TVA", REGIMES.get(party.vat_regime.upper(), party.vat_regime)),
        labelled("Service", joined(party.service, party.service_name)),
        _address(party.legal_address, party.country),
        labelled("Adresse commerciale", _address(party.trade_address)),
        _contact(party.contact),
        labelled("Adresse électronique", party.endpoint),
        party.note,
        sep="\n",
    )


def _address(address: Address, country: str = "") -> str:
    if address == NO_ADDRESS:
        return country
    town = joined(address.postcode, address.city, sep=" ")
    return joined(*address.lines, town, address.country, country if country != address.country else "", sep="\n")


def _contact(contact: Contact) -> str:
    if contact == NO_CONTACT:
        return ""
    return joined(
        labelled("Contact", joined(contact.name, contact.department)),
        labelled("Téléphone", contact.phone),
        labelled("Télécopie", contact.fax),
        labelled("Courriel", contact.mail),
        sep="\n",
    )


def _site(site: Site) -> str:
    if site == NO_SITE:
        return ""
    return joined(labelled("Identifiant", site.identifier), _address(site.address), sep="\n")


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    """Labels and what they stand for, two to a row; what is empty is left out."""
    known = [cell for label, value in pairs if value for cell in (label, value)]
    known += [""] * (-len(known) % 4)
    return Table(_OF_PAIRS, [known[start : start + 4] for start in range(0, len(known), 4)])


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
def _line_shape(currency: str) -> Shape:
    columns = (
        Column("N°", 6),
        Column("Désignation", 24),
        Column("Quantité", 7, right=True),
        Column(f"Prix unitaire HT ({currency})", 11, right=True),
        Column("TVA", 6, right=True),
        Column(f"Montant HT ({currency})", 11, right=True),
    )
    return Shape(columns)


def _lines(lines: Sequence[Line], currency: str) -> Table:
    rows = [
        (
            line.number,
            _designation(line),
            figure(line.quantity),
            amount(line.unit_price),
            percent(line.vat_rate),
            amount(line.net_amount),
        )
        for line in lines
    ]
    return Table(_line_shape(currency), rows)


def _designation(line: Line) -> str:
    """What a line is for; most lines have a name and a reference only."""
    known = joined(line.name, line.description, labelled("Référence", line.product), sep="\n")
    if _rest(line) == _NO_REST:
        return known
    return joined(
        known,
        labelled("Type", _kind(line)),
        _price(line),
        *(_allowance(allowance) for allowance in line.allowances),
        _delivery(line),
        *line.notes,
        sep="\n",
    )


def _delivery(line: Line) -> str:
    site = "" if line.site == NO_SITE else joined(line.site.name, _site(line.site).replace("\n", ", "))
    return labelled("Livraison", joined(day(line.delivery_date), site))


def _kind(line: Line) -> str:
    """Type, status and sub-status in words, each once, though CII tells one by the other."""
    codes = filter(None, (line.kind, line.status, line.substatus))
    return " · ".join(dict.fromkeys(LINES.get(code, code) for code in codes))


def _price(line: Line) -> str:
    """How the price came about, where it is not just the price."""
    gross_is_price = line.gross_price is None or line.gross_price == line.unit_price
    if gross_is_price and not line.price_allowance and (line.price_base is None or line.price_base == 1):
        return ""
    return joined(
        labelled("Prix brut", amount(line.gross_price)),
        labelled("remise", amount(line.price_allowance)),
        labelled("prix net", amount(line.net_price)),
        labelled("pour", figure(line.price_base), ""),
        sep=", ",
    )


def _allowance(allowance: AllowanceCharge) -> str:
    kind = "Charge" if allowance.is_charge else "Remise"
    said = joined(allowance.code, allowance.reason)
    base = f"sur {amount(allowance.base)}" if allowance.base is not None else ""
    return labelled(kind, joined(amount(allowance.amount), base, said, sep=" "))


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
