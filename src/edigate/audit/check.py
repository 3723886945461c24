"""Whether an exported story is whole and proven: with the ZIP alone, without a gate.

From the inside out: the signed head proves the chain, the chain the entries, the entries the rows and the files.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.audit import packet
from edigate.audit.claims import COUNTED, POLICIES, Policy, of_entry
from edigate.audit.findings import Report
from edigate.audit.manifest import compare
from edigate.audit.rows import NOT_SHOWN, SHOWN, TABLES
from edigate.ledger.heads import Head, fingerprint
from edigate.ledger.journal import ORDER, WRITER, digest, is_writer, link_body, link_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LARGEST_TEXT = 256_000_000
LARGEST = 8_000_000_000
MOST_FILES = 10_000
CHUNK = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError)
_MALFORMED = (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError)


class Checked(NamedTuple):
    """What was found, and what the file says of itself; `keys` are the fingerprints of those that signed it."""

    report: Report
    manifest: Mapping[str, Any]
    keys: tuple[str, ...]


class _Broken(Exception):
    """A part cannot be read; carries its name and why."""


def check(path: Path, trusted: frozenset[str] = frozenset()) -> Checked:
    """Check a story. With `trusted` public keys, only their signatures count; without, any that fits its own key."""
    report = Report()
    manifest: dict[str, Any] = {}
    signed: list[Head] = []
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _json(archive, packet.MANIFEST)
            files = _files(archive, manifest, report)
            # What several chains tell is in the order that the entries bear; of a single one, they bear none.
            entries = sorted(_chain(archive, trusted, signed, report), key=lambda entry: int(entry.get(ORDER, 0)))
            story = _json(archive, packet.STORY)
            _rows(story, entries, report)
            _bytes(manifest, files, entries, report)
            compare(manifest, story, signed, lambda name: _text(archive, name), report)
    except _Broken as error:
        report.find("export.unreadable", str(error.args[0]), error=str(error.args[1]))
    except _UNREADABLE as error:
        report.find("export.unreadable", path.name, error=str(error))
    except _MALFORMED as error:
        report.find("export.unreadable", path.name, error=repr(error))
    return Checked(report, manifest, tuple(sorted(fingerprint(key) for key in {head.key for head in signed})))


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as file:
            content = file.read(LARGEST_TEXT + 1)
    except KeyError:
        raise _Broken(name, "missing") from None
    if len(content) > LARGEST_TEXT:
        raise _Broken(name, "too large")
    return content


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    found = json.loads(_text(archive, name))
    if not isinstance(found, dict) or (name == packet.MANIFEST and found.get("format") != packet.FORMAT):
        raise _Broken(name, f"not {packet.FORMAT}")
    return found


def _files(archive: zipfile.ZipFile, manifest: Mapping[str, Any], report: Report) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of every file that is as the manifest says; all others are told of."""
    expected = {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]}
    there = Counter(info.filename for info in archive.infolist())
    for name, count in sorted(there.items()):
        if count > 1 or name not in (*expected, packet.MANIFEST):
            report.find("export.stray", name)
    found: dict[str, tuple[int, str]] = {}
    if len(there) > MOST_FILES:
        raise _Broken(packet.MANIFEST, "too many files")
    for name, facts in expected.items():
        if not there[name]:
            report.find("export.missing", name)
            continue
        found[name] = _hashed(archive, name)
        report.counts["files"] += 1
        if found[name] != facts:
            report.find("export.file", name)
    return found


