"""`edigate partners server|key|test` and `edigate hostkey`, with a real OpenSSH server."""

from __future__ import annotations

import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edigate.cli import remote_words
from edigate.cli.messages import LANGUAGES, speak
from edigate.domain.servers import Server
from edigate.ledger import queries
from edigate.remote.trouble import Cause, Unreachable
from tests.integration.cli_records.console import Site, fold, only
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTNER = "ABC123"
WAY = ["name", "connection", "host_key", "login"]


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """The partner's server: a folder for deposits, and one for what is handed over."""
    with Sshd(tmp_path / "sshd") as server:
        for folder in ("in", "out"):
            (server.root / folder).mkdir()
        yield server


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with much else to do may take its time to log in."""
    monkeypatch.setenv("EDIGATE_SFTP__CONNECT_SECONDS", "60")


def configure(site: Site, sshd: Sshd, *more: str) -> None:
    """Tell the gate of the server, with a key that is known there."""
    site.run(
        "partners", "server", PARTNER, "--host", sshd.host, "--port", str(sshd.port), "--user", sshd.user,
        "--fetch-from", "in", "--put-into", "out", "--key-file", str(sshd.key_file), *more,
    )  # fmt: skip


def trust(site: Site, sshd: Sshd) -> None:
    """Accept the host key that it has."""
    site.run("hostkey", "accept", PARTNER, "--fingerprint", sshd.fingerprints()[0])


def steps(site: Site, partner: str = PARTNER) -> dict[str, dict[str, Any]]:
    """What `partners test` finds, by what is tried; its exit status must agree."""
    answer = site.run("partners", "test", partner, "--json", expect=None)
    assert answer.json["fit"] is (answer.status == 0)
    return {step["check"]: step for step in answer.json["steps"]}


def outcomes(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """How each step went."""
    return {check: step["outcome"] for check, step in found.items()}


def events(site: Site, subject: str) -> list[str]:
    """What the event log says of a partner or a server."""
    with site.connection() as connection:
        return [row["event"] for row in queries.events_about(connection, subject)]


def test_a_server_is_set_shown_changed_and_taken_away(fresh: Site) -> None:
    """What is not named stays; each change is in the event log; `partners show` tells it too."""
    assert fresh.json("partners", "server", PARTNER) is None
    fresh.run("partners", "server", PARTNER, "--host", "SFTP.Example", "--user", "edi", "--fetch-from", "depot")
    fresh.run("partners", "server", PARTNER, "--put-into", "/retours", "--port", "2222")

    told = fresh.json("partners", "server", PARTNER)
    assert told == {
        "host": "sftp.example", "port": 2222, "user": "edi", "fetch_from": "depot", "put_into": "/retours",
        "key_file": "", "passphrase_file": "", "password_file": "",
    }  # fmt: skip
    shown = fresh.json("partners", "show", PARTNER)
    assert shown["server"] == told
    assert [change["event"] for change in shown["changes"]][1:] == ["server.changed"] * 2
    assert shown["changes"][-1]["details"]["put_into"] == "/retours"
    assert "edi@sftp.example:2222" in fresh.run("partners", "show", PARTNER).out

    fresh.run("partners", "server", PARTNER, "--remove")
    assert fresh.json("partners", "show", PARTNER)["server"] is None
    assert f"inbox/{PARTNER}/" in fresh.run("partners", "show", PARTNER, lang="fr").out
    assert events(fresh, PARTNER)[-1] == "server.removed"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--user", "edi", "--fetch-from", "in"], "--host is missing"),
        (["--host", "sftp://host", "--user", "edi", "--fetch-from", "in"], "no name or address"),
        (["--host", "host", "--fetch-from", "in"], "--user is missing"),
        (["--host", "host", "--user", "edi"], "Name a folder"),
        (["--host", "host", "--user", "edi", "--fetch-from", "x/", "--put-into", "x"], "fetched again"),
        (["--host", "host", "--remove"], "--remove goes with no other"),
    ],
)
def test_a_server_that_cannot_be_is_refused(shown: Site, options: list[str], said: str) -> None:
    """What is missing or contradicts itself is told, and nothing is changed."""
    assert said in shown.run("partners", "server", PARTNER, *options, expect=2).err
    assert shown.json("partners", "server", PARTNER) is None


def test_key_makes_a_pair_that_logs_in(fresh: Site, sshd: Sshd) -> None:
    """The line printed lets the gate in; the private half is for its user alone; asked again, it is the same."""
    configure(fresh, sshd, "--key-file", "")
    trust(fresh, sshd)
    assert steps(fresh)["login"]["cause"] == "no_login"

    line = fresh.run("partners", "key", PARTNER).out.strip()

    private = fresh.root / "keys" / PARTNER
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700
    assert line.startswith("ssh-ed25519 ")
    assert fresh.json("partners", "server", PARTNER)["key_file"] == f"keys/{PARTNER}"
    sshd.authorise(line)
    assert outcomes(steps(fresh))["login"] == "ok"
    assert fresh.run("partners", "key", PARTNER).out.strip() == line


def documented(sshd: Sshd) -> dict[str, list[str]]:
    """The commands that docs/sftp.md sets a server up with, as they stand there, for this server."""
    text = (Path(__file__).parents[3] / "docs" / "sftp.md").read_text(encoding="utf-8")
    facts = {
        "ABC123": PARTNER, "sftp.partner.example": f"{sshd.host} --port {sshd.port}", "depot": "in", "retours": "out",
        "--user edigate": f"--user {sshd.user}", "SHA256:…": sshd.fingerprints()[0],
    }  # fmt: skip
    lines = text.partition("```\n")[2].partition("```")[0]
    for word, fact in facts.items():
        lines = lines.replace(word, fact)
    commands = [line.removeprefix("edigate ").split() for line in lines.splitlines()]
    return {" ".join(command[:2]): command for command in commands}


@pytest.mark.parametrize("key_first", [True, False], ids=["the key first", "the server first"])
def test_the_four_documented_commands_set_a_server_up(fresh: Site, sshd: Sshd, key_first: bool) -> None:  # noqa: FBT001
    """As they stand, and with the key made after the server; the other command takes the key up."""
    commands = documented(sshd)
    assert list(commands) == ["partners key", "partners server", "hostkey accept", "partners test"]
    first = ["partners key", "partners server"] if key_first else ["partners server", "partners key"]
    said = {name: fresh.run(*commands[name]) for name in first}

    sshd.authorise(said["partners key"].out.strip())
    fresh.run(*commands["hostkey accept"])

    assert fresh.run(*commands["partners test"]).status == 0
    assert fresh.json("partners", "server", PARTNER)["key_file"] == f"keys/{PARTNER}"


def test_a_key_that_was_there_already_is_entered(fresh: Site, sshd: Sshd) -> None:
    """Where the server's row names no login: asking for the key once more is enough."""
    line = fresh.run("partners", "key", PARTNER).out
    configure(fresh, sshd, "--key-file", "")
    assert fresh.json("partners", "server", PARTNER)["key_file"] == ""

    assert fresh.run("partners", "key", PARTNER).out == line

    assert fresh.json("partners", "server", PARTNER)["key_file"] == f"keys/{PARTNER}"


