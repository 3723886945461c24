"""Faults that records of the directory cause an invoice, by code (reference §8.4, §12.1; the words are our own)."""

from __future__ import annotations

from functools import partial

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature

_functional = partial(FaultRow, nature=Nature.FONCTIONNELLE)

DIRECTORY_FAULTS: dict[str, FaultRow] = {
    "EDG-I053": _functional(
        title_fr="Fournisseur inactif",
        title_en="Supplier inactive",
        message_fr="Le fournisseur « {value} » est référencé dans la passerelle, mais sa fiche n’y est plus active.",
        message_en="The supplier “{value}” is registered in the gate, but its record there is no longer active.",
        remedy_fr=(
            "Vérifiez que l’identifiant est bien celui de l’établissement qui facture aujourd’hui ; s’il l’est, faites "
            "réactiver la fiche par l’exploitant de la passerelle avant de renvoyer la facture."
        ),
        remedy_en=(
            "Make sure that the identifier is that of the establishment which invoices today; if it is, have the "
            "operator of the gate activate the record again before you send the invoice again."
        ),
    ),
    "EDG-I054": _functional(
        title_fr="Compte bancaire absent de la fiche du fournisseur",
        title_en="Bank account not in the supplier’s record",
        message_fr=(
            "Le compte à créditer « {value} » n’est aucun de ceux que la fiche du fournisseur {supplier} donne dans la "
            "passerelle."
        ),
        message_en=(
            "The account to be credited “{value}” is none of those that the record of the supplier {supplier} gives in "
            "the gate."
        ),
        remedy_fr=(
            "Vérifiez l’IBAN ; s’il est nouveau ou s’il est celui d’un affactureur, faites-le ajouter à la fiche par "
            "l’exploitant de la passerelle avant de renvoyer la facture."
        ),
        remedy_en=(
            "Check the IBAN; if it is new, or that of a factor, have the operator of the gate add it to the record "
            "before you send the invoice again."
        ),
    ),
    "EDG-I069": _functional(
        title_fr="Code service qui n’a pas la forme demandée",
        title_en="Service code not of the form asked for",
        message_fr="Le code service « {value} » n’a pas la forme que ce destinataire donne aux siens : {reason}.",
        message_en="The service code “{value}” does not have the form that this recipient gives its codes: {reason}.",
        remedy_fr="Reprenez le code service tel que le bon de commande le porte (forme attendue : {form}).",
        remedy_en="Copy the service code as the purchase order has it (form expected: {form}).",
    ),
    "EDG-I079": _functional(
        title_fr="Numéro d’engagement qui n’a pas la forme demandée",
        title_en="Engagement number not of the form asked for",
        message_fr=(
            "Le numéro d’engagement « {value} » n’a pas la forme que ce destinataire donne aux siens : {reason}."
        ),
        message_en=(
            "The engagement number “{value}” does not have the form that this recipient gives its numbers: {reason}."
        ),
        remedy_fr="Reprenez le numéro d’engagement tel que le bon de commande le porte (forme attendue : {form}).",
        remedy_en="Copy the engagement number as the purchase order has it (form expected: {form}).",
    ),
}
