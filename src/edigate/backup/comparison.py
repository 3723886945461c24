"""What a comparison finds: what has gone, what is unknown, and what the restored ledger has never heard of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import RowMapping


class How(StrEnum):
    """How it is known that a file has gone."""

    OUTBOX = "outbox"
    SERVER = "server"
    RECEIPT = "receipt"
    STATUS = "status"


class Stranger(NamedTuple):
    """A file of the gate's own that the ledger does not know: handed over after the backup.

    `path` is where it lies, kept aside from the partner who may collect it; empty where it is on a server, or he was
    quicker.
    """

    partner: str
    name: str
    path: str = ""


class Undecided(NamedTuple):
    """A run that was not decided when the backup was made; `reported` is the stranger that reports on its flow."""

    run: str
    flow: str
    name: str
    partner: str
    reported: str = ""


class Deposit(NamedTuple):
    """A file of the archive that no flow has; `also` says where else its content waits: `spool`, `inbox` or nowhere."""

    place: str
    size: int
    also: str = ""


class Claim(NamedTuple):
    """A file in the spool; `known` where its flow is in the ledger."""

    partner: str
    id: str
    name: str
    known: bool


@dataclass(slots=True)
class Comparison:
    """All that was found. `how` says by delivery how it is known that it has gone.

    `claims` are deposits on partners' servers that the lost gate had claimed, `unasked` servers that nobody could ask,
    with why. `lost_head` is the number of the last link that a head kept elsewhere knows of, where it is past the
    ledger's own, which is `last_link`.
    """

    made_at: str
    restored_at: str
    day: str
    outgoing: list[RowMapping] = field(default_factory=list)
    how: dict[str, How] = field(default_factory=dict)
    strangers: list[Stranger] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    spool: list[Claim] = field(default_factory=list)
    claims: list[Stranger] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)
    last_link: int = 0
    lost_head: int = 0

    @property
    def gone(self) -> list[RowMapping]:
        """Deliveries that are known to have gone."""
        return [row for row in self.outgoing if row["name"] in self.how]

    @property
    def unknown(self) -> list[RowMapping]:
        """Deliveries of which nothing is known."""
        return [row for row in self.outgoing if row["name"] not in self.how]
