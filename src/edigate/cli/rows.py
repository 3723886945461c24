"""How records are shown: tables and facts for people, times in the gate's zone, the same as JSON."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, purged, shown_faults
from edigate.cli.messages import language, t
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.clock import moment
from edigate.ledger.faults_json import load

if TYPE_CHECKING:
    from rich.table import Table

Row: TypeAlias = RowMapping
Column: TypeAlias = tuple[str, Callable[[Any], object]]
SHORT_ID = 16
COUNTED = 10_000
_BETWEEN = 2
_COLOURS = {
    "integrated": "green", "published": "green", "taken": "green", "partial": "yellow", "held": "yellow",
    "failing": "red", "dead": "red", "rejected": "red", "inadmissible": "red", "withdrawn": "dim",
}  # fmt: skip


def word(code: str) -> str:
    """A state, a verdict or a kind in the language spoken."""
    english, french = _WORDS.get(code, (code, code))
    return t(english, french)


# fmt: off
_WORDS: Mapping[str, tuple[str, str]] = {
    "in_progress":  ("in progress",       "en cours"),
    "held":         ("held",              "en attente"),
    "due":          ("in progress",       "en cours"),
    "decided":      ("decided",           "décidé"),
    "integrated":   ("integrated",        "intégré"),
    "partial":      ("partial",           "partiel"),
    "rejected":     ("rejected",          "rejeté"),
    "inadmissible": ("inadmissible",      "irrecevable"),
    "planned":      ("planned",           "prévu"),
    "placed":       ("placed",            "écrit"),
    "published":    ("published",         "remis"),
    "failing":      ("failing",           "en échec"),
    "dead":         ("dead letter",       "mis au rebut"),
    "collected":    ("collected",         "relevé"),
    "purged":       ("purged",            "purgé"),
    "report":       ("report",            "compte rendu"),
    "pivot":        ("pivot",             "pivot"),
    "life_cycle":   ("life cycle",        "cycle de vie"),
    "depositor":    ("depositor",         "déposant"),
    "recipient":    ("recipient",         "destinataire"),
    "portal":       ("portal",            "portail"),
    "taken":        ("taken",             "prise en charge"),
    "not_yet":      ("not yet",           "pas encore"),
    "withdrawn":    ("withdrawn",         "retirée"),
    "deposit":      ("deposit",           "dépôt"),
    "return":       ("return",            "retour"),
    "open":         ("open",              "ouverte"),
    "closed":       ("closed",            "close"),
}
# fmt: on


def coloured(code: str) -> Text:
    """A state in words and, on a terminal, in its colour."""
    return Text(word(code), style=_COLOURS.get(code, ""))


def of_invoice(verdict: str) -> Text:
    """How an invoice was decided, which French words in the feminine."""
    return coloured(verdict).append(t("", "e"))


def print_table(
    columns: Sequence[Column],
    found: Iterable[Any],
    *,
    fold: str | Sequence[str] = "",
    spare: Sequence[str] = (),
    room: int | None = None,
) -> bool:
    """One line per row; where the terminal is too narrow the `spare` columns go, in that order, then `fold` folds.

    With `room`, spare columns stay as long as those that fold keep so much. Returns whether a column went.
    """
    console, rows = common.out(), list(found)
    folds = (fold,) if isinstance(fold, str) else fold
    shown = [_shown(heading, [_cell(cell(row)) for row in rows], folds=heading in folds) for heading, cell in columns]
    for heading in spare:
        if _needs(shown, room) <= console.width:
            break
        shown = [column for column in shown if column.heading != heading]
    fits = _needs(shown) <= console.width
    if fits and not console.options.ascii_only and all(map(_is_plain, shown)):
        console.print(Segments(_segments(shown, console)), crop=False)
    else:
        console.print(_table(shown, folding=any(folds), fits=fits))
    return len(shown) < len(columns)


class _Shown(NamedTuple):
    """A column with its cells, what they say, and how wide it is when it does not fold."""

    heading: str
    cells: Sequence[Text | str]
    plain: Sequence[str]
    folds: bool
    width: int


def _shown(heading: str, cells: Sequence[Text | str], *, folds: bool) -> _Shown:
    """A column, measured once: in a long list that takes as long as finding what it shows."""
    plain = [cell if isinstance(cell, str) else cell.plain for cell in cells]
    lines = (line for text in plain for line in text.splitlines())
    return _Shown(heading, cells, plain, folds, max(map(cell_len, (heading, *lines))))


def _needs(columns: Sequence[_Shown], room: int | None = None) -> int:
    """How wide the table is when nothing folds to less than the room that it has."""
    widths = (min(column.width, room or column.width) if column.folds else column.width for column in columns)
    return sum(widths) + _BETWEEN * (len(columns) - 1)


def _is_plain(column: _Shown) -> bool:
    """Whether each cell is one line of one style."""
    spans = any(cell.spans for cell in column.cells if isinstance(cell, Text))
    return column.width > 0 and not spans and all(map(str.isprintable, column.plain))


def _segments(columns: Sequence[_Shown], console: Console) -> Iterator[Segment]:
    """What comes of `_table` where all fits: Rich would measure, wrap and cut each cell, in ten times the time."""
    bold, gap = console.get_style("table.header"), Segment(" ")
    for column in columns[:-1]:
        yield from (Segment(_padded(column.heading, column), bold), Segment(" ", bold), gap)
    yield Segment(_padded(columns[-1].heading, columns[-1]), bold)
    text = f"\n{'─' * _needs(columns)}"
    for cells in zip(*(zip(column.cells, column.plain, strict=True) for column in columns), strict=True):
        text, between = f"{text}\n", ""
        for (cell, plain), column in zip(cells, columns, strict=True):
            padded = _padded(plain, column)
            if isinstance(cell, Text) and cell.style:
                yield from (Segment(text + between), Segment(padded, console.get_style(cell.style)))
                text = ""
            else:
                text += between + padded
            between = " " * _BETWEEN
    yield Segment(f"{text}\n")


def _padded(text: str, column: _Shown) -> str:
    return text + " " * (column.width - cell_len(text))


def _table(columns: Sequence[_Shown], *, folding: bool, fits: bool) -> "Table":
    table = common.table(*(column.heading for column in columns))
    table.padding, table.show_edge = (0, 1, 0, 0), False
    for column, shown in zip(table.columns, columns, strict=True):
        column.no_wrap = folding and not shown.folds
        column.width = shown.width if fits else None
    for cells in zip(*(shown.cells for shown in columns), strict=True):
        table.add_row(*map(_text, cells))
    return table


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Names and values in two columns; what is empty is left out."""
    from rich.table import Table  # noqa: PLC0415 - where nothing is listed

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value not in {None, ""}:
            grid.add_row(name, _text(_cell(value)))
    common.out().print(grid)


