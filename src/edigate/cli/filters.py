"""The options by which records are chosen, and what the ledger is asked for; imported by command modules only."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import Connection

from edigate.cli.common import Failure, Misuse
from edigate.cli.messages import t
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger.clock import stamp
from edigate.ledger.queries import Wanted

TABLE_LIMIT = 100
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y"]
_HASH_DIGITS = 64
_ANY_LEDGER = 2**62  # rows: more than any has, and less than the drivers refuse
_MIDNIGHT = dt.time()


class FlowState(StrEnum):
    """Where a flow stands: on its way, waiting, or decided, and then how."""

    IN_PROGRESS = "in_progress"
    HELD = "held"
    DECIDED = "decided"
    INTEGRATED = "integrated"
    PARTIAL = "partial"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"


class InvoiceState(StrEnum):
    """How an invoice was decided, or its status in the life cycle."""

    INTEGRATED = "integrated"
    REJECTED = "rejected"
    DEPOSITED = "01"
    MADE_AVAILABLE = "03"
    NOT_INTEGRATED = "37"


class WhoseTurn(StrEnum):
    """Who has an invoice; closed is nobody."""

    VALIDATOR_1 = "validator1"
    VALIDATOR_2 = "validator2"
    MOE = "moe"
    MOA = "moa"
    RECIPIENT = "recipient"
    CLOSED = "closed"


_DAYS = {"formats": _FORMATS, "metavar": t("DATE", "DATE")}
PartnerOption = Annotated[
    str,
    typer.Option(
        "--partner", metavar="CODE", help=t("Application code of a partner.", "Code application d'un partenaire.")
    ),
]
FlowStateOption = Annotated[FlowState | None, typer.Option("--state", help=t("State or verdict.", "État ou verdict."))]
NumberOption = Annotated[
    str, typer.Option("--number", metavar=t("TEXT", "TEXTE"), help=t("Number of an invoice.", "Numéro d'une facture."))
]
SiretOption = Annotated[
    str,
    typer.Option(
        "--siret",
        metavar="SIRET",
        help=t(
            "SIRET (or other identifier) of supplier or recipient.",
            "SIRET (ou autre identifiant) du fournisseur ou du destinataire.",
        ),
    ),
]
HashOption = Annotated[
    str,
    typer.Option(
        "--hash",
        metavar="SHA256",
        help=t("SHA-256 of the file, or its beginning.", "SHA-256 du fichier, ou son début."),
    ),
]
SinceOption = Annotated[
    dt.datetime | None,
    typer.Option("--since", help=t("From this day (or time) on.", "À partir de ce jour (ou de cette heure)."), **_DAYS),
]
UntilOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--until",
        help=t("Up to this day, which counts (or time).", "Jusqu'à ce jour inclus (ou cette heure)."),
        **_DAYS,
    ),
]
DateOption = Annotated[
    dt.datetime | None, typer.Option("--date", help=t("On this day only.", "Ce jour seulement."), **_DAYS)
]
StatusOption = Annotated[
    str,
    typer.Option("--status", metavar="CODE", help=t("Present status, 01 to 41.", "Statut présent, de 01 à 41.")),
]
StageOption = Annotated[
    WhoseTurn | None,
    typer.Option("--stage", help=t("Whose turn it is.", "À qui de jouer.")),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit",
        "-n",
        min=0,
        metavar="N",
        help=t(
            f"The newest N only; 0 takes all (default: {TABLE_LIMIT}, all with --json).",
            f"Les N plus récents ; 0 pour tous (défaut : {TABLE_LIMIT}, tous avec --json).",
        ),
    ),
]


def span(gate: Gate, date: dt.datetime | None, since: dt.datetime | None, until: dt.datetime | None) -> tuple[str, str]:
    """The first moment that counts and the first that no longer does, as the ledger writes times; empty if none."""
    first, last = (date, date) if date else (since, until)
    if last and last.time() == _MIDNIGHT:
        last += dt.timedelta(days=1)
    return _stamped(gate, first), _stamped(gate, last)


def _stamped(gate: Gate, moment: dt.datetime | None) -> str:
    return stamp(moment.replace(tzinfo=gate.zone)) if moment else ""


def limit_of(limit: int | None, *, as_json: bool) -> int:
    """How many rows to take: what was asked for, else a screenful or two; JSON is for machines, which take all."""
    if limit is not None:
        return min(limit, _ANY_LEDGER)
    return 0 if as_json else TABLE_LIMIT


def hash_of(text: str) -> str:
    """A hash or its beginning; raises Misuse for what is none."""
    lowered = text.strip().lower()
    if len(lowered) > _HASH_DIGITS or not set(lowered) <= set("0123456789abcdef"):
        raise Misuse(
            t(
                "{text} is no SHA-256: it has 64 hexadecimal digits.",
                "{text} n'est pas un SHA-256, qui a 64 chiffres hexadécimaux.",
                text=printable(text),
            ),
            t("sha256sum FILE prints that of a file.", "sha256sum FICHIER donne celui d'un fichier."),
        )
    return lowered


def status_of(text: str) -> str:
    """A status by its number, in two digits; raises Misuse for what is none."""
    from edigate.domain.statuses import STATUSES  # noqa: PLC0415 - only for whoever asks for one

    code = text.strip().zfill(2)
    if code not in STATUSES:
        raise Misuse(
            t("{text} is no status: they are 01 to 41.", "{text} n'est pas un statut : ils vont de 01 à 41.",
              text=printable(text))
        )  # fmt: skip
    return code


def known_partner(connection: Connection, code: str) -> str:
    """The partner's code in capitals; raises Failure with what may have been meant where there is no such partner."""
    from edigate.ledger import partners  # noqa: PLC0415 - with all that writes them, only for whoever asks for one

    book = partners.load_book(connection)
    wanted = code.strip().upper()
    codes = [partner.code for partner in book.partners]
    if wanted in codes:
        return wanted
    raise no_partner(code, codes)


def no_partner(code: str, codes: list[str]) -> Failure:
    """That there is no such partner, and which ones come near."""
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistake

    near = get_close_matches(code.strip().upper(), codes, n=3, cutoff=0.5)
    hint = t("Did you mean {codes}?", "Vouliez-vous dire {codes} ?", codes=t(" or ", " ou ").join(near)) if near else ""
    listing = t("All of them: edigate partners list", "Pour les voir tous : edigate partners list")
    return Failure(
        t("There is no partner {code}.", "Il n'y a pas de partenaire {code}.", code=printable(code)),
        " ".join(part for part in (hint, listing) if part),
    )


def wanted(
    connection: Connection,
    *,
    partner: str = "",
    state: FlowState | InvoiceState | None = None,
    status: str = "",
    stage: WhoseTurn | None = None,
    number: str = "",
    siret: str = "",
    sha256: str = "",
    bounds: tuple[str, str] = ("", ""),
    limit: int = 0,
) -> Wanted:
    """What the ledger is asked for; raises Failure for a partner that there is not."""
    return Wanted(
        partner=known_partner(connection, partner) if partner else "",
        state=state.value if state else "",
        status=status,
        stage=stage.value if stage else "",
        number=number,
        siret="".join(siret.split()),
        sha256=hash_of(sha256) if sha256 else "",
        since=bounds[0],
        until=bounds[1],
        limit=limit,
    )
