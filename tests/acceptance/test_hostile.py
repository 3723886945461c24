"""Large and hostile deposits through the whole gate: it stays within its memory and time, and says what was wrong."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest

from edigate.sandbox.archives import gzipped, tar_gz, zipped
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.mixte import cpp_mixte
from tests.acceptance.actors import BUYER, HIS, Actors, says
from tests.acceptance.gates import DEPOSITOR, MIXED, PDF, fresh_number, mixed, sound

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

SMALL_WORKER = "worker_bytes = 600_000_000\n"  # of the table [engine], which every test's settings end with
MOST_MAIN = 300_000_000
SIGNATURE = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'


@pytest.fixture
def small(make_site: MakeSite) -> Site:
    """A gate whose workers have little memory."""
    return make_site(SMALL_WORKER)


def once(root: Path) -> int:
    """Let a gate of its own process work off what is there; how much memory its main process took, in bytes."""
    command = [sys.executable, "-m", "edigate", "--gate", str(root), "run", "--once"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        most = 0
        while process.poll() is None:
            most = max(most, high_water(process.pid))
            time.sleep(0.01)
    return most


def high_water(pid: int) -> int:
    """The most memory that a process has had at once so far, in bytes; 0 for one that has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def a_large_file(megabytes: int) -> DraftAttachment:
    """An attachment that hardly packs at its start, and well after it."""
    content = b"%PDF-1.4\n" + random.Random(7).randbytes(2_000_000)
    return DraftAttachment("plans.pdf", "application/pdf", content.ljust(megabytes * 1_000_000, b"x"), zipped=False)


