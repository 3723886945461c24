"""Stating the form of one structure's numbers: a new version that differs in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.forms import LONGEST_HINT, complaint
from edigate.ledger.directory.making import FORMS, TABLES, copy, new_version
from edigate.ledger.directory.records import BadDirectory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def state_forms(folder: Path, version: str, base: Path, siret: str, forms: Mapping[str, str]) -> None:
    """Make a version like `base` in which the structure has these forms, by their columns; others stay.

    Raises BadDirectory for a form that cannot be taken and for an unknown structure.
    """
    stop_on_forms(forms)
    listed = ", ".join(f"{column} = ?" for column in FORMS if column in forms)
    values = [forms[column] for column in FORMS if column in forms]
    with new_version(folder, version, base) as connection:
        copy(connection, *TABLES)
        done = connection.execute(f"update main.structure set {listed} where siret = ?", (*values, siret))
        if not done.rowcount:
            raise BadDirectory(
                english=f"the directory holds no structure {siret}",
                french=f"l'annuaire n'a pas de structure {siret}",
            )


def stop_on_forms(forms: Mapping[str, str]) -> None:
    """Raise BadDirectory for a pattern that is no form, or a sentence that is too long."""
    for column, form in forms.items():
        said = complaint(form) if column != "form_hint" else None
        if said:
            french, english = said
            raise BadDirectory(
                english=f"{form!r} cannot be a form: {english}", french=f"{form!r} ne peut servir : {french}"
            )
    if len(forms.get("form_hint", "")) > LONGEST_HINT:
        raise BadDirectory(
            english=f"the sentence is longer than {LONGEST_HINT} characters",
            french=f"la phrase dépasse {LONGEST_HINT} caractères",
        )
