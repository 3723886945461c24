"""How faults are shown: as help for people, the same as JSON."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding

from edigate.cli import common
from edigate.cli.messages import colon, language, t
from edigate.domain.wording import printable, shown_value

if TYPE_CHECKING:
    from edigate.domain.explain import Explanation
    from edigate.domain.faults import Fault


def print_faults(faults: "Iterable[Fault]", indent: int = 2) -> None:
    """What is wrong; then, indented, where, the value found and what to do."""
    for fault in faults:
        words = _explained(fault)
        kind, style = (t("error", "erreur"), "red") if fault.blocks else (t("warning", "avertissement"), "yellow")
        rule = f" {words.rule}" if words.rule else ""
        head = f"[{style}]{kind}[/] [bold]{fault.code}[/]{rule}{colon()} {escape(words.message)}"
        common.out().print(Padding(head, (0, 0, 0, indent), expand=False))
        for label, text in details(fault, words):
            detail = f"[dim]{label}{colon()}[/] {escape(text)}"
            if text.startswith("/"):
                # A path stays in one piece, to be copied.
                common.out().print(" " * (indent + 2) + detail, soft_wrap=True)
            else:
                common.out().print(Padding(detail, (0, 0, 0, indent + 2), expand=False))


def details(fault: "Fault", words: "Explanation") -> Iterator[tuple[str, str]]:
    """What is told below a fault's message: where it is, the value found, what to do."""
    line = t("line {line}", "ligne {line}", line=fault.line) if fault.line else ""
    found_at = dict(fault.args).get("column")
    column = t("column {column}", "colonne {column}", column=printable(found_at)) if found_at else ""
    if where := ", ".join(part for part in (printable(fault.entry), line, column, words.field) if part):
        yield t("where", "où"), where
    if fault.path:
        yield t("path", "chemin"), printable(fault.path)
    found = shown_value(fault.value, language())
    if fault.value and found not in words.message:
        yield t("found", "trouvé"), found
    yield t("to do", "à faire"), words.remedy


def fault_json(fault: "Fault") -> dict[str, Any]:
    """A fault as `docs/reference/json.md` has it, in the language spoken."""
    explained = _explained(fault)
    return {
        "code": fault.code,
        "rule": explained.rule,
        "severity": fault.severity.value,
        "entry": fault.entry,
        "field": explained.field,
        "path": fault.path,
        "line": fault.line,
        "value": fault.value,
        "message": explained.message,
        "remedy": explained.remedy,
    }


def _explained(fault: "Fault") -> "Explanation":
    from edigate.domain.explain import explain  # noqa: PLC0415 - every fault there is, for who has any

    return explain(fault, language())
