"""Which tests hold each row of the reference's tables and lists, and which rows are not meant, with the reason.

A row is known by a word of it (`mark`), in the order of the reference. A test is named by the end of its node id; `*`
stands for anything, and a name without brackets for all its cases.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CADRES = tuple(f"A{number}" for number in range(1, 26))
WORKS = ("A4", "A5", "A6", "A7", "A8", "A10", "A13", "A14", "A15", "A16", "A17", "A18", "A19", "A20")
MATRIX = (*WORKS, "A22", "A23", "A24", "A25")

AFNOR = "of the channel of accredited platforms, which is another one"
PORTAL = "of the portal and its API, which batch flows have no part in"
NO_PLACE = "no format is known to have a place for it"
OTHER_FORMAT = "of FEN1201A, whose format nobody has published"
STATE_ALONE = "of CEN0036A, between two systems of the State"
SENDING_OUT = "the directory is read here, and not sent out"

INTERFACES = "acceptance/test_interfaces.py::"
RULES = "acceptance/test_invoice_rules.py::test_a_rule_decides_by_itself"
LENGTHS = "unit/rules/test_lengths.py::"
LIKE = "acceptance/test_aife_like.py::test_a_document_like_aifes_is_integrated"
FORMS = "acceptance/test_formats.py::test_a_document_of_this_form"
LIVES = "acceptance/test_lives.py::"
FLAGS = "acceptance/test_directory_rules.py::test_each_flag_of_the_directory_has_its_own_fault"
UNIQUE = "acceptance/test_uniqueness.py::"
ATTACHED = "acceptance/test_attachments.py::"
UNFIT = f"{ATTACHED}test_an_unfit_attachment_rejects_its_invoice"
CHANNEL = "acceptance/test_works_and_memoires.py::"
MIXED = "acceptance/test_mixed_documents.py::"
PIVOT = "unit/emitters/test_every_pivot_datum.py::test_every_datum_of_the_pivot_is_filled"
PLACES = "unit/parsers/test_every_datum.py::test_every_datum_is_read_from_its_place"
MIXTE = "unit/parsers/test_mixte.py::test_a_field_is_read_and_found_in_its_invoice"
TABLE = "unit/rules/test_directory_table.py::"
F14 = "unit/ledger/test_directory_f14.py::"
F14_XSD = "unit/test_schema_f14.py::test_what_must_be_there"
STATUSES = "unit/domain/test_statuses.py::"
REPORTED = "unit/rules/test_statuses.py::"
XSD = "unit/test_schemas.py::"


class Row(NamedTuple):
    """One row: a word of it, the tests that hold it, or else why there are none."""

    mark: str
    tests: tuple[str, ...] = ()
    left_out: str = ""


def row(mark: str, *tests: str) -> Row:
    """A row that tests hold."""
    return Row(mark, tests)


def left(mark: str, reason: str) -> Row:
    """A row that is not meant."""
    return Row(mark, left_out=reason)


def cases(test: str, *names: str) -> tuple[str, ...]:
    """Some cases of a test."""
    return tuple(f"{test}[{name}]" for name in names)


def rows(marks: Iterable[str], tests: Callable[[str], tuple[str, ...]]) -> tuple[Row, ...]:
    """Rows whose tests follow from their marks."""
    return tuple(Row(mark, tests(mark)) for mark in marks)


def element(kind: str, path: str) -> tuple[str, ...]:
    """How an element of a proprietary schema is held: often enough, known to be unknown elsewhere."""
    return (
        f"{XSD}test_an_element_may_be_missing_only_where_it_is_optional[{kind}-{path}-row*]",
        f"{XSD}test_an_element_may_be_repeated_only_where_it_is_multiple[{kind}-{path}-row*]",
        f"{XSD}test_nothing_else_is_let_in",
    )


def attribute(path: str) -> tuple[str, ...]:
    """How the attributes of an element are held."""
    return (f"{XSD}test_attributes_keep_to_their_rule[*{path}-attribute*]",)


# --- §3 --------------------------------------------------------------------------------------------------------------

CURRENT = ("FSO1100A", "FSO1106A", "FSO1110A", "FSO1113A", "FSO1116A", "FSO1117A", "FSO1120A", "FSO1130A", "FSO1131A",
           "FSO1137A")  # fmt: skip


def deposit(code: str) -> Row:
    """An interface that is taken, or was once."""
    if code in CURRENT:
        return row(code, f"{INTERFACES}test_a_current_interface_takes_its_format[{code}]")
    return row(code, f"{INTERFACES}test_a_historical_interface_names_the_one_to_use[{code}]")


DEPOSITS = (
    *map(deposit, ("FSO1100A", "FSO1101A", "FSO1102A", "FSO1106A", "FSO1110A", "FSO1111A", "FSO1112A", "FSO1113A")),
    row("FSO1114A, FSO1115A", *cases(f"{INTERFACES}test_an_unknown_interface_is_told_as_such", "FSO1114A", "FSO1115A")),
    *map(deposit, ("FSO1116A", "FSO1117A", "FSO1120A", "FSO1130A", "FSO1131A", "FSO1137A")),
)
RETURNS = (
    row("CSO11xxA", f"{INTERFACES}test_cso11xx_answers_every_deposit_once"),
    row(
        "FEN1200A",
        f"{INTERFACES}test_fen1200_tells_the_depositor_the_life_of_what_is_integrated",
        f"{INTERFACES}test_fso1301_reaches_the_depositor_as_fen1200",
    ),
    left("FEN1201A", OTHER_FORMAT),
    row("FEN0036A", f"{INTERFACES}test_fen0036_hands_the_recipient_what_is_integrated"),
    left("CEN0036A", STATE_ALONE),
    row("FSO1300A", f"{INTERFACES}test_fso1300_and_fso1301_that_can_be_used_are_not_answered"),
    row("CSO1300A", f"{INTERFACES}test_cso1300_says_why_a_receipt_is_of_no_use"),
    row("FSO1301A", f"{INTERFACES}test_fso1301_reaches_the_depositor_as_fen1200"),
    row("CSO1301A", f"{INTERFACES}test_cso1301_has_a_line_for_every_status_of_no_use"),
    left("FAR37", SENDING_OUT),
)

# --- §7 --------------------------------------------------------------------------------------------------------------

UNIT = "Enveloppe/EnveloppeUnitaire"
ENVELOPE_PATHS = (
    "Enveloppe", UNIT, f"{UNIT}/Parametres", f"{UNIT}/Parametres/ParametreIndiv",
    f"{UNIT}/Parametres/ParametreIndiv/Code", f"{UNIT}/Parametres/ParametreIndiv/Valeurparametre",
    f"{UNIT}/Parametres/ParametreIndiv/Note", f"{UNIT}/Partenaires", f"{UNIT}/Partenaires/Recepteur",
    f"{UNIT}/Partenaires/Recepteur/Id", f"{UNIT}/Partenaires/Recepteur/Libelle", f"{UNIT}/Partenaires/Recepteur/Note",
    f"{UNIT}/Partenaires/Emetteur",
)  # fmt: skip
WRITTEN_TOO: Mapping[str, str] = MappingProxyType(
    {
        "ParametreIndiv": "unit/emitters/test_envelope.py::test_parameters_are_the_day_and_the_flow",
        "Recepteur": "unit/emitters/test_envelope.py::test_the_receiver_comes_before_the_sender",
    }
)
FLOW_UNIT = "CPPFluxStatuts/CPPFluxStatutUnitaire"
INVOICE_UNIT = "CPPFactureStatuts/CPPFactureStatutUnitaire"
FLOW_DATA = ("IdStatut", "ComplementStatut", "Commentaire", "Note", "Horodatage", "IdProducteur", "Producteur",
             "IdFlux", "Details")  # fmt: skip
LINE = f"{FLOW_UNIT}/DonneesStatut/Details/LigneErreurDetail"
FLOW_PATHS = (
    FLOW_UNIT,
    f"{FLOW_UNIT}/DonneesStatut",
    *(f"{FLOW_UNIT}/DonneesStatut/{name}" for name in FLOW_DATA),
    LINE,
    *(f"{LINE}/{name}" for name in ("NatureErreur", "CodeErreur", "LibelleErreur", "DescriptionErreur")),
)
INVOICE_PATHS = (
    INVOICE_UNIT,
    *(f"{INVOICE_UNIT}/Fournisseur{name}" for name in ("", "/TypeIdentifiant", "/Identifiant", "/RaisonSociale",
                                                       "/CodePays")),
    *(f"{INVOICE_UNIT}/Debiteur{name}" for name in ("", "/TypeIdentifiant", "/Identifiant", "/Nom", "/CodeService",
                                                    "/NomService")),
    *(f"{INVOICE_UNIT}/DonneesStatut{name}" for name in ("", "/IdStatut", "/ComplementStatut", "/Commentaire",
                                                         "/Horodatage", "/Producteur", "/IdFacture", "/DateFacture",
                                                         "/IdMandatDP")),
)  # fmt: skip


def at(kind: str, path: str) -> Row:
    """A row of a proprietary schema, known by the last name of its path."""
    mark = path.rpartition("/")[2]
    return row(mark, *element(kind, path), *([WRITTEN_TOO[mark]] if mark in WRITTEN_TOO else []))


PIVOT_ROWS = (
    "CPPFacturePivotUnitaire", "Fournisseur", "Fournisseur/TypeIdentifiant", "Fournisseur/Identifiant, RaisonSociale",
    "Fournisseur/CodePays", "Fournisseur/ReferenceBancaire", "Fournisseur/ModeEmission", "Debiteur", "DonneesFacture",
    "Id", "IdCPRO", "Renvoi", "IdFactureOrigine", "Type", "Cadre", "DateEmissionFacture", "DateLivraison",
    "ModePaiement", "DateReception", "DateMiseADispositionMOE", "Devise", "Montants", "TVAs", "Engagement", "Lignes",
    "PJ", "IdUnique, IdOriginal", "Contenu", "NomPJ", "NomPJOrigine", "CategoriePJ", "TypePJ", "MimeTypePJ",
    "CycleDeValidation", "ValidationUnitaire", "ProducteurStatut",
)  # fmt: skip


def of_pivot(name: str) -> Row:
    """A row of the pivot, filled from both syntaxes."""
    return row(name.rsplit("/", maxsplit=1)[-1].split(",", maxsplit=1)[0], *cases(PIVOT, f"cii-{name}", f"ubl-{name}"))


MIXTE_ROWS = (
    row(
        "CPPFactureMixte", f"{XSD}test_the_root_is_the_format_itself[mixte]", f"{XSD}test_real_files_are_valid[mixte-*]"
    ),
    row("Enveloppe", *element("mixte", "Enveloppe")),
    row("CPPFactures", *element("mixte", "CPPFactures"), *attribute("mixte-CPPFactures")),
    row("CPPFactureMixteUnitaire", f"{MIXED}test_every_invoice_of_a_document_is_handed_on"),
    row(
        "Fournisseur",
        *cases(MIXTE, "supplier.identifier", "supplier.scheme", "supplier.name", "supplier.country", "payment.account"),
    ),
    row("Debiteur", *cases(MIXTE, "recipient.identifier", "recipient.scheme", "recipient.name", "service")),
    row(
        "DonneesFacture",
        *cases(
            MIXTE,
            *("number", "type_code", "cadre", "issue_date", "payment.code", "currency", "engagement", "market"),
            *("totals.without_tax", "totals.with_tax", "totals.due", "vat[1].rate", "vat[1].base", "vat[1].amount"),
        ),
    ),
    row(
        "PJ",
        *cases(MIXTE, "attachments[0].name", "attachments[0].mime", "attachments[0].content"),
        f"{MIXED}test_the_piece_of_type_01_is_the_original",
    ),
)
CII_ROWS = (
    row("CrossIndustryInvoice", f"{INTERFACES}test_a_current_interface_takes_its_format[FSO1106A]"),
    row(
        "all 36",
        *cases(
            FORMS, "cii-with-the-least", "cii-without-*", "cii-dates-with-their-format", "cii-dates-without-a-format"
        ),
    ),
    row("P02", "unit/parsers/test_every_datum.py::test_no_row_of_the_reference_is_forgotten[11.1]"),
)
UBL_ROWS = (
    row(
        "FSO1110A",
        *cases(FORMS, "ubl-minimal-of-clients", "ubl-minimal-without-a-line", "ubl-minimal-without-its-tax"),
        *cases(FORMS, "ubl-of-the-portal"),
    ),
    row(
        "style sheet",
        *cases(FORMS, "ubl-with-a-sheet-of-its-own"),
        f"{ATTACHED}test_the_original_of_a_structured_flow_is_the_document_itself",
    ),
)
FACTURX_ROWS = (
    row(
        "PDF/A-3",
        "unit/parsers/test_facturx.py::test_the_invoice_is_found_by_name_and_relationship",
        "unit/parsers/test_facturx.py::test_what_stands_in_the_way_is_told",
        *cases(RULES, "factur-x-basic"),
    ),
    row("BT-23", *cases(LIKE, "FSO1117A-*-P01-no-cadre-is-A1")),
    row("PJ1.zip", *cases(LIKE, "FSO1117A-*-P21-*", "FSO1117A-*-P85-*")),
    row(
        "Limits",
        *cases(RULES, "factur-x-*", "type-*-in-factur-x", "quantity-of-*", "amount-with-*", "long-note-in-*"),
        f"{LENGTHS}test_a_text_that_just_fits_is_not_told",
        f"{LENGTHS}test_a_text_one_character_too_long_is_told",
        *cases(f"{LENGTHS}test_a_quantity_has_at_most_10_digits", "*-of-10", "*-of-11"),
    ),
    left("Mixed-flow", PORTAL),
)

# --- §8 --------------------------------------------------------------------------------------------------------------

INVOICE_RULES = (
    row("≤20", *cases(RULES, "number-of-20-with-every-mark", "number-missing", "number-of-21", "number-with-*")),
    row(
        "SIREN of issuer",
        f"{UNIQUE}test_a_number_is_unique_by_issuer_and_year",
        f"{UNIQUE}test_a_number_is_free_after_a_rejection_at_integration",
        f"{LIVES}test_a_rejected_invoices_number_is_burnt",
    ),
    left("S3", AFNOR),
    row(
        "Re-deposit",
        f"{LIVES}test_a_suspended_invoice_is_completed_by_a_new_deposit_of_its_number",
        f"{LIVES}test_an_invoice_to_be_recycled_is_sent_again_under_the_old_rule",
    ),
    row("AIFE advice", *cases(RULES, "number-as-aife-advises")),
    row("380 or 381", *cases(RULES, "type-*"), "unit/emitters/test_pivot.py::test_the_pivot_knows_invoices_*"),
    row("negative", *cases(RULES, "negative-invoice"), *cases(LIKE, "*-P10-*", "*-P17-*", "*-P31-*")),
    row("origin", *cases(RULES, "credit-note-without-its-origin", "credit-note-with-its-origin")),
    row("Issue date", *cases(RULES, "issued-after-its-deposit", "issued-before-2000")),
    row("Single currency", *cases(RULES, "currency-*")),
    row("Supplier identifier types", *cases(RULES, "supplier-*", "siret-*", "vat-number-*", "ridet-*", "tahiti-*")),
    row("≤18", *cases(RULES, "identifier-of-18", "identifier-of-19", "name-of-99", "name-of-100")),
    row(
        "Luhn",
        *cases(RULES, "recipient-with-a-wrong-key", "recipient-by-a-vat-number", "supplier-is-a-post-office"),
        "unit/domain/test_identifiers.py::test_luhn_and_la_poste",
    ),
    row(
        "must exist",
        *cases(FLAGS, "unknown", "inactive", "private"),
        "acceptance/test_directory_rules.py::test_a_setting_changes_what_its_rule_decides[supplier_must_be_known*]",
        "unit/rules/test_parties.py::test_an_inactive_supplier",
    ),
    row("P46", *cases(FLAGS, "placeholder-*"), *cases(LIKE, "*-P46-*")),
    row("Service code", *cases(FLAGS, "service-*", "both-*", "either-*")),
    row("Engagement and market", *cases(FLAGS, "engagement-of-*", "market-of-*", "state-*")),
    row("validator mandatory", *cases(RULES, "validator-*")),
    left("service MOE", NO_PLACE),
    row("Payment mode mandatory", *cases(RULES, "payment-*"), f"{CHANNEL}test_a_memoire_is_always_paid_by_transfer"),
    row("OCA refuses", *cases(RULES, "payment-of-a-credit-note")),
    row("IBAN syntax", *cases(RULES, "account-*", "transfer-without-an-account", "card-without-an-account")),
    row("Factoring", *cases(RULES, "factor"), *cases(LIKE, "*-P47-*")),
    row("A2", *cases(RULES, "paid-before", "paid-before-and-still-due"), *cases(LIKE, "*-P83-*")),
    row("VAT type derived", "unit/domain/test_vat.py::test_the_regime_is_what_the_recap_tells"),
    row("Category codes", *cases(RULES, "category-*")),
    row("PPF list", *cases(RULES, "rate-15")),
    row("Gross price", *cases(RULES, "gross-price-alone-in-cii", "gross-price-alone-in-factur-x")),
)
AMOUNT_RULES = (
    row("19 positions", *cases(RULES, "amount-with-*", "quantity-of-*", "base-of-20-digits", "price-below-zero")),
    row("36 + 24", "unit/parsers/test_facturx_samples.py::*", "acceptance/test_aife_flows.py::*"),
    row("always", *cases(RULES, "lines-and-basis", "basis-and-tax", "total-and-due", "due-within-a-cent")),
    row("**not**", *cases(RULES, "sum-of-lines", "sum-of-vat-rows")),
    row("net price", *cases(RULES, "gross-price-alone-in-cii", "net-price-in-factur-x")),
)

# --- §9 --------------------------------------------------------------------------------------------------------------

DECIDED = "unit/rules/test_channel.py::test_the_decision_is_that_of_the_matrix"
TAKEN = f"{CHANNEL}test_a_cadre_is_taken_where_the_channel_takes_it"


def cadre(code: str) -> tuple[str, ...]:
    """A cadre in the tables of the documentation, in the matrix, and through a gate on every interface."""
    return (
        f"unit/docs/test_docs.py::test_a_cadre_stands_in_both_tables[{code}]",
        *cases(DECIDED, f"{code}-initial", f"{code}-association"),
        *cases(TAKEN, f"{code}-FSO1100A", f"{code}-FSO1120A", f"{code}-FSO1130A", f"{code}-FSO1131A"),
    )


def on(interfaces: Iterable[str], *codes: str) -> tuple[str, ...]:
    """Cadres through a gate on some interfaces, and in Factur-X."""
    in_pdf = f"{INTERFACES}test_a_cadre_in_factur_x_is_taken_where_the_channel_takes_it"
    return (
        *cases(TAKEN, *(f"{code}-{interface}" for code in codes for interface in interfaces)),
        *cases(in_pdf, *(f"{code}-{interface}" for code in codes for interface in ("FSO1117A", "FSO1137A"))),
    )


GENERAL = ("FSO1100A", "FSO1106A", "FSO1110A", "FSO1113A", "FSO1116A")
EVERYWHERE = (*GENERAL, "FSO1120A", "FSO1130A", "FSO1131A")
CLASSES = (
    row("simple", *on(EVERYWHERE, "A1", "A2", "A9", "A12")),
    row("justice", *on(EVERYWHERE, "A3")),
    row(
        "reimbursement",
        *on(EVERYWHERE, "A21"),
        "acceptance/test_directory_rules.py::test_a_setting_changes_what_its_rule_decides[take_a21*]",
    ),
    row("works, supplier side", *on(EVERYWHERE, "A4", "A6", "A7", "A8", "A10", "A13", "A14", "A22")),
    row("not EDI", *on(EVERYWHERE, "A5")),
    row("works, MOE/MOA", *on(EVERYWHERE, "A15", "A16", "A17", "A18", "A19", "A20", "A24")),
    row("association only", *on(EVERYWHERE, "A23", "A25")),
    row("removed", *on(EVERYWHERE, "A11")),
    row("association attempts", *cases(DECIDED, "A6-association", "A8-association", "A22-association")),
)
CADRE_PLACES = (
    row("UBL", *cases(f"{CHANNEL}test_ubl_has_its_cadre_in_one_of_four_places", "*-AIFE's extension", "*namespace")),
    row("EN 16931", *cases(f"{CHANNEL}test_ubl_has_its_cadre_in_one_of_four_places", "*-ProfileID")),
    row("CII", *cases(PLACES, "cii: cadre"), *cases(LIKE, "*-P74-A4", "*-P01-no-cadre-is-A1")),
    row("CPPFactureMixte", *cases(MIXTE, "cadre"), *cases(PIVOT, "cii-Cadre", "ubl-Cadre")),
)

# --- §10 -------------------------------------------------------------------------------------------------------------

LIVED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "01": (f"{INTERFACES}test_fen1200_tells_the_depositor_the_life_of_what_is_integrated",),
        "03": (f"{INTERFACES}test_fen1200_tells_the_depositor_the_life_of_what_is_integrated",),
        "04": (
            f"{LIVES}test_a_rejected_invoices_number_is_burnt",
            f"{LIVES}test_an_invoice_to_be_recycled_is_sent_again_under_the_old_rule",
        ),
        "05": (f"{LIVES}test_a_rejected_invoices_number_is_burnt",),
        "06": (f"{LIVES}test_a_suspended_invoice_is_completed_by_a_new_deposit_of_its_number",),
        **dict.fromkeys(("07", "08", "09", "10", "11"), (f"{LIVES}test_an_invoice_from_deposit_to_payment",)),
        "12": (f"{LIVES}test_a_suspended_invoice_is_completed_by_a_new_deposit_of_its_number",),
        "13": cases(f"{LIVES}test_a_subcontractors_request_goes_on_with_its_validators_word", "13-*"),
        "14": cases(f"{LIVES}test_a_subcontractors_request_goes_on_with_its_validators_word", "14-*"),
        "37": ("acceptance/test_rejected_status.py::test_a_rejected_invoice_is_told_as_not_integrated",),
    }
)


def known_status(code: str) -> tuple[str, ...]:
    """A status of known meaning: its row, who sets it, its place in a life."""
    return (
        f"{STATUSES}test_a_known_code_has_its_row[{code}]",
        f"{REPORTED}test_a_recipient_sets_its_own_statuses[{code}]",
        f"{REPORTED}test_the_portal_sets_the_validators_statuses_too[{code}]",
        *LIVED.get(code, ()),
    )


def unknown_status(first: int, last: int) -> tuple[str, ...]:
    """Statuses whose meaning nobody has published."""
    names = [f"{code:02d}" for code in range(first, last + 1)]
    return cases(f"{STATUSES}test_a_code_of_unknown_meaning_is_called_by_its_number", *names)


STATUS_ROWS = (
    *rows((f"{code:02d}" for code in range(1, 15)), known_status),
    row("15, 16", *unknown_status(15, 16)),
    *rows(("17", "18"), known_status),
    row("19–36", *unknown_status(19, 36)),
    *rows(("37",), known_status),
    row("38–41", *unknown_status(38, 41)),
)
REASONS = (
    "AUTRE", "CONTACT_ACHTR", "COORD_BANC_ERR", "LIVR_INCOMP", "RETRAIT_MAN_SERV", "ST_CT_NON_DECLAR",
    "SUPPR_COMP_AVOIR", "TRANSF_PMNT_REGIE", "AUT_MOTIF_ERR_VALIDEUR", "ERR_VALIDEUR", "SUPPR_MASSE", "CREANCIER_ERR",
    "SE_ERR", "EJ_ERR", "ERREUR_DONNEE_EJ", "DOUBLE_FACT", "FACT_NON_CONFORME", "HONORER_LA_COMMANDE", "MARCHE_TERM",
    "MONTANT_ERR", "TX_TVA_ERR", "JUSTIF_ABS",
)  # fmt: skip


def reason(code: str) -> tuple[str, ...]:
    """A reason's row, and its being taken with a refusal."""
    known = f"{REPORTED}test_a_known_reason_is_taken[*{code}*]"
    alone = f"{REPORTED}test_a_missing_document_goes_with_a_suspension"
    return (
        f"unit/domain/test_reasons.py::test_a_reason_has_its_row[{code}-*]",
        alone if code == "JUSTIF_ABS" else known,
    )


