"""`deploy/sftp-partner` and a real OpenSSH: partners deposit and collect by SFTP, and can do nothing else.

Only root can make accounts and mounts: these tests make their own, with names of their own, and take them away again.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.config import OutboxTable
from edigate.engine import deposits
from edigate.engine.once_only import once_only
from tests.acceptance.gates import DEPOSITOR, SETTINGS, Site, furnish, sound
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[2] / "deploy" / "sftp-partner"
SFTP = shutil.which("sftp")
OTHER = "SEI001"
UNUSED_ID = 54_321
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can make accounts and mounts"),
    pytest.mark.skipif(SFTP is None, reason="no sftp client here (Debian, Ubuntu: openssh-client)"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bind mounts are Linux's"),
]


def tool(name: str, *arguments: str) -> None:
    """Run a tool of the system's, which must succeed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    subprocess.run([str(found), *arguments], check=True)


def accounts() -> set[str]:
    """The accounts of this machine."""
    return {entry.pw_name for entry in pwd.getpwall()}


@dataclass(frozen=True, slots=True)
class Served:
    """A gate whose partners come by SFTP; `owner` is the user id that the gate works with."""

    root: Path
    gate: Path
    server: Sshd
    owner: int

    @property
    def group(self) -> str:
        """The group of this test's accounts."""
        return f"edit{os.getpid()}"

    @property
    def key(self) -> str:
        """The public key of both partners."""
        return f"{self.server.key_file}.pub"

    def user(self, partner: str) -> str:
        """The account of a partner."""
        return f"edit{os.getpid()}-{partner.lower()}"

    def script(self, *arguments: str, partner: str = DEPOSITOR, **kept: str) -> subprocess.CompletedProcess[str]:
        """Run the script on this gate, with everything that it keeps in a place of the test's own."""
        places = {
            "--user": self.user(partner), "--group": self.group, "--jails": f"{self.root}/jails",
            "--keys": f"{self.root}/keys", "--config": f"{self.server.folder}/sshd_config",
            "--snippet": f"{self.root}/sshd/50-edigate.conf", "--fstab": f"{self.root}/fstab",
        } | kept  # fmt: skip
        options = [word for pair in places.items() for word in pair]
        return subprocess.run([str(SCRIPT), *options, *arguments], capture_output=True, text=True, check=False)

    def set_up(self, partner: str) -> str:
        """Give a partner access by the server's test key; what the script said."""
        done = self.script(str(self.gate), partner, self.key, partner=partner)
        if done.returncode and "mount" in done.stderr and "permission denied" in done.stderr.lower():
            pytest.skip("this machine lets root mount nothing")
        assert done.returncode == 0, done
        return done.stdout

    def sftp(self, *commands: str, partner: str = DEPOSITOR) -> subprocess.CompletedProcess[str]:
        """What the stock client says to these commands; it ends at the first that fails, unless it begins with `-`."""
        return self._client("sftp", "-b", "-", partner=partner, said="\n".join(commands) + "\n")

    def ssh(self, *arguments: str, partner: str = DEPOSITOR) -> subprocess.CompletedProcess[str]:
        """What becomes of a try with ssh."""
        return self._client("ssh", *arguments, partner=partner)

    def _client(self, program: str, *arguments: str, partner: str, said: str = "") -> subprocess.CompletedProcess[str]:
        port = "-P" if program == "sftp" else "-p"
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"]
        target = f"{self.user(partner)}@{self.server.host}"
        key = ["-i", str(self.server.key_file), port, str(self.server.port)]
        words = [word for option in options for word in ("-o", option)]
        # The target comes before a command of ssh, and after every option.
        order = [*arguments, target] if program == "sftp" or "-N" in arguments else [target, *arguments]
        return subprocess.run(
            [program, *words, *key, *order], input=said, capture_output=True, text=True, check=False, timeout=120
        )

    def take_in(self) -> int:
        """Claim and book what was deposited, with the rights of the gate's own account; how many flows that is."""
        os.setegid(self.owner)
        os.seteuid(self.owner)
        try:
            with closing(Site(self.gate)) as site:
                ready = deque(site.gate.inbox.look({DEPOSITOR, OTHER}, 100).ready)
                deposits.claim(site.gate, ready)
                return deposits.book(site.gate)
        finally:
            os.seteuid(0)
            os.setegid(0)

    def work_off(self) -> None:
        """Decide on what was booked and hand out what comes of it; whatever is made belongs to the gate's account."""
        with closing(Site(self.gate)) as site:
            site.round()
        self.own(self.gate)

    def own(self, path: Path) -> None:
        """Give what lies there to the gate's account; root has it already."""
        if self.owner:
            tool("chown", "-R", f"{self.owner}:{self.owner}", str(path))


