"""edigate: an open EDI gate for French public-sector invoices."""

__version__: str


def __getattr__(name: str) -> str:
    """The version, looked up in the installation's metadata only when it is asked for: that takes a while."""
    if name != "__version__":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib.metadata import version  # noqa: PLC0415 - see above

    globals()["__version__"] = found = version("edigate")
    return found