def test_a_login_that_is_named_is_kept(fresh: Site, sshd: Sshd) -> None:
    """Neither a password nor a key of one's own gives way to the key that the gate made."""
    fresh.run("partners", "key", PARTNER)
    configure(fresh, sshd)
    assert fresh.json("partners", "server", PARTNER)["key_file"] == str(sshd.key_file)
    configure(fresh, sshd, "--key-file", "", "--password-file", "secret")
    fresh.run("partners", "server", PARTNER, "--user", "other")
    assert fresh.json("partners", "server", PARTNER)["key_file"] == ""


def test_everything_in_order_is_told_step_by_step(fresh: Site, sshd: Sshd) -> None:
    """All steps go well, also by the partner's name; nothing stays behind on the server."""
    configure(fresh, sshd)
    trust(fresh, sshd)
    (sshd.root / "in" / "flow.xml").touch()

    found = steps(fresh, "progiciel de facturation abécé")

    assert list(found) == [*WAY, "fetch", "claim", "put"]
    assert set(outcomes(found).values()) == {"ok"}
    assert found["fetch"]["found"] == "1"
    assert found["host_key"]["found"] == sshd.fingerprints()[0]
    assert [path.name for path in (sshd.root / "in").iterdir()] == ["flow.xml"]
    assert list((sshd.root / "out").iterdir()) == []
    assert "renommer dans le dossier de dépôt" in fresh.run("partners", "test", PARTNER, lang="fr").out


