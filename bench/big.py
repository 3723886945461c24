"""One flow of a gigabyte: 500 invoices with 1.5 MB attached to each, in a tar.gz; beside it the floor of such a flow.

`python -m bench.big [INVOICES] [--attached BYTES]`, from the root of the checkout, prints one JSON object. The floor
(`python -m bench.floor_big`) is measured before it, over a copy of the same file.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import io
import json
import random
import shutil
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bench import apart, corpus, measured
from bench.measured import ROOT
from edigate.sandbox.attached import zip_of
from edigate.sandbox.documents import Draft, DraftAttachment, sample_lines, ubl_invoice
from edigate.sandbox.flows import flow_name

if TYPE_CHECKING:
    from typing import IO

INVOICES, ATTACHED = 500, 1_500_000
MOST_MEMORY = 400_000_000
INTERFACE = "FSO1100A"
_MARK = b"QVRUQUNIRUQ="  # stands in the document that all are made of where the attachment goes


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.big", description=__doc__.partition("\n")[0])
    parser.add_argument("invoices", nargs="?", type=int, default=INVOICES)
    parser.add_argument("--attached", type=int, default=ATTACHED, help="bytes in the file attached to each")
    given = parser.parse_args()
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        json.dump(measure(Path(folder), given.invoices, given.attached), sys.stdout, indent=2)


def measure(folder: Path, invoices: int = INVOICES, attached: int = ATTACHED) -> dict[str, Any]:
    """Seconds of the gate and of the floor, and the most that any process has held."""
    (folder / "files").mkdir(parents=True)
    file = folder / "files" / flow_name(INTERFACE, corpus.DEPOSITOR, 1)
    unpacked = make(file, invoices, attached)
    copy = folder / "copy"
    shutil.copyfile(file, copy)
    size = file.stat().st_size
    floor = measured.run("bench.floor_big", copy, folder / "floor")
    measured.rested()
    shutil.rmtree(folder / "floor")
    gate = apart.run(folder / "files", folder / "gate")
    sound = gate["invoices"] == gate["pivot_invoices"] == floor["valid"] == invoices and not gate["unpublished"]
    return {
        "invoices": invoices,
        "bytes": {"packed": size, "unpacked": unpacked},
        "seconds": round(gate["seconds"], 2),
        "floor_seconds": round(floor["seconds"], 2),
        "gate_to_floor": round(floor["seconds"] / gate["seconds"], 3),
        "gate_to_floor_cpu": round(floor["cpu"] / apart.cpu(gate), 3),
        "peak_memory_bytes": gate["memory"],
        "within_memory": max(gate["memory"].values()) <= MOST_MEMORY,
        "pivots": gate["pivots"],
        "largest_pivot": gate["largest_pivot"],
        "integrated": sound,
        "each": {"gate": gate, "floor": floor},
    }


def make(file: Path, invoices: int, attached: int) -> int:
    """Write the flow; how many bytes it unpacks to. What is attached is a ZIP already, of noise that packs no more."""
    chance = random.Random(35)
    with file.open("wb") as target:
        packed = _Packed(target)
        with tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for number in range(1, invoices + 1):
                head, tail = _document(number).split(_MARK)
                wrapped = zip_of("plan.pdf", b"%PDF-1.7\n" + chance.randbytes(attached))
                content = head + base64.b64encode(wrapped) + tail
                entry = tarfile.TarInfo(f"{number:04d}.xml")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        packed.close()
    return packed.size


def _document(number: int) -> bytes:
    """An invoice with the mark in the place of what is attached."""
    marked = DraftAttachment("plan.pdf", "application/pdf", base64.b64decode(_MARK), zipped=False)
    return ubl_invoice(
        Draft(
            f"BIG-{number:04d}",
            issue_date=dt.datetime.now(dt.UTC).date(),
            recipient_siret=corpus.RECIPIENTS[number % len(corpus.RECIPIENTS)],
            lines=sample_lines(9),
            attachments=(marked,),
        )
    )


class _Packed:
    """A file that packs what is written to it as gzip, quickly: nothing is looked for that occurred before."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._machine = zlib.compressobj(1, zlib.DEFLATED, 31, 8, zlib.Z_HUFFMAN_ONLY)
        self.size = 0

    def write(self, data: bytes) -> int:
        self._target.write(self._machine.compress(data))
        self.size += len(data)
        return len(data)

    def close(self) -> None:
        self._target.write(self._machine.flush())


if __name__ == "__main__":
    main()
