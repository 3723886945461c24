"""What a process of a gate may do, where several share its ledger."""

from enum import StrEnum


class Role(StrEnum):
    """What a process of the gate does."""

    INTAKE = "intake"
    WORK = "work"
    DELIVER = "deliver"


ALL = frozenset(Role)
