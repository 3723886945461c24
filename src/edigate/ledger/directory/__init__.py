"""The directory: read-only snapshots, one SQLite file a version; `from_csv` and `from_f14` make them.

What makes them is not loaded here: every worker reads them, and starts as quickly as it is loaded.
"""

from edigate.ledger.directory.records import BadDirectory, Imported
from edigate.ledger.directory.snapshot import Snapshot

__all__ = ["BadDirectory", "Imported", "Snapshot"]
