"""`edigate check`: the gate's own verdict on files that are not deposited."""

import difflib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.markup import escape

from edigate import catalogue, checking
from edigate.checking import Checked, Gap, Held, Source
from edigate.cli.common import Misuse, err, find_root, out, print_json, root
from edigate.cli.messages import colon, language, t
from edigate.cli.options import Json
from edigate.cli.progress import MANY, VERDICT_STYLES, bar, verdict_word
from edigate.cli.shown_faults import fault_json, print_faults
from edigate.domain.holds import explain_hold
from edigate.domain.interfaces import Direction
from edigate.domain.outcomes import Verdict
from edigate.domain.wording import printable, shown_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.pipeline.answers import Answer
    from edigate.pipeline.receipts import ReceiptAnswer
    from edigate.pipeline.settle import Decided, Decision

HELP = t(
    "Judge files as the gate would, without depositing them. A file without a flow name is judged by its content alone."
    " Exit status: 0 when everything would be integrated, 1 when not, 2 for wrong usage.",
    "Juger des fichiers comme le ferait la passerelle, sans les déposer. Un fichier sans nom de flux est jugé sur son"
    " seul contenu. Code de retour : 0 si tout serait intégré, 1 sinon, 2 si la commande est mal écrite.",
)
_GAPS: "Mapping[Gap, tuple[str, str]]" = MappingProxyType(
    {
        Gap.NO_GATE: (
            "No gate here: no rules that need directory or partners, no comparison with what was received before.",
            "Pas de passerelle ici : ni règles d'annuaire ou de partenaires, ni comparaison avec ce qui a été reçu.",
        ),
        Gap.NO_DIRECTORY: (
            "This gate has no directory: the rules that need it are left out.",
            "Cette passerelle n'a pas d'annuaire : les règles qui le demandent sont laissées de côté.",
        ),
        Gap.NO_PARTNERS: (
            "This gate has no partners: whether a depositor may deposit is left out.",
            "Cette passerelle n'a pas de partenaires : le droit de déposer n'est pas vérifié.",
        ),
    }
)
_Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar=t("PATH", "CHEMIN"),
        readable=False,
        help=t(
            "Files, folders (all the files below them, but hidden and temporary ones), or - for standard input.",
            "Des fichiers, des dossiers (tous les fichiers qu'ils contiennent, sauf cachés ou temporaires), ou - pour"
            " l'entrée standard.",
        ),
    ),
]
_Interface = Annotated[
    str,
    typer.Option(
        "--interface",
        metavar="CODE",
        help=t(
            "The interface for files without a flow name; without it, by what is in them: FSO1106A for CII, FSO1100A"
            " for UBL, FSO1113A for CPPFactureMixte, FSO1117A for a PDF, FSO1301A or FSO1300A for CPPStatut.",
            "L'interface des fichiers sans nom de flux ; à défaut, selon leur contenu : FSO1106A pour CII, FSO1100A"
            " pour UBL, FSO1113A pour CPPFactureMixte, FSO1117A pour un PDF, FSO1301A ou FSO1300A pour CPPStatut.",
        ),
    ),
]


def check(paths: _Paths, interface: _Interface = "", as_json: Json = False) -> None:
    """Judge, print, and tell by the exit status."""
    _refuse_unknown(interface)
    files = list(_sources(paths))
    folder = root() if find_root() else None
    gate = checking.open_at(folder)
    terms = checking.terms_at(folder, gate, interface)
    for gap in terms.gaps:
        err().print(t(*_GAPS[gap]), markup=False)
    with _progress(len(files)) as step:
        checked = checking.check(files, terms, gate, progress=step)
    _say_what_is_left_out(checked)
    if as_json:
        print_json([_file_json(one) for one in checked])
    else:
        _print(checked)
    if not checking.all_integrated(checked):
        raise typer.Exit(1)


def _say_what_is_left_out(checked: Sequence[Checked]) -> None:
    if any(one.by_itself for one in checked):
        err().print(
            t("Statuses and receipts are judged by themselves: whether their invoices and pivots exist, and whose turn"
              " it is, depends on who deposits them, which a flow name in a gate tells.",
              "Statuts et accusés sont jugés en eux-mêmes : l'existence de leurs factures et pivots, et à qui de jouer,"
              " dépendent du déposant, que dit un nom de flux dans une passerelle."),
            markup=False,
        )  # fmt: skip
    heard = any(one.decision.case.reports and not one.by_itself for one in checked)
    if heard and any(one.decision.invoices for one in checked):
        err().print(
            t("Statuses and receipts are judged by what the gate holds now: an invoice that is only checked here is"
              " not known to them.",
              "Statuts et accusés sont jugés d'après ce que la passerelle détient à présent : une facture seulement"
              " vérifiée ici leur est inconnue."),
            markup=False,
        )  # fmt: skip


def _refuse_unknown(interface: str) -> None:
    deposits = [row.code for row in catalogue.interfaces().values() if row.direction is Direction.DEPOSIT]
    if not interface or interface in deposits:
        return
    near = ", ".join(difflib.get_close_matches(interface, deposits, 2)) or "edigate interfaces"
    raise Misuse(
        t("--interface {code}: no interface that one deposits on has this code; see: {near}",
          "--interface {code} : aucune interface de dépôt n'a ce code ; voir : {near}", code=interface, near=near)
    )  # fmt: skip


