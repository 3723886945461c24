"""Values of the command line that are taken as they stand, and those that typer converts as ever."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from edigate.cli.everywhere import word_options

Taken = list[Any]


def _shout(text: str) -> str:
    return text.upper()


@pytest.fixture
def taken() -> Taken:
    """What the command was given last."""
    return []


@pytest.fixture
def command(taken: Taken) -> Any:  # noqa: ANN401 - typer keeps its types to itself
    """A command with a parameter of each kind, worded as edigate words its own."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def take(
        files: Annotated[list[Path] | None, typer.Argument()] = None,
        *,
        text: Annotated[str, typer.Option()] = "none",
        many: Annotated[list[str] | None, typer.Option()] = None,
        place: Annotated[Path | None, typer.Option()] = None,
        folder: Annotated[Path | None, typer.Option(exists=True, file_okay=False)] = None,
        count: Annotated[int, typer.Option(min=1)] = 7,
        day: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
        loud: Annotated[str, typer.Option(parser=_shout)] = "",
    ) -> None:
        taken.append((files, text, many, place, folder, count, day, loud))

    made = typer.main.get_command(app)
    word_options(made)
    return made


def run(command: Any, *words: str) -> None:  # noqa: ANN401 - as above
    """Give the command these words."""
    command.main(list(words), standalone_mode=False)


def test_what_is_not_given_is_the_default(command: Any, taken: Taken) -> None:  # noqa: ANN401 - as above
    """Whatever the option's type; a list that is not given is as absent as typer has it."""
    run(command)

    assert [value or None for value in taken[0]] == [None, "none", None, None, None, 7, None, None]


def test_texts_and_paths_stand_for_themselves(command: Any, taken: Taken, tmp_path: Path) -> None:  # noqa: ANN401 - as above
    """One or many, of files that are there and of those that are not."""
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.write_bytes(b"")
    run(command, str(there), str(missing), "--text", "a", "--many", "b", "--many", "5", "--place", str(missing))

    assert taken == [([there, missing], "a", ["b", "5"], missing, None, 7, None, "")]


def test_all_else_is_converted_by_typer(command: Any, taken: Taken, tmp_path: Path) -> None:  # noqa: ANN401 - as above
    """Numbers, days, what a command reads in its own way, and paths of which something is asked."""
    run(command, "--count", "3", "--day", "2026-01-02", "--loud", "hush", "--folder", str(tmp_path))

    assert taken == [(taken[0][0], "none", taken[0][2], None, tmp_path, 3, dt.datetime(2026, 1, 2), "HUSH")]  # noqa: DTZ001 - as typer reads it


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--count", "0"), "1"),
        (("--count", "many"), "integer"),
        (("--day", "soon"), "soon"),
        (("--folder", "/no/such/place"), "does not exist"),
    ],
)
def test_what_does_not_fit_is_refused_in_typers_words(command: Any, words: tuple[str, ...], said: str) -> None:  # noqa: ANN401 - as above
    """The value is named, or what is wanted instead."""
    with pytest.raises(typer.TyperException) as refused:
        run(command, *words)

    assert said in str(refused.value.format_message())
