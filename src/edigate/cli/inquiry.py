"""“Did you get it?”: what the ledger can say for certain about a file, a hash or a number."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, lifecycle, rows
from edigate.cli.messages import t
from edigate.domain.faults import Refusal
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.archive import Altered
from edigate.ledger.queries import Wanted
from edigate.ledger.sql import where_in
from edigate.ledger.tables import flows

WHOLE_HASH, LEAST_HASH = 64, 8
_HEAD = 4096
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar=t("PATH", "CHEMIN"),
        help=t(
            "A file of yours: was it received, as a flow or inside an archive?",
            "Un de vos fichiers : a-t-il été reçu, comme flux ou dans une archive ?",
        ),
    ),
]
HashOption = Annotated[
    str,
    typer.Option(
        "--hash",
        metavar="SHA256",
        help=t("SHA-256 of a file, or 8 digits of its beginning at least.",
               "SHA-256 d'un fichier, ou au moins 8 chiffres de son début."),
    ),
]  # fmt: skip
NumberOption = Annotated[
    str,
    typer.Option(
        "--number",
        metavar=t("TEXT", "TEXTE"),
        help=t(
            "Number of an invoice, exactly as it is written.", "Numéro d'une facture, exactement comme il est écrit."
        ),
    ),
]
SupplierOption = Annotated[
    str,
    typer.Option(
        "--supplier",
        metavar="ID",
        help=t("With --number: SIRET or other identifier of its supplier.",
               "Avec --number : SIRET ou autre identifiant de son fournisseur."),
    ),
]  # fmt: skip


class Answer(NamedTuple):
    """What was asked, whether it was received, and what was found; `sentences` say it in the language spoken."""

    asked: dict[str, Any]
    received: bool
    sentences: list[str]
    flows: Sequence[RowMapping] = ()
    invoices: Sequence[RowMapping] = ()


def about_hash(connection: Connection, gate: Gate, text: str) -> Answer:
    """Whether a flow has this SHA-256; of a beginning only where it is that of one file."""
    wanted = filters.hash_of(text)
    if len(wanted) < LEAST_HASH:
        raise common.Misuse(
            t("{text} is too short to tell one file from another: give {least} digits at least.",
              "{text} est trop court pour distinguer un fichier d'un autre : donnez au moins {least} chiffres.",
              text=printable(text), least=LEAST_HASH)
        )  # fmt: skip
    asked = {"hash": wanted}
    found = queries.list_flows(connection, Wanted(sha256=wanted))
    hashes = {flow["sha256"] for flow in found}
    if len(hashes) > 1:
        said = t("That cannot be told: {count} different files have a SHA-256 that begins with {text}; give all of it.",
                 "Impossible à dire : {count} fichiers différents ont un SHA-256 qui commence par {text} ; donnez-le en"
                 " entier.", count=len(hashes), text=wanted)  # fmt: skip
        return Answer(asked, received=False, sentences=[said], flows=found)
    if not found:
        said = t("No: no file with the SHA-256 {text} was received as a flow. A file inside an archive has no hash in"
                 " the ledger: ask with --file or --number.",
                 "Non : aucun fichier de SHA-256 {text} n'a été reçu comme flux. Le registre n'a pas l'empreinte d'un"
                 " fichier d'archive : demandez avec --file ou --number.", text=wanted)  # fmt: skip
        return Answer(asked, received=False, sentences=[said, *_undecided(connection)])
    sentences = [_received(gate, flow) for flow in found]
    if len(wanted) < WHOLE_HASH:
        sentences.append(t("Its whole SHA-256 is {sha256}: compare it to be sure.",
                           "Son SHA-256 entier est {sha256} : comparez-le pour être sûr.",
                           sha256=found[0]["sha256"]))  # fmt: skip
    return Answer(asked, received=True, sentences=sentences, flows=found, invoices=_invoices_of(connection, found))


def about_number(connection: Connection, gate: Gate, number: str, supplier: str) -> Answer:
    """Whether an invoice with exactly this number was received, from this supplier if one is given."""
    identifier = "".join(supplier.split())
    asked = {"number": number, "supplier": identifier or None}
    found = _numbered(connection, number, identifier)
    if found:
        return Answer(
            asked, received=True, sentences=[_invoice_received(gate, row) for row in found],
            flows=_flows_of(connection, found), invoices=found,
        )  # fmt: skip
    of_supplier = t(" of {supplier}", " de {supplier}", supplier=printable(identifier)) if identifier else ""
    said = t("No: no invoice{of} with exactly the number {number} was received in a flow that could be read. A flow"
             " that was inadmissible may hold it: ask with --file or --hash.",
             "Non : aucune facture{of} portant exactement le numéro {number} n'a été reçue dans un flux lisible. Un"
             " flux irrecevable peut la contenir : demandez avec --file ou --hash.",
             of=of_supplier, number=printable(number))  # fmt: skip
    return Answer(asked, received=False, sentences=[said, *_undecided(connection)])


def about_file(connection: Connection, gate: Gate, path: Path) -> Answer:
    """Whether this very file was received, as a flow or inside an archive; else, what is known of its invoices."""
    if path.is_dir():
        raise common.Misuse(t("{path} is a folder: name one file in it.",
                              "{path} est un dossier : nommez-y un fichier.", path=path))  # fmt: skip
    if not path.is_file():
        raise common.Misuse(t("{path}: no such file.", "{path} : aucun fichier de ce nom.", path=path))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    asked = {"file": str(path), "hash": sha256}
    found = queries.list_flows(connection, Wanted(sha256=sha256))
    if found:
        sentences = [_received(gate, flow) for flow in found]
        return Answer(asked, received=True, sentences=sentences, flows=found, invoices=_invoices_of(connection, found))
    numbers = _numbers_in(gate, path)
    known = [row for number, supplier in numbers for row in _numbered(connection, number, supplier)]
    entries = _same_bytes(connection, gate, known, sha256)
    if entries:
        return Answer(
            asked, received=True, sentences=[_invoice_received(gate, row, as_file=True) for row in entries],
            flows=_flows_of(connection, entries), invoices=entries,
        )  # fmt: skip
    return Answer(
        asked, received=False, sentences=[*_other_bytes(gate, path, numbers, known), *_undecided(connection)],
        flows=_flows_of(connection, known), invoices=known,
    )  # fmt: skip


def _numbers_in(gate: Gate, path: Path) -> list[tuple[str, str]]:
    """Number and supplier of each invoice that a document holds; none of what cannot be read as one."""
    from edigate.parsers import PARSERS  # noqa: PLC0415 - only to look into a document that is asked about
    from edigate.parsers._xml import kind_of, read  # noqa: PLC0415
    from edigate.parsers.facturx import extract  # noqa: PLC0415

    most = gate.settings.limits.document_bytes
    with path.open("rb") as file:
        kind = kind_of(file.read(_HEAD))
    if kind not in {"xml", "pdf"} or path.stat().st_size > most:
        return []
    content = path.read_bytes()
    try:
        root = read(extract(content, max_bytes=most)[0].content if kind == "pdf" else content, max_bytes=most)
    except Refusal:
        return []
    parser = next((parser for parser in PARSERS.values() if root.tag in parser.ROOTS), None)
    invoices = parser.parse(root) if parser else ()
    return [(one.number, one.supplier.identifier) for one in invoices if one.number and one.supplier.identifier]


def _numbered(connection: Connection, number: str, supplier: str) -> list[RowMapping]:
    found = queries.list_invoices(connection, Wanted(number=number))
    return [row for row in found if not supplier or row["supplier"] == supplier]


def _same_bytes(connection: Connection, gate: Gate, known: list[RowMapping], sha256: str) -> list[RowMapping]:
    """The invoices whose file inside an archive is this one, byte for byte."""
    from edigate.engine.originals import originals  # noqa: PLC0415 - what unpacks, only to look into archives

    same: list[RowMapping] = []
    for flow in _flows_of(connection, [row for row in known if row["entry"]]):
        entries = {row["entry"]: row for row in known if row["flow"] == flow["id"]}
        try:
            same += [
                entries[name]
                for name, content in originals(gate, flow)
                if name in entries and hashlib.sha256(content).hexdigest() == sha256
            ]
        except Altered:
            rows.note(
                t("{flow} can no longer be read in the archive: edigate flows show {id}",
                  "{flow} ne peut plus être lu dans l'archive : edigate flows show {id}",
                  flow=flow["name"], id=flow["id"])
            )  # fmt: skip
    return same


def _other_bytes(gate: Gate, path: Path, numbers: list[tuple[str, str]], known: list[RowMapping]) -> list[str]:
    said = [t("No: {path} was not received, neither as a flow nor, as far as invoices tell, inside an archive.",
              "Non : {path} n'a pas été reçu, ni comme flux ni, d'après ses factures, dans une archive.",
              path=path)]  # fmt: skip
    if not numbers:
        return [*said, t("It holds no invoice that can be read, so nothing more can be said about it.",
                         "Il ne contient pas de facture lisible : rien de plus ne peut en être dit.")]  # fmt: skip
    for number, supplier in numbers:
        theirs = [row for row in known if (row["number"], row["supplier"]) == (number, supplier)]
        if not theirs:
            said.append(t("Invoice {number} of {supplier}, which it holds, was not received either.",
                          "La facture {number} de {supplier}, qu'il contient, n'a pas été reçue non plus.",
                          number=printable(number), supplier=printable(supplier)))  # fmt: skip
        said += [
            t("But an invoice of its number was received in another file: {told}",
              "Mais une facture de son numéro a été reçue dans un autre fichier : {told}",
              told=_invoice_said(gate, row))
            for row in theirs
        ]  # fmt: skip
    return said


def _received(gate: Gate, flow: RowMapping) -> str:
    where = {"at": rows.local(gate, flow["received_at"]), "name": printable(flow["name"]), "partner": flow["partner"]}
    if flow["state"] != "decided":
        return t("Yes: received on {at} from {partner} as {name}; not decided yet ({state}).",
                 "Oui : reçu le {at} de {partner} sous le nom {name} ; pas encore décidé ({state}).",
                 state=rows.word(flow["state"]), **where)  # fmt: skip
    return t("Yes: received on {at} from {partner} as {name}; verdict: {verdict}.",
             "Oui : reçu le {at} de {partner} sous le nom {name} ; verdict : {verdict}.",
             verdict=rows.word(rows.state_of(flow)), **where)  # fmt: skip


def _invoice_received(gate: Gate, row: RowMapping, *, as_file: bool = False) -> str:
    if as_file:
        return t("Yes: this file was received: {told}", "Oui : ce fichier a été reçu : {told}",
                 told=_invoice_said(gate, row))  # fmt: skip
    return t("Yes: {told}", "Oui : {told}", told=_invoice_said(gate, row))


def _invoice_said(gate: Gate, row: RowMapping) -> str:
    """Where, when, how decided, where it stands."""
    place = t("file {entry} of {flow}", "fichier {entry} de {flow}", entry=row["entry"], flow=row["flow_name"])
    status = lifecycle.status(row["status"], row["label"]) if row["status"] else ""
    said = t("invoice {number} of {supplier}, {place}, received on {at}; verdict: {verdict}",
             "facture {number} de {supplier}, {place}, reçue le {at} ; verdict : {verdict}",
             number=printable(row["number"]), supplier=printable(row["supplier"]),
             place=place if row["entry"] else row["flow_name"], at=rows.local(gate, row["received_at"]),
             verdict=rows.word(row["verdict"]))  # fmt: skip
    return f"{said}{t('; status: {status}', ' ; statut : {status}', status=status) if status else ''}."


def _undecided(connection: Connection) -> list[str]:
    """What a no cannot cover: flows whose documents are not known yet."""
    count = sum(queries.count_flows(connection, Wanted(state=state)) for state in ("in_progress", "held"))
    if not count:
        return []
    return [
        t("{count} flows are not decided yet; what they hold is not known before.",
          "{count} flux ne sont pas encore décidés ; leur contenu n'est pas connu avant.", count=count)
    ]  # fmt: skip


def _invoices_of(connection: Connection, found: Sequence[RowMapping]) -> list[RowMapping]:
    """The present invoices of these flows."""
    hashes = {flow["sha256"] for flow in found}
    return [row for sha256 in sorted(hashes) for row in queries.list_invoices(connection, Wanted(sha256=sha256))]


def _flows_of(connection: Connection, invoices: Sequence[RowMapping]) -> list[RowMapping]:
    found = where_in(connection, flows.select(), flows.c.id, {row["flow"] for row in invoices})
    return sorted(found, key=lambda row: row["id"])
