"""Settings written into a file that a person wrote: one line is another, all else stays."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from edigate.moving.reasons import Cause, Unmovable
from edigate.moving.settings import said, text_of, with_settings, write

if TYPE_CHECKING:
    from pathlib import Path

URL = "postgresql://edigate@db/edigate"
LEDGER = {("ledger", "url"): URL}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[ledger]\nurl = ""\n', f'[ledger]\nurl = "{URL}"\n'),
        ("[ledger]\nurl = ''  # ours\n", f'[ledger]\nurl = "{URL}"  # ours\n'),
        ('[ledger]\n# Where.\n#url = ""\n\n[log]\n', f'[ledger]\n# Where.\nurl = "{URL}"\n\n[log]\n'),
        ('[ledger]\n# url = "x"\n', f'[ledger]\nurl = "{URL}"\n'),
        ("[ledger]", f'[ledger]\nurl = "{URL}"\n'),
        ("[ ledger ] # here\n[log]\n", f'[ ledger ] # here\nurl = "{URL}"\n[log]\n'),
        ('[storage]\n#url = ""\n[ledger]\n', f'[storage]\n#url = ""\n[ledger]\nurl = "{URL}"\n'),
        ('[log]\nlevel = "info"', f'[log]\nlevel = "info"\n\n[ledger]\nurl = "{URL}"\n'),
        ("", f'\n[ledger]\nurl = "{URL}"\n'),
        ('[gate]\r\nname = "é"\r\n[ledger]\r\n#url = ""\r\n', f'[gate]\r\nname = "é"\r\n[ledger]\r\nurl = "{URL}"\r\n'),
    ],
)
def test_one_line_is_another(before: str, after: str) -> None:
    """In place of the setting, of the comment that shows it, or below the table's name; else in a table of its own."""
    assert with_settings(before, LEDGER) == after


def test_several_at_once() -> None:
    """Each in its own table."""
    text = with_settings('[storage]\n#url = ""\n[ledger]\n#url = ""\n', LEDGER | {("storage", "url"): "/mnt/é"})
    assert text == f'[storage]\nurl = "/mnt/é"\n[ledger]\nurl = "{URL}"\n'


@pytest.mark.parametrize(
    "text",
    [
        'ledger = {url = ""}\n',
        'ledger.url = ""\n',
        '[ledger]\nurl = """\n"""\n',
        '[gate]\nname = """\n[ledger]\nurl = ""\n"""\n',
    ],
)
def test_what_would_mean_something_else_is_left_to_a_person(text: str) -> None:
    """The new text is read back: it must say what the old one did, and the new value."""
    with pytest.raises(Unmovable) as refused:
        with_settings(text, LEDGER)
    assert (refused.value.cause, refused.value.detail) == (Cause.SETTINGS, "ledger.url")


def test_a_file_keeps_its_permissions_and_its_place(tmp_path: Path) -> None:
    """Also where a link leads to it; nothing else is left in the folder."""
    real, link = tmp_path / "kept" / "gate.toml", tmp_path / "edigate.toml"
    real.parent.mkdir()
    real.write_bytes(b'[ledger]\r\nurl = "old"\r\n')
    real.chmod(0o604)
    link.symlink_to(real)
    write(link, text_of(link).replace("old", "new"))

    assert link.is_symlink()
    assert real.read_bytes() == b'[ledger]\r\nurl = "new"\r\n'
    assert stat.S_IMODE(real.stat().st_mode) == 0o604
    assert [path.name for path in real.parent.iterdir()] == ["gate.toml"]
    assert said(link, "ledger", "url") == "new"
    assert said(link, "storage", "url") == ""


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old text stays, and no half-written file beside it."""
    path = tmp_path / "edigate.toml"
    path.write_text("[log]\n", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(path, "[gate]\n")
    assert path.read_text(encoding="utf-8") == "[log]\n"
    assert [found.name for found in tmp_path.iterdir()] == ["edigate.toml"]
