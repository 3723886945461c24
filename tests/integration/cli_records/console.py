"""A gate in a folder and the commands given to it, as a person at a terminal or a script would."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edigate.app import open_gate
from edigate.cli import obey
from edigate.ledger.database import writing

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command's JSON is
        """Standard output, which must be JSON and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Site:
    """A gate's folder."""

    root: Path

    def run(self, *arguments: str, lang: str = "en", expect: int | None = 0) -> Answer:
        """Give a command; its exit status must be the one expected, None takes any."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = obey(["--gate", str(self.root), "--lang", lang, *arguments])
        answer = Answer(status, out.getvalue(), err.getvalue())
        assert expect in {None, status}, answer
        return answer

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - see Answer
        """Give a command that answers in JSON."""
        return self.run(*arguments, "--json").json

    def write(self, *statements: str) -> None:
        """Change the ledger behind the gate's back."""
        with self.connection() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def deposit(self, partner: str, name: str, content: bytes) -> None:
        """Put a file into an inbox."""
        (self.root / "inbox" / partner / name).write_bytes(content)

    def connection(self) -> AbstractContextManager[Connection]:
        """One transaction that writes."""
        return writing(open_gate(self.root).ledger)


def fold(text: str) -> str:
    """A table's text without its line breaks and padding."""
    return " ".join(text.split())


def only(found: list[dict[str, Any]], **values: object) -> dict[str, Any]:
    """The one row with these values."""
    matching = [row for row in found if all(row[key] == value for key, value in values.items())]
    assert len(matching) == 1, (values, found)
    return matching[0]
