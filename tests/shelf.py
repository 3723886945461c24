"""A directory of a few rows, as the rules ask one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edigate.domain.directory import Service, Structure, Supplier


@dataclass(frozen=True)
class Shelf:
    """Its rows, and which of them has a SIRET, a service's code, an identifier."""

    structures: tuple[Structure, ...]
    services: tuple[Service, ...]
    suppliers: tuple[Supplier, ...] = ()
    version: str = "1"

    def structure(self, siret: str) -> Structure | None:
        """The structure with this SIRET."""
        return next((row for row in self.structures if row.siret == siret), None)

    def service(self, siret: str, code: str) -> Service | None:
        """The service of this structure with this code."""
        return next((row for row in self.services if (row.siret, row.code) == (siret, code)), None)

    def supplier(self, identifier: str) -> Supplier | None:
        """The supplier with this identifier."""
        return next((row for row in self.suppliers if row.identifier == identifier), None)
