"""A gate's folder may be moved and copied: nothing in it says where it lay."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.ledger.tables import deliveries
from edigate.sandbox.cases import with_unknown_element
from edigate.sandbox.flows import flow_name
from tests.acceptance.gates import DEPOSITOR, MIXED, Site, fresh_number, mixed, sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite

NAME = flow_name("FSO1106A", DEPOSITOR, 4711)


def names(site: Site) -> set[str]:
    """The names of all that was ever handed out."""
    with site.gate.ledger.connect() as connection:
        return set(connection.execute(select(deliveries.c.name)).scalars())


class Past:
    """A gate that has worked: numbers taken, a rejected flow, a pivot that waits for its reader."""

    def __init__(self, make_site: MakeSite) -> None:
        """Let it work, then close it."""
        site = make_site()
        self.taken, self.pending, self.rejected = fresh_number(), fresh_number(), fresh_number()
        site.decide(sound(number=self.taken), name=NAME)
        site.decide(with_unknown_element(sound()))
        self.flow = site.decide(sound(number=self.rejected, service="CANAUX")).name
        site.change("ETA001", active=False)
        to_state = {"recipient_siret": "11000201100044", "service": "AAASCPV", "engagement": "1"}
        site.decide(mixed(number=self.pending, **to_state), MIXED)
        site.decide(mixed(number=fresh_number(), notes=("x" * 500_000,)), MIXED)
        site.collect()
        site.collect("SEI001")
        self.handed_out = names(site)
        self.root = site.root
        site.close()


@pytest.fixture(scope="module")
def past(make_site: MakeSite) -> Past:
    """The gate before it is moved."""
    return Past(make_site)


@pytest.fixture
def moved(past: Past, tmp_path: Path) -> Iterator[Site]:
    """A copy of it elsewhere, the first one out of reach meanwhile."""
    shutil.copytree(past.root, tmp_path / "elsewhere")
    hidden = past.root.rename(past.root.with_name("hidden"))
    site = Site(tmp_path / "elsewhere")
    yield site
    site.close()
    hidden.rename(past.root)


def test_no_file_of_the_gate_says_where_it_lies(past: Past) -> None:
    """Neither names nor contents hold the path: ledger, archive, spool, snapshots, settings."""
    needles = (str(past.root).encode(), str(past.root.parent).encode())
    files = [path for path in past.root.rglob("*") if path.is_file()]

    holders = [path.name for path in files if any(needle in path.read_bytes() for needle in needles)]

    assert {past.root / "ledger.sqlite", past.root / "edigate.toml"} < set(files)
    assert list((past.root / "directory").glob("*.sqlite"))
    assert holders == []
    assert not any(path.is_symlink() for path in past.root.rglob("*"))


def test_a_copied_gate_remembers_ids_and_numbers(past: Past, moved: Site) -> None:
    """What was taken there is taken here."""
    assert moved.decide(sound(), name=NAME).faults == ["EDG-F010"]
    assert moved.decide(sound(number=past.taken)).errors == ["EDG-I150"]


def test_a_copied_gate_goes_on_with_its_sequences(past: Past, moved: Site) -> None:
    """No outgoing name is given twice."""
    moved.decide(sound())
    offered = {path.name for path in (moved.root / "outbox").glob("*/[!.]*")}

    assert len(offered) == 3
    assert not offered & past.handed_out
    assert names(moved) == offered | past.handed_out


def test_a_copied_gate_hands_over_what_waited(past: Past, moved: Site) -> None:
    """The pivot is rendered again from the archive, and then the depositor hears of it."""
    moved.change("ETA001", active=True)

    moved.round()

    unit = moved.collect("ETA001").units[past.pending]
    assert unit.findtext("PJ/NomPJ") == "facture.pdf"
    assert moved.collect().of(past.pending) == ["03"]


def test_a_copied_gate_replays_from_its_archive(past: Past, moved: Site) -> None:
    """What was deposited there is read here."""
    number, text = past.rejected, "kind,siret,name,service_code\n"
    moved.publish_directory(f"{text}structure,53514650090018,Régie,\nservice,53514650090018,,CANAUX\n", "v2")

    moved.replay(past.flow)
    moved.round()

    assert moved.outcome(past.flow).verdict == "integrated"
    assert list(moved.collect("SEI001").units) == [number]
