"""Technical controls on the envelope: name, application code, interface, subscription (reference §5.3, §8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.faults import Fault, Refusal, fault
from edigate.domain.interfaces import Direction, Interface, Standing
from edigate.domain.names import FlowName, parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edigate.domain.partners import Partner
    from edigate.pipeline.desk import Deposit, Desk


def admit(deposit: Deposit, desk: Desk) -> Interface:
    """The interface the flow is deposited on; raises Refusal with all that its envelope has wrong."""
    name = parse_name(deposit.name)
    if name is None:
        raise Refusal(fault("EDG-F001", "name", deposit.name))
    interface = known(name.interface, desk.interfaces)
    faults = [*_standing(interface), *_belongs(name, deposit.depositor)]
    faults = faults or [*_subscribed(interface, deposit.depositor), *_digits(name, desk)]
    if faults:
        raise Refusal(*faults)
    return interface


def known(code: str, interfaces: Mapping[str, Interface]) -> Interface:
    """The interface with this code; raises Refusal for one that nobody knows."""
    if code not in interfaces:
        raise Refusal(fault("EDG-F002", "interface", code))
    return interfaces[code]


def _standing(interface: Interface) -> Iterator[Fault]:
    if interface.direction is not Direction.DEPOSIT:
        yield fault("EDG-F007", "interface", interface.code)
    elif interface.standing is Standing.WITHDRAWN:
        yield fault("EDG-F009", "interface", interface.code, replaced_by=interface.replaced_by)
    elif interface.standing is Standing.NOT_YET:
        yield fault("EDG-F008", "interface", interface.code)


def _belongs(name: FlowName, depositor: Partner) -> Iterator[Fault]:
    for code in dict.fromkeys((name.application, name.issuer)):
        if code != depositor.code:
            yield fault("EDG-F004", "application", code, depositor=depositor.code)


def _subscribed(interface: Interface, depositor: Partner) -> Iterator[Fault]:
    if not depositor.active:
        yield fault("EDG-F005", "application", depositor.code)
    elif interface.code not in depositor.deposits:
        yield fault("EDG-F006", "interface", interface.code, depositor=depositor.code)


def _digits(name: FlowName, desk: Desk) -> Iterator[Fault]:
    if desk.settings.digits_must_match and name.digits != name.interface[3:7]:
        yield fault("EDG-F003", "flow_id", name.digits, expected=name.interface[3:7])
