"""The syntax tree of the expression language: what was written, before any name or type is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from batuta.kit.problems import Problem, Problems, Term

MAX_LENGTH = 20_000
MAX_NESTING = 50


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null."""

    value: str | int | Decimal | bool | None
    at: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Bracketed:
    """A name in brackets: links, then an attribute."""

    parts: tuple[str, ...]
    at: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class VariableName:
    """A campaign variable."""

    name: str
    at: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or operator with its arguments; the name as written."""

    function: str
    arguments: tuple[Node, ...]
    at: int
    depth: int


Node = Literal | Bracketed | VariableName | Apply


def fault(code: str, at: int, **values: object) -> Problems:
    """Return the problem of a formula at a position, which counts characters from 1."""
    return Problems([Problem(f"expression.{code}", {"position": at, **values})])


END = Term("term.end")
