"""How a gate breaks: one way for each kind of trouble that the doctor knows, done to a real gate."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text, update

from edigate.domain.partners import Role
from edigate.domain.servers import HostKey, Server
from edigate.engine.restored import write_mark
from edigate.founding import begin_anew
from edigate.health import rules
from edigate.ledger import alerts, host_keys, servers
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, links, ways
from edigate.ledger.tables import host_keys as host_keys_table
from tests.acceptance.gates import DEPOSITOR, Site, sound

if TYPE_CHECKING:
    from collections.abc import Callable


PIVOTS_GO_TO, PORTAL = "SEI001", "POR001"
OF_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - another file system, where a machine has it
A_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIHVubm90aWNlZAAAAAAAAAAAAAAAAAAAAAAAAAAA")


def change(site: Site, *statements: str) -> None:
    """Change the ledger behind the gate's back."""
    with site.gate.ledger.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def set_up(site: Site, **tables: str) -> None:
    """Add settings, as `table="key = value"`."""
    lines = "".join(f"[{table}]\n{line}\n" for table, line in tables.items())
    (site.root / "edigate.toml").write_text(lines, encoding="utf-8")


def archived(site: Site) -> Path:
    """The file of the one flow."""
    (path,) = (site.root / "archive").glob("*/*")
    return path


def a_server(site: Site, **changes: str) -> None:
    """Give the reader of pivots a server of its own."""
    server = Server(PIVOTS_GO_TO, "sftp.example.org", user="gate", put_into="in", **changes)  # type: ignore[arg-type]
    with writing(site.gate.ledger) as connection:
        servers.save(connection, server, actor="test", at=site.now)


def pin(site: Site, *, ends_at: str | None = None) -> None:
    """Accept a host key of that server, perhaps until some time only."""
    with writing(site.gate.ledger) as connection:
        host_keys.accept(connection, "sftp.example.org:22", A_KEY, actor="test", at=site.now)
        connection.execute(update(host_keys_table).values(ends_at=ends_at))


def secret(site: Site, mode: int) -> None:
    """A key of that server with these permissions."""
    key = site.root / "key"
    key.write_text("-----", encoding="utf-8")
    key.chmod(mode)
    a_server(site, key_file="key")
    pin(site)


def lose_a_secret(site: Site) -> None:
    """A key that is named and is not there."""
    secret(site, 0o600)
    (site.root / "key").unlink()


def a_key_that_ends(site: Site) -> None:
    """A host key that counts for some days only."""
    a_server(site)
    pin(site, ends_at=stamp(system_clock() + dt.timedelta(days=3)))


def a_file_for_a_folder(site: Site) -> None:
    """A file where an inbox should be."""
    (site.root / "inbox" / DEPOSITOR).rmdir()
    (site.root / "inbox" / DEPOSITOR).touch()


def claim(site: Site) -> Path:
    """A claimed file in the spool, as a gate that was killed leaves it."""
    folder = site.root / "spool" / DEPOSITOR / f"{int(time.time() * 1000):012x}{'0' * 16}"
    folder.mkdir(parents=True)
    (folder / "FSO1106A_JMRPOR_JMRPOR1106000000000099999").write_bytes(sound())
    return folder


def staged(site: Site, name: str) -> None:
    """A hidden file in an outbox."""
    (site.root / "outbox" / DEPOSITOR / ".staging" / name).write_bytes(b"<x/>")


def a_delivery(site: Site, **values: object) -> str:
    """Change one report's row; its name."""
    with writing(site.gate.ledger) as connection:
        row = connection.execute(select(deliveries).where(deliveries.c.kind == "report")).mappings().one()
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(**values))
    return str(row["name"])


def lose_a_placed_file(site: Site) -> None:
    """A report that counts as placed, and is nowhere."""
    name = a_delivery(site, state="placed", published_at=None)
    (site.root / "outbox" / DEPOSITOR / name).unlink()


def elsewhere(folder: Path) -> None:
    """Have a folder of the gate on another file system."""
    if not OF_SHARED_MEMORY.is_dir() or OF_SHARED_MEMORY.stat().st_dev == folder.parent.stat().st_dev:
        pytest.skip("no second file system here")
    target = tempfile.mkdtemp(dir=OF_SHARED_MEMORY, prefix="edigate-test-")
    shutil.rmtree(folder)
    folder.symlink_to(target)


def overwrite(path: Path, content: bytes) -> None:
    """Change an archived file that nobody may write to, and close it again."""
    path.chmod(0o640)
    path.write_bytes(content)
    path.chmod(0o440)


