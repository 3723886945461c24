"""`edigate partners server` and `partners key`: a partner's own SFTP server, and the key to log in there with."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from edigate.cli import common, filters, requests, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.domain.partners import Partner
from edigate.domain.servers import Server
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import host_keys, partners, servers, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.remote.keys import make_pair, public_file

SERVER_HELP = t(
    "Show, set or take away the partner's own SFTP server; what is not named stays.",
    "Montrer, définir ou retirer le serveur SFTP du partenaire ; ce qui n'est pas nommé ne change pas.",
)
KEY_HELP = t(
    "Print the public key to give to the partner; the first time, make the pair.",
    "Afficher la clé publique à remettre au partenaire ; la première fois, créer la paire.",
)
KEYS = "keys"
_HIGHEST_PORT = 65_535
CodeArgument = Annotated[
    str, typer.Argument(metavar="CODE", help=t("Application code, such as ABC123.", "Code application, comme ABC123."))
]
_FOLDER, _FILE = t("FOLDER", "DOSSIER"), t("FILE", "FICHIER")
HostOption = Annotated[
    str | None, typer.Option("--host", help=t("Name or address of the server.", "Nom ou adresse du serveur."))
]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=_HIGHEST_PORT, help=t("Its port.", "Son port."))]
UserOption = Annotated[str | None, typer.Option("--user", help=t("User to log in as.", "Utilisateur."))]
FetchOption = Annotated[
    str | None,
    typer.Option(
        "--fetch-from",
        metavar=_FOLDER,
        help=t(
            "Folder there that deposits are fetched from; '' for none: the gate's inbox serves.",
            "Dossier distant où relever les dépôts ; '' : aucun, le dossier de la passerelle sert.",
        ),
    ),
]
PutOption = Annotated[
    str | None,
    typer.Option(
        "--put-into",
        metavar=_FOLDER,
        help=t(
            "Folder there that files are handed over in; '' for none: the gate's outbox serves.",
            "Dossier distant où remettre les fichiers ; '' : aucun, le dossier de la passerelle sert.",
        ),
    ),
]
KeyFileOption = Annotated[
    str | None,
    typer.Option(
        "--key-file",
        metavar=_FILE,
        help=t(
            "Private key to log in with, below the gate's folder or absolute.",
            "Clé privée pour se connecter, dans le dossier de la passerelle ou en chemin absolu.",
        ),
    ),
]
PassphraseOption = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file", metavar=_FILE, help=t("File with its passphrase.", "Fichier de sa phrase secrète.")
    ),
]
PasswordOption = Annotated[
    str | None,
    typer.Option(
        "--password-file",
        metavar=_FILE,
        help=t(
            "File with the password; without it none is ever sent.",
            "Fichier du mot de passe ; sans lui, aucun n'est jamais envoyé.",
        ),
    ),
]
RemoveOption = Annotated[
    bool,
    typer.Option(
        "--remove",
        help=t(
            "Take the server away: the gate's own folders serve again.",
            "Retirer le serveur : les dossiers de la passerelle servent de nouveau.",
        ),
    ),
]


def server(
    *,
    code: CodeArgument,
    host: HostOption = None,
    port: PortOption = None,
    user: UserOption = None,
    fetch_from: FetchOption = None,
    put_into: PutOption = None,
    key_file: KeyFileOption = None,
    passphrase_file: PassphraseOption = None,
    password_file: PasswordOption = None,
    remove: RemoveOption = False,
    as_json: Json = False,
) -> None:
    """Change what is named of a partner's server, then show it."""
    gate = common.open_here()
    partner = existing(gate, code)
    before = of_partner(gate, partner.code)
    named = {
        "host": host, "port": port, "user": user, "fetch_from": fetch_from, "put_into": put_into,
        "key_file": key_file, "passphrase_file": passphrase_file, "password_file": password_file,
    }  # fmt: skip
    given = {key: value.strip() if isinstance(value, str) else value for key, value in named.items()}
    changes = {key: value for key, value in given.items() if value is not None}
    if remove:
        _remove(gate, before, partner, changes)
    after = None if remove else _changed(gate, before, partner, changes)
    if as_json:
        common.print_json(server_json(after))
    elif after is not None:
        _print(gate, after)
    else:
        rows.say(
            t("{code} has no server of its own: inbox/{code}/ and outbox/{code}/ serve.",
              "{code} n'a pas de serveur : inbox/{code}/ et outbox/{code}/ servent.", code=partner.code)
        )  # fmt: skip


