"""`edigate init`: a gate in a folder, empty or a sandbox."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edigate import config
from edigate.app import open_gate
from edigate.cli import obey
from edigate.domain.partners import Role
from edigate.founding import settings_text
from edigate.ledger import partners, queries
from edigate.sandbox.cases import CASES
from edigate.sandbox.flows import demo_flows

CHECKOUT = Path(__file__).parents[2]


def init(folder: Path, *options: str) -> int:
    """`edigate init` on a folder."""
    return obey(["init", str(folder), *options])


def test_a_gate_is_made_with_its_folders_and_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings, inbox, outbox and ledger are there, and the next steps are told."""
    assert init(tmp_path / "a" / "gate", "--code", "ABC999") == 0
    gate = open_gate(tmp_path / "a" / "gate")
    assert gate.settings.gate.code == "ABC999"
    for name in ("edigate.toml", "inbox", "outbox", "ledger.sqlite"):
        assert (gate.places.root / name).exists()
    told = capsys.readouterr().out
    assert "partners add" in told
    assert "run" in told


def test_partners_get_through_to_their_own_folders(tmp_path: Path) -> None:
    """Whoever may read its own outbox folder is not stopped above it, whatever the umask."""
    init(tmp_path / "gate")
    for name in ("inbox", "outbox"):
        assert stat.S_IMODE((tmp_path / "gate" / name).stat().st_mode) == 0o751


def test_folders_may_hand_their_group_on(tmp_path: Path) -> None:
    """A mode may have the digit that a folder shared by several accounts wants first."""
    init(tmp_path / "gate")
    path = tmp_path / "gate" / "edigate.toml"
    text = path.read_text(encoding="utf-8").replace('#folder_mode = "0750"', 'folder_mode = "2770"')
    path.write_text(text, encoding="utf-8")

    assert open_gate(path.parent).access.folder_mode == 0o2770


def test_the_settings_file_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    """Taking every # away from a key changes nothing: the file shows all defaults, truly."""
    init(tmp_path / "gate")
    path = tmp_path / "gate" / "edigate.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines]
    path.write_text("\n".join(bare), encoding="utf-8")
    assert config.load(path.parent) == config.Settings()
    for key in config.all_keys():
        assert any(line.partition(" = ")[0] == key.partition(".")[2] for line in bare)


def test_no_machine_is_named_in_a_gate(tmp_path: Path) -> None:
    """The settings name no path, and the folder can be moved."""
    init(tmp_path / "here", "--sandbox")
    assert str(tmp_path) not in (tmp_path / "here" / "edigate.toml").read_text(encoding="utf-8")
    shutil.move(tmp_path / "here", tmp_path / "there")
    gate = open_gate(tmp_path / "there")
    with gate.ledger.connect() as connection:
        assert partners.load_book(connection).get("JMRPOR") is not None


def test_the_repository_is_a_gate_with_these_settings() -> None:
    """The default gate's settings are what `edigate init` writes."""
    assert (CHECKOUT / "edigate.toml").read_text(encoding="utf-8") == settings_text("CPP001")


