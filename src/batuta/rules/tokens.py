"""The tokens of the expression language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from batuta.rules.functions.results import LEAST_INTEGER, MOST_INTEGER, MOST_SCALE
from batuta.rules.syntax import END, MAX_LENGTH, fault


class Sort(Enum):
    """What a token is."""

    NUMBER = auto()
    TEXT = auto()
    BRACKETS = auto()
    VARIABLE = auto()
    NAME = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula: `text` as written, `at` its position from 1, `value` what a literal says."""

    sort: Sort
    text: str
    at: int
    value: str | int | Decimal = ""

    @property
    def word(self) -> str:
        """The text as it counts for keywords and symbols: names in lower case, `!=` as `<>`, else ''."""
        if self.sort is Sort.NAME:
            return self.text.lower()
        if self.sort is Sort.SYMBOL:
            return "<>" if self.text == "!=" else self.text
        return ""


_PATTERN = re.compile(
    r"""
      (?P<SPACE>\s+)
    | (?P<NUMBER>[0-9][0-9A-Za-z_.]*)
    | (?P<TEXT>'(?:[^']|'')*+')
    | (?P<BRACKETS>\[[^\[\]]*\])
    | (?P<VARIABLE>\$\(\s*vars/@(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*\))
    | (?P<NAME>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<SYMBOL><>|!=|<=|>=|[-+*/%=<>(),])
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
_MOST_DIGITS = 38
_CLOSING = {"'": "'", "[": "]"}


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a formula, an END token last; raise Problems at what is none."""
    if len(text) > MAX_LENGTH:
        raise fault("too-long", MAX_LENGTH + 1, limit=MAX_LENGTH)
    place = 0
    while place < len(text):
        found = _PATTERN.match(text, place)
        if found is None:
            raise _stray(text, place)
        if found.lastgroup != "SPACE":
            yield _token(found)
        place = found.end()
    yield Token(Sort.END, END, len(text) + 1)


def _token(found: re.Match[str]) -> Token:
    written, at = found[0], found.start() + 1
    sort = Sort[str(found.lastgroup)]
    if sort is Sort.NUMBER:
        return Token(sort, written, at, _number(written, at))
    if sort is Sort.TEXT:
        return Token(sort, written, at, written[1:-1].replace("''", "'"))
    if sort is Sort.BRACKETS:
        return Token(sort, written, at, written[1:-1])
    if sort is Sort.VARIABLE:
        return Token(sort, written, at, found["name"])
    return Token(sort, written, at)


def _number(written: str, at: int) -> int | Decimal:
    if not _NUMBER.match(written) or len(written) > _MOST_DIGITS:
        raise fault("bad-number", at, found=written[:60])
    if "." not in written:
        number = int(written)
        if LEAST_INTEGER <= number <= MOST_INTEGER:
            return number
        raise fault("bad-number", at, found=written)
    if len(written.partition(".")[2]) > MOST_SCALE:
        raise fault("bad-number", at, found=written)
    return Decimal(written)


def _stray(text: str, place: int) -> Exception:
    character = text[place]
    if character in _CLOSING:
        return fault("unclosed", place + 1, found=character, expected=_CLOSING[character])
    if character == "$":
        return fault("bad-variable", place + 1)
    return fault("stray", place + 1, found=character)
