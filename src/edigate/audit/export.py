"""Writing one flow's story for an auditor or a court, so that it can be checked without the gate."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.audit import packet, readme
from edigate.audit.rendered import Again, again, pieces
from edigate.audit.story import links_about, segments, story
from edigate.engine import heads
from edigate.ledger import events
from edigate.ledger.clock import stamp
from edigate.ledger.database import reading, writing
from edigate.ledger.heads import public_pem
from edigate.ledger.journal import WRITER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import RowMapping

    from edigate.audit.packet import Packet
    from edigate.audit.story import Segment, Story
    from edigate.engine.gate import Gate

EVENT = "audit.exported"


class Exported(NamedTuple):
    """What an export holds; `left_out` are deliveries by name with the reason."""

    path: Path
    files: int
    links: int
    signed: bool
    left_out: dict[str, str]


def export(gate: Gate, flow: RowMapping, path: Path, *, actor: str) -> Exported:
    """Write the ZIP whole or not at all, and note who did.

    A head is made first, so that the last entries are signed too, where there is a key.
    Raises ledger.archive.Altered, ledger.heads.BadKey, OSError; FileExistsError where there is such a file.
    """
    if path.exists():
        raise FileExistsError(path)
    heads.make(gate)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with zipfile.ZipFile(temporary, "x") as archive:
            exported = _write(gate, flow, packet.Packet(archive))
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    with writing(gate.ledger) as connection:
        events.record(connection, EVENT, actor, flow["id"], at=stamp(gate.clock()), file=path.name)
    return exported._replace(path=path)


def _write(gate: Gate, flow: RowMapping, into: Packet) -> Exported:
    with reading(gate.ledger) as connection, again(gate, connection) as files:
        told = story(connection, flow)
        found = list(links_about(connection, told))
        chain = segments(connection, found)
        source = f"{packet.SOURCE}/{packet.plain(flow['name'])}"
        into.add(source, _source(gate, flow))
        handed = [_delivery(row, told, files, into) for row in told.deliveries]
        into.add_json(packet.STORY, told.rows)
        into.add(packet.CHAIN, packet.chain_lines(chain))
    keys = _keys(chain, into)
    chains = any(segment.links[0].writer != WRITER for segment in chain)
    into.add(packet.README, [readme.text(gate.settings.gate.code, dict(flow), handed, chains=chains).encode()])
    into.finish(
        {
            "gate": gate.settings.gate.code, "flow": flow["id"], "name": flow["name"], "partner": flow["partner"],
            "source": source, "deliveries": handed, "keys": keys,
        }
    )  # fmt: skip
    signed = all(segment.head and segment.head.signature for segment in chain)
    left_out = {one["name"]: one["why"] for one in handed if one["why"]}
    return Exported(gate.places.root, len(into.files), len(found), signed, left_out)


def _source(gate: Gate, flow: RowMapping) -> Iterator[bytes]:
    with gate.archive.open(flow["archived"]) as file:
        while part := file.read(1 << 20):
            yield part


def _delivery(row: RowMapping, told: Story, files: Again, into: Packet) -> dict[str, Any]:
    """A file that came of the flow: in the ZIP where it holds nothing of others, by its hash in any case."""
    facts = {key: row[key] for key in packet.HANDED}
    if row["id"] in told.shared:
        return facts | {"file": None, "why": packet.SHARED}
    if not row["sha256"]:
        return facts | {"file": None, "why": packet.NOT_MADE}
    lying = files.file(row)
    if lying is None:
        return facts | {"file": None, "why": packet.LOST}
    name = f"{packet.DELIVERIES}/{packet.plain(row['name'])}"
    into.add(name, pieces(lying))
    return facts | {"file": name, "why": ""}


def _keys(chain: Iterable[Segment], into: Packet) -> list[str]:
    keys = sorted({segment.head.key for segment in chain if segment.head and segment.head.key})
    for number, key in enumerate(keys, 1):
        into.add(f"{packet.KEYS}/{number}.pub.pem", [public_pem(key)])
    return keys
