"""The grammar of flow names (reference §4.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

INTERFACE = re.compile(r"[FC](?:SO|EN|SI|EI)[0-9]{4}[A-Z]", re.ASCII)
APPLICATION = re.compile(r"[A-Z0-9]{6}", re.ASCII)
_NAME = re.compile(
    r"(?P<interface>[FC](?:SO|EN|SI|EI)[0-9]{4}[A-Z])_(?P<application>[A-Z0-9]{6})"
    r"_(?P<issuer>[A-Z0-9]{6})(?P<digits>[0-9]{4})(?P<sequence>[0-9A-Z]{15})",
    re.ASCII,
)
UNNAMED_REPORT = "CSO0000A"
PIVOT = "FEN0036A"
LIFE_CYCLE = "FEN1200A"
RECEIPT = "FSO1300A"


class FlowName(NamedTuple):
    """A name that follows the grammar: interface, application code of the partner, 25-character flow id."""

    interface: str
    application: str
    issuer: str
    digits: str
    sequence: str

    @property
    def flow_id(self) -> str:
        """The 25 characters that identify the flow at its producer."""
        return f"{self.issuer}{self.digits}{self.sequence}"

    def __str__(self) -> str:
        """The file's name, 41 characters."""
        return f"{self.interface}_{self.application}_{self.flow_id}"


def parse_name(name: str) -> FlowName | None:
    """Read a flow name, or None where the grammar does not fit; outgoing names (issuer ≠ application) fit too."""
    match = _NAME.fullmatch(name)
    return FlowName(*match.groups()) if match else None


def outgoing(interface: str, partner: str, gate: str, sequence: int) -> FlowName:
    """The name of a flow that the gate writes: the partner's code, then an id that starts with the gate's."""
    return FlowName(interface, partner, gate, interface[3:7], f"{sequence:015d}")
