"""A cable between a client and a server on 127.0.0.1, to be cut or blocked while something goes through it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_PIECE = 65_536


class Cable:
    """Takes connections at `port` of 127.0.0.1 and passes on what is sent, both ways.

    `cut_after(n)` breaks every connection off when n more bytes have gone through, `cut()` now; `block()` keeps them
    open and lets nothing through until `unblock()`, `block_after(n)` does so when n more bytes have gone through. New
    connections are taken all the while.
    """

    def __init__(self, host: str, port: int) -> None:
        """Lead to this server."""
        self._to = (host, port)
        self._left: float = float("inf")
        self._block_at: float = float("inf")
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._lines: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.passed = 0

    def cut_after(self, count: int) -> None:
        """Break everything off once so many more bytes have gone through, in both directions together."""
        with self._lock:
            self._left = count

    def cut(self) -> None:
        """Break everything off now."""
        with self._lock:
            lines, self._lines = self._lines, []
            self._left = float("inf")
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def block_after(self, count: int) -> None:
        """Let nothing through once so many more bytes have."""
        with self._lock:
            self._block_at = self.passed + count

    def block(self) -> None:
        """Let nothing through, as a machine behind a firewall that forgot the connection."""
        self._open.clear()

    def unblock(self) -> None:
        """Let everything through again."""
        self._block_at = float("inf")
        self._open.set()

    def __enter__(self) -> Self:
        """Take connections."""
        threading.Thread(target=self._take, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Break everything off, and take no more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self.unblock()

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._to)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._lines += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if self.passed >= self._block_at:
                    self.block()
                self._open.wait()
                with self._lock:
                    allowed = piece[: int(min(self._left, len(piece)))]
                    self._left -= len(allowed)
                    self.passed += len(allowed)
                target.sendall(allowed)
                if self._left <= 0:
                    self.cut()
                    return
            target.shutdown(socket.SHUT_WR)
