"""Whose turn it is on the way of an integrated invoice (reference §10.6, §14)."""

from __future__ import annotations

from enum import StrEnum

from edigate.domain.cadres import CADRES, Reader


class Stage(StrEnum):
    """Who has the invoice; CLOSED is nobody: stopped by a validator, or replaced by a newer deposit."""

    VALIDATOR_1 = "validator1"
    VALIDATOR_2 = "validator2"
    MOE = "moe"
    MOA = "moa"
    RECIPIENT = "recipient"
    CLOSED = "closed"

    @property
    def validates(self) -> bool:
        """Whether a validator's word is awaited."""
        return self in {Stage.VALIDATOR_1, Stage.VALIDATOR_2}


_READERS = {Reader.RECIPIENT: Stage.RECIPIENT, Reader.MOE: Stage.MOE, Reader.MOA: Stage.MOA}


def first_stage(cadre: str) -> Stage:
    """Where an invoice of this cadre begins; a cadre that no flow brings in begins with its recipient."""
    row = CADRES.get(cadre)
    return Stage.VALIDATOR_1 if row and row.waits else stage_after_validators(cadre)


def stage_after_validators(cadre: str) -> Stage:
    """Where an invoice of this cadre goes once its validators had their say or their time."""
    row = CADRES.get(cadre)
    return _READERS[row.reader] if row and row.reader else Stage.RECIPIENT
