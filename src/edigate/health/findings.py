"""What a check finds: a kind of trouble with its place, and what mends it where anything can."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edigate.domain.wording import Pair

SHOWN = 5


class Severity(StrEnum):
    """How bad it is: `ok` is worth knowing, `warning` worth a look, `error` stands in the gate's way or harms it."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Kind(NamedTuple):
    """A kind of finding, in French and English; `{place}`, `{value}` and `{count}` stand for those of a finding.

    `mends` says what `--repair` does about it; `locked`, that no gate may be at work meanwhile.
    """

    severity: Severity
    found: Pair
    remedy: Pair = ("", "")
    mends: Pair = ("", "")
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `kind` is a row of KINDS, `place` where (below the gate's folder), `value` what.

    Of many alike, `count` is how many and `examples` names the first ones. `mend` does what can be done about all.
    """

    kind: str
    place: str = ""
    value: str = ""
    count: int = 1
    examples: tuple[str, ...] = ()
    mend: Callable[[], None] | None = field(default=None, compare=False)


@dataclass(slots=True)
class Several:
    """Counts findings alike, so that a million of them are one line."""

    kind: str
    place: str = ""
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """One more."""
        self.count += 1
        if len(self.examples) < SHOWN:
            self.examples.append(example)

    def findings(self, mend: Callable[[], None] | None = None) -> Iterable[Finding]:
        """One finding, or none where there was nothing."""
        if not self.count:
            return ()
        return (Finding(self.kind, self.place, count=self.count, examples=tuple(self.examples), mend=mend),)
