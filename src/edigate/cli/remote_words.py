"""What is wrong with a partner's server, in words: the cause and what to do about it."""

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.cli.messages import t
from edigate.domain.servers import Server
from edigate.domain.wording import printable
from edigate.remote.probe import Check, NotRemoved, Outcome, Step
from edigate.remote.trouble import Cause, RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping


class Words(NamedTuple):
    """What is wrong, and what to do, in both languages."""

    said_en: str
    said_fr: str
    to_do_en: str
    to_do_fr: str


_CORRECT = (
    "Correct it: edigate partners server {code} --host … --port …",
    "Corrigez : edigate partners server {code} --host … --port …",
)
_WORDS: "Mapping[Cause, Words]" = MappingProxyType(
    {
        Cause.NO_SUCH_NAME: Words(
            "The name {host} leads to no address.",
            "Le nom {host} ne mène à aucune adresse.",
            "Look at its spelling and at this machine's name servers. " + _CORRECT[0],
            "Vérifiez son orthographe et les serveurs de noms de cette machine. " + _CORRECT[1],
        ),
        Cause.PORT_CLOSED: Words(
            "{host} is there, but nobody listens at port {port}.",
            "{host} est là, mais rien n'écoute sur le port {port}.",
            "Ask the partner for the port, and whether its server runs. " + _CORRECT[0],
            "Demandez le port au partenaire, et si son serveur tourne. " + _CORRECT[1],
        ),
        Cause.NO_ANSWER: Words(
            "{address} does not answer.",
            "{address} ne répond pas.",
            "A firewall on the way may be silent: ask the partner to let this machine's address through.",
            "Un pare-feu se tait peut-être : demandez au partenaire d'ouvrir le passage à l'adresse de cette machine.",
        ),
        Cause.NO_WAY: Words(
            "{address} cannot be reached: {about}.",
            "{address} est injoignable : {about}.",
            "Look at this machine's network, and at the name. " + _CORRECT[0],
            "Vérifiez le réseau de cette machine, et le nom. " + _CORRECT[1],
        ),
        Cause.NOT_SSH: Words(
            "{address} takes connections but does not answer as an SSH server does.",
            "{address} accepte les connexions mais ne répond pas comme un serveur SSH.",
            "FTP and FTPS are no SFTP; ask the partner for the port of its SFTP server. " + _CORRECT[0],
            "FTP et FTPS ne sont pas SFTP ; demandez au partenaire le port de son serveur SFTP. " + _CORRECT[1],
        ),
        Cause.NOTHING_IN_COMMON: Words(
            "{address} offers only algorithms that are no longer safe.",
            "{address} ne propose que des algorithmes qui ne sont plus sûrs.",
            "Its server must be brought up to date: host keys Ed25519, ECDSA or RSA with SHA-2, AES in CTR or GCM.",
            "Son serveur est à mettre à jour : clés d'hôte Ed25519, ECDSA ou RSA avec SHA-2, AES en CTR ou GCM.",
        ),
        Cause.NO_SFTP: Words(
            "{address} lets {user} in but gives it no SFTP.",
            "{address} laisse entrer {user} mais ne lui offre pas SFTP.",
            "Ask the partner to allow the subsystem sftp to this user.",
            "Demandez au partenaire d'autoriser le sous-système sftp à cet utilisateur.",
        ),
        Cause.SILENT: Words(
            "{address} stopped answering.",
            "{address} a cessé de répondre.",
            "Try again; if it stays so, raise sftp.connect_seconds or sftp.silence_seconds, or ask the partner.",
            "Réessayez ; si cela dure, augmentez sftp.connect_seconds ou sftp.silence_seconds, ou voyez avec lui.",
        ),
        Cause.BROKEN_OFF: Words(
            "{address} broke the connection off.",
            "{address} a rompu la connexion.",
            "Try again. Some servers do so to refuse a login: ask the partner what its server's log says.",
            "Réessayez. Certains serveurs refusent ainsi un accès : demandez au partenaire ce que dit son journal.",
        ),
        Cause.NONSENSE: Words(
            "{address} does not keep to SFTP.",
            "{address} ne respecte pas SFTP.",
            "Ask the partner which server it is; edigate speaks version 3, as OpenSSH does.",
            "Demandez au partenaire quel est ce serveur ; edigate parle la version 3, comme OpenSSH.",
        ),
        Cause.HOST_KEY_UNKNOWN: Words(
            "Its host key was not accepted yet: {about}",
            "Sa clé d'hôte n'a pas encore été acceptée : {about}",
            "Compare it with what the partner says it is, then: edigate hostkey accept {code} --fingerprint {about}",
            "Comparez-la à celle qu'annonce le partenaire, puis : edigate hostkey accept {code} --fingerprint {about}",
        ),
        Cause.HOST_KEY_CHANGED: Words(
            "It shows another host key than the one accepted: {about}",
            "Il montre une autre clé d'hôte que celle acceptée : {about}",
            "Somebody may stand in between. Ask the partner, by other means, whether its key changed; only then:"
            " edigate hostkey rotate {code} --fingerprint {about}",
            "Quelqu'un s'est peut-être interposé. Demandez au partenaire, par une autre voie, si sa clé a changé ;"
            " alors seulement : edigate hostkey rotate {code} --fingerprint {about}",
        ),
        Cause.NO_USER: Words(
            "No user is configured.",
            "Aucun utilisateur n'est configuré.",
            "Name it: edigate partners server {code} --user …",
            "Nommez-le : edigate partners server {code} --user …",
        ),
        Cause.NO_LOGIN: Words(
            "Neither a key nor a password is configured.",
            "Ni clé ni mot de passe n'est configuré.",
            "Make a key and give its public half to the partner: edigate partners key {code}",
            "Créez une clé et remettez sa moitié publique au partenaire : edigate partners key {code}",
        ),
        Cause.FILE_MISSING: Words(
            "{about} is not there or cannot be read.",
            "{about} est absent ou illisible.",
            "Put it there, readable by the gate's user alone, or name another: edigate partners server {code} --help",
            "Mettez-le en place, lisible par le seul utilisateur de la passerelle, ou nommez-en un autre :"
            " edigate partners server {code} --help",
        ),
        Cause.FILE_EXPOSED: Words(
            "{about} is open to others than the gate's user, and is not used.",
            "{about} est ouvert à d'autres que l'utilisateur de la passerelle : il n'est pas utilisé.",
            "Close it: chmod 600 {about}",
            "Fermez-le : chmod 600 {about}",
        ),
        Cause.KEY_UNREADABLE: Words(
            "{about} holds no private key that can be used.",
            "{about} ne contient pas de clé privée utilisable.",
            "Ed25519, RSA and ECDSA keys of ssh-keygen are; or make one: edigate partners key {code}",
            "Les clés Ed25519, RSA et ECDSA de ssh-keygen le sont ; ou créez-en une : edigate partners key {code}",
        ),
        Cause.KEY_LOCKED: Words(
            "{about} is locked with a passphrase, and none is configured.",
            "{about} est protégé par une phrase secrète, et aucune n'est configurée.",
            "Name the file that holds it: edigate partners server {code} --passphrase-file FILE",
            "Nommez le fichier qui la contient : edigate partners server {code} --passphrase-file FICHIER",
        ),
        Cause.KEY_NOT_OPENED: Words(
            "The passphrase does not open {about}.",
            "La phrase secrète n'ouvre pas {about}.",
            "Correct the file that --passphrase-file names; its one line is the passphrase.",
            "Corrigez le fichier que nomme --passphrase-file ; son unique ligne est la phrase.",
        ),
        Cause.LOGIN_DENIED: Words(
            "{address} refuses the login of {user}.",
            "{address} refuse la connexion de {user}.",
            "See with the partner whether the user is right and our public key is entered for it:"
            " edigate partners key {code} prints the one that the gate made.",
            "Voyez avec le partenaire si l'utilisateur est le bon et si notre clé publique y est inscrite :"
            " edigate partners key {code} affiche celle que la passerelle a créée.",
        ),
        Cause.MORE_NEEDED: Words(
            "The server wants more than what is configured: {about}.",
            "Le serveur veut plus que ce qui est configuré : {about}.",
            "Where it is a password: edigate partners server {code} --password-file FILE",
            "S'il s'agit d'un mot de passe : edigate partners server {code} --password-file FICHIER",
        ),
        Cause.MISSING: Words(
            "There is no folder {folder} for {user}.",
            "Il n'y a pas de dossier {folder} pour {user}.",
            "Ask the partner to make it, or name another: edigate partners server {code} --help",
            "Demandez au partenaire de le créer, ou nommez-en un autre : edigate partners server {code} --help",
        ),
        Cause.EXISTS: Words(
            "The name is taken: {about}",
            "Le nom est déjà pris : {about}",
            "Try again.",
            "Réessayez.",
        ),
        Cause.DENIED: Words(
            "{user} may not do this in {folder}: {about}",
            "{user} n'en a pas le droit dans {folder} : {about}",
            "Ask the partner for the right to list, write, rename and remove there.",
            "Demandez au partenaire le droit d'y lister, écrire, renommer et supprimer.",
        ),
        Cause.UNSUPPORTED: Words(
            "The server does not know how to do this in {folder}: {about}",
            "Le serveur ne sait pas le faire dans {folder} : {about}",
            "Ask the partner for a server that lists, writes, renames and removes.",
            "Demandez au partenaire un serveur qui liste, écrit, renomme et supprime.",
        ),
        Cause.FAILED: Words(
            "It failed in {folder}: {about}",
            "Échec dans {folder} : {about}",
            "Ask the partner what its server's log says; its disk or a quota may be full.",
            "Demandez au partenaire ce que dit le journal de son serveur ; son disque ou un quota est peut-être plein.",
        ),
    }
)
_STAYS = (
    (
        "Nothing need be done: what the gate may not rename keeps its name, and the ledger that it was taken; what it"
        " may not remove stays under a hidden name."
    ),
    (
        "Il n'y a rien à faire : ce que la passerelle ne peut renommer garde son nom, et le registre retient qu'il a"
        " été pris ; ce qu'elle ne peut supprimer reste sous un nom caché."
    ),
)
_LEFT = (
    "Files can be handed over there, but {about} had to be left: ask the partner to remove it.",
    "La remise y est possible, mais {about} y est resté : demandez au partenaire de le supprimer.",
)
_CHECKS: "Mapping[Check, tuple[str, str]]" = MappingProxyType(
    {
        Check.NAME: ("name resolution", "résolution du nom"),
        Check.CONNECTION: ("connection", "connexion"),
        Check.HOST_KEY: ("host key", "clé d'hôte"),
        Check.LOGIN: ("login", "authentification"),
        Check.FETCH: ("list the fetch folder", "lister le dossier de dépôt"),
        Check.CLAIM: ("rename in the fetch folder", "renommer dans le dossier de dépôt"),
        Check.PUT: ("write into the put folder", "écrire dans le dossier de remise"),
    }
)


def checked(check: Check) -> str:
    """What was tried."""
    return t(*_CHECKS[check])


def said(trouble: RemoteTrouble, server: Server, check: Check | None = None) -> tuple[str, str]:
    """The cause and the remedy, in the language spoken."""
    words = _WORDS[trouble.cause]
    folder = server.put_into if check is Check.PUT else server.fetch_from
    facts = {
        "host": server.host, "port": server.port, "address": server.address, "user": server.user,
        "code": server.partner, "folder": folder, "about": trouble.about or str(trouble),
    }  # fmt: skip
    shown = {name: printable(str(value)) for name, value in facts.items()}
    return t(words.said_en, words.said_fr, **shown), t(words.to_do_en, words.to_do_fr, **shown)


def told(step: Step, server: Server) -> tuple[str, str]:
    """The cause and the remedy of a step that did not go well; empty where nothing is to be said."""
    if step.trouble is None:
        return "", ""
    cause, remedy = said(step.trouble, server, step.check)
    if isinstance(step.trouble, NotRemoved):
        return cause, t(*_LEFT, about=printable(step.trouble.about))
    return cause, t(*_STAYS) if step.outcome is Outcome.REMARK else remedy