def test_a_gate_that_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds a gate is refused kindly, in both languages, and nothing in it changes."""
    init(tmp_path)
    (tmp_path / "edigate.toml").write_text("# mine\n", encoding="utf-8")
    capsys.readouterr()
    assert init(tmp_path, "--sandbox") == 1
    assert "There is a gate in" in capsys.readouterr().err
    assert init(tmp_path, "--lang", "fr") == 1
    assert "Il y a déjà une passerelle" in capsys.readouterr().err
    assert (tmp_path / "edigate.toml").read_text(encoding="utf-8") == "# mine\n"
    assert list((tmp_path / "inbox").iterdir()) == []


@pytest.mark.parametrize("code", ["abc123", "CPP01", "CPP0012", "CPP/01", ""])
def test_a_code_that_is_none_is_wrong_usage(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An application code is six capitals or digits; nothing is made for another one."""
    assert init(tmp_path / "gate", "--code", code) == 2
    assert "six capitals or digits" in capsys.readouterr().err
    assert not (tmp_path / "gate").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a file stands in the way, the message names it."""
    (tmp_path / "file").write_bytes(b"")
    assert init(tmp_path / "file") == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_a_sandbox_has_its_fixed_partners(tmp_path: Path) -> None:
    """The codes that guides name: depositor, two recipients, the portal, and whom they stand for."""
    init(tmp_path, "--sandbox")
    gate = open_gate(tmp_path)
    assert gate.settings.gate.code == "CPP001"
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
    assert {partner.code for partner in book.partners} >= {"JMRPOR", "SEI001", "ETA001", "POR001"}
    for siret, code in (("53514650090018", "SEI001"), ("11000201100044", "ETA001")):
        connected = book.connected(siret)
        assert connected
        assert connected.code == code
    assert book.connected("75356054900010") is None
    assert book.portal
    assert (book.portal.code, book.portal.role) == ("POR001", Role.PORTAL)


def test_a_fresh_sandbox_has_deposited_nothing(tmp_path: Path) -> None:
    """Its inboxes are there and empty, its ledger has no flow; the flows to try lie beside, with their list."""
    init(tmp_path, "--sandbox")
    gate = open_gate(tmp_path)
    assert (tmp_path / "inbox" / "JMRPOR").is_dir()
    assert [path for path in (tmp_path / "inbox").rglob("*") if path.is_file()] == []
    with gate.ledger.connect() as connection:
        assert queries.list_flows(connection, queries.Wanted()) == []
    flows = list((tmp_path / "sandbox").glob("*/[!.]*A_*")) + list((tmp_path / "sandbox").glob("*/facture_mars.xml"))
    listed = (tmp_path / "SANDBOX.md").read_text(encoding="utf-8")
    assert len(flows) == len(CASES)
    assert all(f"`{path.parent.name}/{path.name}`" in listed for path in flows)
    steps = [path.relative_to(tmp_path) for path in (tmp_path / "sandbox" / "lives").glob("*/*")]
    assert len(steps) > 30
    assert all(f"cp -r {step}/. inbox/" in listed for step in steps)


def test_the_changes_of_a_sandbox_are_in_the_event_log(tmp_path: Path) -> None:
    """Who added the partners and imported the directory is kept."""
    init(tmp_path, "--sandbox")
    with open_gate(tmp_path).ledger.connect() as connection:
        events = [row["event"] for row in queries.events_about(connection, "JMRPOR")]
    assert events == ["partner.added"]


def apart(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that sets up the log, in a process of its own."""
    command = [sys.executable, "-m", "edigate", "--gate", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def worked(root: Path) -> Path:
    """A sandbox gate that has taken a deposit, and then lost its ledger."""
    init(root, "--sandbox")
    text = (root / "edigate.toml").read_text(encoding="utf-8")
    (root / "edigate.toml").write_text(text.replace("#quiet_seconds = 2", "quiet_seconds = 0"), encoding="utf-8")
    flow = next(one for one in demo_flows(1, dt.datetime.now(dt.UTC).date()) if one.expected == "integrated")
    (root / "inbox" / flow.partner / flow.name).write_bytes(flow.content)
    assert apart(root, "run", "--once").returncode == 0
    for path in root.glob("ledger.sqlite*"):
        path.unlink()
    return root


@pytest.mark.parametrize(
    "command", [["run", "--once"], ["flows", "list"], ["demo"], ["partners", "list"], ["backup", "elsewhere"]]
)
@pytest.mark.parametrize("empty", [False, True], ids=["no file", "an empty file"])
def test_a_lost_ledger_is_never_replaced_in_silence(
    lost: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    empty: bool,  # noqa: FBT001 - a case
) -> None:
    """With deposits in the archive every command refuses, in both languages, and names both ways out."""
    gate = shutil.copytree(lost, tmp_path / "gate")
    if empty:
        (gate / "ledger.sqlite").touch()

    assert obey(["--gate", str(gate), *command]) == 1
    english = capsys.readouterr().err
    assert obey(["--gate", str(gate), "--lang", "fr", *command]) == 1
    french = capsys.readouterr().err

    assert "ledger.sqlite is missing, while archive/ holds deposits" in english
    assert "docs/backup.md" in english
    assert f"edigate init --new-ledger {gate}" in english
    assert "ledger.sqlite manque" in french
    assert not (gate / "ledger.sqlite").exists() or not (gate / "ledger.sqlite").stat().st_size


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a gate, made once."""
    return worked(tmp_path_factory.mktemp("lost") / "gate")


def test_a_new_ledger_is_begun_on_purpose(lost: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings and archive stay; no number or name of the lost ledger is given again; who did it is in the log."""
    gate = shutil.copytree(lost, tmp_path / "gate")
    settings = (gate / "edigate.toml").read_bytes()
    old = {path.name for path in (gate / "outbox").glob("*/[CF]*")}
    assert old

    assert init(gate, "--new-ledger", "--code", "ABC999") == 0

    assert "CPP001" in capsys.readouterr().out
    assert (gate / "edigate.toml").read_bytes() == settings
    opened = open_gate(gate)
    with opened.ledger.connect() as connection:
        (event,) = queries.events_about(connection, "CPP001")
    assert event["event"] == "ledger.begun_anew"
    apart(gate, "demo", "--no-lives")
    with opened.ledger.connect() as connection:
        given = {row["name"] for row in queries.list_deliveries(connection, queries.Wanted())}
    opened.ledger.dispose()
    assert given
    assert not given & old
    told = apart(gate, "doctor")
    assert told.returncode == 1
    # A line is folded where the path in it makes it long.
    assert "olderfilesinthearchive:1" in "".join(told.stdout.split())


def test_a_ledger_that_is_there_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To begin a new one beside it is refused."""
    init(tmp_path)
    before = (tmp_path / "ledger.sqlite").read_bytes()
    assert init(tmp_path, "--new-ledger") == 1
    assert "ledger.sqlite" in capsys.readouterr().err
    assert (tmp_path / "ledger.sqlite").read_bytes() == before


def test_settings_that_are_lost_too_are_not_made_beside_an_old_archive(
    lost: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`init` alone refuses and leaves nothing; with --new-ledger it makes both."""
    gate = shutil.copytree(lost, tmp_path / "gate")
    (gate / "edigate.toml").unlink()
    assert init(gate) == 1
    assert "docs/backup.md" in capsys.readouterr().err
    assert not (gate / "edigate.toml").exists()
    assert init(gate, "--new-ledger", "--code", "ABC999") == 0
    assert open_gate(gate).settings.gate.code == "ABC999"