def _hashed(archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    sha256, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as file:
            while part := file.read(CHUNK):
                sha256.update(part)
                size += len(part)
                if size > LARGEST:
                    raise _Broken(name, "too large")
    except _UNREADABLE as error:
        raise _Broken(name, str(error)) from error
    return size, sha256.hexdigest()


class _Link:
    """Where the walk through a part of a writer's chain has come to."""

    def __init__(self, previous: str, writer: str) -> None:
        if not is_writer(writer, embedded=False):
            raise _Broken(packet.CHAIN, f"no writer of links: {writer}")
        self.writer = writer
        self.hash = previous
        self.number = 0
        self.entries: list[dict[str, Any]] = []


def _chain(
    archive: zipfile.ZipFile, trusted: frozenset[str], signed: list[Head], report: Report
) -> Iterator[dict[str, Any]]:
    """The entries that a head vouches for. Those of a part without one are told of, and taken as they are."""
    at: _Link | None = None
    for line in _text(archive, packet.CHAIN).splitlines():
        part = json.loads(line)
        if "segment" in part:
            yield from _unvouched(at, report)
            at = _Link(part["previous"], str(part.get("writer", WRITER)))
        elif at is None:
            raise _Broken(packet.CHAIN, "it does not begin with a part")
        elif "head" in part:
            _against(at, Head(**part["head"]), trusted, signed, report)
            yield from at.entries
            at = None
        else:
            _follow(at, part, report)
    yield from _unvouched(at, report)


def _unvouched(at: _Link | None, report: Report) -> Iterator[dict[str, Any]]:
    if at is not None:
        report.find("export.unsigned", f"{packet.CHAIN}:{at.number}")
        yield from at.entries


def _follow(at: _Link, part: Mapping[str, Any], report: Report) -> None:
    number = int(part["number"])
    place = f"links:{at.writer}:{number}"
    if at.number and number != at.number + 1:
        report.find("link.gap", place, first=at.number + 1, last=number - 1)
    body = part.get("body")
    if body is None:
        body = link_body(at.writer, number, part["at"], part["digests"])
        at.entries += _entries(part, place, report)
        if at.writer != WRITER and any(not isinstance(entry.get(ORDER), int) for entry in at.entries):
            report.find("link.order", place, at=part["at"])
        if link_hash(at.hash, body) != part["hash"]:
            report.find("link.hash", place, at=part["at"])
    at.hash, at.number = link_hash(at.hash, body), number
    report.counts["links"] += 1


def _entries(part: Mapping[str, Any], place: str, report: Report) -> Iterator[dict[str, Any]]:
    for key, one in part["entries"].items():
        if digest(one) != part["digests"][int(key)]:
            report.find("link.entry", place, entry=int(key) + 1, at=part["at"])
            continue
        report.counts["entries"] += 1
        entry: dict[str, Any] = json.loads(one)
        yield entry


def _against(at: _Link, head: Head, trusted: frozenset[str], signed: list[Head], report: Report) -> None:
    place = f"links:{at.writer}:{at.number}"
    named = head.writers[at.writer]
    if (named.number, named.hash) != (at.number, at.hash):
        report.find("head.hash", place, head=packet.CHAIN, at=head.at)
    if not head.signature:
        report.find("export.unsigned", f"{packet.CHAIN}:{at.number}")
    elif not head.holds():
        report.find("head.signature", place, at=head.at)
    elif trusted and head.key not in trusted:
        report.find("head.key", place, at=head.at, key=fingerprint(head.key))
    else:
        signed.append(head)
        report.counts["heads"] += 1


def _said(
    entries: Iterable[dict[str, Any]], report: Report
) -> tuple[dict[tuple[str, str], str], Counter[tuple[str, str]]]:
    """What the entries say: the last word where it may change, the first where it may not, with any other told of."""
    said: dict[tuple[str, str], str] = {}
    counted: Counter[tuple[str, str]] = Counter()
    for one in (one for entry in entries for one in of_entry(entry) if one.kind not in NOT_SHOWN):
        key = one.kind, one.key
        policy = POLICIES.get(one.kind, Policy.CHANGES)
        if policy is Policy.UNTIL_PUBLISHED and ("deliveries published", one.key) not in said:
            policy = Policy.CHANGES
        if one.kind in COUNTED:
            counted[key] += 1
        elif policy is Policy.CHANGES or key not in said:
            said[key] = one.value
        elif policy is Policy.ONCE or said[key] != one.value:
            report.find("entry.again", packet.CHAIN, row=f"{one.kind}:{one.key}", log=said[key])
    return said, counted


def _rows(story: Mapping[str, Any], entries: Iterable[dict[str, Any]], report: Report) -> None:
    """What the story says, against what the entries say; of deliveries only their own rows."""
    said, counted = _said(entries, report)
    if set(story) != set(SHOWN):
        report.find("export.unknown", packet.STORY, names=sorted(set(story) ^ set(SHOWN)))
    for table in story.keys() & SHOWN.keys():
        for row in story[table]:
            report.counts["rows"] += 1
            if other := set(row) ^ set(SHOWN[table]):
                report.find("export.unknown", f"{packet.STORY}:{table}", names=sorted(other))
            for one in TABLES[table].claims(row):
                _row((one.kind, one.key), one.value, said, counted, report)
    for key in (*said, *counted.elements()):
        report.find("export.absent", f"{packet.STORY}:{key[0]}:{key[1]}")


def _row(
    key: tuple[str, str],
    value: str,
    said: dict[tuple[str, str], str],
    counted: Counter[tuple[str, str]],
    report: Report,
) -> None:
    place = f"{packet.STORY}:{key[0]}:{key[1]}"
    if key[0] in COUNTED:
        if counted[key] <= 0:
            report.find("export.unproven", place)
        else:
            counted[key] -= 1
        return
    log = said.pop(key, None)
    if log is None:
        report.find("export.unproven", place)
    elif log != value:
        report.find("export.differs", place, log=log, row=value)


def _bytes(
    manifest: Mapping[str, Any], files: Mapping[str, tuple[int, str]], entries: Iterable[dict[str, Any]], report: Report
) -> None:
    """The deposit and what was handed out, against their hashes in the log."""
    proven = {f"delivery {e['delivery']}": (e["size"], e["sha256"]) for e in entries if e["event"] == "delivery.placed"}
    for booked in (entry for entry in entries if entry["event"] == "flow.booked"):
        proven["source"] = (booked["size"], booked["sha256"])
    named = {"source": manifest["source"]}
    named |= {f"delivery {one['id']}": one["file"] for one in manifest["deliveries"] if one["file"]}
    for one in manifest["deliveries"]:
        log = proven.get(f"delivery {one['id']}")
        if one["sha256"] and log != (one["size"], one["sha256"]):
            report.find("export.differs", one["name"], log=log, row=(one["size"], one["sha256"]))
    for what, name in named.items():
        log = proven.get(what)
        if log is None:
            report.find("export.unproven", name)
        elif name in files and files[name] != log:
            report.find("export.differs", name, log=log[1], row=files[name][1])
