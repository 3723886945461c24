"""One flow's story: whole, proven without the gate, and silent about everybody else."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from edigate.audit.check import check
from edigate.cli import obey
from edigate.ledger import heads as book
from edigate.ledger.journal import digest
from edigate.ledger.proof import PROVEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.audit.kept import Kept

QUERIES = {
    "integrated": "select id from flows where verdict = 'integrated' and id in (select flow from invoices)",
    "partial": "select id from flows where verdict = 'partial'",
    "rejected and replayed": "select flow from runs where number = 2",
    "inadmissible": "select id from flows where verdict = 'inadmissible'",
    "statuses of a recipient": "select flow from reported",
    "spoken of": "select i.flow from statuses s join invoices i on i.id = s.invoice where s.actor != ''",
    "acknowledged": "select i.flow from deliveries d join delivery_invoices h on h.delivery = d.id"
    " join invoices i on i.id = h.invoice where d.receipt != ''",
    "completed": "select i.flow from invoices i join invoices o on o.completes = i.id",
}


def export(site: Kept, flow: str, path: Path) -> Path:
    """The ZIP of a flow."""
    site.run("audit", "export", flow, "-o", str(path))
    return path


def keys(site: Kept) -> frozenset[str]:
    """The gate's public key, as the checking side knows it."""
    return frozenset({book.public_text(book.public_key(site.public))})


@pytest.fixture
def story(site: Kept, tmp_path: Path) -> Path:
    """The story of a flow whose deliveries are its own alone."""
    return export(site, alone(site), tmp_path / "story.zip")


def alone(site: Kept) -> str:
    """A flow with an invoice that has a pivot of its own."""
    ((flow,),) = site.sql(
        "select min(i.flow) from delivery_invoices h join invoices i on i.id = h.invoice where h.delivery in"
        " (select delivery from delivery_invoices group by delivery having count(*) = 1)"
    )
    return str(flow)


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def members(path: Path) -> dict[str, bytes]:
    """The files of a ZIP."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: dict[str, bytes]) -> None:
    """A ZIP of these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("kind", QUERIES)
def test_every_kind_of_flow_is_exported_and_proven(site: Kept, kind: str, tmp_path: Path) -> None:
    """Whatever became of it: its rows, its files and its entries agree up to signed heads."""
    flow = site.sql(f"{QUERIES[kind]} limit 1")[0][0]

    checked = check(export(site, flow, tmp_path / "story.zip"), keys(site))

    assert checked.report.findings == []
    assert checked.manifest["flow"] == flow
    assert checked.report.counts["rows"] > 1
    assert checked.keys == tuple(book.fingerprint(key) for key in keys(site))


def test_a_story_says_nothing_of_other_flows(site: Kept, tmp_path: Path) -> None:
    """No id, no name and no number of any other deposit, though its pivot and its life cycle hold several."""
    ((flow, delivery),) = site.sql(
        "select min(i.flow), h.delivery from delivery_invoices h join invoices i on i.id = h.invoice"
        " group by h.delivery having count(distinct i.flow) > 2 limit 1"
    )
    others = {
        str(value)
        for query in (
            "select id from flows where id != ?",
            "select name from flows where id != ?",
            "select number from invoices where flow != ? except select number from invoices where flow = ?",
        )
        for (value,) in site.sql(query, *[flow] * query.count("?"))
        if len(str(value)) > 5
    }
    path = export(site, flow, tmp_path / "story.zip")

    content = b"\n".join(members(path).values()).decode("utf-8", "replace")

    manifest = json.loads(members(path)["manifest.json"])
    (pivot,) = [one for one in manifest["deliveries"] if one["id"] == delivery]
    assert (pivot["file"], pivot["why"]) == (None, "holds_others")
    assert pivot["name"] in members(path)["README.txt"].decode()
    assert {other for other in others if other in content} == set()
    assert len(others) > 100


def test_what_was_collected_is_rendered_again_with_the_same_bytes(site: Kept, tmp_path: Path) -> None:
    """Also after the partner was given another name, which stood in its files."""
    flow = alone(site)
    shutil.rmtree(site.root / "outbox")
    site.run("partners", "set", "SEI001", "--name", "Another name")
    site.run("partners", "set", "JMRPOR", "--name", "Another name, too")

    manifest = check(export(site, flow, tmp_path / "story.zip"), keys(site)).manifest

    kinds = {one["kind"] for one in manifest["deliveries"] if one["file"]}
    assert {"pivot"} <= kinds
    assert {one["why"] for one in manifest["deliveries"]} <= {"", "holds_others"}


