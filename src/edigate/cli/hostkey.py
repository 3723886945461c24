"""`edigate hostkey`: which keys a partner's server shows, and which of them the gate takes it by."""

import datetime as dt
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from edigate.cli import common, filters, requests, rows
from edigate.cli.hostkey_shown import keys_json, print_keys, seen_of
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.cli.partner_test import times
from edigate.cli.remote_words import said
from edigate.domain.servers import HostKey, Server
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import host_keys, partners, ways
from edigate.ledger import servers as server_book
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.remote.connection import presented
from edigate.remote.keys import read_public
from edigate.remote.trouble import RemoteTrouble

DAYS = 30
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "Show, accept, rotate and remove the host keys of partners' servers.",
        "Montrer, accepter, remplacer, retirer les clés d'hôte des serveurs des partenaires.",
    ),
)
_TARGET = t("CODE|HOST:PORT", "CODE|HÔTE:PORT")
_WHOSE = t(
    "Partner whose server is meant, or the server's address.",
    "Partenaire dont le serveur est visé, ou adresse du serveur.",
)
TargetArgument = Annotated[str, typer.Argument(metavar=_TARGET, help=_WHOSE)]
AnyTargetArgument = Annotated[
    str | None,
    typer.Argument(
        metavar=f"[{_TARGET}]",
        help=_WHOSE + t(" Without one: all keys that were accepted.", " Sans elle : toutes les clés acceptées."),
    ),
]
FingerprintOption = Annotated[
    str | None,
    typer.Option(
        "--fingerprint",
        metavar="SHA256:…",
        help=t(
            "The key meant, as the partner announced it; then nothing is asked.",
            "La clé voulue, telle que le partenaire l'a annoncée ; rien n'est alors demandé.",
        ),
    ),
]
PublicKeyOption = Annotated[
    Path | None,
    typer.Option(
        "--public-key",
        metavar=t("FILE", "FICHIER"),
        help=t(
            "The key meant, as a .pub file that the partner sent; the server is not asked.",
            "La clé voulue, fichier .pub envoyé par le partenaire ; le serveur n'est pas interrogé.",
        ),
    ),
]
YesOption = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help=t("Do not ask: take what the server shows.", "Ne pas demander : prendre ce qu'il montre.")
    ),
]
BesideOption = Annotated[
    bool,
    typer.Option(
        "--beside",
        help=t(
            "Though another key counts: several machines answer under this name.",
            "Bien qu'une autre clé vaille : plusieurs machines répondent sous ce nom.",
        ),
    ),
]
DaysOption = Annotated[
    float,
    typer.Option(
        "--days",
        min=0,
        help=t("How long the old key counts beside the new one.", "Combien de temps l'ancienne clé vaut encore."),
    ),
]


@app.command(
    "show",
    help=t(
        "Show what a server presents now, and which keys were accepted.",
        "Montrer ce qu'un serveur présente, et les clés acceptées.",
    ),
)
def show(target: AnyTargetArgument = None, as_json: Json = False) -> None:
    """Look at a server, or only at the ledger where none is named."""
    gate = common.open_here()
    if target is None:
        _show_all(gate, as_json=as_json)
        return
    server = _server(gate, target)
    shown: list[HostKey] | None = None
    trouble: RemoteTrouble | None = None
    try:
        shown = presented(server.host, server.port, times(gate))
    except RemoteTrouble as error:
        trouble = error
    seen = seen_of(gate, server.address, shown)
    if as_json:
        common.print_json([keys_json(server.address, seen, trouble)])
    elif seen:
        print_keys(gate, server.address, seen)
    if trouble is not None:
        raise _failure(trouble, server) from trouble


