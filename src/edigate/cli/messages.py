"""The language of the command line: every text is written in English and in French where it is used."""

from __future__ import annotations

from contextvars import ContextVar

LANGUAGES = ("en", "fr")
_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language spoken now, `en` or `fr`."""
    return _language.get()


def speak(chosen: str) -> None:
    """Speak this language from now on; the help of a command is worded when its module is imported."""
    _language.set(chosen)


def t(english: str, french: str, /, **values: object) -> str:
    """The text in the language spoken now, with its values put in.

    >>> t("{count} files", "{count} fichiers", count=3)
    '3 files'
    """
    text = french if language() == "fr" else english
    return text.format(**values) if values else text


def counted(count: int, english: tuple[str, str], french: tuple[str, str], /, **values: object) -> str:
    """As `t`, of a number of things: each language has its text for one and for several.

    French counts none in the singular, English in the plural.

    >>> counted(1, ("{count} file", "{count} files"), ("{count} fichier", "{count} fichiers"))
    '1 file'
    """
    several = count > 1 if language() == "fr" else count != 1
    return t(english[several], french[several], count=count, **values)


def colon() -> str:
    """The mark between a label and its text, which French sets apart."""
    return t(":", " :")