# --- §11 -------------------------------------------------------------------------------------------------------------

CII_PLACES = (
    ("BusinessProcess", "cadre"), ("Guideline", "profile"), ("ExchangedDocument/ID", "document"),
    ("IncludedSupplyChainTradeLineItem", "line"), ("LineID", "line.document"), ("GlobalID", "line.product"),
    ("GrossPrice", "line.gross_price"), ("NetPrice", "line.net_price"), ("BilledQuantity", "line.delivery"),
    ("SpecifiedLineTradeSettlement", "line.settlement"), ("BuyerReference", "service"),
    ("SellerTradeParty/Name", "supplier"), ("TradingBusinessName", "supplier.organization"),
    ("DefinedTradeContact", "supplier.contact"), ("PostalTradeAddress", "supplier.address"),
    ("SpecifiedTaxRegistration", "supplier.vat"), ("BuyerTradeParty", "recipient"),
    ("BuyerOrderReferencedDocument", "engagement"), ("ContractReferencedDocument", "contract"),
    ("AdditionalReferencedDocument", "attachments"), ("ShipToTradeParty", "site"), ("InvoiceCurrencyCode", "currency"),
    ("InvoiceIssuerReference", "supplier.service"), ("InvoiceeTradeParty", "validator"), ("PayeeTradeParty", "payee"),
    ("PaymentMeans", "payment"), ("ApplicableTradeTax", "vat"), ("BillingSpecifiedPeriod", "period"),
    ("SpecifiedTradeAllowanceCharge", "allowances"), ("DueDateDateTime", "due_date"),
    ("MonetarySummation", "totals"), ("InvoiceReferencedDocument", "preceding"),
)  # fmt: skip
UBL_PLACES = (
    ("cadre", "cadre"), ("number, date", "document"), ("notes", "notes"), ("supplier", "supplier"),
    ("Valideur", "validator"), ("recipient", "recipient"), ("code service", "service"), ("engagement", "engagement"),
    ("marché", "contract"), ("attachments", "attachments"), ("Encaisseur", "payee"), ("payment", "payment"),
    ("VAT", "vat"), ("totals", "totals"), ("lines", "lines"), ("Peppol", "peppol"),
)  # fmt: skip