def damage(path: Path) -> None:
    """Zero a page in the middle of a SQLite file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)


def into_one_file(site: Site) -> Path:
    """The ledger with its log worked in, and nobody there who has it open."""
    change(site, "pragma wal_checkpoint(truncate)")
    site.close()
    return site.root / "ledger.sqlite"


def without_page(site: Site) -> None:
    """Destroy pages of the ledger in the middle."""
    damage(into_one_file(site))


def in_another_revision(site: Site, revision: str) -> None:
    """Say that another version made the ledger."""
    change(site, f"update alembic_version set version_num = '{revision}'")  # noqa: S608


def older(site: Site) -> None:
    """A ledger of the version before, as it really was."""
    shutil.copy(_before(site), into_one_file(site))


def _before(site: Site) -> Path:
    """A ledger brought up to the last revision but one only."""
    from alembic import command  # noqa: PLC0415 - only this test takes a ledger back
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415

    path = site.root / "before.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "edigate:ledger/migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    return path


def grow_the_log(site: Site) -> None:
    """A log that a reader kept from being worked in."""
    with (
        closing(sqlite3.connect(site.root / "ledger.sqlite")) as reader,
        closing(sqlite3.connect(site.root / "ledger.sqlite")) as writer,
    ):
        reader.execute("begin")
        reader.execute("select count(*) from flows").fetchone()
        writer.execute("create table if not exists ballast(x)")
        for _ in range(7):
            writer.execute("insert into ballast values (zeroblob(10000000))")
            writer.commit()
        reader.rollback()
        os.link(site.root / "ledger.sqlite-wal", site.root / "kept-wal")
        os.link(site.root / "ledger.sqlite-shm", site.root / "kept-shm")
    for end in ("wal", "shm"):  # whoever closes last takes them away
        if not (site.root / f"ledger.sqlite-{end}").exists():
            (site.root / f"kept-{end}").rename(site.root / f"ledger.sqlite-{end}")


def after(site: Site, *, days: int) -> None:
    """Set the gate's clock."""
    site.tell_time(system_clock() + dt.timedelta(days=days))


def no_structure(site: Site) -> None:
    """A directory in force that holds closed structures only."""
    (path,) = (site.root / "directory").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update structure set active = 0")
        connection.commit()


def a_failing_way(site: Site) -> None:
    """What the gate writes when a partner's server does not answer."""
    with writing(site.gate.ledger) as connection:
        row = {"partner": DEPOSITOR, "way": "put", "failures": 2, "last_error": "no route", "failing_since": site.now}
        connection.execute(insert(ways), [row])


def an_alert(site: Site) -> None:
    """Something for an operator."""
    with writing(site.gate.ledger) as connection:
        alerts.open_one(connection, alerts.PIVOT_REFUSED, 1, PIVOTS_GO_TO, "", site.now)


def lose_ledger_and_archive(site: Site) -> None:
    """Leave a gate of which only settings and folders are there."""
    into_one_file(site).unlink()
    shutil.rmtree(site.root / "archive")


def begin_a_new_ledger(site: Site) -> None:
    """Lose the ledger, and give up what it knew."""
    into_one_file(site).unlink()
    begin_anew(site.root, "CPP001", "test").ledger.dispose()


def mark_restored(site: Site) -> None:
    """What a restore leaves behind."""
    with writing(site.gate.ledger) as connection:
        write_mark(connection, {"made_at": site.now})


def change_a_link(site: Site) -> None:
    """Rewrite an entry of the audit log, and nothing else."""
    with writing(site.gate.ledger) as connection:
        link = connection.execute(select(links).order_by(links.c.id.desc())).mappings().first()
        assert link is not None
        entries = link["entries"].replace("2026", "2025").replace("20", "19")
        connection.execute(update(links).where(links.c.id == link["id"]).values(entries=entries))


def half_copied(site: Site) -> None:
    """What a gate leaves that is cut off while it copies a deposit."""
    folder = site.root / "archive" / ".arriving"
    folder.mkdir(exist_ok=True)
    (folder / "ab").write_bytes(b"x")


def fetch_leftover(site: Site) -> None:
    """The beginning of a file that no row of the ledger knows."""
    folder = site.root / "spool" / DEPOSITOR / ".fetching" / ("0" * 28)
    folder.mkdir(parents=True)
    (folder / "FSO").write_bytes(b"<")


