"""What `[storage] url` may be: a whole path, or an address that fsspec and what is installed here can reach."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib.util import find_spec

PROTOCOL = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.ASCII | re.DOTALL)
FOLDERS = frozenset({"file", "local"})
_S3 = frozenset({"s3", "s3a"})
_LOGIN = re.compile(r"[^/@]*:[^/@]*@")
# What is kept there goes with the process, cannot be written to, or only wraps another address.
_NO_STORES = frozenset(
    {"memory", "data", "http", "https", "blockcache", "cached", "filecache", "simplecache", "reference", "zip", "tar"}
)


class Unfit(StrEnum):
    """Why an address cannot be a gate's storage."""

    RELATIVE = "storage_relative"
    UNKNOWN = "storage_unknown"
    LACKING = "storage_extra"
    LOGIN = "storage_login"
    NOWHERE = "storage_nowhere"


def unfit(url: str) -> tuple[Unfit, dict[str, str]] | None:
    """What is wrong with it, and words to tell it with; None where nothing is. The storage itself is not asked."""
    found = PROTOCOL.fullmatch(url)
    if found is None:
        return None if url == "" or url.startswith("/") else (Unfit.RELATIVE, {})
    protocol, rest = found.groups()
    if protocol in FOLDERS:
        return None if rest.startswith("/") else (Unfit.RELATIVE, {})
    if _LOGIN.match(rest) or (protocol in _S3 and "@" in rest.partition("/")[0]):
        return Unfit.LOGIN, {}
    return _unserved(protocol) or (None if rest.strip("/") else (Unfit.NOWHERE, {}))


def _unserved(protocol: str) -> tuple[Unfit, dict[str, str]] | None:
    if find_spec("fsspec") is None:
        return Unfit.LACKING, {"protocol": protocol, "needed": f"edigate[{'s3' if protocol in _S3 else 'postgres'}]"}
    from fsspec.registry import (  # type: ignore[import-untyped]  # noqa: PLC0415 - only where an address asks for it
        available_protocols,
        get_filesystem_class,
    )

    if protocol in _NO_STORES or protocol not in available_protocols():
        return Unfit.UNKNOWN, {"protocol": protocol}
    try:
        get_filesystem_class(protocol)
    except ImportError as error:
        missing = getattr(error.__cause__, "name", None) or error.name or "fsspec"
        return Unfit.LACKING, {"protocol": protocol, "needed": "edigate[s3]" if protocol in _S3 else missing}
    return None
