"""A party as the ledger keeps it: kind, identifier, name and country in a JSON list, empty for nobody."""

from __future__ import annotations

import json

from edigate.domain.invoice import Party, Scheme


def party_json(party: Party | None) -> str:
    """Write a party down."""
    if party is None:
        return ""
    return json.dumps([str(party.scheme or ""), party.identifier, party.name, party.country], ensure_ascii=False)


def party(text: str) -> Party | None:
    """What `party_json` wrote, read back."""
    if not text:
        return None
    scheme, identifier, name, country = json.loads(text)
    return Party(identifier, Scheme(scheme) if scheme else None, name=name, country=country)
