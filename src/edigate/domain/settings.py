"""Choices of a site that change what a rule decides; defaults are those of reference §18."""

from typing import NamedTuple

from edigate.domain.faults import Severity


class RuleSettings(NamedTuple):
    """What the rules and the routing may be told; sizes in bytes."""

    siret_luhn: Severity = Severity.ERROR
    supplier_must_be_known: bool = False
    supplier_account_must_be_known: bool = False
    works_on_general_interfaces: bool = True
    take_a21: bool = False
    state_by_service: bool = True
    state_siret: str = "11000201100044"
    timezone: str = "Europe/Paris"
    digits_must_match: bool = True
    broken_after_seconds: float = 3600
    flow_bytes: int = 1_000_000_000
    document_bytes: int = 100_000_000
    attachment_bytes: int = 100_000_000
    flow_invoices: int = 500
    archive_entries: int = 2_000
    archive_bytes: int = 4_000_000_000
    archive_ratio: int = 200
    archive_nesting: int = 1
    archive_folders: bool = False
    explained_bytes: int = 2_000_000
    explained_seconds: float = 5
    antivirus: str = ""
    antivirus_seconds: float = 60
