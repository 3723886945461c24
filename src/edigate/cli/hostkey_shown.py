"""How the host keys of servers are shown: what a server presents beside what was accepted."""

from typing import Any, NamedTuple

from edigate.cli import rows
from edigate.cli.messages import t
from edigate.domain.servers import HostKey
from edigate.engine.gate import Gate
from edigate.ledger import host_keys
from edigate.ledger.clock import stamp
from edigate.ledger.host_keys import Pin
from edigate.remote.trouble import RemoteTrouble


class Seen(NamedTuple):
    """A key of a server: whether it is shown now (None: nobody looked), whether it counts, and who accepted it."""

    key: HostKey
    shown: bool | None
    counts: bool
    pin: Pin | None


def seen_of(gate: Gate, address: str, shown: list[HostKey] | None) -> list[Seen]:
    """Those accepted, then those that are only shown."""
    now = stamp(gate.clock())
    with gate.ledger.connect() as connection:
        pinned = host_keys.pins(connection, address)
    accepted = [
        Seen(pin.key, None if shown is None else pin.key in shown, pin.ends_at is None or pin.ends_at > now, pin)
        for pin in pinned
    ]
    known = {pin.key for pin in pinned}
    return accepted + [Seen(key, shown=True, counts=False, pin=None) for key in shown or () if key not in known]


def print_keys(gate: Gate, address: str, seen: list[Seen]) -> None:
    """The keys of one server, for people."""
    rows.say(address, style="bold")
    accepted = t("Accepted", "Acceptée")
    looked = any(one.shown is not None for one in seen)
    yes, no = t("yes", "oui"), t("no", "non")
    columns: tuple[rows.Column, ...] = (
        (t("Kind", "Type"), lambda one: one.key.kind),
        (t("Fingerprint", "Empreinte"), lambda one: one.key.fingerprint),
        *([(t("Shown now", "Montrée"), lambda one: yes if one.shown else no)] if looked else []),
        (t("State", "État"), lambda one: _state(gate, one)),
        (accepted, lambda one: f"{rows.minute(gate, one.pin.accepted_at)} {one.pin.accepted_by}" if one.pin else ""),
    )
    rows.print_table(columns, seen, spare=(accepted,))


def _state(gate: Gate, one: Seen) -> str:
    if one.pin is None:
        return t("not accepted", "non acceptée")
    if one.pin.ends_at is None:
        return t("counts", "vaut")
    until = rows.minute(gate, one.pin.ends_at)
    if one.counts:
        return t("counts until {until}", "vaut jusqu'au {until}", until=until)
    return t("ended on {until}", "finie le {until}", until=until)


def keys_json(address: str, seen: list[Seen], trouble: RemoteTrouble | None) -> dict[str, Any]:
    """The keys of one server as `docs/reference/json.md` has them."""
    keys = [
        {
            "kind": one.key.kind, "fingerprint": one.key.fingerprint, "public_key": one.key.key, "shown": one.shown,
            "counts": one.counts, "accepted_at": one.pin.accepted_at if one.pin else None,
            "accepted_by": one.pin.accepted_by if one.pin else None, "ends_at": one.pin.ends_at if one.pin else None,
        }
        for one in seen
    ]  # fmt: skip
    return {"server": address, "trouble": trouble.cause.value if trouble else None, "keys": keys}
