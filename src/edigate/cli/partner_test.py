"""`edigate partners test`: what stands between the gate and a partner, step by step, with what to do about it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, NamedTuple

import typer
from rich.text import Text

from edigate.cli import common, rows, servers
from edigate.cli.messages import colon, counted, t
from edigate.cli.options import Json
from edigate.cli.remote_words import checked, told
from edigate.domain.servers import Server
from edigate.engine.gate import Gate
from edigate.ledger import host_keys
from edigate.ledger.clock import stamp
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.probe import Outcome, Step, probe

HELP = t(
    "Try the way to a partner and back: folders, or its server with login, host key and rights.",
    "Essayer le chemin vers un partenaire : dossiers, ou son serveur, avec connexion, clé d'hôte et droits.",
)
NameArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("NAME", "NOM"), help=t("Application code, or name of the partner.", "Code application, ou nom.")
    ),
]


class Tried(NamedTuple):
    """One thing that was tried, in the language spoken; `check` and `cause` are words of JSON."""

    check: str
    what: str
    outcome: Outcome
    found: str = ""
    cause: str = ""
    message: str = ""
    remedy: str = ""


def try_out(name: NameArgument, as_json: Json = False) -> None:
    """Try everything, tell as it goes, and fail where anything does."""
    gate = common.open_here()
    partner = servers.existing(gate, name)
    server = servers.of_partner(gate, partner.code)
    tried = []
    for step in _steps(gate, partner.code, server):
        tried.append(step)
        if not as_json:
            _print(step)
    fit = not any(step.outcome in {Outcome.FAILED, Outcome.SKIPPED} for step in tried)
    if as_json:
        common.print_json(_json(partner.code, server, tried, fit=fit))
    elif not partner.active:
        rows.note(
            t("{code} is suspended: nothing is exchanged until edigate partners resume {code}",
              "{code} est suspendu : rien n'est échangé avant edigate partners resume {code}", code=partner.code)
        )  # fmt: skip
    if not fit:
        raise typer.Exit(1)


def _steps(gate: Gate, code: str, server: Server | None) -> Iterator[Tried]:
    """The gate's own folders where they serve, the partner's server where it does."""
    if server is None or not server.fetch_from:
        yield _folder("inbox", gate.places.inbox / code)
    if server is None or not server.put_into:
        yield _folder("outbox", gate.places.outbox / code)
    if server is not None:
        yield from (_of_server(step, server) for step in _probed(gate, server))


def _probed(gate: Gate, server: Server) -> Iterator[Step]:
    with gate.ledger.connect() as connection:
        keys = host_keys.counting(connection, server.address, stamp(gate.clock()))
    yield from probe(server, keys, login_of(server, gate.places.root), times(gate))


def times(gate: Gate) -> Times:
    """The time limits that the settings give."""
    table = gate.settings.sftp
    return Times(table.connect_seconds, table.silence_seconds, table.keep_alive_seconds)


def _of_server(step: Step, server: Server) -> Tried:
    message, remedy = told(step, server)
    cause = step.trouble.cause.value if step.trouble else ""
    return Tried(step.check.value, checked(step.check), step.outcome, step.found, cause, message, remedy)


def _folder(name: str, folder: Path) -> Tried:
    """Whether the gate may read and write there; a folder for what goes out may still have to be made."""
    what = t("folder {folder}", "dossier {folder}", folder=f"{name}/{folder.name}")
    try:
        place = folder if folder.exists() or name == "inbox" else folder.parent
        with TemporaryFile(dir=place):
            listed = sum(path.is_file() and not path.name.startswith(".") for path in place.iterdir())
    except OSError as error:
        return _unfit(name, what, folder, error)
    later = t("made with the first file", "créé avec le premier fichier")
    return Tried(name, what, Outcome.OK, str(listed) if place == folder else later)


def _unfit(name: str, what: str, folder: Path, error: OSError) -> Tried:
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        remedy = t("Make it: mkdir {folder}", "Créez-le : mkdir {folder}", folder=folder)
    else:
        who = common.actor()
        remedy = t("Let {who} list, write and rename there: ls -ld {folder}",
                   "Laissez {who} y lister, écrire et renommer : ls -ld {folder}", who=who, folder=folder)  # fmt: skip
    cause = "missing" if isinstance(error, FileNotFoundError) else "denied"
    return Tried(name, what, Outcome.FAILED, cause=cause, message=f"{folder}{colon()} {reason}", remedy=remedy)


def _print(step: Tried) -> None:
    words = {
        Outcome.OK: (t("ok", "ok"), "green"),
        Outcome.REMARK: (t("remark", "remarque"), "yellow"),
        Outcome.FAILED: (t("failed", "échec"), "red"),
        Outcome.SKIPPED: (t("not tried", "non essayé"), "dim"),
    }
    word, style = words[step.outcome]
    found = _files(int(step.found)) if step.found.isdigit() else step.found
    line = Text.assemble((f"{word:<10}", style), " ", step.what, (f"  {found}" if found else "", "dim"))
    common.out().print(line)
    for label, text in ((t("cause", "cause"), step.message), (t("to do", "à faire"), step.remedy)):
        if text:
            # In one piece, so that the command in it can be copied.
            common.out().print(Text.assemble(" " * 11, (f"{label}{colon()} ", "dim"), text), soft_wrap=True)
    with suppress(OSError):
        common.out().file.flush()


def _files(count: int) -> str:
    return counted(count, ("{count} file", "{count} files"), ("{count} fichier", "{count} fichiers"))


def _json(code: str, server: Server | None, tried: list[Tried], *, fit: bool) -> dict[str, Any]:
    steps = [
        {
            "check": step.check, "outcome": step.outcome.value, "found": step.found, "cause": step.cause,
            "message": step.message, "remedy": step.remedy,
        }
        for step in tried
    ]  # fmt: skip
    return {"partner": code, "server": server.address if server else None, "fit": fit, "steps": steps}
