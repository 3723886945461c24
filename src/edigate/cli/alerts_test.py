"""`edigate alerts test`: a message by each way of telling that is set, and what is wrong where it does not arrive."""

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import typer

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.engine import telling
from edigate.engine.gate import Gate
from edigate.ledger.clock import stamp
from edigate.ledger.untold import By
from edigate.remote.post import post
from edigate.remote.untold import NotTold, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Remedy(NamedTuple):
    """What to do, in both languages."""

    en: str
    fr: str


class Tried(NamedTuple):
    """What came of one way: `error` where nobody was told, `refused` addresses that others were told beside."""

    by: By
    error: NotTold | None = None
    refused: "Mapping[str, str]" = MappingProxyType({})


_REMEDIES: "Mapping[Reason, Remedy]" = MappingProxyType(
    {
        Reason.BAD_ADDRESS: Remedy(
            en="Correct the address: watch.webhook begins with http:// or https://, watch.mail_from and mail_to are"
            " like somebody@example.org.",
            fr="Corrigez l'adresse : watch.webhook commence par http:// ou https://, watch.mail_from et mail_to sont"
            " de la forme quelqu.un@example.org.",
        ),
        Reason.NO_SUCH_NAME: Remedy(
            en="No machine has this name: correct it, or see to the name server (DNS).",
            fr="Aucune machine ne porte ce nom : corrigez-le, ou voyez le serveur de noms (DNS).",
        ),
        Reason.PORT_CLOSED: Remedy(
            en="Nothing listens on this port: correct the port (25, 587 with starttls, 465 with tls), or start it.",
            fr="Rien n'écoute sur ce port : corrigez-le (25, 587 avec starttls, 465 avec tls), ou démarrez le serveur.",
        ),
        Reason.NO_ANSWER: Remedy(
            en="No answer in time: a firewall on the way, or TLS expected where watch.smtp_security says otherwise.",
            fr="Pas de réponse à temps : un pare-feu en chemin, ou TLS attendu là où watch.smtp_security dit autre"
            " chose.",
        ),
        Reason.NOT_SECURE: Remedy(
            en="Server and settings do not agree on TLS: set watch.smtp_security to starttls or tls, as the server"
            " wants; a login needs one of them.",
            fr="Le serveur et les réglages ne s'accordent pas sur TLS : mettez watch.smtp_security à starttls ou tls,"
            " comme le veut le serveur ; un compte l'exige.",
        ),
        Reason.NOT_TRUSTED: Remedy(
            en="The server's certificate is not trusted: correct the name, or name your authority's certificates in"
            " the environment variable SSL_CERT_FILE.",
            fr="Le certificat du serveur n'est pas reconnu : corrigez le nom, ou désignez ceux de votre autorité dans"
            " la variable d'environnement SSL_CERT_FILE.",
        ),
        Reason.FILE_MISSING: Remedy(
            en="Put the password alone into the file that watch.smtp_password_file names, readable by the gate's"
            " account.",
            fr="Placez le mot de passe seul dans le fichier de watch.smtp_password_file, lisible par le compte de la"
            " passerelle.",
        ),
        Reason.FILE_EXPOSED: Remedy(
            en="Let only its owner read the password file: chmod 600.",
            fr="Que seul son propriétaire puisse lire le fichier du mot de passe : chmod 600.",
        ),
        Reason.LOGIN_DENIED: Remedy(
            en="The other side does not let us in: correct user and password, or the key in the webhook's address.",
            fr="L'autre côté n'accepte pas : corrigez le compte et le mot de passe, ou la clé dans l'adresse du"
            " webhook.",
        ),
        Reason.MOVED: Remedy(
            en="The address has moved: set watch.webhook to the new one.",
            fr="L'adresse a changé : mettez la nouvelle dans watch.webhook.",
        ),
        Reason.REFUSED: Remedy(
            en="The other side refuses the message: what it says stands above.",
            fr="L'autre côté refuse le message : ce qu'il dit est ci-dessus.",
        ),
        Reason.FAILED: Remedy(
            en="See what was said above, and the other side's log.",
            fr="Voyez ce qui est dit ci-dessus, et le journal de l'autre côté.",
        ),
    }
)