# --- §12, §13 --------------------------------------------------------------------------------------------------------

COLUMN = f"{F14}test_each_parameter_has_its_column"
PARAMETERS = (
    row("engagement number", *cases(COLUMN, "EngagementJuridique-*"), *cases(FLAGS, "engagement-missing")),
    row("service code", *cases(COLUMN, "Service-*"), *cases(FLAGS, "service-missing")),
    row("**or**", *cases(COLUMN, "EngJurServ-*"), *cases(FLAGS, "either-with-neither")),
    row("acts also", *cases(COLUMN, "MOA-*"), *cases(FLAGS, "moa-too-simple")),
    row("**only**", *cases(COLUMN, "MOAunique-*"), *cases(FLAGS, "moa-only-simple", "moa-only-works")),
    row("payment status", *cases(COLUMN, "StatutMiseEnPaiement-*"), *cases(FLAGS, "payment-not-fed-back")),
    row(
        "connected in EDI",
        "acceptance/test_running_gate.py::test_a_recipient_that_is_connected_gets_its_invoices_itself",
        "acceptance/test_routing.py::test_an_invoice_goes_to_its_first_reader_and_to_nobody_else[A1-not-connected]",
    ),
    left("delegated validator", PORTAL),
    row("non-disclosure", "unit/test_schema_f14.py::test_values[BlocEtablissements/Etablissement/Diffusible]"),
    row("active", *cases(FLAGS, "inactive"), f"{F14}test_a_differential_changes_what_it_names"),
)
EACH = f"{TABLE}test_each_row_of_the_table"
DECISIONS = (
    row("EngagementJuridique", *cases(EACH, "EngagementJuridique-*", "Service-*", "both-*", "EngJurServ-*")),
    row("own engagement flag", *cases(EACH, "engagement-of-the-service-met", "engagement-of-the-service-not-met")),
    row("unknown or inactive", *cases(EACH, "service-unknown", "service-inactive")),
    row("MOAunique", *cases(f"{TABLE}test_who_takes_no_invoice_at_all", "MOAunique-simple", "MOAunique-works")),
    row("inactive structure", *cases(f"{TABLE}test_who_takes_no_invoice_at_all", "inactive")),
)
DIRECTORY_FLOW = (
    row("F14", f"{F14}test_a_full_flow_is_a_whole_directory", f"{F14}test_differentials_follow_each_other"),
    row("AnnuaireConsultationF14", *cases(F14_XSD, "HorodateProduction", "TypeFlux", "Bloc*")),
    row("UniteLegale", *cases(F14_XSD, "*/UniteLegale", "*/UniteLegale/*"), f"{F14}test_what_a_public_structure_is"),
    row("Etablissement", *cases(F14_XSD, "*/Etablissement", "*/Etablissement/*"), COLUMN),
    row("CodeRoutage", *cases(F14_XSD, "*/CodeRoutage", "*/CodeRoutage/*"), f"{F14}test_routing_codes_that_are_no_*"),
    row("IdPlateformeReception", *cases(F14_XSD, "*/IdPlateformeReception", "*/LigneAnnuaire/*")),
)
ALLOWED = "unit/rules/test_attachments.py::test_an_allowed_extension"
ATTACHMENTS = (
    row(
        "extensions",
        ALLOWED,
        "unit/rules/test_attachments.py::test_no_other_extension_is_allowed",
        f"{UNFIT}[extension]",
    ),
    row(
        "≤50",
        *cases(UNFIT, "no-extension", "empty"),
        f"{ATTACHED}test_a_long_name_is_cut_to_50_characters_with_its_extension",
        f"{ATTACHED}test_a_size_is_told_in_the_readers_units",
    ),
    row(
        "base64 of a ZIP",
        f"{ATTACHED}test_a_bare_file_is_put_in_a_zip",
        *cases(UNFIT, "not-base64", "two-in-a-zip"),
    ),
    row(
        "TypePJ 01",
        *cases(UNFIT, "none"),
        f"{ATTACHED}test_what_a_structured_flow_attaches_is_complementary",
        "unit/rules/test_attachments.py::test_one_attachment_is_declared_the_original",
    ),
    left("list of API", PORTAL),
)

