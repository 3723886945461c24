"""CPPFacturePivot V2_02: accepted invoices as their recipient gets them, flow FEN0036A (reference §7.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, NoReturn

from edigate.domain.attachments import zipped
from edigate.domain.identifiers import compact_account
from edigate.domain.invoice import OUTSIDE_SUMS, Scheme
from edigate.domain.payments import pivot_payment_code
from edigate.domain.vat import amount_of, rate_of
from edigate.emitters._xml import element, optional
from edigate.emitters.attached import attached
from edigate.emitters.envelope import DECLARATION, envelope
from edigate.emitters.parties import debtor, supplier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from edigate.domain.interfaces import Interface
    from edigate.domain.invoice import Invoice, Line, Party, Payment, VatRow
    from edigate.emitters.envelope import Header

# Stand where IdCPRO and Renvoi will, the date of the MOE, and what comes after the attachments; the last says how many
# these are, and the name kept free for the slip. No text can hold them, since `<` is always written as an entity there.
_SLOT, _MOE_SLOT, _END_SLOT = "<?ledger?>", "<?moe?>", "<?end "
_SLIP_CATEGORY = "Bordereau de suivi"
_CREDIT_NOTE = "381"
_INVOICE = "380"
_WIDE = Context(prec=60)
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Addressing:
    """Whom the invoice goes to, as routing resolved it; names are the directory's, for want of the document's."""

    recipient: str
    recipient_name: str = ""
    service: str = ""
    service_name: str = ""


@dataclass(frozen=True, slots=True)
class ValidationStep:
    """What one validator decided: a row of CycleDeValidation, whose producer can be anything but a person (kind 7)."""

    date: dt.date
    code: str
    label: str = ""
    comment: str = ""
    scheme: Scheme = Scheme.SIRET
    identifier: str = ""
    name: str = ""
    country: str = "FR"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of an accepted invoice when it hands it out.

    `id_cpro` is the gate's own id of it, `renvoi` whether it is sent anew, `moe_date` when its MOE got it, `validation`
    who validated it so far, `slip` a PDF that shows this (the follow-up slip), empty where there is none.
    """

    id_cpro: int
    renvoi: str = ""
    moe_date: dt.date | None = None
    validation: tuple[ValidationStep, ...] = ()
    slip: bytes = b""


def unit(
    invoice: Invoice, addressing: Addressing, received_on: dt.date, original: bytes, interface: Interface
) -> bytes:
    """CPPFacturePivotUnitaire of an accepted invoice, but for what the ledger gives: see `finish`.

    `original` is the deposited document. Raises ValueError where a mandatory datum is missing, which the rules refuse.
    """
    head = (
        f"{supplier(invoice.supplier, _bank(invoice) + '<ModeEmission>flux</ModeEmission>')}"
        f"{_debtor(invoice.recipient, addressing)}"
        f"<DonneesFacture>{element('Id', invoice.number)}{_SLOT}{_data(invoice, received_on, interface)}"
        "</DonneesFacture>"
    )
    pieces, last, slip_name = attached(invoice, original, interface, addressing)
    end = f"{_END_SLOT}{last} {slip_name}?></CPPFacturePivotUnitaire>\n"
    return b"".join((head.encode(), *pieces, end.encode()))


def finish(unit: bytes, order: int, known: Known) -> bytes:
    """The unit with its place in the document and what the ledger knows.

    Looks at the unit's first few hundred bytes and at its last, and copies the rest once.
    """
    at = unit.index(_SLOT.encode())
    moe_at = unit.index(_MOE_SLOT.encode(), at)
    end_at = unit.rindex(_END_SLOT.encode())
    count, slip_name, end = re.split(b" |[?]>", unit[end_at + len(_END_SLOT) :], maxsplit=2)
    whole = memoryview(unit)
    moe_date = known.moe_date.isoformat() if known.moe_date else ""
    return b"".join(
        (
            f'<CPPFacturePivotUnitaire NumOrdre="{order}">'.encode(),
            whole[:at],
            f"{element('IdCPRO', str(known.id_cpro))}{optional('Renvoi', known.renvoi)}".encode(),
            whole[at + len(_SLOT) : moe_at],
            optional("DateMiseADispositionMOE", moe_date).encode(),
            whole[moe_at + len(_MOE_SLOT) : end_at],
            _slip(int(count) + 1, slip_name.decode(), known.slip).encode(),
            _validation(known.validation).encode(),
            end,
        )
    )


def pivot(header: Header, count: int, units: Iterable[bytes]) -> Iterator[bytes]:
    """The whole document, piece by piece, of `count` finished units; there must be one at least."""
    start = f'{DECLARATION}<CPPFacturePivot Version="V2_02">{envelope(header)}<CPPFactures Compteur="{count}">\n'
    yield start.encode()
    yield from units
    yield b"</CPPFactures></CPPFacturePivot>\n"


def _slip(order: int, name: str, content: bytes) -> str:
    if not content:
        return ""
    return (
        f'<PJ NumOrdre="{order}">{element("Contenu", zipped(name, content))}{element("NomPJ", name)}'
        f"{element('CategoriePJ', _SLIP_CATEGORY)}{element('TypePJ', '02')}"
        f"{element('MimeTypePJ', 'application/pdf')}</PJ>"
    )


def _validation(steps: tuple[ValidationStep, ...]) -> str:
    written = "".join(
        f"<ValidationUnitaire>{element('DateStatut', step.date.isoformat())}{element('CodeStatut', step.code)}"
        f"{optional('ComplementStatut', step.label)}{optional('Commentaire', step.comment)}{_producer(step)}"
        "</ValidationUnitaire>"
        for step in steps
    )
    return f"<CycleDeValidation>{written}</CycleDeValidation>" if written else ""