def test_a_story_is_checked_anywhere(story: Path, site: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file alone, and a public key that came by another way; the exit status tells."""
    alone_ = tmp_path / "elsewhere"
    alone_.mkdir()
    shutil.move(story, alone_ / "story.zip")
    shutil.copy(site.public, alone_ / "gate.pem")
    book.new_key(alone_ / "other.pem")
    shutil.rmtree(site.root)
    monkeypatch.chdir(alone_)

    assert obey(["audit", "check", "story.zip", "--key", "gate.pem"]) == 0
    assert obey(["audit", "check", "story.zip"]) == 0
    assert obey(["audit", "check", "story.zip", "--key", "other.pub.pem"]) == 1


def test_a_story_can_be_checked_by_hand_as_its_readme_says(story: Path) -> None:
    """With SHA-256 and Ed25519 alone, and nothing of edigate's."""
    files = members(story)
    hash_, writer, entries = "", "", []
    for part in map(json.loads, files["chain.jsonl"].splitlines()):
        if "previous" in part:
            hash_, writer = part["previous"], part.get("writer", "gate")
        elif "head" in part:
            key = load_pem_public_key(files["keys/1.pub.pem"])
            assert isinstance(key, Ed25519PublicKey)
            statement = part["head"]["statement"]
            key.verify(base64.b64decode(part["head"]["signature"]), f"edigate head 1\n{statement}".encode())
            assert json.loads(statement)["heads"][writer]["hash"] == hash_
        else:
            whole = "\n".join([writer, str(part["number"]), part.get("at", ""), *part.get("digests", ())])
            hash_ = sha256(f"{hash_}\n{part.get('body') or sha256(whole.encode())}".encode())
            for place, text in part.get("entries", {}).items():
                assert sha256(text.encode()) == part["digests"][int(place)]
                entries.append(json.loads(text))

    (booked,) = [entry["sha256"] for entry in entries if entry["event"] == "flow.booked"]
    placed = {entry["sha256"] for entry in entries if entry["event"] == "delivery.placed"}
    assert sha256(files[named(files, "source/")]) == booked
    handed = [content for name, content in files.items() if name.startswith("deliveries/")]
    assert {sha256(content) for content in handed} <= placed
    assert handed


def test_a_file_is_never_overwritten(site: Kept, tmp_path: Path) -> None:
    """Nor is anything left of an export that fails."""
    (tmp_path / "story.zip").write_text("mine")

    answer = site.run("audit", "export", alone(site), "-o", str(tmp_path / "story.zip"), expect=1)

    assert "there already" in answer.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["story.zip"]
    assert (tmp_path / "story.zip").read_text() == "mine"


def test_an_export_is_noted_with_who_made_it(site: Kept, tmp_path: Path) -> None:
    """It is itself part of the flow's story."""
    flow = alone(site)
    export(site, flow, tmp_path / "story.zip")

    (entry,) = site.json("audit", "log", "--flow", flow, "--event", "audit.exported")

    assert entry["actor"]
    assert check(export(site, flow, tmp_path / "again.zip"), keys(site)).report.even
    assert site.found() == set()


def named(files: dict[str, bytes], start: str) -> str:
    """The first file whose name begins so."""
    return next(name for name in files if name.startswith(start))


def flip(start: str) -> Callable[[dict[str, bytes]], None]:
    """One byte in the middle of a file."""

    def touch(files: dict[str, bytes]) -> None:
        name = named(files, start)
        content = bytearray(files[name])
        content[len(content) // 2] ^= 1
        files[name] = bytes(content)

    return touch


def in_story(table: str, column: str, value: object) -> Callable[[dict[str, bytes]], None]:
    """One cell of the story's rows."""

    def touch(files: dict[str, bytes]) -> None:
        rows = json.loads(files["story.json"])
        rows[table][0][column] = value
        files["story.json"] = json.dumps(rows).encode()

    return touch


def lines(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[dict[str, bytes]], None]:
    """The lines of the chain."""

    def touch(files: dict[str, bytes]) -> None:
        parts = [json.loads(line) for line in files["chain.jsonl"].splitlines()]
        change(parts)
        files["chain.jsonl"] = b"".join(json.dumps(part).encode() + b"\n" for part in parts)

    return touch


def entry(parts: list[dict[str, Any]]) -> None:
    """Another supplier in an entry."""
    link = next(part for part in parts if any("flow.decided" in text for text in part.get("entries", {}).values()))
    key = next(key for key, text in link["entries"].items() if "flow.decided" in text)
    link["entries"][key] = link["entries"][key].replace('"verdict":"integrated"', '"verdict":"rejected"')


def entry_with_digest(parts: list[dict[str, Any]]) -> None:
    """The same, with its digest."""
    entry(parts)
    for link in parts:
        for key, text in link.get("entries", {}).items():
            link["digests"][int(key)] = digest(text)


def body(parts: list[dict[str, Any]]) -> None:
    """The body of a link in between."""
    link = next(part for part in parts if "body" in part)
    link["body"] = link["body"][:-1] + ("0" if link["body"][-1] != "0" else "1")


def a_link_less(parts: list[dict[str, Any]]) -> None:
    """A link taken out."""
    parts.remove(next(part for part in parts if "body" in part))


def signature(parts: list[dict[str, Any]]) -> None:
    """Another signature."""
    head = next(part["head"] for part in parts if "head" in part)
    head["signature"] = base64.b64encode(bytes(64)).decode()


def no_head(parts: list[dict[str, Any]]) -> None:
    """No head at all."""
    parts[:] = [part for part in parts if "head" not in part]


TOUCHED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "the source": (flip("source/"), "export.differs"),
    "a delivery": (flip("deliveries/FEN0036A"), "export.differs"),
    "the flow's sender": (in_story("flows", "partner", "ABC123"), "export.differs"),
    "an amount": (in_story("invoices", "amount_due", "1.00"), "export.differs"),
    "a status": (in_story("statuses", "status", "05"), "export.unproven"),
    "a delivery's hash": (in_story("deliveries", "sha256", "0" * 64), "export.differs"),
    "a row less": (lambda files: less(files, "statuses"), "export.absent"),
    "an entry": (lines(entry), "link.entry"),
    "an entry with its digest": (lines(entry_with_digest), "link.hash"),
    "a body": (lines(body), "link.hash"),
    "a link less": (lines(a_link_less), "link.gap"),
    "a signature": (lines(signature), "head.signature"),
    "no head": (lines(no_head), "export.unsigned"),
}


def less(files: dict[str, bytes], table: str) -> None:
    """A row taken out."""
    rows = json.loads(files["story.json"])
    del rows[table][0]
    files["story.json"] = json.dumps(rows).encode()


def in_manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Facts of the manifest."""

    def touch(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | changes).encode()

    return touch


def of_deliveries(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Facts of the deliveries in the manifest."""

    def touch(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["deliveries"] = [one | changes for one in manifest["deliveries"]]
        files["manifest.json"] = json.dumps(manifest).encode()

    return touch


def tables(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, bytes]], None]:
    """The tables of the story."""

    def touch(files: dict[str, bytes]) -> None:
        story = json.loads(files["story.json"])
        change(story)
        files["story.json"] = json.dumps(story).encode()

    return touch


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "the gate": (in_manifest(gate="CPP999"), "export.differs"),
    "the sender": (in_manifest(partner="EVIL00"), "export.differs"),
    "the file's name": (in_manifest(name="OTHER"), "export.differs"),
    "the source": (in_manifest(source="chain.jsonl"), "export.differs"),
    "a word more": (in_manifest(made_at="1999"), "export.unknown"),
    "the keys": (in_manifest(keys=[]), "export.differs"),
    "no deliveries": (in_manifest(deliveries=[]), "export.differs"),
    "names of deliveries": (of_deliveries(name="FAKE"), "export.differs"),
    "partners of deliveries": (of_deliveries(partner="EVIL00"), "export.differs"),
    "times of deliveries": (of_deliveries(published_at="1999"), "export.differs"),
    "hashes of deliveries": (of_deliveries(sha256="", size=0), "export.differs"),
    "reasons": (of_deliveries(file=None, why="nothing"), "export.differs"),
    "a reason": (of_deliveries(file=None, why="not_made"), "export.differs"),
    "a column": (in_story("invoices", "paid_on", "2026-03-02"), "export.unknown"),
    "a column that is not proven": (in_story("deliveries", "state", "dead"), "export.unknown"),
    "a receipt": (in_story("deliveries", "receipt_at", "2026-03-02"), "export.unproven"),
    "a table": (tables(lambda story: story.update(payments=[{}])), "export.unknown"),
    "a table less": (tables(lambda story: story.pop("events")), "export.unknown"),
    "no deliveries at all": (tables(lambda story: story.update(deliveries=[])), "export.absent"),
    "the README": (lambda files: files.update({"README.txt": b"As agreed"}), "export.text"),
    "a key": (lambda files: files.update({"keys/1.pub.pem": b"mine"}), "export.text"),
    "a letter": (lambda files: files.update({"deliveries/letter.txt": b"As agreed"}), "export.stray"),
    "nesting": (lambda files: files.update({"story.json": b"[" * 100_000}), "export.unreadable"),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_story_proves_all_that_it_says(story: Path, site: Kept, case: str) -> None:
    """Manifest, README, keys, columns and tables: with the manifest's own list of files made to fit."""
    touch, kind = FORGED[case]
    files = members(story)
    touch(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"name": name, "size": len(content), "sha256": sha256(content)}
        for name, content in files.items()
        if name != "manifest.json"
    ]
    write(story, files | {"manifest.json": json.dumps(manifest).encode()})

    assert kind in check(story, keys(site)).report.kinds


