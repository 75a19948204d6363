"""Sets: immutable descriptions of populations. `Set.shape` is known without any engine.

Every set has a total order only where it says so; a set never contains a row key twice.
`salt` seeds chance: the order of chance is that of md5(salt || ':' || key text), see kit.text.key_text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from batuta.rules.bound import Expr, Predicate
from batuta.rules.tree import AggregateFunction
from batuta.schema.model import Link
from batuta.schema.types import DataType
from batuta.sets.addressed import Addressed
from batuta.sets.lookup import Expanded, Found, Looking, Reconciled
from batuta.sets.shape import Column, Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A working table that is already made, under its name in the engine."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Nobody:
    """The empty population of a shape."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of the shape's schema that satisfy `where`; `columns` gives each computed column's value."""

    shape: Shape
    where: Predicate
    columns: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Filtered:
    """The rows of a population that satisfy a predicate over its schema and columns."""

    source: Set
    where: Predicate

    @property
    def shape(self) -> Shape:
        return self.source.shape


@dataclass(frozen=True, slots=True)
class Union:
    """Everyone in any source. Of equal rows the first source's stays, with the columns only others have.

    Of several columns of one name, the first source's that has the row; absent ones are empty.

    `on` (for each source, expressions of equal number and type) reconciles by values instead of keys:
    rows whose values are equal are one; empty values equal nothing. Rows of a source of another dimension
    whose values match no row of the first dimension are dropped.
    """

    sources: tuple[Set, ...]
    shape: Shape
    on: tuple[tuple[Expr, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Intersection:
    """Everyone in all sources; with `complement`, everyone in some source but not in all."""

    sources: tuple[Set, ...]
    shape: Shape
    on: tuple[tuple[Expr, ...], ...] = ()
    complement: bool = False


@dataclass(frozen=True, slots=True)
class Barrier:
    """What an exclusion takes out: a population and how its rows meet those of the primary set.

    By key if nothing else is given; by `path`, links from the barrier's schema to the primary's; or by
    `pairs` of expressions (of the primary, of the barrier) that must all be equal and not empty.
    """

    source: Set
    label: str
    path: tuple[Link, ...] = ()
    pairs: tuple[tuple[Expr, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The primary set without those in any barrier.

    With `complement`, the excluded part instead, with the label of the first barrier that took the row
    out in the text column `excluded_by`.
    """

    primary: Set
    barriers: tuple[Barrier, ...]
    shape: Shape
    complement: bool = False


class Choice(StrEnum):
    """How a deduplication chooses the rows to keep."""

    RANDOM = "random"
    ASCENDING = "ascending"
    DESCENDING = "descending"
    NOT_EMPTY = "not-empty"
    PREFERRED = "preferred"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One step of a choice: an expression (none for random) and the preferred values in their order."""

    choice: Choice
    expression: Expr | None = None
    preferred: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct:
    """At most `keep` rows (0: all) of each group of rows whose `fields` are equal.

    Within a group rows are ordered by the criteria, then the row key. `empty_are_duplicates` puts the rows
    whose fields are all empty (NULL or '') into one group; else each of them is alone. With `complement`,
    the removed rows, with the key of the group's first kept row in `kept_1`, `kept_2` ...
    """

    source: Set
    fields: tuple[Expr, ...]
    shape: Shape
    keep: int = 1
    criteria: tuple[Criterion, ...] = ()
    ignore_case: bool = False
    ignore_space: bool = False
    empty_are_duplicates: bool = False
    salt: str = ""
    complement: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A column computed from an expression over the row, its N-1 links and its columns."""

    name: str
    expression: Expr


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by an expression; empties come last either way."""

    expression: Expr
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The first `count` linked rows of a 1-N path that satisfy `where`, in the order of `sort`, then primary key.

    Gives columns `<name>_<n>_<attribute>` for n from 1 to `count`, and the list `<name>` of objects. The path
    leaves the row at hand, or that of a `root`.
    """

    name: str
    path: tuple[Link, ...]
    where: Predicate | None
    sort: tuple[Sort, ...]
    count: int
    attributes: tuple[tuple[str, Expr], ...]
    root: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A figure over the linked rows of a 1-N path, of the row at hand or of a `root`, that satisfy `where`."""

    name: str
    path: tuple[Link, ...]
    where: Predicate | None
    function: AggregateFunction
    of: Expr | None
    type: DataType
    root: str = ""


Addition = Value | Lines | Total | Found


@dataclass(frozen=True, slots=True)
class Enriched:
    """A population with more columns: as many rows as before."""

    source: Set
    additions: tuple[Addition, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Keyed:
    """The rows of a dimension whose key some row of a population gives, each once.

    `key` has an expression over the population's rows for each attribute of the primary key, in its order.
    `columns` gives each computed column's value over the population's rows; of several that give one key, the
    first by row key decides. A key that is empty in any part, or that no row of the dimension has, gives nothing.
    """

    source: Set
    key: tuple[Expr, ...]
    shape: Shape
    columns: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a saved audience whose rows are still in the data; with `gone`, those whose rows are not.

    `version` is a fixed one, else the latest is meant. The shape's columns are the attributes saved with the
    members; those `lacking` in that version are empty.
    """

    label: str
    shape: Shape
    version: int | None = None
    gone: bool = False
    lacking: frozenset[str] = frozenset()

    @property
    def audience(self) -> str:
        """The name under which an engine is told the table: the label, of a fixed version with its number."""
        return version_name(self.label, self.version)


def version_name(label: str, version: int | None = None) -> str:
    """Return the name of a version of an audience (none: the latest); no label can be mistaken for one."""
    return label if version is None else f"{label}\0{version}"


@dataclass(frozen=True, slots=True)
class Fresh:
    """The rows of a population whose key is not remembered under the name `memory`.

    What the windows `without` remember does not count, nor what others than the windows `held` remembered at
    `since` or before.
    """

    source: Set
    memory: str
    without: tuple[int, ...] = ()
    since: datetime | None = None
    held: tuple[int, ...] = ()

    @property
    def shape(self) -> Shape:
        return self.source.shape


@dataclass(frozen=True, slots=True)
class Moved:
    """The rows of another dimension that a path of links leads to from the rows of a population.

    The shape's secondary key, if it has one, is the former target key. Of several rows that fall on one row key
    the first by former row key decides on the columns. Links that are empty, and links to rows that are gone,
    lead nowhere; with `complement`, the rows of the source from which none of the links leads anywhere.
    """

    source: Set
    path: tuple[Link, ...]
    shape: Shape
    complement: bool = False


class LimitKind(StrEnum):
    """What the limit of a segment counts."""

    COUNT = "count"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a split: a rule (none: all it sees), a limit (none: all) and the order of taking.

    `sort` empty means chance. `amount` is a number of rows or a percentage.
    """

    label: str
    where: Predicate | None = None
    limit: LimitKind | None = None
    amount: float = 0
    sort: tuple[Sort, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """The division of a population into ordered segments: see spec, Split.

    Without `overlapping` each segment sees what earlier ones left. `stable` compares the hash with
    thresholds instead of exact ranks, so that a person keeps the segment over runs.
    """

    source: Set
    segments: tuple[Segment, ...]
    salt: str
    overlapping: bool = False
    stable: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a split by its place from 0, or the rest (None). All parts of a task share one split."""

    split: Split
    place: int | None

    @property
    def shape(self) -> Shape:
        return self.split.source.shape


@dataclass(frozen=True, slots=True)
class Parted:
    """A whole split as one population, with the segment's label in a text column (the rest: empty)."""

    split: Split
    column: str
    shape: Shape


Set = (
    Table
    | Nobody
    | Records
    | Filtered
    | Union
    | Intersection
    | Exclusion
    | Distinct
    | Enriched
    | Keyed
    | Moved
    | Fresh
    | Members
    | Part
    | Parted
    | Addressed
    | Looking
    | Reconciled
    | Expanded
)


def merged_columns(shapes: tuple[Shape, ...]) -> tuple[Column, ...]:
    """Return the union of the computed columns in order of appearance; of one name the first's stays."""
    columns: dict[str, Column] = {}
    for shape in shapes:
        for column in shape.columns:
            columns.setdefault(column.name, column)
    return tuple(columns.values())
