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
from functools import cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from edigate.ledger.archive import ARRIVING, Unreachable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable, Iterator, Mapping

IN_MEMORY = 32_000_000
PIECE = 8 << 20
_WITH_ONE_REQUEST = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "memory"})
# A worker's time for a flow has to outlast a store that does not answer: the flow waits then, the worker lives.
SECONDS, BYTES_A_SECOND = 25, 1_000_000
LISTING = 1_000_000_000  # a day of a million deposits comes in a thousand answers, each of which has its own time
_OF_S3 = {
    "config_kwargs": {
        "connect_timeout": 5,
        "read_timeout": 10,
        "retries": {"total_max_attempts": 2, "mode": "standard"},
    }
}
_S3 = frozenset({"s3", "s3a"})
_TIMES = ("LastModified", "mtime", "created", "modified")


class Stored(NamedTuple):
    """What a store says of an object; `since` is when it was stored, in seconds of the epoch by the store's clock."""

    key: str
    size: int
    since: float


class _Store(NamedTuple):
    """A file system of fsspec, where in it the URL leads, and whether what it stores is whole or not there."""

    fs: Any
    root: str
    whole: bool

    def ask(self, what: str, *args: object, size: int = 0, **words: object) -> Any:  # noqa: ANN401 - fsspec's answers
        """Call it, for no longer than so many bytes may take: no time of its own ends a request that is not taken."""
        if not self.fs.async_impl:
            return getattr(self.fs, what)(*args, **words)
        from fsspec.asyn import sync  # type: ignore[import-untyped]  # noqa: PLC0415 - only where a URL asks for it

        seconds = SECONDS + size / BYTES_A_SECOND
        return sync(self.fs.loop, _within, seconds, partial(getattr(self.fs, f"_{what}"), *args, **words))


async def _within(seconds: float, call: Callable[[], Awaitable[object]]) -> object:
    import asyncio  # noqa: PLC0415 - as fsspec is

    return await asyncio.wait_for(call(), seconds)


@dataclass(frozen=True, slots=True)
class Objects:
    """Files by key below a URL. What is not there raises FileNotFoundError, all other trouble Unreachable."""

    url: str

    def put(self, key: str, content: BinaryIO, *, durable: bool = True) -> None:
        """Store a file; more than IN_MEMORY bytes have to lie on the disk, and are read from its beginning.

        What is stored is as durable as the store makes it, `durable` or not.
        """
        del durable
        with self._reached() as store:
            path = f"{store.root}/{key}"
            if store.whole:
                _send(store, path, content)
            else:
                _send_and_rename(store, path, content)

    def pieces(self, key: str) -> Iterator[bytes]:
        """What is stored, in pieces of PIECE bytes."""
        with self._reached() as store:
            path = f"{store.root}/{key}"
            piece = _read(store, path, 0)
        yield piece
        if len(piece) < PIECE:
            return
        with self._reached():
            size = int(store.ask("info", path)["size"])
        for start in range(PIECE, size, PIECE):
            with self._reached():
                piece = _read(store, path, start)
            yield piece

    def look(self, key: str) -> Stored:
        """What the store says of an object."""
        with self._reached() as store:
            return _stored(store, store.ask("info", f"{store.root}/{key}"))

    def remove(self, key: str) -> None:
        """Take it away, if it is there."""
        with suppress(FileNotFoundError), self._reached() as store:
            store.ask("rm_file", f"{store.root}/{key}")

    def folders(self) -> list[str]:
        """The folders right below the URL, in order."""
        with suppress(FileNotFoundError), self._reached() as store:
            found = store.ask("ls", store.root, size=LISTING, detail=True)
            return sorted(one["name"].rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory")
        return []

    def below(self, folder: str) -> list[Stored]:
        """The objects right below a folder, by key."""
        with suppress(FileNotFoundError), self._reached() as store:
            found = store.ask("ls", f"{store.root}/{folder}", size=LISTING, detail=True)
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
    options: Mapping[str, object] = _OF_S3 if protocol in _S3 else {}
    fs, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True, **options)
    if protocol in _S3:
        fs.retries = 1  # its library tries again already
    return _Store(fs, root.rstrip("/"), protocol in _WITH_ONE_REQUEST)


def _send(store: _Store, path: str, content: BinaryIO) -> None:
    first = content.read(IN_MEMORY)
    if len(first) < IN_MEMORY:
        store.ask("pipe_file", path, first, size=len(first))
        return
    content.flush()
    size = os.fstat(content.fileno()).st_size
    store.ask("put_file", f"/dev/fd/{content.fileno()}", path, size=size)
    if store.ask("info", path)["size"] != size:
        raise OSError(errno.EIO, path)


def _send_and_rename(store: _Store, path: str, content: BinaryIO) -> None:
    temporary = f"{store.root}/{ARRIVING}/{os.urandom(12).hex()}"
    store.ask("makedirs", f"{store.root}/{ARRIVING}", exist_ok=True)
    try:
        _send(store, temporary, content)
        store.ask("makedirs", path.rpartition("/")[0], exist_ok=True)
        store.fs.mv(temporary, path)
    except BaseException:
        with suppress(Exception):
            store.ask("rm_file", temporary)
        raise


def _read(store: _Store, path: str, start: int) -> bytes:
    try:
        return bytes(store.ask("cat_file", path, start=start, end=start + PIECE, size=PIECE))
    except OSError as error:
        if error.errno == errno.EINVAL and not start:  # S3 has no range of an empty object
            return bytes(store.ask("cat_file", path))
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