@pytest.fixture(scope="module", params=[UNUSED_ID, 0], ids=["gate of its own account", "gate of root"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Two partners of one gate with access, by a gate that is nobody's in particular, and by one that runs as root."""
    # Below /tmp sshd would refuse every root: others may write there.
    root = Path(tempfile.mkdtemp(prefix="edigate-test-", dir="/srv" if Path("/srv").is_dir() else "/var/lib"))
    root.chmod(0o755)
    gate = root / "gate"
    gate.mkdir()
    (root / "server").mkdir()
    server = Sshd(root / "server", options=(f"Include {root}/sshd/*.conf",))
    site = Served(root, gate, server, request.param)
    outbox = f'[outbox]\ngroup = "{site.group}"\n' if request.param == 0 else ""
    tool("groupadd", "--system", site.group)
    try:
        (gate / "edigate.toml").write_text(SETTINGS + outbox, encoding="utf-8")
        furnish(gate)
        site.own(gate)
        with server:
            for partner in (DEPOSITOR, OTHER):
                site.set_up(partner)
            server.use_host_keys(*server.host_key_files)  # as a reload
            yield site
    finally:
        for partner in (DEPOSITOR, OTHER):
            site.script("--remove", str(gate), partner, partner=partner)
        tool("groupdel", site.group)
        shutil.rmtree(root)


def test_a_partner_deposits_and_collects(served: Served, tmp_path: Path) -> None:
    """An invoice is put under a temporary name and renamed; the gate takes it, and its report is there to get.

    The client's file is readable by its owner alone, as robots' files are: the gate can read it nevertheless.
    """
    invoice = tmp_path / "invoice.xml"
    invoice.write_bytes(sound())
    invoice.chmod(0o600)
    name = f"FSO1106A_{DEPOSITOR}_{DEPOSITOR}1106{served.owner:015d}"

    put = served.sftp(f"put {invoice} in/{name}.part", f"rename in/{name}.part in/{name}", "ls in")
    assert put.returncode == 0, put.stderr
    assert name in put.stdout
    assert served.take_in() == 1
    served.work_off()

    listed = served.sftp("ls -1 out", "ls -1 in")
    report = next(line.strip() for line in listed.stdout.splitlines() if "CSO1106A" in line)
    assert name not in listed.stdout
    got = served.sftp(f"get {report} {tmp_path}/report.xml")
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "report.xml").read_bytes() == (served.gate / "outbox" / DEPOSITOR / report[4:]).read_bytes()


FORBIDDEN = (
    "rm out/{there}",
    "rename out/{there} out/other",
    "rename out/{there} in/{there}",
    "put {file} out/mine",
    "put {file} out/{there}",
    "chmod 777 out/{there}",
    "mkdir out/folder",
    "rm out/.staging/*",
    "put {file} mine",
    "mkdir folder",
    "mkdir in/folder",
    "ln -s ../../etc/passwd in/link",
    "ln out/{there} in/{there}",
    "rmdir in",
    "rename in other",
    "get /etc/passwd {file}.got",
    "get ../../../etc/passwd {file}.got",
    "cd ../../" + OTHER,
    "ls /srv",
    "ls /proc",
)


@pytest.mark.parametrize("command", FORBIDDEN)
def test_nothing_else_is_allowed(served: Served, tmp_path: Path, command: str) -> None:
    """In `out` a partner lists and gets; there are no links and folders to make, and no way out of its root."""
    there = served.gate / "outbox" / DEPOSITOR / "there"
    there.write_bytes(b"<there/>")
    os.chown(there, served.owner, -1)
    there.chmod(0o666)
    staged = there.parent / ".staging" / "1"
    staged.parent.mkdir(exist_ok=True)
    staged.write_bytes(b"<staged/>")
    file = tmp_path / "mine"
    file.write_bytes(b"<mine/>")

    answer = served.sftp(command.format(there="there", file=file))

    assert answer.returncode != 0, answer
    assert there.read_bytes() == b"<there/>"
    assert there.stat().st_mode & 0o777 == 0o666
    assert staged.exists()
    assert sorted(path.name for path in (served.root / "jails" / served.user(DEPOSITOR)).iterdir()) == ["in", "out"]
    assert not any((served.gate / "inbox" / DEPOSITOR).iterdir())
    assert not Path(f"{file}.got").exists()


def test_a_file_is_fetched_only_once_where_the_settings_say_so(served: Served, tmp_path: Path) -> None:
    """What the stock client has got is gone from `out`; what it only listed is still there."""
    with closing(Site(served.gate)) as site:
        name = site.deposit(sound())
        site.round()
        served.own(served.gate / "outbox" / DEPOSITOR)
        settings = site.gate.settings._replace(outbox=OutboxTable(collect_once=True))
        with once_only(replace(site.gate, settings=settings)):
            listed = [line.strip() for line in served.sftp("ls -1 out").stdout.splitlines() if "out/C" in line]
            report = listed[-1]
            got = served.sftp(f"get {report} {tmp_path}/report.xml", "ls -1 out")
            assert got.returncode == 0, got
            end = time.monotonic() + 60
            while (served.gate / "outbox" / DEPOSITOR / report[4:]).exists() and time.monotonic() < end:
                time.sleep(0.05)
        left = [line.strip() for line in served.sftp("ls -1 out").stdout.splitlines() if "out/C" in line]

    assert name[-25:] in (tmp_path / "report.xml").read_text(encoding="utf-8")
    assert left == listed[:-1]


def test_each_partner_sees_its_own_folders(served: Served) -> None:
    """What is meant for one is not there for another."""
    for partner in (DEPOSITOR, OTHER):
        file = served.gate / "outbox" / partner / f"for-{partner}"
        file.write_bytes(b"<x/>")
        os.chown(file, served.owner, -1)

    listed = {partner: served.sftp("ls -1 /", "ls -1 out", partner=partner).stdout for partner in (DEPOSITOR, OTHER)}

    for partner, other in ((DEPOSITOR, OTHER), (OTHER, DEPOSITOR)):
        assert f"for-{partner}" in listed[partner]
        assert f"for-{other}" not in listed[partner]


def test_there_is_no_shell_and_no_forwarding(served: Served) -> None:
    """Neither a command nor a terminal nor a tunnel; and no password would do."""
    assert "uid=" not in served.ssh("id").stdout
    assert served.ssh("-tt").returncode != 0
    local = served.ssh("-N", "-o", "ExitOnForwardFailure=yes", "-W", f"{served.server.host}:{served.server.port}")
    assert local.returncode != 0
    assert "SSH-" not in local.stdout
    remote = served.ssh("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9")
    assert remote.returncode != 0
    assert "password" not in served.ssh("-o", "PubkeyAuthentication=no").stderr.partition("(")[2]


def test_another_key_is_refused(served: Served, tmp_path: Path) -> None:
    """Only the keys that were named let anybody in, whatever else the server knows."""
    stranger = served.server.client_key()
    answer = subprocess.run(
        [str(SFTP), "-b", "-", "-i", str(stranger), "-P", str(served.server.port), "-o", "IdentitiesOnly=yes",
         "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path}/known",
         f"{served.user(DEPOSITOR)}@{served.server.host}"],
        input="ls\n", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert answer.returncode != 0
    assert "Permission denied" in answer.stderr


def test_it_may_be_run_again(served: Served) -> None:
    """What is there already stays as it is: fstab has each mount once, and the script changes nothing."""
    before = {path: path.stat().st_mtime_ns for path in _written(served)}

    said = served.set_up(DEPOSITOR)

    assert {path: path.stat().st_mtime_ns for path in _written(served)} == before
    assert (served.root / "fstab").read_text().count(f"/inbox/{DEPOSITOR} ") == 1
    assert "useradd" not in said
    assert "mount" not in said


def test_a_dry_run_does_nothing(served: Served) -> None:
    """It names every step."""
    before = {path: path.stat().st_mtime_ns for path in _written(served)}

    said = served.script("-n", str(served.gate), "POR001", served.key, partner="POR001")

    assert said.returncode == 0, said
    assert "would do: useradd" in said.stdout
    assert "would do: mount" in said.stdout
    assert {path: path.stat().st_mtime_ns for path in _written(served)} == before
    assert served.user("POR001") not in accounts()
    assert not (served.gate / "outbox" / "POR001").exists()


def test_a_folder_that_was_made_anew_is_mounted_anew(served: Served) -> None:
    """After an outbox was taken away whole, running the script again shows the new one."""
    outbox = served.gate / "outbox" / OTHER
    shutil.rmtree(outbox)

    served.set_up(OTHER)
    (outbox / "fresh").write_bytes(b"<x/>")
    os.chown(outbox / "fresh", served.owner, -1)

    assert "fresh" in served.sftp("ls -1 out", partner=OTHER).stdout


WRONG = {
    "no gate": ("/nonexistent {code} {key}", "no such folder"),
    "no partner": ("{gate} ZZZ999 {key}", "edigate partners add ZZZ999"),
    "no code": ("{gate} ../etc {key}", "no application code"),
    "no key file": ("{gate} {code} /nonexistent", "no such key file"),
    "a private key": ("{gate} {code} {private}", "no public key"),
    "an unknown option": ("--frobnicate", "there is no option"),
    "folders where all may write": ("--jails /tmp/jails {gate} {code} {key}", "writable by root alone"),
    "somebody else's account": ("--user root {gate} {code} {key}", "an account root already"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(served: Served, case: str) -> None:
    """In a sentence, before anything is changed."""
    line, sentence = WRONG[case]
    words = {"gate": served.gate, "code": DEPOSITOR, "key": served.key, "private": served.server.key_file}
    before = {path: path.stat().st_mtime_ns for path in _written(served)}

    answer = served.script(*line.format_map(words).split())

    assert answer.returncode != 0
    assert sentence in answer.stderr
    assert {path: path.stat().st_mtime_ns for path in _written(served)} == before


def test_keys_that_are_too_weak_are_refused(served: Served, tmp_path: Path) -> None:
    """An RSA key needs 2048 bits; a line with options of its own is no key."""
    tool("ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", str(tmp_path / "short"))
    (tmp_path / "optional.pub").write_text(f'command="/bin/sh" {Path(served.key).read_text()}')

    for name, sentence in (("short", "too short"), ("optional", "no public key")):
        answer = served.script(str(served.gate), DEPOSITOR, str(tmp_path / f"{name}.pub"))
        assert answer.returncode == 1
        assert sentence in answer.stderr


def test_sshd_that_does_not_read_the_snippet_is_found_out(served: Served, tmp_path: Path) -> None:
    """Without its Include line a partner would not be held in its root: the script says so, and writes nothing."""
    config = tmp_path / "sshd_config"
    config.write_text(f"HostKey {served.server.host_key_files[0]}\n", encoding="utf-8")
    snippet = tmp_path / "snippet.conf"

    answer = served.script(
        str(served.gate), DEPOSITOR, served.key,
        **{"--config": str(config), "--snippet": str(snippet)},
    )  # fmt: skip

    assert answer.returncode == 1
    assert "Include" in answer.stderr
    assert not snippet.exists()


def test_access_is_taken_away(served: Served) -> None:
    """Account, key and mounts go; the gate's folders and what lies in them stay."""
    (served.gate / "outbox" / OTHER / "kept").write_bytes(b"<x/>")

    gone = served.script("--remove", str(served.gate), OTHER, partner=OTHER)

    assert gone.returncode == 0, gone
    assert served.sftp("ls", partner=OTHER).returncode != 0
    assert (served.gate / "outbox" / OTHER / "kept").read_bytes() == b"<x/>"
    assert f"/inbox/{OTHER} " not in (served.root / "fstab").read_text()
    assert not (served.root / "jails" / served.user(OTHER)).exists()
    assert served.user(OTHER) not in accounts()
    assert served.sftp("ls in", partner=DEPOSITOR).returncode == 0
    served.set_up(OTHER)


def test_help_says_what_it_is_for() -> None:
    """Without a gate."""
    told = subprocess.run([str(SCRIPT), "--help"], capture_output=True, text=True, check=True)

    assert "GATE CODE KEYFILE" in told.stdout
    assert "--dry-run" in told.stdout


def _written(served: Served) -> list[Path]:
    return [served.root / "fstab", served.root / "sshd" / "50-edigate.conf", *sorted((served.root / "keys").iterdir())]
