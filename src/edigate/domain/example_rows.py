"""The shape of an example of the fault catalogue: why a rule is there, and how it is broken and kept."""

from __future__ import annotations

from typing import NamedTuple

from edigate.domain.typography import french


class Example(NamedTuple):
    """What explains one code besides its words.

    `why` is what the rule is good for, to sender or recipient. `wrong` and `right` are the same piece of a document,
    name, listing or command, of any language's reader; a comment in XML (`<!-- ram:Name -->`) is an element left out.
    """

    why_fr: str
    why_en: str
    wrong: str
    right: str

    def why(self, language: str) -> str:
        """The reason in English for "en", in French (the channel's own language) for any other, spaced as printed."""
        return self.why_en if language == "en" else french(self.why_fr)
