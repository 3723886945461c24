"""A real OpenSSH server for tests: on 127.0.0.1, with keys of its own, for the user who runs the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
KEYGEN = shutil.which("ssh-keygen") or ""
PATIENCE = 60.0
KINDS = ("ed25519", "rsa", "ecdsa")


class Sshd:
    """One sshd; `with Sshd(folder) as server:` starts it and ends it, connections included.

    The login is the user who runs the tests, by any key of `client_key`; its SFTP session starts in `root`, so that
    paths without a leading slash lie there. `denied` are requests refused (`sftp-server -Q requests` lists them: a
    server without rename is `("rename", "posix-rename", "hardlink")`), `read_only` refuses whatever writes, `options`
    are further lines of sshd_config. No login by password: PAM and the machine's shadow file would have to be changed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host_key: str = "ed25519",
        denied: Sequence[str] = (),
        read_only: bool = False,
        options: Sequence[str] = (),
    ) -> None:
        """Make keys and folders; skips the test, saying so, where OpenSSH is not installed."""
        if not SSHD or not KEYGEN:
            pytest.skip("no OpenSSH server here (Debian, Ubuntu: openssh-server)")
        self.folder, self.root = folder, folder / "files"
        self.root.mkdir(parents=True)
        self.denied, self.read_only, self.options = tuple(denied), read_only, tuple(options)
        self.user, self.host, self.port = getpass.getuser(), "127.0.0.1", free_port()
        self.host_key_files: tuple[Path, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self.swap_host_key(host_key)
        self.key_file = self.client_key()

    @property
    def address(self) -> str:
        """`host:port`, by which host keys are pinned."""
        return f"{self.host}:{self.port}"

    @property
    def log(self) -> str:
        """What sshd said until now."""
        return (self.folder / "sshd.log").read_text(errors="replace")

    @property
    def host_public_keys(self) -> list[str]:
        """The host keys as lines of a .pub file, without the comment: `ssh-ed25519 AAAA…`."""
        return [" ".join(_public(file).split()[:2]) for file in self.host_key_files]

    def fingerprints(self) -> list[str]:
        """The host keys' fingerprints as ssh-keygen prints them: `SHA256:…`."""
        return [_keygen("-l", "-f", f"{file}.pub").split()[1] for file in self.host_key_files]

    def swap_host_key(self, *kinds: str) -> None:
        """Have fresh host keys of these kinds; a server that runs shows them to whoever connects from now on."""
        self.host_key_files = tuple(self._key("host", kind) for kind in kinds)
        self._again()

    def use_host_keys(self, *files: Path) -> None:
        """Have these host keys, such as earlier ones of `host_key_files`."""
        self.host_key_files = files
        self._again()

    def client_key(self, kind: str = "ed25519", passphrase: str = "", *, known: bool = True) -> Path:
        """A fresh private key to log in with; one that is not `known` is refused."""
        file = self._key("client", kind, passphrase)
        with (self.folder / "authorized_keys").open("a") as keys:
            keys.write(_public(file) if known else "")
        return file

    def authorise(self, public_key: str) -> None:
        """Let in whoever holds the private half of this line."""
        with (self.folder / "authorized_keys").open("a") as keys:
            keys.write(public_key.strip() + "\n")

    def start(self) -> None:
        """Listen, at the same port as before."""
        (self.folder / "sshd_config").write_text("\n".join(self._settings()) + "\n")
        with (self.folder / "sshd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(SSHD), "-D", "-e", "-f", str(self.folder / "sshd_config")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        _await_banner(self)

    def stop(self) -> None:
        """End the server and every connection at once, as a machine that goes down does."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill([process.pid, *_below(process.pid)])
        process.wait()

    def drop(self) -> None:
        """Break every connection off; the server goes on listening."""
        if self._process is not None:
            _kill(_below(self._process.pid))

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _again(self) -> None:
        if self._process is not None:
            self.stop()
            self.start()

    def _key(self, name: str, kind: str, passphrase: str = "") -> Path:
        self._made += 1
        file = self.folder / f"{name}_{kind}_{self._made}"
        _keygen("-q", "-t", kind, "-N", passphrase, "-C", name, "-f", str(file))
        return file

    def _settings(self) -> Iterator[str]:
        yield f"Port {self.port}"
        yield f"ListenAddress {self.host}"
        yield f"PidFile {self.folder / 'sshd.pid'}"
        yield f"AuthorizedKeysFile {self.folder / 'authorized_keys'}"
        yield from (f"HostKey {file}" for file in self.host_key_files)
        yield from ("StrictModes no", "UsePAM no", "PermitRootLogin yes", "PasswordAuthentication no")
        yield from ("KbdInteractiveAuthentication no", "LogLevel VERBOSE", "MaxStartups 200", "MaxSessions 50")
        # From OpenSSH 9.8 on, tests of refused logins would otherwise lock the next ones out.
        yield from self._if_known("PerSourcePenalties no")
        refused = ["-P", ",".join(self.denied)] if self.denied else []
        flags = [*(["-R"] if self.read_only else []), *refused, "-d", str(self.root)]
        yield f"Subsystem sftp internal-sftp {' '.join(flags)}"
        yield from self.options

    def _if_known(self, option: str) -> Iterator[str]:
        tried = [str(SSHD), "-t", "-f", os.devnull, "-h", str(self.host_key_files[0]), "-o", option]
        _make_room_for_root()
        if subprocess.run(tried, check=False, capture_output=True).returncode == 0:
            yield option


def _keygen(*arguments: str) -> str:
    return subprocess.run([KEYGEN, *arguments], check=True, capture_output=True, text=True).stdout


def _public(file: Path) -> str:
    return Path(f"{file}.pub").read_text()


def _make_room_for_root() -> None:
    """The empty folder that sshd wants when root starts it, and that its service would make."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def _await_banner(server: Sshd) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection((server.host, server.port), timeout=1) as line:
            if line.recv(4) == b"SSH-":
                return
        time.sleep(0.02)
    pytest.fail(f"sshd does not answer:\n{server.log}")


def _below(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
