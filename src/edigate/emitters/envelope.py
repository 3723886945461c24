"""Enveloppe: who sends which flow to whom, at the head of every document the gate writes (reference §7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.emitters._xml import element, optional

if TYPE_CHECKING:
    import datetime as dt

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


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
    parameters = (("DtPrd", header.produced_at.date().isoformat()), ("IdFlx", header.flow_id))
    written = "".join(
        f'<ParametreIndiv NumOrdre="{order:04d}">{element("Code", code)}{element("Valeurparametre", value)}'
        "</ParametreIndiv>"
        for order, (code, value) in enumerate(parameters, start=1)
    )
    return (
        f'<Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres>{written}</Parametres><Partenaires>'
        f"<Recepteur>{_partner(header.partner, header.partner_name)}</Recepteur>"
        f"<Emetteur>{_partner(header.gate, header.gate_name)}</Emetteur>"
        "</Partenaires></EnveloppeUnitaire></Enveloppe>"
    )


def _partner(code: str, name: str) -> str:
    return element("Id", code) + optional("Libelle", name)
