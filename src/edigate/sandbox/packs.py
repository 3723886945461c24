"""Deposits that are more than one invoice in one XML file: several invoices, archives, Factur-X, and spoilt ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.cii import cii
from edigate.sandbox.facturx import Packing, facturx_pdf
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.sandbox.drafts import Draft

WRONG_IBAN = "FR7699999000010000012345694"
_BLANKS = 30_000_000
_SIGNATURE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<ds:Reference URI="{file}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>ZXhlbXBsZQ==</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    "<ds:SignatureValue>ZXhlbXBsZQ==</ds:SignatureValue></ds:Signature>\n"
)


def _series(draft: Draft, count: int) -> tuple[Draft, ...]:
    """So many drafts like this one, their numbers told apart at the end."""
    return tuple(replace(draft, number=f"{draft.number}-{place}") for place in range(1, count + 1))


def _with_a_wrong_one(draft: Draft) -> tuple[Draft, ...]:
    """Three drafts, the second with an IBAN whose key is wrong."""
    first, second, third = _series(draft, 3)
    return first, replace(second, iban=WRONG_IBAN), third


def one_cpp_mixte(draft: Draft) -> bytes:
    """Write a CPPFactureMixte of one invoice."""
    return cpp_mixte(draft)


def two_in_cpp_mixte(draft: Draft) -> bytes:
    """Write a CPPFactureMixte of two sound invoices."""
    return cpp_mixte(*_series(draft, 2))


def three_in_cpp_mixte(draft: Draft) -> bytes:
    """Write a CPPFactureMixte of three invoices, the second of which is refused."""
    return cpp_mixte(*_with_a_wrong_one(draft))


def signed_archive(draft: Draft) -> bytes:
    """Pack three CII invoices as tar.gz, with a signature beside the first."""
    files = _files(_series(draft, 3), cii)
    return tar_gz({**files, "facture_1_signature.xml": _SIGNATURE.format(file="facture_1.xml").encode()})


def archive_with_a_wrong_one(draft: Draft) -> bytes:
    """Pack three CII invoices as tar.gz, the second of which is refused."""
    return tar_gz(_files(_with_a_wrong_one(draft), cii))


def zip_of_ubl(draft: Draft) -> bytes:
    """Pack a UBL invoice and its credit note as ZIP."""
    invoice, note = _series(draft, 2)
    credit = replace(note, type_code="381", origin_invoice=invoice.number)
    return zipped({"facture.xml": ubl_invoice(invoice), "avoir.xml": ubl_credit_note(credit)})


def archive_of_all_wrong(draft: Draft) -> bytes:
    """Pack two CII invoices as tar.gz, both refused, for two reasons."""
    first, second = _series(draft, 2)
    return tar_gz(_files((replace(first, iban=WRONG_IBAN), replace(second, payment_code="")), cii))


def bomb(draft: Draft) -> bytes:
    """Pack a document that unpacks to a thousand times what it takes."""
    return tar_gz({"facture_1.xml": cii(draft), "releve.xml": b" " * _BLANKS})


def escaping(draft: Draft) -> bytes:
    """Pack a document under a path that leads out of the folder it is unpacked in."""
    return tar_gz({"../../facture_1.xml": cii(draft)})


def same_name_twice(draft: Draft) -> bytes:
    """Pack two documents of the same name in two folders."""
    first, second = _series(draft, 2)
    return tar_gz({"janvier/facture.xml": cii(first), "fevrier/facture.xml": cii(second)})


def facturx(draft: Draft) -> bytes:
    """Make a Factur-X: a PDF/A-3 that embeds the CII document."""
    return facturx_pdf(cii(draft))


def facturx_of_another_pdfa(draft: Draft) -> bytes:
    """Make the same in a file that says it is PDF/A-1."""
    return facturx_pdf(cii(draft), Packing(part="1"))


def facturx_under_another_name(draft: Draft) -> bytes:
    """Make the same with the document embedded under a name that is not that of Factur-X."""
    return facturx_pdf(cii(draft), Packing(name="facture.xml"))


def locked_facturx(draft: Draft) -> bytes:
    """Make the same, encrypted: it opens without a password, but nothing in it is in the clear."""
    return facturx_pdf(cii(draft), Packing(locked=True))


def damaged_facturx(draft: Draft) -> bytes:
    """Make the same and lose its middle: it begins and ends like a whole PDF."""
    whole = facturx(draft)
    third = len(whole) // 3
    return whole[:third] + whole[-third:]


def _files(drafts: tuple[Draft, ...], build: Callable[[Draft], bytes]) -> dict[str, bytes]:
    return {f"facture_{place}.xml": build(draft) for place, draft in enumerate(drafts, start=1)}
