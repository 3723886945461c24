"""Ports for servers that are stopped and started again."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that nobody else is given as long as this process lasts.

    It stays bound, which keeps no server from it that binds with SO_REUSEADDR, as they all do.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    port = int(kept.getsockname()[1])
    kept.detach()
    return port
