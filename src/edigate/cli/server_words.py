"""Why a ledger on a server cannot be used, in words: by what PostgreSQL says, or by what it is not."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.cli.common import Failure
from edigate.cli.messages import t

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "[ledger] url"


class _Remedy(NamedTuple):
    english: str
    french: str


# By what PostgreSQL's sentence contains, the first that does. No remedy repeats the address: it may hold a password.
_REMEDIES: "Mapping[str, _Remedy]" = MappingProxyType(
    {
        "password": _Remedy(
            "The server refuses the login. Put the password into ~/.pgpass (permissions 0600) of this account, or the"
            " whole address into EDIGATE_LEDGER__URL.",
            "Le serveur refuse la connexion. Mettez le mot de passe dans ~/.pgpass (droits 0600) de ce compte, ou"
            " l'adresse entière dans EDIGATE_LEDGER__URL.",
        ),
        "authentication failed": _Remedy(
            "The server refuses the login: see to the account in {address} and to pg_hba.conf on the server.",
            "Le serveur refuse la connexion : voyez le compte dans {address} et pg_hba.conf sur le serveur.",
        ),
        "no pg_hba.conf entry": _Remedy(
            "The server lets nobody in from this machine: add a line to its pg_hba.conf and have it read again.",
            "Le serveur n'admet personne depuis cette machine : ajoutez une ligne à son pg_hba.conf et rechargez-le.",
        ),
        "role ": _Remedy(
            "The server does not know this account: create it (create role … login), or correct {address}.",
            "Le serveur ne connaît pas ce compte : créez-le (create role … login), ou corrigez {address}.",
        ),
        "database ": _Remedy(
            "Create the database (create database … encoding 'UTF8', its owner the gate's account), or correct"
            " {address}.",
            "Créez la base (create database … encoding 'UTF8', au nom du compte de la passerelle), ou corrigez"
            " {address}.",
        ),
        "permission denied": _Remedy(
            "Make this account the owner of the database, or grant it all rights on the schema public.",
            "Rendez ce compte propriétaire de la base, ou donnez-lui tous les droits sur le schéma public.",
        ),
        "too many clients": _Remedy(
            "The server has no connection left: raise its max_connections, or run fewer processes: docs/scaling.md.",
            "Le serveur n'a plus de connexion libre : relevez max_connections, ou lancez moins de processus :"
            " docs/scaling.md.",
        ),
        "connection slots": _Remedy(
            "The server has no connection left: raise its max_connections, or run fewer processes: docs/scaling.md.",
            "Le serveur n'a plus de connexion libre : relevez max_connections, ou lancez moins de processus :"
            " docs/scaling.md.",
        ),
        "read-only transaction": _Remedy(
            "This server is a copy that only reads: name the one that writes in {address}"
            " (target_session_attrs=read-write finds it among several).",
            "Ce serveur est une copie en lecture seule : nommez celui qui écrit dans {address}"
            " (target_session_attrs=read-write le trouve parmi plusieurs).",
        ),
        "no space left": _Remedy(
            "The server's disk is full: make room there; nothing that was deposited is lost.",
            "Le disque du serveur est plein : faites-y de la place ; rien de ce qui a été déposé n'est perdu.",
        ),
        "starting up": _Remedy(
            "The server is not ready yet: try again in a moment.",
            "Le serveur n'est pas encore prêt : recommencez dans un instant.",
        ),
        "resolve": _Remedy(
            "No machine of this name is known here: correct {address}, or see to the name service.",
            "Aucune machine de ce nom n'est connue ici : corrigez {address}, ou voyez le service de noms.",
        ),
        "translate host name": _Remedy(
            "No machine of this name is known here: correct {address}, or see to the name service.",
            "Aucune machine de ce nom n'est connue ici : corrigez {address}, ou voyez le service de noms.",
        ),
        "could not serialize": _Remedy(
            "Others kept writing the same: try again.",
            "D'autres ne cessaient d'écrire la même chose : recommencez.",
        ),
        "connection": _Remedy(
            "The server cannot be reached: see that it runs, that it listens to this machine, and that {address}"
            " names it. Nothing that was deposited is lost.",
            "Le serveur est injoignable : voyez s'il tourne, s'il écoute cette machine, et si {address} le désigne"
            " bien. Rien de ce qui a été déposé n'est perdu.",
        ),
    }
)


def of_server(error: Exception, address: str = SETTING) -> Failure:
    """What an error of PostgreSQL, or on the way to it, means: its own first sentence, and what to do.

    `address` is what names the server: the setting, or an option.
    """
    said = " ".join(str(error).splitlines()[:1]) or type(error).__name__
    remedy = next((words for key, words in _REMEDIES.items() if key in said.lower()), None)
    return Failure(
        t("The ledger cannot be used: {reason}.", "Le registre ne peut pas être utilisé : {reason}.",
          reason=_brief(said).rstrip(".")),
        t(*remedy, address=address) if remedy else "",
    )  # fmt: skip


def _brief(said: str) -> str:
    return said.removeprefix("connection failed: ").removeprefix("connection is bad: ").replace(" FATAL:  ", " ")


def of_unfit(error: Any, address: str = SETTING) -> Failure:  # noqa: ANN401 - ledger.database.LedgerUnfit
    """Why a ledger cannot be where the settings, or whatever names its `address`, say."""
    return {
        error.NO_DRIVER: lambda: Failure(
            t("The ledger is on PostgreSQL, and the library {name} is missing.",
              "Le registre est sur PostgreSQL, et la bibliothèque {name} manque.", name=error.found),
            t('Install it with the extra: pip install "edigate[postgres]"',
              'Installez-la avec l\'extra : pip install "edigate[postgres]"'),
        ),
        error.TOO_OLD: lambda: Failure(
            t("The ledger's server is too old: {version}.", "Le serveur du registre est trop ancien : {version}.",
              version=error.found),
            t("It must be PostgreSQL 13 or newer.", "Il faut PostgreSQL 13 ou plus récent."),
        ),
        error.ENCODING: lambda: Failure(
            t("The ledger's database is encoded in {encoding}, and names and texts need UTF8.",
              "La base du registre est codée en {encoding}, or noms et textes demandent UTF8.", encoding=error.found),
            t("Create another: create database … encoding 'UTF8' template template0",
              "Créez-en une autre : create database … encoding 'UTF8' template template0"),
        ),
        error.ADDRESS: lambda: Failure(
            t("The address in {address} cannot be understood; it is not repeated here, as it may hold a password.",
              "L'adresse dans {address} est incompréhensible ; elle n'est pas répétée ici, car elle peut contenir un"
              " mot de passe.", address=address),
            t("Write it as postgresql://account@machine:5432/database, special characters as %40.",
              "Écrivez-la ainsi : postgresql://compte@machine:5432/base, les caractères spéciaux comme %40."),
        ),
    }[error.why]()  # fmt: skip
