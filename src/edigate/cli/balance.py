"""`edigate balance`: whether the gate's books add up, per day and partner."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from edigate.cli import alerts_shown, common, filters, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.ledger import alert_queries
from edigate.ledger.balance import COUNTS, Line, Strays, arriving, strays, total
from edigate.ledger.balance import balance as lines_of
from edigate.ledger.database import reading
from edigate.ledger.weighing import weigh

UNEVEN = 1
HELP = t(
    "Show deposits against decisions and reports, per day and partner; the exit status is 1 where they do not add up.",
    "Confronter dépôts, décisions et comptes rendus, par jour et partenaire ; le code de sortie est 1 en cas d'écart.",
)


def balance(
    *,
    partner: filters.PartnerOption = "",
    date: filters.DateOption = None,
    since: filters.SinceOption = None,
    until: filters.UntilOption = None,
    as_json: Json = False,
) -> None:
    """Print the balance, and end with 1 where it is uneven."""
    gate = common.open_here()
    # Counting all runs and reports takes as long as all else, and has its own view of the ledger.
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(_strays, gate.ledger)
        # What is counted now need not be counted next time; a ledger that cannot be written is counted all the same.
        with suppress(DBAPIError):
            weigh(gate.ledger, gate.zone, gate.clock())
        # What lies in the spool first: what is booked since is deposited in what the ledger then says, nowhere lost.
        with reading(gate.ledger) as connection:
            waiting = arriving(connection, gate.places.spool)
            code = filters.known_partner(connection, partner) if partner else ""
            first, last = filters.span(gate, date, since, until)
            lines = list(lines_of(connection, gate.zone, partner=code, since=first, until=last))
            mentioned, open_alerts = alerts_shown.mention(connection), alert_queries.count_alerts(connection)
            coming = {key: n for key, n in waiting.items() if code in {"", key}}
        if not as_json:
            _print(lines, coming)
        lost = counting.result()
    even = lost.even and all(line.even for line in lines)
    if as_json:
        told = {"even": even, "lines": [_json(line) for line in lines], "total": _json(total(lines))}
        common.print_json(told | {"arriving": coming, "strays": asdict(lost), "open_alerts": open_alerts})
    else:
        _print_outcome(lines, lost, even=even)
        if mentioned:
            rows.say(mentioned, style="yellow")
    if not even:
        raise typer.Exit(UNEVEN)


def _strays(ledger: Engine) -> Strays:
    with reading(ledger) as connection:
        return strays(connection)


def _json(line: Line) -> dict[str, Any]:
    day = {"day": line.day.isoformat(), "partner": line.partner} if line.day else {}
    counts = asdict(line)
    return day | {name: counts[name] for name in COUNTS} | {"decided": line.decided, "even": line.even}


def _print(lines: list[Line], coming: dict[str, int]) -> None:
    reports = t("Rep.", "CR")
    columns: tuple[rows.Column, ...] = (
        (t("Day", "Jour"), lambda line: line.day or t("Total", "Total")),
        (t("Partner", "Code"), lambda line: line.partner),
        (t("Dep.", "Dép."), lambda line: line.deposited),
        (t("Int.", "Int."), lambda line: line.integrated),
        (t("Part.", "Part."), lambda line: line.partial),
        (t("Rej.", "Rej."), lambda line: line.rejected),
        (t("Inad.", "Irr."), lambda line: line.inadmissible),
        (t("Prog.", "Cours"), lambda line: line.in_progress),
        (t("Held", "Att."), lambda line: line.held),
        (reports, lambda line: f"{line.published}/{line.expected}"),
        (t("Way", "Prév."), lambda line: line.under_way),
        ("", lambda line: "=" if line.even else "≠"),
    )
    shown = [*lines, total(lines)] if lines else []
    rows.print_table(columns, shown, fold=reports)
    for partner, count in coming.items():
        rows.say(
            t("{partner}: {count} arriving, not booked yet", "{partner} : {count} qui arrivent, pas encore inscrits",
              partner=partner, count=count)
        )  # fmt: skip
    rows.say(
        t("Dep. deposited = Int. integrated + Part. in part + Rej. rejected + Inad. inadmissible + Prog. in progress"
          " + Held; Rep. reports published/expected, Way under way.",
          "Dép. déposés = Int. intégrés + Part. partiels + Rej. rejetés + Irr. irrecevables + Cours en cours"
          " + Att. en attente ; CR comptes rendus remis/attendus, Prév. en route."),
        style="dim",
    )  # fmt: skip


def _print_outcome(lines: list[Line], lost: Strays, *, even: bool) -> None:
    if even:
        rows.say(t("It adds up: deposited = decided + in progress + held, each decision reported once.",
                   "Le compte est bon : déposés = décidés + en cours + en attente, chaque décision rendue une fois."),
                 style="green")  # fmt: skip
    for line in lines:
        if not line.even:
            rows.say(_complaint(line), style="red")
    _print_strays(lost)


def _complaint(line: Line) -> str:
    accounted = line.decided + line.in_progress + line.held
    return t(
        "{day} {partner} does not add up: {deposited} deposited, {accounted} accounted for; {wrong} decisions"
        " without their one report to the depositor. See: edigate flows list --partner {partner} --date {day}",
        "{day} {partner} : le compte n'est pas bon : {deposited} déposés, {accounted} retrouvés ; {wrong} décisions"
        " sans leur unique compte rendu au déposant. Voir : edigate flows list --partner {partner} --date {day}",
        day=line.day, partner=line.partner, deposited=line.deposited, accounted=accounted, wrong=line.misreported,
    )  # fmt: skip


def _print_strays(lost: Strays) -> None:
    """What no line can show, in the whole ledger."""
    if lost.runs:
        rows.say(
            t("The ledger does not add up: {count} runs of flows that it does not hold.",
              "Le registre n'est pas juste : {count} décisions sur des flux qu'il ne contient pas.", count=lost.runs),
            style="red",
        )  # fmt: skip
    if lost.reports:
        rows.say(
            t("The ledger does not add up: {count} reports without a decided run that they are about.",
              "Le registre n'est pas juste : {count} comptes rendus sans la décision qu'ils rendent.",
              count=lost.reports),
            style="red",
        )  # fmt: skip
