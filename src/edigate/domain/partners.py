"""Connected systems: who may send and receive what, and for whom (reference §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edigate.domain.names import PIVOT


class Role(StrEnum):
    """What a partner is to the gate."""

    DEPOSITOR = "depositor"
    RECIPIENT = "recipient"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class Partner:
    """One connected system, known by its application code of six characters.

    `deposits` and `receives` are the interfaces subscribed in each direction; `sirets` those it acts for.
    """

    code: str
    name: str
    role: Role
    deposits: frozenset[str] = frozenset()
    receives: frozenset[str] = frozenset()
    sirets: frozenset[str] = frozenset()
    report_on_success: bool = True
    life_cycle: bool = True
    language: str = "fr"
    contact: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class PartnerBook:
    """All partners as they stood at one moment, with who stands for which SIRET."""

    partners: tuple[Partner, ...] = ()

    def get(self, code: str) -> Partner | None:
        """The partner with this application code."""
        return next((partner for partner in self.partners if partner.code == code), None)

    def connected(self, siret: str) -> Partner | None:
        """The EDI recipient that acts for this SIRET and takes pivots."""
        return next(
            (p for p in self.partners if p.role is Role.RECIPIENT and siret in p.sirets and PIVOT in p.receives),
            None,
        )

    @property
    def portal(self) -> Partner | None:
        """The partner that stands for people (design §1)."""
        return next((partner for partner in self.partners if partner.role is Role.PORTAL), None)