def test_an_unknown_host_key_is_told_with_the_command_that_accepts_it(fresh: Site, sshd: Sshd) -> None:
    """The test stops there, nobody logs in; the command that it names is all that is needed."""
    configure(fresh, sshd)

    found = steps(fresh)

    assert found["host_key"]["cause"] == "host_key_unknown"
    assert [outcomes(found)[check] for check in ("login", "fetch", "claim", "put")] == ["skipped"] * 4
    assert "publickey" not in sshd.log
    fresh.run(*found["host_key"]["remedy"].rpartition("edigate ")[2].split())
    assert set(outcomes(steps(fresh)).values()) == {"ok"}


def test_a_changed_host_key_is_told_and_can_be_rotated(fresh: Site, sshd: Sshd) -> None:
    """`accept` refuses to add a key beside another; `rotate` takes it at once and lets the old one end."""
    configure(fresh, sshd)
    trust(fresh, sshd)
    old, old_files = sshd.fingerprints()[0], sshd.host_key_files
    sshd.swap_host_key("ecdsa")
    (new,) = sshd.fingerprints()
    assert steps(fresh)["host_key"]["cause"] == "host_key_changed"
    refused = fresh.run("hostkey", "accept", PARTNER, "--yes", expect=1)
    assert old in refused.err
    assert f"hostkey rotate {PARTNER} --fingerprint {new}" in refused.err

    (told,) = fresh.run("hostkey", "rotate", PARTNER, "--fingerprint", new, "--days", "5", "--json").json

    keys = {key["fingerprint"]: key for key in told["keys"]}
    assert keys[new]["ends_at"] is None
    assert keys[old]["counts"]
    assert keys[old]["ends_at"] > keys[new]["accepted_at"]
    assert outcomes(steps(fresh))["host_key"] == "ok"
    sshd.use_host_keys(*old_files)
    assert outcomes(steps(fresh))["host_key"] == "ok"
    fresh.run("hostkey", "rotate", PARTNER, "--fingerprint", old, "--days", "0")
    assert events(fresh, sshd.address) == ["hostkey.accepted", "hostkey.rotated", "hostkey.rotated"]
    sshd.swap_host_key("ecdsa")
    assert steps(fresh)["host_key"]["cause"] == "host_key_changed"


def test_hostkey_show_tells_what_is_shown_and_what_is_accepted(fresh: Site, sshd: Sshd) -> None:
    """Every kind that the server has, with the fingerprints of ssh-keygen, and those that count."""
    sshd.swap_host_key("ed25519", "rsa")
    configure(fresh, sshd)
    ed25519, rsa = sshd.fingerprints()
    fresh.run("hostkey", "accept", PARTNER, "--fingerprint", rsa)

    (told,) = fresh.json("hostkey", "show", PARTNER)

    assert told["server"] == sshd.address
    assert only(told["keys"], fingerprint=rsa, shown=True, counts=True)["kind"] == "ssh-rsa"
    assert only(told["keys"], fingerprint=ed25519, shown=True, counts=False)["accepted_at"] is None
    assert fresh.json("hostkey", "show", sshd.address)[0]["keys"] == told["keys"]
    assert "not accepted" in fold(fresh.run("hostkey", "show", PARTNER).out)
    assert outcomes(steps(fresh))["login"] == "ok"
    sshd.stop()
    down = fresh.run("hostkey", "show", PARTNER, "--json", expect=1)
    assert down.json[0]["trouble"] == "port_closed"
    assert down.json[0]["keys"][0]["shown"] is None
    assert fresh.json("hostkey", "show") == [down.json[0] | {"trouble": None}]


def test_a_key_can_be_accepted_before_the_server_is_there(fresh: Site, sshd: Sshd) -> None:
    """A .pub file that the partner sent will do, for `accept` and for `rotate`."""
    configure(fresh, sshd)
    sshd.stop()
    file = f"{sshd.host_key_files[0]}.pub"
    fresh.run("hostkey", "accept", PARTNER, "--public-key", file)
    sshd.start()
    assert outcomes(steps(fresh))["login"] == "ok"
    nothing = fresh.run("hostkey", "rotate", PARTNER, "--public-key", str(sshd.folder / "sshd_config"), expect=1)
    assert "no public key" in nothing.err


