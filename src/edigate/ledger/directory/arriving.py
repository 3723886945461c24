"""What an operator hands in: CSV or a directory flow, as it is, in gzip or in tar, told by its first bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from edigate.ledger.directory.records import BadDirectory
from edigate.parsers._xml import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_START = 512
_TAR = slice(257, 262)


class Counted(io.RawIOBase):
    """A file that tells how many of its bytes have been read."""

    def __init__(self, source: BinaryIO, progress: Callable[[int], None]) -> None:
        """`progress` is called with the number of bytes of each read."""
        super().__init__()
        self._source = source
        self._progress = progress

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer as far as the source goes."""
        content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        self._progress(len(content))
        return len(content)


@contextmanager
def opened(source: BinaryIO, progress: Callable[[int], None]) -> Iterator[tuple[str, io.BufferedReader]]:
    """The directory inside, unpacked as it is read, and whether it is `xml` or `csv`.

    Raises BadDirectory for an archive that cannot be read, at its beginning or later.
    """
    try:
        inside = _unpacked(io.BufferedReader(Counted(source, progress)))
        kind = kind_of(inside.peek(_START)[:_START])
        if kind in {"zip", "pdf"}:
            raise BadDirectory(
                english=f"the file is a {kind.upper()}: give the CSV or the XML itself, as it is or in gzip or tar.gz",
                french=f"le fichier est un {kind.upper()} : donnez le CSV ou l'XML, tel quel ou en gzip ou tar.gz",
            )
        yield "xml" if kind == "xml" else "csv", inside
    except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError):
        raise BadDirectory(
            english="the archive cannot be read, it is truncated or damaged: fetch it again",
            french="l'archive ne peut être lue, elle est tronquée ou abîmée : procurez-vous-la de nouveau",
        ) from None


def _unpacked(outer: io.BufferedReader) -> io.BufferedReader:
    if kind_of(outer.peek(_START)[:_START]) == "gzip":
        outer = io.BufferedReader(gzip.GzipFile(fileobj=outer))
    if outer.peek(_START)[_TAR] != b"ustar":
        return outer
    archive = tarfile.open(fileobj=outer, mode="r|")  # noqa: SIM115 - lives as long as what is read from it
    entry = next((entry for entry in archive if entry.isfile()), None)
    content = archive.extractfile(entry) if entry else None
    if content is None:
        raise BadDirectory(english="the archive holds no file", french="l'archive ne contient aucun fichier")
    return io.BufferedReader(content)  # type: ignore[arg-type]
