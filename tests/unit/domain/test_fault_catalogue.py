"""The fault catalogue: a published contract, so its codes, its two languages and its templates are held to a form."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from types import MappingProxyType

import pytest

import edigate
from edigate.domain.fault_catalogue import FAULTS, FaultRow
from edigate.domain.faults import Nature, Severity
from edigate.domain.typography import NO_BREAK, french

SOURCE = Path(edigate.__file__).parent
TABLES = set((SOURCE / "domain").glob("*_faults.py"))
EXPLAINING = set((SOURCE / "domain").glob("*_examples.py"))
CODE = re.compile(r"EDG-[A-Z][0-9]{3}")
LANGUAGES = ("fr", "en")

# What a fault of each code carries besides field and value: a contract with whoever raises it.
ARGS = MappingProxyType(
    {
        "EDG-F003": {"expected"},
        "EDG-F004": {"depositor"},
        "EDG-F006": {"depositor"},
        "EDG-F009": {"replaced_by"},
        "EDG-F010": {"original", "date", "outcome"},
        "EDG-F012": {"limit"},
        "EDG-F013": {"seconds"},
        "EDG-F015": {"most"},
        "EDG-F016": {"infected"},
        "EDG-F020": {"found", "expected", "instead"},
        "EDG-F021": {"attribute", "expected"},
        "EDG-F022": {"depositor"},
        "EDG-F030": {"found"},
        "EDG-F032": {"reason"},
        "EDG-F033": {"where"},
        "EDG-F034": {"reason"},
        "EDG-F036": {"reason"},
        "EDG-F037": {"found"},
        "EDG-F038": {"reason"},
        "EDG-F040": {"other"},
        "EDG-F042": {"limit"},
        "EDG-F043": {"found", "expected"},
        "EDG-F044": {"most"},
        "EDG-F045": {"most"},
        "EDG-F046": {"limit"},
        "EDG-F047": {"most"},
        "EDG-F048": {"found", "most"},
        "EDG-F049": {"signatures"},
        "EDG-F060": {"reason"},
        "EDG-F063": {"reason"},
        "EDG-F071": {"limit"},
        "EDG-F072": {"reason"},
        "EDG-F074": {"expected"},
        "EDG-F075": {"expected"},
        "EDG-F077": {"reason"},
        "EDG-F101": {"reason"},
        "EDG-F102": {"encoding"},
        "EDG-F104": {"reason"},
        "EDG-F105": {"expected", "takers"},
        "EDG-F106": {"expected"},
        "EDG-F107": {"expected"},
        "EDG-F108": {"reason", "asked"},
        "EDG-F109": {"reason"},
        "EDG-F110": {"reason"},
        "EDG-I003": {"characters"},
        "EDG-I011": {"allowed"},
        "EDG-I021": {"format"},
        "EDG-I022": {"deposited"},
        "EDG-I054": {"supplier"},
        "EDG-I056": {"found", "most", "unit"},
        "EDG-I085": {"constant"},
        "EDG-I069": {"reason", "form"},
        "EDG-I079": {"reason", "form"},
        "EDG-I103": {"expected"},
        "EDG-I104": {"expected"},
        "EDG-I105": {"expected"},
        "EDG-I106": {"expected"},
        "EDG-I107": {"expected"},
        "EDG-I112": {"expected"},
        "EDG-I121": {"within"},
        "EDG-I122": {"shortened"},
        "EDG-I124": {"limit"},
        "EDG-I126": {"inner", "given"},
        "EDG-I127": {"reason"},
        "EDG-I133": {"name"},
        "EDG-I150": {"flow", "date", "outcome", "state"},
        "EDG-I153": {"original", "expected", "state"},
        "EDG-I154": {"first"},
        "EDG-S002": {"code", "holder", "sender"},
        "EDG-S004": {"portal", "code", "meant"},
        "EDG-S005": {"label"},
        "EDG-S010": {"code"},
        "EDG-S012": {"date"},
        "EDG-S013": {"code"},
        "EDG-S014": {"code"},
        "EDG-S015": {"code"},
        "EDG-S030": {"number", "supplier"},
        "EDG-S031": {"holder"},
        "EDG-S032": {"number", "count"},
        "EDG-S033": {"state"},
        "EDG-S035": {"previous", "code"},
        "EDG-S037": {"code"},
        "EDG-S038": {"code"},
    }
)


def texts(row: FaultRow) -> dict[str, str]:
    """Every text of a row by its column."""
    columns = ("title", "message", "remedy")
    return {
        f"{column} {language}": getattr(row.words(language), column) for language in LANGUAGES for column in columns
    }


def names(template: str) -> set[str]:
    """What a template asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def mentioned(pattern: str) -> dict[str, set[str]]:
    """Every code that the pattern finds in strings of the source, and in which files; the tables aside."""
    found: dict[str, set[str]] = {}
    for path in sorted(set(SOURCE.rglob("*.py")) - TABLES - EXPLAINING):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for code in re.findall(pattern, node.value):
                    found.setdefault(code, set()).add(str(path.relative_to(SOURCE)))
    return found


