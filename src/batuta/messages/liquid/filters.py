"""Filters of our own: dates, numbers and money in the reader's language, and bounded twins of built-in ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from liquid import Environment
from liquid.builtin.filters import array
from liquid.exceptions import FilterArgumentError, FilterValueError
from liquid.undefined import Undefined

from batuta.kit.zones import zone_named
from batuta.messages.liquid import arithmetic
from batuta.messages.liquid.bounds import MAX_TEXT, SizeLimitError
from batuta.messages.liquid.languages import Language, language
from batuta.rules.bound import Moment

_MOST_COMPARED = 1_000
_TAG = re.compile(r"<[^<>]*>")
_DIRECTIVE = re.compile(r"%(-?)(.)", re.DOTALL)
_STYLES = ("short", "long")
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "CHF": "CHF"}
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "CLP", "VND", "ISK", "HUF"})

Directive = Callable[[datetime, Language], str]
_DIRECTIVES: Mapping[str, Directive] = {
    "Y": lambda d, _: f"{d.year:04}",
    "y": lambda d, _: f"{d.year % 100:02}",
    "m": lambda d, _: f"{d.month:02}",
    "d": lambda d, _: f"{d.day:02}",
    "e": lambda d, _: f"{d.day:2}",
    "j": lambda d, _: f"{d.timetuple().tm_yday:03}",
    "H": lambda d, _: f"{d.hour:02}",
    "I": lambda d, _: f"{(d.hour + 11) % 12 + 1:02}",
    "M": lambda d, _: f"{d.minute:02}",
    "S": lambda d, _: f"{d.second:02}",
    "p": lambda d, _: "AM" if d.hour < 12 else "PM",
    "A": lambda d, words: words.days[d.weekday()],
    "a": lambda d, words: words.days[d.weekday()][:3],
    "B": lambda d, words: words.months[d.month - 1],
    "b": lambda d, words: words.months[d.month - 1][:3],
    "F": lambda d, _: d.date().isoformat(),
    "%": lambda _, __: "%",
}


def add_filters(environment: Environment, moment: Moment) -> None:
    """Give an environment our filters; `now` and `today` in a date are the moment, never the machine's clock."""

    def shown_date(value: object, form: object = "short", language_code: object = None) -> str:
        return format_date(_day(value, moment), str(form), language(language_code)) if _given(value) else ""

    environment.add_filter("date", shown_date)
    environment.add_filter("number", number)
    environment.add_filter("money", money)
    environment.add_filter("replace", replace)
    environment.add_filter("join", join)
    environment.add_filter("strip_html", strip_html)
    environment.add_filter("uniq", uniq)
    for name, compute in arithmetic.FILTERS.items():
        environment.add_filter(name, compute)


def number(value: object, decimals: object = None, language_code: object = None) -> str:
    """Write a number with the separators of a language; `decimals` rounds half up (none: as it is)."""
    if not _given(value):
        return ""
    return _grouped(_decimal(value), _digits(decimals), language(language_code))


def money(value: object, currency: object = "EUR", language_code: object = None) -> str:
    """Write an amount in a currency (ISO code), as people of that language do."""
    if not _given(value):
        return ""
    words, code = language(language_code), str(currency).upper()
    amount = _decimal(value)
    figure = _grouped(abs(amount), 0 if code in _WITHOUT_CENTS else 2, words)
    symbol = _SYMBOLS.get(code, code)
    if words.symbol_after:
        shown = f"{figure}\u00a0{symbol}"
    else:
        shown = f"{symbol}{figure}" if len(symbol) == 1 or symbol == "R$" else f"{symbol}\u00a0{figure}"
    return f"-{shown}" if amount < 0 else shown


def replace(value: object, old: object, new: object = "") -> str:
    """Replace every occurrence of a text, unless the result would be beyond the bounds."""
    text, sought, put = _text(value), _text(old), _text(new)
    if len(text) + text.count(sought) * (len(put) - len(sought)) > MAX_TEXT:
        raise SizeLimitError(f"a text of more than {MAX_TEXT:,} characters", token=None)
    return text.replace(sought, put)


def join(value: object, separator: object = " ") -> str:
    """Join the items of a list, unless the result would be beyond the bounds."""
    items = [_text(item) for item in value] if isinstance(value, (list, tuple, range)) else [_text(value)]
    between = _text(separator)
    if sum(map(len, items)) + len(items) * len(between) > MAX_TEXT:
        raise SizeLimitError(f"a text of more than {MAX_TEXT:,} characters", token=None)
    return between.join(items)


def uniq(value: object, key: object = None) -> list[object]:
    """Remove repeated items; refuse long lists, of which Liquid compares every item with every other."""
    if isinstance(value, (list, tuple, range)) and len(value) > _MOST_COMPARED:
        raise SizeLimitError(f"a list of more than {_MOST_COMPARED:,} items to compare", token=None)
    found: list[object] = array.uniq(value, key)
    return found


def strip_html(value: object) -> str:
    """Remove tags from a text."""
    return _TAG.sub("", _text(value))


def format_date(value: datetime, form: str, words: Language) -> str:
    """Write a date by a form such as `%d/%m/%Y`, or in the language's `short` or `long` style."""
    if form in _STYLES:
        form = words.short if form == "short" else words.long

    def directive(found: re.Match[str]) -> str:
        write = _DIRECTIVES.get(found.group(2))
        if write is None:
            raise FilterArgumentError(f"date knows no {found.group(0)}", token=None)
        written = write(value, words)
        return (written.lstrip("0 ") or "0") if found.group(1) else written

    return _DIRECTIVE.sub(directive, form)


def _day(value: object, moment: Moment) -> datetime:
    if isinstance(value, str):
        if value in ("now", "today"):
            return moment.local
        value = _read_date(value)
    if isinstance(value, datetime):
        return value.astimezone(zone_named(moment.zone)) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    raise FilterValueError(f"date expects a date, found {type(value).__name__}", token=None)


def _read_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FilterValueError(f"{text[:40]!r} is no date", token=None) from None


def _decimal(value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or abs(found.adjusted()) > 60:
        raise FilterValueError(f"{str(value)[:40]!r} is no number", token=None)
    return found


def _digits(decimals: object) -> int | None:
    if not _given(decimals):
        return None
    if isinstance(decimals, int) and 0 <= decimals <= 20:
        return decimals
    raise FilterArgumentError(f"decimals must be from 0 to 20, found {str(decimals)[:40]!r}", token=None)


def _grouped(value: Decimal, decimals: int | None, words: Language) -> str:
    if decimals is not None:
        value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, rest = f"{value:,f}".partition(".")
    return whole.replace(",", words.thousands) + (words.point + rest if rest else "")


def _given(value: object) -> bool:
    return not (value is None or value == "" or isinstance(value, Undefined))


def _text(value: object) -> str:
    return "" if value is None else str(value)
