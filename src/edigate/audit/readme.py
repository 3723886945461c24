"""The README of an exported story, in French and in English: what it holds, and how anybody can check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHY_FR = {
    "holds_others": "contient aussi des factures ou statuts d'autres dépôts, qui ne vous concernent pas",
    "not_as_it_was": "ne peut plus être produit à l'identique",
    "not_made": "n'a pas encore été produit",
}
WHY_EN = {
    "holds_others": "also holds invoices or statuses of other deposits, which are none of your concern",
    "not_as_it_was": "can no longer be made as it was",
    "not_made": "has not been made yet",
}
_CHAINS_FR = """\
     Une partie qui donne « writer » est d'une autre chaîne : ce nom y tient lieu de gate, dans les têtes aussi.
     « order », dans les écritures de ces chaînes, dit dans quel ordre les choses se sont passées.
"""
_CHAINS_EN = """\
     A part that gives "writer" is of another chain: that name stands there for gate, in the heads as well.
     "order", in the entries of these chains, tells in which order things came about.
"""
_FRENCH = """\
PISTE D'AUDIT D'UN FLUX

Passerelle {gate} ; flux {flow} ; fichier déposé : {name} ; déposant : {partner} ; reçu le {received}.

Ce que contient ce dossier
  source/        le fichier déposé, octet pour octet
  deliveries/    les comptes rendus, pivots et cycles de vie remis à cause de lui
  story.json     ce que le registre en a et que le journal prouve : décisions, factures, statuts, remises
  chain.jsonl    les écritures du journal d'audit sur ce flux, et la chaîne qui mène de chacune à une tête signée
  keys/          la clé publique qui a signé
  manifest.json  la liste des fichiers avec leur SHA-256
{left_out}
Vérifier
  edigate audit check CE_FICHIER.zip --key CLE_PUBLIQUE.pem
  La commande ne demande ni passerelle ni réseau. Donnez la clé publique que la passerelle vous a remise par ailleurs :
  celle de keys/ prouve seulement que le dossier est cohérent avec lui-même.

Vérifier sans edigate
  1. Une écriture est une ligne de texte ; son condensat est son SHA-256, qui est dans « digests » de son maillon.
  2. corps d'un maillon = SHA-256 des lignes : gate, numéro, heure, condensats ; séparées par un saut de ligne (LF).
     Des maillons entre deux, seul le corps est donné (« body »).
{chains_fr}\
  3. empreinte d'un maillon = SHA-256 des lignes : empreinte du précédent, corps. Chaque partie commence à « previous ».
  4. La tête qui finit une partie donne l'empreinte du dernier maillon ; elle est signée (Ed25519) :
     la signature porte sur la ligne « edigate head 1 », un saut de ligne, puis « statement ».
  5. flow.booked donne le SHA-256 du dépôt, delivery.placed celui de chaque fichier remis.
  Les condensats des autres écritures ne disent rien de ce qu'elles contiennent.
"""
_ENGLISH = """\
AUDIT TRAIL OF ONE FLOW

Gate {gate}; flow {flow}; deposited file: {name}; depositor: {partner}; received {received}.

What is in here
  source/        the deposited file, byte for byte
  deliveries/    the reports, pivots and life cycles that were handed out because of it
  story.json     what the ledger has of it and the log proves: decisions, invoices, statuses, deliveries
  chain.jsonl    the entries of the audit log about this flow, and the chain from each of them to a signed head
  keys/          the public key that signed
  manifest.json  the list of the files with their SHA-256
{left_out}
To check it
  edigate audit check THIS_FILE.zip --key PUBLIC_KEY.pem
  The command needs neither gate nor network. Give the public key that the gate gave you by another way: the one in
  keys/ only proves that what is in here agrees with itself.

To check it without edigate
  1. An entry is one line of text; its digest is its SHA-256, which stands among "digests" of its link.
  2. body of a link = SHA-256 of the lines: gate, number, time, digests; parted by a line feed (LF).
     Of the links between, only the body is given.
{chains_en}\
  3. hash of a link = SHA-256 of the lines: hash of the one before, body. Each part begins with "previous".
  4. The head that ends a part gives the hash of the last link; it is signed (Ed25519): what is signed is the line
     "edigate head 1", a line feed, then "statement".
  5. flow.booked gives the SHA-256 of the deposit, delivery.placed that of each file that was handed out.
  The digests of other entries tell nothing of what those say.
"""


def text(gate: str, flow: Mapping[str, Any], handed: Sequence[Mapping[str, Any]], *, chains: bool) -> str:
    """French first: it is for French auditors and courts. `chains`: the links are of several chains.

    It is part of the format: `check` takes no other, so that nobody is told by it what is not so.
    """
    facts = {
        "gate": gate, "flow": flow["id"], "name": flow["name"], "partner": flow["partner"],
        "received": flow["received_at"], "chains_fr": _CHAINS_FR if chains else "",
        "chains_en": _CHAINS_EN if chains else "",
    }  # fmt: skip
    french = _left_out(handed, _WHY_FR, "  Donnés par leur SHA-256 seul (manifest.json) :")
    english = _left_out(handed, WHY_EN, "  Given by their SHA-256 alone (manifest.json):")
    return f"{_FRENCH.format(**facts, left_out=french)}\n\n{_ENGLISH.format(**facts, left_out=english)}"


def _left_out(handed: Sequence[Mapping[str, Any]], why: Mapping[str, str], title: str) -> str:
    lines = [f"    {one['name']} : {why[one['why']]}" for one in handed if one["why"]]
    return "\n".join([title, *lines, ""]) if lines else ""
