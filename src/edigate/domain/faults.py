"""What is wrong with a document, as a value addressed to its sender, and the one exception that stops a flow."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from edigate.domain.pickled import by_values

LONGEST_TEXT = 1000
LONGEST_PATH = 10_000  # as deep as the parser goes, with names of a schema
_MARK = re.compile(r"…\[([0-9]{1,12}):[0-9a-f]{8}\]\Z")


class Severity(StrEnum):
    """Whether a fault refuses what it names, or only tells."""

    ERROR = "error"
    WARNING = "warning"


class Nature(StrEnum):
    """NatureErreur of a report line (reference §18)."""

    TECHNIQUE = "TECHNIQUE"
    APPLICATIVE = "APPLICATIVE"
    FONCTIONNELLE = "FONCTIONNELLE"


@by_values
@dataclass(frozen=True, slots=True)
class Fault:
    """One reason, addressed to the sender; its words are in the fault catalogue under its code.

    `field` is a key of `domain.fields`, with an index where it repeats (`lines[2].net_amount`, counted from 0);
    `args` are what the catalogue's message names besides the value; `path` and `line` are filled by whoever
    holds the document (line from 1, None where there is none); `entry` names the file inside an archive.
    """

    code: str
    field: str = ""
    value: str = ""
    args: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.ERROR
    path: str = ""
    line: int | None = None
    entry: str = ""

    def placed(self, path: str, line: int | None) -> Fault:
        """The same fault, knowing where it stands in the document."""
        return replace(self, path=shortened(path, LONGEST_PATH), line=line)

    def within(self, entry: str) -> Fault:
        """The same fault, knowing which file of the flow's archive it is about."""
        return replace(self, entry=self.entry or entry)

    @property
    def blocks(self) -> bool:
        """Whether it refuses what it names."""
        return self.severity is Severity.ERROR


def fault(code: str, /, field: str = "", value: object = "", **args: object) -> Fault:
    """An error with its arguments given by name."""
    return Fault(code, field, shortened(str(value)), tuple((key, shortened(str(arg))) for key, arg in args.items()))


def warning(code: str, /, field: str = "", value: object = "", **args: object) -> Fault:
    """A warning with its arguments given by name."""
    return replace(fault(code, field, value, **args), severity=Severity.WARNING)


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, or its beginning where a document says more in one place than anybody reads: a number of megabytes.

    At its end stands then how long it is, and a digest: two that differ anywhere are different when shortened, too.

    >>> shortened("9" * 5_000_000)[-22:], len(shortened("9" * 5_000_000))
    ('999…[5000000:6b77c5b1]', 1000)
    """
    if len(text) <= most:
        return text
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    mark = f"…[{len(text)}:{digest}]"
    return text[: most - len(mark)] + mark


def length_of(text: str) -> int:
    """How many characters a text has, or had before it was shortened."""
    mark = _MARK.search(text) if len(text) >= LONGEST_TEXT else None
    return int(mark[1]) if mark else len(text)


class Refusal(Exception):
    """The whole flow is inadmissible, for these faults (reference §8.1)."""

    def __init__(self, *faults: Fault) -> None:
        """Carry the faults that the sender gets."""
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


class Hold(Exception):
    """A check cannot run now: the flow waits, with this reason; it is never passed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """`reason` is a key of HOLD_REASONS; `detail` says what stood in the way."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
