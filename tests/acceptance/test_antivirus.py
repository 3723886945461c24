"""A gate that asks a virus scanner: a hit is inadmissible, what the scanner does not say is held, the others go on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.cli import obey
from edigate.ledger import store
from edigate.ledger.database import writing
from edigate.ledger.tables import flows, runs
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.drafts import DraftAttachment
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.statuses import status_flow
from tests.acceptance.actors import HIS, says
from tests.acceptance.gates import DEPOSITOR, MIXED, PDF, mixed, sound
from tests.clamd import MARKER, SIGNATURE, Clamd, mute, saying, stalling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

COMMENT = b"<!-- " + MARKER + b" -->"
INFECTED = b"%PDF-1.4\n" + MARKER + b"\n%%EOF\n"


def within(content: bytes, insertion: bytes = COMMENT) -> bytes:
    """A document with something that its reader never sees."""
    return content.replace(b"?>", b"?>" + insertion, 1)


def attached(*, zipped: bool) -> tuple[DraftAttachment, ...]:
    """An invoice in PDF, and beside it an attachment that is infected."""
    return PDF, DraftAttachment("plan.pdf", "application/pdf", INFECTED, zipped=zipped)


@pytest.fixture
def server() -> Iterator[Clamd]:
    """A scanner that answers soundly, at a port of its own."""
    with Clamd() as clamd:
        yield clamd


def scanned(make_site: MakeSite, address: str, seconds: float = 5, more: str = "") -> Site:
    """A gate that asks the scanner at this address."""
    return make_site(f'{more}[antivirus]\nsocket = "{address}"\nseconds = {seconds}\n')


def holds(site: Site) -> list[tuple[str, str]]:
    """The flows that wait, with why."""
    query = select(flows.c.name, runs.c.hold_reason).join(runs, flows.c.run == runs.c.id)
    with site.gate.ledger.connect() as connection:
        rows = connection.execute(query.where(runs.c.state == store.HELD).order_by(flows.c.id)).all()
    return [(row.name, row.hold_reason) for row in rows]


def release(site: Site) -> None:
    """Let all that waits be tried again."""
    with writing(site.gate.ledger) as connection:
        ids = list(connection.execute(select(flows.c.id)).scalars())
        store.release(connection, ids, site.now)


def test_what_the_scanner_finds_is_inadmissible_wherever_it_hides(make_site: MakeSite, server: Clamd) -> None:
    """In the deposit as it came, and in base64, bare or in a ZIP; the sound flows beside it are taken."""
    site = scanned(make_site, server.address)
    names = {
        "in the document": site.deposit(within(sound())),
        "in a bare attachment": site.deposit(mixed(attachments=attached(zipped=False)), MIXED),
        "in an attachment's ZIP": site.deposit(mixed(attachments=attached(zipped=True)), MIXED),
        "in a PDF": site.deposit(facturx_pdf(sound()).replace(b"%%EOF", b"%" + MARKER + b"\n%%EOF"), "FSO1117A"),
        "in an archive": site.deposit(tar_gz({"a.xml": sound(), "b.xml": mixed(attachments=attached(zipped=True))})),
    }
    beside = site.deposit(mixed(), MIXED)
    tally = site.round()
    told = site.collect(DEPOSITOR)

    assert (tally.held, dict(tally.verdicts)) == (0, {"inadmissible": len(names), "integrated": 1})
    assert {label: site.outcome(name).faults for label, name in names.items()} == {
        label: ["EDG-F016"] for label in names
    }
    assert site.outcome(beside).verdict == "integrated"
    (line,) = told.report(names["in a bare attachment"]).lines
    assert (line.nature, line.code) == ("TECHNIQUE", "EDG-F016")
    assert SIGNATURE in line.label
    assert "plan.pdf" in line.label
    assert "AttachmentBinaryObject" in line.description
    (line,) = told.report(names["in an archive"]).lines
    assert "b.xml" in line.description


def test_a_partners_report_is_looked_through_too(make_site: MakeSite, server: Clamd) -> None:
    """What a recipient deposits is no safer than what a supplier does."""
    site = scanned(make_site, server.address)
    name, content = status_flow(HIS, 1, [says("F-1", "07")])
    outcome = site.decide(within(content), partner=HIS, name=name)

    assert (outcome.verdict, outcome.faults) == ("inadmissible", ["EDG-F016"])


def test_the_scanner_gets_every_byte(make_site: MakeSite, server: Clamd) -> None:
    """The deposit, each attachment, the file in its ZIP, as they are; what is refused by its name is not sent."""
    site = scanned(make_site, server.address)
    large = DraftAttachment("grand.pdf", "application/pdf", b"%PDF-1.4\n" + os.urandom(1_000_000), zipped=False)
    content = mixed(attachments=(PDF, large))
    site.deposit(content, MIXED)
    site.deposit(sound(), name="a name that is none")
    site.round()

    first, second, third, fourth = server.streams
    assert (first, third, fourth) == (content, PDF.content, large.content)
    assert second.startswith(b"PK")


def test_what_cannot_be_looked_through_waits_and_goes_on_later(make_site: MakeSite, tmp_path: Path) -> None:
    """No scanner, then one that has a limit, then one that answers: held, held for another reason, integrated."""
    address = tmp_path / "clamd.ctl"
    site = scanned(make_site, str(address))
    name = site.deposit(sound())
    assert site.round().held == 1
    assert holds(site) == [(name, "antivirus_silent")]
    assert site.collect().reports == []
    for most, expected in ((10, [(name, "antivirus_limit")]), (1_000_000, [])):
        with Clamd(at=address, most=most):
            release(site)
            site.round()
        address.unlink()
        assert holds(site) == expected
    assert site.outcome(name).verdict == "integrated"
    assert site.collect().of(site.outcome(name).invoices[0].number) == ["01", "03"]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (mute, "antivirus_silent"),
        (saying(b"stream: O"), "antivirus_silent"),
        (saying(b"stream: lstat() failed ERROR\0"), "antivirus_error"),
    ],
    ids=["mute", "half", "error"],
)
def test_a_scanner_out_of_order_holds_everything_and_nothing_up(make_site: MakeSite, how: object, reason: str) -> None:
    """Thirty flows are held; one that is silent was asked about a few of them, and the others did not wait for it."""
    with Clamd(how) as server:  # type: ignore[arg-type]
        site = scanned(make_site, server.address, seconds=1)
        names = [site.deposit(sound()) for _ in range(30)]
        refused = site.deposit(b"", name="not a flow's name")
        tally = site.round()

        assert reason == "antivirus_error" or len(server.asked) < len(names)
        assert (tally.held, dict(tally.verdicts)) == (30, {"inadmissible": 1})
        assert sorted(holds(site)) == sorted((name, reason) for name in names)
        assert site.outcome(refused).faults == ["EDG-F001"]


def test_a_scanner_that_takes_all_its_time_does_not_cost_the_worker(make_site: MakeSite) -> None:
    """Its time is given on top of the examination's: the flow is held for the scanner, not for a dead worker."""
    with Clamd(stalling) as server:
        site = scanned(make_site, server.address, seconds=3, more="examine_seconds = 1\n")
        name = site.deposit(sound())
        site.round()

        assert holds(site) == [(name, "antivirus_silent")]