@app.command("accept", help=t("Accept a server's host key.", "Accepter la clé d'hôte d'un serveur."))
def accept(
    target: TargetArgument,
    fingerprint: FingerprintOption = None,
    public_key: PublicKeyOption = None,
    beside: BesideOption = False,
    yes: YesOption = False,
    as_json: Json = False,
) -> None:
    """Take the server by this key from now on."""
    gate = common.open_here()
    server = _server(gate, target)
    key = _chosen(gate, server, fingerprint, public_key)
    others = [old for old in _counting(gate, server) if old != key]
    if others and not beside:
        raise common.Failure(
            t("{address} is known by another key already: {others}",
              "{address} est déjà connu par une autre clé : {others}",
              address=server.address, others=", ".join(old.fingerprint for old in others)),
            t("If the new one takes its place: edigate hostkey rotate {target} --fingerprint {fingerprint}",
              "Si la nouvelle la remplace : edigate hostkey rotate {target} --fingerprint {fingerprint}",
              target=target, fingerprint=key.fingerprint),
        )  # fmt: skip
    _confirm(server, key, asked_for=bool(fingerprint or public_key or yes))

    def put(connection: Connection) -> None:
        host_keys.accept(connection, server.address, key, actor=common.actor(), at=stamp(gate.clock()))
        ways.try_now(connection)

    written(gate.ledger, put)
    _tell(gate, server, as_json=as_json)


@app.command(
    "rotate",
    help=t(
        "Take a new host key at once, and let the old one count for some days more.",
        "Prendre une nouvelle clé d'hôte tout de suite ; l'ancienne vaut encore quelques jours.",
    ),
)
def rotate(
    target: TargetArgument,
    days: DaysOption = DAYS,
    fingerprint: FingerprintOption = None,
    public_key: PublicKeyOption = None,
    yes: YesOption = False,
    as_json: Json = False,
) -> None:
    """Let this key take the place of those that count now, which end after some days."""
    gate = common.open_here()
    server = _server(gate, target)
    key = _chosen(gate, server, fingerprint, public_key)
    if not _counting(gate, server):
        raise common.Failure(
            t("No key of {address} counts: there is none to take the place of.",
              "Aucune clé de {address} ne vaut : il n'y en a pas à remplacer.", address=server.address),
            t("Accept it: edigate hostkey accept {target} --fingerprint {fingerprint}",
              "Acceptez-la : edigate hostkey accept {target} --fingerprint {fingerprint}",
              target=target, fingerprint=key.fingerprint),
        )  # fmt: skip
    _confirm(server, key, asked_for=bool(fingerprint or public_key or yes))
    now = gate.clock()

    def put(connection: Connection) -> None:
        host_keys.rotate(
            connection, server.address, key, ends_at=stamp(now + dt.timedelta(days=days)), actor=common.actor(),
            at=stamp(now),
        )  # fmt: skip
        ways.try_now(connection)

    written(gate.ledger, put)
    _tell(gate, server, as_json=as_json)


@app.command(
    "remove",
    help=t(
        "Take a server by this key no longer; without --fingerprint by none.",
        "Ne plus accepter cette clé d'un serveur ; sans --fingerprint, plus aucune.",
    ),
)
def remove(target: TargetArgument, fingerprint: FingerprintOption = None, as_json: Json = False) -> None:
    """Refuse the server that shows this key, or any."""
    gate = common.open_here()
    server = _server(gate, target)

    def drop(connection: Connection) -> bool:
        pinned = [pin.key for pin in host_keys.pins(connection, server.address)]
        chosen = [_of_fingerprint(server, pinned, fingerprint)] if fingerprint else pinned
        for key in chosen:
            host_keys.remove(connection, server.address, key, actor=common.actor(), at=stamp(gate.clock()))
        return bool(chosen)

    if not written(gate.ledger, drop):
        rows.note(t("Nothing to change.", "Rien à modifier."))
    _tell(gate, server, as_json=as_json)


def _server(gate: Gate, target: str) -> Server:
    """The server of a partner, or any at an address."""
    with gate.ledger.connect() as connection:
        known = server_book.load(connection)
        codes = [partner.code for partner in partners.load_book(connection).partners]
    code = target.strip().upper()
    if code in known:
        return known[code]
    if code in codes:
        raise common.Failure(
            t("{code} has no server of its own.", "{code} n'a pas de serveur.", code=code),
            t("To give it one: edigate partners server {code} --help",
              "Pour lui en donner un : edigate partners server {code} --help", code=code),
        )  # fmt: skip
    host, _, port = target.strip().rpartition(":")
    if not (host and port.isascii() and port.isdigit()):
        raise filters.no_partner(target, codes)
    return Server(target.strip(), host.strip("[]").lower(), int(port))


def _counting(gate: Gate, server: Server) -> list[HostKey]:
    with gate.ledger.connect() as connection:
        return host_keys.counting(connection, server.address, stamp(gate.clock()))