_WRONG_ADDRESS = Remedy(
    en="Correct the address in watch.mail_to, or take it out: whoever is refused is told of no alert.",
    fr="Corrigez l'adresse dans watch.mail_to, ou retirez-la : qui est refusé n'est prévenu d'aucune alerte.",
)


def send_test(*, as_json: bool) -> None:
    """Send a message each way; exit 1 where one does not get through, or none is set."""
    gate = common.open_here()
    wanted = [way.by for way in telling.WAYS if way.by is not By.LOG and way.wanted(gate.settings)]
    if not wanted:
        raise common.Failure(
            t("Nobody is told of alerts: neither a webhook nor mail is set.",
              "Personne n'est prévenu des alertes : ni webhook ni courriel n'est réglé."),
            t("Set watch.webhook, or watch.smtp_host and watch.mail_to, in edigate.toml.",
              "Réglez watch.webhook, ou watch.smtp_host et watch.mail_to, dans edigate.toml."),
        )  # fmt: skip
    tried = [_tried(gate, by) for by in wanted]
    if as_json:
        common.print_json([_json(one) for one in tried])
    else:
        for one in tried:
            _print(gate, one)
    if any(one.error or one.refused for one in tried):
        raise typer.Exit(1)


def _tried(gate: Gate, by: By) -> Tried:
    try:
        return Tried(by, refused=(_post if by is By.POST else _mail)(gate, *_words(gate)))
    except NotTold as error:
        return Tried(by, error)


def _words(gate: Gate) -> tuple[str, str]:
    """Subject and text, in the language that alerts are told in."""
    french = gate.settings.watch.language == "fr"
    code = gate.settings.gate.code
    if french:
        return f"[edigate {code}] essai", f"La passerelle {code} peut vous prévenir de ses alertes.\n"
    return f"[edigate {code}] test", f"The gate {code} can tell you of its alerts.\n"


def _post(gate: Gate, subject: str, text: str) -> "Mapping[str, str]":
    told = {"gate": gate.settings.gate.code, "sent_at": stamp(gate.clock()), "text": f"{subject}\n{text}", "alerts": []}
    post(gate.settings.watch.webhook, told)
    return {}


def _mail(gate: Gate, subject: str, text: str) -> "Mapping[str, str]":
    return telling.send_mail(gate, subject, text, key=stamp(gate.clock()))


def _json(tried: Tried) -> dict[str, object]:
    error = tried.error
    return {
        "by": tried.by.value,
        "told": error is None,
        "refused": dict(tried.refused),
        "reason": error.reason.value if error else "",
        "error": str(error or ""),
        "remedy": t(*_remedy(tried)) if error or tried.refused else "",
    }


def _remedy(tried: Tried) -> Remedy:
    return _REMEDIES[tried.error.reason] if tried.error else _WRONG_ADDRESS


def _print(gate: Gate, tried: Tried) -> None:
    taken = [address for address in telling.addressees(gate.settings) if address not in tried.refused]
    whom = {
        By.POST: t("The webhook", "Le webhook"),
        By.MAIL: t("Mail to {to}", "Courriel à {to}", to=", ".join(taken)),
    }[tried.by]
    if tried.error is None:
        rows.say(t("{whom}: sent.", "{whom} : envoyé.", whom=whom), style="green")
    else:
        rows.say(t("{whom}: {error}", "{whom} : {error}", whom=whom, error=tried.error), style="red")
    for address, said in tried.refused.items():
        rows.say(t("{to} was refused: {said}", "{to} a été refusé : {said}", to=address, said=said), style="red")
    if tried.error or tried.refused:
        rows.say(f"  {t(*_remedy(tried))}")