def raised() -> list[tuple[str, str, set[str]]]:
    """Every call that makes a fault of a literal code with literal keywords: where, code, its arguments."""
    calls = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="fault" | "warning") | ast.Attribute(attr="fault" | "warning"),
                    args=[ast.Constant(value=str(code)), *_],
                    keywords=keywords,
                ) if CODE.fullmatch(code) and all(keyword.arg for keyword in keywords):
                    given = {str(keyword.arg) for keyword in keywords}
                    calls.append((f"{path.relative_to(SOURCE)}:{node.lineno}", code, given - {"field", "value"}))
    return calls


def test_the_catalogue_holds_every_code_of_its_tables_once() -> None:
    """Joining the tables loses no code, and no code is written twice, in one table or in two."""
    written = [re.findall(rf'^    "({CODE.pattern})":', path.read_text("utf-8"), re.MULTILINE) for path in TABLES]
    assert all(written)
    assert sorted(code for codes in written for code in codes) == sorted(FAULTS)


@pytest.mark.parametrize("code", FAULTS)
def test_a_code_says_what_it_refuses_and_its_nature(code: str) -> None:
    """A code is well formed, and its block tells the nature: F0 technical, F1 of the documents, I and S functional."""
    block = re.fullmatch(r"EDG-(F[01]|I|S)[0-9]{2,3}", code)
    assert CODE.fullmatch(code)
    assert block is not None
    by_block = {"F0": Nature.TECHNIQUE, "F1": Nature.APPLICATIVE, "I": Nature.FONCTIONNELLE, "S": Nature.FONCTIONNELLE}
    assert FAULTS[code].nature is by_block[block[1]]


def test_codes_stand_in_order() -> None:
    """The tables, and so the generated page, list the codes in their order."""
    assert list(FAULTS) == sorted(FAULTS)


@pytest.mark.parametrize("code", FAULTS)
def test_a_rule_is_an_identifier_of_the_regulation(code: str) -> None:
    """A rule is empty or reads like the regulation's own: G1.05, S2.05, IRR_FORM."""
    assert re.fullmatch(r"|[GS][0-9]\.[0-9]{2}|IRR_[A-Z_]+", FAULTS[code].rule)


def test_only_what_never_refuses_is_a_warning() -> None:
    """Exactly the codes that only tell are warnings; everything else refuses."""
    told = {code for code, row in FAULTS.items() if row.severity is Severity.WARNING}
    packed = ("F021", "F022", "F073", "F074", "F075", "F076", "F077")
    numbers = (
        "I052",
        "I056",
        "I082",
        "I085",
        "I106",
        "I107",
        "I108",
        "I112",
        "I122",
        "I126",
        "I130",
        "I131",
        "I133",
        "I134",
        "I161",
    )
    reported = ("S003", "S004", "S012", "S013", "S014", "S015", "S027", "S034", "S035", "S036", "S041")
    assert told == {f"EDG-{number}" for number in (*packed, *numbers, *reported)}


