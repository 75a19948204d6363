"""Regular expressions, in the part of the notation that means the same on every engine.

Literals, `.` (no line feed), sets, `|`, groups, `*` `+` `?` `{m,n}` (also lazy), `^` and `$` (start and end
of the whole text), `\\d` `\\w` `\\s` and their opposites and `\\b`, all of ASCII. A pattern is searched for
anywhere in the text.

Engines differ in nearly all of it (what `.` and `$` mean, what is a word, what the other case of a letter
is), so none gets a pattern as it was typed: it is written anew, with classes as sets of code points and,
where case is ignored, each character as the set of its cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from batuta.kit.characters import cases, runs

_MAX_LENGTH = 1_000
_MAX_REPEAT = 255
_MAX_SIZE = 1_000
"""How many characters, sets and places a pattern may have once its repetitions are written out."""

_Spans = tuple[tuple[int, int], ...]
_CLASSES: dict[str, _Spans] = {
    "d": ((0x30, 0x39),),
    "w": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "s": ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_PLAIN_ESCAPES = frozenset("\\.^$|?*+()[]{}-/'\"#&@!%:;,<>=~` ")
_SPECIAL = frozenset("\\.^$|?*+()[]{}")
_PIECE = re.compile(
    r"""(?P<escape>\\.)|(?P<set>\[\^?\]?)|(?P<open>\(\?:|\((?!\?))|(?P<close>\))|(?P<odd>\(\?|[*+?}]\+)"""
    r"""|(?P<repeat>\{[^{}]*\}|[*+?])|(?P<mark>[|^])|(?P<end>\$)|(?P<any>\.)|(?P<one>[^\\])""",
    re.DOTALL,
)
_WORD = "[0-9A-Za-z_]"


@dataclass(frozen=True)
class Notation:
    """How an engine writes the code point of a character, the end of the text, and the edge of a word."""

    point: str
    end: str
    edge: str = f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))"
    no_edge: str = f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))"


PYTHON = Notation(r"\U{:08x}", r"\Z")


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
    return _compiled(pattern, ignore_case).search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(written(pattern, PYTHON, ignore_case=ignore_case))


def written(pattern: str, notation: Notation, *, ignore_case: bool) -> str:
    """Return a checked pattern in an engine's notation."""
    if len(pattern) > _MAX_LENGTH:
        raise _Refused(pattern[:60])
    writing = _Writing(pattern, notation, ignore_case)
    return "".join(writing.pieces())


@dataclass
class _Writing:
    """A pattern on its way into an engine's notation; `sizes` are those of the groups that are open."""

    text: str
    notation: Notation
    ignore_case: bool
    sizes: list[int] = field(default_factory=lambda: [0])
    last: int | None = None
    """The size of what a repetition would repeat, None where there is nothing."""

    def pieces(self) -> Iterator[str]:
        place = 0
        while place < len(self.text):
            found = _PIECE.match(self.text, place)
            if found is None or found.lastgroup in ("odd", None):
                raise _Refused(self.text[place : place + 3])
            if found.lastgroup == "set":
                negated, spans, place = _set(self.text, place)
                yield self._sized(1, self._some_of(spans, negated=negated))
            else:
                yield getattr(self, f"_{found.lastgroup}")(found[0])
                place = found.end()

    def _sized(self, size: int | None, piece: str) -> str:
        self.last = size
        self.sizes[-1] += size or 0
        if self.sizes[-1] > _MAX_SIZE:
            raise _Refused(self.text[:60])
        return piece

    def _open(self, piece: str) -> str:
        self.sizes.append(0)
        self.last = None
        return piece

    def _close(self, piece: str) -> str:
        if len(self.sizes) == 1:
            raise _Refused(piece)
        return self._sized(max(self.sizes.pop(), 1), piece)

    def _repeat(self, piece: str) -> str:
        if piece == "?" and self.last == 0:
            return self._sized(None, piece)
        if not self.last:
            raise _Refused(piece)
        most = _most(piece)
        self._sized(self.last * (max(most, 1) - 1), piece)
        self.last = 0
        return piece

    def _mark(self, piece: str) -> str:
        return self._sized(None, piece)

    def _end(self, _: str) -> str:
        return self._sized(None, self.notation.end)

    def _any(self, _: str) -> str:
        return self._sized(1, r"[^\n]")

    def _one(self, character: str) -> str:
        if self.ignore_case and character in cases():
            return self._sized(1, self._some_of(_points(cases()[character]), negated=False))
        return self._sized(1, self._literal(character))

    def _escape(self, piece: str) -> str:
        letter = piece[1]
        if letter in "bB":
            return self._sized(None, self.notation.edge if letter == "b" else self.notation.no_edge)
        if letter.lower() in _CLASSES:
            return self._sized(1, self._some_of(_CLASSES[letter.lower()], negated=letter.isupper()))
        return self._sized(1, self._literal(_escaped(piece)))

    def _literal(self, character: str) -> str:
        if character in _SPECIAL:
            return f"\\{character}"
        return character if character.isprintable() else self.notation.point.format(ord(character))

    def _some_of(self, spans: _Spans, *, negated: bool) -> str:
        if self.ignore_case:
            spans = _with_cases(spans)
        inside = "".join(
            self._in_set(first) + (f"-{self._in_set(last)}" if last > first else "") for first, last in spans
        )
        return f"[{'^' if negated else ''}{inside}]"

    def _in_set(self, point: int) -> str:
        character = chr(point)
        plain = character.isascii() and character.isalnum()
        return character if plain else self.notation.point.format(point)


def _escaped(piece: str) -> str:
    letter = piece[1:]
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter in _PLAIN_ESCAPES:
        return letter
    raise _Refused(piece)


def _most(piece: str) -> int:
    """Return how often a repetition at least writes out what it repeats."""
    if piece in "*+?":
        return 1
    counts = piece[1:-1].split(",")
    if len(counts) > 2 or not counts[0].isdecimal() or not all(count.isdecimal() or not count for count in counts):
        raise _Refused(piece)
    most = max(int(count or 0) for count in counts)
    if not piece.isascii() or most > _MAX_REPEAT:
        raise _Refused(piece)
    return most


def _points(characters: Iterable[str]) -> _Spans:
    return runs(sorted(map(ord, characters)))


def _with_cases(spans: _Spans) -> _Spans:
    """Return spans together with the other cases of their characters."""
    others = {
        ord(other)
        for character, kin in cases().items()
        if any(first <= ord(character) <= last for first, last in spans)
        for other in kin
    }
    return _merged([*spans, *((point, point) for point in others)])


def _merged(spans: Iterable[tuple[int, int]]) -> _Spans:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _set(text: str, place: int) -> tuple[bool, _Spans, int]:
    """Return whether the set that begins at a place is negated, its code points, and the place after it."""
    start = place
    negated = text.startswith("[^", place)
    place += 2 if negated else 1
    spans: list[tuple[int, int]] = []
    while place < len(text) and text[place] != "]":
        found, place = _member(text, place, start)
        spans += found
    if place >= len(text) or not spans:
        raise _Refused(text[start : start + 20])
    return negated, _merged(spans), place + 1


def _member(text: str, place: int, start: int) -> tuple[_Spans, int]:
    """Return the code points of a class, character or range in a set, and the place after it."""
    first, place = _single(text, place, start)
    if not _is_range(text, place):
        return first, place
    last, place = _single(text, place + 1, start)
    if _is_class(first) or _is_class(last) or first[0][0] > last[0][0]:
        raise _Refused(text[start:place])
    return ((first[0][0], last[0][0]),), place


def _is_class(spans: _Spans) -> bool:
    return spans in _CLASSES.values()


def _is_range(text: str, place: int) -> bool:
    return text.startswith("-", place) and place + 1 < len(text) and text[place + 1] != "]"


def _single(text: str, place: int, start: int) -> tuple[_Spans, int]:
    character = text[place]
    if character == "\\":
        piece = text[place : place + 2]
        return _CLASSES.get(piece[1:]) or _points(_escaped(piece)), place + 2
    if character in "[&~" or text.startswith("--", place):
        raise _Refused(text[start : place + 1])
    return _points(character), place + 1
