"""Attacks by PDF: loops in its trees, scripts and programs, endless lists and streams, encryption, several invoices."""

from __future__ import annotations

import io
import zlib
from functools import cache
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from edigate.sandbox.facturx import Packing, facturx_pdf
from tests.corpus.attacks import FACTUR_X, NOT_ADMITTED, TAKEN, Attack, invoice, prolog

if TYPE_CHECKING:
    from collections.abc import Callable


def _packed(**how: object) -> Callable[[str], bytes]:
    """A Factur-X that is packed otherwise."""
    return lambda number: facturx_pdf(invoice(number), Packing(**how))  # type: ignore[arg-type]


def _changed(change: Callable[[pikepdf.Pdf], None]) -> Callable[[str], bytes]:
    """A sound Factur-X after a change."""

    def make(number: str) -> bytes:
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(facturx_pdf(invoice(number))), inherit_page_attributes=False) as pdf:
            change(pdf)
            pdf.save(
                target,
                deterministic_id=True,
                fix_metadata_version=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        return target.getvalue()

    return make


def _replaced(old: bytes, new: bytes) -> Callable[[str], bytes]:
    """A sound Factur-X in which some bytes are others, of the same length."""

    def make(number: str) -> bytes:
        content = facturx_pdf(invoice(number))
        if len(old) != len(new) or old not in content:
            raise AssertionError(old)
        return content.replace(old, new, 1)

    return make


def _page_loop(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids = Array([pdf.Root.Pages])


def _page_chain(pdf: pikepdf.Pdf) -> None:
    """A page tree of 20,000 levels."""
    node = pdf.Root.Pages
    for _ in range(20_000):
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Count=1, Kids=Array([node])))
    pdf.Root.Pages = node


def _name_loop(pdf: pikepdf.Pdf) -> None:
    tree = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles)
    tree.Kids = Array([tree, tree])
    pdf.Root.Names.EmbeddedFiles = tree


def _self_metadata(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata = pdf.Root


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("while (true) app.alert('1');"))
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), pdf.Root.OpenAction]))
    pdf.Root.AA = Dictionary(WC=pdf.Root.OpenAction)


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"), Win=Dictionary(F=String("cmd.exe")))


def _remote(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.URI, URI=String("http://127.0.0.1:00000/pdf"))


def _many_files(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"x")
    specs = [
        pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String(f"{n}.txt"), EF=Dictionary(F=stream)))
        for n in range(10_000)
    ]
    pdf.Root.AF = Array([*pdf.Root.AF, *specs])


def _deep_array(pdf: pikepdf.Pdf) -> None:
    inner = Array([])
    for _ in range(300):
        inner = Array([inner])
    pdf.Root.Deep = inner


def _bomb(filters: int) -> Callable[[str], bytes]:
    """The invoice inflates to 150 MB through so many filters."""
    return lambda _: facturx_pdf(_deflated(filters), Packing(filters=("FlateDecode",) * filters))


@cache
def _deflated(times: int) -> bytes:
    return zlib.compress(_deflated(times - 1) if times > 1 else b"<a>" + bytes(150_000_000), 9)


def _deep_source(brackets: bytes, times: int) -> Callable[[str], bytes]:
    """A catalogue with very deep brackets, written by hand."""
    return lambda _: (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/X " + brackets * times + b">>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n"
        + b"%010d 00000 n \n" % (60 + len(brackets) * times) + b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n"
        + b"%d\n%%%%EOF\n" % (60 + len(brackets) * times + 47)
    )  # fmt: skip


def _with_table_before(at: int) -> Callable[[str], bytes]:
    """The table of objects says that another stands before it: itself, or one past the end."""

    def make(number: str) -> bytes:
        content = facturx_pdf(invoice(number))
        start = int(content.rpartition(b"startxref\n")[2].split()[0])
        place = start if at < 0 else at
        return content.replace(b"trailer <<", b"trailer << /Prev %d" % place, 1)

    return make


_STREAMS = {
    "stream of objects, extending itself": "/Type/ObjStm/N 1/First 4/Extends 1 0 R/Length 10",
    "stream of objects, of a billion": "/Type/ObjStm/N 1000000000/First 4/Length 10",
    "table of objects of absurd widths": "/Type/XRef/W[9 9 9]/Size 2147483647/Index[0 2147483647]/Root 1 0 R/Length 10",
    "table of objects with a column of a gigabyte": "/Type/XRef/W[1 1000000000 1]/Size 3/Root 1 0 R/Length 10",
    "table of objects that stands before itself": "/Type/XRef/W[1 2 1]/Size 3/Prev 9/Root 1 0 R/Length 10",
    "length of itself": "/Type/XRef/W[1 2 1]/Size 3/Root 1 0 R/Length 1 0 R",
}


