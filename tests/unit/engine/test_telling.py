"""Alerts are told once, opened and closed, by every way that is set; trouble with one keeps nothing else back."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from edigate.engine import telling
from edigate.engine.upkeep import Chore, kept_up
from edigate.ledger import alerts
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from tests.listeners import MailServer, Webhook, deaf
from tests.ports import free_port
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from edigate.engine.gate import Gate

PATIENCE = 60


def open_alert(gate: Gate, partner: str = "SEI001", kind: str = alerts.WAY_OPEN, detail: str = "no route") -> None:
    """Raise one, about a partner."""
    with writing(gate.ledger) as connection:
        alerts.open_one(connection, kind, 0, partner, detail, stamp(gate.clock()))


def close_alert(gate: Gate, partner: str = "SEI001", kind: str = alerts.WAY_OPEN) -> None:
    """What it was about is over."""
    with writing(gate.ledger) as connection:
        alerts.close(connection, kind, 0, stamp(gate.clock()), partner)


def told_in_the_log(gate: Gate) -> list[tuple[str, Any]]:
    """What one telling logs: the event and whom it is about."""
    with capture_logs() as logs:
        telling.tell(gate)
    return [(entry["event"], entry.get("partner")) for entry in logs]


def by_webhook(gate: Gate, hook: Webhook) -> Gate:
    """The gate, telling a webhook."""
    return with_settings(gate, "watch", webhook=hook.address)


def by_mail(gate: Gate, port: int, **more: object) -> Gate:
    """The gate, telling by mail."""
    return with_settings(
        gate, "watch", smtp_host="127.0.0.1", smtp_port=port, mail_to="ops@example.org, chef@example.org",
        mail_from="edigate@example.org", **more,
    )  # fmt: skip


def test_the_log_tells_each_alert_once_opened_and_once_over(gate: Gate) -> None:
    """Also where neither webhook nor mail is set."""
    assert told_in_the_log(gate) == []
    open_alert(gate)
    assert told_in_the_log(gate) == [("alert.opened", "SEI001")]
    assert told_in_the_log(gate) == []
    close_alert(gate)
    assert told_in_the_log(gate) == [("alert.over", "SEI001")]
    assert told_in_the_log(gate) == []
    open_alert(gate)
    assert told_in_the_log(gate) == [("alert.opened", "SEI001")]


def test_the_webhook_gets_all_that_is_known_in_one_post(gate: Gate) -> None:
    """What happened, about whom, what to do; several alerts are one post."""
    hook = Webhook()
    gate = by_webhook(gate, hook)
    open_alert(gate)
    open_alert(gate, "", alerts.DISK_LOW, "gate: 12 MB left")
    with hook.listening():
        telling.tell(gate)
        telling.tell(gate)
        close_alert(gate)
        telling.tell(gate)

    opened, closed = hook.posted
    assert [one["kind"] for one in opened["alerts"]] == ["way.open", "disk.low"]
    first = opened["alerts"][0]
    assert (opened["gate"], first["state"], first["partner"], first["detail"]) == (
        "CPP001", "opened", "SEI001", "no route",
    )  # fmt: skip
    assert first["opened_at"]
    assert first["closed_at"] is None
    assert "edigate partners test SEI001" in first["remedy"]
    assert opened["text"].splitlines()[0] == "[edigate CPP001] alerts: 2 opened, 0 over"
    assert [(one["id"], one["state"]) for one in closed["alerts"]] == [(first["id"], "closed")]
    assert closed["text"].splitlines()[0] == "[edigate CPP001] over way.open SEI001"


def test_mail_tells_in_words_what_happened_and_what_to_do(gate: Gate) -> None:
    """One mail to everybody, with times of the gate's own zone."""
    server = MailServer()
    gate = by_mail(gate, server.port)
    open_alert(gate)
    with server as box:
        telling.tell(gate)
        close_alert(gate)
        telling.tell(gate)

    opened, closed = box.mails
    assert opened["Subject"] == "[edigate CPP001] alert way.open SEI001"
    assert opened["Auto-Submitted"] == "auto-generated"
    assert box.sent_to == [["ops@example.org", "chef@example.org"]] * 2
    body = opened.get_content()
    assert "has failed several times in a row" in body
    assert "no route" in body
    assert "edigate partners test SEI001" in body
    assert " CET." in body or " CEST." in body
    assert closed["Subject"] == "[edigate CPP001] over way.open SEI001"
    assert "over since" in closed.get_content()


def test_mail_speaks_french_where_it_is_set(gate: Gate) -> None:
    """Subject, sentences and remedies."""
    server = MailServer()
    gate = by_mail(gate, server.port, language="fr")
    open_alert(gate, "JMRPOR", alerts.FLOWS_STUCK, "3")
    open_alert(gate)
    with server as box:
        telling.tell(gate)

    assert box.mails[0]["Subject"] == "[edigate CPP001] alertes : 2 ouvertes, 0 closes"
    assert "Des dépôts de JMRPOR attendent une décision depuis trop longtemps." in box.mails[0].get_content()
    assert "Toutes : edigate alerts list" in box.mails[0].get_content()


def test_a_flood_of_alerts_is_one_mail_of_bounded_size(gate: Gate) -> None:
    """The first ones in words, the others as a number."""
    server = MailServer()
    gate = by_mail(gate, server.port)
    with writing(gate.ledger) as connection:
        for number in range(1, 301):
            alerts.open_one(connection, alerts.DELIVERY_DEAD, number, "SEI001", "x", stamp(gate.clock()))
    with server as box:
        telling.tell(gate)
        telling.tell(gate)

    (mail,) = box.mails
    assert "250 more." in mail.get_content()
    assert len(mail.get_content()) < 40_000


