"""Things that nobody must touch: an address that counts who calls, and a file that notices who opens it."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.corpus.attacks import ELSEWHERE, FILE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_DIGITS = 5  # of a port, so that a PDF in which it stands keeps its length


class Bait:
    """An HTTP server on this machine and a pipe in `folder`; `touched` tells who called and that it was opened."""

    def __init__(self, folder: Path) -> None:
        """Nothing listens yet."""
        self._pipe = folder / "opened"
        self.touched: list[str] = []

    def __enter__(self) -> Self:
        """Listen, at the address and at the pipe: its writer waits until somebody reads."""
        os.mkfifo(self._pipe)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=watch, daemon=True) for watch in (self._serve, self._write)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of both; what is opened from now on does not count."""
        touched = list(self.touched)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        reader = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)  # which the writer may yet have to begin to wait for
        for thread in self._threads:
            thread.join(5)
        os.close(reader)
        self.touched = touched

    def laid(self, content: bytes) -> bytes:
        """The same document with the address and the file where it speaks of them."""
        port = f"{self._listener.getsockname()[1]:0{_DIGITS}d}"
        address = ELSEWHERE.removesuffix("0" * _DIGITS) + port
        return content.replace(ELSEWHERE.encode(), address.encode()).replace(
            FILE.encode(), self._pipe.as_uri().encode()
        )

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection:
                    self.touched.append(connection.recv(1_000).decode("latin-1").partition("\r\n")[0])
                    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n<a/>")

    def _write(self) -> None:
        with suppress(OSError), self._pipe.open("wb"):
            self.touched.append(str(self._pipe))
