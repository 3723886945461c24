"""`edigate replay`: decide on flows again, as new runs that name their parents; or only show what would change."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, requests, rows, shown_faults
from edigate.cli.held import FlowsArgument
from edigate.cli.messages import colon, language, t
from edigate.cli.options import Json
from edigate.domain.faults import Fault
from edigate.domain.holds import explain_hold
from edigate.domain.outcomes import Verdict
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.engine.rehearsal import Rehearsed, rehearse
from edigate.engine.worker import Waits
from edigate.ledger import queries, store
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.faults_json import load
from edigate.pipeline.answers import Answer
from edigate.pipeline.receipts import ReceiptAnswer
from edigate.pipeline.settle import Decision

MANY = 20
HELP = t(
    "Decide on flows again, with the present directory, partners and settings; invoices already integrated are left"
    " alone. Chosen by filters without --state, flows that are integrated whole are left out.",
    "Décider de nouveau, avec l'annuaire, les partenaires et les réglages actuels ; les factures déjà intégrées ne sont"
    " pas touchées. Choisis par filtres sans --state, les flux intégrés en entier sont laissés de côté.",
)
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar=t("TEXT", "TEXTE"), help=t("Why, for the record.", "Pourquoi, pour mémoire."))
]
DryOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help=t("Show what would change; write nothing.", "Montrer ce qui changerait ; ne rien écrire.")
    ),
]
YesOption = Annotated[
    bool,
    typer.Option(
        "--yes",
        "-y",
        help=t(
            "Do not ask; needed for filters where nobody can be asked.",
            "Ne pas demander ; exigé pour des filtres sans terminal.",
        ),
    ),
]


def replay(
    *,
    flows: FlowsArgument = None,
    partner: filters.PartnerOption = "",
    state: filters.FlowStateOption = None,
    number: filters.NumberOption = "",
    siret: filters.SiretOption = "",
    date: filters.DateOption = None,
    since: filters.SinceOption = None,
    until: filters.UntilOption = None,
    sha256: filters.HashOption = "",
    reason: ReasonOption = "",
    dry_run: DryOption = False,
    yes: YesOption = False,
    as_json: Json = False,
) -> None:
    """Choose the flows, then rehearse or replay them."""
    filtered = any((partner, state, number, siret, date, since, until, sha256))
    _refuse_unclear(named=bool(flows), filtered=filtered, agreed=yes or dry_run)
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        if flows:
            chosen = _named(connection, gate, flows)
        else:
            bounds = filters.span(gate, date, since, until)
            wanted = filters.wanted(
                connection, partner=partner, state=state, number=number, siret=siret, sha256=sha256, bounds=bounds
            )
            chosen = _decided(queries.list_flows(connection, wanted), everything=state is not None)
    if dry_run:
        _show_rehearsal(gate, chosen, as_json=as_json)
        return
    if filtered and not yes:
        _confirm(len(chosen))
    _replay(gate, chosen, reason, as_json=as_json)


def _refuse_unclear(*, named: bool, filtered: bool, agreed: bool) -> None:
    """Flows are named or filtered, not both; what is filtered somebody must agree to."""
    if named == filtered:
        raise common.Misuse(
            t(
                "Name flows, or choose them by --partner, --state, --since …",
                "Nommez des flux, ou choisissez-les par --partner, --state, --since …",
            )
        )
    if filtered and not (agreed or sys.stdin.isatty()):
        raise common.Misuse(
            t(
                "Flows chosen by filters are replayed on a yes, and nobody can be asked here.",
                "Des flux choisis par filtres ne sont rejoués qu'après un oui, et personne ne peut répondre ici.",
            ),
            t(
                "Look with --dry-run, then add --yes.",
                "Regardez avec --dry-run, puis ajoutez --yes.",
            ),
        )


def _named(connection: Connection, gate: Gate, names: list[str]) -> list[RowMapping]:
    found = {flow["id"]: flow for flow in (rows.one_flow(connection, gate, name) for name in names)}
    for flow in found.values():
        if flow["state"] == store.HELD:
            raise common.Failure(
                t(
                    "{name} waits and has not been decided.",
                    "{name} attend et n'a pas été décidé.",
                    name=printable(flow["name"]),
                ),
                t(
                    "To try it again now: edigate held release {id}",
                    "Pour le reprendre : edigate held release {id}",
                    id=flow["id"],
                ),
            )
        if flow["state"] != store.DECIDED:
            raise common.Failure(
                t(
                    "{name} is in progress: a decision is under way.",
                    "{name} est en cours : une décision se prépare.",
                    name=printable(flow["name"]),
                ),
                t("Replay it once it is decided.", "Rejouez-le quand il sera décidé."),
            )
    return [found[key] for key in sorted(found)]


def _decided(found: list[RowMapping], *, everything: bool) -> list[RowMapping]:
    decided = [flow for flow in found if flow["state"] == store.DECIDED]
    chosen = [flow for flow in decided if everything or flow["verdict"] != Verdict.INTEGRATED.value]
    if len(chosen) < len(decided):
        rows.note(
            t("{count} flows that are integrated whole are left out; --state integrated takes them.",
              "{count} flux intégrés en entier sont laissés de côté ; --state integrated les prend.",
              count=len(decided) - len(chosen))
        )  # fmt: skip
    return chosen


def _confirm(count: int) -> None:
    """Ask before many flows are decided again; somebody is there to answer."""
    if count > 1:
        question = t("Replay {count} flows?", "Rejouer {count} flux ?", count=count)
        if not typer.confirm(question, err=True):
            raise typer.Abort


def _replay(gate: Gate, chosen: list[RowMapping], reason: str, *, as_json: bool) -> None:
    now, who = stamp(gate.clock()), common.actor()

    def ask(connection: Connection) -> dict[str, str]:
        return {
            flow["id"]: flow["verdict"]
            for flow in chosen
            if store.request_run(connection, flow["id"], by=who, reason=reason, now=now)
        }

    before = written(gate.ledger, ask)
    done = requests.work_off(gate) if before else True
    requests.tell_outcome(gate, list(before), done=done, as_json=as_json, before=before)


def _show_rehearsal(gate: Gate, chosen: list[RowMapping], *, as_json: bool) -> None:
    quiet = len(chosen) < MANY or not sys.stderr.isatty()
    watched = track(chosen, t("Examining", "Examen"), console=common.err(), disable=quiet, transient=True)
    with gate.ledger.connect() as connection:
        told = [_told(connection, rehearsed) for rehearsed in rehearse(gate, watched)]
    if as_json:
        common.print_json({"dry_run": True, "flows": [_json(one) for one in told]})
    else:
        _print(told)


def _told(connection: Connection, rehearsed: Rehearsed) -> dict[str, Any]:
    """A flow and its invoices, as they are and as they would be; faults as values."""
    flow, outcome = rehearsed.flow, rehearsed.outcome
    present = {row["position"]: row for row in queries.invoices_of(connection, flow["id"])}
    told = rows.picked(flow, "id", "name", "partner") | {"verdict_before": flow["verdict"]}
    if isinstance(outcome, Waits):
        waits = {
            "reason": outcome.reason,
            "detail": outcome.detail,
            "why": explain_hold(outcome.reason, language()).why,
        }
        return told | {"verdict": None, "waits": waits, "faults": (), "invoices": [], "reported": []}
    invoices = [
        {
            "position": decided.invoice.position,
            "number": decided.invoice.number,
            "verdict_before": _verdict(present.get(decided.invoice.position)),
            "verdict": decided.verdict.value,
            "left_alone": decided.untouched,
            "faults": () if decided.untouched else decided.invoice.faults,
            "faults_before": _faults(present.get(decided.invoice.position)),
        }
        for decided in outcome.invoices
    ]
    return told | {
        "verdict": outcome.verdict.value,
        "waits": None,
        "faults": outcome.faults,
        "invoices": invoices,
        "reported": _reported(connection, flow, outcome),
    }


def _reported(connection: Connection, flow: RowMapping, outcome: Decision) -> list[dict[str, Any]]:
    """What a partner reported, line by line, as it was taken and as it would be."""
    present = {row["position"]: row for row in queries.reported_of(connection, flow["id"])}
    lines: list[tuple[int, str, str, Answer | ReceiptAnswer, bool]] = [
        *((a.reported.position, a.reported.code, a.reported.number, a, a.untouched) for a in outcome.answers),
        *((r.receipt.position, r.receipt.code, r.receipt.flow_id, r, not r.noted) for r in outcome.receipts),
    ]
    return [
        {
            "position": position,
            "code": code,
            "names": names,
            "verdict_before": _verdict(present.get(position)),
            "verdict": (Verdict.INTEGRATED if found.accepted else Verdict.REJECTED).value,
            "left_alone": found.accepted and unmoved,
            "faults": found.faults,
            "faults_before": _faults(present.get(position)),
        }
        for position, code, names, found, unmoved in lines
    ]


def _verdict(row: RowMapping | None) -> str | None:
    return row["verdict"] if row else None


def _faults(row: RowMapping | None) -> tuple[Fault, ...]:
    return load(row["faults"]) if row else ()


def _json(told: dict[str, Any]) -> dict[str, Any]:
    lines = [*told["invoices"], *told["reported"]]
    return _with_words(told) | {
        "changes": told["verdict"] != told["verdict_before"] or any(_changes(line) for line in lines),
        "invoices": [_with_words(invoice) for invoice in told["invoices"]],
        "reported": [_with_words(line) for line in told["reported"]],
    }


def _with_words(told: dict[str, Any]) -> dict[str, Any]:
    faults = [shown_faults.fault_json(fault) for fault in told["faults"]]
    return {key: value for key, value in told.items() if key != "faults_before"} | {"faults": faults}


def _changes(line: dict[str, Any]) -> bool:
    """Whether a replay would say anything else of an invoice or of what was reported than was said."""
    if line["left_alone"]:
        return False
    codes = [sorted(fault.code for fault in line[key]) for key in ("faults", "faults_before")]
    return line["verdict"] != line["verdict_before"] or codes[0] != codes[1]


def _print(told: list[dict[str, Any]]) -> None:
    name = t("Flow, invoice", "Flux, facture")
    columns: tuple[rows.Column, ...] = (
        (name, lambda line: line["name"]),
        (t("Is", "Est"), lambda line: rows.coloured(line["verdict_before"] or "")),
        (t("Would be", "Serait"), lambda line: rows.coloured(line["verdict"] or "held")),
        (t("Because", "Car"), _because),
    )
    rows.print_table(columns, [line for one in told for line in _lines(one)], fold=name)
    for one in told:
        if one["waits"]:
            rows.say(f"{one['name']}{colon()} {one['waits']['why']}")
    changed = sum(_json(one)["changes"] for one in told)
    rows.note(
        t("{changed} of {count} flows would be told something else; nothing was written.",
          "{changed} flux sur {count} recevraient une autre réponse ; rien n'a été écrit.",
          changed=changed, count=len(told))
    )  # fmt: skip


def _lines(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield told
    for invoice in told["invoices"]:
        if _changes(invoice) or invoice["faults"]:
            yield invoice | {"name": f"  {invoice['number']}"}
    for line in told["reported"]:
        if _changes(line) or line["faults"]:
            yield line | {"name": f"  {line['code']} {line['names']}"}


def _because(line: dict[str, Any]) -> Text:
    """One code to a line, so that the names have room."""
    return Text("\n".join(fault.code if fault.blocks else f"({fault.code})" for fault in line["faults"]))
