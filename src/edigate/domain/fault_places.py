"""Of which business field each fault code speaks, and which settings of a site change what it decides (design §7)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _by_code(*rows: tuple[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Rows of codes (`I001 I003`) and what they share (words apart by spaces), turned round."""
    return MappingProxyType({f"EDG-{code}": tuple(shared.split()) for codes, shared in rows for code in codes.split()})


_ENVELOPE = (
    ("F001", "name"),
    ("F002 F006 F007 F008 F009", "interface"),
    ("F004 F005", "application"),
    ("F003 F010", "flow_id"),
    ("F022", "sender"),
)
_PACKING = (
    ("F011 F012 F013 F014 F015 F020 F021 F050 F105", "document"),
    ("F016", "document attachments[].content"),
    ("F060 F061 F062 F063 F064 F065 F066 F067 F068", "document"),
    ("F069 F070 F071 F072 F073 F074 F075 F076 F077", "document"),
    ("F030 F031 F033 F044 F045 F046 F047 F049", "archive"),
    ("F035 F037 F038 F039 F040 F041 F042 F043 F048", "entry"),
    ("F032 F034 F036", "archive entry"),
)
_HEADER = (
    ("I001 I002 I003 I004 I150 I154", "number"),
    ("I010 I011 I012", "type_code"),
    ("I020 I021 I022 I023", "issue_date"),
    ("I030 I031", "currency"),
    ("I140 I141 I142 I143 I144 I145 I146 I147 I148 I149 I151 I152", "cadre"),
    ("I170", "preceding[]"),
)
_PARTIES = (
    ("I040 I042 I043 I044 I045 I046 I047 I048 I051 I053", "supplier.identifier"),
    ("I041", "supplier.scheme"),
    ("I049 I050", "supplier.name"),
    ("I052", "supplier.country"),
    ("I060 I062 I063 I064 I065 I066 I067 I068", "recipient.identifier"),
    ("I153", "recipient.identifier cadre type_code"),
    ("I061", "recipient.scheme"),
    ("I069 I070 I071 I072 I073", "service"),
    ("I074 I075 I076 I077 I079", "engagement"),
    ("I078", "market"),
    ("I160 I161 I162", "validator.identifier"),
)
_NUMBERS = (
    "totals.lines totals.allowances totals.charges totals.without_tax totals.tax totals.with_tax totals.prepaid "
    "totals.rounding totals.due vat[].rate vat[].base vat[].amount lines[].gross_price lines[].net_price "
    "lines[].quantity lines[].net_amount lines[].vat_rate"
)
_AMOUNTS = (
    ("I080 I081 I085", "payment.code"),
    ("I054 I082 I083 I084", "payment.account"),
    ("I100 I103", "totals.without_tax"),
    ("I101 I104 I112", "totals.with_tax"),
    ("I090 I102 I105", "totals.due"),
    ("I106", "totals.lines"),
    ("I107", "totals.tax"),
    ("I108", "lines[].gross_price"),
    ("I109", _NUMBERS),
    ("I110", f"{_NUMBERS} allowances[].amount lines[].allowances[].amount"),
    ("I111", "vat[].rate vat[].base vat[].amount"),
)
_LENGTHS = (
    "notes[] recipient.name validator.name payee.name site.identifier allowances[].reason vat[].exemption_reason "
    "lines[].notes[] lines[].product lines[].quantity lines[].site.identifier lines[].allowances[].reason"
)
_TEXTS = (("I056", _LENGTHS),)
_ATTACHMENTS = (
    ("I121", "attachments[].name attachments[].content"),
    ("I122 I128 I129 I131", "attachments[].name"),
    ("I133", "attachments[].mime"),
    ("I134", "attachments[].declared_type"),
    ("I120 I123 I124 I125 I126 I127 I130 I132", "attachments[].content"),
)
_REPORTS = (
    ("S001 S002 S003 S004 S031 S034 S035 S036 S037 S038", "status.code"),
    ("S005", "status.label"),
    ("S010 S013 S014 S015", "status.comment"),
    ("S011 S012", "status.at receipt.at"),
    ("S020", "status.supplier"),
    ("S021 S030 S032 S033", "status.number"),
    ("S022", "status.recipient"),
    ("S025", "receipt.code"),
    ("S026 S040 S041 S042", "receipt.flow_id"),
    ("S027", "receipt.lines"),
)

FIELDS_OF: Mapping[str, tuple[str, ...]] = _by_code(
    *_ENVELOPE, *_PACKING, *_HEADER, *_PARTIES, *_AMOUNTS, *_TEXTS, *_ATTACHMENTS, *_REPORTS
)
"""Keys of `domain.fields`, or parts of the envelope, by code; a code that is not here may speak of any element."""

SETTINGS_OF: Mapping[str, tuple[str, ...]] = _by_code(
    ("F003", "rules.digits_must_match"),
    ("F012", "limits.flow_bytes limits.document_bytes"),
    ("F013", "intake.broken_after_seconds"),
    ("F015 F045", "limits.flow_invoices"),
    ("F016", "antivirus.socket"),
    ("F039", "limits.archive_folders"),
    ("F042 F071", "limits.document_bytes"),
    ("F044", "limits.archive_entries"),
    ("F046", "limits.archive_bytes"),
    ("F047", "limits.archive_ratio"),
    ("F048", "limits.archive_nesting"),
    ("I043 I063 I162", "rules.siret_luhn"),
    ("I051 I053", "rules.supplier_must_be_known"),
    ("I054", "rules.supplier_account_must_be_known"),
    ("I067", "rules.state_by_service rules.state_siret"),
    ("I124", "limits.attachment_bytes"),
    ("I147", "rules.take_a21"),
    ("I148", "rules.works_on_general_interfaces"),
    ("S036", "life_cycle.recycle_is_rejection"),
)
"""`table.key` of `edigate.toml` by code: what makes of an error a warning, moves a limit, or lets something pass."""
