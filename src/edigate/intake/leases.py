"""Whether anybody has a file open for writing, as the kernel tells: a read lease on it is refused then."""

from __future__ import annotations

import fcntl
import signal


def open_for_writing(descriptor: int) -> bool | None:
    """Whether some process has the file open for writing; None where the kernel does not tell."""
    try:
        # Whoever opens the file for writing during the lease has us signalled, by default with SIGIO, which kills.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