def test_nobody_accepts_a_key_by_accident(fresh: Site, sshd: Sshd) -> None:
    """Without a terminal to ask at, the fingerprint must be named, or --yes; a wrong one is refused."""
    configure(fresh, sshd)
    assert "nobody is there" in fresh.run("hostkey", "accept", PARTNER, expect=2).err
    wrong = fresh.run("hostkey", "accept", PARTNER, "--fingerprint", f"SHA256:{'A' * 43}", expect=1)
    assert sshd.fingerprints()[0] in wrong.err
    assert fresh.json("hostkey", "show") == []
    fresh.run("hostkey", "accept", PARTNER, "--yes")
    fresh.run("hostkey", "remove", PARTNER, "--fingerprint", sshd.fingerprints()[0])
    assert steps(fresh)["host_key"]["cause"] == "host_key_unknown"
    assert "no key" in fresh.run("hostkey", "rotate", PARTNER, "--yes", expect=1).err.lower()


def test_a_server_that_forbids_renaming_is_remarked_on_where_it_does_not_matter(fresh: Site, tmp_path: Path) -> None:
    """Fetching does without; handing over does not."""
    with Sshd(tmp_path / "strict", denied=("rename", "posix-rename", "hardlink")) as strict:
        for folder in ("in", "out"):
            (strict.root / folder).mkdir()
        configure(fresh, strict)
        trust(fresh, strict)
        found = steps(fresh)
        assert outcomes(found) == dict.fromkeys([*WAY, "fetch"], "ok") | {"claim": "remark", "put": "failed"}
        assert found["put"]["cause"] == "denied"
        assert list((strict.root / "out").iterdir()) == []
        fresh.run("partners", "server", PARTNER, "--put-into", "")
        assert fresh.json("partners", "test", PARTNER)["fit"]


def test_a_server_that_forbids_removing_is_remarked_on(fresh: Site, tmp_path: Path) -> None:
    """Both ways work; the probe files that had to be left are named, so that the partner can remove them."""
    with Sshd(tmp_path / "strict", denied=("remove",)) as strict:
        for folder in ("in", "out"):
            (strict.root / folder).mkdir()
        configure(fresh, strict)
        trust(fresh, strict)
        found = steps(fresh)
        assert (found["claim"]["outcome"], found["put"]["outcome"]) == ("remark", "remark")
        (left,) = (strict.root / "out").iterdir()
        assert left.name in found["put"]["remedy"]
        assert left.name.startswith(".probe-edigate-")


def test_folders_that_are_missing_are_told(fresh: Site, sshd: Sshd) -> None:
    """Each with its name, the others being tried all the same."""
    configure(fresh, sshd, "--fetch-from", "elsewhere")
    trust(fresh, sshd)
    found = steps(fresh)
    assert [found[check]["cause"] for check in ("fetch", "claim", "put")] == ["missing", "missing", ""]
    assert "elsewhere" in found["fetch"]["message"]


