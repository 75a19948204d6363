"""Regular expressions, in the part of the notation that means the same on every engine.

Literals, `.` (no line end), sets, `|`, groups, `*` `+` `?` `{m,n}` (also lazy), `^` and `$` (start and end
of the whole text), `\\d` `\\w` `\\s` and their opposites and `\\b`, all of ASCII. A pattern is searched for
anywhere in the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MAX_LENGTH = 1_000
_MAX_REPEAT = 1_000
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_PLAIN_ESCAPES = frozenset("\\.^$|?*+()[]{}-/'\"#&@!%:;,<>=~` ") | frozenset("tnrf")
_PIECE = re.compile(
    r"""(?P<escape>\\.)|(?P<set>\[\^?\]?)|(?P<group>\(\?:|\((?!\?))|(?P<odd>\(\?|[*+?}]\+)|(?P<repeat>\{[^{}]*\})|(?P<one>.)""",
    re.VERBOSE | re.DOTALL,
)
_TURKISH = {0x130: "\ue130", 0x131: "\ue131"}
"""The dotted capital i and the dotless small one, which Python alone takes for an i when case is ignored."""


class _Refused(Exception):
    pass


def check_pattern(text: str) -> str:
    """Return the piece of a regular expression that cannot be used, or '' if all can."""
    try:
        _compiled(text, ignore_case=False)
    except _Refused as refused:
        return str(refused)
    except (re.error, RecursionError, OverflowError):
        return text[:60]
    return ""


def found_in(text: str, pattern: str, *, ignore_case: bool) -> bool:
    """Tell whether a checked pattern occurs in a text, as the engines would."""
    sought = _compiled(pattern, ignore_case)
    return sought.search(text.translate(_TURKISH) if ignore_case else text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    if len(pattern) > _MAX_LENGTH:
        raise _Refused(pattern[:60])
    translated = "".join(_translated(pattern))
    return re.compile(translated.translate(_TURKISH), re.IGNORECASE) if ignore_case else re.compile(translated)


def _translated(text: str) -> list[str]:
    pieces: list[str] = []
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None or found.lastgroup == "odd":
            raise _Refused(text[place : place + 3])
        if found.lastgroup == "set":
            piece, place = _set(text, place)
        else:
            piece, place = _outside(found), found.end()
        pieces.append(piece)
    return pieces


def _outside(found: re.Match[str]) -> str:
    piece = found[0]
    if found.lastgroup == "escape":
        return _escape(piece)
    if found.lastgroup == "repeat":
        return _repeat(piece)
    return r"\Z" if piece == "$" else piece


def _escape(piece: str) -> str:
    letter = piece[1]
    if letter.lower() in _CLASSES:
        return f"[{'^' if letter.isupper() else ''}{_CLASSES[letter.lower()]}]"
    if letter in "bB":
        return f"(?a:{piece})"
    if letter in _PLAIN_ESCAPES:
        return piece if letter in "tnrf" else re.escape(letter)
    raise _Refused(piece)


def _repeat(piece: str) -> str:
    counts = piece[1:-1].split(",")
    if len(counts) > 2 or not counts[0].isdecimal() or not all(count.isdecimal() or not count for count in counts):
        raise _Refused(piece)
    if any(int(count or 0) > _MAX_REPEAT for count in counts):
        raise _Refused(piece)
    return piece


def _set(text: str, place: int) -> tuple[str, int]:
    """Return the set that begins at a place, and the place after it."""
    start = place
    place += 2 if text.startswith("[^", place) else 1
    pieces = ["[^" if text.startswith("[^", start) else "["]
    while place < len(text) and text[place] != "]":
        if text[place] == "\\":
            pieces.append(_escape_in_set(text[place : place + 2]))
            place += 2
        elif text[place] in "[&~" or text.startswith("--", place):
            raise _Refused(text[start : place + 1])
        else:
            pieces.append(text[place])
            place += 1
    if place >= len(text) or len(pieces) == 1:
        raise _Refused(text[start : start + 20])
    return "".join((*pieces, "]")), place + 1


def _escape_in_set(piece: str) -> str:
    letter = piece[1:]
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter in _PLAIN_ESCAPES:
        return piece if letter in "tnrf" else re.escape(letter)
    raise _Refused(piece)
