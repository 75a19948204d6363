"""Classes and cases of characters, from Python's tables, for engines whose own tables say otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

_CASED = range(0x20000)
"""Beyond these code points no character has a case."""

_TURKISH = {"\u0130", "\u0131"}

_ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000))
"""Beyond these code points no character is a letter, a mark or a digit."""


def lower(text: str) -> str:
    """Return text in lower case, one character for one: final sigma is not special, 'İ' becomes 'i'."""
    return "".join("i" if character == "İ" else character.lower() for character in text)


def upper(text: str) -> str:
    """Return text in upper case, one character for one: 'ß' becomes 'ẞ', a ligature stays as it is."""
    return "".join(map(_upper, text))


def _upper(character: str) -> str:
    if character == "ß":
        return "ẞ"
    for raised in (character.upper(), character.title()):
        if len(raised) == 1:
            return raised
    return character


def in_word(character: str) -> bool:
    """Tell whether a character is a letter, a mark or a digit."""
    return unicodedata.category(character)[0] in "LMN"


@cache
def lowered() -> tuple[str, str]:
    """Return the characters that lower case changes, and those that they become."""
    return _changed(lower, [one for one in map(chr, _CASED) if one.lower() != one])


@cache
def raised() -> tuple[str, str]:
    """Return the characters that upper case changes, and those that they become."""
    return _changed(upper, [one for one in map(chr, _CASED) if one.upper() != one])


def _changed(change: Callable[[str], str], among: Iterable[str]) -> tuple[str, str]:
    pairs = [(one, other) for one in among if (other := change(one)) != one]
    return "".join(one for one, _ in pairs), "".join(other for _, other in pairs)


@cache
def cases() -> dict[str, frozenset[str]]:
    """Return all cases of each character that has several; the Turkish letters i without or with dot have none."""
    kin: dict[str, set[str]] = {}
    for one in map(chr, _CASED):
        for other in {one.lower(), one.upper(), one.title()} - {one}:
            if len(other) == 1 and not {one, other} & _TURKISH:
                both = kin.get(one, {one}) | kin.get(other, {other})
                kin.update(dict.fromkeys(both, both))
    return {one: frozenset(both) for one, both in kin.items()}


@cache
def of_words() -> tuple[tuple[int, int], ...]:
    """Return the first and last code point of each run of letters, marks and digits, in order."""
    category = unicodedata.category
    points = [point for span in _ASSIGNED for point in span if category(chr(point))[0] in "LMN"]
    return runs(points)


def runs(points: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the first and last of each run of consecutive code points, which come in order."""
    found: list[tuple[int, int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return tuple(found)
