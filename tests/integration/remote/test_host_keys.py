"""A server is spoken with only where it shows a host key that counts now; otherwise nobody even tries to log in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.servers import HostKey
from edigate.ledger import host_keys
from edigate.ledger.database import open_ledger, writing
from edigate.remote.connection import presented
from edigate.remote.trouble import Cause, HostKeyRefused
from tests.integration.remote.conftest import PATIENT
from tests.integration.remote.conftest import host_keys as own_keys
from tests.openssh import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.integration.remote.conftest import Known
    from tests.openssh import Sshd

MONDAY, TUESDAY, WEDNESDAY = (f"2026-03-0{day}T09:00:00.000000Z" for day in (2, 3, 4))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    """A new ledger."""
    engine = open_ledger(tmp_path / "ledger.sqlite")
    yield engine
    engine.dispose()


def refusal(known: Known) -> HostKeyRefused:
    """How the server is refused, having checked that nobody tried to log in."""
    with pytest.raises(HostKeyRefused) as caught, known.connect():
        pass
    assert "publickey" not in known.sshd.log
    assert known.sshd.user not in known.sshd.log.replace(str(known.sshd.folder), "")
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_is_known_by_any_kind_of_key(known: Known, kind: str) -> None:
    """Ed25519, RSA and ECDSA host keys are pinned alike; their fingerprints are those that ssh-keygen prints."""
    known.sshd.swap_host_key(kind)
    known.pin()
    assert [key.fingerprint for key in known.keys] == known.sshd.fingerprints()
    with known.connect() as session:
        assert session.list(".") == []


def test_an_unknown_host_key_is_refused(known: Known) -> None:
    """Where no key was accepted, there is no login, and the key shown is told."""
    known.keys = []
    found = refusal(known)
    assert found.cause is Cause.HOST_KEY_UNKNOWN
    assert [found.fingerprint] == known.sshd.fingerprints()
    assert found.fingerprint in str(found)
    assert found.address == known.sshd.address


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_host_key_is_refused(known: Known, kind: str) -> None:
    """Another key than the one pinned is refused, of the same kind or another; both fingerprints are told."""
    pinned = known.sshd.fingerprints()
    known.sshd.swap_host_key(kind)
    found = refusal(known)
    assert found.cause is Cause.HOST_KEY_CHANGED
    assert [found.fingerprint] == known.sshd.fingerprints()
    assert list(found.pinned) == pinned


def test_the_kind_that_is_pinned_is_asked_for(known: Known) -> None:
    """Of a server with keys of several kinds one may be pinned, the least preferred, too."""
    known.sshd.swap_host_key("ed25519", "ecdsa", "rsa")
    for key in own_keys(known.sshd):
        known.keys = [key]
        with known.connect() as session:
            assert session.list(".") == []


def test_one_kind_that_changed_does_not_spoil_another(known: Known) -> None:
    """With two kinds pinned, of which the preferred one is not shown as pinned, the other still proves the server."""
    known.sshd.swap_host_key("ed25519", "rsa")
    elsewhere = own_keys(known.sshd)[0]
    known.sshd.swap_host_key("ed25519", "rsa")
    known.keys = [elsewhere, own_keys(known.sshd)[1]]
    with known.connect() as session:
        assert session.list(".") == []


def test_every_key_that_a_server_shows_can_be_seen(known: Known) -> None:
    """One key of each kind, best first, without a login."""
    known.sshd.swap_host_key("rsa", "ecdsa", "ed25519")
    shown = presented(known.sshd.host, known.sshd.port, PATIENT)
    assert sorted(shown) == sorted(own_keys(known.sshd))
    assert [key.kind for key in shown] == ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"]


def test_old_and_new_key_overlap(known: Known, ledger: Engine) -> None:
    """A key that takes another's place counts at once, the other until its day; then it is refused."""
    sshd, old_files = known.sshd, known.sshd.host_key_files
    (old,) = own_keys(sshd)
    with writing(ledger) as connection:
        host_keys.accept(connection, sshd.address, old, actor="test", at=MONDAY)
    sshd.swap_host_key("ed25519")
    (new,) = own_keys(sshd)
    with writing(ledger) as connection:
        host_keys.rotate(connection, sshd.address, new, ends_at=WEDNESDAY, actor="test", at=MONDAY)
    pin(known, ledger, TUESDAY)
    assert_connects(known)
    new_files = sshd.host_key_files
    sshd.use_host_keys(*old_files)
    assert_connects(known)

    pin(known, ledger, WEDNESDAY)

    with pytest.raises(HostKeyRefused) as caught, known.connect():
        pass
    assert caught.value.fingerprint == old.fingerprint
    sshd.use_host_keys(*new_files)
    assert_connects(known)


def test_a_removed_key_counts_no_longer(ledger: Engine, tmp_path: Path) -> None:
    """Removing one of two pins leaves the other."""
    one, other = HostKey("ssh-ed25519", "AAAA"), HostKey("ssh-rsa", "BBBB")
    with writing(ledger) as connection:
        for key in (one, other):
            host_keys.accept(connection, "host:22", key, actor="test", at=MONDAY)
        host_keys.accept(connection, "elsewhere:22", one, actor="test", at=MONDAY)
        host_keys.remove(connection, "host:22", one, actor="test", at=TUESDAY)
        assert host_keys.counting(connection, "host:22", WEDNESDAY) == [other]
        assert host_keys.counting(connection, "elsewhere:22", WEDNESDAY) == [one]
    assert tmp_path.exists()


def test_going_back_to_the_old_key_is_a_rotation_too(ledger: Engine) -> None:
    """The key that was to end counts without an end again, the other one ends; a third keeps its earlier end."""
    one, other = HostKey("ssh-ed25519", "AAAA"), HostKey("ssh-ed25519", "BBBB")
    with writing(ledger) as connection:
        host_keys.accept(connection, "host:22", one, actor="test", at=MONDAY)
        host_keys.rotate(connection, "host:22", other, ends_at=WEDNESDAY, actor="test", at=MONDAY)
        host_keys.rotate(connection, "host:22", one, ends_at=TUESDAY, actor="test", at=MONDAY)
        ends = {pin.key: pin.ends_at for pin in host_keys.pins(connection, "host:22")}
    assert ends == {one: None, other: TUESDAY}


def pin(known: Known, ledger: Engine, at: str) -> None:
    """Go by the keys that count at this time."""
    with ledger.connect() as connection:
        known.keys = host_keys.counting(connection, known.sshd.address, at)


def assert_connects(known: Known) -> None:
    """The server is taken for who it is."""
    with known.connect() as session:
        assert session.list(".") == []


def test_a_server_that_is_not_running_shows_nothing(known: Known) -> None:
    """Whoever asks for host keys where nobody listens is told so."""
    sshd: Sshd = known.sshd
    sshd.stop()
    with pytest.raises(Exception, match="nobody listens there"):
        presented(sshd.host, sshd.port, PATIENT)
