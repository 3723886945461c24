"""Statuses of flows and invoices on the EDI channel, numbering (a) of reference §10.2 (sources: §7.2.1, §10.2a)."""

from __future__ import annotations

from enum import StrEnum


class FlowStatus(StrEnum):
    """IdStatut of a flow in CPPFluxStatuts (reference §7.2.1)."""

    RECEIVED = "90"
    IN_TRANSMISSION = "91"
    RECEIVED_BY_RECIPIENT = "92"
    REFUSED = "93"
    REFUSED_BY_RECIPIENT = "94"
    NOT_TRANSMITTED = "95"
    PARTIAL = "96"


class InvoiceStatus(StrEnum):
    """IdStatut of an invoice in CPPFactureStatuts that this gate writes itself (reference §10.2a)."""

    DEPOSITED = "01"
    MADE_AVAILABLE = "03"
    NOT_INTEGRATED = "37"


FLOW_LABELS = {
    FlowStatus.RECEIVED: "Reçu",
    FlowStatus.IN_TRANSMISSION: "En cours de transmission",
    FlowStatus.RECEIVED_BY_RECIPIENT: "Reçu destinataire final",
    FlowStatus.REFUSED: "Erreur réception",
    FlowStatus.REFUSED_BY_RECIPIENT: "Erreur réception destinataire final",
    FlowStatus.NOT_TRANSMITTED: "Erreur de transmission",
    FlowStatus.PARTIAL: "Reçu - intégration partielle",
}

INVOICE_LABELS = {
    InvoiceStatus.DEPOSITED: "Déposée",
    InvoiceStatus.MADE_AVAILABLE: "Mise à disposition du destinataire",
    InvoiceStatus.NOT_INTEGRATED: "Non conforme, non intégrée",
}
