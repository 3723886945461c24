"""Business names of the fields that faults point at; terms of EN 16931 and its French extension (reference §11)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldRow(NamedTuple):
    """A field's name in both languages and its term, empty where EN 16931 has none."""

    label_fr: str
    label_en: str
    term: str = ""


FIELDS: Mapping[str, FieldRow] = MappingProxyType(
    {
        "document": FieldRow("Document", "Document"),
        "number": FieldRow("Numéro de facture", "Invoice number", "BT-1"),
        "type_code": FieldRow("Type de facture", "Invoice type", "BT-3"),
        "issue_date": FieldRow("Date d’émission", "Issue date", "BT-2"),
        "currency": FieldRow("Devise", "Currency", "BT-5"),
        "cadre": FieldRow("Cadre de facturation", "Billing framework (cadre)", "BT-23"),
        "notes[]": FieldRow("Note", "Note", "BT-22"),
        "supplier.identifier": FieldRow("Identifiant du fournisseur", "Supplier’s identifier", "BT-30"),
        "supplier.scheme": FieldRow("Type d’identifiant du fournisseur", "Kind of supplier’s identifier", "BT-30-1"),
        "supplier.name": FieldRow("Raison sociale du fournisseur", "Supplier’s name", "BT-27"),
        "supplier.country": FieldRow("Code pays du fournisseur", "Supplier’s country code", "BT-40"),
        "supplier.vat_number": FieldRow("Numéro de TVA du fournisseur", "Supplier’s VAT number", "BT-31"),
        "recipient.identifier": FieldRow("SIRET du destinataire", "Recipient’s SIRET", "BT-47"),
        "recipient.scheme": FieldRow("Type d’identifiant du destinataire", "Kind of recipient’s identifier", "BT-47-1"),
        "recipient.name": FieldRow("Raison sociale du destinataire", "Recipient’s name", "BT-44"),
        "service": FieldRow("Code service du destinataire", "Recipient’s service code", "BT-10"),
        "engagement": FieldRow("Numéro d’engagement", "Engagement (purchase order) number", "BT-13"),
        "market": FieldRow("Numéro de marché", "Market (contract) number", "BT-12"),
        "validator.identifier": FieldRow("Identifiant du valideur", "Validator’s identifier"),
        "validator.scheme": FieldRow("Type d’identifiant du valideur", "Kind of validator’s identifier"),
        "validator.name": FieldRow("Raison sociale du valideur", "Validator’s name"),
        "payee.identifier": FieldRow("Identifiant de l’encaisseur", "Payee’s identifier", "BT-61"),
        "payee.name": FieldRow("Raison sociale de l’encaisseur", "Payee’s name", "BT-59"),
        "site.identifier": FieldRow("Identifiant du lieu de livraison", "Identifier of the delivery place", "BT-71"),
        "payment.code": FieldRow("Mode de paiement", "Payment mode", "BT-81"),
        "payment.account": FieldRow("Compte à créditer", "Account to be credited", "BT-84"),
        "allowances[].reason": FieldRow(
            "Motif de la remise ou charge", "Reason of allowance or charge", "BT-97, BT-104"
        ),
        "allowances[].amount": FieldRow(
            "Montant de la remise ou charge", "Amount of allowance or charge", "BT-92, BT-99"
        ),
        "totals.lines": FieldRow("Somme des montants nets des lignes", "Sum of line net amounts", "BT-106"),
        "totals.allowances": FieldRow("Total des remises", "Sum of allowances", "BT-107"),
        "totals.charges": FieldRow("Total des charges", "Sum of charges", "BT-108"),
        "totals.without_tax": FieldRow("Montant total HT", "Total without tax", "BT-109"),
        "totals.tax": FieldRow("Montant total de TVA", "Total tax", "BT-110"),
        "totals.with_tax": FieldRow("Montant total TTC", "Total with tax", "BT-112"),
        "totals.prepaid": FieldRow("Montant déjà payé", "Paid amount", "BT-113"),
        "totals.rounding": FieldRow("Montant de l’arrondi", "Rounding amount", "BT-114"),
        "totals.due": FieldRow("Montant net à payer", "Amount due", "BT-115"),
        "vat[].rate": FieldRow("Taux de la ligne de TVA", "Rate of VAT row", "BT-119"),
        "vat[].base": FieldRow("Base HT de la ligne de TVA", "Taxable amount of VAT row", "BT-116"),
        "vat[].amount": FieldRow("Montant de la ligne de TVA", "Tax amount of VAT row", "BT-117"),
        "vat[].category": FieldRow("Catégorie de la ligne de TVA", "Category of VAT row", "BT-118"),
        "vat[].exemption_reason": FieldRow(
            "Motif d’exonération de la ligne de TVA", "Exemption reason of VAT row", "BT-120"
        ),
        "lines[].number": FieldRow("Numéro de la ligne", "Number of line", "BT-126"),
        "lines[].notes[]": FieldRow("Note de la ligne", "Note of line", "BT-127"),
        "lines[].product": FieldRow(
            "Référence de l’article de la ligne", "Identifier of the article of line", "BT-157"
        ),
        "lines[].site.identifier": FieldRow(
            "Identifiant du lieu de livraison de la ligne", "Identifier of the delivery place of line"
        ),
        "lines[].allowances[].reason": FieldRow(
            "Motif de la remise ou charge de la ligne", "Reason of allowance or charge of line", "BT-139, BT-144"
        ),
        "lines[].allowances[].amount": FieldRow(
            "Montant de la remise ou charge de la ligne", "Amount of allowance or charge of line", "BT-136, BT-141"
        ),
        "lines[].gross_price": FieldRow("Prix unitaire brut de la ligne", "Gross unit price of line", "BT-148"),
        "lines[].net_price": FieldRow("Prix unitaire net de la ligne", "Net unit price of line", "BT-146"),
        "lines[].quantity": FieldRow("Quantité facturée de la ligne", "Invoiced quantity of line", "BT-129"),
        "lines[].net_amount": FieldRow("Montant net de la ligne", "Net amount of line", "BT-131"),
        "lines[].vat_rate": FieldRow("Taux de TVA de la ligne", "VAT rate of line", "BT-152"),
        "attachments[].name": FieldRow("Nom de la pièce jointe", "Name of attachment", "BT-125-2"),
        "attachments[].mime": FieldRow("Type MIME de la pièce jointe", "MIME type of attachment", "BT-125-1"),
        "attachments[].declared_type": FieldRow("Type de la pièce jointe (TypePJ)", "Type of attachment (TypePJ)"),
        "attachments[].content": FieldRow("Contenu de la pièce jointe", "Content of attachment", "BT-125"),
        "preceding[]": FieldRow("Numéro de la facture antérieure", "Number of preceding invoice", "BT-25"),
        "status.code": FieldRow("Code du statut", "Code of the status"),
        "status.label": FieldRow("Complément du statut", "Complement of the status"),
        "status.comment": FieldRow("Commentaire du statut", "Comment of the status"),
        "status.at": FieldRow("Horodatage du statut", "Moment of the status"),
        "status.producer": FieldRow("Producteur du statut", "Producer of the status"),
        "status.number": FieldRow("Numéro de la facture concernée", "Number of the invoice concerned"),
        "status.issue_date": FieldRow("Date de la facture concernée", "Date of the invoice concerned"),
        "status.mandate": FieldRow("Numéro de mandat de la facture", "Number of the invoice’s payment order"),
        "status.supplier_scheme": FieldRow(
            "Type d’identifiant du fournisseur de la facture", "Kind of identifier of the invoice’s supplier"
        ),
        "status.supplier": FieldRow("Identifiant du fournisseur de la facture", "Identifier of the invoice’s supplier"),
        "status.recipient": FieldRow("SIRET du débiteur de la facture", "SIRET of the invoice’s debtor"),
        "receipt.code": FieldRow("Code de l’accusé de réception", "Code of the receipt"),
        "receipt.label": FieldRow("Complément de l’accusé de réception", "Complement of the receipt"),
        "receipt.comment": FieldRow("Commentaire de l’accusé de réception", "Comment of the receipt"),
        "receipt.at": FieldRow("Horodatage de l’accusé de réception", "Moment of the receipt"),
        "receipt.flow_id": FieldRow("Identifiant du flux accusé", "Identifier of the flow acknowledged"),
        "receipt.lines": FieldRow("Lignes d’erreur de l’accusé de réception", "Error lines of the receipt"),
    }
)
"""Keys as faults carry them, `[]` where a fault has an index counted from 0."""