def say(text: object = "", style: str = "") -> None:
    """A line of the answer, on standard output."""
    common.out().print(Text(printable(str(text)), style=style))


def note(text: str) -> None:
    """A remark on the answer, on standard error."""
    common.err().print(Text(printable(text), style="dim"))


def _cell(value: object) -> Text | str:
    """What is shown of a value: a document's words never reach a terminal as commands."""
    return value if isinstance(value, Text) else printable(str(value)) if value is not None else ""


def _text(cell: Text | str) -> Text:
    """A cell for Rich, which would read words that are no Text as markup."""
    return cell if isinstance(cell, Text) else Text(cell)


def local(gate: Gate, stamped: str | None) -> str:
    """A time of the ledger on the gate's own clock, to the second."""
    return f"{moment(stamped).astimezone(gate.zone):%Y-%m-%d %H:%M:%S}" if stamped else ""


def minute(gate: Gate, stamped: str | None) -> str:
    """The same to the minute, for lists."""
    return local(gate, stamped)[:16]


def state_of(flow: Row) -> str:
    """One word for where a flow stands: its verdict once it is decided."""
    decided = flow["state"] == "decided"
    return str(flow["verdict"] if decided and flow["verdict"] else flow["state"])


def flow_json(flow: Row) -> dict[str, Any]:
    """What identifies a flow and where it stands."""
    return picked(
        flow, "id", "partner", "name", "flow_id", "interface", "received_at", "size", "sha256", "state", "verdict",
    )  # fmt: skip