def bombs() -> dict[str, bytes]:
    """Small files that unpack to very much."""
    zeros = bytes(1_000_000)
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as into:
        for _ in range(300):
            into.write(zeros)
    one = io.BytesIO()
    with (
        zipfile.ZipFile(one, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.xml", "w", force_zip64=True) as into,
    ):
        into.write(b"<a>")
        for _ in range(300):
            into.write(zeros)
    nested = one.getvalue()
    for level in range(5):
        nested = zipped({f"{level}.zip": nested})
    return {
        "gzip of zeros": packed.getvalue(),
        "zip of one large file": one.getvalue(),
        "zip in zip in zip": nested,
        "gzip in gzip": gzipped(packed.getvalue()),
        "many entries": tar_gz({f"{n}.xades": SIGNATURE for n in range(2_100)}),
        "a tag that never ends": tar_gz({"a.xml": b"<a " + b"x" * 50_000_000}),
    }


def test_archives_that_unpack_to_very_much_are_refused_in_little_memory(small: Site) -> None:
    """Each inadmissible with its reason, none held, and the flow beside them is taken."""
    names = {label: small.deposit(content) for label, content in bombs().items()}
    beside = small.deposit(sound())
    tally = small.round()

    assert (tally.held, dict(tally.verdicts)) == (0, {"inadmissible": len(names), "integrated": 1})
    assert {label: small.outcome(name).faults[-1] for label, name in names.items()} == {
        "gzip of zeros": "EDG-F047", "zip of one large file": "EDG-F042", "zip in zip in zip": "EDG-F048",
        "gzip in gzip": "EDG-F030", "many entries": "EDG-F044", "a tag that never ends": "EDG-F047",
    }  # fmt: skip
    assert small.outcome(beside).verdict == "integrated"


def test_five_hundred_invoices_in_one_archive_and_one_more(small: Site) -> None:
    """The most that a flow may hold are integrated with ids in a row; with one more nothing is."""
    documents = {f"{n:03d}.xml": cii(Draft(f"H-{n:03d}")) for n in range(501)}
    many = small.deposit(tar_gz(documents))
    documents.popitem()
    most = small.deposit(tar_gz(documents))
    small.round()

    assert (small.outcome(many).faults, small.outcome(many).invoices) == (["EDG-F045"], [])
    outcome = small.outcome(most)
    assert (outcome.verdict, [one.number for one in outcome.invoices]) == (
        "integrated",
        [f"H-{n:03d}" for n in range(500)],
    )
    assert len(small.collect().of("H-499")) == 2


def test_five_hundred_invoices_in_one_document_and_very_many(small: Site) -> None:
    """CPPFactureMixte: 500 are integrated; ten times as many, each wrong, are counted and refused for their number."""
    right = [Draft(f"M-{n:05d}", attachments=(PDF,)) for n in range(500)]
    wrong = [Draft(f"W-{n:05d}", cadre="A5", attachments=(PDF,)) for n in range(5_000)]
    most = small.deposit(cpp_mixte(*right), "FSO1113A")
    many = small.deposit(cpp_mixte(*wrong), "FSO1113A")
    small.round()

    assert (small.outcome(most).verdict, len(small.outcome(most).invoices)) == ("integrated", 500)
    assert (small.outcome(many).faults, small.outcome(many).invoices) == (["EDG-F015"], [])
    assert [unit.findtext("DonneesFacture/IdCPRO") for unit in small.collect(HIS).units.values()] == [
        str(number) for number in range(1, 501)
    ]  # fmt: skip


@pytest.mark.slow
def test_large_documents_in_one_archive_never_lie_in_memory_together(small: Site) -> None:
    """Ten of 30 MB: the worker keeps within 600 MB, the main process within much less, and all are handed on."""
    documents = {f"{n}.xml": cii(Draft(f"B-{n}", attachments=(PDF, a_large_file(22)))) for n in range(10)}
    assert len(documents["0.xml"]) > 29_000_000
    name = small.deposit(tar_gz(documents), MIXED)
    most = once(small.root)

    assert small.outcome(name).verdict == "integrated"
    assert most < MOST_MAIN, most
    assert len(small.collect(HIS).units) == 10


def test_a_large_pdf_is_taken_in_little_memory(small: Site) -> None:
    """A Factur-X of 60 MB."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(facturx_pdf(cii(Draft("P-60"))))) as pdf:
        pdf.Root.Plans = pdf.make_stream(random.Random(7).randbytes(60_000_000))
        pdf.save(target, deterministic_id=True, compress_streams=False)
    outcome = small.decide(target.getvalue(), "FSO1117A")

    assert (outcome.verdict, small.collect(HIS).units["P-60"].findtext("PJ/TypePJ")) == ("integrated", "01")


def test_one_inadmissible_document_among_others_refuses_them_all(site: Site) -> None:
    """Nothing is integrated; the report tells what each document has wrong, and where it lies in the archive."""
    good, bad = fresh_number(), fresh_number()
    documents = {
        "bonne.xml": sound(number=good),
        "cadre.xml": sound(number=bad, cadre="A5", payment_code=""),
        "autre.xml": b"<Facture/>",
        "coupée.xml": sound()[:-40],
        "image.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    }
    outcome = site.decide(tar_gz(documents))
    told = site.collect()

    assert outcome.verdict == "inadmissible"
    assert sorted(outcome.faults) == ["EDG-F043", "EDG-F101", "EDG-F105"]
    assert [(one.number, one.verdict) for one in outcome.invoices] == [(bad, "rejected")]
    (report,) = told.reports
    assert (report.status, sorted(report.codes)) == (
        "93", ["EDG-F043", "EDG-F101", "EDG-F105", "EDG-I080", "EDG-I143"],
    )  # fmt: skip
    named = {line.code: name for line in report.lines for name in documents if name in line.description}
    assert named == {
        "EDG-F105": "autre.xml", "EDG-F101": "coupée.xml", "EDG-F043": "image.png", "EDG-I080": "cadre.xml",
        "EDG-I143": "cadre.xml",
    }  # fmt: skip
    assert told.statuses == []
    assert site.collect(HIS).pivots == []


def test_a_partially_integrated_archive(site: Site) -> None:
    """96: each refused invoice with its entry and number, the good ones alone in pivots, signatures in nobody's way."""
    numbers = [fresh_number() for _ in range(5)]
    wrong = {1: {"cadre": "A5"}, 3: {"recipient_siret": "99999999999911"}}
    documents = {f"{n}.xml": mixed(number=number, **(wrong.get(n) or BUYER)) for n, number in enumerate(numbers)}
    documents |= {"0.xml.xades": SIGNATURE, "signature.xml": SIGNATURE}
    outcome = site.decide(tar_gz(documents), MIXED)
    told = site.collect()

    assert outcome.verdict == "partial"
    (report,) = told.reports
    assert report.status == "96"
    refused = [(line.code, [n for n in range(5) if numbers[n] in line.description]) for line in report.lines]
    assert refused == [("EDG-I143", [1]), ("EDG-I063", [3])]
    assert all(f"{n}.xml" in line.description for line, (_, (n,)) in zip(report.lines, refused, strict=True))
    units = site.collect(HIS).units
    assert list(units) == [numbers[n] for n in (0, 2, 4)]
    assert [unit.findtext("DonneesFacture/IdCPRO") for unit in units.values()] == ["1", "3", "5"]
    assert {number: told.of(number) for number in numbers} == {
        number: ["37"] if n in wrong else ["01", "03"] for n, number in enumerate(numbers)
    }


def test_a_number_twice_in_one_archive(site: Site) -> None:
    """The second is a duplicate of the first, and the line says in which file it stands."""
    number = fresh_number()
    outcome = site.decide(zipped({"a.xml": sound(number=number), "b.xml": sound(number=number)}))
    (report,) = site.collect().reports

    assert [(one.verdict, one.errors) for one in outcome.invoices] == [("integrated", []), ("rejected", ["EDG-I154"])]
    assert "b.xml" in report.lines[0].description
    assert "a.xml" in report.lines[0].label
    assert outcome.name not in report.lines[0].label


def test_ten_thousand_statuses_in_one_flow(site: Site) -> None:
    """On few invoices, on one, on none: each line is answered."""
    actors = Actors(site)
    numbers = [fresh_number() for _ in range(40)]
    site.deposit(tar_gz({f"{n}.xml": sound(number=number, **BUYER) for n, number in enumerate(numbers)}))
    actors.round()
    few = actors.tell(HIS, *(says(numbers[n % 40], "07", comment=f"{n}") for n in range(1_000)))
    one = actors.tell(HIS, *(says(numbers[0], "08", comment=f"{n}") for n in range(10_000)))
    none = actors.tell(HIS, *(says(f"NONE-{n}", "08") for n in range(1_000)))
    actors.round()

    assert [site.outcome(name).verdict for name in (few, one, none)] == ["integrated", "integrated", "rejected"]
    told = site.collect(DEPOSITOR)
    assert len(told.statuses) == 80 + 11_000
    assert len(told.of(numbers[0])) == 2 + 25 + 10_000
    assert len(site.collect(HIS).report(none).lines) == 1_000
