"""Telling whoever watches of alerts, opened and closed: each once, by the log, a webhook and mail."""

from __future__ import annotations

import hashlib
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import structlog

from edigate.domain.alert_words import said, to_do
from edigate.domain.wording import printable
from edigate.ledger import notes
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import written
from edigate.ledger.untold import CLOSED, OPENED, By, mark_told, state, untold
from edigate.remote.untold import NotTold, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edigate.config import Settings
    from edigate.engine.gate import Gate
    from edigate.remote.mail import MailServer

Alert: TypeAlias = "Mapping[Any, Any]"
log = structlog.get_logger()
BEGUN = "telling_since"
AT_MOST = 1000
IN_A_MAIL = 50


class Way(NamedTuple):
    """One way of telling: its column, what must be set for it, and how it tells several alerts at once."""

    by: By
    wanted: Callable[[Settings], bool]
    tell: Callable[[Gate, Sequence[Alert]], None]


def tell(gate: Gate) -> None:
    """Tell what is not told yet, all of it at once; what cannot be told now is tried again next time.

    Where a way is not set, what happened meanwhile is not told later, when it is.
    """
    for way in WAYS:
        with gate.ledger.connect() as connection:
            news = untold(connection, way.by, AT_MOST)
        if not news:
            continue
        # One that cannot be written would have the same told again and again.
        written(gate.ledger, notes.write, BEGUN, stamp(gate.clock()))
        if told_by(gate, way, news):
            written(gate.ledger, mark_told, way.by, news)


def told_by(gate: Gate, way: Way, news: Sequence[Alert]) -> bool:
    """Tell it one way; whether that is done, which it also is where nobody is to be told so."""
    if not way.wanted(gate.settings):
        return True
    try:
        way.tell(gate, news)
    except NotTold as error:
        log.warning("alert.untold", by=way.by.value, alerts=len(news), error=str(error))
        return False
    return True


def _log(_: Gate, news: Sequence[Alert]) -> None:
    for alert in news:
        if state(alert) == OPENED:
            log.warning("alert.opened", alert=alert["id"], kind=alert["kind"], partner=alert["partner"])
        else:
            log.info("alert.over", alert=alert["id"], kind=alert["kind"], partner=alert["partner"])


def _post(gate: Gate, news: Sequence[Alert]) -> None:
    from edigate.remote.post import post  # noqa: PLC0415 - what few commands need

    post(gate.settings.watch.webhook, document(gate, news))


def document(gate: Gate, news: Sequence[Alert]) -> dict[str, object]:
    """What the webhook gets; `text` is for chats that show just that."""
    language = gate.settings.watch.language
    return {
        "gate": gate.settings.gate.code,
        "sent_at": stamp(gate.clock()),
        "text": f"{_subject(gate, news)}\n" + "\n".join(said(alert, language) for alert in news[:IN_A_MAIL]),
        "alerts": [
            {
                "id": alert["id"], "state": state(alert), "kind": alert["kind"], "partner": alert["partner"],
                "subject": alert["subject"], "name": alert["name"], "number": alert["number"],
                "supplier": alert["supplier"], "detail": alert["detail"], "opened_at": alert["at"],
                "closed_at": alert["closed_at"], "message": said(alert, language), "remedy": to_do(alert, language),
            }
            for alert in news
        ],
    }  # fmt: skip


def _mail(gate: Gate, news: Sequence[Alert]) -> None:
    """Whoever is refused is only warned of: the others have it, and would get it again with each new try."""
    key = repr([(a["id"], state(a)) for a in news])
    for address, said_of_it in send_mail(gate, _subject(gate, news), _body(gate, news), key=key).items():
        log.warning("alert.refused", by=By.MAIL.value, alerts=len(news), error=f"{address}: {said_of_it}")


def send_mail(gate: Gate, subject: str, body: str, *, key: str) -> Mapping[str, str]:
    """One mail to all whom the settings name; the same `key` gives the same message id, should it be sent twice.

    Returns the addresses that the mail server refused, with what it said. Raises NotTold where it took none.
    """
    from edigate.remote.mail import send  # noqa: PLC0415 - what few commands need

    message = EmailMessage()
    message["From"] = sender = _address(gate.settings.watch.mail_from)
    message["To"] = [_address(address) for address in addressees(gate.settings)]
    message["Subject"] = subject
    message["Date"] = format_datetime(gate.clock())
    digest = hashlib.sha256(f"{gate.settings.gate.code} {gate.places.root} {key}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{sender.domain or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return send(_mail_server(gate), message)


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise NotTold(Reason.BAD_ADDRESS, f"{text!r} is no mail address") from None


def _mail_server(gate: Gate) -> MailServer:
    from edigate.remote.mail import MailServer  # noqa: PLC0415 - what few commands need

    watch = gate.settings.watch
    file = gate.places.root / watch.smtp_password_file if watch.smtp_password_file else None
    return MailServer(watch.smtp_host, watch.smtp_port, watch.smtp_security, watch.smtp_user, file)


def addressees(settings: Settings) -> list[str]:
    """Whom mail goes to."""
    return [address.strip() for address in settings.watch.mail_to.split(",") if address.strip()]


def _subject(gate: Gate, news: Sequence[Alert]) -> str:
    """The gate, and the alert or how many there are."""
    french = gate.settings.watch.language == "fr"
    opened, over = ([a for a in news if state(a) == what] for what in (OPENED, CLOSED))
    if len(news) == 1:
        words = {OPENED: ("alert", "alerte"), CLOSED: ("over", "fin d'alerte")}[state(news[0])][french]
        told = " ".join(filter(None, (words, news[0]["kind"], news[0]["partner"])))
    else:
        told = ("alerts: {} opened, {} over", "alertes : {} ouvertes, {} closes")[french].format(len(opened), len(over))
    return f"[edigate {gate.settings.gate.code}] {told}"


def _body(gate: Gate, news: Sequence[Alert]) -> str:
    french = gate.settings.watch.language == "fr"
    parts = [_paragraph(gate, alert, french=french) for alert in news[:IN_A_MAIL]]
    if len(news) > IN_A_MAIL:
        parts.append(("{} more.", "{} de plus.")[french].format(len(news) - IN_A_MAIL))
    parts.append(("All of them: edigate alerts list", "Toutes : edigate alerts list")[french])
    return "\n\n".join(parts) + "\n"


def _paragraph(gate: Gate, alert: Alert, *, french: bool) -> str:
    language = gate.settings.watch.language
    head = f"{alert['id']}. {said(alert, language)}"
    since = f"{('Since', 'Depuis')[french]} {_local(gate, alert['at'])}"
    detail = [printable(alert["detail"])] if alert["detail"] else []
    if state(alert) == CLOSED:
        over = f"{('over since', 'fini depuis')[french]} {_local(gate, alert['closed_at'])}"
        return "\n".join([head, *detail, f"{since}, {over}."])
    return "\n".join([head, *detail, f"{since}.", to_do(alert, language)])


def _local(gate: Gate, stamped: str) -> str:
    return f"{moment(stamped).astimezone(gate.zone):%Y-%m-%d %H:%M %Z}"


WAYS: tuple[Way, ...] = (
    Way(By.LOG, lambda _: True, _log),
    Way(By.POST, lambda settings: bool(settings.watch.webhook), _post),
    Way(By.MAIL, lambda settings: bool(settings.watch.smtp_host and addressees(settings)), _mail),
)
