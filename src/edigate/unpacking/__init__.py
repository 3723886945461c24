"""What a tar.gz or ZIP deposit holds, entry by entry, within limits and whatever its bytes (reference §4.2, §4.3)."""

from edigate.unpacking.entries import Entry, unpack
from edigate.unpacking.limits import Limits

__all__ = ["Entry", "Limits", "unpack"]
