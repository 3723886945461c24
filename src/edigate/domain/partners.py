"""Connected systems: who may send and receive what, and for whom (reference §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from edigate.domain.names import PIVOT

if TYPE_CHECKING:
    from collections.abc import Mapping


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


@dataclass(frozen=True, eq=False)
class PartnerBook:
    """All partners as they stood at one moment, with who stands for which SIRET; of thousands one is found at once."""

    partners: tuple[Partner, ...] = ()

    def __reduce__(self) -> tuple[type[PartnerBook], tuple[tuple[Partner, ...]]]:
        """What goes to another process: the same bytes, whoever was looked for here."""
        return PartnerBook, (self.partners,)

    def get(self, code: str) -> Partner | None:
        """The partner with this application code."""
        return self._by_code.get(code)

    def connected(self, siret: str) -> Partner | None:
        """The EDI recipient that acts for this SIRET and takes pivots."""
        return self._by_siret.get(siret)

    @cached_property
    def portal(self) -> Partner | None:
        """The partner that stands for people (design §1)."""
        return next((partner for partner in self.partners if partner.role is Role.PORTAL), None)

    @cached_property
    def _by_code(self) -> Mapping[str, Partner]:
        return {partner.code: partner for partner in reversed(self.partners)}

    @cached_property
    def _by_siret(self) -> Mapping[str, Partner]:
        takers = [one for one in self.partners if one.role is Role.RECIPIENT and PIVOT in one.receives]
        return {siret: one for one in reversed(takers) for siret in one.sirets}
