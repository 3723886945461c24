"""Partners' own SFTP servers, which the gate fetches deposits from and uploads deliveries to (reference §5.1)."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Server:
    """The SFTP server of one partner; paths of key and secrets are relative to the gate's folder.

    `fetch_from` is the folder that deposits are fetched from, `put_into` the one that deliveries are uploaded to; an
    empty one leaves that direction to the gate's own folders. A login by password only where `password_file` says so.
    """

    partner: str
    host: str
    port: int = 22
    user: str = ""
    fetch_from: str = ""
    put_into: str = ""
    key_file: str = ""
    passphrase_file: str = ""
    password_file: str = ""

    @property
    def address(self) -> str:
        """`host:port`, by which host keys are pinned."""
        return f"{self.host}:{self.port}"


class HostKey(NamedTuple):
    """A public key by which a server is known: the two words of a `.pub` file, such as `ssh-ed25519` and `AAAA…`."""

    kind: str
    key: str

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it: `SHA256:` and base64 without padding."""
        digest = hashlib.sha256(b64decode(self.key)).digest()
        return f"SHA256:{b64encode(digest).decode().rstrip('=')}"
