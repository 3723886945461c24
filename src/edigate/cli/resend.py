"""`edigate deliveries resend`: published files offered once more, on purpose."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import typer
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, purged, requests, rows
from edigate.cli.delivery import AGAIN, one, state_of
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.domain.servers import Server
from edigate.engine.gate import Gate
from edigate.ledger import partners, queries, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.events import record
from edigate.ledger.states import PUBLISHED, PUT

HELP = t(
    "Offer published files once more, or dead letters again, under the same names, with the reason in the log.",
    "Présenter encore une fois des fichiers remis, ou de nouveau ceux mis au rebut, sous les mêmes noms, le motif étant"
    " consigné.",
)
EXAMPLE = t(
    'Example: edigate deliveries resend FEN0036A_SEI001_CPP0010036000000000000001 --reason "lost at their side"',
    'Exemple : edigate deliveries resend FEN0036A_SEI001_CPP0010036000000000000001 --reason "perdu chez eux"',
)
DeliveriesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar=t("FILE", "FICHIER"),
        help=t("Names, or numbers in the list.", "Des noms, ou des numéros dans la liste."),
    ),
]
DeadOption = Annotated[
    bool,
    typer.Option(
        "--all-dead",
        help=t("Every dead letter; --partner narrows it down.", "Tout ce qui est au rebut ; --partner restreint."),
    ),
]
YesOption = Annotated[
    bool,
    typer.Option(
        "--yes",
        "-y",
        help=t("Do not ask, though several are named.", "Ne pas demander, même pour plusieurs fichiers."),
    ),
]


def resend(
    *,
    files: DeliveriesArgument = None,
    reason: requests.ReasonOption,
    all_dead: DeadOption = False,
    partner: filters.PartnerOption = "",
    yes: YesOption = False,
    as_json: Json = False,
) -> None:
    """Offer files again on purpose: all that are named, or none where one of them cannot be."""
    why = requests.given(reason)
    if bool(files) is all_dead or (partner and not all_dead):
        raise common.Misuse(
            t("Name files, or say --all-dead (and --partner with it alone).",
              "Nommez des fichiers, ou dites --all-dead (et --partner avec celui-ci seulement).")
        )  # fmt: skip
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        if all_dead:
            code = filters.known_partner(connection, partner) if partner else ""
            found = queries.list_deliveries(connection, queries.Wanted(state=queries.DEAD, partner=code))
        else:
            found = [one(connection, name) for name in files or ()]
    chosen = list({row["id"]: row for row in found}.values())
    if not chosen:
        rows.note(t("There is no dead letter.", "Il n'y a rien au rebut."))
        return
    if len(chosen) > 1 and not yes and sys.stdin.isatty():
        question = t("Offer {count} files again?", "Présenter de nouveau {count} fichiers ?", count=len(chosen))
        if not typer.confirm(question, err=True):
            raise typer.Abort
    _offer_again(gate, chosen, why)
    done = requests.work_off(gate)
    with gate.ledger.connect() as connection:
        after = [one(connection, str(row["id"])) for row in chosen]
        met = {row["id"]: _why(row, queries.failing_ways(connection)) for row in after} if done else {}
        places = servers.load(connection)
    if as_json:
        told = [rows.delivery_json(row) | {"last_error": met.get(row["id"], row["last_error"])} for row in after]
        common.print_json({"carried_out": done, "deliveries": told})
    else:
        _tell(gate, [Offered(row, _place(row, places), met.get(row["id"], "")) for row in after], done=done)


def _offer_again(gate: Gate, chosen: list[RowMapping], reason: str) -> None:
    """In one transaction, so that nothing is offered where one of the files cannot be."""
    import structlog  # noqa: PLC0415 - with what changes the ledger: lists of files do without

    from edigate.ledger import deliveries, hearing  # noqa: PLC0415
    from edigate.observability.logs import configure  # noqa: PLC0415

    now, who = stamp(gate.clock()), common.actor()

    def offer(connection: Connection) -> None:
        suspended = {partner.code for partner in partners.load_book(connection).partners if not partner.active}
        for row in (one(connection, str(row["id"])) for row in chosen):
            _refuse_unfit(row, suspended)
            if not deliveries.revive(connection, row["id"], now):
                hearing.offer_again(connection, row["id"])
            record(
                connection, AGAIN, who, row["name"], at=now, delivery=row["id"], partner=row["partner"],
                published_at=row["published_at"], reason=reason,
            )  # fmt: skip

    written(gate.ledger, offer)
    configure(fmt=gate.settings.log.format, level=gate.settings.log.level)
    for row in chosen:
        structlog.get_logger().info(AGAIN, partner=row["partner"], file=row["name"], actor=who, reason=reason)


def _refuse_unfit(row: RowMapping, suspended: set[str]) -> None:
    purged.refuse(row)
    if row["partner"] in suspended:
        raise common.Failure(
            t("{partner}, whom {name} is for, is suspended: nothing is handed to it.",
              "{partner}, à qui {name} est destiné, est suspendu : rien ne lui est remis.",
              partner=row["partner"], name=row["name"]),
            t("Resume it first: edigate partners resume {partner}",
              "Rétablissez-le d'abord : edigate partners resume {partner}", partner=row["partner"]),
        )  # fmt: skip
    if row["state"] != PUBLISHED and not row["dead_at"]:
        raise common.Failure(
            t("{name} is not published yet ({state}): there is nothing to offer again.",
              "{name} n'est pas encore remis ({state}) : il n'y a rien à présenter de nouveau.",
              name=row["name"], state=rows.word(state_of(row))),
            t("It goes out by itself; if something stands in its way: edigate deliveries show {name}",
              "Il part de lui-même ; si quelque chose l'en empêche : edigate deliveries show {name}",
              name=row["name"]),
        )  # fmt: skip


class Offered(NamedTuple):
    """A file that was asked for, where its partner finds it, and why it could not be handed over now."""

    row: RowMapping
    place: str
    why: str


def _why(row: RowMapping, failing: Sequence[RowMapping]) -> str:
    """What stood in the way just now: the way to its partner, or the file; never what an earlier try met."""
    if row["state"] == PUBLISHED:
        return ""
    ways = [way["last_error"] for way in failing if (way["partner"], way["way"]) == (row["partner"], PUT)]
    if ways:
        return str(ways[0])
    if row["next_try_at"] or row["dead_at"]:
        return str(row["last_error"])
    return t(
        "files before it have not been handed over yet", "des fichiers qui le précèdent n'ont pas encore été remis"
    )


def _place(row: RowMapping, found: Mapping[str, Server]) -> str:
    """In the gate's outbox, or on the partner's own server."""
    server = found.get(row["partner"])
    if server is None or not server.put_into:
        return f"outbox/{row['partner']}/{row['name']}"
    return t("{folder}/{name} on {address}", "{folder}/{name} sur {address}",
             folder=server.put_into.rstrip("/"), name=row["name"], address=server.address)  # fmt: skip


def _tell(gate: Gate, after: Sequence[Offered], *, done: bool) -> None:
    for row, place, why in after:
        if row["state"] == PUBLISHED:
            rows.say(t("Offered again: {place}", "Présenté de nouveau : {place}", place=place), style="green")
        elif done and row["dead_at"]:
            rows.say(
                t("{place} could not be handed over, and was set aside again: {error}",
                  "{place} n'a pas pu être remis, et est de nouveau au rebut : {error}", place=place, error=why),
                style="red",
            )  # fmt: skip
        elif done:
            rows.say(
                t("{place} could not be handed over now, and is tried again: {error}",
                  "{place} n'a pas pu être remis pour l'instant, un nouvel essai suivra : {error}",
                  place=place, error=why),
                style="red",
            )  # fmt: skip
    if not done:
        rows.note(
            t("{count} asked for; the gate that runs on {folder} takes them up now.",
              "{count} demandés ; la passerelle qui tourne sur {folder} s'en occupe.",
              count=len(after), folder=gate.places.root)
        )  # fmt: skip
