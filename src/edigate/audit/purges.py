"""What retention says that it took: believed as far as it may have taken it, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.engine.purging import EVENT as PURGED
from edigate.engine.purging import YEAR
from edigate.ledger.clock import moment, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import RowMapping

    from edigate.audit.compare import Claims
    from edigate.audit.findings import Report

FLOW_PURGED = "flow.purged"
ERRORS = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Left(NamedTuple):
    """How many events from before a time a purge left in the ledger."""

    before: str
    events: int


class Purges:
    """What purges said so far: `before` is the latest time before which one took texts of links."""

    def __init__(self, years: float, vouched: Mapping[str, int]) -> None:
        """`years` the settings keep flows for; `vouched` are the last links that a head vouches for, by writer."""
        self.before = ""
        self.left: Left | None = None
        self._years = years
        self._vouched = vouched

    def note(
        self, entries: Sequence[dict[str, Any]], link: RowMapping, place: str, both: Claims, report: Report
    ) -> None:
        """What one link says of purges: flows go only in the link that says before which time they may."""
        before = ""
        for entry in entries:
            if entry["event"] == PURGED:
                before = max(before, self._believed(entry, link, place, report))
        for entry in entries:
            if entry["event"] == FLOW_PURGED and before:
                both.purged(str(entry.get("subject")), before, place)
            elif entry["event"] == FLOW_PURGED:
                report.find("purge.alone", place, flow=entry.get("subject"), at=link["at"])
        if before:
            both.forgotten(before)
            self.before = max(self.before, before)

    def _believed(self, entry: dict[str, Any], link: RowMapping, place: str, report: Report) -> str:
        """The time before which it took what it took, where it may have; else nothing."""
        try:
            details = entry["details"]
            before, years = str(details["before"]), float(details["years"])
            # The settings of then count where a head vouches for what is noted of them; else those of today do too.
            least = years if link["number"] <= self._vouched.get(link["writer"], 0) else max(years, self._years)
            latest = stamp(moment(link["at"]) - least * YEAR)
            if before > latest or stamp(moment(before)) != before:
                report.find("purge.young", place, before=before, at=link["at"], years=f"{least:g}")
                return ""
            if "events" in details:
                self.left = Left(before, int(details["events"]))
        except ERRORS as error:
            report.find("entry.strange", place, event=PURGED, error=repr(error))
            return ""
        return before
