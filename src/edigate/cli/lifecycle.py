"""The life of an invoice in words: statuses, whose turn it is, receipts, validators, what became of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edigate.cli import rows
from edigate.cli.messages import language, t
from edigate.domain.reasons import REASONS
from edigate.domain.stages import Stage
from edigate.domain.statuses import FLOW_LABELS, STATUSES, FlowStatus, InvoiceStatus
from edigate.domain.wording import pick, shown_arg

if TYPE_CHECKING:
    from edigate.cli.rows import Row
    from edigate.domain.invoice import Party
    from edigate.engine.gate import Gate

_RECEIPTS_IN_ENGLISH = {
    FlowStatus.RECEIVED_BY_RECIPIENT: "received by its recipient",
    FlowStatus.REFUSED_BY_RECIPIENT: "could not be taken by its recipient",
}


def status(code: str, label: str = "") -> str:
    """A status by its code and words; `label` is that of a step that has no code of its own."""
    row = STATUSES.get(code)
    words = f"{code} {pick((row.label_fr, row.label_en), language())}" if row else code
    repeats = row is not None and label.casefold() in {row.label_fr.casefold(), row.label_en.casefold()}
    return f"{words} – {label}" if label and not repeats else words


def step(code: str, label: str = "") -> str:
    """The same without its code, as the portal words it: the step, where it has a label of its own."""
    row = STATUSES.get(code)
    return label or (pick((row.label_fr, row.label_en), language()) if row else code)


def turn(stage: str) -> str:
    """Whose turn it is."""
    return shown_arg("holder", stage, language()) if stage else ""


def why_closed(invoice: Row) -> str:
    """Why an invoice is nobody's any more."""
    if invoice["stage"] != Stage.CLOSED.value:
        return ""
    if invoice["status"] in {InvoiceStatus.COMPLETED, InvoiceStatus.TO_RECYCLE}:
        return t("replaced by a new deposit", "remplacée par un nouveau dépôt")
    return t("stopped by its validator; its number is free again", "arrêtée par son valideur ; son numéro est libre")


def reason(code: str) -> str:
    """A reason of a refusal or a suspension, with its label."""
    row = REASONS.get(code)
    return f"{code} ({pick((row.label_fr, row.label_en), language())})" if row else code


def _party(text: str) -> Party | None:
    if not text:
        return None
    from edigate.ledger.parties_json import party  # noqa: PLC0415 - all of an invoice's records, which few lists need

    return party(text)


def validator(invoice: Row) -> str:
    """Who has to validate it; the second one is announced by the portal, without a name."""
    found = _party(invoice["validator"])
    named = f"{found.identifier} {found.name}".strip() if found else ""
    second = t("and a second one", "et un second") if invoice["second_validator"] else ""
    return ", ".join(part for part in (named, second) if part)


def validator_json(invoice: Row) -> dict[str, Any] | None:
    """The validator that an invoice names."""
    found = _party(invoice["validator"])
    if found is None:
        return None
    return {
        "scheme": str(found.scheme or ""),
        "identifier": found.identifier,
        "name": found.name,
        "country": found.country,
    }


def receipt(gate: Gate, delivery: Row) -> str:
    """What its recipient said of a pivot, or until when that is awaited."""
    if delivery["receipt"]:
        return f"{receipt_status(delivery['receipt'])} ({rows.local(gate, delivery['receipt_at'])})"
    if delivery["receipt_due_at"]:
        until = rows.local(gate, delivery["receipt_due_at"])
        return t("awaited until {until}", "attendu jusqu'au {until}", until=until)
    return ""


def receipt_status(code: str) -> str:
    """A recipient's status of a flow by its code and words."""
    known = FlowStatus(code) if code in set(FlowStatus) else None
    words = pick((FLOW_LABELS[known], _RECEIPTS_IN_ENGLISH.get(known, "")), language()) if known else ""
    return f"{code} {words}".strip()


def offers(delivery: Row) -> str:
    """How often a file was offered again, empty for one that was offered once."""
    count = delivery["offers"]
    if not count:
        return ""
    return t("once", "une fois") if count == 1 else t("{count} times", "{count} fois", count=count)
