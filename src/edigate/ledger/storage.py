"""Where a gate keeps deposits and what its machines share, by `[storage] url`: its own folder, another one, a store."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edigate.ledger.archive import Folder
from edigate.ledger.objects import Objects
from edigate.ledger.payloads import Files
from edigate.ledger.remote_archive import Remote

if TYPE_CHECKING:
    from edigate.ledger.archive import Archive
    from edigate.ledger.payloads import Payloads

ARCHIVE = "archive"
_PROTOCOL = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.ASCII | re.DOTALL)
_FOLDERS = frozenset({"file", "local"})
# What is kept there goes with the process, is on this machine without saying so, or only wraps another URL.
_NO_STORES = frozenset(
    {"memory", "data", "http", "https", "blockcache", "cached", "filecache", "simplecache", "reference"}
)


class Unfit(StrEnum):
    """Why a URL cannot be a gate's storage."""

    RELATIVE = "storage_relative"
    UNKNOWN = "storage_unknown"
    LACKING = "storage_extra"
    LOGIN = "storage_login"
    NOWHERE = "storage_nowhere"


def unfit(url: str) -> tuple[Unfit, dict[str, str]] | None:
    """What is wrong with a URL, with words to tell it by; None where nothing is. The store itself is not asked."""
    found = _PROTOCOL.fullmatch(url)
    if found is None:
        return None if url == "" or url.startswith("/") else (Unfit.RELATIVE, {})
    protocol, rest = found.groups()
    if protocol in _FOLDERS:
        return None if rest.startswith("/") else (Unfit.RELATIVE, {})
    if "@" in rest.partition("/")[0] and protocol in {"s3", "s3a"}:
        return Unfit.LOGIN, {}
    if not rest.strip("/"):
        return Unfit.NOWHERE, {}
    return _unserved(protocol)


def _unserved(protocol: str) -> tuple[Unfit, dict[str, str]] | None:
    extra = "s3" if protocol in {"s3", "s3a"} else "postgres"
    if find_spec("fsspec") is None:
        return Unfit.LACKING, {"library": "fsspec", "extra": extra}
    from fsspec.registry import (  # type: ignore[import-untyped]  # noqa: PLC0415 - only where a URL asks for it
        available_protocols,
        get_filesystem_class,
    )

    if protocol in _NO_STORES or protocol not in available_protocols():
        return Unfit.UNKNOWN, {"protocol": protocol}
    try:
        get_filesystem_class(protocol)
    except ImportError as error:
        return Unfit.LACKING, {"library": error.name or protocol, "extra": extra}
    return None


def archive_of(url: str, home: Path, cache: Path) -> Archive:
    """The archive of a gate whose own folder is `home`; `cache` is for what does not fit into memory."""
    if not url:
        return Folder(home / ARCHIVE)
    shared = _folder(url)
    if shared:
        return Folder(shared / ARCHIVE, ours=False)
    return Remote(Objects(f"{url.rstrip('/')}/{ARCHIVE}"), cache)


def payloads_of(url: str, home: Path) -> Payloads:
    """What the machines of such a gate share beside its archive."""
    shared = _folder(url) if url else home
    return Files(shared) if shared else Objects(url.rstrip("/"))


def _folder(url: str) -> Path | None:
    found = _PROTOCOL.fullmatch(url)
    if found is None:
        return Path(url)
    return Path(found[2]) if found[1] in _FOLDERS else None
