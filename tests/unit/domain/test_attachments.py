"""Attachments: their names, and what a content is found to be."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zlib
from base64 import b64decode, b64encode
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edigate.domain.attachments import (
    AttachmentContent,
    Flaw,
    as_wrapper,
    extension,
    forbidden_characters,
    holds_pdf,
    inner_pieces,
    inspect,
    pieces,
    safe_name,
    shortened,
    zipped,
)
from tests.effort import calls

LIMIT = 1_000_000
PDF = b"%PDF-1.7 content"


def encoded(data: bytes) -> str:
    """The base64 of these bytes."""
    return b64encode(data).decode("ascii")


def archive(*files: tuple[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    target = BytesIO()
    with ZipFile(target, "w", method) as made:
        for name, data in files:
            made.writestr(name, data)
    return target.getvalue()


def wrapper(inner_name: str, size: int) -> AttachmentContent:
    """What is found where a ZIP holds the one file."""
    return AttachmentContent(wrapped=True, inner_name=inner_name, size=size)


def no_pdf(inner_name: str, size: int) -> AttachmentContent:
    """What is found where that file should be a PDF."""
    return replace(wrapper(inner_name, size), flaw=Flaw.NOT_A_PDF)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("facture.pdf", "facture.pdf"),
        ("f" * 46 + ".pdf", "f" * 46 + ".pdf"),
        ("f" * 47 + ".pdf", "f" * 46 + ".pdf"),
        ("f" * 60, "f" * 50),
        ("." + "f" * 60, "." + "f" * 49),
        ("f." + "g" * 60, "f." + "g" * 48),
        ("ab." + "g" * 48, "a." + "g" * 48),
    ],
)
def test_long_names_are_cut_before_the_extension(name: str, expected: str) -> None:
    """A cut name has 50 characters and keeps its extension where there is room for it."""
    assert shortened(name) == expected


@pytest.mark.parametrize(("name", "expected"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), ("a.", "")])
def test_extensions(name: str, expected: str) -> None:
    """The extension is what follows the last dot, in small letters."""
    assert extension(name) == expected


def test_forbidden_characters_are_told_once() -> None:
    """Separators, wildcards and what cannot be printed are no part of a file's name; accents are."""
    assert forbidden_characters("été/plan\\n°1:a?/\x07.pdf") == "/\\:?\x07"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.pdf", encoded(archive(("a.pdf", PDF))), wrapper("a.pdf", 16)),
        ("a.pdf", encoded(archive(("d/", b""), ("d/a.pdf", PDF))), wrapper("d/a.pdf", 16)),
        ("a.pdf", encoded(archive(("d\\a.pdf", PDF))), wrapper("d\\a.pdf", 16)),
        ("a.zip", encoded(archive(("b.pdf", PDF))), wrapper("b.pdf", 16)),
        ("a.pdf", encoded(PDF), AttachmentContent(size=16)),
        ("a.txt", encoded(b"text"), AttachmentContent(size=4)),
        ("a.pdf", None, AttachmentContent(Flaw.EMPTY)),
        ("a.pdf", "", AttachmentContent(Flaw.EMPTY)),
        ("a.pdf", encoded(archive()), AttachmentContent(Flaw.EMPTY)),
        ("a.pdf", encoded(archive(("a.pdf", b""))), AttachmentContent(Flaw.EMPTY)),
        ("a.pdf", "é", AttachmentContent(Flaw.NOT_BASE64)),
        ("a.pdf", "QUJ", AttachmentContent(Flaw.NOT_BASE64)),
        ("a.pdf", "QUI=QUI=", AttachmentContent(Flaw.NOT_BASE64)),
        ("a.pdf", "data:application/pdf;base64,QUI=", AttachmentContent(Flaw.NOT_BASE64)),
        ("a.pdf", encoded(archive(("a.pdf", PDF))[:-30]), AttachmentContent(Flaw.ZIP_UNREADABLE)),
        ("a.pdf", encoded(archive(("a.pdf", PDF), ("b.pdf", PDF))), AttachmentContent(Flaw.ZIP_OF_SEVERAL)),
        ("a.zip", encoded(b"not a ZIP at all"), AttachmentContent(Flaw.ZIP_UNREADABLE)),
        ("a.pdf", encoded(b"not a PDF at all"), AttachmentContent(Flaw.NOT_A_PDF)),
        ("a.pdf", encoded(archive(("a.pdf", b"not a PDF at all"))), no_pdf("a.pdf", 16)),
        ("a.pdf", encoded(archive(("d/", b""), ("d/a.PDF", b"text"))), no_pdf("d/a.PDF", 4)),
        ("a.pdf", encoded(archive(("a", b"text"))), no_pdf("a", 4)),
        ("a.zip", encoded(archive(("b.pdf", b"text"))), no_pdf("b.pdf", 4)),
        ("a.pdf", encoded(archive(("b.txt", b"text"))), no_pdf("b.txt", 4)),
        ("a.txt", encoded(archive(("a.txt", b"text"))), wrapper("a.txt", 4)),
        ("a.pdf", encoded(archive(("a.pdf", b" " * 1019 + b"%PDF-"))), wrapper("a.pdf", 1024)),
        ("a.pdf", encoded(archive(("a.pdf", b" " * 1020 + b"%PDF-"))), no_pdf("a.pdf", 1025)),
        ("a.txt", encoded(bytes(LIMIT)), AttachmentContent(size=LIMIT)),
        ("a.txt", encoded(bytes(LIMIT + 1)), AttachmentContent(Flaw.TOO_LARGE)),
        ("a.txt", encoded(archive(("a.txt", bytes(LIMIT + 1)))), AttachmentContent(Flaw.TOO_LARGE)),
    ],
)
def test_what_a_content_is(name: str, text: str | None, expected: AttachmentContent) -> None:
    """A content is a wrapper, a bare file, or flawed in one way."""
    assert inspect(name, text, LIMIT) == expected


