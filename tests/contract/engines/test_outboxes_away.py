"""An outbox whose mount goes while the gate is at work: the empty folder below it is not the outbox."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.engine import collected, delivering
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger.archive import Unreachable
from edigate.ledger.locks import Locks
from edigate.ledger.tables import deliveries
from tests.acceptance.gates import sound
from tests.unit.engine.steps import a_pool, delivery_states, rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.acceptance.gates import Site


class Mount:
    """An outbox that can go, and come back."""

    def __init__(self, outbox: Path) -> None:
        """It is there."""
        self.outbox = outbox
        self._away = outbox.with_name("away")

    def go(self) -> None:
        """Leave an empty folder in its place."""
        if not self._away.exists():
            self.outbox.rename(self._away)
            self.outbox.mkdir()

    def come_back(self) -> None:
        """As it was, whatever was written below it meanwhile."""
        if self._away.exists():
            shutil.rmtree(self.outbox)
            self._away.rename(self.outbox)

    @property
    def shown(self) -> list[str]:
        """The files that partners see."""
        return sorted(path.name for path in self.outbox.glob("*/[!.]*"))


class Unmounting(Locks):
    """Locks in the middle of whose questions the mount goes: at the taking (0), or the time they are asked for."""

    def __init__(self, site: Site, mount: Mount, at: int) -> None:
        """Asked so many times, it goes."""
        super().__init__(site.gate.ledger)
        self._mount, self._left = mount, at

    def take(self, names: Iterable[str], *, at_most: int | None = None) -> set[str]:
        """As ever."""
        taken = super().take(names, at_most=at_most)
        if self._left == 0:
            self._mount.go()
        return taken

    def holds(self, *names: str) -> bool:
        """As ever."""
        self._left -= 1
        if self._left == 0:
            self._mount.go()
        return super().holds(*names)


@pytest.mark.parametrize("at", [None, 0, 1, 2, 3, 4])
def test_nothing_is_handed_out_into_the_folder_below(site: Site, at: int | None) -> None:
    """Neither before a round, nor staged, nor between staging and showing; all of it is shown once it is back."""
    site.round()
    mount = Mount(site.gate.places.outbox)
    site.deposit(sound())
    Distributed(site.gate, {Role.INTAKE, Role.WORK}).run_once()
    pool = a_pool(site.gate)
    try:
        if at is None:
            mount.go()
        with closing(Unmounting(site, mount, at or 0)) as locks, pytest.raises(Unreachable):
            delivering.deliver(site.gate, pool, locks)
        mount.come_back()
        with closing(Locks(site.gate.ledger)) as locks:
            delivering.deliver(site.gate, pool, locks)
    finally:
        pool.close()

    assert [name[:8] for name in mount.shown] == ["CSO1106A", "FEN0036A", "FEN1200A"]
    assert delivery_states(site.gate) == ["published"] * 3


def test_what_lies_in_an_outbox_that_is_away_was_not_collected(site: Site) -> None:
    """Its files have not gone: the whole outbox has."""
    site.deposit(sound())
    site.round()
    mount = Mount(site.gate.places.outbox)
    mount.go()
    with pytest.raises(Unreachable):
        collected.look_after(site.gate)
    mount.come_back()
    collected.look_after(site.gate)

    assert {row["gone_at"] for row in rows(site.gate, deliveries)} == {None}
