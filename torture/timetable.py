"""How the time of a campaign is divided: a round that begins must fit, by what those before it took, or is the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 1.0


@dataclass
class Timetable:
    """What rounds cost beside the time that a gate is tortured: `load` for new deposits, `round` for all the rest.

    Where it is not `bounded`, as so many rounds were asked for, they share the time and take what they cost besides.
    """

    bounded: bool
    load: float = 0
    round: float = 0

    def fits(self, left: float, *, loading: bool) -> bool:
        """Whether another round would be over in time."""
        return not self.bounded or left >= LEAST + self.round + self.load * loading

    def seconds(self, left: float, shares: Sequence[int]) -> float:
        """How long the next round may torture; `shares` are its own and those of all after it."""
        if not self.bounded:
            return max(LEAST, left * shares[0] / sum(shares))
        # Until a round is known, finishing is taken to last as long as a gate took that was left alone.
        cost = self.round or self.load
        coming = shares[: max(1, int(left // (cost + LEAST)))]
        return max(LEAST, (left - cost * len(coming)) * coming[0] / sum(coming))

    def learn(self, took: float, tortured: float) -> None:
        """Of a round that is over; the dearest one counts."""
        self.round = max(self.round, took - tortured)
