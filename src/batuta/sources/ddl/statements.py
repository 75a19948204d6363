"""DDL text as parsed statements, each with the line it begins on; syntax errors with their place."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError

from batuta.kit.errors import InputError

# Statements it cannot read are told as errors here; its own warnings would only repeat them.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_NOTHING = "Nothing has been imported."
_CORRECT = "Correct the statement, or name the dialect of the file with --dialect."
_BEGINNINGS = frozenset({TokenType.CREATE, TokenType.ALTER, TokenType.DROP, TokenType.INSERT})
"""What begins a statement, and never stands among the options that follow a table's columns."""
_QUOTED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|`[^`]*`|(?P<open>['\"`]|/\*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a DDL file, to speak of in messages."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}, column {self.column}" if self.column else where

    def error(self, found: str, *, expected: str = "", todo: str = "") -> InputError:
        """Return an error about what stands here; nothing has been imported because of it."""
        return InputError(str(self), found, expected=expected, todo=f"{todo} {_NOTHING}".strip())


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and where it begins."""

    tree: exp.Expr
    place: Place
    text: str


def statements(text: str, dialect: str, file: str) -> Iterator[Statement]:
    """Yield the statements of a file in their order; raise InputError at the first that cannot be read."""
    reader = Dialect.get_or_raise(dialect)
    try:
        tokens = reader.tokenize(text)
    except TokenError:
        raise _unclosed(text, file) from None
    for some in _split(tokens):
        try:
            tree = _parsed(reader, some, text, file)
        except ParseError as error:
            raise _syntax_error(error, text, file) from None
        words = " ".join(text[some[0].start : some[-1].end + 1].split())
        if tree is not None:
            yield Statement(tree, Place(file, some[0].line, _column(some[0])), words)


def position(identifier: exp.Expr, place: Place) -> Place:
    """Return where an identifier stands, or the given place if the parser does not know."""
    meta = identifier.meta
    if "line" not in meta:
        return place
    length = meta["end"] - meta["start"] + 1
    return Place(place.file, meta["line"], meta["col"] - length + 1)


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


def _parsed(reader: Dialect, tokens: list[Token], text: str, file: str) -> exp.Expr | None:
    """Parse one statement; options after a table's columns that the parser does not know are left out."""
    tree = reader.parser().parse(tokens, text)[0]
    if isinstance(tree, exp.Command) and _makes_table(tokens):
        shorter = _without_options(tokens)
        stray = next((token for token in tokens[len(shorter) :] if token.token_type in _BEGINNINGS), None)
        if stray is not None:
            raise _unreadable(Place(file, stray.line, _column(stray)), stray.text, text, "; before the next statement")
        if len(shorter) < len(tokens):
            return reader.parser().parse(shorter, text)[0]
    return tree


def _makes_table(tokens: list[Token]) -> bool:
    words = [token.text.upper() for token in tokens[:4]]
    return words[0] == "CREATE" and "TABLE" in words


def _without_options(tokens: list[Token]) -> list[Token]:
    depth = 0
    for place, token in enumerate(tokens):
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
            if depth == 0:
                return tokens[: place + 1]
    return tokens


def _column(token: Token) -> int:
    return token.col - (token.end - token.start)


def _syntax_error(error: ParseError, text: str, file: str) -> InputError:
    found = error.errors[0]
    shown = str(found["highlight"] or "")
    place = Place(file, int(str(found["line"])), max(int(str(found["col"])) - len(shown) + 1, 1))
    told = str(found["description"]).rstrip(".")
    # only "Expecting ..." says what is missing; the parser's other descriptions are about itself
    expected = told.removeprefix("Expecting ") if told.startswith("Expecting ") else "a statement that ends here, or ;"
    return _unreadable(place, shown, text, expected)


def _unreadable(place: Place, shown: str, text: str, expected: str) -> InputError:
    excerpt = text.splitlines()[place.line - 1].strip()
    return place.error(f"the statement cannot be read at {shown!r}: {excerpt}", expected=expected, todo=_CORRECT)


def _unclosed(text: str, file: str) -> InputError:
    start = next((match.start() for match in _QUOTED.finditer(text) if match.group("open")), 0)
    line = text.count("\n", 0, start) + 1
    place = Place(file, line, start - (text.rfind("\n", 0, start) + 1) + 1)
    return place.error(
        f"what begins here does not end: {text.splitlines()[line - 1].strip()}",
        expected="a closing quote, or the end of the comment",
        todo=_CORRECT,
    )
