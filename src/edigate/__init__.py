"""edigate: an open EDI gate for French public-sector invoices."""

from importlib.metadata import version

__version__ = version("edigate")
