"""Numbers, days and labels as French readers write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

_NO_BREAK = "\N{NO-BREAK SPACE}"
# Past this many digits on either side of its point a number is no amount of anything: it is shown as it is held.
_LONGEST = 40
_GROUP = 3  # digits that are told apart from those before them
_UNGROUPED = _GROUP + len(".00")


def amount(value: Decimal | None) -> str:
    r"""An amount with two decimals at least, and all that it has; empty where there is none.

    >>> from decimal import Decimal
    >>> amount(Decimal("1234567.5")), amount(Decimal("0.1234"))
    ('1\xa0234\xa0567,50', '0,1234')
    """
    if value is None:
        return ""
    text = str(value)
    if text[-3:-2] == "." and len(text) <= _LONGEST:  # as nearly all are
        return text.replace(".", ",") if len(text) <= _UNGROUPED else _grouped(value)
    text = _written(value)
    whole, point, decimals = text.partition(",")
    return f"{whole},{decimals:0<2}" if point or whole.lstrip("-").replace(_NO_BREAK, "").isdigit() else whole


def figure(value: Decimal | None) -> str:
    r"""A number without zeros that say nothing; empty where there is none.

    >>> from decimal import Decimal
    >>> figure(Decimal("12.50")), figure(Decimal("1E+3"))
    ('12,5', '1\xa0000')
    """
    if value is None:
        return ""
    text = str(value)
    if len(text) <= _GROUP and text.isdecimal():
        return text
    text = _written(value)
    return text.rstrip("0").rstrip(",") if "," in text else text


def percent(value: Decimal | None) -> str:
    """A rate in percent; empty where there is none."""
    return f"{figure(value)}{_NO_BREAK}%" if value is not None else ""


def day(value: dt.date | None) -> str:
    """A day; empty where there is none.

    >>> import datetime as dt
    >>> day(dt.date(2026, 3, 9))
    '09/03/2026'
    """
    if value is None:
        return ""
    written = value.isoformat()
    return f"{written[8:]}/{written[5:7]}/{written[:4]}"


def joined(*texts: str, sep: str = " – ") -> str:
    """The texts that are not empty, with `sep` between them."""
    return sep.join(filter(None, texts))


def labelled(label: str, text: str, colon: str = f"{_NO_BREAK}:") -> str:
    """The text after its label, or nothing where there is no text."""
    return f"{label}{colon} {text}" if text else ""


def _written(value: Decimal) -> str:
    text = str(value)
    whole, point, decimals = text.partition(".")
    if len(whole) <= _GROUP and len(decimals) <= _LONGEST and (whole + decimals).isdecimal():
        return f"{whole},{decimals}" if point else whole
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST or -int(value.as_tuple().exponent) > _LONGEST:
        return text
    return _grouped(value)


def _grouped(value: Decimal) -> str:
    return f"{value:,f}".replace(",", _NO_BREAK).replace(".", ",")
