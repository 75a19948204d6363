"""Rows that look for others: in a schema or a population, by values that are equal or by a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from batuta.rules.bound import AttributeOf, Expr, Predicate
from batuta.schema.model import Catalogue
from batuta.sets.shape import Shape

if TYPE_CHECKING:
    from batuta.sets.algebra import Set

ROW = "row"
"""The root under which the rule of a lookup names the row that looks."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two values that must be equal and not empty: of the row that looks, and of the row that is found.

    Where `loose`, text is compared without regard to case, accents and the white space around it.
    """

    here: Expr
    there: Expr
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where the rows of a population look, and what they find: the rows of `among` that all `pairs` make equal.

    Instead of pairs a predicate `where` over the rows of `among`, which names the row that looks as the root `row`.
    """

    among: Set
    pairs: tuple[Likeness, ...] = ()
    where: Predicate | None = None

    def finds_one_at_most(self, catalogue: Catalogue) -> bool:
        """Tell whether the pairs give the whole row key of what is looked among, so that nothing is ambiguous."""
        shape = self.among.shape
        if shape.row_columns != shape.target_columns or not shape.key:
            return False
        given = self._given(pair for pair in self.pairs if not pair.loose)
        return given >= set(catalogue.schema_named(shape.schema).primary_key)

    def finds_few(self, catalogue: Catalogue) -> bool:
        """Tell whether a pair gives an identity, which few rows share; many may share other values."""
        identities = catalogue.schema_behind(self.among.shape.schema).identities
        return any(identity.attribute in self._given(self.pairs) for identity in identities)

    def _given(self, pairs: Iterable[Likeness]) -> set[str]:
        """Return the attributes that pairs give."""
        values = (pair.there for pair in pairs)
        return {value.name for value in values if isinstance(value, AttributeOf) and not value.path}


class Finding(StrEnum):
    """How many rows a lookup finds."""

    NOTHING = "nothing"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Looking:
    """The rows of a population that find nothing, or several rows."""

    source: Set
    lookup: Lookup
    finding: Finding

    @property
    def shape(self) -> Shape:
        return self.source.shape


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The rows of a population without dimension, under the key of the row that each finds: the smallest of several.

    The line number stays in the row key, so several lines may find one row. Those that find nothing are left out, or
    kept with an empty key.
    """

    source: Set
    lookup: Lookup
    shape: Shape
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Columns taken from the row that a lookup finds: of several that with the smallest key, of none they are empty."""

    lookup: Lookup
    attributes: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Expanded:
    """A population with a row for each row that a lookup finds, and one with empty columns where it finds nothing.

    The rows are numbered from 1 for each target and secondary key, in the order of a former line number, then of the
    keys of what is found.
    """

    source: Set
    lookup: Lookup
    attributes: tuple[tuple[str, Expr], ...]
    shape: Shape
