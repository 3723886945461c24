"""CPPStatut V1_19: what became of a flow (reports CSO…), and of invoices (life cycle FEN1200A) (reference §7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.statuses import FLOW_LABELS
from edigate.domain.wording import pick, shown_value
from edigate.emitters._xml import attribute, element, optional
from edigate.emitters.envelope import DECLARATION, envelope
from edigate.emitters.parties import debtor, supplier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from edigate.domain.explain import Explanation
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Party
    from edigate.domain.statuses import FlowStatus
    from edigate.domain.wording import Pair
    from edigate.emitters.envelope import Header

COMPLEMENT_LENGTH = 40
_SIRET_LENGTH = 14


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One fault as a report line; `label` is the whole sentence, `description` where it applies and what to do."""

    nature: str
    code: str
    label: str
    description: str = ""


class About(NamedTuple):
    """Of what an error line tells: an invoice of the flow, or a status of one, or the receipt of a pivot.

    `kind` says which of these, `names` is the invoice's number or the pivot's flow id; `position` counts the statuses
    or receipts of the flow, from 1.
    """

    names: str
    supplier: str = ""
    kind: str = ""
    position: int = 0


# By what is told of: its place in the flow, what it names (reference §7.2.1: text names the invoice).
_ABOUT: Mapping[str, tuple[Pair, Pair]] = MappingProxyType(
    {
        "": (("", ""), ("facture", "invoice")),
        "status": (("statut n° {} du flux", "status {} of the flow"), ("facture", "invoice")),
        "receipt": (("accusé n° {} du flux", "receipt {} of the flow"), ("flux", "flow")),
    }
)


@dataclass(frozen=True, slots=True)
class FlowReport:
    """What became of one flow.

    `flow` is its IdFlux: the 25 characters, or the original name of a file that had none (any characters at all).
    `complement` is the status's own label where nothing else is said, cut to the 40 characters of the format.
    """

    status: FlowStatus
    flow: str
    complement: str = ""
    comment: str = ""
    lines: tuple[ErrorLine, ...] = ()


class StatusEntry(NamedTuple):
    """One status of one invoice; `can_be_told` says whether the format can carry it. `at` is aware."""

    supplier: Party
    recipient_siret: str
    recipient_name: str
    service: str
    service_name: str
    status: str
    label: str
    comment: str
    at: dt.datetime
    number: str
    issue_date: dt.date | None
    producer: str = ""
    mandate: str = ""


def can_be_told(supplier: Party, recipient_siret: str, number: str) -> bool:
    """Whether an invoice has all that CPPStatut makes mandatory, which a rejected one may lack (reference §7.2.2)."""
    named = supplier.scheme is not None and supplier.identifier.strip() and supplier.name.strip() and number.strip()
    return bool(named) and len(recipient_siret) == _SIRET_LENGTH


def flow_report(header: Header, report: FlowReport) -> bytes:
    """CPPStatut with the status of one flow, its error lines counted from 1."""
    data = (
        f"{element('IdStatut', report.status)}"
        f"{element('ComplementStatut', (report.complement or FLOW_LABELS[report.status])[:COMPLEMENT_LENGTH])}"
        f"{optional('Commentaire', report.comment)}{_stamp(header.produced_at)}{element('IdFlux', report.flow)}"
        f"{_details(report.lines)}"
    )
    return _document(
        header,
        '<CPPFluxStatuts compteur="1"><CPPFluxStatutUnitaire NumOrdre="1">'
        f"<DonneesStatut>{data}</DonneesStatut></CPPFluxStatutUnitaire></CPPFluxStatuts>",
    )


def life_cycle(header: Header, entries: Sequence[StatusEntry]) -> bytes:
    """CPPStatut with statuses of invoices, in this order; there must be one at least, and each must be tellable."""
    units = "\n".join(_invoice_status(order, entry) for order, entry in enumerate(entries, start=1))
    return _document(header, f'<CPPFactureStatuts compteur="{len(entries)}">{units}</CPPFactureStatuts>')


def error_line(fault: Fault, explanation: Explanation, about: About | None = None, language: str = "fr") -> ErrorLine:
    """A fault as a report line; the description leaves out what is empty. Of no invoice in particular: about None."""
    places = (
        (("fichier", "file"), _shown(fault.entry, language)),
        (("règle", "rule"), explanation.rule),
        (("champ", "field"), explanation.field),
        (("chemin", "path"), fault.path),
        (("ligne", "line"), "" if fault.line is None else str(fault.line)),
        (("valeur", "value"), _shown(fault.value, language)),
        (("remède :", "remedy:"), explanation.remedy),
    )
    whose = _whose(about, language) if about else ""
    description = " ; ".join(filter(None, (whose, *_filled(places, language))))
    return ErrorLine(explanation.nature, fault.code, explanation.message, description)


def _whose(about: About, language: str) -> str:
    position, named = _ABOUT[about.kind]
    known = ((named, about.names), (("fournisseur", "supplier"), about.supplier))
    words = _filled([(name, _shown(value, language)) for name, value in known], language)
    return " / ".join(filter(None, (pick(position, language).format(about.position), *words)))


def _shown(value: str, language: str) -> str:
    return shown_value(value, language) if value else ""


def _filled(parts: Sequence[tuple[Pair, str]], language: str) -> tuple[str, ...]:
    return tuple(f"{pick(name, language)} {value}" for name, value in parts if value)


def _invoice_status(order: int, entry: StatusEntry) -> str:
    issued = entry.issue_date.isoformat() if entry.issue_date else ""
    return (
        f'<CPPFactureStatutUnitaire NumOrdre="{order}">{supplier(entry.supplier)}'
        f"{debtor(entry.recipient_siret, entry.recipient_name, entry.service, entry.service_name)}"
        f"<DonneesStatut>{element('IdStatut', entry.status)}{optional('ComplementStatut', entry.label)}"
        f"{optional('Commentaire', entry.comment)}{_stamp(entry.at)}{_producer(entry.producer)}"
        f"{element('IdFacture', entry.number)}{optional('DateFacture', issued)}"
        f"{optional('IdMandatDP', entry.mandate)}</DonneesStatut>"
        "</CPPFactureStatutUnitaire>"
    )


def _producer(identifier: str) -> str:
    return f"<Producteur Id={attribute(identifier)}/>" if identifier else ""


def _details(lines: tuple[ErrorLine, ...]) -> str:
    if not lines:
        return ""
    written = "\n".join(_error(order, line) for order, line in enumerate(lines, start=1))
    return f'<Details NbLignesErreur="{len(lines)}">{written}</Details>'


def _error(order: int, line: ErrorLine) -> str:
    return (
        f'<LigneErreurDetail IdLigne="{order}">{element("NatureErreur", line.nature)}'
        f"{element('CodeErreur', line.code)}{element('LibelleErreur', line.label)}"
        f"{optional('DescriptionErreur', line.description)}</LigneErreurDetail>"
    )


def _stamp(moment: dt.datetime) -> str:
    return f"<Horodatage>{moment.isoformat(timespec='seconds')}</Horodatage>"


def _document(header: Header, content: str) -> bytes:
    return f'{DECLARATION}<CPPStatut Version="V1_19">{envelope(header)}{content}</CPPStatut>\n'.encode()
