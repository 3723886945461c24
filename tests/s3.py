"""A real server that speaks S3, for tests: moto as a process of its own on 127.0.0.1, gone with the tests.

It keeps nothing on the disk and signs nothing: durability and rights are a real store's affair.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATIENCE = 60.0
_PDEATHSIG = 1


class Server:
    """A server that can be ended and started again, on the same port; what it had is gone then."""

    def __init__(self) -> None:
        """Start it."""
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def environment(self) -> Mapping[str, str]:
        """Where S3's own library looks for endpoint and credentials."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def start(self) -> None:
        """Have it listen."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - so that a test run that is killed leaves no server
        )
        patience = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > patience or self._process.poll() is not None:
                self.stop()
                msg = "the S3 server does not come up"
                raise RuntimeError(msg)
            time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


@contextmanager
def with_bucket(name: str) -> Iterator[Server]:
    """A server with a bucket, where S3's own library finds it."""
    from edigate.ledger.objects import _opened  # noqa: PLC0415 - whoever has no server has no library

    with serving() as server, pytest.MonkeyPatch.context() as patched:
        for variable, value in server.environment.items():
            patched.setenv(variable, value)
        _opened(f"s3://{name}", os.getpid()).fs.makedirs(name)
        yield server


@contextmanager
def serving() -> Iterator[Server]:
    """A server, ended at the end; skips the test, saying so, where moto is not installed."""
    pytest.importorskip("moto.server", reason="no S3 server here (pip install edigate[dev])")
    server = Server()
    try:
        yield server
    finally:
        server.stop()
