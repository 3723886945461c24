"""How a text from a document or a program is shown to a person, in French or in English."""

from __future__ import annotations

import datetime as dt
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from edigate.domain.schema_words import SCHEMA_WORDS
from edigate.domain.typography import NO_BREAK, french

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Pair: TypeAlias = tuple[str, str]
"""French, English."""

_LONGEST_VALUE = 200
_LONGEST_ARG = 1000
_UNITS = (("Go", "GB", 10**9), ("Mo", "MB", 10**6), ("ko", "kB", 10**3))

_WORDS: Mapping[str, Pair] = MappingProxyType(
    {
        "": ("(vide)", "(empty)"),
        "integrated": ("intégration", "integrated"),
        "partial": ("intégration partielle", "integrated in part"),
        "rejected": ("rejet", "rejected"),
        "inadmissible": ("irrecevabilité", "inadmissible"),
        "xml": ("un document XML", "an XML document"),
        "gzip": ("une archive tar.gz", "a tar.gz archive"),
        "zip": ("une archive ZIP", "a ZIP archive"),
        "pdf": ("un fichier PDF", "a PDF file"),
        "tar": ("une archive tar sans compression gzip", "a tar archive that gzip did not compress"),
        "bzip2": ("un fichier compressé par bzip2", "a file compressed by bzip2"),
        "xz": ("un fichier compressé par xz", "a file compressed by xz"),
        "zstd": ("un fichier compressé par zstd", "a file compressed by zstd"),
        "7z": ("une archive 7z", "a 7z archive"),
        "rar": ("une archive RAR", "a RAR archive"),
        "program": ("un programme, ou une archive auto-extractible", "a program, or an archive that unpacks itself"),
        "jpeg": ("une image JPEG", "a JPEG picture"),
        "png": ("une image PNG", "a PNG picture"),
        "gif": ("une image GIF", "a GIF picture"),
        "tiff": ("une image TIFF", "a TIFF picture"),
        "office": ("un document bureautique", "an office document"),
        "other": ("un contenu non reconnu", "content of no known type"),
        "zip_unreadable": ("il est illisible", "it cannot be read"),
        "zip_of_several": ("il contient plusieurs fichiers au lieu d’un seul", "it holds several files instead of one"),
        "zip_encrypted": (
            "il est chiffré ou protégé par un mot de passe",
            "it is encrypted or protected by a password",
        ),
        "zip_method": (
            "sa méthode de compression n’est pas « deflate », la seule que tout logiciel ouvre",
            "its compression method is not “deflate”, the only one that every program opens",
        ),
        "zip_damaged": (
            "son contenu est endommagé (taille ou somme de contrôle inexacte)",
            "its content is damaged (wrong size or checksum)",
        ),
        "own_number": ("un numéro que nulle autre unité ne porte", "a number that no other unit has"),
        "YYYYMMDD": ("AAAAMMJJ", "YYYYMMDD"),
        "YYYY-MM-DD": ("AAAA-MM-JJ", "YYYY-MM-DD"),
        **SCHEMA_WORDS,
    }
)


@cache
def _words() -> Mapping[str, Pair]:
    """These, and what goes with faults of archives, which whoever only shows names and numbers does without."""
    from edigate.domain.archive_faults import ARCHIVE_WORDS  # noqa: PLC0415 - see above

    return MappingProxyType({**_WORDS, **ARCHIVE_WORDS})


def pick(pair: Pair, language: str) -> str:
    """The English one for "en", the French one (the channel's own language) for any other."""
    return pair[language == "en"]


