"""What a story's manifest says, against what is proven: nothing in it stands by its own word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from edigate.audit import packet, readme
from edigate.ledger.heads import public_pem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from edigate.audit.findings import Report
    from edigate.ledger.heads import Head

    Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def compare(
    manifest: Mapping[str, Any], story: Rows, signed: Sequence[Head], read: Callable[[str], bytes], report: Report
) -> None:
    """Its facts against the story's rows, which the chain proves, and the heads; README and keys against both."""
    if set(manifest) != packet.MANIFEST_KEYS:
        report.find("export.unknown", packet.MANIFEST, names=sorted(set(manifest) ^ packet.MANIFEST_KEYS))
    for what, said, proven in _facts(manifest, story, signed):
        if said != proven:
            report.find("export.differs", f"{packet.MANIFEST}:{what}", log=proven, row=said)
    there = {one["name"] for one in manifest["files"]}
    for name in sorted(there ^ _names(manifest)):
        report.find("export.stray" if name in there else "export.missing", name)
    (flow,) = story["flows"]
    chains = any("writer" in json.loads(line) for line in read(packet.CHAIN).splitlines())
    texts = {packet.README: readme.text(manifest["gate"], flow, manifest["deliveries"], chains=chains).encode()}
    texts |= {_key(number): public_pem(key) for number, key in enumerate(manifest["keys"], 1)}
    for name, expected in texts.items():
        if name in there and read(name) != expected:
            report.find("export.text", name)


def _facts(manifest: Mapping[str, Any], story: Rows, signed: Sequence[Head]) -> Iterator[tuple[str, object, object]]:
    """What, as the manifest has it, as it is proven."""
    (flow,) = story["flows"]
    yield "gate", manifest["gate"], signed[-1].gate if signed else manifest["gate"]
    yield "flow", manifest["flow"], flow["id"]
    yield "name", manifest["name"], flow["name"]
    yield "partner", manifest["partner"], flow["partner"]
    yield "source", manifest["source"], f"{packet.SOURCE}/{packet.plain(flow['name'])}"
    yield "keys", manifest["keys"], sorted({head.key for head in signed})
    said = {one["id"]: one for one in manifest["deliveries"]}
    proven = {row["id"]: row for row in story["deliveries"]}
    yield "deliveries", [one["id"] for one in manifest["deliveries"]], list(proven)
    for key in said.keys() & proven.keys():
        facts = {name: proven[key][name] for name in packet.HANDED}
        yield f"deliveries:{key}", said[key], facts | _file(said[key], facts)


def _file(said: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, object]:
    """Where a delivery's file lies, or one of the reasons why it is not there."""
    if said["file"] is not None:
        return {"file": f"{packet.DELIVERIES}/{packet.plain(facts['name'])}", "why": ""}
    fits = said["why"] in readme.WHY_EN and (said["why"] != packet.NOT_MADE or not facts["sha256"])
    return {"file": None, "why": said["why"] if fits else packet.LOST}


def _names(manifest: Mapping[str, Any]) -> set[str]:
    files = {one["file"] for one in manifest["deliveries"] if one["file"]}
    keys = {_key(number) for number, _ in enumerate(manifest["keys"], 1)}
    return {packet.README, packet.CHAIN, packet.STORY, manifest["source"], *files, *keys}


def _key(number: int) -> str:
    return f"{packet.KEYS}/{number}.pub.pem"
