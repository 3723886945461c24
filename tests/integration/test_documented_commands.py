"""Every `edigate …` that a document names is a command as it stands: it exists, has those options, lacks none."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from edigate import cli
from edigate.config import FILE, load

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("deploy/*")),
)
PROGRAM = "/opt/edigate/bin/edigate"
_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_BEFORE = re.compile(r"^(?:[#$]\s+|ExecStart=)?(?:sudo -u \w+ )?(?:[\w./-]*/)?edigate\s+(?P<rest>.+)$")
_ENDS = re.compile(r"\s{2,}#.*|\s[>|].*|\s&&.*")
_HELP = {"--help", "--version"}


class Named(NamedTuple):
    """A command as a document has it: `whole` with the program's place, `words` those after it."""

    page: str
    whole: str
    words: list[str]


def named(page: Path) -> Iterator[Named]:
    """Every command in a page's blocks, indented lines and spans."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    lines += [line for line in text.splitlines() if line.startswith(("    ", "ExecStart="))]
    lines += [" ".join(span.split()) for span in _SPAN.findall(_BLOCK.sub("", text))]
    for line in lines:
        if found := _BEFORE.match(_ENDS.sub("", line.strip())):
            words = shlex.split(re.sub(r"[][]", "", found["rest"]))
            if words[-1] == "…" and not words[-2].startswith("-"):  # and so on, no value
                words.pop()
            yield Named(page.relative_to(ROOT).as_posix(), found[0], words)


ALL = sorted({(one.page, one.whole): one for page in PAGES for one in named(page)}.items())


def trouble(words: list[str]) -> str:
    """What is wrong with a command line; a command that is only named, without anything, lacks nothing."""
    mentioned = not [word for word in words if word not in _HELP]
    return "" if mentioned else _trouble([word for word in cli._hoisted(words) if word not in _HELP])  # noqa: SLF001


def _trouble(words: list[str]) -> str:
    command: Any = cli._command()  # noqa: SLF001 - what `obey` parses with
    words, parent = _without_globals(words), None
    while hasattr(command, "commands"):
        if not words:
            return "" if parent is None else "names no command of these"
        name, *words = words
        if (command := command.commands.get(name)) is None:
            return f"no command {name}"
        command = cli._load(command._entry) if isinstance(command, cli.Later) else command  # noqa: SLF001
        parent = name
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = [word.partition("=")[0] for word in words if re.match("--?[a-zA-Z]", word)]
    if unknown := [option for option in asked if option not in known]:
        return f"no such option: {unknown}"
    return _lacking(command, words) if words else ""


def _without_globals(words: list[str]) -> list[str]:
    while words and words[0] in {"--gate", "-g", "--lang"}:
        words = words[2:]
    return words


def _lacking(command: Any, words: list[str]) -> str:  # noqa: ANN401 - typer keeps its types to itself
    """What is required and not given, as the parser itself has it; a placeholder is whatever value it stands for."""
    given, rest, _ = command.make_parser(command.context_class(command)).parse_args(list(words))
    missing = [one.name for one in command.params if one.required and given.get(one.name) in {None, ()}]
    return f"lacks {missing}" if missing else f"too much: {rest}" if rest else ""


@pytest.mark.parametrize("one", [one for _, one in ALL], ids=[f"{page}: {whole}" for (page, whole), _ in ALL])
def test_a_documented_command_can_be_given_as_it_stands(one: Named) -> None:
    """Commands, options, and what may not be left out; run by another account, the program is named with its place."""
    assert trouble(one.words) == ""
    if "sudo" in one.whole:
        assert PROGRAM in one.whole


_TABLES = [
    (page.relative_to(ROOT).as_posix(), block)
    for page in PAGES
    for block in re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
]


@pytest.mark.parametrize(("page", "block"), _TABLES)
def test_documented_settings_are_taken(page: str, block: str, tmp_path: Path) -> None:
    """A block of a page, as it stands, is a gate's file."""
    (tmp_path / FILE).write_text(block, encoding="utf-8")
    load(tmp_path)
    assert tomllib.loads(block), page


def test_the_documents_name_most_commands() -> None:
    """Or else what looks for them finds none."""
    found = {words[0] for _, (_, _, line) in ALL if (words := _without_globals(line))}
    assert found >= {entry.name for entry in cli.COMMANDS}


@pytest.mark.parametrize(
    "line",
    [
        "restored rebook PLACE --partner CODE --name NAME", "restored", "no-such", "restored no-such",
        "flows list --no-such", "backup", "deliveries resend NAME", "hostkey show A B C",
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_given_is_found(line: str) -> None:
    """What lacks something, names nothing, or has an option too many; a bare name of a command is but its name."""
    assert bool(trouble(line.split())) is (line != "backup")
