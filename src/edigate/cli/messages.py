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


def colon() -> str:
    """The mark between a label and its text, which French sets apart."""
    return t(":", " :")
