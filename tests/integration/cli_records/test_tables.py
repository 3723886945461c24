"""`edigate cadres`, `edigate interfaces` and `edigate deliveries`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.catalogue import interfaces
from edigate.cli import obey
from edigate.domain.cadres import CADRES, Operation
from edigate.domain.settings import RuleSettings
from edigate.rules.channel import decide
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site


def test_cadres_is_the_matrix(shown: Site) -> None:
    """Every cadre stands with its six cells and where it is refused."""
    cadres = shown.json("cadres")

    assert [cadre["code"] for cadre in cadres] == list(CADRES)
    works = only(cadres, code="A19")
    assert works["matrix"]["edi_initial"] == "no"
    assert set(works["refused_with"].values()) == {"EDG-I142"}
    assert only(cadres, code="A4")["refused_with"] == {"general": None, "justice": "EDG-I151", "works": None}


def test_cadres_says_what_each_interface_decides(shown: Site) -> None:
    """The fault of a cadre on a class of interface is that of every interface taken in this class, and no other."""
    deposits = [row for row in shown.json("interfaces") if row["cadres"] and row["standing"] == "taken"]
    assert {row["cadres"] for row in deposits} == {"general", "justice", "works"}
    for cadre in shown.json("cadres"):
        for row in deposits:
            refusal = decide(cadre["code"], interfaces()[row["code"]], Operation.INITIAL, RuleSettings())
            assert cadre["refused_with"][row["cadres"]] == (refusal.code if refusal else None)


def test_cadres_fits_a_narrow_terminal(shown: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns no line is longer and no code is broken."""
    monkeypatch.setenv("COLUMNS", "80")

    lines = shown.run("cadres").out.splitlines()

    assert max(map(len, lines)) <= 80
    for code in CADRES:
        assert any(line.startswith((f"{code} ", f"{code}* ")) for line in lines), code


def test_one_cadre_says_what_to_do_instead(shown: Site) -> None:
    """A cadre that EDI refuses names the fault and the way that takes it, in the language asked for."""
    assert "portal or through the API" in fold(shown.run("cadres", "A19").out)
    assert "sur le portail" in fold(shown.run("cadres", "a23", lang="fr").out)
    french = fold(shown.run("cadres", "A9", lang="fr").out)
    assert all(word in french for word in ("sous-traitant", "valideur", "obligatoire"))
    assert "subcontractor" not in french
    assert "There is no cadre A99" in shown.run("cadres", "A99", expect=1).err


def test_settings_of_the_gate_change_the_table(fresh: Site) -> None:
    """A gate that takes A21 says so."""
    settings = fresh.root / "edigate.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("#take_a21 = false", "take_a21 = true"), encoding="utf-8"
    )

    assert fresh.json("cadres", "A21")[0]["refused_with"]["general"] is None


def test_tables_need_no_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of any gate both tables are shown, with the defaults."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDIGATE_GATE", raising=False)

    assert obey(["cadres"]) == 0
    assert obey(["interfaces"]) == 0
    assert "FSO1116A" in capsys.readouterr().out


def test_interfaces_tell_their_standing(shown: Site) -> None:
    """Taken, not yet taken and withdrawn interfaces are told apart, the last with what replaces them."""
    rows = shown.json("interfaces")

    assert only(rows, code="FSO1116A")["standing"] == "taken"
    withdrawn = only(rows, code="FSO1101A")
    assert (withdrawn["standing"], withdrawn["replaced_by"]) == ("withdrawn", "FSO1106A")
    assert {row["direction"] for row in shown.json("interfaces", "--direction", "return")} == {"return"}
    assert "no: use FSO1106A" in fold(shown.run("interfaces").out)


def test_deliveries_are_the_files_in_the_outbox(shown: Site) -> None:
    """Every published delivery is a file of its partner, and the other way round."""
    deliveries = shown.json("deliveries", "list")

    files = {path.relative_to(shown.root / "outbox") for path in (shown.root / "outbox").glob("*/[!.]*")}
    assert {f"{row['partner']}/{row['name']}" for row in deliveries} == {str(path) for path in files}
    assert {row["state"] for row in deliveries} == {"published"}


@pytest.mark.parametrize(
    ("arguments", "key", "value"),
    [
        (("--partner", "ETA001"), "partner", "ETA001"),
        (("--kind", "pivot"), "kind", "pivot"),
        (("--kind", "life_cycle"), "kind", "life_cycle"),
        (("--state", "published"), "state", "published"),
    ],
)
def test_each_filter_of_deliveries_leaves_what_it_names(
    shown: Site, arguments: tuple[str, ...], key: str, value: str
) -> None:
    """Exactly the deliveries with that value are left, and there are some."""
    found = shown.json("deliveries", "list", *arguments)

    assert found == [row for row in shown.json("deliveries", "list") if row[key] == value]
    assert found


def test_a_delivery_that_fails_tells_why_and_when_it_is_tried_again(fresh: Site) -> None:
    """An outbox that cannot be written to leaves the delivery failing, with the last error and the next try."""
    (fresh.root / "outbox" / "ABC123").write_text("in the way", encoding="utf-8")
    fresh.deposit("ABC123", "facture.xml", b"<a/>")
    fresh.run("run", "--once", expect=None)

    (row,) = fresh.json("deliveries", "list", "--state", "failing")

    assert (row["state"], row["failures"], row["published_at"]) == ("planned", 0, None)
    assert row["last_error"]
    assert row["next_try_at"] > row["planned_at"]
    assert "next try" in fold(fresh.run("deliveries", "list").out)
    assert fresh.json("deliveries", "list", "--state", "published") == []


def test_a_file_for_a_suspended_partner_says_why_it_waits(fresh: Site) -> None:
    """Planned and not tried, it names the suspension and its end; once handed over it waits for nothing."""
    fresh.run("partners", "suspend", "ABC123")
    fresh.deposit("ABC123", "facture.xml", b"<a/>")
    fresh.run("run", "--once", expect=None)

    (row,) = fresh.json("deliveries", "list")
    assert (row["state"], row["waits"]) == ("planned", "partner_suspended")
    assert "ABC123: partner suspended, 1 files wait" in fresh.run("deliveries", "list").out
    assert "partenaire suspendu" in fresh.run("deliveries", "list", lang="fr").out

    fresh.run("partners", "resume", "ABC123")
    fresh.run("run", "--once", expect=None)

    (row,) = fresh.json("deliveries", "list")
    assert (row["state"], row["waits"]) == ("published", None)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_names_of_deliveries_are_whole_on_a_narrow_terminal(
    shown: Site, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On 80 columns other columns go before a file's name breaks."""
    monkeypatch.setenv("COLUMNS", "80")

    told = shown.run("deliveries", "list", lang=lang).out

    assert [row["name"] for row in shown.json("deliveries", "list", "-n", "100") if row["name"] not in told] == []


def test_formats_are_told_in_french(shown: Site) -> None:
    """What is not a name in them is translated for people, and left alone in JSON."""
    french = fold(shown.run("interfaces", lang="fr").out)

    assert "CII avant 16B" in french
    assert "before" not in french
    assert any("before" in row["format"] for row in shown.json("interfaces"))
