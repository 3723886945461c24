"""The public structures and services that invoices are addressed to (reference §12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure and its settings (reference §12.2)."""

    siret: str
    name: str
    active: bool = True
    public: bool = True
    engagement_required: bool = False
    service_required: bool = False
    engagement_or_service_required: bool = False
    moa: bool = False
    moa_only: bool = False
    payment_status_fed_back: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a structure."""

    siret: str
    code: str
    name: str
    active: bool = True
    engagement_required: bool = False


class Directory(Protocol):
    """A read-only, versioned view of the directory."""

    @property
    def version(self) -> str:
        """Which snapshot this is."""

    def structure(self, siret: str) -> Structure | None:
        """The structure with this SIRET."""

    def service(self, siret: str, code: str) -> Service | None:
        """The service with this code of the structure with this SIRET."""
