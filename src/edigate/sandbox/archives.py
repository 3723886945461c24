"""Archives to deposit: the same files give the same bytes, whatever day, machine and version of Python."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def tar(files: Mapping[str, bytes]) -> bytes:
    """Put files into a tar, in their order; a name that ends in a slash makes a folder."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, file in files.items():
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            entry.size = len(file)
            archive.addfile(entry, io.BytesIO(file))
    return content.getvalue()


def gzipped(content: bytes, level: int = 6) -> bytes:
    """Compress without a name and without a time."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", level, packed, mtime=0) as into:
        into.write(content)
    return packed.getvalue()


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    """Make the archive of reference §4.2, to be deposited without an extension."""
    return gzipped(tar(files))


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a ZIP of files, in their order; a name that ends in a slash makes a folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files.items():
            entry = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
            entry.compress_type = method
            entry.create_system = _UNIX
            archive.writestr(entry, file)
    return content.getvalue()
