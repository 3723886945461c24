"""Why a document could not be read, in words for its sender: EDG-F101 to EDG-F104."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.faults import Fault, fault
from edigate.parsers import _prolog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\xfe\xff", b"\xfe\xff")
_BLANK = b"\0\t\n\r "
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>\r\n]{0,80}")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][\w.:-]*)")
_SAID = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][\w.:-]*)[\"']", re.ASCII)
# Those in which every sign of markup is the one byte (or the one wide character) that it looks like. In UTF-7, HZ,
# ISO-2022 and their like it can hide from whoever looks at the bytes, and some of Python's codecs take for ever.
_PLAIN = re.compile(
    r"UTF-?8|(?:UTF-?(?:16|32)|UCS-?[24])(?:-?[LB]E)?|ISO-10646-UCS-[24]|(?:US-)?ASCII|ISO[-_]?8859[-_]\d{1,2}"
    r"|Latin-?\d{1,2}|L\d|(?:windows|cp)-?125\d|(?:IBM|cp)(?:437|850|858)|KOI8-[RU]|macintosh",
    re.IGNORECASE,
)
_WIDE = re.compile(r"UTF-?16|UTF-?32|ISO-10646-UCS|UCS-", re.IGNORECASE)
_AT = re.compile(r",? line \d+, column \d+$")
_ADVICE = re.compile(r",? (?:try|use|see) (?:XML_PARSE_HUGE|xmlCtxt).*")

# libxml2's xmlParserErrors: names differ between its versions, numbers do not.
_INVALID_CHARACTER = 9
_ENCODING = frozenset({31, 32, 81, 6003})
_LIMITS = frozenset({89, 110, 114})
_NOT_UTF8 = "Input is not proper UTF-8"  # as versions of libxml2 before 2.14 have it
_UNFINISHED = frozenset({39, 40, 45, 47, 63, 73, 74, 77})
_REASONS: Mapping[int, str] = MappingProxyType(
    {
        4: "no element found",
        5: "something follows the end of the root element",
        9: "a character that XML does not allow",
        23: "the name of an entity is not followed by ';' (write '&amp;' for '&')",
        38: "'<' inside an attribute (write '&lt;')",
        64: "something stands before the XML declaration",
        68: "'&' begins no entity (write '&amp;')",
    }
)


def at_sight(content: bytes) -> Fault | None:
    """What forbids that libxml2 reads it: a document type declaration (EDG-F103), an encoding that hides (EDG-F102)."""
    prolog = _prolog.look(content)
    if not prolog.declares:
        return _hiding(prolog.text)
    found = _DOCTYPE.match(prolog.text, prolog.end)
    return fault("EDG-F103", value=_printable(found[0]) if found else "").placed("", prolog.line)


def _hiding(beginning: str) -> Fault | None:
    found = _SAID.match(beginning)
    if found is None or _PLAIN.fullmatch(found[1]):
        return None
    return fault("EDG-F102", encoding=found[1]).placed("", beginning.count("\n", 0, found.start(1)) + 1)


def explained(content: bytes, error: etree.XMLSyntaxError) -> Fault:
    """The one fault behind libxml2's refusal, with the line, the column and the text found there."""
    line, column = max(error.position[0], 1), error.position[1]
    code, message = _told(error)
    encoding = declared_encoding(content)
    if reason := _limit(code, message):
        return fault("EDG-F104", reason=reason, column=column).placed("", line)
    if _is_misdeclared(content, code, encoding):
        return _misdeclared(content, encoding, line, column)
    value = _around(content, line, column)
    reason = _reason(code, message, at_end=_at_end(content, line, column))
    return fault("EDG-F101", value=value, reason=reason, column=column).placed("", line)


