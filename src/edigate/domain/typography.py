"""French punctuation: the spaces that belong to a mark do not part from it at the end of a line."""

from __future__ import annotations

import re

NO_BREAK = "\N{NO-BREAK SPACE}"
_BEFORE = re.compile(r" (?=[»;:?!%])")
_AFTER = re.compile(r"(?<=«) ")


def french(text: str) -> str:
    """The text with no-break spaces inside guillemets and before the marks that French sets apart.

    The wide one, which Latin-1 has too, not the narrow one: a report may be read by an old system.

    >>> french("Trouvé : « a ».").replace(NO_BREAK, "~")
    'Trouvé~: «~a~».'
    """
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))
