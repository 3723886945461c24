"""The command line's frame: help, languages, the gate's folder, and errors in words."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from edigate import __version__
from edigate.cli import COMMANDS, obey
from edigate.cli.failures import tell
from edigate.cli.messages import speak
from edigate.config import load
from edigate.engine.lock import held
from tests.command import edigate
from tests.ledgers import found_gate

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "edigate.toml"


@pytest.fixture(autouse=True)
def _english() -> None:
    """Whatever language another test of this process spoke last."""
    speak("en")


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty gate, entered."""
    found_gate(tmp_path / "gate")
    monkeypatch.chdir(tmp_path / "gate")
    return tmp_path / "gate"


def test_help_names_every_command(tmp_path: Path) -> None:
    """`edigate --help` lists all commands, each with its line, and loads none of them."""
    told = edigate("--help", cwd=tmp_path)
    assert told.returncode == 0
    for entry in COMMANDS:
        assert f" {entry.name} " in told.stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """`edigate --help` stays quick: neither database, nor XML, nor settings are imported for it."""
    program = (
        "import sys\nfrom edigate.cli import obey\nobey(['--help'])\n"
        "print('heavy:', *{'lxml', 'sqlalchemy', 'pydantic', 'xmlschema', 'structlog'} & sys.modules.keys())"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.stdout.splitlines()[-1] == "heavy:"


@pytest.mark.parametrize("entry", COMMANDS, ids=[entry.name for entry in COMMANDS])
def test_every_command_has_help(entry: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the table can be loaded and explains itself."""
    assert obey([entry[0], "--help"]) == 0
    assert f"edigate {entry[0]}" in capsys.readouterr().out


def test_help_speaks_french(tmp_path: Path) -> None:
    """`--lang fr` words help in French, before the command and after it."""
    whole = edigate("--help", "--lang", "fr", cwd=tmp_path).stdout
    assert "Créer une passerelle dans un dossier." in whole
    assert "Commandes" in whole
    one = edigate("--lang=fr", "check", "--help", cwd=tmp_path).stdout
    assert "Juger des fichiers comme le ferait la passerelle" in " ".join(one.split())


@pytest.mark.parametrize(("lang", "words"), [("en", "Show this help and exit."), ("fr", "Afficher cette aide.")])
def test_help_shows_flags_without_a_value_and_choices_whole(tmp_path: Path, lang: str, words: str) -> None:
    """In one language, the default of --limit included; completion is an option of edigate alone."""
    told = edigate("flows", "list", "--help", "--lang", lang, cwd=tmp_path).stdout
    for part in (words, "integrated", "inadmissible", "100"):
        assert part in told
    assert "<" not in told
    assert "--install-completion" not in edigate("flows", "--help", cwd=tmp_path).stdout
    assert "--install-completion" in edigate("--help", cwd=tmp_path).stdout


def test_the_environment_chooses_the_language(tmp_path: Path) -> None:
    """EDIGATE_LANG speaks where no option does."""
    told = edigate("run", cwd=tmp_path, EDIGATE_LANG="fr")
    assert "Il n'y a pas de passerelle ici" in told.stderr


def test_a_language_that_nobody_speaks_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """`--lang xx` says which languages there are."""
    assert obey(["--lang", "xx", "interfaces"]) == 2
    assert "en and fr" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` shows it."""
    assert obey(["--version"]) == 0
    assert capsys.readouterr().out == f"edigate {__version__}\n"


@pytest.mark.parametrize(
    ("language", "arguments", "said"),
    [
        ("en", ["flws"], "Did you mean 'flows'?"),
        ("fr", ["flws"], "Vouliez-vous dire 'flows' ?"),
        ("en", ["run", "--onc"], "--once"),
        ("fr", ["run", "--verbos"], "Option inconnue : --verbos (options possibles : --roles, --verbose)"),
        ("en", ["init"], "Missing argument 'DIR'"),
        ("fr", ["init"], "Argument manquant : '"),
        ("fr", ["run", "now"], "Arguments en trop : now"),
        ("en", ["flows", "list", "--date", "monday"], "'monday' is no day: write 2026-03-02, "),
        ("fr", ["flows", "list", "--date", "lundi"], "'lundi' n'est pas un jour : écrivez 2026-03-02, "),
        ("fr", ["flows", "list", "--limit", "-1"], "il faut au moins 0."),
    ],
)
def test_wrong_usage_is_told_with_a_way_out(
    language: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line ends with 2, says what is wrong and suggests what was meant; nothing on standard output."""
    assert obey(["--lang", language, *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("words", "command"),
    [(["run", "--roles"], "run"), (["run", "--once=yes"], "run"), (["flows", "list", "--since"], "flows list")],
)
def test_an_option_without_its_value_is_told_with_its_command(
    words: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As whatever else is wrong with it; so is one that takes none."""
    assert obey(["--lang", "fr", *words]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("edigate: L'option '--")
    assert second == f"Voir : edigate {command} --help"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`edigate` alone is wrong usage that helps."""
    assert obey([]) == 2
    told = capsys.readouterr()
    assert "Make a new gate" in told.out + told.err


def test_no_gate_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside any gate a command that needs one says so, and how to get there."""
    monkeypatch.chdir(tmp_path)
    assert obey(["run", "--once"]) == 1
    assert obey(["--gate", str(tmp_path), "run", "--once"]) == 1
    told = capsys.readouterr().err
    assert "There is no gate here" in told
    assert "edigate init" in told
    assert f"There is no gate in {tmp_path}" in told


@pytest.mark.parametrize(
    "place", [["--gate", "{gate}", "balance"], ["balance", "-g", "{gate}"], ["balance", "--gate={gate}"]]
)
def test_the_gate_is_named_before_or_after_the_command(
    place: list[str], gate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--gate` works on either side of the command."""
    monkeypatch.chdir(tmp_path)
    assert obey([part.format(gate=gate) for part in place]) == 0


def test_the_gate_is_found_from_below(gate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder inside a gate's folder is inside the gate."""
    monkeypatch.chdir(gate / "inbox")
    assert obey(["balance"]) == 0


def test_the_environment_names_the_gate(gate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EDIGATE_GATE stands for `--gate`, and is not taken for a setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDIGATE_GATE", str(gate))
    assert obey(["balance"]) == 0


@pytest.mark.parametrize(
    ("language", "line", "said"),
    [
        ("en", "quiet_second = 3", "intake.quiet_second is no setting; did you mean intake.quiet_seconds?"),
        ("fr", "quiet_second = 3", "n'est pas un réglage ; vouliez-vous dire intake.quiet_seconds ?"),
        ("en", "batch_flows = 0", "intake.batch_flows = 0: write at least 1"),
        ("fr", "batch_flows = 0", "intake.batch_flows = 0 : il faut au moins 1"),
        ("fr", 'quiet_seconds = "soon"', "il faut un nombre"),
        ("en", "quiet_seconds = ", "cannot be read"),
    ],
)
def test_a_typo_in_the_settings_is_named(
    language: str, line: str, said: str, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setting that cannot be used is told with file, key, value and remedy."""
    (gate / SETTINGS).write_text(f"[intake]\n{line}\n", encoding="utf-8")
    assert obey(["--lang", language, "run", "--once"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert str(gate / SETTINGS) in told


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "outbox.file_mode = 644: write the permissions in octal and in quotes, such as"),
        ("fr", "outbox.file_mode = 644 : écrivez les droits en octal et entre guillemets, par exemple"),
    ],
)
def test_a_setting_of_the_wrong_form_is_shown_the_right_one(
    language: str, said: str, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not by a pattern, by an example."""
    (gate / SETTINGS).write_text("[outbox]\nfile_mode = 644\n", encoding="utf-8")
    assert obey(["--lang", language, "check", __file__]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("key", ["watch.webhook", "audit.heads_url"])
@pytest.mark.parametrize(
    ("language", "address", "said"),
    [
        ("en", "https://me:geheim@example.org/x", "a user and password before @ are not sent"),
        ("fr", "https://geheim@example.org/x", "un compte et un mot de passe devant @"),
        ("en", "ftp://example.org/geheim", "begins with http:// or https://"),
        ("fr", "example.org/geheim", "commence par http:// ou https://"),
        ("en", "https:///geheim", "begins with http:// or https://"),
        ("en", "https://[/geheim", "begins with http:// or https://"),
        ("en", "https://example.org:port/geheim", "begins with http:// or https://"),
        ("en", "https://example.org/geheim\\n", "begins with http:// or https://"),
    ],
)
def test_an_address_that_nothing_can_be_posted_to_is_refused_at_the_start(
    key: str, language: str, address: str, said: str, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason; the address, which may be a secret, is not repeated."""
    table, name = key.split(".")
    (gate / SETTINGS).write_text(f'[{table}]\n{name} = "{address}"\n', encoding="utf-8")
    assert obey(["--lang", language, "run", "--once"]) == 2
    told = capsys.readouterr().err
    assert key in told
    assert said in told
    assert "geheim" not in told


def test_an_address_with_a_port_a_path_and_a_query_is_taken(gate: Path) -> None:
    """Also one of IPv6; an empty one means that nothing is posted."""
    for address in ("", "http://127.0.0.1:9/hook?key=a", "HTTPS://[::1]/x"):
        (gate / SETTINGS).write_text(f'[watch]\nwebhook = "{address}"\n', encoding="utf-8")
        assert load(gate).watch.webhook == address


def test_a_wrong_variable_is_named(
    gate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setting given in the environment is blamed there, not in the file."""
    monkeypatch.setenv("EDIGATE_ENGINE__WORKERS", "-1")
    assert obey(["run", "--once"]) == 2
    told = capsys.readouterr().err
    assert "EDIGATE_ENGINE__WORKERS: engine.workers" in told
    assert str(gate) not in told


def test_a_second_gate_on_one_folder_is_refused(gate: Path) -> None:
    """A gate that is started while another holds the folder ends with a clear message."""
    with held(gate / "ledger.lock"):
        told = edigate("run", "--once", cwd=gate)
        french = edigate("run", "--lang", "fr", cwd=gate)
    assert (told.returncode, french.returncode) == (1, 1)
    assert f"another gate holds this folder (process {os.getpid()})" in told.stderr
    assert "une autre passerelle occupe ce dossier" in french.stderr


def test_a_corrupt_ledger_is_told(gate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ledger that is no database gives a message and a remedy, no traceback."""
    for file in gate.glob("ledger.sqlite*"):
        file.unlink()
    (gate / "ledger.sqlite").write_bytes(b"nothing of the kind" * 100)
    assert obey(["balance"]) == 1
    assert "restore a backup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/archive"),
            "/x/archive: No space left on device\nThe disk",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/x/outbox"), "Permission is missing"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "read-only"),
        (sqlite3.OperationalError("database is locked"), "wait until it is done"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "the right to write"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
        (MemoryError(), "too little memory"),
        (RuntimeError("can't start new thread"), "too few threads"),
    ],
)
def test_troubles_of_the_machine_have_a_remedy(error: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What disks and databases say is passed on with what to do."""
    assert tell(error) == 1
    assert said in capsys.readouterr().err


def test_what_nobody_foresaw_is_not_hidden() -> None:
    """A fault of ours keeps its traceback."""
    assert tell(ZeroDivisionError()) is None


def test_output_that_nobody_reads_any_more_ends_quietly(gate: Path) -> None:
    """`edigate interfaces | head` leaves no traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edigate", "interfaces", "--json"],
        cwd=gate,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait()
    process.stderr.close()


def test_there_are_no_colours_in_a_pipe(gate: Path) -> None:
    """What is not a terminal gets no escape sequences."""
    assert "\x1b" not in edigate("interfaces", cwd=gate, TERM="xterm-256color").stdout