# How each kind of trouble comes about; KINDS that are no trouble, or want more than a broken folder, have tests below.
BREAKS: dict[str, Callable[[Site], object]] = {
    "settings.unusable": lambda s: set_up(s, gate='code = "x"'),
    "secret.missing": lose_a_secret,
    "secret.open": lambda s: secret(s, 0o640),
    "gate.restored": mark_restored,
    "ledger.missing": lose_ledger_and_archive,
    "ledger.lost": lambda s: into_one_file(s).unlink(),
    "ledger.begun_anew": begin_a_new_ledger,
    "ledger.unreadable": lambda s: into_one_file(s).write_bytes(b"no ledger at all" * 500),
    "ledger.damaged": without_page,
    "ledger.old": older,
    "ledger.new": lambda s: in_another_revision(s, "9999"),
    "ledger.references": lambda s: change(
        s, "update statuses set invoice = 4711 where id = (select min(id) from statuses)"
    ),
    "ledger.wal": grow_the_log,
    "ledger.uneven": lambda s: change(s, "update runs set wants_report = 0"),
    "ledger.states": lambda s: change(s, "update flows set state = 'held'"),
    "audit.broken": change_a_link,
    "archive.missing": lambda s: archived(s).unlink(),
    "archive.wrong_size": lambda s: overwrite(archived(s), b"x"),
    "archive.writable": lambda s: archived(s).chmod(0o640),
    "archive.orphans": lambda s: shutil.copy(archived(s), archived(s).with_name("0" * 64)),
    "archive.leftovers": half_copied,
    "archive.unreachable": lambda s: set_up(s, storage=f'url = "{s.root}/not-mounted"'),
    "spool.waiting": claim,
    "spool.odd": lambda s: (s.root / "spool" / "notes.txt").write_bytes(b"x"),
    "spool.fetching": fetch_leftover,
    "staging.unknown": lambda s: staged(s, "4711"),
    "staging.leftovers": lambda s: staged(s, "1"),
    "staging.lost": lose_a_placed_file,
    "schemas.unusable": lambda s: set_up(s, schemas='cii = "mine.xsd"'),
    "antivirus.silent": lambda s: set_up(s, antivirus=f'socket = "{s.root}/clamd.ctl"'),
    "directory.none": lambda s: change(s, "delete from notes where key = 'directory_version'"),
    "directory.unusable": lambda s: next((s.root / "directory").glob("*.sqlite")).unlink(),
    "directory.empty": no_structure,
    "directory.old": lambda s: after(s, days=rules.OLD_DAYS + 1),
    "folder.missing": lambda s: (s.root / "inbox" / DEPOSITOR).rmdir(),
    "folder.no_folder": a_file_for_a_folder,
    "folder.mode": lambda s: (s.root / "inbox" / DEPOSITOR).chmod(0o777),
    "partners.none": lambda s: change(s, "update partners set active = 0"),
    "partners.no_reader": lambda s: change(s, "update partners set receives = '[]'"),
    "partners.no_portal": lambda s: s.change(PORTAL, active=False),
    "partners.portals": lambda s: s.change("ABC123", role=Role.PORTAL),
    "hostkey.none": a_server,
    "hostkey.ending": a_key_that_ends,
    "way.failing": a_failing_way,
    "letters.dead": lambda s: a_delivery(s, dead_at=s.now),
    "alerts.open": an_alert,
    "disk.low": lambda s: set_up(s, engine=f"disk_free_bytes = {10**18}"),
    "disk.apart": lambda s: elsewhere(s.root / "spool"),
    "clock.behind": lambda s: after(s, days=-1),
}
# What goes along with it: one mistake may show in several places.
ALONG = {
    "ledger.damaged": {"check.damaged", "ledger.unreadable"},
    "ledger.begun_anew": {"directory.none", "partners.none", "staging.unknown"},
    "ledger.states": {"ledger.uneven"},
    "partners.no_reader": set[str](),
    "letters.dead": {"ledger.uneven"},
}
MENDABLE = (
    "secret.open", "ledger.old", "ledger.wal", "archive.writable", "archive.leftovers", "spool.odd", "spool.fetching",
    "staging.unknown", "staging.leftovers", "folder.missing", "folder.mode",
)  # fmt: skip
# Tried on a real server: tests/integration/test_ledger_server.py.
AT_THE_SERVER = {
    "server.no_driver", "server.address", "server.unreachable", "server.too_old", "server.encoding", "server.copies",
    "server.losing", "server.clock", "server.lost", "server.jobs_old", "server.jobs_new", "server.unsorted",
}  # fmt: skip
BESIDE = {"check.failed", "check.damaged", "archive.altered", "gate.unknown_holder", "folder.unwritable", "disk.inodes"}