def _sources(paths: Sequence[Path]) -> Iterator[Source]:
    for path in paths:
        if str(path) == "-":
            yield Source("-", content=sys.stdin.buffer.read())
        elif not path.exists():
            raise Misuse(
                t("{path}: no such file or folder.", "{path} : ni fichier ni dossier de ce nom.", path=path)
            )  # fmt: skip
        else:
            found = list(checking.sources([path]))
            if not found:
                err().print(t("{path}: no file in this folder.", "{path} : aucun fichier dans ce dossier.", path=path))
            yield from found


@contextmanager
def _progress(files: int) -> Iterator[Callable[[], None]]:
    with bar(files, t("Files", "Fichiers"), hidden=files < MANY) as progress:
        task = progress.task_ids[0]
        yield lambda: progress.advance(task)


def _file_json(checked: Checked) -> dict[str, Any]:
    decision = checked.decision
    return {
        "file": checked.source.shown,
        "interface": checked.interface or None,
        "verdict": checked.verdict.value if checked.verdict else None,
        "held": _held_json(checked.held) if checked.held else None,
        "faults": [fault_json(fault) for fault in decision.faults],
        "invoices": [_invoice_json(decided) for decided in decision.invoices],
        "reported": [_line_json(line) for line in _lines(decision)],
    }


def _held_json(held: Held) -> dict[str, str]:
    words = explain_hold(held.reason, language())
    return {"reason": held.reason, "detail": held.detail, "why": words.why, "remedy": words.remedy}


class _Line(NamedTuple):
    """One thing that a partner reports: of an invoice of a supplier, or of a pivot."""

    position: int
    code: str
    names: str
    supplier: str
    answer: "Answer | ReceiptAnswer"

    @property
    def verdict(self) -> Verdict:
        """Whether the gate would take it in."""
        return Verdict.INTEGRATED if self.answer.accepted else Verdict.REJECTED


def _lines(decision: "Decision") -> Iterator[_Line]:
    for told in decision.answers:
        one = told.reported
        yield _Line(one.position, one.code, one.number, one.supplier, told)
    for noted in decision.receipts:
        receipt = noted.receipt
        yield _Line(receipt.position, receipt.code, receipt.flow_id, "", noted)


def _line_json(line: _Line) -> dict[str, Any]:
    return {
        "position": line.position,
        "code": line.code,
        "names": line.names,
        "supplier": line.supplier,
        "verdict": line.verdict.value,
        "faults": [fault_json(fault) for fault in line.answer.faults],
    }


def _invoice_json(decided: "Decided") -> dict[str, Any]:
    invoice = decided.invoice
    return {
        "number": invoice.number,
        "entry": invoice.entry,
        "verdict": decided.verdict.value,
        "cadre": invoice.cadre,
        "recipient": invoice.recipient,
        "faults": [fault_json(fault) for fault in invoice.faults],
    }


def _print(checked: Sequence[Checked]) -> None:
    console = out()
    for one in checked:
        style = VERDICT_STYLES[one.verdict] if one.verdict else "yellow"
        name = escape(printable(one.source.shown))
        console.print(f"[bold]{name}[/]  {one.interface}  [{style}]{_word_of(one)}[/]", soft_wrap=True)
        if one.held:
            _print_hold(one.held)
            continue
        print_faults(one.decision.faults)
        for decided in one.decision.invoices:
            _print_invoice(decided)
        for line in _lines(one.decision):
            _print_line(line)
    if len(checked) > 1:
        _print_total(checked)


def _word_of(checked: Checked) -> str:
    return verdict_word(checked.verdict) if checked.verdict else t("held", "en attente")


def _print_hold(held: Held) -> None:
    """What the gate would wait for."""
    words = explain_hold(held.reason, language())
    for text in (f"{words.why} ({printable(held.detail)})", words.remedy):
        out().print(f"  {escape(text)}")


def _print_invoice(decided: "Decided") -> None:
    invoice, verdict = decided.invoice, decided.verdict
    told = t("invoice {number}, cadre {cadre}, for {recipient}", "facture {number}, cadre {cadre}, pour {recipient}",
             number=_shown(invoice.number), cadre=_shown(invoice.cadre),
             recipient=_shown(invoice.recipient))  # fmt: skip
    entry = f"{escape(printable(invoice.entry))}{colon()} " if invoice.entry else ""
    out().print(f"  {entry}{escape(told)}{colon()} [{VERDICT_STYLES[verdict]}]{verdict_word(verdict)}[/]")
    print_faults(invoice.faults, 4)


def _print_line(line: _Line) -> None:
    told = t("{position}. {code} for {names}", "{position}. {code} pour {names}", position=line.position,
             code=_shown(line.code), names=_shown(line.names))  # fmt: skip
    style = VERDICT_STYLES[line.verdict]
    out().print(f"  {escape(told)}{colon()} [{style}]{verdict_word(line.verdict)}[/]")
    print_faults(line.answer.faults, 4)


def _shown(text: str) -> str:
    return shown_value(text, language()) if text else "?"


def _print_total(checked: Sequence[Checked]) -> None:
    counts = Counter((one.verdict or "", _word_of(one)) for one in checked)
    parts = ", ".join(f"{count} {word}" for (_, word), count in sorted(counts.items()))
    out().print(t("{count} files: {parts}.", "{count} fichiers : {parts}.", count=len(checked), parts=parts))
