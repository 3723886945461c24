"""Machines as network namespaces: each on a cable of its own to a switch on this machine, and any can be cut off."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from torture.trial import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PREFIX = "10.203"
"""Of addresses that lead nowhere but to these namespaces."""


class Network:
    """So many hosts, numbered from 1; `gateway` is this machine's own address on their switch."""

    def __init__(self, hosts: int) -> None:
        """Name everything after this process, so that two networks never meet."""
        self._tag = f"{os.getpid() % 0x10000:04x}"
        self.bridge = f"edg{self._tag}"
        self._subnet = f"{PREFIX}.{os.getpid() % 251 + 1}"
        self.gateway = f"{self._subnet}.254"
        self.hosts = range(1, hosts + 1)

    def namespace(self, host: int) -> str:
        """What the namespace of a host is called."""
        return f"{self.bridge}-{host}"

    def inside(self, host: int) -> list[str]:
        """What a command begins with that runs on a host."""
        return ["ip", "netns", "exec", self.namespace(host)]

    def cut(self, host: int) -> None:
        """Pull a host's cable: what it sends gets nowhere, and nobody tells it so."""
        _ip("link", "set", self._cable(host), "down")

    def mend(self, host: int) -> None:
        """Plug it in again."""
        _ip("link", "set", self._cable(host), "up")

    def _cable(self, host: int) -> str:
        return f"e{self._tag}h{host}"

    def _lay(self) -> None:
        _ip("link", "add", self.bridge, "type", "bridge")
        _ip("addr", "add", f"{self.gateway}/24", "dev", self.bridge)
        _ip("link", "set", self.bridge, "up")
        for host in self.hosts:
            space, cable = self.namespace(host), self._cable(host)
            _ip("netns", "add", space)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", cable, "master", self.bridge, "up")
            _ip("-n", space, "addr", "add", f"{self._subnet}.{host}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")

    def _clear(self) -> None:
        for host in self.hosts:
            _ip("netns", "del", self.namespace(host), check=False)
        _ip("link", "del", self.bridge, check=False)


@contextmanager
def network(hosts: int) -> Iterator[Network]:
    """A network of so many hosts, taken away at the end. Raises Unavailable."""
    if os.geteuid() or shutil.which("ip") is None:
        msg = "network namespaces need root and `ip` (Debian, Ubuntu: iproute2)"
        raise Unavailable(msg)
    laid = Network(hosts)
    with ExitStack() as stack:
        stack.callback(laid._clear)  # noqa: SLF001 - its own module
        try:
            laid._lay()  # noqa: SLF001
        except subprocess.CalledProcessError as error:
            msg = f"network namespaces are not allowed here: {error.stderr.strip()}"
            raise Unavailable(msg) from None
        yield laid


def _ip(*words: str, check: bool = True) -> None:
    command: Sequence[str] = ("ip", *words)
    subprocess.run(command, check=check, capture_output=True, text=True)
