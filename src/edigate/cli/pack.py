"""The words of a pack of refused documents: safe file names, the side file of each one's faults, what to do."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from edigate.cli import rows, shown_faults
from edigate.cli.messages import colon, language, t
from edigate.domain.faults import Fault
from edigate.domain.interfaces import Direction, Standing
from edigate.domain.outcomes import Verdict
from edigate.domain.wording import printable
from edigate.engine.gate import Gate

if TYPE_CHECKING:
    from edigate.engine.resending import Refused, RefusedInvoice

README = "README.txt"
NUMBER_TAKEN = frozenset({"EDG-I150", "EDG-I154"})
"""The faults of an invoice whose number another one has."""
_LONGEST = 200
"""Bytes of a name: with the ending of its side file it stays below what file systems take."""


def safe(name: str) -> str:
    """A name that is safe as a file's: one part, printable, visible, not too long."""
    text = printable(name).replace("/", "_").replace("\\", "_").lstrip(".")
    return text.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore") or "document"


def unique(name: str, taken: set[str]) -> str:
    """The same, and unlike those taken before it, whatever their capitals; it is taken then."""
    wanted = safe(name)
    path, count = Path(wanted), 1
    while wanted.casefold() in taken:
        count += 1
        wanted = f"{path.stem}-{count}{path.suffix}"
    taken.add(wanted.casefold())
    return wanted


def faults_json(flow: RowMapping, document: "Refused", name: str) -> dict[str, Any]:
    """The side file for programs."""
    return {
        "flow": rows.flow_json(flow),
        "document": name,
        "entry": document.entry,
        "excerpt": document.excerpt,
        "faults": [shown_faults.fault_json(fault) for fault in document.faults],
        "invoices": [
            {
                "number": one.number,
                "supplier": one.supplier,
                "position": one.position,
                "faults": [shown_faults.fault_json(fault) for fault in one.faults],
            }
            for one in document.invoices
        ],
    }


def faults_text(flow: RowMapping, document: "Refused", name: str) -> str:
    """The side file for people, in the language spoken."""
    return "\n".join(_faults_lines(flow, document, name))


def _faults_lines(flow: RowMapping, document: "Refused", name: str) -> Iterator[str]:
    yield t("What is wrong with {name}", "Ce qui ne va pas dans {name}", name=name)
    yield t("deposited in {flow}", "déposé dans {flow}", flow=printable(flow["name"])) + (
        f" ({document.entry})" if document.entry else ""
    )
    if document.excerpt:
        yield t("It holds the refused invoices of the deposited document only; places are those in this file.",
                "Il ne contient que les factures refusées du document déposé ; les emplacements sont ceux de ce"
                " fichier.")  # fmt: skip
    if document.faults:
        yield ""
        yield t("The whole flow", "Le flux entier")
        yield from _lines(document.faults)
    for one in document.invoices:
        yield ""
        yield _heading(one)
        yield from _lines(one.faults)


def _heading(one: "RefusedInvoice") -> str:
    return t("Invoice {number} of {supplier} (No. {position} of the flow)",
             "Facture {number} de {supplier} (n° {position} du flux)",
             number=printable(one.number) or "?", supplier=printable(one.supplier) or "?",
             position=one.position)  # fmt: skip


def _lines(faults: Iterable[Fault]) -> Iterator[str]:
    from edigate.domain.explain import explain  # noqa: PLC0415 - every fault there is, only for whoever writes a pack

    for fault in faults:
        words = explain(fault, language())
        kind = t("error", "erreur") if fault.blocks else t("warning", "avertissement")
        rule = f" {words.rule}" if words.rule else ""
        yield f"* {kind} {fault.code}{rule}{colon()} {words.message}"
        yield from (f"    {label}{colon()} {text}" for label, text in shown_faults.details(fault, words))


def readme(gate: Gate, flow: RowMapping, documents: list[dict[str, Any]]) -> str:
    """What this folder is and what to do with it, in the language spoken."""
    return "\n".join(_readme_lines(gate, flow, documents))


