"""Attached files: there where the interface wants one, and such that they can be handed on (reference §13)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.attachments import (
    MIME_TYPES,
    NAME_LENGTH,
    ORIGINAL,
    Flaw,
    base_name,
    extension,
    forbidden_characters,
    inspect,
    safe_name,
    says_pdf,
    shortened,
    type_contradicted,
)
from edigate.domain.faults import fault, warning
from edigate.domain.invoice import Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edigate.domain.attachments import AttachmentContent
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

# Those whose documents say of each attachment whether it is the invoice (DocumentType, TypePJ).
_WITH_TYPES = frozenset({Syntax.UBL_INVOICE, Syntax.UBL_CREDIT_NOTE, Syntax.CPP_MIXTE})
_FLAWS: Mapping[Flaw, str] = MappingProxyType(
    {
        Flaw.EMPTY: "EDG-I123",
        Flaw.TOO_LARGE: "EDG-I124",
        Flaw.NOT_BASE64: "EDG-I125",
        Flaw.ZIP_UNREADABLE: "EDG-I127",
        Flaw.ZIP_OF_SEVERAL: "EDG-I127",
        Flaw.ZIP_ENCRYPTED: "EDG-I127",
        Flaw.ZIP_METHOD: "EDG-I127",
        Flaw.ZIP_DAMAGED: "EDG-I127",
        Flaw.NOT_A_PDF: "EDG-I132",
    }
)


def the_original_invoice_is_attached(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """On a mixed interface the original invoice comes as an attachment."""
    if context.interface.attachment_required and not invoice.attachments:
        yield fault("EDG-I120", "attachments[0].content")


def the_original_had_better_be_a_pdf(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """On a mixed interface one attachment is a PDF by name or type; nothing is said while a name is at fault."""
    attachments = invoice.attachments
    said = any(
        says_pdf(attachment.mime, attachment.name) or any(_name_faults(attachment.name, ""))
        for attachment in attachments
    )
    if context.interface.attachment_required and attachments and not said:
        yield warning("EDG-I131", "attachments[0].name", attachments[0].name)


def one_attachment_is_declared_the_original(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """On a mixed interface, where the syntax tells types of attachments, exactly one is the invoice itself (01)."""
    attachments = invoice.attachments
    declared = [at for at, attachment in enumerate(attachments) if attachment.declared_type in ORIGINAL]
    told = context.interface.attachment_required and attachments and invoice.syntax in _WITH_TYPES
    if told and len(declared) != 1:
        wrong = declared[1] if declared else 0
        yield warning("EDG-I134", f"attachments[{wrong}].declared_type", len(declared))


def an_attachment_has_a_fitting_name(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An attachment has a name, of characters any file name may have, with an extension that G4.03 allows.

    A name of more than 50 characters is told: it will be cut.
    """
    for index, attachment in enumerate(invoice.attachments):
        yield from _name_faults(attachment.name, f"attachments[{index}].name")


def an_attachment_holds_one_file(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """An attachment is the base64 of one file that is neither empty nor too large, in a ZIP of its own or bare."""
    limit = context.settings.attachment_bytes
    for index, attachment in enumerate(invoice.attachments):
        content = inspect(attachment.name, attachment.encoded(), limit, attachment.mime)
        yield from _content_faults(content, attachment.name, f"attachments[{index}].content", limit)


def an_attachment_is_of_the_type_its_name_says(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The declared MIME type is one that files with the name's extension have; the recipient gets both as they are."""
    for index, attachment in enumerate(invoice.attachments):
        if type_contradicted(attachment.name, attachment.mime):
            yield warning("EDG-I133", f"attachments[{index}].mime", attachment.mime, name=attachment.name)


def _name_faults(name: str, field: str) -> Iterator[Fault]:
    if not name.strip():
        yield fault("EDG-I129", field)
        return
    if forbidden_characters(name):
        yield fault("EDG-I128", field, name)
    if extension(name) not in MIME_TYPES:
        yield fault("EDG-I121", field, name, within="")
    if len(name) > NAME_LENGTH:
        yield warning("EDG-I122", field, name, shortened=shortened(name))


def _content_faults(content: AttachmentContent, name: str, field: str, limit: int) -> Iterator[Fault]:
    """What is wrong with a content; of its name inside, what was not said of the attachment's own."""
    if content.wrapped and extension(name) in MIME_TYPES and not _may_be_inside(content.inner_name):
        yield fault("EDG-I121", field, content.inner_name, within=name)
    elif content.flaw:
        told = {"limit": limit} if content.flaw is Flaw.TOO_LARGE else {"reason": content.flaw}
        yield fault(_FLAWS[content.flaw], field, name, **told)
    elif not content.wrapped:
        yield warning("EDG-I130", field, name)
    elif content.inner_name != name:
        yield from _renamed(content.inner_name, name, field)


def _may_be_inside(inner_name: str) -> bool:
    return extension(base_name(inner_name)) in {"", *MIME_TYPES}


def _renamed(inner_name: str, name: str, field: str) -> Iterator[Fault]:
    """That the name inside is another one; where the attachment's own is at fault, only if it must change as well."""
    given = safe_name(inner_name, shortened(name))
    if given != inner_name or not any(_name_faults(name, field)):
        yield warning("EDG-I126", field, name, inner=inner_name, given=given)


ATTACHMENT_RULES: tuple[Rule, ...] = (
    the_original_invoice_is_attached,
    the_original_had_better_be_a_pdf,
    one_attachment_is_declared_the_original,
    an_attachment_has_a_fitting_name,
    an_attachment_is_of_the_type_its_name_says,
    an_attachment_holds_one_file,
)