@pytest.mark.parametrize("name", ["a.zip", "a.docx", "a.ods"])
def test_files_that_are_zips_themselves_may_come_bare(name: str) -> None:
    """A ZIP of several files is the file itself where its name says so."""
    data = archive(("[Content_Types].xml", b"<a/>"), ("b.xml", b"<b/>"))

    assert inspect(name, encoded(data), LIMIT) == AttachmentContent(size=len(data))


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_file_is_read_by_the_methods_that_all_programs_know(method: int) -> None:
    """A file that is stored or deflated is taken; what few programs open is refused."""
    known = method in {ZIP_STORED, ZIP_DEFLATED}

    found = inspect("a.pdf", encoded(archive(("a.pdf", PDF), method=method)), LIMIT)

    assert found == (wrapper("a.pdf", 16) if known else AttachmentContent(Flaw.ZIP_METHOD))


@pytest.mark.parametrize(("at", "what"), [(6, "flags"), (8, "method"), (26, "length"), (30, "name")])
def test_a_header_that_contradicts_the_directory(at: int, what: str) -> None:
    """What stands before the data is what the directory says, else programs would differ in what they find."""
    data = bytearray(archive(("a.pdf", PDF * 20)))
    data[at] ^= 1

    assert inspect("a.pdf", encoded(bytes(data)), LIMIT) == AttachmentContent(Flaw.ZIP_UNREADABLE), what


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize("at", [36, 45, -90])
def test_one_wrong_byte_is_found(method: int, at: int) -> None:
    """A file whose bytes are not those that were packed is damaged, wherever the wrong one stands."""
    data = bytearray(archive(("a.pdf", PDF + os.urandom(200_000)), method=method))
    data[at] ^= 0x10

    assert inspect("a.pdf", encoded(bytes(data)), LIMIT) == AttachmentContent(Flaw.ZIP_DAMAGED)


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("size", "declared", "flaw"),
    [
        (LIMIT + 1, 10, Flaw.TOO_LARGE),
        (LIMIT, 10, Flaw.ZIP_DAMAGED),
        (LIMIT, LIMIT + 1, Flaw.TOO_LARGE),
        (10, 11, Flaw.ZIP_DAMAGED),
        (10, 0, Flaw.EMPTY),
    ],
)
def test_a_size_is_counted_not_believed(method: int, size: int, declared: int, flaw: Flaw) -> None:
    """What the directory says of a size cannot pass for it, not even with the checksum of so many bytes."""
    data = bytearray(archive(("a.txt", bytes(size)), method=method))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, declared)
    struct.pack_into("<L", data, at + 16, zlib.crc32(bytes(declared)))

    assert inspect("a.txt", encoded(bytes(data)), LIMIT) == AttachmentContent(flaw)


def test_a_large_file_is_never_held() -> None:
    """A file is inflated to be counted, in little more memory than its base64 takes."""
    large = 100 * LIMIT
    text = encoded(archive(("a.pdf", PDF + bytes(large))))
    tracemalloc.start()

    found = inspect("a.pdf", text, 2 * large)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == wrapper("a.pdf", large + 16)
    assert peak < 3 * len(text) + 500_000


