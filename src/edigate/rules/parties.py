"""Who the supplier, the recipient and the validator are (reference §8.4)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.faults import Severity, fault, warning
from edigate.domain.identifiers import (
    compact_account,
    country_of,
    is_iban,
    is_siret,
    is_well_formed,
    passes_luhn,
)
from edigate.domain.invoice import Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edigate.domain.directory import Directory
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

IDENTIFIER_LENGTH = 18
NAME_LENGTH = 99
_BEFORE_RIB = 4  # of a French IBAN: country and check digits

_MALFORMED: Mapping[Scheme, str] = MappingProxyType(
    {
        Scheme.EU_VAT: "EDG-I044",
        Scheme.NON_EU: "EDG-I045",
        Scheme.RIDET: "EDG-I046",
        Scheme.TAHITI: "EDG-I047",
    }
)
_OF_FREE_LENGTH = frozenset({Scheme.NON_EU, Scheme.PENDING, Scheme.PERSON})


def the_supplier_has_an_identifier(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The supplier has an identifier."""
    if not invoice.supplier.identifier:
        yield fault("EDG-I040", "supplier.identifier")


def the_suppliers_identifier_is_of_a_known_kind(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The kind of the supplier's identifier is one of the seven."""
    if invoice.supplier.identifier and invoice.supplier.scheme is None:
        yield fault("EDG-I041", "supplier.scheme", invoice.supplier.raw_scheme)


def the_suppliers_identifier_fits_its_kind(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """The supplier's identifier is written as its kind is, in at most 18 characters."""
    identifier, scheme = invoice.supplier.identifier, invoice.supplier.scheme
    if not identifier or scheme is None:
        return
    if scheme is Scheme.SIRET:
        yield from _siret_faults(identifier, "supplier.identifier", ("EDG-I042", "EDG-I043"), context)
    elif scheme in _OF_FREE_LENGTH and len(identifier) > IDENTIFIER_LENGTH:
        yield fault("EDG-I048", "supplier.identifier", identifier)
    elif not is_well_formed(scheme, identifier):
        yield fault(_MALFORMED[scheme], "supplier.identifier", identifier)


def the_supplier_has_a_name(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The supplier has a name."""
    if not invoice.supplier.name.strip():
        yield fault("EDG-I049", "supplier.name")


def the_suppliers_name_has_at_most_99_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The supplier's name has at most 99 characters."""
    if len(invoice.supplier.name) > NAME_LENGTH:
        yield fault("EDG-I050", "supplier.name", invoice.supplier.name)


def the_supplier_is_known_to_the_gate(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """A gate that is told so takes invoices of suppliers it knows, and of nobody else."""
    directory = context.directory if context.settings.supplier_must_be_known else None
    unknown = directory and directory.supplier(invoice.supplier.identifier) is None
    if unknown and _is_identified(invoice, context):
        yield fault("EDG-I051", "supplier.identifier", invoice.supplier.identifier)


def the_suppliers_record_is_active(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """A gate that takes known suppliers only takes them as long as their record is active (reference §12.1)."""
    directory = context.directory if context.settings.supplier_must_be_known else None
    record = directory.supplier(invoice.supplier.identifier) if directory else None
    if record and not record.active and _is_identified(invoice, context):
        yield fault("EDG-I053", "supplier.identifier", invoice.supplier.identifier)


def the_account_is_in_the_suppliers_record(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """A gate that is told so takes the accounts of a supplier's record, where it gives any, and no others.

    The account of a payee (a factor) is one that the supplier's record or the payee's own gives; what is no account
    number at all is told as such alone.
    """
    directory = context.directory if context.settings.supplier_account_must_be_known else None
    record = directory.supplier(invoice.supplier.identifier) if directory else None
    account = compact_account(invoice.payment.account).upper()
    if directory is None or record is None or not record.accounts or not account:
        return
    payee = directory.supplier(invoice.payee.identifier) if invoice.payee else None
    known = record.accounts | (payee.accounts if payee else frozenset())
    if invoice.payment.account_kind == "RIB":
        known = frozenset(one[_BEFORE_RIB:] for one in known if one.startswith("FR"))
    elif not is_iban(account):
        return
    if account not in known:
        yield fault("EDG-I054", "payment.account", invoice.payment.account, supplier=invoice.supplier.identifier)


def the_suppliers_country_had_better_be_told(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """The supplier's country is in the document, or its identifier tells it: the pivot must say one.

    Of people and of companies being registered no identifier tells it, and minimal documents have no address.
    """
    if not country_of(invoice.supplier) and _is_identified(invoice, context):
        yield warning("EDG-I052", "supplier.country", invoice.supplier.country)


def the_recipient_has_an_identifier(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The recipient has an identifier."""
    if not invoice.recipient.identifier:
        yield fault("EDG-I060", "recipient.identifier")


def the_recipients_identifier_is_a_siret(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """The recipient is named by a SIRET; an identifier of no said kind is taken to be meant as one."""
    party = invoice.recipient
    if not party.identifier:
        return
    if party.scheme is Scheme.SIRET or not (party.scheme or party.raw_scheme):
        codes = ("EDG-I062", "EDG-I063")
        yield from _siret_faults(party.identifier, "recipient.identifier", codes, context)
    else:
        yield fault("EDG-I061", "recipient.scheme", party.raw_scheme or party.scheme)


def the_validators_identifier_fits_its_kind(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """A validator's identifier is of a known kind and written as that kind is."""
    party = invoice.validator
    if party is None or not party.identifier:
        return
    if party.scheme is Scheme.SIRET:
        codes = ("EDG-I162", "EDG-I162")
        yield from _siret_faults(party.identifier, "validator.identifier", codes, context)
    elif (
        party.scheme is None
        or len(party.identifier) > IDENTIFIER_LENGTH
        or not is_well_formed(party.scheme, party.identifier)
    ):
        yield fault("EDG-I162", "validator.identifier", party.identifier)


def _siret_faults(siret: str, field: str, codes: tuple[str, str], context: Context) -> Iterator[Fault]:
    """Fourteen digits, and then the check digit, which a setting or the directory may make a warning."""
    malformed, fails_luhn = codes
    if not is_siret(siret):
        yield fault(malformed, field, siret)
    elif not passes_luhn(siret):
        severity = Severity.WARNING if _is_listed(siret, context.directory) else context.settings.siret_luhn
        yield replace(fault(fails_luhn, field, siret), severity=severity)


def _is_listed(siret: str, directory: Directory | None) -> bool:
    """Whether the directory has it, in which case it is right whatever its check digit says."""
    return directory is not None and bool(directory.structure(siret) or directory.supplier(siret))


def _is_identified(invoice: Invoice, context: Context) -> bool:
    """Whether the supplier's identifier is sound: another fault about it would have the same cause."""
    return not any(
        found.blocks
        for rule in (
            the_supplier_has_an_identifier,
            the_suppliers_identifier_is_of_a_known_kind,
            the_suppliers_identifier_fits_its_kind,
        )
        for found in rule(invoice, context)
    )


PARTY_RULES: tuple[Rule, ...] = (
    the_supplier_has_an_identifier,
    the_suppliers_identifier_is_of_a_known_kind,
    the_suppliers_identifier_fits_its_kind,
    the_supplier_has_a_name,
    the_suppliers_name_has_at_most_99_characters,
    the_supplier_is_known_to_the_gate,
    the_suppliers_record_is_active,
    the_account_is_in_the_suppliers_record,
    the_suppliers_country_had_better_be_told,
    the_recipient_has_an_identifier,
    the_recipients_identifier_is_a_siret,
    the_validators_identifier_fits_its_kind,
)
