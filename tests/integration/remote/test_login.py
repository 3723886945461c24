"""Logging in to a real OpenSSH server: every kind of key, and what stands in the way of one."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
from typing import TYPE_CHECKING, Literal

import pytest

from edigate.remote.trouble import Cause, LoginRefused, RemoteTrouble
from tests.integration.remote.passwords import PASSWORD, PasswordServer
from tests.openssh import KEYGEN, KINDS

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from tests.integration.remote.conftest import Known
    from tests.integration.remote.passwords import Files

PHRASE = "zwölf Boxkämpfer"


def secret(path: Path, text: str) -> str:
    """A file that only its owner may read."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("phrase", ["", PHRASE], ids=["open", "with a passphrase"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_logs_in(known: Known, kind: str, phrase: str) -> None:
    """Ed25519, RSA and ECDSA keys as ssh-keygen writes them, locked by a passphrase or not."""
    files: Files = {"key_file": str(known.sshd.client_key(kind, phrase))}
    if phrase:
        files["passphrase_file"] = secret(known.root / "phrase", f"{phrase}\n")
    with known.connect(**files) as session:
        assert session.list(".") == []


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_keys_in_pem_log_in(known: Known, kind: str) -> None:
    """Keys in the older form (PEM), locked, are read too."""
    key = known.sshd.client_key(kind)
    subprocess.run([KEYGEN, "-q", "-p", "-m", "PEM", "-N", PHRASE, "-f", key], check=True)
    assert "BEGIN OPENSSH" not in key.read_text()
    with known.connect(key_file=str(key), passphrase_file=secret(known.root / "phrase", PHRASE)) as session:
        assert session.list(".") == []


def refused(known: Known, **files: Unpack[Files]) -> RemoteTrouble:
    """How the login is refused, having checked that no secret is told."""
    with pytest.raises(LoginRefused) as caught, known.connect(**files):
        pass
    told = f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert PHRASE not in told
    assert PASSWORD not in told
    return caught.value


def test_a_passphrase_that_does_not_fit_is_told(known: Known) -> None:
    """The key stays locked; the server is not even asked."""
    key = known.sshd.client_key("ed25519", PHRASE)
    before = known.sshd.log
    found = refused(known, key_file=str(key), passphrase_file=secret(known.root / "phrase", "wrong"))
    assert found.cause is Cause.KEY_NOT_OPENED
    assert str(key) in str(found)
    assert known.sshd.log == before


def test_a_locked_key_without_a_passphrase_is_told(known: Known) -> None:
    """Nobody is asked for it; the file for it is missed."""
    assert refused(known, key_file=str(known.sshd.client_key("rsa", PHRASE))).cause is Cause.KEY_LOCKED


def test_a_key_that_the_server_does_not_know_is_refused(known: Known) -> None:
    """The server's no is told, with its address."""
    found = refused(known, key_file=str(known.sshd.client_key(known=False)))
    assert found.cause is Cause.LOGIN_DENIED
    assert known.sshd.address in str(found)


@pytest.mark.parametrize("mode", [0o640, 0o604])
@pytest.mark.parametrize("which", ["key_file", "passphrase_file", "password_file"])
def test_secrets_that_others_may_read_are_not_used(
    known: Known, which: Literal["key_file", "passphrase_file", "password_file"], mode: int
) -> None:
    """Key, passphrase and password are refused while group or others may read them, with the remedy."""
    key = known.sshd.client_key("ed25519", PHRASE)
    files: Files = {
        "key_file": str(key),
        "passphrase_file": secret(known.root / "phrase", PHRASE),
        "password_file": secret(known.root / "password", PHRASE),
    }
    os.chmod(files[which], mode)  # noqa: PTH101 - a text, as it is configured
    found = refused(known, **files)
    assert found.cause is Cause.FILE_EXPOSED
    assert f"chmod 600 {files[which]}" in str(found)


def test_files_of_secrets_that_are_not_there_are_told(known: Known) -> None:
    """A missing file, a folder and something that is no key are told apart from a server's no."""
    assert refused(known, key_file="keys/none").cause is Cause.FILE_MISSING
    assert refused(known, key_file=".").cause is Cause.FILE_MISSING
    assert refused(known, key_file=secret(known.root / "text", "no key")).cause is Cause.KEY_UNREADABLE


def test_nothing_to_log_in_with_is_told(known: Known) -> None:
    """Without a key and a password there is no connection at all."""
    assert refused(known, key_file="").cause is Cause.NO_LOGIN


def test_neither_the_agent_nor_the_users_own_keys_are_used(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent that runs is not asked, and a key in ~/.ssh that would do is not found."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    os.link(known.sshd.key_file, home / ".ssh" / "id_ed25519")
    monkeypatch.setenv("HOME", str(home))
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(tmp_path / "agent"))
        agent.listen()
        agent.settimeout(0.2)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        found = refused(known, key_file=str(known.sshd.client_key(known=False)))
        assert found.cause is Cause.LOGIN_DENIED
        with pytest.raises(TimeoutError):
            agent.accept()
    assert known.sshd.log.count("Failed publickey") <= 1


def test_a_password_is_only_used_where_it_is_configured(tmp_path: Path) -> None:
    """A server that takes passwords gets one from `password_file`, and otherwise none."""
    with PasswordServer() as server:
        with pytest.raises(LoginRefused) as caught, server.connect(tmp_path):
            pass
        assert caught.value.cause is Cause.NO_LOGIN
        assert server.tried == []
        with server.connect(tmp_path, password_file=secret(tmp_path / "password", f"{PASSWORD}\n")):
            assert server.tried == [("password", PASSWORD)]


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    """The server's no is told; the password is not."""
    with PasswordServer() as server:
        file = secret(tmp_path / "password", "guessed")
        with pytest.raises(LoginRefused) as caught, server.connect(tmp_path, password_file=file):
            pass
    assert caught.value.cause is Cause.LOGIN_DENIED
    assert "guessed" not in str(caught.value)


def test_a_server_that_asks_gets_the_password(tmp_path: Path) -> None:
    """A dialogue with one question (keyboard-interactive) is answered where a password is configured."""
    with PasswordServer(asks=True) as server:
        with server.connect(tmp_path, password_file=secret(tmp_path / "password", PASSWORD)):
            assert server.tried == [("answer", PASSWORD)]
        with (
            pytest.raises(LoginRefused),
            server.connect(tmp_path, password_file=secret(tmp_path / "password", "guessed")),
        ):
            pass


def test_nothing_is_logged(known: Known, caplog: pytest.LogCaptureFixture) -> None:
    """The library's own log, which tells users and algorithms, is off."""
    with caplog.at_level(logging.DEBUG):
        refused(known, key_file=str(known.sshd.client_key(known=False)))
        with known.connect() as session:
            session.list(".")
    assert caplog.records == []


def test_key_and_password_may_both_be_wanted(known: Known, tmp_path: Path) -> None:
    """A server that wants a password after the key gets both where both are configured, and else is told to."""
    with PasswordServer(key_first=True) as server:
        key = str(known.sshd.key_file)
        with pytest.raises(LoginRefused) as caught, server.connect(tmp_path, key_file=key):
            pass
        assert caught.value.cause is Cause.MORE_NEEDED
        with server.connect(tmp_path, key_file=key, password_file=secret(tmp_path / "password", PASSWORD)):
            assert [way for way, _ in server.tried[-2:]] == ["key", "password"]
