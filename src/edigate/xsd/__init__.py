"""The schema shelf: XSDs compiled once per process, which say every mistake of a document with its place."""

from edigate.xsd.shelf import Limits, Shelf
from edigate.xsd.sources import INVOICES, KEYS, SchemaMissing, SchemaSource

__all__ = ["INVOICES", "KEYS", "Limits", "SchemaMissing", "SchemaSource", "Shelf"]
