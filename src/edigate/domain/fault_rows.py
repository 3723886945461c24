"""The shape of a row of the fault catalogue (design §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.faults import Severity
from edigate.domain.typography import french

if TYPE_CHECKING:
    from edigate.domain.faults import Nature


class Words(NamedTuple):
    """What a row says in one language; message and remedy are templates of `str.format`."""

    title: str
    message: str
    remedy: str


class FaultRow(NamedTuple):
    """What one code means: `rule` is the regulation's own name for it where known (reference §8.2, §8.3, §17.4).

    `severity` is the usual one: a site's settings may make a fault a warning, so each fault carries its own.
    Templates name `{value}`, `{field}` (its business label) and what the fault's args name.
    """

    nature: Nature
    title_fr: str
    title_en: str
    message_fr: str
    message_en: str
    remedy_fr: str
    remedy_en: str
    rule: str = ""
    severity: Severity = Severity.ERROR

    def words(self, language: str) -> Words:
        """Its words in English for "en", in French (the channel's own language) for any other, spaced as printed."""
        if language == "en":
            return Words(self.title_en, self.message_en, self.remedy_en)
        return Words(french(self.title_fr), french(self.message_fr), french(self.remedy_fr))
