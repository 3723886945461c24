"""The page of the events, from the list that the log, the event log and the audit log take their words from."""

from __future__ import annotations

from itertools import groupby

from edigate.docs.markdown import code, table
from edigate.observability.events import EVENTS
from edigate.observability.fields import FIELDS

_PAGE = """\
# Events

Every word that a gate says: in its log on standard error, in the event log that `edigate` shows beside what it is
about, and in the audit log. In the log each entry has `event` (the word), `level` (`debug`, `info`, `warning`,
`error`), `timestamp` (UTC) and fields; with `log.format = "json"` one JSON object stands on each line. Nothing that a
document holds and no secret is ever logged, at whatever level.

| level | means |
|---|---|
| `debug` | counted for [the metrics](metrics.md); many, and nothing that anybody need read |
| `info` | the gate's ordinary work |
| `warning` | something waits, or is left alone: somebody may want to see to it |
| `error` | something failed, and is tried again or was set aside |

{events}

## Fields

{fields}
"""


def render() -> str:
    """The page `docs/reference/events.md`."""
    groups = groupby(sorted(EVENTS), key=lambda word: word.partition(".")[0])
    sections = (
        f"## `{prefix}`\n\n{table(['Event', 'Means'], [[code(word), EVENTS[word]] for word in words])}"
        for prefix, words in groups
    )
    return _PAGE.format(
        events="\n\n".join(sections),
        fields=table(["Field", "Holds"], [[code(name), meaning] for name, meaning in sorted(FIELDS.items())]),
    )