SECTIONS: Mapping[str, tuple[Row, ...]] = MappingProxyType(
    {
        "3.2": DEPOSITS,
        "3.3": RETURNS,
        "7.1": tuple(at("*", path) for path in ENVELOPE_PATHS),
        "7.2": (*(at("flux", path) for path in FLOW_PATHS), *(at("facture", path) for path in INVOICE_PATHS)),
        "7.3": tuple(map(of_pivot, PIVOT_ROWS)),
        "7.4": MIXTE_ROWS,
        "7.5": CII_ROWS,
        "7.6": UBL_ROWS,
        "7.7": FACTURX_ROWS,
        "8.4": INVOICE_RULES,
        "8.5": AMOUNT_RULES,
        "9.1": rows(CADRES, cadre),
        "9.2": rows(MATRIX, lambda code: cases("unit/domain/test_cadres.py::test_a_published_cell", f"{code}-*")),
        "9.3": CLASSES,
        "9.4": CADRE_PLACES,
        "9.5": (left("B goods", AFNOR),),
        "10.2": STATUS_ROWS,
        "10.5": rows(REASONS, reason),
        "11.1": tuple(row(mark, *cases(PLACES, f"cii: {name}")) for mark, name in CII_PLACES),
        "11.2": tuple(row(mark, *cases(PLACES, f"ubl: {name}", f"credit-note: {name}")) for mark, name in UBL_PLACES),
        "12.2": PARAMETERS,
        "12.3": DECISIONS,
        "12.4": DIRECTORY_FLOW,
        "13": ATTACHMENTS,
    }
)
"""By number of section, in the order of its rows."""

