"""The directory: read-only snapshots, one SQLite file a version, how they are made and how two of them differ."""

from edigate.ledger.directory.from_csv import COLUMNS, import_csv
from edigate.ledger.directory.from_f14 import import_f14
from edigate.ledger.directory.records import BadDirectory, Imported
from edigate.ledger.directory.snapshot import Snapshot

__all__ = ["COLUMNS", "BadDirectory", "Imported", "Snapshot", "import_csv", "import_f14"]