def key(code: CodeArgument) -> None:
    """Make a key pair below the gate's folder, unless there is one, and print its public half alone."""
    gate = common.open_here()
    partner = existing(gate, code)
    found = of_partner(gate, partner.code)
    file = gate.places.root / (found.key_file if found and found.key_file else _own_key(partner.code))
    public = public_file(file)
    if file.exists() or public.exists():
        rows.say(_public_line(file, public))
    else:
        rows.say(make_pair(file, f"edigate {gate.settings.gate.code} {partner.code}"))
        rows.note(
            t("Made {file}, which nobody else may read. Give the line above to the partner.",
              "{file} est créé, que personne d'autre ne peut lire. Remettez la ligne ci-dessus au partenaire.",
              file=common.from_here(file))
        )  # fmt: skip
    _enter(gate, partner, found)


def _own_key(code: str) -> str:
    """Where the key that the gate makes for a partner lies, below its folder."""
    return f"{KEYS}/{code}"


def _enter(gate: Gate, partner: Partner, found: Server | None) -> None:
    """Have the gate log in with its own key for this partner, unless another one is named."""
    if found is None:
        rows.note(
            t("Then: edigate partners server {code} --host … --user … takes it up.",
              "Ensuite : edigate partners server {code} --host … --user … la reprend.", code=partner.code)
        )  # fmt: skip
    elif not found.key_file and (gate.places.root / _own_key(partner.code)).exists():
        _save(gate, replace(found, key_file=_own_key(partner.code)))
        rows.note(
            t("From now on the gate logs in to {server} with it.",
              "La passerelle s'en sert désormais pour se connecter à {server}.", server=found.address)
        )  # fmt: skip


def existing(gate: Gate, code: str) -> Partner:
    """The partner with this code, or with this name; raises Failure where there is none."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
    wanted = code.strip()
    named = [one for one in book.partners if one.name.casefold() == wanted.casefold()]
    found = book.get(wanted.upper()) or (named[0] if len(named) == 1 else None)
    if found is None:
        raise filters.no_partner(code, [one.code for one in book.partners])
    return found


def of_partner(gate: Gate, code: str) -> Server | None:
    """The partner's server, if it has one."""
    with gate.ledger.connect() as connection:
        return servers.load(connection).get(code)


def server_json(found: Server | None) -> dict[str, Any] | None:
    """A server as `docs/reference/json.md` has it; what it is logged in with stays in its files."""
    return None if found is None else {key: value for key, value in asdict(found).items() if key != "partner"}


def facts(code: str, found: Server | None) -> tuple[tuple[str, object], ...]:
    """Where the partner deposits and collects, and its server if it has one, in names and values for people."""
    inbox, outbox = f"inbox/{code}/", f"outbox/{code}/"
    deposits, collects = t("deposits in", "dépose dans"), t("collects from", "relève dans")
    if found is None:
        return ((deposits, inbox), (collects, outbox))
    there = t("{folder} on its server", "{folder} sur son serveur")
    return (
        (deposits, there.format(folder=found.fetch_from) if found.fetch_from else inbox),
        (collects, there.format(folder=found.put_into) if found.put_into else outbox),
        (t("server", "serveur"), f"{found.user}@{found.address}"),
        (t("key", "clé"), found.key_file),
        (t("passphrase in", "phrase secrète dans"), found.passphrase_file),
        (t("password in", "mot de passe dans"), found.password_file),
    )


