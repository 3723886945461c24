"""CPPStatut as recipients and the portal send it: statuses of invoices (FSO1301A), receipts of flows (FSO1300A)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.sandbox.flows import flow_name
from edigate.sandbox.markup import Node, branch, document, leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus

RECEIPTS, STATUSES = "FSO1300A", "FSO1301A"
GATE = "CPP001"
_ENCODING = "UTF-8"
_SUPPLIER_NAME, _RECIPIENT_NAME = "Fournisseur d’essai", "Destinataire d’essai"


def status_flow(partner: str, sequence: int, statuses: Sequence[ReportedStatus], gate: str = GATE) -> tuple[str, bytes]:
    """Name and content of a flow of statuses, as a recipient or the portal deposits it."""
    name = flow_name(STATUSES, partner, sequence)
    units = (_status(order, status) for order, status in enumerate(statuses, start=1))
    return name, _document(name, partner, gate, _units("CPPFactureStatuts", units))


def receipt_flow(partner: str, sequence: int, receipts: Sequence[Receipt], gate: str = GATE) -> tuple[str, bytes]:
    """Name and content of a flow of receipts, as a recipient deposits it."""
    name = flow_name(RECEIPTS, partner, sequence)
    units = (_receipt(order, receipt) for order, receipt in enumerate(receipts, start=1))
    return name, _document(name, partner, gate, _units("CPPFluxStatuts", units))


def _document(name: str, partner: str, gate: str, units: Node) -> bytes:
    return document(branch("CPPStatut", _envelope(name[-25:], partner, gate), units, Version="V1_19"), _ENCODING)


def _envelope(flow_id: str, partner: str, gate: str) -> Node:
    parameters = (
        branch("ParametreIndiv", leaf("Code", code), leaf("Valeurparametre", value), NumOrdre=f"{order:04d}")
        for order, (code, value) in enumerate((("DtPrd", "2026-01-05"), ("IdFlx", flow_id)), start=1)
    )
    partners = branch("Partenaires", branch("Recepteur", leaf("Id", gate)), branch("Emetteur", leaf("Id", partner)))
    return branch("Enveloppe", branch("EnveloppeUnitaire", branch("Parametres", *parameters), partners, NumOrdre="1"))


def _units(tag: str, units: Iterable[Node]) -> Node:
    rows = tuple(units)
    return branch(tag, *rows, compteur=str(len(rows)))


def _status(order: int, status: ReportedStatus) -> Node:
    supplier = branch(
        "Fournisseur",
        leaf("TypeIdentifiant", status.supplier_scheme or ""),
        leaf("Identifiant", status.supplier),
        leaf("RaisonSociale", _SUPPLIER_NAME),
    )
    debtor = branch(
        "Debiteur", leaf("TypeIdentifiant", "1"), leaf("Identifiant", status.recipient), leaf("Nom", _RECIPIENT_NAME)
    )
    data = branch(
        "DonneesStatut",
        *_told(status),
        Node("Producteur", attributes=(("Id", status.producer),), keep=bool(status.producer)),
        leaf("IdFacture", status.number),
        leaf("DateFacture", status.issue_date or ""),
        leaf("IdMandatDP", status.mandate),
    )
    return branch("CPPFactureStatutUnitaire", supplier, debtor, data, NumOrdre=str(order))


def _receipt(order: int, receipt: Receipt) -> Node:
    lines = tuple(_line(place, line) for place, line in enumerate(receipt.lines, start=1))
    details = branch("Details", *lines, NbLignesErreur=str(len(lines)))
    data = branch("DonneesStatut", *_told(receipt), leaf("IdFlux", receipt.flow_id), details)
    return branch("CPPFluxStatutUnitaire", data, NumOrdre=str(order))


def _told(one: ReportedStatus | Receipt) -> tuple[Node, ...]:
    return (
        leaf("IdStatut", one.code),
        leaf("ComplementStatut", one.label),
        leaf("Commentaire", one.comment),
        leaf("Horodatage", one.raw_at or (one.at.isoformat() if one.at else "")),
    )


def _line(order: int, line: ReportedLine) -> Node:
    return branch(
        "LigneErreurDetail",
        leaf("NatureErreur", line.nature),
        leaf("CodeErreur", line.code),
        leaf("LibelleErreur", line.label),
        leaf("DescriptionErreur", line.description),
        IdLigne=str(order),
    )
