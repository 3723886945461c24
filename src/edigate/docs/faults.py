"""The page of every fault code, from the fault catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edigate.docs import markdown
from edigate.docs.markdown import table
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.faults import Nature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.fault_catalogue import FaultRow

_HEAD = """\
# Fault codes

Every reason that edigate gives for refusing a flow or an invoice, or for a warning, in French and in English.
A code is a published contract: it may be retired, it is never given another meaning.

* `EDG-F…` refuses the whole flow, `EDG-I…` one invoice of it; the other invoices of the flow go on.
* **Rule** is the regulation's own name for it, where one is known. **Severity** is the usual one: an *error* refuses,
  a *warning* only tells; a setting of the gate may turn one into the other.
* `{value}` is the value found, `{field}` the business name of the place; other words in braces are filled in
  likewise."""

_MARKS = re.compile(r"[\\`*_<]")

_GROUPS = {
    Nature.TECHNIQUE: "Flow: technical checks (TECHNIQUE)",
    Nature.APPLICATIVE: "Flow: checks of its documents (APPLICATIVE)",
    Nature.FONCTIONNELLE: "Invoice: functional checks (FONCTIONNELLE)",
}


def render() -> str:
    """The page `docs/reference/faults.md`."""
    return "\n\n".join((_HEAD, _contents(), *_sections()))


def _contents() -> str:
    rows = (
        (f"[{code}](#{code.lower()})", _rule(row), row.severity, _cell(row.title_fr), _cell(row.title_en))
        for code, row in FAULTS.items()
    )
    return table(("Code", "Rule", "Severity", "Français", "English"), rows)


def _sections() -> Iterator[str]:
    for nature, heading in _GROUPS.items():
        yield f"## {heading}"
        yield from (_section(code, row) for code, row in FAULTS.items() if row.nature is nature)


def _section(code: str, row: FaultRow) -> str:
    french, english = row.words("fr"), row.words("en")
    words = zip(("**Title**", "**Message**", "**Remedy**"), map(_cell, french), map(_cell, english), strict=True)
    facts = f"Rule: {_rule(row)} · nature: {row.nature} · severity: {row.severity}"
    return "\n\n".join((f"### {code}", facts, table(("", "Français", "English"), words)))


def _rule(row: FaultRow) -> str:
    return markdown.code(row.rule) or "–"


def _cell(text: str) -> str:
    """The text as it must be written to read the same in Markdown."""
    return _MARKS.sub(r"\\\g<0>", text).replace("&", "&amp;")