def explained_far_down(head: bytes, error: etree.XMLSyntaxError, *, at_end: bool) -> Fault:
    """As `explained`, of a document of which no more than the beginning is still there; no text is found."""
    line, column = max(error.position[0], 1), error.position[1]
    code, message = _told(error)
    encoding = declared_encoding(head)
    if reason := _limit(code, message):
        return fault("EDG-F104", reason=reason, column=column).placed("", line)
    if _is_misdeclared(head, code, encoding) or message.startswith(_NOT_UTF8):
        return fault("EDG-F102", encoding=encoding, column=column).placed("", line)
    return fault("EDG-F101", reason=_reason(code, message, at_end=at_end), column=column).placed("", line)


def _told(error: etree.XMLSyntaxError) -> tuple[int, str]:
    return getattr(error, "code", 0), _AT.sub("", " ".join((error.msg or "").split()))


def _limit(code: int, message: str) -> str:
    """Which limit of libxml2 was passed, in its words; empty where none was."""
    passed = code in _LIMITS or "XML_PARSE_HUGE" in message
    return _ADVICE.sub("", message).removeprefix("Resource limit exceeded: ") if passed else ""


def declared_encoding(content: bytes) -> str:
    """The encoding that the document claims: its declaration's, its byte order mark's, or UTF-8."""
    found = _DECLARED.match(_head(content, 1024))
    if found:
        return found[1].decode("ascii")
    return "UTF-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "UTF-8"


def _head(content: bytes, size: int) -> bytes:
    """The beginning as if it were written in one byte per character, without byte order mark."""
    start = content[:size]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"")


def _reason(code: int, message: str, *, at_end: bool) -> str:
    if at_end and (code in _UNFINISHED or message.startswith("Incomplete")):
        return f"the document stops before its end: {message}"
    # libxml2 has one number for every name that is missing: only some of them are an entity's.
    return message if message.startswith("StartTag") else _REASONS.get(code, message)


def _is_misdeclared(content: bytes, code: int, encoding: str) -> bool:
    """Whether the encoding is at fault: libxml2 says so, or stumbles over bytes that the declaration explains."""
    if code in _ENCODING:
        return True
    if b"\0" in content[:4] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return code == _INVALID_CHARACTER and not _WIDE.match(encoding)
    return bool(_WIDE.match(encoding)) or (code == _INVALID_CHARACTER and _undecodable(content, encoding) is not None)


def _undecodable(content: bytes, encoding: str) -> int | None:
    """Where the bytes stop being of the encoding; a character cut by the end of the file does not count."""
    if not _PLAIN.fullmatch(encoding):
        return None
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return None if error.reason == "unexpected end of data" else error.start
    except LookupError:
        return None
    return None


def _misdeclared(content: bytes, encoding: str, line: int, column: int) -> Fault:
    """Placed by Python's decoder where it can: libxml2 may notice a bad byte some bytes after it."""
    at = None if _WIDE.match(encoding) else _undecodable(content, encoding)
    if at is None:
        return fault("EDG-F102", encoding=encoding, column=column).placed("", line)
    begin = content.rfind(b"\n", 0, at) + 1
    text = content[max(begin, at - 20) : at + 20].partition(b"\n")[0].decode(encoding, "backslashreplace")
    found = fault("EDG-F102", value=_printable(text), encoding=encoding, column=at - begin + 1)
    return found.placed("", content.count(b"\n", 0, at) + 1)


def _offset(content: bytes, line: int, column: int) -> tuple[int, int]:
    """Where the line begins, and the place in it: exact in encodings of one byte for ASCII."""
    begin = 0
    for _ in range(line - 1):
        begin = content.find(b"\n", begin) + 1
    return begin, begin + column - 1


def _around(content: bytes, line: int, column: int) -> str:
    """The text just before and after a place, on its line; nothing in UTF-16, whose lines are not looked for."""
    if b"\0" in content[:4]:
        return ""
    begin, at = _offset(content, line, column)
    return _printable(content[max(begin, at - 40) : at + 20].partition(b"\n")[0].decode("utf-8", "replace"))


def _at_end(content: bytes, line: int, column: int) -> bool:
    return not content[_offset(content, line, column)[1] :].strip(_BLANK)[4:]


def _printable(text: str) -> str:
    """Without what no report could carry: control characters are forbidden in XML."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text.strip())
