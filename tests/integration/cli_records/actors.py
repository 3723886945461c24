"""Those who deposit at a gate in a folder: a supplier's software, recipients and the portal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.sandbox import structures
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import receipt_flow, status_flow

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

DEPOSITOR, RECIPIENT, PORTAL = "JMRPOR", "SEI001", "POR001"
PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
TO_RECIPIENT = MappingProxyType(
    {"recipient_siret": structures.WITHOUT_SERVICE, "recipient_name": "Régie des eaux du Val-Clair"}
)
WORKS = MappingProxyType(
    {
        "supplier_id": structures.SUPPLIER_3,
        "supplier_name": "Bâtiments Kerouan",
        "recipient_siret": structures.MOA,
        "recipient_name": "Commune de Pont-l'Aulne",
        "validator_siret": structures.MOE,
        "validator_name": "Atelier d'architecture Lisière",
        "market": "2025-TRX-014",
        "attachments": (PDF,),
    }
)
CO_CONTRACTED = MappingProxyType(
    {
        "cadre": "A12",
        "supplier_id": structures.CO_CONTRACTOR,
        "supplier_name": "Charpentes Delaunoy",
        "validator_siret": structures.LEAD_CONTRACTOR,
        "validator_name": "Travaux généraux Sauvebrun",
        "attachments": (PDF,),
    }
)
_sequence = count(1)


def draft(number: str, /, **changes: object) -> Draft:
    """A sound invoice of today, but for these changes."""
    today = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    return replace(Draft(number, issue_date=today), **{**TO_RECIPIENT, **changes})  # type: ignore[arg-type]


def deposit(site: Site, content: bytes, interface: str = "FSO1106A", partner: str = DEPOSITOR) -> str:
    """Deposit a flow under a fresh name and let the gate work it off."""
    name = flow_name(interface, partner, next(_sequence))
    site.deposit(partner, name, content)
    work(site)
    return name


def invoice(site: Site, number: str, /, interface: str = "FSO1106A", **changes: object) -> str:
    """Deposit one CII invoice; the name of its flow."""
    return deposit(site, cii(draft(number, **changes)), interface)


def report(site: Site, partner: str, *told: ReportedStatus) -> str:
    """A recipient or the portal sends statuses; the name of their flow."""
    name, content = status_flow(partner, next(_sequence), told)
    site.deposit(partner, name, content)
    work(site)
    return name


def status(number: str, code: str, label: str = "", comment: str = "", **more: str) -> ReportedStatus:
    """One status of an invoice."""
    supplier = more.get("supplier", structures.SUPPLIER)
    recipient = more.get("recipient", structures.WITHOUT_SERVICE)
    now = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    return ReportedStatus(1, code, number, supplier, Scheme.SIRET, recipient, label=label, comment=comment, at=now)


def acknowledge(
    site: Site, partner: str, pivot: str, code: str = "92", comment: str = "", lines: tuple[ReportedLine, ...] = ()
) -> str:
    """A recipient acknowledges a pivot; the name of its flow."""
    now = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    one = Receipt(1, code, pivot[-25:], comment=comment, at=now, lines=lines)
    name, content = receipt_flow(partner, next(_sequence), [one])
    site.deposit(partner, name, content)
    work(site)
    return name


def work(site: Site, *options: str) -> None:
    """Let the gate work off what is there."""
    site.run("run", "--once", *options, expect=None)


def pivot_of(site: Site, number: str) -> str:
    """The name of the pivot that carries an invoice."""
    (told,) = site.json("invoices", "show", number)
    (pivot,) = told["pivots"]
    return str(pivot["name"])