def _remove(gate: Gate, before: Server | None, partner: Partner, changes: dict[str, Any]) -> None:
    if changes:
        raise common.Misuse(t("--remove goes with no other option.", "--remove ne va avec aucune autre option."))
    if before is not None:
        written(gate.ledger, servers.remove, partner.code, actor=common.actor(), at=stamp(gate.clock()))
        requests.wake(gate)


def _changed(gate: Gate, before: Server | None, partner: Partner, changes: dict[str, Any]) -> Server | None:
    if not changes:
        return before
    after = replace(before or Server(partner.code, ""), **changes)
    after = replace(after, host=after.host.lower())
    if "key_file" not in changes and not (after.key_file or after.password_file):
        made = (gate.places.root / _own_key(partner.code)).exists()
        after = replace(after, key_file=_own_key(partner.code) if made else "")
    _refuse_unfit(after)
    if after != before:
        _save(gate, after)
    return after


def _save(gate: Gate, changed: Server) -> None:
    def put(connection: Connection) -> None:
        servers.save(connection, changed, actor=common.actor(), at=stamp(gate.clock()))
        ways.try_now(connection)

    written(gate.ledger, put)
    requests.wake(gate)


def _refuse_unfit(after: Server) -> None:
    wrong = [
        t("--host is missing, or is no name or address: {host}", "--host manque, ou n'est ni nom ni adresse : {host}",
          host=printable(after.host) or "''")
        if not after.host or any(mark in after.host for mark in "/@ \t\n[]") else "",
        t("--user is missing.", "--user manque.") if not after.user else "",
        t("Name a folder: --fetch-from, --put-into or both; '.' is where the login starts.",
          "Nommez un dossier : --fetch-from, --put-into ou les deux ; '.' est celui où la connexion commence.")
        if not (after.fetch_from or after.put_into) else "",
        t("--fetch-from and --put-into are one folder: what is handed over would be fetched again.",
          "--fetch-from et --put-into sont le même dossier : ce qui est remis serait relevé.")
        if after.fetch_from and _same(after.fetch_from, after.put_into) else "",
    ]  # fmt: skip
    if found := [text for text in wrong if text]:
        raise common.Misuse("\n".join(found), t("Nothing was changed.", "Rien n'a été modifié."))


def _same(one: str, other: str) -> bool:
    return bool(other) and Path(one) == Path(other)


def _print(gate: Gate, found: Server) -> None:
    rows.print_facts(facts(found.partner, found))
    for name in (found.key_file, found.passphrase_file, found.password_file):
        if name and not (gate.places.root / name).is_file():
            rows.note(t("{file} is not there yet.", "{file} n'existe pas encore.", file=gate.places.root / name))
    if not (found.key_file or found.password_file):
        rows.note(
            t("Nothing to log in with yet: edigate partners key {code}",
              "Rien pour se connecter encore : edigate partners key {code}", code=found.partner)
        )  # fmt: skip
    with gate.ledger.connect() as connection:
        pinned = host_keys.counting(connection, found.address, stamp(gate.clock()))
    if not pinned:
        rows.note(
            t("Its host key is not accepted yet: edigate hostkey accept {code}",
              "Sa clé d'hôte n'est pas encore acceptée : edigate hostkey accept {code}", code=found.partner)
        )  # fmt: skip
    rows.note(t("To try it: edigate partners test {code}", "Pour l'essayer : edigate partners test {code}",
                code=found.partner))  # fmt: skip


def _public_line(file: Path, public: Path) -> str:
    try:
        return public.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise common.Failure(
            t("{file} is there, but its public half {public} cannot be read.",
              "{file} existe, mais sa moitié publique {public} est illisible.", file=file, public=public),
            t("Make it from the key: ssh-keygen -y -f {file} > {public}",
              "Tirez-la de la clé : ssh-keygen -y -f {file} > {public}", file=file, public=public),
        ) from None  # fmt: skip
