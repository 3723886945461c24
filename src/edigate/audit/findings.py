"""What a verification found: of which kind, where, and with which values; worded by `audit.words`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.audit.purges import Left

KEPT = 200


class Finding(NamedTuple):
    """One thing that is not as it was written. `kind` is a key of `audit.words.FINDINGS`, `values` go in there."""

    kind: str
    place: str
    values: Mapping[str, object]


@dataclass(slots=True)
class Report:
    """All that a verification saw. Of each kind the first findings are kept, the others counted."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    anchored: Mapping[str, object] | None = None
    """The last head that the chain was found to agree with and that bears a signature or was kept outside."""

    left: Left | None = None
    """What the last purge said that it left."""

    @property
    def even(self) -> bool:
        """Whether nothing was found."""
        return not self.kinds

    def find(self, kind: str, place: str, **values: object) -> None:
        """Add a finding."""
        self.kinds[kind] += 1
        if self.kinds[kind] <= KEPT:
            self.findings.append(Finding(kind, place, values))
