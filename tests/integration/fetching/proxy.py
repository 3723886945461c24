"""A way to a server that breaks off after so many bytes."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class Proxy:
    """Passes connections on to a port of this machine; `limit` bytes from the server later it cuts one off.

    `passed` counts the bytes that came from the server, over all connections.
    """

    def __init__(self, port: int) -> None:
        """Listen at `self.port`; without a limit nothing is cut."""
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.limit: int | None = None
        self.passed = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Cut whatever is open."""
        self._cut(self._listening, *self._open)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for source, sink, counts in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pass_on, args=(source, sink, counts), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:  # noqa: FBT001
        passed = 0
        with suppress(OSError):
            while data := source.recv(16_384):
                if counts:
                    passed += len(data)
                    self.passed += len(data)
                    if self.limit is not None and passed > self.limit:
                        break
                sink.sendall(data)
        self._cut(source, sink)

    @staticmethod
    def _cut(*lines: socket.socket) -> None:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
