"""`edigate alerts` of what is about partners and the gate itself: shown, closed, and tried by whom they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.alert_words import WORDS
from edigate.ledger import alerts
from tests.integration.cli_records.console import fold
from tests.listeners import MailServer, Webhook
from tests.ports import free_port

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

NOW = "2026-03-02T09:15:30.000000Z"


def opened(site: Site, kind: str, partner: str = "", detail: str = "", subject: int = 0) -> None:
    """Raise an alert."""
    with site.connection() as connection:
        assert alerts.open_one(connection, kind, subject, partner, detail, NOW)


def test_an_alert_is_shown_by_its_number(fresh: Site) -> None:
    """What happened, the figures, since when, what to do; in both languages and as JSON."""
    opened(fresh, alerts.WAY_OPEN, "SEI001", "no route to host\x1b[2J")

    english = fold(fresh.run("alerts", "show", "1").out)
    assert "1 The way to SEI001, or from it, has failed several times in a row" in english
    assert "no route to host\\x1b[2J" in english
    assert "2026-03-02 10:15" in english
    assert "edigate partners test SEI001" in english
    assert "a échoué plusieurs fois de suite" in fold(fresh.run("alerts", "show", "1", lang="fr").out)
    assert fresh.json("alerts", "show", "1") == fresh.json("alerts", "list")[0]
    assert "edigate alerts list" in fresh.run("alerts", "show", "9", expect=1).err


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_is_worded(fresh: Site, kind: str) -> None:
    """With what to do, in both languages, and no hole where a part is not known."""
    opened(fresh, kind, "SEI001", "why", subject=0)
    for lang in ("en", "fr"):
        told = fold(fresh.run("alerts", "list", lang=lang).out)
        assert kind not in told
        assert "{" not in told
    (alert,) = fresh.json("alerts", "list")
    assert alert["message"]
    assert alert["remedy"]


def test_closing_one_partners_alert_leaves_anothers(fresh: Site) -> None:
    """Though both are about no subject of the ledger."""
    opened(fresh, alerts.WAY_OPEN, "SEI001")
    opened(fresh, alerts.WAY_OPEN, "POR001")

    fresh.run("alerts", "close", "1", "--reason", "seen to")

    assert [alert["partner"] for alert in fresh.json("alerts", "list")] == ["POR001"]


def test_an_alert_of_a_dead_letter_stands_with_its_file(site: Site) -> None:
    """Whoever shows the file reads it there, with the command that offers it again."""
    (first, *_) = site.json("deliveries", "list")
    opened(site, alerts.DELIVERY_DEAD, first["partner"], "quota exceeded", first["id"])

    told = fold(site.run("deliveries", "show", first["name"]).out)

    assert "was set aside as a dead letter" in told
    assert f"edigate deliveries resend {first['name']}" in told


def test_nobody_to_tell_is_said_with_the_settings(fresh: Site) -> None:
    """A test message needs somebody to get it."""
    told = fresh.run("alerts", "test", expect=1).err
    assert "neither a webhook nor mail is set" in told
    assert "watch.webhook" in told
    assert "ni webhook ni courriel" in fresh.run("alerts", "test", lang="fr", expect=1).err


def test_a_test_message_goes_every_way_that_is_set(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the webhook and by mail; what was sent is said."""
    hook, server = Webhook(), MailServer()
    monkeypatch.setenv("EDIGATE_WATCH__WEBHOOK", hook.address)
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_PORT", str(server.port))
    monkeypatch.setenv("EDIGATE_WATCH__MAIL_TO", "ops@example.org")
    monkeypatch.setenv("EDIGATE_WATCH__LANGUAGE", "fr")
    with hook.listening(), server as box:
        told = fold(fresh.run("alerts", "test").out)
        found = fresh.json("alerts", "test")

    assert told == "The webhook: sent. Mail to ops@example.org: sent."
    assert [(one["by"], one["told"], one["reason"], one["remedy"]) for one in found] == [
        ("posted", True, "", ""), ("mailed", True, "", ""),
    ]  # fmt: skip
    assert hook.posted[0]["alerts"] == []
    assert "essai" in hook.posted[0]["text"]
    assert box.mails[0]["Subject"] == "[edigate CPP001] essai"


def test_a_way_that_fails_is_said_with_what_to_do(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other is tried all the same; the exit status tells, and the webhook's address is not shown."""
    hook, server = Webhook(), MailServer()
    hook.answers = [403, 403]
    monkeypatch.setenv("EDIGATE_WATCH__WEBHOOK", hook.address)
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_PORT", str(server.port))
    monkeypatch.setenv("EDIGATE_WATCH__MAIL_TO", "ops@example.org")
    with hook.listening(), server as box:
        told = fresh.run("alerts", "test", expect=1)
        found = fresh.run("alerts", "test", "--json", expect=1).json

    assert "HTTP 403" in told.out
    assert "does not let us in" in told.out
    assert "s3cret-part" not in told.out + told.err
    assert [(one["by"], one["told"], one["reason"]) for one in found] == [
        ("posted", False, "login_denied"), ("mailed", True, ""),
    ]  # fmt: skip
    assert len(box.mails) == 2


def test_an_address_that_the_mail_server_refuses_is_said(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside those who got it; the exit status tells."""
    server = MailServer()
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_PORT", str(server.port))
    monkeypatch.setenv("EDIGATE_WATCH__MAIL_TO", "ops@example.org, bad@example.org")
    with server as box:
        box.refused.add("bad@example.org")
        english = fold(fresh.run("alerts", "test", expect=1).out)
        french = fold(fresh.run("alerts", "test", lang="fr", expect=1).out)
        (found,) = fresh.run("alerts", "test", "--json", expect=1).json

    assert "Mail to ops@example.org: sent. bad@example.org was refused: 550 no such mailbox here" in english
    assert "Correct the address in watch.mail_to" in english
    assert "bad@example.org a été refusé" in french
    assert (found["told"], found["refused"]) == (True, {"bad@example.org": "550 no such mailbox here"})
    assert box.sent_to == [["ops@example.org"]] * 3


def test_a_mail_server_that_is_not_there_is_said_in_french_too(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the ports that it may be."""
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("EDIGATE_WATCH__SMTP_PORT", str(free_port()))
    monkeypatch.setenv("EDIGATE_WATCH__MAIL_TO", "ops@example.org")
    told = fold(fresh.run("alerts", "test", lang="fr", expect=1).out)
    assert "Courriel à ops@example.org" in told
    assert "Rien n'écoute sur ce port" in told