def test_a_story_whose_entries_say_a_thing_twice_is_refused(site: Kept, tmp_path: Path) -> None:
    """Of what never changes another entry says nothing, though the chain is signed with it."""
    flow = alone(site)
    row = site.row("flows", f"id = '{flow}'")
    site.sql("update flows set name = 'OTHER' where id = ?", flow)
    facts = {key: row[key] for key in PROVEN["flows"][1:]} | {"name": "OTHER", "incomplete": bool(row["incomplete"])}
    site.append({"at": row["received_at"], "event": "flow.booked", "subject": flow, **facts})

    report = check(export(site, flow, tmp_path / "story.zip"), keys(site)).report

    assert {"entry.again", "export.differs"} <= report.kinds.keys()


@pytest.mark.parametrize("case", TOUCHED)
def test_a_story_that_was_touched_is_refused(story: Path, site: Kept, case: str) -> None:
    """By the manifest; and where the manifest was made to fit, by what the signed chain proves."""
    touch, kind = TOUCHED[case]
    files = members(story)
    touch(files)
    write(story, files)
    assert "export.file" in check(story, keys(site)).report.kinds

    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"name": name, "size": len(content), "sha256": sha256(content)}
        for name, content in files.items()
        if name != "manifest.json"
    ]
    write(story, files | {"manifest.json": json.dumps(manifest).encode()})
    report = check(story, keys(site)).report

    assert "export.file" not in report.kinds
    assert kind in report.kinds


