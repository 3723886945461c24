"""The table of the demonstration: what each flow shows, what its draft changes, and what the gate must decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.sandbox import packs, structures
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment, DraftLine, sample_lines
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INTEGRATED, PARTIAL, REJECTED, INADMISSIBLE = "integrated", "partial", "rejected", "inadmissible"


def unspoilt(content: bytes) -> bytes:
    """Leave the document as it was built."""
    return content


def with_unknown_element(content: bytes) -> bytes:
    """Give an element a name that no schema knows."""
    return content.replace(b"ram:DuePayableAmount>", b"ram:DuePayableSum>")


def not_closed(content: bytes) -> bytes:
    """Lose a closing tag in the middle: the end of the document is whole, its inside is not."""
    return content.replace(b"</ram:SellerTradeParty>", b"")


def with_dtd(content: bytes) -> bytes:
    """Add a DTD that declares an entity."""
    root = b"<rsm:CrossIndustryInvoice"
    return content.replace(root, b'<!DOCTYPE rsm:CrossIndustryInvoice [<!ENTITY who "nobody">]>\n' + root, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """One flow of the demonstration.

    `changes` are those of its draft, `number` the form of its invoice number; `digits` and `name` replace what its
    name would have; `of` is the place in the table of another case, whose number it repeats (`repeats`) or names as
    the origin of a credit note.
    """

    interface: str
    note_fr: str
    note_en: str
    expected: str = INTEGRATED
    changes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    build: Callable[[Draft], bytes] = cii
    spoil: Callable[[bytes], bytes] = unspoilt
    partner: str = "JMRPOR"
    number: str = "DEMO-{:06d}"
    digits: str = ""
    name: str = ""
    of: int | None = None
    repeats: bool = False


def _said(before: Mapping[str, object] = MappingProxyType({}), /, **changes: object) -> Mapping[str, object]:
    return MappingProxyType({**before, **changes})


_PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
_SLIP = DraftAttachment("bon_de_livraison.pdf", "application/pdf", tiny_pdf("Bon de livraison"))
_UNZIPPED = DraftAttachment("photo.png", "image/png", b"\x89PNG\r\n\x1a\n", zipped=False)
_LONG_NAME = DraftAttachment(
    f"releve_des_travaux_{'du_mois_de_mars_' * 3}2025.pdf", "application/pdf", tiny_pdf("Relevé")
)
_EMPTY = DraftAttachment("annexe.pdf", "application/pdf", b"")
_PROGRAM = DraftAttachment("calcul.exe", "application/octet-stream", b"MZ")
_WITH_PDF = (_PDF,)
_NO_TAX = (DraftLine(vat_rate=Decimal(0), category="AE"),)
_NO_TAX_REASON = "Autoliquidation de la TVA par le preneur"
_WORKS_SUPPLIER = _said(supplier_id=structures.SUPPLIER_3, supplier_name="Bâtiments Kerouan")
_WORKS = _said(
    _WORKS_SUPPLIER,
    recipient_siret=structures.MOA,
    recipient_name="Commune de Pont-l'Aulne",
    validator_siret=structures.MOE,
    validator_name="Atelier d'architecture Lisière",
    market="2025-TRX-014",
    attachments=_WITH_PDF,
)
_TO_STATE = _said(recipient_siret=structures.STATE, recipient_name="État", attachments=_WITH_PDF)
_TO_CASHIER = _said(
    recipient_siret=structures.WITH_SERVICE,
    recipient_name="Caisse départementale de l'Orneval",
    attachments=_WITH_PDF,
)

CASES: tuple[Case, ...] = (
    Case(
        "FSO1106A",
        "Facture simple, CII structuré, pour une entité raccordée",
        "Simple invoice, structured CII, for a connected entity",
        changes=_said(lines=sample_lines(3), stylesheet="FSO1106A.xsl"),
    ),
    Case(
        "FSO1116A",
        "Facture avec son PDF, pour une entité non raccordée qui exige un service",
        "Invoice with its PDF, for an entity that is not connected and requires a service",
        changes=_said(_TO_CASHIER, service="SERV1"),
    ),
    Case(
        "FSO1100A",
        "Facture UBL structurée de plusieurs lignes et deux taux de TVA",
        "Structured UBL invoice with several lines and two VAT rates",
        changes=_said(
            lines=sample_lines(6),
            recipient_siret=structures.CONNECTED,
            recipient_name="Hôpital de la Combe-Verte",
            service="PHARMACIE",
            stylesheet="FSO1100A.xsl",
        ),
        build=ubl_invoice,
        partner="ABC123",
    ),
    Case(
        "FSO1110A",
        "Facture UBL minimale avec deux pièces jointes",
        "Minimal UBL invoice with two attachments",
        changes=_said(
            attachments=(_PDF, _SLIP), supplier_id=structures.SUPPLIER_2, supplier_name="Mécanique Bellanger"
        ),
        build=ubl_invoice,
        partner="ABC123",
    ),
    Case(
        "FSO1110A",
        "Avoir UBL qui cite sa facture d'origine",
        "UBL credit note that names its origin invoice",
        changes=_said(type_code="381", attachments=_WITH_PDF),
        build=ubl_credit_note,
        of=0,
    ),
    Case(
        "FSO1116A",
        "Avoir CII qui cite sa facture d'origine",
        "CII credit note that names its origin invoice",
        changes=_said(type_code="381", attachments=_WITH_PDF),
        of=0,
    ),
    Case(
        "FSO1116A",
        "Facture pour l'État, avec service et engagement",
        "Invoice for the State, with service and engagement",
        changes=_said(_TO_STATE, service="AAASCPV", engagement="1501966748"),
    ),
    Case(
        "FSO1116A",
        "Sous-traitant (A9) : attend la validation du titulaire",
        "Subcontractor (A9): waits for the main contractor's validation",
        changes=_said(
            cadre="A9",
            supplier_id=structures.SUBCONTRACTOR,
            supplier_name="Étanchéité Morvandier",
            validator_siret=structures.LEAD_CONTRACTOR,
            validator_name="Travaux généraux Sauvebrun",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1116A",
        "Cotraitant (A12) : attend la validation du mandataire",
        "Co-contractor (A12): waits for the lead contractor's validation",
        changes=_said(
            cadre="A12",
            supplier_id=structures.CO_CONTRACTOR,
            supplier_name="Charpentes Delaunoy",
            validator_siret=structures.LEAD_CONTRACTOR,
            validator_name="Travaux généraux Sauvebrun",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1116A",
        "Projet de décompte mensuel (A4) : le portail le présente à la MOE",
        "Draft monthly statement (A4): the portal shows it to the MOE",
        changes=_said(_WORKS, cadre="A4"),
    ),
    Case(
        "FSO1116A",
        "Pièce de travaux pour le service financier (A6) : suit le destinataire",
        "Works document for the finance service (A6): follows the recipient",
        changes=_said(_WORKS_SUPPLIER, cadre="A6", market="2025-TRX-014", attachments=_WITH_PDF),
    ),
    Case(
        "FSO1116A",
        "Projet de décompte général, procédure tacite (A22), pour une structure MOA seulement",
        "Draft general statement, tacit procedure (A22), for a MOA-only structure",
        changes=_said(
            _WORKS,
            cadre="A22",
            recipient_siret=structures.MOA_ONLY,
            recipient_name="Société publique des tramways de Brévières",
        ),
    ),
    Case(
        "FSO1116A",
        "Facture cédée à un affactureur, qui est l'encaisseur",
        "Invoice assigned to a factor, who is the payee",
        changes=_said(
            payee_siret=structures.FACTOR,
            payee_name="Comptoir d'affacturage Rivoire",
            iban="FR7699998000020000065432121",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1116A",
        "Facture déjà payée (A2) : plus rien n'est dû",
        "Invoice already paid (A2): nothing is due any more",
        changes=_said(cadre="A2", payment_code="48", prepaid=Decimal("120.00"), iban="", attachments=_WITH_PDF),
    ),
    Case(
        "FSO1116A",
        "Fournisseur de l'Union européenne, document en UTF-16",
        "Supplier of the European Union, document in UTF-16",
        changes=_said(
            supplier_scheme="2",
            supplier_id="BE0429958042",
            supplier_name="Drukkerij Zilverberk",
            supplier_country="BE",
            lines=_NO_TAX,
            exemption_reason=_NO_TAX_REASON,
            encoding="UTF-16",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1116A",
        "Fournisseur hors de l'Union européenne",
        "Supplier outside the European Union",
        changes=_said(
            supplier_scheme="ETR",
            supplier_id="KRSAMSUNGMOBILEPHO",
            supplier_name="Samsung Mobile Phone",
            supplier_country="KR",
            lines=_NO_TAX,
            exemption_reason=_NO_TAX_REASON,
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1110A",
        "Fournisseur de Nouvelle-Calédonie (RIDET), document en ISO-8859-15",
        "Supplier of New Caledonia (RIDET), document in ISO-8859-15",
        changes=_said(
            supplier_scheme="4",
            supplier_id="1234567890",
            supplier_name="Comptoir du Lagon",
            supplier_country="NC",
            recipient_siret=structures.NOT_CONNECTED,
            recipient_name="Commune de Saint-Ormond",
            notes=("Prix en €, cœur de gamme",),
            encoding="ISO-8859-15",
            attachments=_WITH_PDF,
        ),
        build=ubl_invoice,
    ),
    Case(
        "FSO1116A",
        "Fournisseur de Polynésie française (TAHITI)",
        "Supplier of French Polynesia (TAHITI)",
        changes=_said(
            supplier_scheme="5",
            supplier_id="886978001",
            supplier_name="Transports maritimes Anaho",
            supplier_country="PF",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1113A",
        "Deux factures dans un même document CPPFactureMixte",
        "Two invoices in one CPPFactureMixte document",
        changes=_said(attachments=_WITH_PDF),
        build=packs.two_in_cpp_mixte,
    ),
    Case(
        "FSO1117A",
        "Factur-X : la facture est dans le PDF, et le PDF voyage jusqu'au destinataire",
        "Factur-X: the invoice is inside the PDF, and the PDF travels to the recipient",
        changes=_said(lines=sample_lines(2)),
        build=packs.facturx,
    ),
    Case(
        "FSO1117A",
        "Factur-X dont les prix bruts sont sans remise : un avertissement, la facture passe",
        "Factur-X whose gross prices have no allowance: a warning, the invoice passes",
        changes=_said(gross_prices=True),
        build=packs.facturx,
    ),
    Case(
        "FSO1120A",
        "Mémoire de frais de justice (A3), pour le service des greffes",
        "Statement of justice costs (A3), for the registry's service",
        changes=_said(_TO_STATE, cadre="A3", service="DSJPFGU057", engagement="1501966749"),
        build=ubl_invoice,
    ),
    Case(
        "FSO1130A",
        "Travaux, UBL structuré : projet de décompte final (A7), vu d'abord par la MOE",
        "Works, structured UBL: draft final statement (A7), seen by the MOE first",
        changes=_said(_WORKS, cadre="A7", attachments=()),
        build=ubl_invoice,
    ),
    Case(
        "FSO1131A",
        "Travaux, UBL avec son PDF : décompte général et définitif (A8), remis à la MOA",
        "Works, UBL with its PDF: general and definitive statement (A8), given to the MOA",
        changes=_said(_WORKS, cadre="A8"),
        build=ubl_invoice,
    ),
    Case(
        "FSO1137A",
        "Travaux, Factur-X : projet de décompte mensuel d'un cotraitant (A13), attend le mandataire",
        "Works, Factur-X: draft monthly statement of a co-contractor (A13), waits for the group's leader",
        changes=_said(
            _WORKS,
            cadre="A13",
            supplier_id=structures.CO_CONTRACTOR,
            supplier_name="Charpentes Delaunoy",
            validator_siret=structures.LEAD_CONTRACTOR,
            validator_name="Travaux généraux Sauvebrun",
            attachments=(),
        ),
        build=packs.facturx,
    ),
    Case(
        "FSO1106A",
        "Archive tar.gz de trois factures, une signature à côté de la première",
        "Archive tar.gz of three invoices, a signature beside the first",
        build=packs.signed_archive,
    ),
    Case(
        "FSO1110A",
        "Archive ZIP d'une facture UBL et de son avoir",
        "ZIP archive of a UBL invoice and its credit note",
        changes=_said(attachments=_WITH_PDF),
        build=packs.zip_of_ubl,
    ),
    Case(
        "FSO1116A",
        "Pièces jointes à reprendre : nom trop long, fichier sans ZIP ; des avertissements, la facture passe",
        "Attachments to put right: a name too long, a file without a ZIP; warnings, the invoice passes",
        changes=_said(attachments=(_PDF, _LONG_NAME, _UNZIPPED)),
    ),
    Case(
        "FSO1113A",
        "Trois factures dans un document, une refusée : les deux autres sont intégrées",
        "Three invoices in one document, one refused: the two others are integrated",
        PARTIAL,
        _said(attachments=_WITH_PDF),
        build=packs.three_in_cpp_mixte,
    ),
    Case(
        "FSO1106A",
        "Archive de trois factures, une refusée : le compte rendu nomme son fichier",
        "Archive of three invoices, one refused: the report names its file",
        PARTIAL,
        build=packs.archive_with_a_wrong_one,
    ),
    Case(
        "FSO1116A",
        "Service inconnu du destinataire",
        "Service unknown to the recipient",
        REJECTED,
        _said(_TO_CASHIER, service="SERV9"),
    ),
    Case(
        "FSO1116A",
        "Engagement absent alors que l'État l'exige",
        "No engagement although the State requires one",
        REJECTED,
        _said(_TO_STATE, service="AAASCPV"),
    ),
    Case(
        "FSO1116A",
        "État d'acompte (A5) : pas en EDI",
        "Instalment statement (A5): not over EDI",
        REJECTED,
        _said(_WORKS, cadre="A5"),
    ),
    Case(
        "FSO1116A",
        "État d'acompte de la MOE (A15) : pas en EDI",
        "Instalment statement of the MOE (A15): not over EDI",
        REJECTED,
        _said(_WORKS, cadre="A15"),
    ),
    Case(
        "FSO1116A",
        "Décompte général et définitif tacite (A23) : ne peut être un dépôt initial",
        "Tacit definitive statement (A23): cannot be a first deposit",
        REJECTED,
        _said(_WORKS, cadre="A23"),
    ),
    Case(
        "FSO1106A",
        "SIRET du fournisseur dont la clé est fausse",
        "SIRET of the supplier with a wrong check digit",
        REJECTED,
        _said(supplier_id="81034732800018"),
    ),
    Case(
        "FSO1106A",
        "Total TTC qui n'est pas la somme du HT et de la TVA",
        "Total with tax that is not the sum of net and tax",
        REJECTED,
        _said(stated_total=Decimal("125.00")),
    ),
    Case(
        "FSO1106A",
        "Numéro de facture de plus de 20 caractères",
        "Invoice number of more than 20 characters",
        REJECTED,
        number="DEMO-{:016d}",
    ),
    Case(
        "FSO1106A",
        "Mode de paiement absent",
        "No payment mode",
        REJECTED,
        _said(payment_code=""),
    ),
    Case(
        "FSO1116A",
        "Pièce jointe dont l'extension n'est pas admise",
        "Attachment whose extension is not allowed",
        REJECTED,
        _said(attachments=(_PDF, _PROGRAM)),
    ),
    Case(
        "FSO1106A",
        "Archive de deux factures, refusées toutes deux, chacune pour sa raison",
        "Archive of two invoices, both refused, each for its own reason",
        REJECTED,
        build=packs.archive_of_all_wrong,
    ),
    Case(
        "FSO1116A",
        "Facture d'origine absente d'un dépôt mixte",
        "Original invoice missing from a mixed deposit",
        REJECTED,
    ),
    Case(
        "FSO1113A",
        "Pièce jointe vide",
        "Empty attachment",
        REJECTED,
        _said(attachments=(_PDF, _EMPTY)),
        build=packs.one_cpp_mixte,
    ),
    Case(
        "FSO1137A",
        "Facture simple (A1) sur une interface réservée aux travaux",
        "Simple invoice (A1) on an interface kept for works",
        REJECTED,
        build=packs.facturx,
    ),
    Case(
        "FSO1116A",
        "Facture simple (A1) pour une structure qui ne reçoit que des travaux",
        "Simple invoice (A1) for a structure that takes works only",
        REJECTED,
        _said(
            recipient_siret=structures.MOA_ONLY,
            recipient_name="Société publique des tramways de Brévières",
            attachments=_WITH_PDF,
        ),
    ),
    Case(
        "FSO1106A",
        "Numéro déjà pris par la première facture de la série",
        "Number already taken by the first invoice of the series",
        REJECTED,
        of=0,
        repeats=True,
    ),
    Case(
        "FSO1106A",
        "Élément que le schéma ne connaît pas",
        "Element that the schema does not know",
        INADMISSIBLE,
        spoil=with_unknown_element,
    ),
    Case(
        "FSO1106A",
        "XML mal formé : une balise n'est pas fermée",
        "XML that is not well-formed: an element is not closed",
        INADMISSIBLE,
        spoil=not_closed,
    ),
    Case(
        "FSO1106A",
        "DTD interdite",
        "Forbidden DTD",
        INADMISSIBLE,
        spoil=with_dtd,
    ),
    Case(
        "FSO1117A",
        "Factur-X abîmé : le PDF n'est pas réparé",
        "Damaged Factur-X: the PDF is not repaired",
        INADMISSIBLE,
        build=packs.damaged_facturx,
    ),
    Case(
        "FSO1117A",
        "Factur-X chiffré",
        "Encrypted Factur-X",
        INADMISSIBLE,
        build=packs.locked_facturx,
    ),
    Case(
        "FSO1117A",
        "Factur-X qui se dit PDF/A-1 : ce format n'admet pas de fichier joint",
        "Factur-X that says it is PDF/A-1: that format has no place for a file inside",
        INADMISSIBLE,
        build=packs.facturx_of_another_pdfa,
    ),
    Case(
        "FSO1117A",
        "PDF dont la facture ne s'appelle pas factur-x.xml",
        "PDF whose invoice is not called factur-x.xml",
        INADMISSIBLE,
        build=packs.facturx_under_another_name,
    ),
    Case(
        "FSO1106A",
        "Archive dont un fichier se déplie en mille fois sa taille",
        "Archive with a file that unpacks to a thousand times its size",
        INADMISSIBLE,
        build=packs.bomb,
    ),
    Case(
        "FSO1106A",
        "Archive dont un chemin sort du dossier (../)",
        "Archive with a path that leads out of its folder (../)",
        INADMISSIBLE,
        build=packs.escaping,
    ),
    Case(
        "FSO1106A",
        "Archive avec deux fichiers de même nom dans deux dossiers",
        "Archive with two files of the same name in two folders",
        INADMISSIBLE,
        build=packs.same_name_twice,
    ),
    Case(
        "FSO1106A",
        "Nom de fichier qui n'est pas un nom de flux",
        "File name that is no flow name",
        INADMISSIBLE,
        name="facture_mars.xml",
    ),
    Case(
        "FSO1199A",
        "Interface inconnue",
        "Unknown interface",
        INADMISSIBLE,
    ),
    Case(
        "FSO1101A",
        "Interface retirée, remplacée par FSO1106A",
        "Withdrawn interface, replaced by FSO1106A",
        INADMISSIBLE,
    ),
    Case(
        "FSO1116A",
        "Chiffres de l'identifiant de flux qui ne sont pas ceux de l'interface",
        "Digits of the flow id that are not those of the interface",
        INADMISSIBLE,
        _said(attachments=_WITH_PDF),
        digits="1106",
    ),
)
