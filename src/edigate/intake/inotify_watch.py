"""On Linux, watchdog told to hear of what arrives alone, and not of what is taken away.

A file that leaves by rename is held up by watchdog for half a second, with all news behind it, in case it turns up
elsewhere, and each arrival is looked for among those. A gate claims by rename: it would wait for its own claims.
"""

from __future__ import annotations

from watchdog.observers.inotify import InotifyFullEmitter, InotifyObserver
from watchdog.observers.inotify_c import InotifyConstants, Mask

_ARRIVALS = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_DELETE_SELF
)


class _Emitter(InotifyFullEmitter):
    """Tells a rename into a folder, whose source nobody hears of, from a file that begins to be written there."""

    def get_event_mask_from_filter(self) -> Mask:
        return _ARRIVALS


class ArrivalsObserver(InotifyObserver):
    """Watches as watchdog does, for arrivals."""

    def __init__(self) -> None:
        """With the events that tell of one half of a rename."""
        super().__init__(generate_full_events=True)
        self._emitter_class = _Emitter
