"""Addresses of servers and stores as they may be written down and shown: without passwords."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

_SECRET = frozenset({"password", "passfile", "sslpassword", "key", "secret", "token"})
_PLAIN = "/:,@"


def without_password(address: str) -> str:
    """The same address for whoever has the password from elsewhere; a path stays as it is.

    >>> without_password("postgresql://edigate:s3cret@db:5433/ledger?sslmode=require&password=s3cret")
    'postgresql://edigate@db:5433/ledger?sslmode=require'
    >>> without_password("/mnt/shared")
    '/mnt/shared'
    """
    scheme, found, rest = address.partition("://")
    if not found:
        return address
    # As libpq reads it: whatever is before an @ is the login, with signs that mean something elsewhere.
    login = rest.partition("/")[0].rpartition("@")[0]
    place, _, query = (rest[len(login) + 1 :] if login or rest.startswith("@") else rest).partition("?")
    account = login.partition(":")[0]
    told = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key not in _SECRET]
    options = f"?{urlencode(told, safe=_PLAIN)}" if told else ""
    return f"{scheme}://{account}{'@' if account else ''}{place}{options}"