def test_what_came_and_went_between_two_looks_is_told_once(gate: Gate) -> None:
    """As over, with both its times."""
    hook = Webhook()
    gate = by_webhook(gate, hook)
    open_alert(gate)
    close_alert(gate)
    with hook.listening():
        telling.tell(gate)

    assert [[one["state"] for one in posted["alerts"]] for posted in hook.posted] == [["closed"]]


def test_what_cannot_be_told_is_tried_again_and_told_once(gate: Gate) -> None:
    """A webhook that is down keeps the mail back no more than the log; when it is back it gets everything, once."""
    hook, server = Webhook(), MailServer()
    gate = by_mail(by_webhook(gate, hook), server.port)
    open_alert(gate)
    with server as box:
        assert ("alert.untold", None) in told_in_the_log(gate)
        telling.tell(gate)
        assert len(box.mails) == 1
        hook.answers = [500]
        with hook.listening():
            assert ("alert.untold", None) in told_in_the_log(gate)
            telling.tell(gate)
            telling.tell(gate)
    assert [len(posted["alerts"]) for posted in hook.posted] == [1]
    assert len(box.mails) == 1


def test_a_mail_server_that_is_down_keeps_the_alert_for_later(gate: Gate) -> None:
    """Opened and closed meanwhile, it is told once."""
    port = free_port()
    gate = by_mail(gate, port)
    open_alert(gate)
    assert ("alert.untold", None) in told_in_the_log(gate)
    close_alert(gate)
    server = MailServer()
    gate = by_mail(gate, server.port)
    with server as box:
        telling.tell(gate)
        telling.tell(gate)
    assert [mail["Subject"] for mail in box.mails] == ["[edigate CPP001] over way.open SEI001"]


def test_what_happened_before_anybody_was_to_be_told_is_not_told_later(gate: Gate) -> None:
    """Setting a webhook up does not bring all alerts of the past."""
    hook = Webhook()
    open_alert(gate)
    telling.tell(gate)
    open_alert(gate, "JMRPOR")
    with hook.listening():
        telling.tell(by_webhook(gate, hook))

    assert [[one["partner"] for one in posted["alerts"]] for posted in hook.posted] == [["JMRPOR"]]


@pytest.mark.parametrize("wrong", ["no address", "a@b@c", "", "a\nBcc: everybody@example.org"])
def test_a_wrong_address_is_told_and_not_sent_to(gate: Gate, wrong: str) -> None:
    """Whatever stands there, no line of the mail's head can be made of it."""
    server = MailServer()
    gate = with_settings(by_mail(gate, server.port), "watch", mail_from=wrong)
    open_alert(gate)
    with server as box:
        assert ("alert.untold", None) in told_in_the_log(gate)
    assert box.mails == []


def test_what_a_server_said_cannot_forge_lines_of_a_mail(gate: Gate) -> None:
    """Control characters of an error show as escapes."""
    server = MailServer()
    gate = by_mail(gate, server.port)
    open_alert(gate, detail="bad\r\n\r\n1. everything is well\x1b[2J")
    with server as box:
        telling.tell(gate)
    assert "bad\\r\\n\\r\\n1. everything is well\\x1b[2J" in box.mails[0].get_content()


def test_the_same_news_sent_twice_bears_the_same_message_id(gate: Gate) -> None:
    """A gate that died between sending and noting it sends again: mail programs show it once."""
    server = MailServer()
    gate = by_mail(gate, server.port)
    open_alert(gate)
    with server as box:
        telling.tell(gate)
        with writing(gate.ledger) as connection:
            connection.exec_driver_sql("update alerts set mailed = ''")
        telling.tell(gate)
        close_alert(gate)
        telling.tell(gate)
    first, again, over = (mail["Message-ID"] for mail in box.mails)
    assert first == again != over
    assert first.endswith("@example.org>")


def test_a_server_that_says_nothing_holds_up_neither_gate_nor_other_chores_for_good(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up after its time, and what comes after it in the list of chores is done."""
    monkeypatch.setattr("edigate.remote.mail.send.__kwdefaults__", {"seconds": 0.3})
    done: list[float] = []
    with deaf() as port:
        gate = by_mail(gate, port)
        open_alert(gate)
        chores = (
            Chore("alerts", lambda _: 60, telling.tell),
            Chore("next", lambda _: 60, lambda _: done.append(time.monotonic())),
        )
        started = time.monotonic()
        with kept_up(replace(gate), chores):
            while not done and time.monotonic() - started < PATIENCE:
                time.sleep(0.02)
    assert done


def test_an_address_that_is_refused_is_warned_of_once_and_keeps_nobody_in_mails(gate: Gate) -> None:
    """The others get each alert once, not anew at every look."""
    server = MailServer()
    open_alert(gate)
    with server as box:
        box.refused.add("chef@example.org")
        gate = by_mail(gate, server.port)
        with capture_logs() as logs:
            for _ in range(3):
                telling.tell(gate)

    assert box.sent_to == [["ops@example.org"]]
    warned = [entry for entry in logs if entry["event"] == "alert.refused"]
    assert [entry["error"] for entry in warned] == ["chef@example.org: 550 no such mailbox here"]
    assert not [entry for entry in logs if entry["event"] == "alert.untold"]


def test_a_mail_that_every_address_is_refused_for_is_tried_again(gate: Gate) -> None:
    """Nobody has been told yet."""
    server = MailServer()
    open_alert(gate)
    with server as box:
        box.refused |= {"ops@example.org", "chef@example.org"}
        gate = by_mail(gate, server.port)
        telling.tell(gate)
        box.refused.clear()
        telling.tell(gate)

    assert box.sent_to == [["ops@example.org", "chef@example.org"]]
