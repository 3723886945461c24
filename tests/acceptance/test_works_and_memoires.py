"""Each cadre on each XML deposit interface, and what mémoires and works ask for (reference §3.2, §8.3, §9.3, §9.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from edigate import catalogue
from edigate.domain.cadres import CADRES, Operation
from edigate.domain.interfaces import Standing
from edigate.domain.settings import RuleSettings
from edigate.rules.channel import decide
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import Case, mixed, sound, work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edigate.sandbox.drafts import Draft
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen, Site

MEMOIRE, WORKS, MIXED_WORKS = "FSO1120A", "FSO1130A", "FSO1131A"
# Independent of the code: reference §9.3.
SIMPLE = frozenset({"A1", "A2", "A9", "A12"})
SUPPLIER_WORKS = frozenset({"A4", "A6", "A7", "A8", "A10", "A13", "A14", "A22"})
TAKEN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("FSO1100A", "FSO1106A", "FSO1110A", "FSO1113A", "FSO1116A"), SIMPLE | SUPPLIER_WORKS),
    MEMOIRE: frozenset({"A3"}),
    WORKS: SUPPLIER_WORKS,
    MIXED_WORKS: SUPPLIER_WORKS,
}
BUILDERS: Mapping[str, Callable[[Draft], bytes]] = {"cii": cii, "ubl": ubl_invoice, "mixte": cpp_mixte}
CELLS = [(cadre, interface) for interface in TAKEN for cadre in CADRES]


def document(cadre: str, interface: str) -> bytes:
    """A sound document of this cadre in the format of this interface, with its original attached and a validator."""
    (parser,) = catalogue.interfaces()[interface].parsers
    paid = {"prepaid": 120, "payment_code": "48"} if cadre == "A2" else {}
    return mixed(BUILDERS[parser], cadre=cadre, validator_siret=structures.MOE, **paid)


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """Every cadre on every interface, in one round."""
    return work_off(make_site(), {f"{cadre}-{code}": Case(document(cadre, code), code) for cadre, code in CELLS})


def test_no_xml_interface_is_left_out() -> None:
    """The cells below are those of every XML interface for invoices that the gate takes."""
    taken = [row for row in catalogue.interfaces().values() if row.cadres and row.standing is Standing.TAKEN]
    assert {row.code for row in taken if row.container == "xml"} == TAKEN.keys()


@pytest.mark.parametrize(("cadre", "interface"), CELLS)
def test_a_cadre_is_taken_where_the_channel_takes_it(seen: dict[str, Seen], cadre: str, interface: str) -> None:
    """Integrated without a fault, or rejected for the one reason that the table of decisions gives."""
    flow = seen[f"{cadre}-{interface}"]
    if cadre in TAKEN[interface]:
        assert (flow.outcome.verdict, flow.outcome.errors) == ("integrated", [])
    else:
        refusal = decide(cadre, catalogue.interfaces()[interface], Operation.INITIAL, RuleSettings())
        assert refusal is not None
        assert (flow.outcome.verdict, flow.outcome.errors) == ("rejected", [refusal.code])


PLACES: Mapping[str, Callable[[str], str]] = {
    "AIFE's extension": lambda cadre: (
        '<aife:FactureExtension xmlns:aife="urn:AIFE:Facture:Extension">'
        f"<aife:CategoryCode>{cadre}</aife:CategoryCode></aife:FactureExtension>"
    ),
    "default namespace": lambda cadre: f"<CategoryCode>{cadre}</CategoryCode>",
    "extension in the default namespace": lambda cadre: (
        f"<FactureExtension><CategoryCode>{cadre}</CategoryCode></FactureExtension>"
    ),
}


def with_cadre(place: str, cadre: str, build: Callable[[Draft], bytes], content: Callable[..., bytes]) -> bytes:
    """A UBL document whose cadre stands there."""
    text = content(build, cadre="A1").decode()
    extensions = re.compile(r"<ext:UBLExtensions>.*</ext:UBLExtensions>", re.DOTALL)
    if place == "ProfileID":
        bare = extensions.sub("", text)
        return bare.replace(
            "</cbc:UBLVersionID>", f"</cbc:UBLVersionID><cbc:ProfileID>{cadre}</cbc:ProfileID>"
        ).encode()
    wrapped = (
        f"<ext:UBLExtension><ext:ExtensionContent>{PLACES[place](cadre)}</ext:ExtensionContent></ext:UBLExtension>"
    )
    return extensions.sub(f"<ext:UBLExtensions>{wrapped}</ext:UBLExtensions>", text).encode()


@pytest.mark.parametrize("place", [*PLACES, "ProfileID"])
@pytest.mark.parametrize(("interface", "content"), [(MEMOIRE, mixed), (WORKS, sound), (MIXED_WORKS, mixed)])
def test_ubl_has_its_cadre_in_one_of_four_places(
    site: Site, place: str, interface: str, content: Callable[..., bytes]
) -> None:
    """Each place passes the schema and is read: what belongs here is taken, what does not is refused."""
    mine, other, code = ("A3", "A6", "EDG-I151") if interface == MEMOIRE else ("A6", "A3", "EDG-I146")
    taken = site.decide(with_cadre(place, mine, ubl_invoice, content), interface)
    refused = site.decide(with_cadre(place, other, ubl_invoice, content), interface)
    assert (taken.errors, refused.errors) == ([], [code])
    (unit,) = site.collect("SEI001").units.values()
    assert unit.findtext("DonneesFacture/Cadre") == mine


@pytest.mark.parametrize("code", ["B1", "S1", "M1", "S2", "S3", "S6"])
@pytest.mark.parametrize("interface", ["FSO1100A", MEMOIRE, WORKS])
def test_a_code_of_the_reform_is_told(site: Site, code: str, interface: str) -> None:
    """As in CII: it is no cadre of this channel, and the remedy names the one it stands for."""
    name = site.deposit(with_cadre("ProfileID", code, ubl_invoice, mixed), interface)
    site.round()
    (line,) = site.collect().report(name).lines
    assert line.code == "EDG-I140"
    assert code in line.label
    assert "/ubl:Invoice/cbc:ProfileID" in line.description
    assert code in line.description.partition("remède")[2]


@pytest.mark.parametrize("given", ["", "30", "48", "97"])
def test_a_memoire_is_always_paid_by_transfer(site: Site, given: str) -> None:
    """Rule G8.20: without a mode or with another it is integrated, the pivot says 30, and the other mode is told."""
    outcome = site.decide(mixed(ubl_invoice, cadre="A3", payment_code=given), MEMOIRE)
    assert (outcome.errors, outcome.warnings) == ([], ["EDG-I085"] if given not in {"", "30"} else [])
    (unit,) = site.collect("SEI001").units.values()
    assert unit.findtext("DonneesFacture/ModePaiement/Code") == "30"
    assert unit.findtext("DonneesFacture/ModePaiement/Libelle") == "Virement"


@pytest.mark.parametrize(
    ("interface", "cadre", "changes", "errors"),
    [
        (MEMOIRE, "A3", {"attachments": ()}, ["EDG-I120"]),
        (MEMOIRE, "A3", {"payment_code": "57"}, ["EDG-I081"]),
        (WORKS, "A6", {"attachments": ()}, []),
        (WORKS, "A6", {"payment_code": ""}, ["EDG-I080"]),
        (MIXED_WORKS, "A6", {"attachments": ()}, ["EDG-I120"]),
        (MIXED_WORKS, "A6", {"payment_code": ""}, []),
    ],
)
def test_what_an_interface_asks_for(
    site: Site, interface: str, cadre: str, changes: dict[str, object], errors: list[str]
) -> None:
    """E3 and E5 want the original attached, E4 a payment mode."""
    assert site.decide(mixed(ubl_invoice, cadre=cadre, **changes), interface).errors == errors


@pytest.mark.parametrize(("interface", "cadre"), [(MEMOIRE, "A3"), (WORKS, "A6"), (MIXED_WORKS, "A6")])
def test_credit_notes_are_taken_too(site: Site, interface: str, cadre: str) -> None:
    """UBL's CreditNote, as on the general interfaces."""
    outcome = site.decide(mixed(ubl_credit_note, cadre=cadre, type_code="381"), interface)
    assert outcome.errors == []
    (unit,) = site.collect("SEI001").units.values()
    assert unit.findtext("DonneesFacture/Type") == "381"


@pytest.mark.parametrize(("interface", "cadre", "main"), [
    (MEMOIRE, "A3", "facture.pdf"), (WORKS, "A6", "FAC"), (MIXED_WORKS, "A6", "facture.pdf"),
])  # fmt: skip
def test_the_original_is_the_attachment_or_the_data(site: Site, interface: str, cadre: str, main: str) -> None:
    """On E3 and E5 the attached invoice is the pivot's main piece, on E4 the document itself."""
    site.decide(mixed(ubl_invoice, cadre=cadre), interface)
    (unit,) = site.collect("SEI001").units.values()
    first = unit.findall("PJ")[0]
    assert first.findtext("TypePJ") == "01"
    assert (first.findtext("NomPJ") or "").startswith(main)


@pytest.mark.parametrize("interface", [MEMOIRE, WORKS, MIXED_WORKS])
def test_another_syntax_is_refused(site: Site, interface: str) -> None:
    """These interfaces take UBL alone."""
    for build in (cii, cpp_mixte):
        assert site.decide(mixed(build, cadre="A3"), interface).faults == ["EDG-F105"]
