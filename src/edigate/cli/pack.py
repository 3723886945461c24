"""The words of a pack of refused documents: safe file names, the side file of each one's faults, what to do."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from edigate.cli import rows
from edigate.cli.messages import colon, language, t
from edigate.domain.explain import explain
from edigate.domain.faults import Fault
from edigate.domain.verdicts import Verdict
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.engine.resending import Refused, RefusedInvoice

README = "README.txt"
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


def faults_json(flow: RowMapping, document: Refused, name: str) -> dict[str, Any]:
    """The side file for programs."""
    return {
        "flow": rows.flow_json(flow),
        "document": name,
        "entry": document.entry,
        "excerpt": document.excerpt,
        "faults": [rows.fault_json(fault) for fault in document.faults],
        "invoices": [
            {
                "number": one.number,
                "supplier": one.supplier,
                "position": one.position,
                "faults": [rows.fault_json(fault) for fault in one.faults],
            }
            for one in document.invoices
        ],
    }


def faults_text(flow: RowMapping, document: Refused, name: str) -> str:
    """The side file for people, in the language spoken."""
    return "\n".join(_faults_lines(flow, document, name))


def _faults_lines(flow: RowMapping, document: Refused, name: str) -> Iterator[str]:
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


def _heading(one: RefusedInvoice) -> str:
    return t("Invoice {number} of {supplier} (No. {position} of the flow)",
             "Facture {number} de {supplier} (n° {position} du flux)",
             number=printable(one.number) or "?", supplier=printable(one.supplier) or "?",
             position=one.position)  # fmt: skip


def _lines(faults: Iterable[Fault]) -> Iterator[str]:
    for fault in faults:
        words = explain(fault, language())
        kind = t("error", "erreur") if fault.blocks else t("warning", "avertissement")
        rule = f" {words.rule}" if words.rule else ""
        yield f"* {kind} {fault.code}{rule}{colon()} {words.message}"
        yield from (f"    {label}{colon()} {text}" for label, text in rows.details(fault, words))


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
    interface = flow["interface"] or ""
    option = f" --interface {interface}" if interface else ""
    if whole:
        yield t("Nothing of this flow was taken: mend what its faults name, then send all of it again.",
                "Rien de ce flux n'a été pris : corrigez ce que désignent ses anomalies, puis renvoyez-le en"
                " entier.")  # fmt: skip
    else:
        yield t("Mend each document where its faults say; warnings do not stand in the way. An invoice that was"
                " received before (EDG-I150) is not to be sent again.",
                "Corrigez chaque document là où ses anomalies le disent ; les avertissements ne bloquent pas. Une"
                " facture déjà reçue (EDG-I150) n'est pas à renvoyer.")  # fmt: skip
        yield t("The numbers of refused invoices are free: keep them.",
                "Les numéros des factures refusées sont libres : gardez-les.")  # fmt: skip
    if flow["verdict"] == Verdict.PARTIAL.value:
        yield t("Send only these: the other invoices of the flow were taken, and would be refused as duplicates.",
                "Ne renvoyez que ceux-ci : les autres factures du flux ont été prises et seraient refusées comme"
                " doublons.")  # fmt: skip
    if any(one["excerpt"] for one in documents):
        yield t("A document of several invoices was cut down to those refused, counted and numbered anew; what its"
                " envelope says of the flow is that of the old one.",
                "Un document de plusieurs factures a été réduit à celles qui sont refusées, recomptées et"
                " renumérotées ; son enveloppe désigne encore l'ancien flux.")  # fmt: skip
    yield t("See whether it is right now: edigate check{option} FILE", "Vérifiez : edigate check{option} FICHIER",
            option=option)  # fmt: skip
    yield t("Deposit it as a new flow, under a name with a flow identifier that was never used: XML as it is, several"
            " documents as a tar.gz.",
            "Déposez-le comme un nouveau flux, sous un nom dont l'identifiant n'a jamais servi : le XML tel quel,"
            " plusieurs documents en tar.gz.")  # fmt: skip
