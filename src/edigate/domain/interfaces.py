"""What a flow type is: one row of the catalogue in `flows/` (reference §3.2, §3.3)."""

from enum import StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    """Who sends a flow of the interface."""

    DEPOSIT = "deposit"
    RETURN = "return"


class Standing(StrEnum):
    """Whether edigate takes deposits of the interface."""

    TAKEN = "taken"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"


class Carries(StrEnum):
    """What the documents of an interface are about."""

    INVOICES = "invoices"
    STATUSES = "statuses"
    RECEIPTS = "receipts"


class CadreClass(StrEnum):
    """Which cadres an interface carries (reference §9.3)."""

    GENERAL = "general"
    JUSTICE = "justice"
    WORKS = "works"


class Interface(NamedTuple):
    """One flow type.

    `family` is E1 to E5 (empty for returns and statuses); `container` is what a document comes in, "xml" itself or a
    "pdf" that embeds it (Factur-X); `parsers` are keys of `parsers.PARSERS` in order of
    likelihood, `schemas` keys of the schema shelf by root element; `replaced_by` helps the sender of a withdrawn one.
    `payment_default` is meant where a document gives no payment mode, and `payment_always` whatever mode it gives.
    """

    code: str
    direction: Direction
    standing: Standing
    title_fr: str
    title_en: str
    format: str
    family: str = ""
    syntax: str = ""
    cadres: CadreClass | None = None
    parsers: tuple[str, ...] = ()
    report: str = ""
    carries: Carries = Carries.INVOICES
    container: str = "xml"
    payment_required: bool = False
    payment_default: str = ""
    payment_always: bool = False
    attachment_required: bool = False
    replaced_by: str = ""
    source: str = ""

    @property
    def digits(self) -> str:
        """The four digits that a flow id repeats (reference §4.1)."""
        return self.code[3:7]

    @property
    def mixed(self) -> bool:
        """Whether the original invoice travels as an attachment (E2, E5) rather than as the data itself."""
        return self.family in {"E2", "E3", "E5"}

    def payment_mode(self, given: str) -> str:
        """The mode that holds, of what a document gives; empty where it must give one and does not."""
        return self.payment_default if self.payment_always else given or self.payment_default
