"""What may be said of a datum that is longer than Factur-X says Chorus Pro takes (reference §7.7)."""

from __future__ import annotations

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

LENGTH_FAULTS: dict[str, FaultRow] = {
    "EDG-I056": FaultRow(
        nature=Nature.FONCTIONNELLE,
        severity=Severity.WARNING,
        title_fr="Donnée plus longue que Chorus Pro ne la prévoit",
        title_en="Datum longer than Chorus Pro foresees",
        message_fr=(
            "Le champ « {field} » compte {found} {unit}, quand les notes du standard Factur-X pour Chorus Pro en "
            "prévoient {most} au plus : « {value} »."
        ),
        message_en=(
            "The field “{field}” has {found} {unit}, where the notes of the Factur-X standard on Chorus Pro foresee "
            "{most} at most: “{value}”."
        ),
        remedy_fr=(
            "La facture suit son cours, la donnée entière ; dans les prochaines, tenez-vous-en à {most} {unit}, car on "
            "ignore si Chorus Pro refuse ou coupe ce qui dépasse. Seul le premier champ de ce genre est cité : "
            "vérifiez les autres."
        ),
        remedy_en=(
            "The invoice goes on with the datum whole; in the next ones keep to {most} {unit}, as it is not known "
            "whether Chorus Pro refuses or cuts what is longer. Only the first field of the kind is named: check the "
            "others."
        ),
    ),
}
