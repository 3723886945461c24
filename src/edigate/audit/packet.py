"""The ZIP that tells one flow's story: its parts and how they are written; `check` reads them."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.ledger.journal import WRITER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edigate.audit.story import Link, Segment

FORMAT = "edigate-audit-export/1"
MANIFEST, STORY, CHAIN, README = "manifest.json", "story.json", "chain.jsonl", "README.txt"
MANIFEST_KEYS = frozenset({"format", "gate", "flow", "name", "partner", "source", "deliveries", "keys", "files"})
SOURCE, DELIVERIES, KEYS = "source", "deliveries", "keys"
SHARED, LOST, NOT_MADE = "holds_others", "not_as_it_was", "not_made"
HANDED = ("id", "name", "kind", "partner", "size", "sha256", "published_at")
"""What the manifest says of each delivery besides its file."""
_LONGEST = 120
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same story gives the same bytes, whenever it is written


class Written(NamedTuple):
    """A file of the ZIP."""

    name: str
    size: int
    sha256: str


class Packet:
    """A ZIP as it is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Begin with an empty one."""
        self._archive = archive
        self.files: list[Written] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> Written:
        """Write a file from its pieces."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, _WHEN)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        written = Written(name, size, digest.hexdigest())
        self.files.append(written)
        return written

    def add_json(self, name: str, value: object) -> None:
        """Write a file of JSON."""
        self.add(name, [json.dumps(value, ensure_ascii=False, indent=1).encode(), b"\n"])

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, which names all the other files."""
        files = [one._asdict() for one in self.files]
        self.add_json(MANIFEST, {"format": FORMAT, **manifest, "files": files})


def chain_lines(segments: Iterable[Segment]) -> Iterable[bytes]:
    """The parts of the chains: each link of the flow with its entries, of the others the body, then the head."""
    for number, segment in enumerate(segments, 1):
        own: dict[int, Link] = {link.number: link for link in segment.links}
        writer = segment.links[0].writer
        whose = {} if writer == WRITER else {"writer": writer}
        yield _line({"segment": number, "previous": segment.links[0].previous, **whose})
        for place in sorted({*own, *segment.bodies}):
            yield _line(_link(own[place]) if place in own else {"number": place, "body": segment.bodies[place]})
        if segment.head is not None:
            head = segment.head
            yield _line({"head": {"statement": head.statement, "key": head.key, "signature": head.signature}})


def _link(link: Link) -> dict[str, Any]:
    entries = {str(place): text for place, text in link.entries.items()}
    return {
        "number": link.number, "at": link.at, "hash": link.hash, "digests": list(link.digests), "entries": entries,
    }  # fmt: skip


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def plain(name: str) -> str:
    """A name that is safe in every ZIP and on every disk."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:_LONGEST].lstrip(".") or "flow"
