"""What an import brings, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass


class BadDirectory(ValueError):
    """The file is no directory, or not one that can be put in force now; the message names line, column and value."""

    def __init__(self, *, english: str, french: str) -> None:
        """The same sentence in both languages; as a string it is the English one."""
        super().__init__(english)
        self.english = english
        self.french = french


@dataclass(frozen=True, slots=True)
class Imported:
    """What a new version holds, and what it was made from.

    `source` is csv or f14, `before` the version that was in force, empty where none was; `produced` is the time of
    production that a directory flow states; `left_aside` counts what the file has and a directory of public structures
    does not: private establishments, and routing codes that are no services or whose structure is unknown; of a CSV
    the services whose structure it does not hold.
    """

    version: str
    structures: int
    services: int
    suppliers: int
    source: str = "csv"
    before: str = ""
    produced: str = ""
    left_aside: int = 0
