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
        "delivery.failed": "A file could not be handed over; it is tried again.",
        "delivery.dead": "A file that cannot be made, or is refused, is set aside; the others go on.",
        "way.failed": "The folder or server of a partner cannot be used; nothing is tried there before a while.",
        "way.open": "The way to a partner, or from it, has failed several times in a row.",
        "way.works": "The way to a partner works again.",
        "pivot.refused": "A recipient could not take a pivot that was offered to it again.",
        "pivot.unreceived": "The receipt of a pivot that was offered again has not come in time.",
        "validator.silent": "The leader of a group has not had its say on a co-contractor's invoice in time.",
        "alert.closed": "Somebody closed an alert by hand.",
        "delivery.offered_again": "Somebody asked for a published file to be offered again.",
        "replay.requested": "Somebody asked for a new run of a flow.",
        "held.released": "Somebody asked for held flows to be tried again now.",
        "server.changed": "A partner's SFTP server was added or changed.",
        "server.removed": "A partner's SFTP server was taken away; its own folders serve again.",
        "partner.added": "A partner was added.",
        "partner.changed": "A partner was changed.",
        "directory.imported": "A new version of the directory is in force.",
        "directory.form_stated": "The form of a structure's numbers was stated; a new version is in force.",
    }
)
