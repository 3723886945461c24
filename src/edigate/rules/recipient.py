"""What the directory says of the recipient, and what the recipient asks for (reference §12.2, §12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.cadres import CADRES
from edigate.domain.faults import fault
from edigate.domain.forms import fits
from edigate.domain.identifiers import PLACEHOLDER_SIRET
from edigate.rules.parties import the_recipient_has_an_identifier, the_recipients_identifier_is_a_siret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edigate.domain.directory import Directory, Service, Structure
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

SERVICE_LENGTH = 100
REFERENCE_LENGTH = 50


class Listed(NamedTuple):
    """An invoice beside the directory's rows on its recipient; `service` is None where none is named, or none known."""

    invoice: Invoice
    structure: Structure
    service: Service | None


def the_service_code_has_at_most_100_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A service code has at most 100 characters."""
    if len(invoice.recipient.service) > SERVICE_LENGTH:
        yield fault("EDG-I073", "service", invoice.recipient.service)


def the_engagement_has_at_most_50_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An engagement number has at most 50 characters."""
    if len(invoice.engagement) > REFERENCE_LENGTH:
        yield fault("EDG-I077", "engagement", invoice.engagement)


def the_market_has_at_most_50_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A market number has at most 50 characters."""
    if len(invoice.market) > REFERENCE_LENGTH:
        yield fault("EDG-I078", "market", invoice.market)


def the_directory_takes_the_invoice(invoice: Invoice, context: Context) -> Iterable[Fault]:
    """The recipient is in the directory, and the invoice has all that it asks for.

    Left out where there is no directory to ask, or no SIRET to ask about.
    """
    named = (
        *the_recipient_has_an_identifier(invoice, context),
        *the_recipients_identifier_is_a_siret(invoice, context),
    )
    if context.directory is None or any(found.blocks for found in named):
        return ()
    siret = invoice.recipient.identifier
    if siret == PLACEHOLDER_SIRET and context.settings.state_by_service:
        siret = context.settings.state_siret
        if not _is_active_service(context.directory, siret, invoice.recipient.service):
            return (fault("EDG-I067", "recipient.identifier", invoice.recipient.identifier),)
    structure = context.directory.structure(siret)
    if structure is None:
        return (fault("EDG-I064", "recipient.identifier", siret),)
    return _demands(Listed(invoice, structure, context.directory.service(siret, invoice.recipient.service)))


def the_structure_is_active(listed: Listed) -> Iterator[Fault]:
    """An inactive structure gets no invoices."""
    if not listed.structure.active:
        yield fault("EDG-I065", "recipient.identifier", listed.structure.siret)


def the_structure_is_public(listed: Listed) -> Iterator[Fault]:
    """The recipient is a public structure."""
    if not listed.structure.public:
        yield fault("EDG-I066", "recipient.identifier", listed.structure.siret)


def the_structure_takes_the_cadre(listed: Listed) -> Iterator[Fault]:
    """A structure that is a MOA and nothing else takes works documents only."""
    cadre = CADRES.get(listed.invoice.cadre)
    if listed.structure.moa_only and cadre is not None and not cadre.works:
        yield fault("EDG-I068", "recipient.identifier", listed.structure.siret)


def a_service_is_named_where_required(listed: Listed) -> Iterator[Fault]:
    """A structure with the flag Service wants a service code."""
    if listed.structure.service_required and not listed.invoice.recipient.service:
        yield fault("EDG-I070", "service")


def the_service_code_has_the_structures_form(listed: Listed) -> Iterator[Fault]:
    """A service code has the form that the structure states for its own."""
    code, form = listed.invoice.recipient.service, listed.structure.service_form
    if 0 < len(code) <= SERVICE_LENGTH and not fits(form, code):
        yield fault("EDG-I069", "service", code, reason=listed.structure.form_hint or form, form=form)


def the_service_is_known_and_active(listed: Listed) -> Iterator[Fault]:
    """A service code is one of an active service of that structure; one that lacks its form is told as such alone."""
    code = listed.invoice.recipient.service
    if any(the_service_code_has_the_structures_form(listed)):
        return
    if listed.service is not None and not listed.service.active:
        yield fault("EDG-I072", "service", code)
    elif listed.service is None and 0 < len(code) <= SERVICE_LENGTH:
        yield fault("EDG-I071", "service", code)


def an_engagement_is_given_where_required(listed: Listed) -> Iterator[Fault]:
    """A structure with the flag EngagementJuridique wants an engagement number, and so does such a service of any."""
    if listed.invoice.engagement:
        return
    if listed.structure.engagement_required:
        yield fault("EDG-I074", "engagement")
    elif listed.service is not None and listed.service.engagement_required:
        yield fault("EDG-I075", "engagement")


def the_engagement_has_the_structures_form(listed: Listed) -> Iterator[Fault]:
    """An engagement number has the form that the structure states for its own."""
    number, form = listed.invoice.engagement, listed.structure.engagement_form
    if 0 < len(number) <= REFERENCE_LENGTH and not fits(form, number):
        yield fault("EDG-I079", "engagement", number, reason=listed.structure.form_hint or form, form=form)


def an_engagement_or_a_service_is_given_where_required(listed: Listed) -> Iterator[Fault]:
    """A structure with the flag EngJurServ wants one or the other; a flag that wants one of them outright says more."""
    structure, invoice = listed.structure, listed.invoice
    wants_more = structure.engagement_required or structure.service_required
    if (
        structure.engagement_or_service_required
        and not wants_more
        and not (invoice.engagement or invoice.recipient.service)
    ):
        yield fault("EDG-I076", "engagement")


def _demands(listed: Listed) -> list[Fault]:
    """What stands against the structure itself, else what it asks for: a structure that takes nothing asks nothing."""
    refusals = [found for rule in _ADMISSIONS for found in rule(listed)]
    return refusals or [found for rule in _REQUIREMENTS for found in rule(listed)]


def _is_active_service(directory: Directory, siret: str, code: str) -> bool:
    service = directory.service(siret, code)
    return service is not None and service.active


_ADMISSIONS: tuple[Callable[[Listed], Iterator[Fault]], ...] = (
    the_structure_is_active,
    the_structure_is_public,
    the_structure_takes_the_cadre,
)
_REQUIREMENTS: tuple[Callable[[Listed], Iterator[Fault]], ...] = (
    a_service_is_named_where_required,
    the_service_code_has_the_structures_form,
    the_service_is_known_and_active,
    an_engagement_is_given_where_required,
    the_engagement_has_the_structures_form,
    an_engagement_or_a_service_is_given_where_required,
)
RECIPIENT_RULES: tuple[Rule, ...] = (
    the_service_code_has_at_most_100_characters,
    the_engagement_has_at_most_50_characters,
    the_market_has_at_most_50_characters,
    the_directory_takes_the_invoice,
)