def printable(text: str) -> str:
    """The same text without control characters, which neither a terminal nor an XML report could carry."""
    if text.isprintable():
        return text
    return "".join(char if char == NO_BREAK or char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _printed(pair: Pair, language: str) -> str:
    """As `pick`, with the spaces of French print."""
    text = pick(pair, language)
    return text if language == "en" else french(text)


def shown_value(value: str, language: str) -> str:
    """The value found, safe to show; of one that is longer than a person reads the start, and how long it is."""
    return _start(value, _LONGEST_VALUE, language) or _printed(_WORDS[""], language)


def shown_arg(name: str, arg: str, language: str) -> str:
    """An argument of a fault, by what its name says it is: a date, a size, a reason, a word of ours."""
    return _PRESENT.get(name, _word)(arg, language)


def _start(text: str, longest: int, language: str) -> str:
    start = printable(text[:longest]).replace(NO_BREAK, _escaped(NO_BREAK))  # in a value it would look like a space
    if len(text) <= longest:
        return start
    from edigate.domain.faults import length_of  # noqa: PLC0415 - for what is longer than anybody reads

    length = length_of(text)
    return f"{start}… {pick((f'[{length} caractères en tout]', f'[{length} characters in all]'), language)}"


def _word(arg: str, language: str) -> str:
    words = _words()
    return _printed(words[arg], language) if arg in words else _start(arg, _LONGEST_ARG, language)


def _reason(arg: str, language: str) -> str:
    """A reason of ours, of a reader of XML or PDF, or of a structure's own, without the full stop of our sentence."""
    reason = arg.strip().rstrip(".")
    if reason in _words():
        return _word(reason, language)
    from edigate.domain.reader_words import in_words  # noqa: PLC0415 - a table of patterns, only for what is refused

    return in_words(_start(reason, _LONGEST_ARG, language), language)


def _day(arg: str, language: str) -> str:
    try:
        day = dt.date.fromisoformat(arg[:10])
    except ValueError:
        return _word(arg, language)
    return pick((f"{day:%d/%m}/{day.year:04d}", day.isoformat()), language)


def _size(arg: str, language: str) -> str:
    if not (arg.isascii() and arg.isdigit()):
        return _word(arg, language)
    unit_fr, unit_en, factor = next((unit for unit in _UNITS if int(arg) >= unit[2]), ("octets", "bytes", 1))
    figure = f"{int(arg) / factor:.6g}"
    return pick((f"{figure.replace('.', ',')}{NO_BREAK}{unit_fr}", f"{figure} {unit_en}"), language)


_OTHER_ARCHIVES = frozenset({"tar", "bzip2", "xz", "zstd", "7z", "rar", "program"})


def _instead(arg: str, language: str) -> str:
    """What to deposit in the place of content of this kind."""
    if arg in _OTHER_ARCHIVES:
        return _printed(
            (
                "les documents dans une archive tar compressée par gzip (tar.gz), ou dans une archive ZIP",
                "the documents in a tar archive compressed with gzip (tar.gz), or in a ZIP archive",
            ),
            language,
        )
    return pick(("le contenu attendu", "the expected content"), language)


def _takers(arg: str, language: str) -> str:
    """What to deposit where, by the codes of the interfaces that take a document; "pdf" where a PDF embeds it."""
    if arg == "pdf":
        return pick(("un PDF qui embarque un CII", "a PDF that embeds a CII"), language)
    *others, last = arg.split() or [""]
    if not last:
        return pick(("un document du format attendu", "a document of the expected format"), language)
    codes = pick((" ou ", " or "), language).join(filter(None, (", ".join(others), last)))
    told = ("le document sur une interface de son format", "the document on an interface of its format")
    return f"{pick(told, language)}, {codes}"


def _replacement(arg: str, language: str) -> str:
    return _word(arg, language) if arg else pick(("aucune", "none"), language)


def _within(arg: str, language: str) -> str:
    """Where a file stands that is not itself what the document names."""
    words = (" (dans le ZIP de la pièce jointe « {} »)", " (in the ZIP of the attachment “{}”)")
    return _printed(words, language).format(_word(arg, language)) if arg else ""


def _infected(arg: str, language: str) -> str:
    """What was looked through: the deposit as it came, or an attachment by its name."""
    words = ("la pièce jointe « {} »", "the attachment “{}”")
    return _printed(words, language).format(_word(arg, language)) if arg else pick(_DEPOSIT, language)


def _quoted(arg: str, language: str) -> str:
    """A text as it was found, which may be nothing."""
    return _printed(("« {} »", "“{}”"), language).format(_word(arg, language)) if arg else pick(_NOTHING, language)


def _expected(arg: str, language: str) -> str:
    return _word(arg, language) if arg else pick(_NOTHING_MORE, language)


_DEPOSIT: Pair = ("le fichier déposé", "the deposited file")
_NOTHING: Pair = ("rien", "nothing")
_NOTHING_MORE: Pair = ("rien de plus", "nothing more")
_HOLDERS: Mapping[str, Pair] = MappingProxyType(
    {
        "gate": ("la passerelle", "the gate"),
        "depositor": ("le déposant", "the depositor"),
        "supplier": ("le fournisseur", "the supplier"),
        "recipient": ("le destinataire", "the recipient"),
        "portal": ("le portail", "the portal"),
        "validator": ("un valideur", "a validator"),
        "validator1": ("le premier valideur", "the first validator"),
        "validator2": ("le second valideur", "the second validator"),
        "moe": ("la maîtrise d’œuvre", "the project manager (MOE)"),
        "moa": ("la maîtrise d’ouvrage", "the contracting authority (MOA)"),
        "closed": ("personne", "nobody"),
        "unknown": ("personne de connu", "nobody known"),
    }
)


def _holder(arg: str, language: str) -> str:
    return pick(_HOLDERS[arg], language) if arg in _HOLDERS else _word(arg, language)


_COUNTED: Mapping[str, Pair] = MappingProxyType(
    {"characters": ("caractères", "characters"), "digits": ("chiffres", "digits")}
)


def _counted(arg: str, language: str) -> str:
    return pick(_COUNTED[arg], language) if arg in _COUNTED else _word(arg, language)


def _in_flow(arg: str, language: str) -> str:
    """An invoice of the flow by its position and, where it has one, the name of its file."""
    position, _, entry = arg.partition(" ")
    words = _printed(("facture n° {} du flux, fichier « {} »", "invoice {} of the flow, file “{}”"), language)
    return (words if entry else words.partition(",")[0]).format(position, _word(entry, language))


def _status(arg: str, language: str) -> str:
    """A status of an invoice by its code and label."""
    from edigate.domain.statuses import STATUSES  # noqa: PLC0415 - for who names one

    row = STATUSES.get(arg)
    if row is None:
        return _word(arg, language)
    return _printed((f"{arg} « {row.label_fr} »", f"{arg} “{row.label_en}”"), language)


def _portal_status(arg: str, language: str) -> str:
    """A status of the portal's own numbering by its number and label."""
    from edigate.domain.portal_statuses import portal_status  # noqa: PLC0415 - for who names one

    status = portal_status(arg)
    if status is None:
        return _word(arg, language)
    return _printed((f"{status:d} « {status.label_fr} »", f"{status:d} “{status.label_en}”"), language)


_PRESENT: Mapping[str, Callable[[str, str], str]] = MappingProxyType(
    {
        "date": _day,
        "limit": _size,
        "reason": _reason,
        "instead": _instead,
        "replaced_by": _replacement,
        "label": _quoted,
        "expected": _expected,
        "takers": _takers,
        "first": _in_flow,
        "holder": _holder,
        "sender": _holder,
        "code": _status,
        "meant": _status,
        "previous": _status,
        "state": _status,
        "portal": _portal_status,
        "unit": _counted,
        "within": _within,
        "infected": _infected,
    }
)
