"""Where compiled SQL finds tables: the addresses of a home's two files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from batuta.engines.duckdb.storage import AUDIENCES, DATA, WORK, folded_attributes, folded_column, rows_table
from batuta.schema.model import Catalogue, missing


def working_table(name: str) -> exp.Table:
    """Return the address of a working table."""
    return exp.table_(name, db="main", catalog=WORK, quoted=True)


def audience_table(name: str) -> exp.Table:
    """Return the address of an audience table."""
    return exp.table_(name, db=AUDIENCES, catalog=DATA, quoted=True)


@dataclass(frozen=True)
class Places:
    """The addresses that one task may name.

    `audiences` maps labels to the names of their tables; `kept` are the names of all audience tables, since
    the members of an audience may be read like any other population.
    """

    catalogue: Catalogue
    audiences: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def rows(self, schema: str) -> exp.Table:
        """Return the table that holds the rows of a schema."""
        return rows_table(schema)

    def working(self, name: str) -> exp.Table:
        """Return the working table, or the audience table, of that name."""
        return audience_table(name) if name in self.kept else working_table(name)

    def audience(self, label: str) -> exp.Table:
        """Return the table of an audience; raise NotFound with the nearest label if there is none."""
        if label not in self.audiences:
            raise missing("audience", label, self.audiences, "audiences")
        return audience_table(self.audiences[label])

    def shared(self, name: str) -> exp.Table:
        """Return a temporary table; it ends with the cursor that made it."""
        return exp.table_(name, db="main", catalog="temp", quoted=True)

    def folded(self, schema: str, attribute: str) -> str | None:
        """Return the column that holds the folded copy of an identity attribute, or None."""
        known = attribute in folded_attributes(self.catalogue.schema_named(schema))
        return folded_column(attribute) if known else None
