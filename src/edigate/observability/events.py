"""The words of the log and the event log: one for each thing that happens, with what it means."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "gate.started": "The gate holds its folder and looks at its inboxes.",
        "gate.stopping": "The gate was told to end and finishes its batch.",
        "gate.stopped": "The gate has ended.",
        "gate.recovered": "What an earlier gate left unfinished was found and goes on.",
        "gate.cut_short": "The batch in hand was not finished in time; the next start goes on with it.",
        "gate.chore_failed": "Something that is done now and then failed; it is tried again at its next time.",
        "gate.trouble": "A step failed for a reason outside the flows (disk, permissions); it is tried again.",
        "disk.low": "The disk has too little room left: nothing is taken in until it has more.",
        "disk.enough": "The disk has room again: deposits are taken in.",
        "inbox.stray_file": "A file lies beside the partners' folders in the inbox; it is left alone.",
        "inbox.no_partner": "A folder of the inbox belongs to no partner; what is in it is left alone.",
        "inbox.not_a_file": "Something in an inbox is no regular file; it is left alone.",
        "inbox.unreadable_file": "A deposited file cannot be read; it is left alone and tried again.",
        "inbox.unreadable_folder": "A partner's inbox cannot be looked into.",
        "inbox.unclaimable_file": "A deposited file cannot be moved out of the inbox; it is left and tried again.",
        "spool.unbookable_file": "A claimed file cannot be booked; it stays in the spool and is tried again.",
        "flow.booked": "A deposit is in the archive and in the ledger.",
        "flow.decided": "A flow has its verdict.",
        "batch.done": "A batch of flows was examined and settled.",
        "step.done": "A step of a batch has ended; `seconds` tells how long it took.",
        "worker.died": "A worker process ended over a flow, by itself or because somebody ended it.",
        "flow.held": "A check cannot run: the flow waits.",
        "flow.alone": "A worker died over this flow's batch: it is tried alone.",
        "delivery.published": "A file was handed to a partner.",
        "delivery.collected": "A file has left the outbox: its partner took it, or had read it and takes files only once.",
        "delivery.purged": "A file that nobody collected in time was taken out of the outbox.",
        "delivery.failed": "A file could not be handed over; it is tried again.",
        "delivery.dead": "A file that cannot be made, or is refused, is set aside; the others go on.",
        "way.failed": "The folder or server of a partner cannot be used; nothing is tried there before a while.",
        "way.open": "The way to a partner, or from it, has failed several times in a row.",
        "way.works": "The way to a partner works again.",
        "pivot.refused": "A recipient could not take a pivot that was offered to it again.",
        "pivot.unreceived": "The receipt of a pivot that was offered again has not come in time.",
        "validator.silent": "The leader of a group has not had its say on a co-contractor's invoice in time.",
        "alert.closed": "Somebody closed an alert by hand.",
        "alert.settled": "What an alert is about was settled.",
        "flow.heard": "What a partner reported was judged, line by line.",
        "invoice.status": "An invoice was given a status.",
        "invoice.moved": "An invoice stands elsewhere: its status, its stage, its reader, or whose its number is.",
        "invoice.available": "An invoice was announced to whoever it is for.",
        "delivery.planned": "A file was planned, with its name.",
        "delivery.holds": "Which invoices of a flow a planned pivot holds.",
        "delivery.tells": "Which statuses of a flow's invoices a planned life cycle tells.",
        "delivery.placed": "A file was written, with this size and hash; its partner does not see it yet.",
        "delivery.receipt": "A partner said whether it could take a pivot.",
        "deadline.passed": "A validator's time, or that for a receipt, has come to its end.",
        "delivery.offered_again": "Somebody asked for a published file to be offered again.",
        "replay.requested": "Somebody asked for a new run of a flow.",
        "held.released": "Somebody asked for held flows to be tried again now.",
        "server.changed": "A partner's SFTP server was added or changed.",
        "server.removed": "A partner's SFTP server was taken away; its own folders serve again.",
        "hostkey.accepted": "A host key of a server was accepted: the gate speaks with who holds it.",
        "hostkey.rotated": "A host key took the place of others, which count until a day.",
        "hostkey.removed": "A host key was removed: who holds it is refused.",
        "partner.added": "A partner was added.",
        "partner.changed": "A partner was changed.",
        "directory.imported": "A new version of the directory is in force.",
        "directory.form_stated": "The form of a structure's numbers was stated; a new version is in force.",
    }
)
