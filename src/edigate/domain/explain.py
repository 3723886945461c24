"""A fault in words, for the person who sent the document (reference §8.6 shows what to do better)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fields import FIELDS
from edigate.domain.wording import pick, shown_arg, shown_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.domain.faults import Fault, Nature, Severity
    from edigate.domain.wording import Pair

_INDEX = re.compile(r"(?P<group>\w+)\[(?P<index>[0-9]+)\]")

_REPEATED: Mapping[str, Pair] = MappingProxyType(
    {
        "lines": ("ligne", "line"),
        "vat": ("ligne de TVA", "VAT row"),
        "attachments": ("pièce jointe", "attachment"),
        "preceding": ("facture antérieure", "preceding invoice"),
        "notes": ("note", "note"),
        "allowances": ("remise ou charge", "allowance or charge"),
    }
)
_ENVELOPE: Mapping[str, Pair] = MappingProxyType(
    {
        "name": ("Nom du fichier", "File name"),
        "interface": ("Code interface", "Interface code"),
        "application": ("Code application", "Application code"),
        "flow_id": ("Identifiant de flux", "Flow identifier"),
        "sender": ("Émetteur de l’enveloppe", "Sender of the envelope"),
        "archive": ("Archive", "Archive"),
        "entry": ("Fichier de l’archive", "File of the archive"),
    }
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A fault as a person reads it; `field` is the business name of the place, empty where there is none."""

    code: str
    rule: str
    nature: Nature
    severity: Severity
    title: str
    field: str
    message: str
    remedy: str


def explain(fault: Fault, language: str = "fr") -> Explanation:
    """The fault's words in French or, for "en", in English; an argument that it lacks reads "?"."""
    row = FAULTS[fault.code]
    words = row.words(language)
    field = label(fault.field, language)
    shown = _Shown((name, shown_arg(name, arg, language)) for name, arg in fault.args)
    shown |= {"value": shown_value(fault.value, language), "field": field}
    return Explanation(
        code=fault.code,
        rule=row.rule,
        nature=row.nature,
        severity=fault.severity,
        title=words.title,
        field=field,
        message=words.message.format_map(shown),
        remedy=words.remedy.format_map(shown),
    )


def label(field: str, language: str = "fr") -> str:
    """The business name of a fault's field with its term; an index is shown at its noun, counted from 1."""
    key = _INDEX.sub(r"\g<group>[]", field)
    if key in FIELDS:
        row = FIELDS[key]
        text = _numbered(pick((row.label_fr, row.label_en), language), field, language)
        return f"{text} ({row.term})" if row.term else text
    return pick(_ENVELOPE[key], language) if key in _ENVELOPE else field


class _Shown(dict[str, str]):
    """Arguments by name, with a mark for one that is missing: a report must not fail for want of a word."""

    def __missing__(self, name: str) -> str:
        return "?"


def _numbered(text: str, field: str, language: str) -> str:
    for group, index in _INDEX.findall(field):
        noun, number = pick(_REPEATED[group], language), int(index) + 1
        numbered, found = re.subn(rf"\b{noun}\b", rf"\g<0> {number}", text, count=1, flags=re.IGNORECASE)
        text = numbered if found else f"{text}, {noun} {number}"
    return text
