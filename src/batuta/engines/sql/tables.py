"""Where things stand in an engine, and the statements that make working tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp


class Tables(Protocol):
    """The addresses of tables in an engine, and what the engine keeps beside the attributes."""

    def rows(self, schema: str) -> exp.Table:
        """Return the table that holds the rows of a schema, its columns named as the attributes."""

    def working(self, name: str) -> exp.Table:
        """Return the working table of that name."""

    def row_keys(self, name: str) -> exp.Table:
        """Return the table of the row keys of a working table, which may have no columns; see `carrier`."""

    def bare(self, name: str) -> exp.Table:
        """Return the table for the row keys of a working table whose columns another one carries: see `carried`."""

    def carrier(self, name: str) -> str | None:
        """Return the working table that has the columns of a working table, often itself; None if it may not last."""

    def audience(self, label: str) -> exp.Table:
        """Return the table of an audience: `_t1` ... and its attributes."""

    def memory(self, name: str) -> exp.Table | None:
        """Return the table of the keys remembered under a name, or None if there are none: see `fresh`."""

    def shared(self, name: str) -> exp.Table:
        """Return the temporary table of that name, which lives within one task."""

    def folded(self, schema: str, attribute: str) -> str | None:
        """Return the column that holds the folded copy of an attribute, or None."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a task. `output` names the output whose table it makes, empty for what it needs on the way."""

    tree: exp.Expr
    output: str = ""

    def sql(self, dialect: str, *, pretty: bool = False) -> str:
        """Return the statement as text in a dialect."""
        return self.tree.sql(dialect, pretty=pretty, copy=False)


def create_view(table: exp.Table, select: exp.Query) -> exp.Create:
    """Return the statement that lets a query be read as a table."""
    return exp.Create(this=table, kind="VIEW", expression=select)


def create_table(table: exp.Table, select: exp.Query, *, temporary: bool = False) -> exp.Create:
    """Return the statement that makes a table from a query."""
    properties = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
    return exp.Create(this=table, kind="TABLE", expression=select, properties=properties)