def test_a_forged_bomb_is_inflated_no_further_than_the_limit() -> None:
    """What says that it is small is left as soon as it is not."""

    def forged(size: int) -> str:
        data = bytearray(archive(("a.txt", bytes(size))))
        struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 24, 10)
        return encoded(bytes(data))

    small, large = forged(10 * LIMIT), forged(100 * LIMIT)

    assert inspect("a.txt", large, LIMIT) == AttachmentContent(Flaw.TOO_LARGE)
    assert calls(inspect, "a.txt", large, LIMIT) == calls(inspect, "a.txt", small, LIMIT)


def test_white_space_is_allowed() -> None:
    """Base64 may be folded and indented."""
    text = encoded(archive(("a.pdf", PDF)))
    folded = "\r\n\t ".join(text[start : start + 64] for start in range(0, len(text), 64))

    assert inspect("a.pdf", f"\n  {folded}\n", LIMIT).inner_name == "a.pdf"
    assert as_wrapper("a.pdf", f"\n  {folded}\n") == text


def test_an_encrypted_zip_is_of_no_use() -> None:
    """A ZIP with a password is refused by the flag in its directory."""
    data = bytearray(archive(("a.pdf", PDF)))
    flags = data.index(b"PK\x01\x02") + 8
    data[flags : flags + 2] = struct.pack("<H", 1)

    assert inspect("a.pdf", encoded(bytes(data)), LIMIT) == AttachmentContent(Flaw.ZIP_ENCRYPTED)


def test_a_bomb_is_not_unpacked() -> None:
    """A small ZIP of a huge file is judged by the size it declares, in little memory."""
    text = encoded(archive(("a.pdf", bytes(50_000_000))))
    tracemalloc.start()

    found = inspect("a.pdf", text, LIMIT)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == AttachmentContent(Flaw.TOO_LARGE)
    assert peak < LIMIT


def test_a_crowd_of_entries_is_not_listed() -> None:
    """A directory larger than any wrapper's is not read at all."""
    data = archive(*((f"{number:032d}.pdf", b"") for number in range(3000)))

    assert inspect("a.pdf", encoded(data), LIMIT) == AttachmentContent(Flaw.ZIP_UNREADABLE)


def test_a_large_wrapper_is_recognised_by_its_end() -> None:
    """A wrapper longer than the end that is looked at is still one, and handed on unchanged."""
    noise = bytes(range(251)) * 4000
    target = BytesIO()
    with ZipFile(target, "w") as made:
        made.writestr("a.txt", noise)
    text = encoded(target.getvalue())

    assert inspect("a.txt", text, 10 * LIMIT) == wrapper("a.txt", len(noise))
    assert as_wrapper("a.txt", text) == text


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", PDF), ("a.docx", archive(("a", b"1"), ("b", b"2")))],
)
def test_bare_files_get_a_wrapper(name: str, data: bytes) -> None:
    """What came bare is put in a ZIP under its own name."""
    with ZipFile(BytesIO(b64decode(as_wrapper(name, encoded(data))))) as made:
        assert [(entry, made.read(entry)) for entry in made.namelist()] == [(name, data)]


@pytest.mark.parametrize(
    ("name", "mime", "inner"),
    [
        ("a.pdf", "", "a.docx"),
        ("a.pdf", "", "a.zip"),
        ("a.PDF", "application/zip", "a"),
        ("a.zip", "application/zip", "d/a.PDF"),
        ("a.zip", "Application/PDF", "a.docx"),
        ("a.bin", "application/x-pdf; name=a", "a.bin"),
    ],
)
def test_what_anything_calls_a_pdf_must_be_one(name: str, mime: str, inner: str) -> None:
    """Name, type or name in the ZIP: one word for PDF is enough, and is held to."""
    zip_in_zip = encoded(archive((inner, archive(("a.pdf", PDF)))))

    assert inspect(name, zip_in_zip, LIMIT, mime).flaw is Flaw.NOT_A_PDF
    assert inspect(name, encoded(archive((inner, PDF))), LIMIT, mime) == wrapper(inner, 16)


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("data", "expected"),
    [(PDF, True), (PDF + os.urandom(100_000), True), (b" " * 1020 + PDF, False), (b"PK\x03\x04", False), (b"", False)],
)
def test_a_pdf_is_known_by_the_start_of_its_wrapper(method: int, data: bytes, *, expected: bool) -> None:
    """What is in a wrapper is known without inflating it all; what cannot be known is no PDF."""
    text = encoded(archive(("a", data), method=method))

    assert holds_pdf(text) is expected
    assert holds_pdf(text[:40]) is False
    assert holds_pdf("") is False


