"""Nothing that a document holds and no secret reaches the log, at whatever level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from edigate.engine import telling
from edigate.engine.local import Local
from edigate.ledger import alerts
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import alerts as alerts_table
from edigate.observability import logs
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from tests.listeners import MailServer, Webhook
from tests.unit.engine.steps import rows
from tests.unit.engine.test_local import deposit, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.engine.gate import Gate

CANARY = "Serinus42"
FILE = DraftAttachment(f"{CANARY}.pdf", "application/pdf", tiny_pdf(CANARY), type_code="01")
SOUND = cii(Draft(CANARY, supplier_name=CANARY, recipient_name=CANARY, market=CANARY, attachments=(FILE,)))
HEADER = b"<rsm:ExchangedDocument>"
FLOWS = {
    "sound": SOUND,
    "refused": cii(Draft(f"{CANARY}-2", supplier_name=CANARY, recipient_siret="11111111111111", recipient_name=CANARY)),
    "not valid": SOUND.replace(HEADER, f"<rsm:{CANARY}>{CANARY}</rsm:{CANARY}>".encode() + HEADER),
    "not well-formed": SOUND.replace(b"</rsm:ExchangedDocument>", f"</{CANARY}>".encode()),
    "with an entity": SOUND.replace(b"?>", f'?><!DOCTYPE x [<!ENTITY e "{CANARY}">]>'.encode(), 1),
    "no XML": f"<{CANARY}>".encode() * 3 + f"</{CANARY}>".encode(),
}  # fmt: skip


def heard_while(do: Callable[[], object]) -> list[dict[str, Any]]:
    """Every event of the log meanwhile, with its fields, of all levels."""
    heard: list[dict[str, Any]] = []

    def hear(_logger: object, _method: str, event: Any) -> Any:  # noqa: ANN401 - structlog's own signature
        heard.append(dict(event))
        return event

    with logs.overheard(hear, level="error"):
        do()
    structlog.reset_defaults()
    return heard


def test_the_log_holds_nothing_of_the_documents(gate: Gate) -> None:
    """Whatever becomes of them; nor does what is kept of events. That they were looked at is seen in the ledger."""
    for number, content in enumerate(FLOWS.values()):
        deposit(gate, number, content, "FSO1116A")
    heard = heard_while(Local(gate).run_once)

    assert {event["event"] for event in heard} >= {"flow.booked", "flow.decided", "delivery.published", "step.done"}
    assert CANARY not in repr(heard)
    with gate.ledger.connect() as connection:
        assert CANARY not in repr(connection.exec_driver_sql("select event, subject, details from events").all())
        assert CANARY in repr(connection.exec_driver_sql("select faults from runs").all())
    assert len(rows(gate, alerts_table)) == 0


def test_no_secret_is_logged_when_telling_fails(gate: Gate) -> None:
    """Neither the webhook's address nor a password."""
    hook, server = Webhook(), MailServer()
    secret = gate.places.root / "password"
    secret.write_text(CANARY, encoding="utf-8")
    secret.chmod(0o600)
    gate = with_settings(
        gate, "watch", webhook=hook.address, smtp_host="127.0.0.1", smtp_port=server.port, mail_to="a@example.org",
        smtp_user="edigate", smtp_password_file=secret.name,
    )  # fmt: skip
    with writing(gate.ledger) as connection:
        alerts.open_one(connection, alerts.WAY_OPEN, 0, "SEI001", "x", stamp(gate.clock()))
    with server:
        heard = heard_while(lambda: telling.tell(gate))

    assert [event["by"] for event in heard if event["event"] == "alert.untold"] == ["posted", "mailed"]
    assert CANARY not in repr(heard)
    assert "s3cret-part" not in repr(heard)
