"""The fields that an entry of the log may have: names, sizes and reasons, never what a document holds nor a secret."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "actor": "Who asked for it: an account of the machine.",
        "address": "An address of this machine, with its port.",
        "again_at": "When it is tried again.",
        "again_in": "Seconds until it is tried again.",
        "alert": "Number of an alert, as `edigate alerts show` takes it.",
        "alerts": "How many alerts.",
        "at": "Where a file was handed over: `outbox`, or a partner's `server`.",
        "booked": "How many deposits were booked.",
        "by": "A way of telling: `posted` or `mailed`.",
        "chore": "Something that is done now and then.",
        "claim": "Id of a claimed file.",
        "claims": "How many claimed files were not booked yet.",
        "count": "How many there were.",
        "days": "How many days.",
        "decided": "How many flows were decided on.",
        "detail": "More about the reason, as the system words it.",
        "error": "Why it failed: what the system, the ledger or a partner's server said, or where in the program.",
        "file": "Name of an outgoing file.",
        "files": "How many outgoing files.",
        "flow": "Name of a deposited file, or the ledger's id of it.",
        "flows": "How many flows.",
        "folder": "A folder of the gate.",
        "free": "Bytes that are left on the disk.",
        "group": "A group of figures.",
        "integrated": "How many invoices were integrated.",
        "interface": "Code of an interface, as the flow's name gives it.",
        "killed": "Whether somebody else ended the process.",
        "kind": "Kind of a delivery, of an alert, or of what was mended.",
        "made_at": "When the head of the audit log was made.",
        "name": "Name of a file on a partner's server.",
        "needed": "Bytes that must be left on the disk.",
        "partner": "Application code of a partner.",
        "path": "A file or folder below the gate's folder.",
        "place": "What was mended: a file or folder below the gate's, or a row of the ledger.",
        "published": "How many files were handed over.",
        "reason": "Why a flow is held, or why somebody asked.",
        "rejected": "How many invoices were rejected.",
        "run": "The ledger's id of a run.",
        "job": "The number of a job.",
        "roles": "What a process of a shared ledger does, with commas between.",
        "runs": "How many runs.",
        "seconds": "How long it took.",
        "seconds_at_most": "How long it may take.",
        "signed": "Whether the head of the audit log is signed.",
        "size": "Bytes of a file.",
        "step": "A step of a batch: `claim`, `book`, `examine`, `settle`, `hand_over`; or `render`.",
        "tries": "How often it was tried.",
        "verdict": "Verdict on a flow.",
        "way": "A way to a partner (`put`) or from it (`fetch`).",
    }
)
