"""The commands of `edigate audit`, and heads as the running gate keeps them elsewhere."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from edigate.engine import heads as chore
from edigate.engine.upkeep import CHORES
from edigate.ledger import heads as book
from edigate.ledger.archive import MODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.audit.kept import Kept


def test_verify_tells_what_it_looked_at_and_ends_with_0(sound: Kept) -> None:
    """In both languages, and as JSON."""
    english, french = sound.run("audit", "verify"), sound.run("audit", "verify", lang="fr")
    told = sound.json("audit", "verify")

    assert "Everything is as it was written." in english.out
    assert "Tout est tel qu'il a été écrit." in french.out
    assert (told["even"], told["findings"], told["anchored"]["outside"]) == (True, [], True)
    assert told["counts"]["archive files"] > 0


def test_verify_tells_each_finding_with_its_remedy_and_ends_with_1(site: Kept) -> None:
    """Place, what was found there, what to do."""
    site.sql("update invoices set amount_due = '1.00' where id = 1")

    answer = site.run("audit", "verify", "--no-archive", expect=1)
    told = json.loads(site.run("audit", "verify", "--no-archive", "--json", expect=1).out)
    french = site.run("audit", "verify", "--no-archive", expect=1, lang="fr")

    (finding,) = told["findings"]
    assert (finding["kind"], finding["place"]) == ("row.altered", "invoices:1")
    assert finding["message"] in " ".join(answer.out.split())
    assert finding["remedy"] in " ".join(answer.out.split())
    assert "1 finding." in answer.out
    assert "1 constat." in french.out
    assert "invoices:1" in french.out


def test_without_key_and_heads_verify_says_what_it_does_not_prove(site: Kept) -> None:
    """A chain by itself can be written anew by whoever writes in the ledger."""
    site.sql("delete from heads")
    (site.root / "edigate.toml").write_text("[intake]\nquiet_seconds = 0\n")

    answer = site.run("audit", "verify")

    assert "could have written it all anew" in " ".join(answer.out.split())


def test_a_key_that_is_not_there_is_said_and_the_rest_verified(site: Kept) -> None:
    """As on a machine that the key was not brought to; with the public half alone it is compared."""
    (site.root / "audit.pem").unlink()
    with_public = site.run("audit", "verify", "--no-archive")
    site.public.unlink()
    english = site.run("audit", "verify", "--no-archive")
    french = site.run("audit", "verify", "--no-archive", lang="fr")

    assert with_public.err == ""
    # A line is folded where the path in it makes it long.
    assert "audit.pem(audit.key_file)isnotthere" in "".join(english.err.split())
    assert "vérification sans cette clé" in " ".join(french.err.split())
    assert "Everything is as it was written." in english.out
    assert "With no key to compare" in " ".join(english.out.split())
    assert site.json("audit", "verify", "--no-archive")["keys"] == []


def test_heads_of_another_folder_and_other_keys_are_taken(site: Kept) -> None:
    """`--heads` and `--key` win over the settings; a folder that is not there is no proof."""
    (site.root / "elsewhere").mkdir()
    site.heads[0].rename(site.root / "elsewhere" / site.heads[0].name)
    book.new_key(site.root / "other.pem")

    told = site.json("audit", "verify", "--heads", str(site.root / "elsewhere"))
    other = site.run("audit", "verify", "--key", str(site.root / "other.pub.pem"), "--json", expect=1)
    both = ("--key", str(site.root / "other.pub.pem"), "--key", str(site.public))

    assert told["counts"]["heads outside"] == 1
    assert set(json.loads(other.out)["kinds"]) == {"head.key"}
    assert site.json("audit", "verify", *both)["even"]
    assert "is no folder" in site.run("audit", "verify", "--heads", str(site.root / "nowhere"), expect=1).err
    assert "holds no Ed25519 key" in site.run("audit", "verify", "--key", str(site.root / "edigate.toml"), expect=1).err


def test_a_key_is_for_its_owner_alone_and_never_overwritten(site: Kept) -> None:
    """A lost key would make liars of all the heads it signed."""
    private = site.root / "audit.pem"
    before = private.read_bytes()

    answer = site.run("audit", "key", expect=1)
    site.run("audit", "key", str(site.root / "keys" / "new.pem"))

    assert "never overwritten" in answer.err
    assert private.read_bytes() == before
    assert private.stat().st_mode & 0o777 == book.MODE == 0o600
    assert (site.root / "keys" / "new.pub.pem").stat().st_mode & 0o777 == 0o644
    assert MODE == 0o440


def test_a_head_goes_to_standard_output_alone(site: Kept) -> None:
    """Kept by hand, it is as good as any: the same again where nothing has happened."""
    site.run("partners", "suspend", "ABC123")
    one, other = site.run("audit", "head"), site.run("audit", "head")
    (site.root / "byhand").mkdir()
    (site.root / "byhand" / f"1{chore.ENDING}").write_text(one.out)

    assert one.out == other.out
    assert (one.err.strip(), other.err) == ("1 head sent.", "")
    assert book.parse(one.out).holds()
    assert site.json("audit", "verify", "--heads", str(site.root / "byhand"))["counts"]["heads outside"] == 1


def test_the_log_shows_entries_by_flow_event_and_time(sound: Kept) -> None:
    """Oldest first; of many the newest."""
    flow = sound.sql("select flow from runs where number = 2 limit 1")[0][0]
    whole = sound.json("audit", "log")
    own = sound.json("audit", "log", "--flow", flow)
    asked = sound.json("audit", "log", "--event", "replay")

    assert [one["link"] for one in whole] == sorted(one["link"] for one in whole)
    assert [one["event"] for one in own][:2] == ["flow.booked", "flow.decided"]
    assert {one["event"] for one in asked} == {"replay.requested"}
    assert all(one["actor"] for one in asked)
    assert sound.json("audit", "log", "--since", "2100-01-01") == []
    assert sound.json("audit", "log", "--limit", "3") == whole[-3:]
    assert flow in sound.run("audit", "log", "--flow", flow, "--event", "flow.booked").out


def test_settings_are_noted_where_they_changed(site: Kept) -> None:
    """Which keys, with their values; of addresses with a secret in them only the host."""
    toml = site.root / "edigate.toml"
    toml.write_text(f'{toml.read_text()}heads_url = "http://127.0.0.1:9/secret?token=abc"\n[life_cycle]\n')
    site.run("run", "--once")
    site.run("run", "--once")

    first, last = site.json("audit", "log", "--event", "settings.changed")

    assert first["details"]["keys"] == []
    assert first["details"]["values"]["gate.code"] == "CPP001"
    assert last["details"]["keys"] == ["audit.heads_url"]
    assert last["details"]["values"]["audit.heads_url"].startswith("127.0.0.1 ")
    assert not any("secret" in row[0] or "token" in row[0] for row in site.sql("select entries from links"))


@contextmanager
def notary(status: int = 204) -> Iterator[tuple[str, list[bytes]]]:
    """A server that keeps what is posted to it, or refuses it."""
    kept: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if status < 300:
                kept.append(content)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/heads", kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def set_url(site: Kept, url: str) -> None:
    """Have heads posted there."""
    (site.root / "edigate.toml").write_text(
        f'[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n[audit]\nkey_file = "audit.pem"\nheads_url = "{url}"\n'
    )


def open_alerts(site: Kept) -> list[tuple[str, bool]]:
    """Those about heads: what they say, whether they are open."""
    found = site.sql("select detail, closed_at is null from alerts where kind = 'audit.head_unsent' order by id")
    return [(detail, bool(open_)) for detail, open_ in found]


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_head_that_cannot_be_posted_is_an_alert_and_goes_with_the_next_one(site: Kept, status: int) -> None:
    """A refusal and a redirection to elsewhere alike; nothing is taken for kept that was not."""
    with notary(status) as (url, _):
        set_url(site, url)
        site.run("partners", "suspend", "ABC123")
        chore.keep_heads(site.open())
    failed = open_alerts(site)
    with notary() as (url, kept):
        set_url(site, url)
        site.run("partners", "resume", "ABC123")
        chore.keep_heads(site.open())
        chore.keep_heads(site.open())

    assert [open_ for _, open_ in failed] == [True]
    assert str(status) in failed[0][0]
    assert [open_ for _, open_ in open_alerts(site)] == [False]
    # One of each gate's chore, and one of the alert that was settled meanwhile.
    posted = [book.parse(content.decode()) for content in kept]
    assert [head.holds() for head in posted] == [True] * 3
    assert [head.writers["gate"].number for head in posted] == sorted(head.writers["gate"].number for head in posted)
    assert site.sql("select count(*) from heads where sent_at is null") == [(0,)]


def test_a_folder_that_is_not_there_is_an_alert_too(site: Kept) -> None:
    """As where another machine's disk is not mounted: it is not made here in its stead."""
    (site.root / "kept").rename(site.root / "unmounted")
    site.run("partners", "suspend", "ABC123")
    chore.keep_heads(site.open())

    ((detail, open_),) = open_alerts(site)
    assert open_
    assert detail.endswith(f"'{site.root / 'kept'}'")
    assert not (site.root / "kept").exists()


def test_other_addresses_than_of_the_web_are_refused(site: Kept) -> None:
    """A setting must not make of the gate a reader of its own files."""
    set_url(site, "file:///etc/passwd")

    assert "audit.heads_url" in site.run("run", "--once", expect=2).err


def test_heads_are_a_chore_of_the_gate(sound: Kept) -> None:
    """As often as the settings say."""
    (row,) = [one for one in CHORES if one.name == "heads"]

    assert row.every(sound.open().settings) == 3600
    assert row.do is chore.keep_heads
