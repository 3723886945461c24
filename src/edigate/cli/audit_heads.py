"""`edigate audit key` and `head`: what signs the audit log, and a signed head of it."""

from pathlib import Path
from typing import Annotated

import typer

from edigate.cli import common, rows
from edigate.cli.audit_shown import bad_key
from edigate.cli.messages import counted, t
from edigate.cli.options import Json
from edigate.engine import heads
from edigate.ledger import heads as book

DEFAULT_KEY = "keys/audit.pem"
app = typer.Typer(add_completion=False)


@app.command(
    help=t("Make the Ed25519 key that signs heads: a private one for this account alone, and its public key.",
           "Faire la clé Ed25519 qui signe les têtes : une clé privée pour ce compte seul, et sa clé publique."),
    epilog=t("Example: edigate audit key", "Exemple : edigate audit key"),
)  # fmt: skip
def key(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar=t("FILE", "FICHIER"),
            help=t("Where; without it, audit.key_file or keys/audit.pem of the gate.",
                   "Où ; à défaut, audit.key_file ou keys/audit.pem de la passerelle."),
        ),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Make a key that is not there yet."""
    gate = common.open_here()
    place = path or heads.key_path(gate) or gate.places.root / DEFAULT_KEY
    try:
        public = book.new_key(place)
    except FileExistsError as error:
        raise common.Failure(
            t("{path} is there already: a key is never overwritten.",
              "{path} existe déjà : une clé n'est jamais écrasée.", path=error.filename or error.args[0]),
            t("Name another file. Keep the public keys of old ones: older heads are verified with them.",
              "Nommez un autre fichier. Gardez les clés publiques des anciennes : elles vérifient les têtes d'alors."),
        ) from error  # fmt: skip
    text = book.public_text(book.public_key(public))
    if as_json:
        common.print_json({"private": str(place), "public": str(public), "fingerprint": book.fingerprint(text)})
        return
    rows.say(
        t("Private key: {path} (keep it from others, and a copy of it in a safe)",
          "Clé privée : {path} (à garder secrète, avec une copie au coffre)", path=common.from_here(place))
    )  # fmt: skip
    rows.say(
        t("Public key:  {path} (give it to auditors, by another way than their files)",
          "Clé publique : {path} (à donner aux auditeurs, par une autre voie que leurs fichiers)",
          path=common.from_here(public))
    )  # fmt: skip
    rows.say(t("Fingerprint: {key}", "Empreinte : {key}", key=book.fingerprint(text)))
    if heads.key_path(gate) != place:
        try:
            shown = place.resolve().relative_to(gate.places.root)
        except ValueError:
            shown = place.resolve()
        rows.say(t("To sign with it, set in edigate.toml:", "Pour signer avec elle, réglez dans edigate.toml :"))
        rows.say("[audit]")
        rows.say(f'key_file = "{shown}"')


@app.command(
    help=t("Make a head now, send it where the settings say, and print it.",
           "Faire une tête maintenant, l'envoyer où le disent les réglages, et l'afficher."),
    epilog=t("Example: edigate audit head > head-of-today.head.json",
             "Exemple : edigate audit head > tete-du-jour.head.json"),
)  # fmt: skip
def head() -> None:
    """Make, send and print a head; the last one where nothing has happened since."""
    gate = common.open_here()
    try:
        made = heads.make(gate)
    except book.BadKey as error:
        raise bad_key(error) from error
    if made is None:
        with gate.ledger.connect() as connection:
            made = book.last(connection)
    if made is None:
        raise common.Failure(t("Nothing has happened at this gate yet.", "Rien ne s'est encore passé ici."))
    typer.echo(made.text, nl=False)
    try:
        sent = heads.send(gate)
    except (OSError, ValueError) as error:
        raise common.Failure(
            t("The head was made, and could not be kept elsewhere: {error}",
              "La tête est faite, mais n'a pas pu être gardée ailleurs : {error}", error=error),
            t("See to audit.heads_folder and audit.heads_url; the next head takes it along.",
              "Voyez audit.heads_folder et audit.heads_url ; elle partira avec la suivante."),
        ) from error  # fmt: skip
    if sent:
        rows.note(counted(sent, ("{count} head sent.", "{count} heads sent."), ("{count} tête envoyée.",
                                                                               "{count} têtes envoyées.")))  # fmt: skip
