"""To whom an invoice goes: its recipient by the directory, its first reader by the partners (reference §9.2, §14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.domain.faults import Hold
from edigate.domain.identifiers import PLACEHOLDER_SIRET
from edigate.domain.stages import Stage

if TYPE_CHECKING:
    from edigate.domain.directory import Directory
    from edigate.domain.invoice import Invoice
    from edigate.domain.partners import PartnerBook
    from edigate.domain.settings import RuleSettings


@dataclass(frozen=True, slots=True)
class Addressee:
    """The recipient as the directory knows it; names are empty where it does not."""

    siret: str
    name: str = ""
    service: str = ""
    service_name: str = ""


def addressee(invoice: Invoice, directory: Directory | None, settings: RuleSettings) -> Addressee:
    """The recipient the document means: the State where a State service stands with SIRET 00000000000000 (P46)."""
    siret = invoice.recipient.identifier
    if siret == PLACEHOLDER_SIRET and settings.state_by_service:
        siret = settings.state_siret
    code = invoice.recipient.service
    structure = directory.structure(siret) if directory else None
    service = directory.service(siret, code) if directory and code else None
    return Addressee(
        siret,
        invoice.recipient.name or (structure.name if structure else ""),
        code,
        invoice.recipient.service_name or (service.name if service else ""),
    )


def first_reader(cadre: str, siret: str, book: PartnerBook) -> str:
    """The partner that gets the pivot: the recipient's own, or the portal for all that an EDI recipient cannot take.

    Raises Hold where neither exists: a flow that nobody can be given is not passed.
    """
    return _reader(book, siret, on_portal=CADRES[cadre].read_by_people)


def reader_at(stage: Stage, siret: str, book: PartnerBook) -> str:
    """The partner that gets the pivot of an invoice that has come to this stage; raises Hold as `first_reader`."""
    return _reader(book, siret, on_portal=stage is not Stage.RECIPIENT)


def _reader(book: PartnerBook, siret: str, *, on_portal: bool) -> str:
    partner = (None if on_portal else book.connected(siret)) or book.portal
    if partner is None:
        reason = "no_portal"
        raise Hold(reason, siret)
    return partner.code
