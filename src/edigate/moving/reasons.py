"""Why a gate cannot be moved."""

from enum import StrEnum


class Cause(StrEnum):
    """What stands in the way; each has its words in `cli/migrate.py`."""

    NO_LEDGER = "no_ledger"
    ELSEWHERE = "elsewhere"
    BEGUN_ELSEWHERE = "begun_elsewhere"
    ANOTHER_LEDGER = "another_ledger"
    AT_WORK = "at_work"
    SETTINGS = "settings"
    DANGLING = "dangling"
    DIFFERENT = "different"
    ZERO_BYTE = "zero_byte"
    FINISHED = "finished"
    STORED = "stored"
    NO_FOLDER = "no_folder"


class Unmovable(Exception):
    """The gate stays where it is, as it was; or the move goes on when it is called again, where it had begun."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        """`detail` never holds a password."""
        super().__init__(f"{cause}: {detail}")
        self.cause, self.detail = cause, detail
