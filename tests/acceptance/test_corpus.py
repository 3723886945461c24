"""The catalogue of attacks through the whole gate: each has its verdict, costs little, reaches nobody, stops nobody."""

from __future__ import annotations

import os
import urllib.request
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from edigate.domain.attachments import zipped
from edigate.intake.wholeness import is_whole
from edigate.pipeline.desk import Deposit
from edigate.pipeline.examine import examine
from edigate.sandbox.flows import flow_name
from tests.acceptance.gates import DEPOSITOR, fresh_number, sound
from tests.corpus.archive_attacks import ARCHIVE_ATTACKS
from tests.corpus.attachment_attacks import ATTACHMENT_ATTACKS, CONTENT, NAME
from tests.corpus.attacks import ELSEWHERE, FILE, NOT_ADMITTED, TAKEN
from tests.corpus.bait import Bait
from tests.corpus.pdf_attacks import PDF_ATTACKS
from tests.corpus.xml_attacks import XML_ATTACKS
from tests.unit.domain import applied_examples as applied
from tests.unit.domain.applied_examples import InMemory

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite
    from tests.corpus.attacks import Attack

SMALL_WORKER = "worker_bytes = 700_000_000\nexamine_seconds = 20\n"
EVERY = 20
LONG_AGO = 1_700_000_000
"""When they were deposited: what is cut short is waited for no longer."""
NEVER_WHOLE = ("EDG-F013",)
FAMILIES = {
    **{f"xml {at}": XML_ATTACKS[at::3] for at in range(3)},
    "archives": ARCHIVE_ATTACKS,
    "pdf": PDF_ATTACKS,
    "attachments": ATTACHMENT_ATTACKS,
}


def whole(path: Path) -> bool:
    """Whether the gate would take it for whole: what is not is refused for that in the end."""
    with path.open("rb") as file:
        return is_whole(file.fileno(), path.stat().st_size)


def test_every_attack_has_a_name_of_its_own() -> None:
    """So that a failure tells which it is."""
    names = Counter(attack.name for attacks in FAMILIES.values() for attack in attacks)

    assert names.total() > 200
    assert names.most_common(1)[0][1] == 1


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_attacks_are_answered(family: str, make_site: MakeSite, tmp_path: Path) -> None:
    """Each by its own verdict and faults, within a small worker's memory and time; sound flows between are taken."""
    site = make_site(SMALL_WORKER)
    attacks: dict[str, Attack] = {}
    beside: list[str] = []
    with Bait(tmp_path) as bait:
        for at, attack in enumerate(FAMILIES[family]):
            name = site.deposit(bait.laid(attack.make(fresh_number())), attack.interface)
            path = site.root / "inbox" / DEPOSITOR / name
            os.utime(path, (LONG_AGO, LONG_AGO))
            attacks[name] = attack if whole(path) else attack._replace(faults=NEVER_WHOLE)
            if at % EVERY == 0:
                beside.append(site.deposit(sound()))
        tally = site.round()
        outcomes = {outcome.name: outcome for outcome in site.outcomes()}

    assert bait.touched == []
    assert (tally.held, tally.troubles, tally.waiting) == (0, [], [])
    answered = {
        attack.name: (outcomes[name].verdict, tuple(sorted(set(outcomes[name].errors))))
        for name, attack in attacks.items()
    }
    assert answered == {attack.name: (attack.verdict, attack.faults) for attack in attacks.values()}
    assert {outcomes[name].verdict for name in beside} == {"integrated"}


def test_the_bait_notices_who_touches_it(tmp_path: Path) -> None:
    """Whoever asks the address or opens the file is told of: the attacks prove something."""
    with Bait(tmp_path) as bait:
        address, file = bait.laid(f"{ELSEWHERE}/x {FILE}".encode()).decode().split()
        for url in (address, file):
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - both are the bait's
                answer.read()
        assert sorted(bait.touched) == sorted([str(tmp_path / "opened"), "GET /x HTTP/1.1"])


@pytest.mark.parametrize("attack", [*XML_ATTACKS, *ARCHIVE_ATTACKS], ids=lambda attack: attack.name)
def test_what_is_not_whole_would_be_refused_all_the_same(attack: Attack, tmp_path: Path) -> None:
    """Its own fault is found where it gets past the wait for its end."""
    content = attack.make(fresh_number())
    path = tmp_path / "attack"
    path.write_bytes(content)
    if whole(path):
        return
    name = flow_name(attack.interface, "ABC123", 42)
    found = examine(Deposit(name, applied.DEPOSITOR, applied.TODAY, len(content)), InMemory(content), applied.DESK)

    assert tuple(sorted({fault.code for fault in found.faults if fault.blocks})) == attack.faults


def test_what_an_attack_is_refused_for_is_told_without_harm(make_site: MakeSite) -> None:
    """A report that quotes an attack is valid, and holds no control character of it."""
    site = make_site()
    attacks = [attack for attack in (*XML_ATTACKS, *ARCHIVE_ATTACKS) if attack.verdict == NOT_ADMITTED][::4]
    names = [
        site.deposit(content, attack.interface)
        for attack in attacks
        if len(content := attack.make(fresh_number())) < 100_000
    ]
    for path in (site.root / "inbox" / DEPOSITOR).iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    site.round()
    told = site.collect()  # which reads each against its schema

    assert len(told.reports) == len(names)
    for report in told.reports:
        texts = [text for line in report.lines for text in line]
        assert all(character.isprintable() or character in "\n\u202f\u00a0" for text in texts for character in text)


def test_of_a_hostile_attachment_only_the_file_is_handed_on(make_site: MakeSite) -> None:
    """Whatever program opens a pivot's attachment finds what was checked, and nothing else is in it."""
    site = make_site()
    taken = [attack for attack in ATTACHMENT_ATTACKS if attack.verdict == TAKEN]
    for attack in taken:
        site.deposit(attack.make(fresh_number()), attack.interface)
    site.round()
    outboxes = [site.collect(folder.name) for folder in (site.root / "outbox").iterdir()]
    found = [unit.findtext(f"PJ[NomPJ='{NAME}']/Contenu") for told in outboxes for unit in told.units.values()]

    assert found == [zipped(NAME, CONTENT)] * len(taken)