def test_nobody_is_asked_by_default(make_site: MakeSite) -> None:
    """Without a setting there is no scanner, and what it would find passes."""
    site = make_site()

    assert site.decide(within(sound())).verdict == "integrated"


def test_a_check_asks_as_well(
    make_site: MakeSite, server: Clamd, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same verdict at the command line; what would be held is told so with its reason, and the exit status is 1."""
    site = scanned(make_site, server.address)
    files = {"clean.xml": sound(), "bad.xml": within(sound())}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def check(*options: str) -> tuple[int, str]:
        arguments = ["--gate", str(site.root), "--lang", "en", "check", *options, *(str(tmp_path / n) for n in files)]
        return obey(arguments), capsys.readouterr().out

    status, out = check("--json")
    assert status == 1
    assert [(one["verdict"], [f["code"] for f in one["faults"]]) for one in json.loads(out)] == [
        ("integrated", []), ("inadmissible", ["EDG-F016"]),
    ]  # fmt: skip
    server.how = saying(b"stream: no database ERROR\0")
    status, out = check("--json")
    assert status == 1
    assert [(one["verdict"], one["held"]["reason"]) for one in json.loads(out)] == [(None, "antivirus_error")] * 2
    _, out = check()
    assert "held" in out
    assert "no database" in out
    assert "2 files: 2 held." in out


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of Debian's clamd, with a database of one signature, the tests' own: it needs none of the network's.

    Its limits are so small that they can be passed.
    """
    program = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
    if not program:
        pytest.skip("clamav-daemon is not installed: only the stand-in of tests/clamd.py speaks for it")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "tests.ndb").write_text(f"{SIGNATURE}:0:*:{MARKER.hex()}\n", encoding="ascii")
    lines = (
        f"DatabaseDirectory {folder}", f"LocalSocket {folder}/ctl", "Foreground yes", "AlertExceedsMax yes",
        "StreamMaxLength 2M", "MaxFileSize 1M", f"LogFile {folder}/log",
    )  # fmt: skip
    (folder / "clamd.conf").write_text("\n".join(lines), encoding="utf-8")
    with subprocess.Popen([program, "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                if (folder / "ctl").exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            yield str(folder / "ctl")
        finally:
            process.kill()


def test_debians_own_daemon_is_understood(make_site: MakeSite, daemon: str) -> None:
    """It finds its signature in the deposit and in base64; of what passes a limit of its own it says so: held."""
    site = scanned(make_site, daemon)
    infected = [
        site.deposit(within(sound())),
        *(site.deposit(mixed(attachments=attached(zipped=zipped)), MIXED) for zipped in (True, False)),
        site.deposit(tar_gz({"a.xml": sound(), "b.xml": within(sound())})),
    ]
    large = [
        site.deposit(mixed(attachments=(PDF, DraftAttachment("a.txt", "text/plain", bytes(size)))), MIXED)
        for size in (1_200_000,)
    ]
    larger = DraftAttachment("a.pdf", "application/pdf", b"%PDF-1.4" + os.urandom(3_000_000))
    large.append(site.deposit(mixed(attachments=(PDF, larger)), MIXED))
    clean = site.deposit(mixed(), MIXED)
    site.round()

    assert [site.outcome(name).faults for name in infected] == [["EDG-F016"]] * 4
    assert holds(site) == [(name, "antivirus_limit") for name in large]
    assert site.outcome(clean).verdict == "integrated"