@pytest.mark.parametrize("name", ["source/", "chain.jsonl", "story.json", "manifest.json", "keys/"])
def test_a_file_that_is_missing_is_named(story: Path, site: Kept, name: str) -> None:
    """Without it nothing is proven."""
    files = members(story)
    del files[named(files, name)]
    write(story, files)

    report = check(story, keys(site)).report

    assert report.kinds.keys() & {"export.missing", "export.unreadable"}


def test_a_file_that_was_put_in_is_named(story: Path, site: Kept) -> None:
    """Nothing lies in a ZIP that its manifest does not name."""
    write(story, members(story) | {"deliveries/letter.txt": b"As agreed"})

    assert check(story, keys(site)).report.kinds == {"export.stray": 1}


@pytest.mark.parametrize("content", [b"", b"PK", b"no ZIP", b"{}" * 1000])
def test_what_is_no_story_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever bytes it has."""
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    assert check(path).report.kinds == {"export.unreadable": 1}


MALFORMED = (
    {"manifest.json": b"[]"},
    {"manifest.json": b'{"format": "edigate-audit-export/1"}'},
    {"manifest.json": b'{"format": "edigate-audit-export/1", "files": 3}'},
    {"manifest.json": b'{"format": "edigate-audit-export/1", "files": []}', "chain.jsonl": b"[1]\n"},
    {"manifest.json": b'{"format": "edigate-audit-export/1", "files": []}', "chain.jsonl": b'{"head": {}}\n'},
    {"manifest.json": b'{"format": "edigate-audit-export/1", "files": []}', "chain.jsonl": b"[" * 100_000},
    {
        "manifest.json": b'{"format": "edigate-audit-export/1", "files": [], "flow": 1}',
        "chain.jsonl": b'{"segment": 1, "previous": "0"}\n{"number": "x", "body": 3}\n',
    },
)


@pytest.mark.parametrize("files", MALFORMED, ids=range(len(MALFORMED)))
def test_a_story_of_other_shapes_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    """A checker is handed files by whoever wants them to pass."""
    path = tmp_path / "x.zip"
    write(path, files)

    assert not check(path).report.even
