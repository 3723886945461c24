"""`docs/reference/doctor.md`: every kind of trouble that the doctor knows, and what it mends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.docs.markdown import code, table
from edigate.health.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.findings import Kind

_HEAD = """\
# What the doctor finds

`edigate doctor` looks at a gate without changing anything; one may be at work meanwhile. `--deep` also reads every
file of the archive and all of the ledger. The exit status is 0 where nothing is wrong and 1 otherwise; what is `ok` is
only worth knowing. With `--json` ([its shape](json.md#doctor)) a finding has its kind as below, which keeps its
meaning across versions.

`--repair` mends what the last column says, each thing with an entry `doctor.repaired` in the event log and the audit
log. What is marked *alone* it mends only while no gate is at work, and keeps gates away meanwhile; the rest it mends
beside a gate, too. Nothing that it does not know is deleted: it goes to `aside/` in the gate's folder, under its former
place.

In the table *place*, *value* and *count* stand for what is found."""


_VALUES = {name: f"*{name}*" for name in ("place", "value", "count")}


def render() -> str:
    """The page."""
    rows = ([code(word), row.severity.value, *_texts(row)] for word, row in KINDS.items())
    return "\n\n".join([_HEAD, table(["kind", "severity", "what is wrong", "what to do", "`--repair`"], rows)])


def _texts(row: Kind) -> Iterator[str]:
    for text in (row.found[1], row.remedy[1]):
        yield text.format(**_VALUES)
    yield f"{row.mends[1]}{' (*alone*)' if row.locked else ''}" if row.mends[1] else ""
