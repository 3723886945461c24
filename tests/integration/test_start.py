"""What a command loads before it answers: nothing that only other commands need."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from edigate.cli import COMMANDS
from edigate.sandbox.documents import Draft, cii

if TYPE_CHECKING:
    from pathlib import Path

# Each takes from 10 ms to 200 ms to load.
LIBRARIES = frozenset(
    {
        "alembic", "cryptography", "fontTools", "fsspec", "lxml", "mako", "multiprocessing", "paramiko", "pikepdf",
        "prometheus_client", "psycopg", "pydantic", "pydantic_settings", "reportlab", "rich", "sqlalchemy", "structlog",
        "watchdog", "xmlschema",
    }
)  # fmt: skip
ASKING = frozenset({"rich", "sqlalchemy"})
JUDGING = frozenset({"lxml", "rich"})
# What of the gate itself a question to its ledger does without: what examines, decides, emits, and works.
WORKING = (
    "edigate.domain.invoice", "edigate.domain.portal_statuses", "edigate.emitters", "edigate.engine.decisions",
    "edigate.engine.local", "edigate.engine.worker", "edigate.parsers", "edigate.pipeline", "edigate.remote",
    "edigate.rules", "edigate.unpacking", "edigate.xsd", "sqlalchemy.dialects.postgresql",
)  # fmt: skip
# What only shows of one record what is wrong with it, what it waits for or whom it is from, or writes a pack of it.
SHOWING = (
    "edigate.cli.export", "edigate.cli.flow_story", "edigate.domain.archive_faults", "edigate.domain.explain",
    "edigate.domain.fault_catalogue", "edigate.domain.holds", "edigate.domain.partners",
)  # fmt: skip
QUESTIONS = (
    ("flows", "list"), ("flows", "list", "--json"), ("invoices", "list"), ("invoices", "show", "1"), ("balance",),
    ("deliveries", "list"), ("dossiers", "list"), ("held", "list"), ("alerts", "list"),
)  # fmt: skip
SAY = (
    "import json, os, sys; from edigate.cli import obey; said = os.dup(1); os.dup2(2, 1); obey(sys.argv[1:]);"
    " os.write(said, json.dumps(sorted(sys.modules)).encode())"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gate with its ledger and partners, and a good file beside it."""
    root = tmp_path_factory.mktemp("start") / "gate"
    loaded("init", str(root))
    (root.parent / "good.xml").write_bytes(cii(Draft("F-1")))
    return root


def loaded(*words: str) -> set[str]:
    """The modules that a process has loaded when the command is done."""
    done = subprocess.run([sys.executable, "-c", SAY, *words], capture_output=True, check=True)
    return set(json.loads(done.stdout))


def libraries(modules: set[str]) -> set[str]:
    """The libraries among them that take long."""
    return {module.partition(".")[0] for module in modules} & LIBRARIES


def test_the_list_of_commands_loads_no_command() -> None:
    """`edigate --help` words every command from the table: of the gate it loads the command line, and nothing more."""
    modules = loaded("--help")

    assert libraries(modules) == {"rich"}
    assert {m for m in modules if m.startswith("edigate.") and not m.startswith("edigate.cli")} == set()
    assert not {f"edigate.cli.{entry.place.partition(':')[0]}" for entry in COMMANDS} & modules


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_question_to_the_ledger_loads_the_ledger(root: Path, question: tuple[str, ...]) -> None:
    """What lists and shows loads the ledger's library, but nothing of the gate that works."""
    modules = loaded("--gate", str(root), *question)

    assert libraries(modules) <= ASKING
    assert {module for module in modules if module.startswith(WORKING)} == set()


@pytest.mark.parametrize("question", [("flows", "list"), ("invoices", "list"), ("balance",)], ids=" ".join)
def test_a_list_loads_no_words_of_single_records(root: Path, question: tuple[str, ...]) -> None:
    """Each of them is a millisecond or two: together they were as much as the ledger's answer."""
    modules = loaded("--gate", str(root), *question)

    assert {module for module in modules if module.startswith(SHOWING)} == set()


def test_a_check_of_one_file_loads_what_judges(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside any gate a file is judged without the ledger's library, and by no other process."""
    monkeypatch.chdir(root.parent)
    modules = loaded("check", "good.xml")

    assert libraries(modules) <= JUDGING
    assert not {module for module in modules if module.startswith(("edigate.engine.local", "edigate.remote"))}


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_help_of_a_command_loads_no_extra(name: str) -> None:
    """No command's help loads what makes ledgers, draws letters, or speaks to other stores and servers of ledgers."""
    unwanted = {"alembic", "fontTools", "fsspec", "mako", "prometheus_client", "psycopg", "reportlab", "xmlschema"}

    assert libraries(loaded(name, "--help")) & unwanted == set()


def test_the_fork_server_loads_what_examines_and_nothing_else() -> None:
    """Every worker is forked from it: without the ledger's library, that of PDFs, or one that shows words.

    It is made of multiprocessing itself.
    """
    code = "import json, sys, edigate.preloaded; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert libraries(set(json.loads(done.stdout))) == {"lxml", "multiprocessing"}


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_no_cycles_are_looked_for_before_a_question_is_answered(root: Path, question: tuple[str, ...]) -> None:
    """To look through all that was loaded takes a twentieth of the time that is left."""
    code = (
        "import gc, os; from edigate.__main__ import main; told = []; gc.callbacks.append(lambda *_: told.append(1))\n"
        "try:\n    main()\nexcept SystemExit:\n    os.write(2, b'\\n%d' % len(told))"
    )
    done = subprocess.run([sys.executable, "-c", code, "--gate", str(root), *question], capture_output=True, check=True)

    assert done.stderr.splitlines()[-1] == b"0"


def test_completion_loads_no_command() -> None:
    """The words that a shell completes come from the table of commands."""
    code = (
        "import json, os, sys; os.environ.update(_EDIGATE_COMPLETE='complete_bash', COMP_WORDS='edigate fl',"
        " COMP_CWORD='1'); from edigate.cli import obey; said = os.dup(1); os.dup2(2, 1)\n"
        "try:\n    obey([])\nexcept SystemExit:\n    pass\n"
        "os.write(said, json.dumps(sorted(sys.modules)).encode())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert b"flows" in done.stderr
    assert "edigate.cli.flows" not in set(json.loads(done.stdout))