def _chosen(gate: Gate, server: Server, fingerprint: str | None, public_key: Path | None) -> HostKey:
    """The key that is meant: that of the file, else the one shown with this fingerprint, else the best one shown."""
    if public_key is not None:
        key = _from_file(public_key)
        return _of_fingerprint(server, [key], fingerprint) if fingerprint else key
    try:
        shown = presented(server.host, server.port, times(gate))
    except RemoteTrouble as trouble:
        raise _failure(trouble, server) from trouble
    return _of_fingerprint(server, shown, fingerprint) if fingerprint else shown[0]


def _failure(trouble: RemoteTrouble, server: Server) -> common.Failure:
    """What is wrong; what to do only where it is a partner's server, whose settings can be corrected."""
    cause, remedy = said(trouble, server)
    return common.Failure(cause, remedy if server.user else "")


def _from_file(file: Path) -> HostKey:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise common.Failure(
            t("{file} cannot be read.", "{file} est illisible.", file=file), getattr(error, "strerror", None) or ""
        ) from error
    found = [key for key in map(read_public, lines) if key]
    if not found:
        raise common.Failure(
            t("{file} holds no public key of the kinds Ed25519, ECDSA or RSA.",
              "{file} ne contient pas de clé publique Ed25519, ECDSA ou RSA.", file=file)
        )  # fmt: skip
    return found[0]


def _of_fingerprint(server: Server, among: Iterable[HostKey], wanted: str) -> HostKey:
    plain = wanted.strip().removeprefix("SHA256:").rstrip("=")
    keys = list(among)
    for key in keys:
        if key.fingerprint == f"SHA256:{plain}":
            return key
    raise common.Failure(
        t("{address} has no key of the fingerprint {wanted}, but: {found}",
          "{address} n'a pas de clé d'empreinte {wanted}, mais : {found}",
          address=server.address, wanted=printable(wanted), found=", ".join(k.fingerprint for k in keys) or "∅"),
        t("Ask the partner which fingerprint is right, by other means than this server.",
          "Demandez au partenaire quelle empreinte est la bonne, autrement que par ce serveur."),
    )  # fmt: skip


def _confirm(server: Server, key: HostKey, *, asked_for: bool) -> None:
    if asked_for:
        return
    if not sys.stdin.isatty():
        raise common.Misuse(
            t("{address} shows {fingerprint}; nobody is there to say that it is right.",
              "{address} montre {fingerprint} ; personne n'est là pour dire que c'est la bonne.",
              address=server.address, fingerprint=key.fingerprint),
            t("Name it with --fingerprint, as the partner announced it, or say --yes.",
              "Nommez-la par --fingerprint, telle que le partenaire l'a annoncée, ou dites --yes."),
        )  # fmt: skip
    question = t(
        "{address} shows {kind} {fingerprint}. Is it the one that the partner announced?",
        "{address} montre {kind} {fingerprint}. Est-ce celle que le partenaire a annoncée ?",
        address=server.address, kind=key.kind, fingerprint=key.fingerprint,
    )  # fmt: skip
    if not typer.confirm(question, err=True):
        raise typer.Abort


def _tell(gate: Gate, server: Server, *, as_json: bool) -> None:
    requests.wake(gate)
    seen = seen_of(gate, server.address, None)
    if as_json:
        common.print_json([keys_json(server.address, seen, None)])
    elif seen:
        print_keys(gate, server.address, seen)
    else:
        rows.say(
            t("No key of {address} is accepted.", "Aucune clé de {address} n'est acceptée.", address=server.address)
        )


def _show_all(gate: Gate, *, as_json: bool) -> None:
    with gate.ledger.connect() as connection:
        addresses = list(dict.fromkeys(pin.server for pin in host_keys.pins(connection)))
    found = {address: seen_of(gate, address, None) for address in addresses}
    if as_json:
        common.print_json([keys_json(address, seen, None) for address, seen in found.items()])
        return
    for address, seen in found.items():
        print_keys(gate, address, seen)
    if not found:
        rows.note(
            t("No host key is accepted yet: edigate hostkey accept CODE",
              "Aucune clé d'hôte n'est encore acceptée : edigate hostkey accept CODE")
        )  # fmt: skip
