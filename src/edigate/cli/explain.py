"""`edigate explain`: what a fault code means and what to do about it."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from edigate.cli import common, rows
from edigate.cli.messages import colon, language, t
from edigate.cli.options import Json
from edigate.domain.explain import label
from edigate.domain.fault_catalogue import FAULTS, FaultRow
from edigate.domain.fault_examples import EXAMPLES
from edigate.domain.fault_places import FIELDS_OF, SETTINGS_OF
from edigate.domain.faults import Severity
from edigate.domain.wording import printable

HELP = t(
    "Explain fault codes: rule, reason, message and remedy of each, with an example of what is wrong and of what is "
    "right; all codes with their titles where none is named.\n\n"
    "Examples: edigate explain EDG-I043; edigate explain i043 f101; edigate explain G2.07",
    "Expliquer des codes d'anomalie : règle, raison, message et remède de chacun, avec un exemple de ce qui est faux "
    "et de ce qui est juste ; tous les codes si aucun n'est donné.\n\n"
    "Exemples : edigate explain EDG-I043 ; edigate explain i043 f101 ; edigate explain G2.07",
)
CodesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CODE",
        help=t(
            "Codes as reports give them, their short forms (i043), or a rule of the regulation (G2.07).",
            "Les codes des comptes rendus, leur forme courte (i043), ou une règle du référentiel (G2.07).",
        ),
    ),
]
_SHORT = re.compile(r"(?:EDG-?)?(?P<family>[A-Z])-?(?P<number>[0-9]{1,3})", re.ASCII)
_NEAR = 3
_SEVERITIES = {Severity.ERROR: ("error", "erreur"), Severity.WARNING: ("warning", "avertissement")}


def explain(codes: CodesArgument = None, as_json: Json = False) -> None:
    """Show what the catalogue holds of these codes, in the language spoken."""
    chosen = list(dict.fromkeys(code for name in codes for code in _meant(name))) if codes else list(FAULTS)
    if as_json:
        common.print_json([_json(code, FAULTS[code]) for code in chosen])
    elif codes:
        for code in chosen:
            _print(code, FAULTS[code])
    else:
        _print_titles(chosen)


def _meant(name: str) -> Sequence[str]:
    """The code that is named, or all those of a rule; raises Failure with the nearest ones where there is none."""
    wanted = name.strip().upper()
    parts = _SHORT.fullmatch(wanted)
    code = f"EDG-{parts['family']}{int(parts['number']):03d}" if parts else wanted
    if code in FAULTS:
        return (code,)
    of_rule = [code for code, row in FAULTS.items() if wanted and row.rule.upper() == wanted]
    if of_rule:
        return of_rule
    raise _unknown(name, code)


def _unknown(name: str, code: str) -> common.Failure:
    near = difflib.get_close_matches(code, FAULTS, _NEAR, cutoff=0.7)
    hint = t("Did you mean {codes}?", "Vouliez-vous dire {codes} ?", codes=t(" or ", " ou ").join(near)) if near else ""
    listing = t("All of them: edigate explain", "Pour les voir tous : edigate explain")
    return common.Failure(
        t("There is no fault code {code}.", "Il n'y a pas de code d'anomalie {code}.", code=printable(name)),
        " ".join(part for part in (hint, listing) if part),
    )


def _json(code: str, row: FaultRow) -> dict[str, Any]:
    words = row.words(language())
    return {
        "code": code,
        "rule": row.rule,
        "nature": row.nature.value,
        "severity": row.severity.value,
        "fields": _fields(code),
        "settings": list(SETTINGS_OF.get(code, ())),
        "title": words.title,
        "why": EXAMPLES[code].why(language()),
        "message": words.message,
        "remedy": words.remedy,
        "wrong": EXAMPLES[code].wrong,
        "right": EXAMPLES[code].right,
    }


def _fields(code: str) -> list[str]:
    return [label(field, language()) for field in FIELDS_OF.get(code, ())]


def _sections(code: str, row: FaultRow) -> Iterator[tuple[str, str]]:
    """What is told of a code below its title, in order: a heading and a text each."""
    words = row.words(language())
    yield t("rule", "règle"), row.rule
    yield t("kind", "genre"), f"{t(*_SEVERITIES[row.severity])}, {row.nature.value}"
    yield t("setting", "réglage"), ", ".join(SETTINGS_OF.get(code, ()))
    yield t("field", "champ"), ", ".join(_fields(code))
    yield t("why", "pourquoi"), EXAMPLES[code].why(language())
    yield t("message", "message"), words.message
    yield t("to do", "à faire"), words.remedy


def _print(code: str, row: FaultRow) -> None:
    common.out().print(Text(f"{code}  ", style="bold").append(row.words(language()).title))
    for heading, text in _sections(code, row):
        if text:
            told = Text(f"{heading}{colon()} ", style="dim").append(Text(text, style="default"))
            common.out().print(Padding(told, (0, 0, 0, 2), expand=False))
    for word, snippet in (t("wrong", "faux"), EXAMPLES[code].wrong), (t("right", "juste"), EXAMPLES[code].right):
        common.out().print(Text(f"  {word}{colon()}", style="dim"))
        for line in snippet.splitlines():
            # A line of an example stays in one piece, to be copied.
            common.out().print(Text(f"    {line}"), soft_wrap=True)


def _print_titles(codes: Sequence[str]) -> None:
    title = t("Title", "Intitulé")
    columns: tuple[rows.Column, ...] = (
        (t("Code", "Code"), lambda code: code),
        (t("Rule", "Règle"), lambda code: FAULTS[code].rule),
        (title, lambda code: FAULTS[code].words(language()).title),
    )
    rows.print_table(columns, codes, fold=title)
