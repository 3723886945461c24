"""How much may be unpacked: number, size, ratio, and what it takes of memory and effort."""

from __future__ import annotations

import io
import random
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.archives import gzipped, tar, tar_gz, zipped
from edigate.unpacking import Entry, entries, unpack
from tests.effort import EVEN, growth
from tests.unit.unpacking.reading import LIMITS, XML, Part, found, header, padded, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edigate.unpacking import Limits

    Pack = Callable[[Mapping[str, bytes]], bytes]

BOTH = pytest.mark.parametrize("pack", [tar_gz, zipped])


def documents(number: int) -> dict[str, bytes]:
    """So many, of no weight."""
    return {f"{i}.xml": XML for i in range(number)}


@BOTH
def test_entries_are_counted_with_folders_and_signatures(pack: Pack) -> None:
    """One more than allowed ends the reading."""
    files = {"b/": b"", "a.sig": b"\x30", **documents(3)}
    assert found(pack(files), limits=replace(LIMITS, entries=5)).codes == []

    given = found(pack(files), limits=replace(LIMITS, entries=4)).faults
    assert [(fault.code, fault.entry, fault.value, dict(fault.args)) for fault in given] == [
        ("EDG-F044", "", "5", {"most": "4"})
    ]


@BOTH
def test_documents_are_counted_without_signatures(pack: Pack) -> None:
    """As many as a flow may have invoices, by default 500."""
    assert found(pack({**documents(500), "a.sig": b"\x30"})).codes == []

    given = found(pack(documents(501)))
    assert len(given.documents) == 500
    assert given.codes == [("EDG-F045", "500.xml")]


@BOTH
def test_everything_unpacked_is_added_up(pack: Pack) -> None:
    """Past the limit nothing more is read."""
    content = random.Random(1).randbytes(50_000).hex().encode()
    files = {f"{i}.xml": b"<a>" + content for i in range(10)}
    given = found(pack(files), limits=replace(LIMITS, total_bytes=550_000))

    number = len(given.documents)
    assert 3 <= number <= 5  # a stream is unpacked somewhat ahead
    assert given.documents == [f"{i}.xml" for i in range(number)]
    assert given.codes == [("EDG-F046", f"{number}.xml")]


def test_inner_archives_count_with_the_outer_one() -> None:
    """Entries, documents and bytes are those of the whole deposit."""
    inner = {"b.zip": zipped({"1.xml": XML, "2.xml": XML}), "c.zip": zipped({"3.xml": XML})}
    nested = replace(LIMITS, nesting=2)

    assert found(tar_gz(inner), limits=replace(nested, entries=5)).codes == []
    assert found(tar_gz(inner), limits=replace(nested, entries=4)).codes == [("EDG-F044", "c.zip")]
    assert found(tar_gz(inner), limits=replace(nested, flow_invoices=2)).codes == [("EDG-F045", "c.zip/3.xml")]
    most = sum(map(len, inner.values())) + 2 * len(XML)
    assert found(zipped(inner), limits=replace(nested, total_bytes=most)).codes == [("EDG-F046", "c.zip/3.xml")]


@BOTH
def test_a_bomb_ends_at_the_ratio(pack: Pack) -> None:
    """Past 10 MB; below that much is free, and so is what packs as real documents do."""
    zeros = replace(LIMITS, file_bytes=30_000_000)
    assert found(pack({"a.xml": b"<a>" + bytes(9_900_000)}), limits=zeros).codes == []

    (fault,) = found(pack({"a.xml": b"<a>" + bytes(20_000_000), "b.xml": XML}), limits=zeros).faults
    assert (fault.code, fault.entry, dict(fault.args)) == ("EDG-F047", "a.xml", {"most": "200"})
    assert int(fault.value) >= 200


def test_what_is_passed_over_counts_too() -> None:
    """A file that is too large is not read, yet its bytes come out of the stream."""
    bomb = gzipped(header(b"b.xml", b"0", 8_000_000_000) + bytes(30_000_000))
    assert [code for code, _ in found(bomb).codes] == ["EDG-F042", "EDG-F047"]


