"""Questions about populations: what an engine answers with a few rows, of which it keeps nothing.

Each says which columns its answer has. The population may be any set; nothing here depends on an engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from batuta.rules.bound import AggregateIs, Expr, Predicate
from batuta.schema.types import Scalar
from batuta.sets.algebra import Set


@dataclass(frozen=True, slots=True)
class HowMany:
    """One row: how many rows a population has, and how many distinct targets."""

    population: Set


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in key order: the row key, then each column. The keys are limited first, then joined."""

    population: Set
    columns: tuple[Expr, ...]
    limit: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """One row: how many rows a population has, then how many of them satisfy each predicate, in one pass."""

    population: Set
    tests: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """Whether a predicate holds for a row: true or false."""

    predicate: Predicate


@dataclass(frozen=True, slots=True)
class FigureOf:
    """The figure that an aggregate computes for a row, whatever it is compared with."""

    aggregate: AggregateIs


Term = Expr | Holds | FigureOf


@dataclass(frozen=True, slots=True)
class Probe:
    """The terms for each row of a population, which should be few: a column for each term."""

    population: Set
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """One row: rows, those of which the value is empty (NULL or ''), distinct values, least and greatest value."""

    population: Set
    of: Expr


@dataclass(frozen=True, slots=True)
class Commonest:
    """The most frequent values that are not empty, each with its rows: by number of rows, then by value."""

    population: Set
    of: Expr
    limit: int


@dataclass(frozen=True, slots=True)
class Bins:
    """The rows whose value lies from one edge to before the next, for each such bin that has rows.

    Columns are the place of the bin, from 0, and its rows. Edges ascend and have the type of the value.
    """

    population: Set
    of: Expr
    edges: tuple[Scalar, ...]


Question = HowMany | Page | Tally | Probe | Spread | Commonest | Bins
