"""Addresses of servers and stores as they may be written down and shown: without passwords."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_SECRET = frozenset({"password", "passfile", "sslpassword", "key", "secret", "token"})


def without_password(address: str) -> str:
    """The same address for whoever has the password from elsewhere; a path stays as it is.

    >>> without_password("postgresql://edigate:s3cret@db:5433/ledger?sslmode=require&password=s3cret")
    'postgresql://edigate@db:5433/ledger?sslmode=require'
    >>> without_password("/mnt/shared")
    '/mnt/shared'
    """
    if "://" not in address:
        return address
    parts = urlsplit(address)
    login, _, place = parts.netloc.rpartition("@")
    account = login.partition(":")[0]
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in _SECRET]
    return urlunsplit(parts._replace(netloc=f"{account}@{place}" if account else place, query=urlencode(query)))