def _stream(dictionary: str) -> Callable[[str], bytes]:
    return lambda _: (
        b"%%PDF-1.7\n1 0 obj\n<<%s>>\nstream\n0123456789\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n"
        % dictionary.encode()
    )


_LONG = f'<!--{"x " * 40_000}--><!DOCTYPE x SYSTEM "/dev/zero">'.encode()


def _far_down(number: str) -> bytes:
    return facturx_pdf(prolog(_LONG.decode())(number))


def _pdf(name: str, make: Callable[[str], bytes], verdict: str = NOT_ADMITTED, *faults: str) -> Attack:
    return Attack(f"pdf: {name}", make, verdict, faults, FACTUR_X)


PDF_ATTACKS = (
    _pdf("a page tree that goes round", _changed(_page_loop), NOT_ADMITTED, "EDG-F060"),
    _pdf("a page tree of 20,000 levels", _changed(_page_chain), NOT_ADMITTED, "EDG-F060"),
    _pdf("a tree of files that goes round", _changed(_name_loop), TAKEN),
    _pdf("metadata that are the catalogue", _changed(_self_metadata), NOT_ADMITTED, "EDG-F062"),
    _pdf("JavaScript when it is opened", _changed(_script), TAKEN),
    _pdf("a program when it is opened", _changed(_launch), TAKEN),
    _pdf("an address when it is opened", _changed(_remote), TAKEN),
    _pdf("10,000 attachments", _changed(_many_files), NOT_ADMITTED, "EDG-F060"),
    _pdf("arrays of 300 levels", _changed(_deep_array), TAKEN),
    _pdf("arrays of 1,000,000 levels", _deep_source(b"[", 1_000_000), NOT_ADMITTED, "EDG-F060"),
    _pdf("dictionaries of 500,000 levels", _deep_source(b"<</a", 500_000), NOT_ADMITTED, "EDG-F060"),
    _pdf("a table of objects before itself", _with_table_before(-1), NOT_ADMITTED, "EDG-F060"),
    _pdf("a table of objects past the end", _with_table_before(2_000_000_000), NOT_ADMITTED, "EDG-F060"),
    *(_pdf(name, _stream(dictionary), NOT_ADMITTED, "EDG-F060") for name, dictionary in _STREAMS.items()),
    _pdf("encrypted with a password", _packed(key="secret"), NOT_ADMITTED, "EDG-F061"),
    _pdf("encrypted without one", _packed(locked=True), NOT_ADMITTED, "EDG-F061"),
    _pdf("an invoice that inflates to 150 MB", _bomb(1), NOT_ADMITTED, "EDG-F071"),
    _pdf("an invoice that inflates three times over", _bomb(3), NOT_ADMITTED, "EDG-F071"),
    _pdf("fifty filters", _packed(filters=("FlateDecode",) * 50), NOT_ADMITTED, "EDG-F072"),
    _pdf("a filter of pictures", _packed(filters=("JBIG2Decode",)), NOT_ADMITTED, "EDG-F072"),
    _pdf("metadata that inflate to 50 MB", _packed(metadata=b"<a>" + bytes(50_000_000)), NOT_ADMITTED, "EDG-F063"),
    _pdf("metadata with entities", _packed(metadata=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), NOT_ADMITTED,
         "EDG-F063"),
    _pdf("two invoices", _packed(others=(("factur-x.xml", b"<a/>"),)), NOT_ADMITTED, "EDG-F069"),
    _pdf("an invoice with a document type", lambda n: facturx_pdf(prolog("<!DOCTYPE x>")(n)), NOT_ADMITTED, "EDG-F103"),
    _pdf("an invoice with a document type far down", _far_down, NOT_ADMITTED, "EDG-F103"),
    _pdf("metadata with a document type far down", _packed(metadata=_LONG + b"<x/>"), NOT_ADMITTED, "EDG-F063"),
    _pdf("a program beside the invoice", _packed(others=(("run.exe", b"MZ" + bytes(500)),)), TAKEN),
    _pdf("a name that leads out", _packed(name="../../factur-x.xml"), NOT_ADMITTED, "EDG-F066"),
    _pdf("the end alone", lambda _: b"%PDF-1.7\n%%EOF\n", NOT_ADMITTED, "EDG-F060"),
    _pdf("another version of itself behind it", lambda n: facturx_pdf(invoice(n)) + facturx_pdf(invoice(n + "-2")),
         NOT_ADMITTED, "EDG-F060"),
    _pdf("a ZIP at its end", lambda n: facturx_pdf(invoice(n)) + b"PK\x05\x06" + bytes(18), TAKEN),
)  # fmt: skip
