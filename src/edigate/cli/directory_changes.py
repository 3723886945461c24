"""How a new version of the directory is told: what changed, which suppliers that concerns, and the rest."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edigate.cli import rows
from edigate.cli.messages import colon, counted, t
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger.clock import stamp
from edigate.ledger.directory.changes import OF_SUPPLIERS, STRICTER, Change, Kind
from edigate.ledger.directory.report import DAYS, Felt, Report, report
from edigate.ledger.directory.uses import Use

SHOWN = 50

# fmt: off
_WORDS: Mapping[Kind, tuple[str, str]] = MappingProxyType({
    Kind.VANISHED:                    ("is no longer in the directory", "n'est plus dans l'annuaire"),
    Kind.CLOSED:                      ("is no longer active", "n'est plus active"),
    Kind.NO_LONGER_PUBLIC:            ("is no longer a public structure", "n'est plus une structure publique"),
    Kind.MOA_ONLY:                    ("takes works documents only, from now on",
                                       "ne reçoit plus que des pièces de travaux"),
    Kind.ENGAGEMENT_REQUIRED:         ("now requires an engagement number", "exige désormais un numéro d'engagement"),
    Kind.SERVICE_REQUIRED:            ("now requires a service code", "exige désormais un code service"),
    Kind.EITHER_REQUIRED:             ("now requires an engagement number or a service code",
                                       "exige désormais un numéro d'engagement ou un code service"),
    Kind.ENGAGEMENT_FORM:             ("states another form of engagement numbers",
                                       "change la forme de ses numéros d'engagement"),
    Kind.SERVICE_FORM:                ("states another form of service codes", "change la forme de ses codes service"),
    Kind.FORM_HINT:                   ("words the form of its numbers otherwise",
                                       "décrit autrement la forme de ses numéros"),
    Kind.SERVICE_REMOVED:             ("service {} is no longer in the directory",
                                       "le service {} n'est plus dans l'annuaire"),
    Kind.SERVICE_CLOSED:              ("service {} is no longer active", "le service {} n'est plus actif"),
    Kind.SERVICE_ENGAGEMENT_REQUIRED: ("service {} now requires an engagement number",
                                       "le service {} exige désormais un numéro d'engagement"),
    Kind.SUPPLIER_VANISHED:           ("supplier is no longer in the directory",
                                       "le fournisseur n'est plus dans l'annuaire"),
    Kind.SUPPLIER_CLOSED:             ("supplier is no longer active", "le fournisseur n'est plus actif"),
    Kind.SUPPLIER_ACCOUNTS:           ("supplier has other accounts", "le fournisseur a d'autres comptes"),
    Kind.APPEARED:                    ("is new in the directory", "est nouvelle dans l'annuaire"),
    Kind.REOPENED:                    ("is active again", "est de nouveau active"),
    Kind.PUBLIC:                      ("is now a public structure", "est désormais une structure publique"),
    Kind.NO_LONGER_MOA_ONLY:          ("takes ordinary invoices, too", "reçoit aussi des factures simples"),
    Kind.ENGAGEMENT_OPTIONAL:         ("no longer requires an engagement number",
                                       "n'exige plus de numéro d'engagement"),
    Kind.SERVICE_OPTIONAL:            ("no longer requires a service code", "n'exige plus de code service"),
    Kind.EITHER_OPTIONAL:             ("no longer requires an engagement number or a service code",
                                       "n'exige plus de numéro d'engagement ou de code service"),
    Kind.SERVICE_ADDED:               ("service {} is new", "le service {} est nouveau"),
    Kind.SERVICE_REOPENED:            ("service {} is active again", "le service {} est de nouveau actif"),
    Kind.SERVICE_ENGAGEMENT_OPTIONAL: ("service {} no longer requires an engagement number",
                                       "le service {} n'exige plus de numéro d'engagement"),
    Kind.SUPPLIER_APPEARED:           ("supplier is new in the directory",
                                       "le fournisseur est nouveau dans l'annuaire"),
    Kind.SUPPLIER_REOPENED:           ("supplier is active again", "le fournisseur est de nouveau actif"),
})
# fmt: on


def compare(gate: Gate, before: str, after: str, *, everything: bool = False) -> Report:
    """What changed from one kept version to another, for those who have used it in the last 400 days."""
    folder: Path = gate.places.directory
    since = stamp(gate.clock() - dt.timedelta(days=DAYS))
    with gate.ledger.connect() as connection:
        return report(
            connection,
            folder / f"{before}.sqlite",
            folder / f"{after}.sqlite",
            since=since,
            everything=everything,
        )


def report_json(told: Report) -> dict[str, Any]:
    """The comparison as `docs/reference/json.md` has it."""
    return {
        "from": told.before,
        "to": told.after,
        "days": DAYS,
        "counts": {kind.value: told.counts[kind] for kind in _WORDS if kind in told.counts},
        "in_use": [
            _change_json(felt.change) | {"suppliers": [_use_json(use) for use in felt.suppliers]}
            for felt in told.in_use
        ],
        "others": [_change_json(change) for change in told.others],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {**asdict(change), "kind": change.kind.value, "stricter": change.kind in STRICTER}


def _use_json(use: Use) -> dict[str, Any]:
    return {"supplier": use.supplier, "name": use.supplier_name, "invoices": use.invoices, "last": use.last}


def print_report(gate: Gate, told: Report, *, everything: bool = False) -> None:
    """What changed by kind, then structure by structure and supplier by supplier where it is used, then the rest."""
    if not told.counts:
        rows.say(t("Nothing changed since {before}.", "Rien n'a changé depuis {before}.", before=told.before))
        return
    rows.say(t("What changed since {before}:", "Ce qui a changé depuis {before} :", before=told.before), style="bold")
    _print_counts(told)
    if told.in_use:
        rows.say()
        rows.say(
            t("Of what suppliers used in the last {days} days:",
              "Parmi ce que des fournisseurs ont utilisé ces {days} derniers jours :", days=DAYS), style="bold"
        )  # fmt: skip
        for _, together in groupby(told.in_use, key=_owner):
            _print_structure(gate, list(together))
    else:
        rows.say(
            t("No supplier used any of it in the last {days} days.",
              "Aucun fournisseur n'en a rien utilisé ces {days} derniers jours.", days=DAYS)
        )  # fmt: skip
    _print_others(told, everything=everything)


def _print_counts(told: Report) -> None:
    used = Counter(felt.change.kind for felt in told.in_use)
    columns: tuple[rows.Column, ...] = (
        (t("Change", "Changement"), lambda kind: t(*_WORDS[kind]).replace("{} ", "")),
        (t("Number", "Nombre"), lambda kind: told.counts[kind]),
        (t("In use", "Utilisées"), lambda kind: used[kind] or ""),
    )
    rows.print_table(columns, [kind for kind in _WORDS if kind in told.counts], fold=t("Change", "Changement"))


def _owner(felt: Felt) -> tuple[bool, str]:
    """What the change is of: one SIRET may be a structure's and a supplier's."""
    return felt.change.kind in OF_SUPPLIERS, felt.change.siret


def _print_structure(gate: Gate, together: Sequence[Felt]) -> None:
    first = together[0].change
    rows.say(f"{first.siret}  {first.name}", style="bold")
    for felt in together:
        rows.say(f"  {_sentence(felt.change)}", style="red" if felt.change.kind in STRICTER else "")
        for use in felt.suppliers:
            who = "" if first.kind in OF_SUPPLIERS else f"{use.supplier}  {use.supplier_name}  "
            rows.say(f"    {who}({_how_much(gate, use)})")


def _how_much(gate: Gate, use: Use) -> str:
    return counted(use.invoices,
                   ("{count} invoice, on {day}", "{count} invoices, the last on {day}"),
                   ("{count} facture, le {day}", "{count} factures, la dernière le {day}"),
                   day=rows.local(gate, use.last)[:10])  # fmt: skip


def _print_others(told: Report, *, everything: bool) -> None:
    others = told.others if everything else told.others[:SHOWN]
    if others:
        rows.say()
        rows.say(t("Of what nobody used:", "Parmi ce que personne n'a utilisé :"), style="bold")
        change = t("Change", "Changement")
        columns: tuple[rows.Column, ...] = (
            (t("Identifier", "Identifiant"), lambda one: one.siret),
            (t("Name", "Nom"), lambda one: one.name),
            (change, _sentence),
        )
        rows.print_table(columns, others, fold=change)
    left = sum(told.counts.values()) - len(told.in_use) - len(others)
    if left > 0:
        rows.note(
            counted(left,
                    ("{count} more change of what nobody used: edigate directory changes --all",
                     "{count} more changes of what nobody used: edigate directory changes --all"),
                    ("{count} autre changement de ce que personne n'a utilisé : edigate directory changes --all",
                     "{count} autres changements de ce que personne n'a utilisé : edigate directory changes --all"))
        )  # fmt: skip


def _sentence(change: Change) -> str:
    said = t(*_WORDS[change.kind]).replace("{}", change.service)
    if change.before or change.after:
        none = t("none", "aucun" if change.kind in OF_SUPPLIERS else "aucune")
        said += f"{colon()} {change.before or none} → {change.after or none}"
    return printable(said)