def reported_json(row: Row) -> dict[str, Any]:
    """One line of a partner's report."""
    return picked(row, "position", "kind", "code", "label", "said", "names", "supplier", "verdict", "subject") | {
        "faults": [shown_faults.fault_json(fault) for fault in load(row["faults"])]
    }


def picked(row: Row, *keys: str) -> dict[str, Any]:
    """These columns of a row, in this order."""
    return {key: row[key] for key in keys}


def delivery_json(row: Row) -> dict[str, Any]:
    """An outgoing file."""
    return picked(
        row, "id", "kind", "partner", "interface", "name", "state", "planned_at", "published_at", "size", "sha256",
        "failures", "last_error", "next_try_at", "offers", "receipt", "receipt_at", "receipt_due_at",
        "uploaded_at", "dead_at", "gone_at", "gone_how",
    )  # fmt: skip


def left_out(shown: int, total: int) -> None:
    """Say when a list does not show everything; `total` is counted up to COUNTED, as a year's rows would take long."""
    if shown < total == COUNTED:
        note(
            t(
                "The newest {shown} of {total} or more; --limit 0 shows all.",
                "Les {shown} plus récents sur {total} ou plus ; --limit 0 les montre tous.",
                shown=shown,
                total=total,
            )
        )
    elif shown < total:
        note(
            t(
                "The newest {shown} of {total}; --limit 0 shows all.",
                "Les {shown} plus récents sur {total} ; --limit 0 les montre tous.",
                shown=shown,
                total=total,
            )
        )


def one_flow(connection: Connection, gate: Gate, named: str) -> RowMapping:
    """The flow that is meant; raises Failure where none or several can be."""
    found = queries.find_flows(connection, named)
    if not found:
        raise common.Failure(
            t("No flow {named}: neither a ledger id (or its beginning), nor a flow id, nor a file name.",
              "Aucun flux {named} : ni identifiant du registre (ou début), ni identifiant de flux, ni nom de fichier.",
              named=printable(named)),
            t("edigate flows list shows them; --partner, --date, --number and --hash narrow it down.",
              "edigate flows list les montre ; --partner, --date, --number et --hash affinent la recherche.")
            + purged.hint(connection),
        )  # fmt: skip
    if len(found) > 1:
        shown = "\n".join(
            f"  {row['id']}  {local(gate, row['received_at'])}  {printable(row['name'])}  {word(state_of(row))}"
            for row in found[:20]
        )
        raise common.Failure(
            t("{count} flows answer to {named}:\n{shown}", "{count} flux répondent à {named} :\n{shown}",
              count=len(found), named=printable(named), shown=shown),
            t("Name the one you mean by its id in the first column.",
              "Désignez le bon par son identifiant, dans la première colonne."),
        )  # fmt: skip
    return found[0]


def print_hold(gate: Gate, run: Row) -> None:
    """Why a run waits, what to do, and when it is tried again."""
    from edigate.domain.holds import explain_hold  # noqa: PLC0415 - where something waits

    words = explain_hold(run["hold_reason"], language())
    print_facts(
        (
            (t("  waits", "  attend"), words.why),
            (t("  what to do", "  à faire"), words.remedy),
            (t("  detail", "  détail"), run["hold_detail"].strip().rpartition("\n")[2]),
            (t("  tried again", "  réessayé"), local(gate, run["due_at"])),
        )
    )
