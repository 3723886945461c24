"""Enveloppe: who sends which flow to whom, at the head of every document the gate writes (reference §7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from edigate.emitters._xml import element, optional

if TYPE_CHECKING:
    import datetime as dt

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
PARTNERS = 256  # whose part of an envelope is remembered


@dataclass(frozen=True, slots=True)
class Header:
    """One outgoing flow: `flow_id` of 25 characters, `gate` and `partner` the application codes of sender and receiver.

    `produced_at` is aware, in the zone of the gate: its date is written as it stands.
    """

    flow_id: str
    gate: str
    gate_name: str
    partner: str
    partner_name: str
    produced_at: dt.datetime


def envelope(header: Header) -> str:
    """Enveloppe of one exchange, the receiver before the sender as the format has it."""
    return (
        '<Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres>'
        f"{_parameter('0001', 'DtPrd', header.produced_at.date().isoformat())}"
        f"{_parameter('0002', 'IdFlx', header.flow_id)}</Parametres>"
        f"{_partners(header.gate, header.gate_name, header.partner, header.partner_name)}"
        "</EnveloppeUnitaire></Enveloppe>"
    )


def _parameter(order: str, code: str, value: str) -> str:
    return f'<ParametreIndiv NumOrdre="{order}"><Code>{code}</Code>{element("Valeurparametre", value)}</ParametreIndiv>'


@lru_cache(maxsize=PARTNERS)
def _partners(gate: str, gate_name: str, partner: str, partner_name: str) -> str:
    return (
        f"<Partenaires><Recepteur>{_partner(partner, partner_name)}</Recepteur>"
        f"<Emetteur>{_partner(gate, gate_name)}</Emetteur></Partenaires>"
    )


def _partner(code: str, name: str) -> str:
    return element("Id", code) + optional("Libelle", name)
