"""The builder of sound documents, in one place: a draft in, the bytes of an invoice out."""

from __future__ import annotations

from edigate.sandbox.attached import tiny_pdf, zip_of
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment, DraftLine, Sums, VatSum, sample_lines, sums_of
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice

__all__ = [
    "Draft",
    "DraftAttachment",
    "DraftLine",
    "Sums",
    "VatSum",
    "cii",
    "cpp_mixte",
    "sample_lines",
    "sums_of",
    "tiny_pdf",
    "ubl_credit_note",
    "ubl_invoice",
    "zip_of",
]
