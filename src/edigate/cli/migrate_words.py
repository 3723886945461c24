"""Why a gate cannot be moved, in words, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from edigate.cli.common import Failure
from edigate.cli.messages import t
from edigate.cli.server_words import of_server, of_unfit
from edigate.ledger.database import LedgerUnfit
from edigate.moving.reasons import Cause, Unmovable

OPTION = "--ledger"


@contextmanager
def worded() -> Iterator[None]:
    """Say in words why a gate cannot be moved: of the database that it cannot be moved to, too."""
    try:
        yield
    except Unmovable as error:
        said, remedy = _WORDS[error.cause]
        raise Failure(t(*said, detail=error.detail), t(*remedy, detail=error.detail)) from None
    except LedgerUnfit as error:
        raise of_unfit(error, OPTION) from None
    except Exception as error:
        cause = getattr(error, "orig", error)
        if type(cause).__module__.startswith("psycopg"):  # which may not be installed
            raise of_server(cause, OPTION) from None
        raise


_WORDS: dict[Cause, tuple[tuple[str, str], tuple[str, str]]] = {
    Cause.NO_LEDGER: (
        ("{detail}: there is no ledger in this folder to move.",
         "{detail} : aucun registre à déplacer dans ce dossier."),
        ("Name the gate's own folder with --gate DIR.", "Nommez le dossier de la passerelle avec --gate DOSSIER."),
    ),
    Cause.ELSEWHERE: (
        ("The gate's ledger is elsewhere already: {detail}.",
         "Le registre de la passerelle est déjà ailleurs : {detail}."),
        ("From server to server, move the database with pg_dump and pg_restore, then change [ledger] url.",
         "De serveur à serveur, déplacez la base avec pg_dump et pg_restore, puis changez [ledger] url."),
    ),
    Cause.BEGUN_ELSEWHERE: (
        ("The ledger was already on its way to {detail}.", "Le registre était déjà en route vers {detail}."),
        ("Finish that: edigate migrate --ledger {detail}; or give it up: edigate migrate --give-up.",
         "Terminez : edigate migrate --ledger {detail} ; ou renoncez-y : edigate migrate --give-up."),
    ),
    Cause.ANOTHER_LEDGER: (
        ("The database holds another ledger; nothing was changed there ({detail}).",
         "La base contient un autre registre ; rien n'y a été changé ({detail})."),
        ("Name an empty database: each gate has one of its own.",
         "Nommez une base vide : chaque passerelle a la sienne."),
    ),
    Cause.AT_WORK: (
        ("Somebody else is at work there: a backup, a purge, or another move ({detail}).",
         "Quelqu'un d'autre y est à l'œuvre : une sauvegarde, une purge ou un autre déplacement ({detail})."),
        ("Try again when it is done.", "Recommencez quand ce sera fini."),
    ),
    Cause.SETTINGS: (
        ("edigate.toml is written in a way that {detail} cannot be put in by itself.",
         "edigate.toml est écrit de telle façon que {detail} ne peut pas y être mis automatiquement."),
        ('Write these settings as tables, [ledger] and below it url = "", then try again.',
         'Écrivez ces réglages en tables, [ledger] et dessous url = "", puis recommencez.'),
    ),
    Cause.DANGLING: (
        ("The ledger has rows that refer to others that are missing: {detail}.",
         "Le registre a des lignes qui renvoient à d'autres, absentes : {detail}."),
        ("edigate doctor --deep tells more; docs/backup.md how to restore a sound one.",
         "edigate doctor --deep en dit plus ; docs/backup.md explique comment en restaurer un sain."),
    ),
    Cause.DIFFERENT: (
        ("What was read back is not what was written: {detail}. Nothing was kept there.",
         "Ce qui a été relu n'est pas ce qui a été écrit : {detail}. Rien n'y a été gardé."),
        ("Try again; should it happen twice, look at the server's disk and log.",
         "Recommencez ; si cela se répète, voyez le disque et le journal du serveur."),
    ),
    Cause.ZERO_BYTE: (
        ("A text in the ledger holds a zero byte, which PostgreSQL does not take: {detail}.",
         "Un texte du registre contient un octet nul, que PostgreSQL n'accepte pas : {detail}."),
        ("Let its flow be purged when its time has come, and move then; until then the ledger stays where it is.",
         "Laissez purger son flux le moment venu, et déplacez alors ; d'ici là le registre reste où il est."),
    ),
    Cause.STORED: (
        ("The archive is in a store already: {detail}.", "L'archive est déjà dans un stockage : {detail}."),
        ("Copy it with the store's own tools, then change [storage] url.",
         "Copiez-la avec les outils du stockage, puis changez [storage] url."),
    ),
    Cause.NO_FOLDER: (
        ("{detail} is no folder: what is meant to be shared may not be mounted.",
         "{detail} n'est pas un dossier : ce qui doit être partagé n'est peut-être pas monté."),
        ("Mount it, or make the folder, then try again.", "Montez-le, ou créez le dossier, puis recommencez."),
    ),
    Cause.FINISHED: (
        ("The gate's ledger is on PostgreSQL already: there is nothing to give up.",
         "Le registre de la passerelle est déjà sur PostgreSQL : il n'y a rien à abandonner."),
        ("Numbers were given out there: to go back would give them again.",
         "Des numéros y ont été attribués : revenir en arrière les donnerait une seconde fois."),
    ),
}  # fmt: skip
