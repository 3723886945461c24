"""The page of every fault code, from the fault catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edigate.config import keys_of
from edigate.docs import markdown
from edigate.docs.markdown import table
from edigate.domain.explain import label
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fault_examples import EXAMPLES
from edigate.domain.fault_places import FIELDS_OF, SETTINGS_OF
from edigate.domain.typography import french

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.fault_catalogue import FaultRow

_HEAD = """\
# Fault codes

Every reason that edigate gives for refusing a flow, an invoice, a status or a receipt, or for a warning, in French and
in English: what the rule is for, what is said, what to do, and an example of what is wrong and of what is right.
A code is a published contract: it may be retired, it is never given another meaning. `edigate explain CODE` tells the
same at the command line.

* `EDG-F…` refuses the whole flow, `EDG-I…` one invoice of it, `EDG-S…` one status or receipt that a partner reports;
  the rest of the flow goes on.
* **Rule** is the regulation's own name for it, where one is known. **Nature** is what a report calls it:
  TECHNIQUE (the file), APPLICATIVE (the documents in it), FONCTIONNELLE (what they say).
* **Severity** is the usual one: an *error* refuses, a *warning* only tells. Under **Setting** stands what a gate may be
  told otherwise.
* **Field** is the business name of what is at fault, with its term of EN 16931 where it has one; a report gives the
  path and the line beside it.
* `{value}` is the value found, `{field}` the business name of the place; other words in braces are filled in likewise.
* In examples, an element in an XML comment is one that is left out."""

_MARKS = re.compile(r"[\\`*_<]")
_ANY_ELEMENT = ("tout élément, celui que le chemin désigne", "any element, the one that the path names")


class Group(NamedTuple):
    """Codes that are shown together, from `first` to `last`, without their common beginning."""

    first: str
    last: str
    title_fr: str
    title_en: str


GROUPS = (
    Group("F001", "F029", "Flux : nom, raccordement et fichier", "Flow: name, connection and file"),
    Group("F030", "F049", "Flux : archive", "Flow: archive"),
    Group("F050", "F059", "Flux : statuts et accusés de réception", "Flow: statuses and receipts"),
    Group("F060", "F079", "Flux : Factur-X", "Flow: Factur-X"),
    Group("F100", "F199", "Flux : XML et schéma", "Flow: XML and schema"),
    Group("I001", "I039", "Facture : numéro, type, date et devise", "Invoice: number, type, date and currency"),
    Group("I040", "I059", "Facture : fournisseur", "Invoice: supplier"),
    Group(
        "I060", "I079", "Facture : destinataire, service, engagement et marché",
        "Invoice: recipient, service, engagement and market",
    ),
    Group("I080", "I099", "Facture : paiement", "Invoice: payment"),
    Group("I100", "I119", "Facture : montants", "Invoice: amounts"),
    Group("I120", "I139", "Facture : pièces jointes", "Invoice: attachments"),
    Group("I140", "I159", "Facture : cadre et unicité", "Invoice: cadre and uniqueness"),
    Group("I160", "I199", "Facture : valideur et références", "Invoice: validator and references"),
    Group("S001", "S029", "Statuts et accusés de réception : contenu", "Statuses and receipts: content"),
    Group(
        "S030", "S099", "Statuts et accusés de réception : histoire de la facture ou du flux",
        "Statuses and receipts: history of the invoice or flow",
    ),
)  # fmt: skip


def render() -> str:
    """The page `docs/reference/faults.md`."""
    return "\n\n".join((_HEAD, _contents(), *_sections()))


def _members(group: Group) -> list[str]:
    return [code for code in FAULTS if group.first <= code.removeprefix("EDG-") <= group.last]


def _contents() -> str:
    """What is on the page: its groups, each of which begins with a table of its codes."""
    rows = (
        (f"[{group.title_en}](#{_anchor(group.title_en)})", french(group.title_fr), f"{members[0]} – {members[-1]}")
        for group, members in ((group, _members(group)) for group in GROUPS)
    )
    return f"## Contents\n\n{table(('Group', 'Groupe', 'Codes'), rows)}"


def _anchor(heading: str) -> str:
    """The name that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _listing(group: Group) -> str:
    rows = (
        (f"[{code}](#{code.lower()})", _rule(row), row.severity, _cell(row.words("fr").title), _cell(row.title_en))
        for code, row in ((code, FAULTS[code]) for code in _members(group))
    )
    return table(("Code", "Rule", "Severity", "Français", "English"), rows)


def _sections() -> Iterator[str]:
    for group in GROUPS:
        yield f"## {group.title_en}"
        yield _listing(group)
        yield from (_section(code, FAULTS[code]) for code in _members(group))


def _section(code: str, row: FaultRow) -> str:
    titles = f"**{_cell(row.words('fr').title)}** · **{_cell(row.title_en)}**"
    facts = f"Rule: {_rule(row)} · nature: {row.nature} · severity: {row.severity}"
    parts = (f"### {code}", titles, facts, _fields(code), _settings(code), _words(code, row), _examples(code))
    return "\n\n".join(part for part in parts if part)


def _fields(code: str) -> str:
    in_french, in_english = (_labels(code, language) for language in ("fr", "en"))
    return f"Field: {_cell(in_french)} · {_cell(in_english)}"


def _labels(code: str, language: str) -> str:
    if code not in FIELDS_OF:
        return _ANY_ELEMENT[language == "en"]
    return ", ".join(label(field, language) for field in FIELDS_OF[code])


def _settings(code: str) -> str:
    """Each setting with what it means, and a link to where it stands."""
    return "\n\n".join(map(_setting, SETTINGS_OF.get(code, ())))


def _setting(setting: str) -> str:
    name, key = setting.split(".")
    return f"Setting: [`{setting}`](settings.md#{name}). {keys_of(name)[key].description}"


def _words(code: str, row: FaultRow) -> str:
    in_french, in_english = row.words("fr"), row.words("en")
    rows = (
        ("**Why**", EXAMPLES[code].why("fr"), EXAMPLES[code].why("en")),
        ("**Message**", in_french.message, in_english.message),
        ("**Remedy**", in_french.remedy, in_english.remedy),
    )
    return table(("", "Français", "English"), ([name, *map(_cell, texts)] for name, *texts in rows))


def _examples(code: str) -> str:
    example = EXAMPLES[code]
    return f"Wrong · faux :\n\n{_fenced(example.wrong)}\n\nRight · juste :\n\n{_fenced(example.right)}"


def _fenced(snippet: str) -> str:
    return f"```{'xml' if snippet.startswith('<') else 'text'}\n{snippet}\n```"


def _rule(row: FaultRow) -> str:
    return markdown.code(row.rule) or "–"


def _cell(text: str) -> str:
    """The text as it must be written to read the same in Markdown."""
    return _MARKS.sub(r"\\\g<0>", text).replace("&", "&amp;")
