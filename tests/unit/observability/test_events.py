"""The list of events is what the source says: every word, no other, and fields that hold no content."""

from __future__ import annotations

import ast
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from edigate.observability.events import EVENTS
from edigate.observability.fields import FIELDS
from tests.unit.observability.calls import SOURCE, Call, calls

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL = tuple(calls())
TABLES = {"observability/events.py", "observability/meters.py", "domain/alert_words.py"}
SECRETS = re.compile(r"password|passphrase|secret|token|content|body|xml|iban", re.IGNORECASE)
# Where the word comes from a table, a parameter or a reason: the files, each with what it may say.
FROM_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "backup/deciding.py": "gate.restored restored.rebooked",
        "cli/resend.py": "delivery.offered_again",
        "cli/rows.py": "",  # its `note` is a line for people
        "filing.py": "directory.imported directory.form_stated",
        "engine/collected.py": "delivery.collected delivery.purged",
        "engine/deposits.py": "inbox.not_a_file",  # whatever a Trouble says, each of which is looked at itself
        "engine/fetch_visit.py": "sftp.stray_claim sftp.not_a_file sftp.unreadable_file",
        "ledger/alerts.py": "flows.stuck disk.low balance.uneven",  # and every other kind of alert
        "ledger/collection.py": "delivery.collected delivery.purged",
        "ledger/events.py": "",  # hands on what it was given
        "ledger/fetches.py": "sftp.fetched",
        "ledger/partners.py": "partner.added partner.changed",
        "ledger/takeover.py": "",  # events that an older ledger has
    }
)


def file_of(call: Call) -> str:
    """The file of a call, below the package."""
    return call.place.partition(":")[0]


@pytest.mark.parametrize("call", [call for call in ALL if call.word], ids=lambda call: call.place)
def test_every_word_that_is_said_is_in_the_list(call: Call) -> None:
    """Whoever reads a log finds what it means."""
    assert call.word in EVENTS


def test_words_that_come_from_elsewhere_are_known_places_and_in_the_list() -> None:
    """No call says a word that nobody can look up."""
    assert {file_of(call) for call in ALL if call.word is None} <= FROM_ELSEWHERE.keys()
    assert {word for words in FROM_ELSEWHERE.values() for word in words.split()} <= EVENTS.keys()


def test_every_word_of_the_list_is_said_somewhere() -> None:
    """The list promises nothing that never comes."""
    texts = {
        node.value
        for path in SOURCE.rglob("*.py")
        if str(path.relative_to(SOURCE)) not in TABLES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert EVENTS.keys() - texts == set()


@pytest.mark.parametrize("call", [call for call in ALL if call.to == "log"], ids=lambda call: call.place)
def test_the_log_has_only_fields_of_the_list(call: Call) -> None:
    """Each field is one that was thought about: a size, a name, a reason."""
    assert call.fields is not None
    assert call.fields <= FIELDS.keys()


def test_every_field_of_the_list_is_used() -> None:
    """The list of fields is no longer than the log's."""
    assert FIELDS.keys() - {name for call in ALL if call.to == "log" for name in call.fields or ()} == set()


def test_no_field_is_one_for_content_or_secrets() -> None:
    """Neither in the log nor in what is kept of an event."""
    assert [call for call in ALL if any(SECRETS.search(name) for name in call.fields or ())] == []


def test_the_search_finds_what_is_said_and_what_it_is_said_with() -> None:
    """The calls are read as they stand, so that the other tests here can fail."""
    found = {(call.to, call.word) for call in ALL}
    assert {("log", "flow.decided"), ("record", "held.released"), ("Trouble", "spool.unbookable_file")} <= found
    decided = next(call for call in ALL if (call.to, call.word) == ("log", "flow.decided"))
    assert decided.fields == frozenset({"flow", "run", "verdict", "interface", "integrated", "rejected"})