PROSE = frozenset({"7.5", "7.6", "9.5", "12.4"})
"""Sections whose paragraphs are rows too: they have no table, or say more than it."""

SYNTAX = f"{INTERFACES}test_a_syntax_of_the_api_belongs_to_one_interface"
KINDS = ("siret", "of-the-union", "outside-the-union", "ridet", "tahiti", "registered", "person")


def in_statut(parent: str, name: str) -> tuple[str, ...]:
    """A row of CPPStatut's own table, by the element it is in."""
    last = parent.split(", ", maxsplit=1)[0].rpartition("CPPStatut")[2]
    if name.startswith("@"):
        return attribute(last or "-.")
    return element("*", f"*{last}/{name}" if last else name)


FILES: Mapping[str, Callable[[tuple[str, ...]], Row]] = MappingProxyType(
    {
        "cppstatut-structure.csv": lambda cells: row(cells[2], *in_statut(cells[0], cells[2])),
        "flow-statuses.csv": lambda cells: row(
            cells[0],
            f"{STATUSES}test_a_flow_status_has_its_label[{cells[0]}]",
            f"unit/emitters/test_status.py::test_a_report_says_the_status_and_its_label[{cells[0]}]",
        ),
        "flow-syntaxes.csv": lambda cells: SYNTAXES.get(cells[0]) or row(cells[0], f"{SYNTAX}[{cells[0]}-*]"),
        "frameworks.csv": lambda cells: row(cells[0], *cadre(cells[0])),
        "inbound-status-map.csv": lambda cells: left(cells[0], AFNOR),
        "invoice-statuses.csv": lambda cells: (
            row("32", f"{REPORTED}test_an_unknown_code_of_the_portals_numbering_is_told[32-12]")
            if cells[0] == "32"
            else row(cells[0], *known_status(cells[0]))
        ),
        "party-id-types.csv": lambda cells: row(
            cells[0],
            f"unit/emitters/test_status.py::test_every_kind_of_supplier_can_be_told[{cells[0]}]",
            f"{RULES}[supplier-*{KINDS[int(cells[0]) - 1]}*]",
        ),
        "reason-map.csv": lambda cells: row(cells[0], *reason(cells[0])),
    }
)
"""By file beside the reference, the row of ours that holds one of its lines."""