def test_dead_servers_are_told(fresh: Site, sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed port, and one that takes connections and never speaks, each with its cause."""
    configure(fresh, sshd)
    trust(fresh, sshd)
    sshd.stop()
    assert steps(fresh)["connection"]["cause"] == "port_closed"
    monkeypatch.setenv("EDIGATE_SFTP__CONNECT_SECONDS", "0.5")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        configure(fresh, sshd, "--port", str(mute.getsockname()[1]))
        assert steps(fresh)["host_key"]["cause"] == "not_ssh"


def test_a_refused_login_is_told(fresh: Site, sshd: Sshd) -> None:
    """A key that the server does not know, and one that lies open, each with what to do."""
    configure(fresh, sshd, "--key-file", str(sshd.client_key(known=False)))
    trust(fresh, sshd)
    assert steps(fresh)["login"]["cause"] == "login_denied"
    sshd.key_file.chmod(0o644)
    configure(fresh, sshd)
    found = steps(fresh)["login"]
    assert found["cause"] == "file_exposed"
    assert found["remedy"] == f"Close it: chmod 600 {sshd.key_file}"
    assert "chmod 600" in fresh.run("partners", "test", PARTNER, lang="fr", expect=1).out


def test_a_partner_without_a_server_has_its_folders_tried(fresh: Site) -> None:
    """Inbox and outbox of the gate are written to, and left as they were; a missing inbox is told."""
    found = fresh.json("partners", "test", PARTNER)
    assert found["fit"]
    assert [step["check"] for step in found["steps"]] == ["inbox", "outbox"]
    inbox = fresh.root / "inbox" / PARTNER
    assert list(inbox.iterdir()) == []
    inbox.rmdir()
    broken = steps(fresh)["inbox"]
    assert (broken["outcome"], broken["cause"]) == ("failed", "missing")
    assert str(inbox) in broken["remedy"]


def test_a_run_names_every_way_that_fails(fresh: Site, sshd: Sshd) -> None:
    """Though no deposit came: the partner, the reason and what to do, exit status 1; well again it says nothing."""
    configure(fresh, sshd)
    trust(fresh, sshd)
    sshd.stop()

    told = fresh.run("run", "--once", expect=1)

    said = fold(told.out)
    assert "Nothing to do" not in said
    assert f"{PARTNER}: nothing could be fetched since" in said
    assert "nobody listens there" in said
    assert f"edigate partners test {PARTNER}" in said
    assert f"{PARTNER} : rien n'a pu être relevé depuis" in fold(fresh.run("run", "--once", lang="fr", expect=1).out)
    sshd.start()
    assert "Nothing to do" in fresh.run("run", "--once").out


def test_a_run_names_the_way_once_whatever_waits_for_it(fresh: Site, sshd: Sshd) -> None:
    """Files for a server that is down are counted, not listed one by one; a partner that is suspended is left out."""
    configure(fresh, sshd, "--fetch-from", "")
    trust(fresh, sshd)
    sshd.stop()
    fresh.run("demo", "--no-lives", expect=None)
    waiting = [row for row in fresh.json("deliveries", "list", "--partner", PARTNER) if row["state"] == "placed"]
    assert waiting

    told = fold(fresh.run("run", "--once", expect=1).out)

    assert f"(waiting: {len(waiting)}): {sshd.address}: nobody listens there; edigate partners test {PARTNER}" in told
    assert told.count(PARTNER) == 2
    fresh.run("partners", "suspend", PARTNER)
    assert PARTNER not in fresh.run("run", "--once", expect=None).out


def test_resend_says_where_on_the_server_and_what_stands_in_the_way_now(fresh: Site, sshd: Sshd) -> None:
    """Not what an earlier try met, and not a place in the outbox, which the partner does not see."""
    configure(fresh, sshd, "--fetch-from", "")
    trust(fresh, sshd)
    fresh.run("demo", "--no-lives", expect=None)
    name = fresh.json("deliveries", "list", "--partner", PARTNER)[0]["name"]
    with fresh.connection() as connection:
        connection.exec_driver_sql(
            "update deliveries set state = 'planned', dead_at = '2026-01-05T10:00:00.000000Z', failures = 10,"
            " last_error = 'an old story' where name = ?",
            (name,),
        )
    (sshd.root / "out" / name).unlink()
    sshd.stop()

    told = fresh.run("deliveries", "resend", name, "--reason", "mended")

    assert f"out/{name} on {sshd.address} could not be handed over now" in told.out
    assert "nobody listens there" in told.out
    assert "an old story" not in told.out
    assert "outbox/" not in told.out
    sshd.start()
    fresh.run("run", "--once")
    assert (sshd.root / "out" / name).exists()
    again = fresh.run("deliveries", "resend", name, "--reason", "lost", lang="fr")
    assert f"Présenté de nouveau : out/{name} sur {sshd.address}" in again.out


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_words(cause: Cause) -> None:
    """Whatever a server may be up to, cause and remedy are said in both languages, with nothing left to fill in."""
    server = Server(PARTNER, "host.example", 22, "edi", "in", "out")
    said = []
    for lang in LANGUAGES:
        speak(lang)
        said.append(remote_words.said(Unreachable(cause, "in English", "the facts"), server))
    assert all(text and "{" not in text for pair in said for text in pair)
    assert said[0][0] != said[1][0]
    documented = Path(__file__).parents[3] / "docs" / "reference" / "json.md"
    assert f"`{cause}`" in documented.read_text(encoding="utf-8")
