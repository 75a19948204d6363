"""The one folding of text, key text, and suggestions for misspelt names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

_FIRST_MARK, _LAST_MARK = 0x0300, 0x036F
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def fold(text: str) -> str:
    """Return text in lower case, decomposed (NFD), without the marks U+0300 to U+036F."""
    return drop_accents(drop_case(text))


def drop_case(text: str) -> str:
    """Return text in lower case; the Greek sigma has one small form, whatever its place in a word."""
    return text.lower().replace("\u03c2", "\u03c3")


def drop_accents(text: str) -> str:
    """Return text decomposed (NFD) without the marks U+0300 to U+036F, its case kept."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not _FIRST_MARK <= ord(c) <= _LAST_MARK)


def first_unstorable(text: str) -> int | None:
    """Return the place of the first character that databases refuse (U+0000, half of a pair), None if there is none."""
    found = _UNSTORABLE.search(text)
    return found.start() if found else None


def key_text(values: Iterable[object]) -> str:
    """Return the text of a key: a single value as is, several as `length:value` joined.

    Integers are written in decimal, dates and UTC datetimes in ISO form.
    """
    texts = [_key_part(value) for value in values]
    return texts[0] if len(texts) == 1 else "".join(f"{len(text)}:{text}" for text in texts)


def _key_part(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{type(value).__name__} values cannot be keys")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to a misspelt one, or '' if none is near."""
    by_fold = {fold(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else ""


def counted(number: int, thing: str) -> str:
    """Return a number of things in English: `1 record`, `2,000 records`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