@pytest.mark.parametrize(
    ("found", "given"),
    [
        ("../../evil.txt", "evil.txt"),
        ("/etc/evil.txt", "evil.txt"),
        ("C:\\plans\\evil.txt", "evil.txt"),
        ("C:evil.txt", "C_evil.txt"),
        ("plans/evil.txt", "evil.txt"),
        ("evil.txt. ", "evil.txt"),
        ("evil\u202etxt.txt", "evil_txt.txt"),
        ("..", "a.txt"),
        ("été n°1.txt", "été n°1.txt"),
    ],
)
def test_a_recipients_zip_leads_nowhere_else(found: str, given: str) -> None:
    """Whatever a file is called in its ZIP, the recipient finds it there under a name without folders."""
    text = encoded(archive((found, PDF)))

    with ZipFile(BytesIO(b64decode(as_wrapper("a.txt", text)))) as made:
        assert [(entry, made.read(entry)) for entry in made.namelist()] == [(given, PDF)]
    assert safe_name(found, "a.txt") == given
    assert (as_wrapper("a.txt", text) == text) is (found == given)


def test_a_recipients_zip_holds_one_ordinary_file() -> None:
    """Folders beside the file, links, and what stands before it stay behind."""
    link = ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    target = BytesIO()
    with ZipFile(target, "w") as made:
        made.writestr(link, b"/etc/passwd")
    hidden = bytearray(archive(("b.exe", b"MZ"), ("a.txt", b"text")))
    directory = hidden.index(b"PK\x01\x02")
    second = hidden.rindex(b"PK\x01\x02")
    del hidden[directory:second]
    struct.pack_into("<HHLL", hidden, len(hidden) - 14, 1, 1, second - directory, directory)

    for data in (target.getvalue(), archive(("../", b""), ("a.txt", b"text")), bytes(hidden)):
        assert inspect("a.txt", encoded(data), LIMIT).inner_name == "a.txt"
        with ZipFile(BytesIO(b64decode(as_wrapper("a.txt", encoded(data))))) as made:
            (entry,) = made.infolist()
        assert (entry.filename, entry.header_offset, entry.external_attr >> 16 & 0o170000) == ("a.txt", 0, 0)


def test_a_large_wrapper_can_be_renamed() -> None:
    """A wrapper longer than the end that is looked at is found whole when it must be made again."""
    data = os.urandom(400_000)

    with ZipFile(BytesIO(b64decode(as_wrapper("a.txt", encoded(archive(("d/a.txt", data))))))) as made:
        assert made.read("a.txt") == data


@pytest.mark.parametrize("name", ["facture.xml", "été – 2026.pdf", "a"])
@pytest.mark.parametrize("data", [b"", PDF, b"<a>" * 10_000], ids=len)
@pytest.mark.parametrize(("packed", "method"), [(True, ZIP_STORED), (False, ZIP_DEFLATED)])
def test_a_wrapper_is_one_that_everybody_opens(name: str, data: bytes, method: int, *, packed: bool) -> None:
    """Python's own reader finds the file under its name, in 1980, readable for its owner, with its checksum."""
    with ZipFile(BytesIO(b64decode(zipped(name, data, packed=packed)))) as archive:
        (entry,) = archive.infolist()
        assert archive.testzip() is None
        assert (entry.filename, entry.compress_type, entry.file_size) == (name, method, len(data))
        assert (entry.date_time, entry.external_attr >> 16) == ((1980, 1, 1, 0, 0, 0), 0o600)
        assert archive.read(name) == data


def test_a_wrapper_is_the_same_every_time() -> None:
    """Wrapping takes neither date nor chance."""
    assert zipped("été.pdf", PDF) == zipped("été.pdf", PDF)
    assert inspect("été.pdf", zipped("été.pdf", PDF), LIMIT).inner_name == "été.pdf"


@pytest.mark.parametrize("padding", ["=", "==", "===", "===="])
def test_more_padding_than_there_should_be_is_no_base64(padding: str) -> None:
    """Python's own decoder takes it, and whoever reckons with the length of the text is misled."""
    content = archive(("facture.pdf", b"%PDF-1.4\n%%EOF"))
    content += bytes(-len(content) % 3)

    assert inspect("facture.pdf", encoded(content) + padding, LIMIT).flaw is Flaw.NOT_BASE64


