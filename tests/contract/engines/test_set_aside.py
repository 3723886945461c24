"""What workers set aside in private files is taken away while the process is at work, not only when it ends."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from edigate.engine.aside import NOTE
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from tests.acceptance.gates import MIXED, fresh_number
from tests.at_work import at_work
from tests.contract.engines.test_watching import until

if TYPE_CHECKING:
    from tests.acceptance.gates import Site

LARGE = DraftAttachment("f.pdf", "application/pdf", b"%PDF-1.4 " + random.Random(1).randbytes(600_000), type_code="01")


def set_aside(site: Site) -> list[str]:
    """The private files of workers, without what each keeps of itself."""
    found = (site.root / "spool" / ".work").rglob("*")
    return sorted(path.name for path in found if path.is_file() and not path.name.endswith(NOTE))


def test_a_pivot_that_goes_nowhere_is_not_kept(site: Site) -> None:
    """That of an invoice whose number is taken, like that of one which is handed on."""
    drafts = [Draft(number, attachments=(LARGE,)) for number in [fresh_number()] * 2]
    names = [site.deposit(cii(draft), MIXED) for draft in drafts]
    left: list[str] = []
    Distributed(site.gate, progress=lambda *_: left.extend(set_aside(site))).run_once()
    assert sorted(str(site.outcome(name).verdict) for name in names) == ["integrated", "rejected"]
    assert left == []


def test_what_is_rendered_again_is_not_kept(site: Site) -> None:
    """A process that only delivers may go on for a year."""
    site.deposit(cii(Draft(fresh_number(), attachments=(LARGE,))), MIXED)
    Distributed(site.gate, {Role.INTAKE, Role.WORK}).run_once()
    shutil.rmtree(site.root / "ahead")
    with at_work(Distributed(site.gate, {Role.DELIVER})):
        until(lambda: list(site.root.glob("outbox/SEI001/FEN0036A*")))
        until(lambda: not set_aside(site))
