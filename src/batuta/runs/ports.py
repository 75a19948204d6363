"""What runs ask of the outside world; engines, channels and the store fulfil these."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from batuta.kit.errors import SystemFault
from batuta.kit.stopping import Stop
from batuta.rules.bound import Expr, Moment
from batuta.schema.changing import Change, ChangeCounts
from batuta.schema.loading import Load, LoadCounts
from batuta.schema.model import Catalogue, Schema
from batuta.schema.types import Scalar
from batuta.schema.writing import Written
from batuta.sets.algebra import Set, Sort, Table
from batuta.sets.questions import Question
from batuta.sets.shape import Shape

Cell = Scalar | list[dict[str, Scalar]]
Rows = Sequence[tuple[Cell, ...]]


class Interrupted(SystemFault):
    """A query was stopped because someone asked for it; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many row keys and distinct target keys a population has."""

    rows: int
    targets: int


@dataclass(frozen=True)
class Making:
    """The working tables of one task: the set of each output and the unique name its table will bear.

    `audiences` maps the label of each audience that the sets name to the name of its table.
    """

    outputs: Mapping[str, Set]
    names: Mapping[str, str]
    moment: Moment
    audiences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keeping:
    """An audience's new version: a population with attributes, kept as the table `name`.

    With `former`, the members of that audience table come too unless the population has their key.
    `effect` is the key under which the engine remembers that it was done.
    """

    population: Table
    attributes: tuple[tuple[str, Expr], ...]
    name: str
    effect: str
    moment: Moment
    former: str | None = None


@dataclass(frozen=True)
class Changing:
    """Rows of a schema to be changed as a population tells: which attributes get which values.

    `values` are expressions over the population's rows, among them one for each attribute of the key. `effect` is
    the key under which the engine remembers that it was done; without one nothing is changed, only counted.
    `before_commit` is called when nothing can fail any more but the commit itself; if it raises, nothing is changed.
    """

    schema: Schema
    change: Change
    population: Table
    values: tuple[tuple[str, Expr], ...]
    moment: Moment
    effect: str = ""
    before_commit: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Remembering:
    """The keys of a population, to be remembered under a name as those that a window returned at an instant."""

    memory: str
    window: int
    at: datetime
    population: Table


@dataclass(frozen=True, slots=True)
class Querying:
    """A query of a data engineer, in the engine's own language, and the working table `name` of its rows.

    The shape is one of lines, numbered as they come; its columns are those of the result that are wanted. The
    parameters' values are bound, never written into the text.
    """

    sql: str
    parameters: tuple[tuple[str, Expr], ...]
    shape: Shape
    name: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class Exporting:
    """A file to write: the rows of a population in an order, then by key, with these columns."""

    population: Table
    columns: tuple[tuple[str, Expr], ...]
    sort: tuple[Sort, ...]
    form: Written
    path: Path
    moment: Moment


@dataclass(frozen=True, slots=True)
class Preview:
    """Some rows of a population: column names and values, key columns first."""

    columns: tuple[str, ...]
    rows: Rows


class Engine(Protocol):
    """Where data lives and populations are made. Safe to call from several threads."""

    def use(self, catalogue: Catalogue) -> None:
        """Take a catalogue as the one that sets and rules speak of, and make tables for new schemas."""

    def load(self, order: Load) -> LoadCounts:
        """Take the records of a file into the rows of a schema, all of them or none."""

    def make(self, making: Making) -> Mapping[str, Counts]:
        """Make the tables of a task in one transaction, or adopt those already made under these names."""

    def sql(self, making: Making) -> tuple[str, ...]:
        """Return the statements that `make` would run, for people to read."""

    def count(self, population: Set, moment: Moment, audiences: Mapping[str, str]) -> Counts:
        """Count a population without keeping it."""

    def ask(self, question: Question, moment: Moment, audiences: Mapping[str, str], stop: Stop | None = None) -> Rows:
        """Return the rows that answer a question; raise Interrupted when told to stop, that query alone."""

    def asked(self, question: Question, moment: Moment, audiences: Mapping[str, str]) -> str:
        """Return the statement that `ask` would run, for people to read."""

    def preview(
        self, table: Table, attributes: Sequence[tuple[str, Expr]], moment: Moment, limit: int, offset: int = 0
    ) -> Preview:
        """Return rows of a working table in key order, with its columns and attributes of its schema."""

    def reasons(self, table: str) -> Mapping[str, int]:
        """Count the rows of a table of messages by `_reason`; those that may leave are under ''."""

    def scan(
        self,
        table: Table,
        attributes: Sequence[tuple[str, Expr]],
        columns: Sequence[str],
        moment: Moment,
        batch: int,
    ) -> Iterator[Rows]:
        """Yield the rows of a table in row key order, at most `batch` at a time.

        Each row holds the row key, then `columns` of the table, then the attributes, joined by key (empty for
        targets that are gone). Lists of lines come as lists of dictionaries.
        """

    def write(self, name: str, shape: Shape, rows: Iterator[Rows]) -> Counts:
        """Make a working table from rows (key columns and computed columns), or adopt it if already made."""

    def query(self, order: Querying) -> Counts:
        """Make a working table of what a query returns, or adopt it if already made.

        By the rights it runs with it reads the tables of the catalogue, writes nothing and reaches nothing else.
        Raises InputError where the query, or what it returns, is at fault.
        """

    def save_audience(self, keeping: Keeping) -> Counts:
        """Make an audience table as described, once per effect key, whatever dies in between."""

    def change_rows(self, order: Changing) -> ChangeCounts:
        """Change rows as described, once per effect key, whatever dies in between; or count what would change."""

    def remember(self, order: Remembering) -> None:
        """Keep the keys of a window, instead of those it may have: all of them or none."""

    def forget(
        self, memory: str, windows: Collection[int], until: datetime | None = None, held: Collection[int] = ()
    ) -> None:
        """Take windows out of a memory, and what others than those held remembered at an instant or before.

        Unknown names and windows are no error.
        """

    def export(self, exporting: Exporting) -> None:
        """Write a file of any size; after a failure a part of it may be there."""

    def drop(self, names: Sequence[str]) -> None:
        """Drop working and audience tables; unknown names are no error."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of the working tables that are made."""

    def sweep(self, keep: Collection[str]) -> tuple[str, ...]:
        """Drop the working tables whose names are not kept, and return their names."""

    def checksum(self, kind: Literal["data", "audiences"]) -> str:
        """Return a sum of the content of all data or all audience tables; row order does not change it."""

    def interrupt(self) -> None:
        """Stop whatever queries are running; they raise Interrupted."""

    def close(self) -> None:
        """Release the engine and its files."""
