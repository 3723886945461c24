"""A JSON document posted to an address: http or https, within a time, without following it elsewhere."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from edigate.remote.untold import NotTold, Reason, translated

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 10.0
_SAID = 200
_REDIRECTIONS = 3


class _Stay(HTTPRedirectHandler):
    """A POST that is sent on becomes a GET without its content: it is told instead."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def post(address: str, document: Mapping[str, object], *, seconds: float = SECONDS) -> None:
    """Post a document. Raises NotTold, also where the answer is no success."""
    host = _host(address)
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "edigate"}
    request = Request(address, body, headers, method="POST")  # noqa: S310 - `_host` lets http and https through only
    with translated(host):
        try:
            with build_opener(_Stay).open(request, timeout=seconds) as answer:
                answer.read(_SAID)
        except HTTPError as error:
            error.close()
            raise NotTold(_refusal(error.code), f"{host}: HTTP {error.code} {error.reason}") from None
        except HTTPException as error:
            raise NotTold(Reason.FAILED, f"{host}: no answer in HTTP: {str(error)[:_SAID]}") from None


def _host(address: str) -> str:
    """Whom the address is of; the rest of it may hold a secret and is told to nobody."""
    try:
        parts = urlsplit(address)
        host, known = parts.hostname, parts.scheme in {"http", "https"}
        _ = parts.port
    except ValueError:
        host, known = None, False
    if not host or not known:
        raise NotTold(Reason.BAD_ADDRESS, "the address is none of http or https")
    return host


def _refusal(code: int) -> Reason:
    if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Reason.LOGIN_DENIED
    return Reason.MOVED if code // 100 == _REDIRECTIONS else Reason.REFUSED