def _readme_lines(gate: Gate, flow: RowMapping, documents: list[dict[str, Any]]) -> Iterator[str]:
    whole = flow["verdict"] == Verdict.INADMISSIBLE.value
    yield t("To be mended and sent again", "À corriger et à renvoyer")
    yield ""
    yield t("Flow {name}, received on {at}: {verdict}.", "Flux {name}, reçu le {at} : {verdict}.",
            name=printable(flow["name"]), at=rows.local(gate, flow["received_at"]),
            verdict=rows.word(flow["verdict"]))  # fmt: skip
    yield ""
    for one in documents:
        numbers = ", ".join(map(printable, one["invoices"]))
        yield f"- {one['file']}{colon()} {numbers}" if numbers else f"- {one['file']}"
    yield ""
    yield t("Beside each document, NAME.faults.txt says what is wrong with it and where; NAME.faults.json says the same"
            " to programs.",
            "À côté de chaque document, NOM.faults.txt dit ce qui ne va pas et où ; NOM.faults.json le dit aux"
            " programmes.")  # fmt: skip
    yield ""
    yield from (f"{order}. {step}" for order, step in enumerate(_steps(flow, documents, whole=whole), start=1))


def _steps(flow: RowMapping, documents: list[dict[str, Any]], *, whole: bool) -> Iterator[str]:
    interface = _deposited_on(flow["interface"] or "")
    if whole:
        yield t("Nothing of this flow was taken: do what its faults say. Where they let it be sent again, send all of"
                " it.",
                "Rien de ce flux n'a été pris : faites ce que disent ses anomalies. Là où elles permettent de le"
                " renvoyer, renvoyez-le en entier.")  # fmt: skip
    else:
        yield from _of_invoices(documents)
    if flow["verdict"] == Verdict.PARTIAL.value:
        yield t("Send only these: the other invoices of the flow were taken, and would be refused as duplicates.",
                "Ne renvoyez que ceux-ci : les autres factures du flux ont été prises et seraient refusées comme"
                " doublons.")  # fmt: skip
    if any(one["excerpt"] for one in documents):
        yield t("A document of several invoices was cut down to those refused, counted and numbered anew; what its"
                " envelope says of the flow is that of the old one.",
                "Un document de plusieurs factures a été réduit à celles qui sont refusées, recomptées et"
                " renumérotées ; son enveloppe désigne encore l'ancien flux.")  # fmt: skip
    if interface and interface != flow["interface"]:
        yield t("Interface {old} was withdrawn: what you send again goes on {new}, in its format.",
                "L'interface {old} a été retirée : ce que vous renvoyez passe par {new}, dans son format.",
                old=flow["interface"], new=interface)  # fmt: skip
    yield t("See whether it is right now: edigate check{option} FILE", "Vérifiez : edigate check{option} FICHIER",
            option=f" --interface {interface}" if interface else "")  # fmt: skip
    yield t("Deposit it as a new flow, under a name with a flow identifier that was never used: XML as it is, several"
            " documents as a tar.gz.",
            "Déposez-le comme un nouveau flux, sous un nom dont l'identifiant n'a jamais servi : le XML tel quel,"
            " plusieurs documents en tar.gz.")  # fmt: skip


def _of_invoices(documents: list[dict[str, Any]]) -> Iterator[str]:
    """What to do about invoices: those of numbers that others have are not mended."""
    numbers = {number for one in documents for number in one["invoices"]}
    others = {number for one in documents for number in one["number_taken"]}
    if others:
        yield t("The gate has an invoice of the same number already: {numbers}. Its fault says when there is nothing"
                " to do, and when to give a new number; send nothing again under the old one.",
                "La passerelle a déjà une facture du même numéro : {numbers}. L'anomalie dit quand il n'y a rien à"
                " faire, et quand donner un nouveau numéro ; ne renvoyez rien sous l'ancien.",
                numbers=", ".join(map(printable, sorted(others))))  # fmt: skip
    if others >= numbers:
        return
    yield t("Mend each document where its faults say; warnings do not stand in the way.",
            "Corrigez chaque document là où ses anomalies le disent ; les avertissements ne bloquent pas.")  # fmt: skip
    yield (
        t("The numbers of the other refused invoices are free: keep them.",
          "Les numéros des autres factures refusées sont libres : gardez-les.")
        if others
        else t("The numbers of refused invoices are free: keep them.",
               "Les numéros des factures refusées sont libres : gardez-les.")
    )  # fmt: skip


def _deposited_on(code: str) -> str:
    """The interface to send on again: what replaces a withdrawn one, none where it takes no deposits at all."""
    from edigate import catalogue  # noqa: PLC0415 - rows in files, only for whoever writes a pack

    row = catalogue.interfaces().get(code)
    if row is None or row.direction is not Direction.DEPOSIT or row.standing is Standing.NOT_YET:
        return ""
    return row.replaced_by or code