SYNTAXES: Mapping[str, Row] = MappingProxyType(
    {
        "IN_CDV_AIFE_STATUT": left("IN_CDV_AIFE_STATUT", OTHER_FORMAT),
        "IN_CDV_CPP_STATUT": row("IN_CDV_CPP_STATUT", f"{INTERFACES}test_fso1301_reaches_the_depositor_as_fen1200"),
        "OUT_CDV_AIFE_STATUT": left("OUT_CDV_AIFE_STATUT", OTHER_FORMAT),
        "OUT_CDV_CPP_STATUT": row("OUT_CDV_CPP_STATUT", f"{INTERFACES}test_fen1200_tells_the_depositor_*"),
        "OUT_CIR_CPP_STATUT": row("OUT_CIR_CPP_STATUT", f"{INTERFACES}test_cso11xx_answers_every_deposit_once"),
        "OUT_CDV_CSO": left("OUT_CDV_CSO", PORTAL),
        "OUT_DP_CPP_FACTURE": row("OUT_DP_CPP_FACTURE", f"{INTERFACES}test_fen0036_hands_the_recipient_*"),
        "OUT_DP_UBL_INVOICE": left("OUT_DP_UBL_INVOICE", PORTAL),
    }
)
"""Syntaxes of the API that are no deposit of invoices."""
