"""The public structures and services that invoices are addressed to (reference §12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure and its settings (reference §12.2).

    `service_form` and `engagement_form` are regular expressions that the structure's own numbers match whole, empty
    where it states none; `form_hint` is its own sentence about them, for the fault.
    """

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
    service_form: str = ""
    engagement_form: str = ""
    form_hint: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a structure."""

    siret: str
    code: str
    name: str
    active: bool = True
    engagement_required: bool = False


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier's record: `accounts` are its IBANs without blanks, empty where none were given (reference §12.1)."""

    identifier: str
    name: str = ""
    active: bool = True
    accounts: frozenset[str] = frozenset()


class Directory(Protocol):
    """A read-only, versioned view of the directory."""

    @property
    def version(self) -> str:
        """Which snapshot this is."""

    def structure(self, siret: str) -> Structure | None:
        """The structure with this SIRET."""

    def service(self, siret: str, code: str) -> Service | None:
        """The service with this code of the structure with this SIRET."""

    def supplier(self, identifier: str) -> Supplier | None:
        """The supplier with this identifier."""