@pytest.mark.parametrize("code", FAULTS)
def test_both_languages_are_there_and_differ(code: str) -> None:
    """Each text is written in French and in English, and neither is the other's copy."""
    french, english = FAULTS[code].words("fr"), FAULTS[code].words("en")
    assert all((*french, *english))
    assert all(one != other for one, other in zip(french, english, strict=True))


def test_titles_are_unique() -> None:
    """No two codes have the same title, so that a list of titles is enough to tell them apart."""
    for language in LANGUAGES:
        titles = [row.words(language).title for row in FAULTS.values()]
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("code", FAULTS)
def test_texts_are_whole_sentences(code: str) -> None:
    """Messages and remedies start with a capital or a quoted value and end in a full stop; titles have none."""
    for name, text in texts(FAULTS[code]).items():
        assert re.match(r"[A-ZÀÉÊ]|[«“]", text), name
        assert text.endswith(".") is not name.startswith("title"), name


@pytest.mark.parametrize("code", FAULTS)
def test_no_text_is_cut_or_glued(code: str) -> None:
    """Texts have no doubled or outer space, no word glued to the punctuation before it, and closed marks."""
    for name, text in texts(FAULTS[code]).items():
        assert text == " ".join(text.split(" ")).strip(), name
        assert not re.search(r"[,;!?)»”][A-Za-zÀ-ÿ]|[a-zà-ÿ][.:](?!pdf|xml)[A-Za-zÀ-ÿ]", text), name
        for opening, closing in ("()", "{}", "“”", "«»"):
            assert text.count(opening) == text.count(closing), name
        assert "'" not in text, name
        assert "…" not in text.replace("FSO11…", ""), name


@pytest.mark.parametrize("code", FAULTS)
def test_french_is_printed_as_french_is(code: str) -> None:
    """Guillemets and the marks that French sets apart have a space of their own, which does not break; no other has."""
    for text in FAULTS[code].words("fr"):
        assert text == french(text)
        assert (
            re.findall(rf"[“”]|«(?!{NO_BREAK})|(?<!{NO_BREAK})[»;!?]|(?<![{NO_BREAK}0-9]):", text.replace("&amp;", ""))
            == []
        )
    for text in FAULTS[code].words("en"):
        assert re.findall(rf"[«»{NO_BREAK}]| [;!]", text) == []


@pytest.mark.parametrize("code", FAULTS)
def test_templates_name_only_what_a_fault_carries(code: str) -> None:
    """Templates ask for the value, the field and the args of their code, and for nothing else."""
    known = {"value", "field"} | ARGS.get(code, set())
    for name, text in texts(FAULTS[code]).items():
        assert names(text) <= (set() if name.startswith("title") else known), name


@pytest.mark.parametrize("code", FAULTS)
def test_every_argument_is_said_in_both_languages(code: str) -> None:
    """What one language tells of the fault the other tells too, and no argument is carried for nothing."""
    row = FAULTS[code]
    french, english = (set().union(*map(names, row.words(language))) for language in LANGUAGES)
    assert french == english
    assert ARGS.get(code, set()) <= french


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    """No fault is raised whose words are nowhere."""
    unknown = {code: where for code, where in mentioned(CODE.pattern).items() if code not in FAULTS}
    assert unknown == {}


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    """The catalogue promises no check that the gate does not make; a code named in a sentence only is not raised."""
    assert sorted(set(FAULTS) - set(mentioned(rf"\A{CODE.pattern}\Z"))) == []


def test_every_fault_is_raised_with_the_arguments_that_its_words_need() -> None:
    """Wherever the source makes a fault, it gives each argument that the templates of its code name."""
    calls = raised()
    assert calls
    assert [(where, code) for where, code, given in calls if not ARGS.get(code, set()) <= given] == []