@pytest.mark.parametrize(
    ("text", "right"),
    [("QUI=", True), ("QUJ=", False), ("QQ==", True), ("QR==", False), ("QQ=\n=", True), ("QR=\n=", False)],
)
def test_bits_to_spare_are_zero(text: str, *, right: bool) -> None:
    """Python's own decoder takes others, and the recipient's schema does not: no pivot could hold them."""
    assert (inspect("a.txt", text, LIMIT).flaw is None) is right
    assert (inspect("a.txt", "AAAA" * 30_000 + text, LIMIT).flaw is None) is right
    assert right or inspect("a.txt", text, LIMIT).flaw is Flaw.NOT_BASE64


def test_a_file_without_a_name_in_its_zip_gets_that_of_the_attachment() -> None:
    """The recipient opens it under a name."""
    nameless = ZipInfo("")
    target = BytesIO()
    with ZipFile(target, "w") as made:
        made.writestr(nameless, PDF)
    found = inspect("facture.pdf", encoded(target.getvalue()), LIMIT)

    assert (found.flaw, found.inner_name) == (None, "")
    assert b"facture.pdf" in b64decode(as_wrapper("facture.pdf", encoded(target.getvalue())))


@given(content=st.binary(max_size=200), blanks=st.lists(st.integers(0, 260), max_size=5), damage=st.integers(0, 260))
def test_a_content_in_pieces_is_the_content(content: bytes, blanks: list[int], damage: int) -> None:
    """White space anywhere; where the text is damaged it ends, with what came before."""
    text = encoded(content)
    spaced = text
    for at in blanks:
        spaced = f"{spaced[:at]}\r\n\t {spaced[at:]}"
    broken = f"{text[:damage]}é{text[damage:]}"

    assert b"".join(pieces(spaced)) == content
    assert content.startswith(b"".join(pieces(broken)))


def test_the_file_in_a_wrapper_in_pieces() -> None:
    """Up to the limit; nothing of what is no wrapper, what can be inflated of one that is damaged."""
    content = bytes(range(256)) * 2_000
    wrapped = archive(("a.pdf", content))
    limited = b"".join(inner_pieces(encoded(wrapped), 100_000))

    assert b"".join(inner_pieces(encoded(wrapped), LIMIT)) == content
    assert limited != content
    assert content.startswith(limited)
    assert 100_000 < len(limited) < 200_000
    for other in (b"", PDF, archive(("a", b"1"), ("b", b"2")), wrapped[:-30], b"PK\x03\x04"):
        assert list(inner_pieces(encoded(other), LIMIT)) == []
    assert list(inner_pieces("é", LIMIT)) == []
    at = len(wrapped) // 2
    broken = b"".join(inner_pieces(encoded(wrapped[:at] + b"\xff" * 20 + wrapped[at + 20 :]), LIMIT))
    assert content[:1_000] == broken[:1_000]


def test_a_large_content_in_pieces_takes_little_memory() -> None:
    """Of what is looked through there is never more than a piece."""
    content = os.urandom(6_000_000)
    text = encoded(content)
    text = "\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    tracemalloc.start()
    found = zlib.crc32(b"")
    for piece in pieces(text):
        found = zlib.crc32(piece, found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == zlib.crc32(content)
    assert peak < 2_000_000


@pytest.mark.parametrize("size", [10, 1 << 16, 113_403, 1 << 20, 20_000_000])
@pytest.mark.parametrize("behind", [1, 2, 5_000, 40_000])
def test_bytes_behind_the_end_of_what_was_deflated_are_damage(size: int, behind: int) -> None:
    """However much it inflates to: the reading ends there."""
    content = archive(("a.txt", b"a" * size))
    packed = zlib.compress(b"a" * size, wbits=-zlib.MAX_WBITS)
    at = content.index(packed[:8])
    end = content.index(b"PK\x01\x02")
    whole = bytearray(content[:end] + b"x" * behind + content[end:])
    for place in (18, end + behind + 20):
        whole[place : place + 4] = (end - at + behind).to_bytes(4, "little")
    directory = len(whole) - 22 + 16
    whole[directory : directory + 4] = (end + behind).to_bytes(4, "little")

    assert inspect("a.txt", encoded(bytes(whole)), 1 << 25).flaw is Flaw.ZIP_DAMAGED