def test_a_declared_size_beyond_the_limit_is_refused_unread() -> None:
    """In a ZIP whatever its data hold."""
    lie = Part(central={"size": 2_000_000}, local={"size": 2_000_000})
    assert found(zip_of(lie, Part(b"b.xml"))).codes == [("EDG-F042", "a.xml")]


def test_a_small_size_that_hides_a_large_content_ends_the_entry() -> None:
    """Reading stops as soon as there is more than declared."""
    large = Part(content=b"<a>" + bytes(9_000_000), central={"size": 10}, local={"size": 10})
    (fault,) = found(zip_of(large)).faults
    assert (fault.code, dict(fault.args)) == ("EDG-F034", {"reason": "archive.size"})
    assert int(fault.value) < 1_000_000


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_memory_holds_one_document(kind: str, tmp_path: Path) -> None:
    """Forty documents of a megabyte need little more than one, as long as the caller lets go of each."""
    files = heavy(40, 1_000_000)
    path = tmp_path / "flow"
    path.write_bytes(gzipped(tar(files), 0) if kind == "gzip" else zipped(files, 0))
    del files

    unpacked, peak = measured(path, kind, replace(LIMITS, file_bytes=2_000_000))

    assert unpacked == 40 * 1_000_000
    assert peak < 2_500_000


def test_a_large_inner_archive_goes_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a size it is not kept in memory."""
    monkeypatch.setattr(entries, "IN_MEMORY", 100_000)
    path = tmp_path / "flow"
    path.write_bytes(zipped({"in.zip": zipped(heavy(40, 250_000), 0)}, 0))

    unpacked, peak = measured(path, "zip", replace(LIMITS, file_bytes=12_000_000, nesting=2))

    assert unpacked == 40 * 250_000
    assert peak < 2_500_000


def heavy(number: int, size: int) -> dict[str, bytes]:
    """Documents that nothing can pack."""
    noise = random.Random(2)
    return {f"{i}.xml": b"<a>" + noise.randbytes(size - 3) for i in range(number)}


def measured(path: Path, kind: str, limits: Limits) -> tuple[int, int]:
    """Bytes that came out of an archive without a fault, and the most memory that this took."""
    count = 0
    with path.open("rb") as source:
        tracemalloc.start()
        for one in unpack(source, kind, limits, "xml"):
            assert isinstance(one, Entry)
            count += len(one.content)
            del one
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize(
    ("archive", "size"),
    [
        (lambda n: gzipped(b"") * n + tar_gz({"a.xml": XML}), 1_250),
        (lambda n: tar_gz({"a.xml": XML}) + bytes(n), 1_875_000),
        (lambda n: b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * n, 1_875_000),
        (lambda n: gzipped(header(b"p", b"x", 12 * n) + padded(b"12 path=abc\n" * n)), 5_000),
        (lambda n: gzipped(header(b"s", b"S", 0, at_482=b"\x01") + (bytes(504) + b"\x01" + bytes(7)) * n), 1_000),
        (lambda n: zip_of(*(Part(b"%d.xml" % i) for i in range(n))) + bytes(60_000), 125),
        (lambda n: b"PK\x05\x06" * n, 1_000),
        (lambda n: zip_of(*(Part(b"a" * 7_000) for _ in range(n))), 125),
    ],
    ids=["members", "zeros", "name", "pax", "sparse map", "entries", "end marks", "long names"],
)
def test_no_archive_takes_longer_than_it_is_large(archive: Callable[[int], bytes], size: int) -> None:
    """Nothing that can be repeated is gone through again and again."""
    assert growth(found, archive, size) < EVEN


def test_the_source_is_read_from_its_start() -> None:
    """Wherever it stood, as whoever looked at its first bytes left it."""
    source = io.BytesIO(tar_gz({"a.xml": XML}))
    source.seek(5)
    assert list(unpack(source, "gzip", LIMITS, "xml")) == [Entry("a.xml", XML, "xml")]
