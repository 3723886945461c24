"""An object store by its URL, through fsspec, which is loaded only where a URL asks for it.

S3 and its like store an object with one request, whole or not at all, and durable when it is answered; elsewhere an
object is stored under another name, its size is looked at, and it is renamed, and it is as durable as that server's
answer says. Credentials and endpoint come from where the store's own library looks for them: for S3 `~/.aws` and the
environment (`AWS_PROFILE`, `AWS_ENDPOINT_URL`, …).
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

from edigate.ledger.archive import ARRIVING, Unreachable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

IN_MEMORY = 32_000_000
PIECE = 8 << 20
_WITH_ONE_REQUEST = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "memory"})
# A worker's time for a flow has to outlast a store that does not answer: the flow waits then, the worker lives.
_TRIES = 2
_OF_S3 = {
    "config_kwargs": {
        "connect_timeout": 5,
        "read_timeout": 10,
        "retries": {"total_max_attempts": _TRIES, "mode": "standard"},
    }
}
_TIMES = ("LastModified", "mtime", "created", "modified")


class Stored(NamedTuple):
    """What a store says of an object; `since` is when it was stored, in seconds of the epoch by the store's clock."""

    key: str
    size: int
    since: float


class _FileSystem(Protocol):
    """What is asked of a file system of fsspec."""

    def cat_file(self, path: str, start: int | None = None, end: int | None = None) -> bytes: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def put_file(self, lpath: str, rpath: str) -> None: ...
    def info(self, path: str) -> dict[str, Any]: ...
    def size(self, path: str) -> int: ...
    def ls(self, path: str, detail: bool = True) -> list[dict[str, Any]]: ...  # noqa: FBT001, FBT002 - fsspec's
    def rm_file(self, path: str) -> None: ...
    def mv(self, path1: str, path2: str) -> None: ...
    def makedirs(self, path: str, exist_ok: bool = False) -> None: ...  # noqa: FBT001, FBT002 - fsspec's


class _Store(NamedTuple):
    """A file system, where in it the URL leads, and whether what it stores is whole or not there."""

    fs: _FileSystem
    root: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Objects:
    """Files by key below a URL. What is not there raises FileNotFoundError, all other trouble Unreachable."""

    url: str

    def put(self, key: str, content: BinaryIO) -> None:
        """Store a file; more than IN_MEMORY bytes have to lie on the disk, and are read from its beginning."""
        with self._reached() as store:
            path = f"{store.root}/{key}"
            if store.whole:
                _send(store.fs, path, content)
            else:
                _send_and_rename(store, path, content)

    def pieces(self, key: str) -> Iterator[bytes]:
        """What is stored, in pieces of PIECE bytes."""
        with self._reached() as store:
            path = f"{store.root}/{key}"
            piece = _read(store.fs, path, 0)
        yield piece
        if len(piece) < PIECE:
            return
        with self._reached():
            size = store.fs.size(path)
        for start in range(PIECE, size, PIECE):
            with self._reached():
                piece = _read(store.fs, path, start)
            yield piece

    def look(self, key: str) -> Stored:
        """What the store says of an object."""
        with self._reached() as store:
            return _stored(store, store.fs.info(f"{store.root}/{key}"))

    def remove(self, key: str) -> None:
        """Take it away, if it is there."""
        with suppress(FileNotFoundError), self._reached() as store:
            store.fs.rm_file(f"{store.root}/{key}")

    def folders(self) -> list[str]:
        """The folders right below the URL, in order."""
        with suppress(FileNotFoundError), self._reached() as store:
            found = store.fs.ls(store.root, detail=True)
            return sorted(one["name"].rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory")
        return []

    def below(self, folder: str) -> list[Stored]:
        """The objects right below a folder, by key."""
        with suppress(FileNotFoundError), self._reached() as store:
            found = store.fs.ls(f"{store.root}/{folder}", detail=True)
            # A store may keep an object by the folder's own name, to say that it is there.
            return sorted(
                one
                for one in (_stored(store, o) for o in found if o["type"] == "file")
                if one.key.rstrip("/") != folder
            )
        return []

    def keys(self, folder: str) -> Iterator[tuple[str, float]]:
        """The keys right below a folder, and since when each is as it is."""
        return ((one.key, one.since) for one in self.below(folder))

    def tidy(self) -> None:
        """Take away what was begun and not renamed, if the store can be reached; of one request nothing is left."""
        with suppress(Unreachable):
            if not _opened(self.url, os.getpid()).whole:
                for one in self.below(ARRIVING):
                    self.remove(one.key)

    @contextmanager
    def _reached(self) -> Iterator[_Store]:
        try:
            yield _opened(self.url, os.getpid())
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise Unreachable(_words(self.url, error)) from error
            raise
        except Unreachable:
            raise
        except Exception as error:  # each library has errors of its own for a store that is away
            raise Unreachable(_words(self.url, error)) from error


@cache
def _opened(url: str, _process: int) -> _Store:
    """Once in each process, whose threads share it."""
    from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # noqa: PLC0415 - only where a URL asks for it

    protocol = url.partition("://")[0]
    options: Mapping[str, object] = _OF_S3 if protocol in {"s3", "s3a"} else {}
    fs, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True, **options)
    if hasattr(fs, "retries"):
        fs.retries = _TRIES
    return _Store(fs, root.rstrip("/"), protocol in _WITH_ONE_REQUEST)


def _send(fs: _FileSystem, path: str, content: BinaryIO) -> None:
    first = content.read(IN_MEMORY)
    if len(first) < IN_MEMORY:
        fs.pipe_file(path, first)
        return
    content.flush()
    fs.put_file(f"/dev/fd/{content.fileno()}", path)
    _require(fs, path, os.fstat(content.fileno()).st_size)


def _require(fs: _FileSystem, path: str, size: int) -> None:
    if fs.size(path) != size:
        raise OSError(errno.EIO, path)


def _send_and_rename(store: _Store, path: str, content: BinaryIO) -> None:
    fs, temporary = store.fs, f"{store.root}/{ARRIVING}/{os.urandom(12).hex()}"
    fs.makedirs(f"{store.root}/{ARRIVING}", exist_ok=True)
    try:
        _send(fs, temporary, content)
        fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        fs.mv(temporary, path)
    except BaseException:
        with suppress(Exception):
            fs.rm_file(temporary)
        raise


def _read(fs: _FileSystem, path: str, start: int) -> bytes:
    try:
        return bytes(fs.cat_file(path, start=start, end=start + PIECE))
    except OSError as error:
        if error.errno == errno.EINVAL and not start:  # S3 has no range of an empty object
            return bytes(fs.cat_file(path))
        raise


def _stored(store: _Store, info: Mapping[str, Any]) -> Stored:
    key = str(info["name"]).removeprefix("/").removeprefix(store.root.removeprefix("/")).removeprefix("/")
    at = next((info[word] for word in _TIMES if info.get(word) is not None), 0.0)
    return Stored(key, int(info["size"]), _seconds(at))


def _seconds(at: float | dt.datetime) -> float:
    return float(at) if isinstance(at, int | float) else at.timestamp()


def _code(error: BaseException) -> str:
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _words(url: str, error: Exception) -> str:
    return f"{url}: {type(error).__name__}: {error}"
