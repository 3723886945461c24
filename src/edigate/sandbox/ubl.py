"""Writes a draft as a UBL Invoice or CreditNote, datum by datum where the reference has it (§7.6, §9.4, §11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edigate.sandbox.drafts import Draft, DraftAttachment, DraftLine, VatSum, sums_of
from edigate.sandbox.markup import Node, branch, document, leaf

if TYPE_CHECKING:
    from decimal import Decimal

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd"
_NAMESPACES = (
    ("xmlns:cac", f"{_OASIS}:CommonAggregateComponents-2"),
    ("xmlns:cbc", f"{_OASIS}:CommonBasicComponents-2"),
    ("xmlns:ext", f"{_OASIS}:CommonExtensionComponents-2"),
)
_AIFE = (("xmlns:aife", "urn:AIFE:Facture:Extension"),)
_ON_PAYMENT, _ON_DEBIT = "TVA ENCAISSEMENT", "TVA DEBIT"


class _Kind(NamedTuple):
    """What the two documents call the same things."""

    root: str
    type_code: str
    line: str
    quantity: str


_INVOICE = _Kind("Invoice", "cbc:InvoiceTypeCode", "cac:InvoiceLine", "cbc:InvoicedQuantity")
_CREDIT_NOTE = _Kind("CreditNote", "cbc:CreditNoteTypeCode", "cac:CreditNoteLine", "cbc:CreditedQuantity")


def ubl_invoice(draft: Draft) -> bytes:
    """Write the draft as a UBL Invoice."""
    return _document(draft, _INVOICE)


def ubl_credit_note(draft: Draft) -> bytes:
    """Write the draft as a UBL CreditNote; its `type_code` is written as it is and is to be 381."""
    return _document(draft, _CREDIT_NOTE)


def _document(draft: Draft, kind: _Kind) -> bytes:
    children = (
        *_heading(draft, kind),
        *_references(draft),
        *_parties(draft),
        *_settlement(draft),
        *_lines(draft, kind),
    )
    namespaces = (("xmlns", f"{_OASIS}:{kind.root}-2"), *_NAMESPACES)
    return document(Node(kind.root, children=children, attributes=namespaces), draft.encoding, draft.stylesheet)


def _heading(draft: Draft, kind: _Kind) -> tuple[Node, ...]:
    cadre = leaf("aife:CategoryCode", draft.cadre)
    extension = Node("aife:FactureExtension", children=(cadre,), attributes=_AIFE)
    content = branch("ext:UBLExtension", branch("ext:ExtensionContent", extension))
    return (
        branch("ext:UBLExtensions", content),
        leaf("cbc:UBLVersionID", "2.1"),
        leaf("cbc:ID", draft.number),
        leaf("cbc:IssueDate", draft.issue_date),
        leaf(kind.type_code, draft.type_code),
        *(leaf("cbc:Note", note) for note in draft.notes),
        leaf("cbc:DocumentCurrencyCode", draft.currency),
    )


def _references(draft: Draft) -> tuple[Node, ...]:
    origin = branch("cac:InvoiceDocumentReference", leaf("cbc:ID", draft.origin_invoice))
    order_type = "Engagement" if draft.engagement else ""
    market = ("Contrat" if draft.market_kind == "CT" else "Marché public") if draft.market else ""
    return (
        branch("cac:OrderReference", leaf("cbc:ID", draft.engagement), leaf("cbc:OrderTypeCode", order_type)),
        branch("cac:BillingReference", origin),
        branch("cac:ContractDocumentReference", leaf("cbc:ID", draft.market), leaf("cbc:DocumentTypeCode", market)),
        *map(_attachment, draft.attachments),
    )


def _attachment(attachment: DraftAttachment) -> Node:
    packed = "application/zip" if attachment.zipped else attachment.mime
    content = leaf("cbc:EmbeddedDocumentBinaryObject", attachment.encoded, mimeCode=packed)
    return branch(
        "cac:AdditionalDocumentReference",
        leaf("cbc:ID", attachment.name),
        leaf("cbc:DocumentTypeCode", attachment.mime),
        leaf("cbc:DocumentType", attachment.type_code),
        branch("cac:Attachment", content),
    )


def _parties(draft: Draft) -> tuple[Node, ...]:
    recipient = (
        _identification(draft.recipient_siret, draft.recipient_scheme),
        branch("cac:PartyName", leaf("cbc:Name", draft.recipient_name)),
    )
    service = branch("cac:AccountingContact", leaf("cbc:ID", draft.service), leaf("cbc:Name", draft.service_name))
    payee = (
        _identification(draft.payee_siret, "1"),
        branch("cac:PartyName", leaf("cbc:Name", draft.payee_name)),
    )
    return (
        branch("cac:AccountingSupplierParty", _supplier(draft)),
        branch("cac:AccountingCustomerParty", branch("cac:Party", *recipient), service),
        branch("cac:PayeeParty", *payee),
    )


def _supplier(draft: Draft) -> Node:
    country = branch("cac:Country", leaf("cbc:IdentificationCode", draft.supplier_country))
    regime = _ON_PAYMENT if draft.vat_on_payment else _ON_DEBIT
    return branch(
        "cac:Party",
        _identification(draft.supplier_id, draft.supplier_scheme),
        branch("cac:PartyName", leaf("cbc:Name", draft.supplier_name)),
        branch(
            "cac:PartyTaxScheme",
            leaf("cbc:CompanyID", draft.supplier_vat),
            branch("cac:TaxScheme", leaf("cbc:TaxTypeCode", regime)),
        ),
        branch(
            "cac:PartyLegalEntity",
            leaf("cbc:RegistrationName", draft.supplier_name),
            branch("cac:RegistrationAddress", country),
        ),
        _validator(draft),
    )


def _validator(draft: Draft) -> Node:
    return branch(
        "cac:AgentParty",
        _identification(draft.validator_siret, "1"),
        branch("cac:PartyLegalEntity", leaf("cbc:RegistrationName", draft.validator_name)),
    )


def _identification(identifier: str, scheme: str) -> Node:
    return branch("cac:PartyIdentification", leaf("cbc:ID", identifier, schemeName=scheme))


def _settlement(draft: Draft) -> tuple[Node, ...]:
    sums = sums_of(draft)
    totals = (
        ("cbc:LineExtensionAmount", sums.without_tax),
        ("cbc:TaxExclusiveAmount", sums.without_tax),
        ("cbc:TaxInclusiveAmount", sums.with_tax),
        ("cbc:AllowanceTotalAmount", "0.00"),
        ("cbc:ChargeTotalAmount", "0.00"),
        ("cbc:PrepaidAmount", draft.prepaid),
        ("cbc:PayableAmount", sums.due),
    )
    return (
        _payment(draft),
        branch("cac:TaxTotal", _amount(draft, "cbc:TaxAmount", sums.tax), *(_vat(draft, row) for row in sums.vat)),
        branch("cac:LegalMonetaryTotal", *(_amount(draft, tag, value) for tag, value in totals)),
    )


def _payment(draft: Draft) -> Node:
    # UBL has no payment means without a code.
    if not draft.payment_code:
        return branch("cac:PaymentMeans")
    return branch(
        "cac:PaymentMeans",
        leaf("cbc:PaymentMeansCode", draft.payment_code),
        leaf("cbc:PaymentDueDate", draft.due_date or ""),
        leaf("cbc:PaymentChannelCode", "IBAN" if draft.iban else ""),
        branch("cac:PayeeFinancialAccount", leaf("cbc:ID", draft.iban)),
    )


def _vat(draft: Draft, row: VatSum) -> Node:
    return branch(
        "cac:TaxSubtotal",
        _amount(draft, "cbc:TaxableAmount", row.base),
        _amount(draft, "cbc:TaxAmount", row.amount),
        leaf("cbc:Percent", row.rate),
        branch(
            "cac:TaxCategory",
            leaf("cbc:ID", row.category),
            leaf("cbc:TaxExemptionReason", "" if row.rate else draft.exemption_reason),
            branch("cac:TaxScheme", leaf("cbc:TaxTypeCode", "TVA")),
        ),
    )


def _lines(draft: Draft, kind: _Kind) -> tuple[Node, ...]:
    return tuple(_line(draft, kind, number, line) for number, line in enumerate(draft.lines, start=1))


def _line(draft: Draft, kind: _Kind, number: int, line: DraftLine) -> Node:
    scheme = branch("cac:TaxScheme", leaf("cbc:TaxTypeCode", "TVA"))
    return branch(
        kind.line,
        leaf("cbc:ID", number),
        leaf(kind.quantity, line.quantity),
        _amount(draft, "cbc:LineExtensionAmount", line.amount),
        branch("cac:Delivery", leaf("cbc:ActualDeliveryDate", draft.delivery_date or "")),
        branch(
            "cac:Item",
            leaf("cbc:Name", line.name),
            branch("cac:StandardItemIdentification", leaf("cbc:ID", line.product)),
            branch("cac:ClassifiedTaxCategory", leaf("cbc:Percent", line.vat_rate), scheme),
            keep=True,
        ),
        branch("cac:Price", _amount(draft, "cbc:PriceAmount", line.unit_price)),
    )


def _amount(draft: Draft, tag: str, value: Decimal | str) -> Node:
    # UBL has no amount without a currency, even where the document itself names none.
    return leaf(tag, value, currencyID=draft.currency or "EUR")