def _producer(step: ValidationStep) -> str:
    if step.scheme is Scheme.PERSON:
        msg = f"the pivot knows no person as the producer of a status: {step.identifier!r}"
        raise ValueError(msg)
    return (
        f"<ProducteurStatut>{element('TypeIdentifiant', step.scheme)}{element('Id', step.identifier)}"
        f"{element('RaisonSociale', step.name)}{element('CodePays', step.country)}{optional('Note', step.note)}"
        "</ProducteurStatut>"
    )


def _bank(invoice: Invoice) -> str:
    payment = invoice.payment
    payee = (invoice.payee.name if invoice.payee else "") or payment.account_name
    content = (
        f"{optional('Compte', compact_account(payment.account))}{optional('Etablissement', payment.institution)}"
        f"{optional('RaisonSocialeEncaisseur', payee)}"
    )
    kind = "RIB" if payment.account_kind == "RIB" else "IBAN"
    return f'<ReferenceBancaire Type="{kind}">{content}</ReferenceBancaire>' if content else ""


def _debtor(recipient: Party, addressing: Addressing) -> str:
    return debtor(
        addressing.recipient,
        recipient.name or addressing.recipient_name,
        addressing.service,
        recipient.service_name or addressing.service_name,
    )


def _data(invoice: Invoice, received_on: dt.date, interface: Interface) -> str:
    origin = invoice.preceding[0] if invoice.preceding else ""
    issued = invoice.issue_date or _missing("issue date")
    delivered = invoice.delivery_date or issued
    # The pivot knows these two types only: down-payment, corrective and final invoices are invoices (reference §7.3).
    kind = _CREDIT_NOTE if invoice.type_code == _CREDIT_NOTE else _INVOICE
    return (
        f"{optional('IdFactureOrigine', origin)}<Type>{kind}</Type>{element('Cadre', invoice.cadre)}"
        f"<DateEmissionFacture>{issued}</DateEmissionFacture>"
        f"<DateLivraison>{delivered}</DateLivraison>{_payment(invoice.payment, interface)}"
        f"<DateReception>{received_on}</DateReception>{_MOE_SLOT}{element('Devise', invoice.currency)}"
        f"{_totals(invoice)}{_vat(invoice.vat)}{_engagement(invoice)}{_lines(invoice.lines)}"
    )


def _payment(payment: Payment, interface: Interface) -> str:
    code, label = pivot_payment_code(interface.payment_mode(payment.code))
    return f"<ModePaiement><Code>{code}</Code><Libelle>{label}</Libelle></ModePaiement>"


def _totals(invoice: Invoice) -> str:
    totals = invoice.totals
    return (
        f"<Montants>{_amount('MontantHT', totals.without_tax)}{_amount('MontantTTC', totals.with_tax)}"
        f"{_amount('MontantNetAPayer', totals.due)}</Montants>"
    )


def _vat(rows: tuple[VatRow, ...]) -> str:
    written = "".join(
        [
            f"<TVA>{_amount('Taux', rate_of(row))}{_amount('BaseHt', row.base)}"
            f"{_amount('MontantTVA', amount_of(row))}</TVA>"
            for row in rows
        ]
    )
    return f"<TVAs>{written}</TVAs>" if written else ""


def _engagement(invoice: Invoice) -> str:
    content = optional("NumeroMarche", invoice.market) + optional("NumeroEngagement", invoice.engagement)
    return f"<Engagement>{content}</Engagement>" if content else ""


def _lines(lines: tuple[Line, ...]) -> str:
    written = "".join(
        [_line(order, line) for order, line in enumerate(lines, start=1) if line.kind not in OUTSIDE_SUMS]
    )
    return f"<Lignes>{written}</Lignes>" if written else ""


def _line(order: int, line: Line) -> str:
    """One Ligne, or nothing where a mandatory number can neither be read nor told from the two others.

    A line left out leaves a gap in NumOrdre, so that the others keep the places they have in the document. Lines that
    only gather or explain others are left out too: a reader who adds the rows up would count their amounts twice.
    """
    price, quantity, amount = line.unit_price, line.quantity, line.net_amount
    if price is None:
        price = _divided(amount, quantity)
    elif quantity is None:
        quantity = _divided(amount, price)
    elif amount is None:
        amount = _rounded(_WIDE.multiply(price, quantity))
    if price is None or quantity is None or amount is None:
        return ""
    rate = "" if line.vat_rate is None else _amount("TauxTVA", line.vat_rate)
    return (
        f'<Ligne NumOrdre="{order}">{optional("ReferenceProduit", line.product)}{_amount("PrixUnitaire", price)}'
        f"{_amount('Quantite', quantity)}{_amount('MontantHT', amount)}{rate}</Ligne>"
    )


def _divided(amount: Decimal | None, by: Decimal | None) -> Decimal | None:
    return None if amount is None or not by else _rounded(_WIDE.divide(amount, by))


def _rounded(value: Decimal) -> Decimal:
    """At most the six decimals that amounts have here (reference §8.5)."""
    return value.quantize(_SIX_DECIMALS, context=_WIDE) if -int(value.as_tuple().exponent) > 6 else value  # noqa: PLR2004


def _amount(name: str, value: Decimal | None) -> str:
    if value is None:
        _missing(name)
    written = str(value)  # which is what the format gives, at a fourth of its cost, unless there is an exponent
    return f"<{name}>{f'{value:f}' if 'E' in written else written}</{name}>"


def _missing(what: str) -> NoReturn:
    msg = f"an accepted invoice lacks what the pivot makes mandatory: {what}"
    raise ValueError(msg)
