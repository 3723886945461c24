"""One setting written into edigate.toml: all else there stays as it is, comments and order included."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from typing import TYPE_CHECKING, Any

from edigate.ledger.archive import sync_folder
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*')"""


def read(path: Path) -> dict[str, Any]:
    """What the file says, without the environment."""
    return tomllib.loads(text_of(path))


def text_of(path: Path) -> str:
    """The file as it stands, its line ends included."""
    return path.read_bytes().decode()


def said(path: Path, table: str, key: str) -> str:
    """What the file says of one setting; empty where it says nothing."""
    found = read(path).get(table, {}).get(key, "")
    return str(found)


def with_settings(text: str, wanted: Mapping[tuple[str, str], str]) -> str:
    r"""The file's text with these values, by table and key. Raises Unmovable where it must be done by hand.

    >>> print(with_settings('[ledger]\n# Where.\n#url = ""\n', {("ledger", "url"): "postgresql://db/gate"}), end="")
    [ledger]
    # Where.
    url = "postgresql://db/gate"
    """
    expected = tomllib.loads(text)
    for (table, key), value in wanted.items():
        text = _with_setting(text, table, f"{key} = {json.dumps(value, ensure_ascii=False)}", key)
        expected.setdefault(table, {})[key] = value
    try:
        sound = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        sound = False
    if not sound:
        raise Unmovable(Cause.SETTINGS, ", ".join(f"{table}.{key}" for table, key in wanted))
    return text


def _with_setting(text: str, table: str, line: str, key: str) -> str:
    """In place of the setting, or of the comment that shows its default, or right below its table's name."""
    header = re.search(rf"^[ \t]*\[[ \t]*{table}[ \t]*\][^\n]*\n?", text, re.MULTILINE)
    if header is None:
        return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}\n[{table}]\n{line}\n"
    following = re.compile(r"^[ \t]*\[", re.MULTILINE).search(text, header.end())
    end = following.start() if following else len(text)
    before, body, after = text[: header.end()], text[header.end() : end], text[end:]
    for pattern in (rf"^[ \t]*{key}[ \t]*=[ \t]*{_VALUE}", rf"^#[ \t]*{key}[ \t]*=[ \t]*{_VALUE}"):
        body, changed = re.subn(pattern, lambda _: line, body, count=1, flags=re.MULTILINE)
        if changed:
            return before + body + after
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}{line}\n{body}{after}"


def write(path: Path, text: str) -> None:
    """Put a text in the file's place, whole or not at all; its permissions and its owner stay. Raises OSError."""
    path = path.resolve()
    was = path.stat()
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        with temporary.open("xb") as file:
            file.write(text.encode())
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(was.st_mode))
            if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), was.st_uid, was.st_gid)
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def require_writable(path: Path) -> None:
    """Raise OSError where `write` would, as far as that can be known before: the text that is there is written."""
    write(path, text_of(path))
