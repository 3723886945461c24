"""How a flow ended: the word alone, for who asks; `verdicts` says what was decided on."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The outcome of a flow; an invoice is integrated or rejected only."""

    INTEGRATED = "integrated"
    PARTIAL = "partial"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"
