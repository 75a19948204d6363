"""The tokens of the expression language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from batuta.kit.text import first_unstorable
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
    | (?P<NUMBER>\.?[0-9][0-9A-Za-z_.]*)
    | (?P<TEXT>'(?:[^']|'')*+')
    | (?P<BRACKETS>\[[^\[\]]*\])
    | (?P<VARIABLE>\$\(\s*vars/@(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*\))
    | (?P<NAME>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<FOREIGN>==|=>|=<|&&|\|\||[&|!\u00d7\u00f7\u2212\u2260\u2264\u2265](?!=))
    | (?P<SYMBOL><>|!=|<=|>=|[-+*/%=<>(),])
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
_MOST_DIGITS = 38
_CLOSING = {"'": "'", "[": "]"}
_QUOTES = frozenset('"`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u2032\u2033\uff02\uff07')
_NEAR = {
    "==": "=",
    "=>": ">=",
    "=<": "<=",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "<>",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "!": "not",
    "\u00d7": "*",
    "\u00f7": "/",
    "\u2212": "-",
}
"""Signs that other languages and keyboards have, and what they are here."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a formula, an END token last; raise Problems at what is none."""
    if len(text) > MAX_LENGTH:
        raise fault("too-long", MAX_LENGTH + 1, limit=MAX_LENGTH)
    place = 0
    while place < len(text):
        found = _PATTERN.match(text, place)
        if found is None:
            raise _stray(text, place)
        if found.lastgroup == "FOREIGN":
            raise fault("foreign-sign", place + 1, found=found[0], near=_NEAR[found[0]])
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
        return Token(sort, written, at, _text(written[1:-1], at))
    if sort is Sort.BRACKETS:
        return Token(sort, written, at, written[1:-1])
    if sort is Sort.VARIABLE:
        return Token(sort, written, at, found["name"])
    return Token(sort, written, at)


def _text(inside: str, at: int) -> str:
    fault_at = first_unstorable(inside)
    if fault_at is not None:
        raise fault("invisible", at + 1 + fault_at, found=inside[fault_at])
    return inside.replace("''", "'")


def _number(written: str, at: int) -> int | Decimal:
    if not _NUMBER.match(written):
        raise fault("bad-number", at, found=written[:60])
    if len(written) > _MOST_DIGITS:
        raise _too_long(written, at)
    if "." not in written:
        number = int(written)
        if LEAST_INTEGER <= number <= MOST_INTEGER:
            return number
        raise _too_long(written, at)
    if len(written.partition(".")[2]) > MOST_SCALE:
        raise _too_long(written, at)
    return Decimal(written)


def _too_long(written: str, at: int) -> Exception:
    return fault("long-number", at, found=written[:60], most=MOST_INTEGER, digits=MOST_SCALE)


def _stray(text: str, place: int) -> Exception:
    character = text[place]
    if character in _CLOSING:
        return fault("unclosed", place + 1, found=character, expected=_CLOSING[character])
    if character == "$":
        return fault("bad-variable", place + 1)
    if character in _QUOTES:
        return fault("foreign-quote", place + 1, found=character)
    if character == "]":
        return fault("unopened", place + 1, found=character, expected="[")
    return fault("stray", place + 1, found=character)
