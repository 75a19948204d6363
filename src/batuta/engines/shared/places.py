"""Where compiled SQL finds tables: the addresses that one task may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from batuta.engines.shared.addresses import Addresses
from batuta.engines.shared.folding import folded_attributes, folded_column
from batuta.schema.model import Catalogue, missing


@dataclass(frozen=True)
class Places:
    """The addresses that one task may name.

    `audiences` maps labels to the names of their tables; `kept` are the names of all audience tables, since
    the members of an audience may be read like any other population. `memories` are the names under which keys
    are remembered. `carried` maps working tables that hold keys only to those that have their columns.
    """

    addresses: Addresses
    catalogue: Catalogue
    audiences: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    memories: frozenset[str] = frozenset()
    carried: Mapping[str, str] = field(default_factory=dict)

    def rows(self, schema: str) -> exp.Table:
        """Return the table that holds the rows of a schema."""
        return self.addresses.rows.table(schema)

    def working(self, name: str) -> exp.Table:
        """Return the working table, or the audience table, of that name."""
        return (self.addresses.audiences if name in self.kept else self.addresses.work).table(name)

    def row_keys(self, name: str) -> exp.Table:
        """Return the table of the row keys of a working table."""
        return self.bare(name) if name in self.carried else self.working(name)

    def bare(self, name: str) -> exp.Table:
        """Return the table for the row keys of a working table whose columns another one carries."""
        return self.addresses.keys.table(name)

    def carrier(self, name: str) -> str | None:
        """Return the working table that has the columns of one; None for an audience, which another run may drop."""
        return None if name in self.kept else self.carried.get(name, name)

    def audience(self, label: str) -> exp.Table:
        """Return the table of an audience; raise NotFound with the nearest label if there is none."""
        if label not in self.audiences:
            raise missing("audience", label, self.audiences, "audiences")
        return self.addresses.audiences.table(self.audiences[label])

    def memory(self, name: str) -> exp.Table | None:
        """Return the table of the keys remembered under a name, or None if there are none."""
        return self.addresses.memories.table(name) if name in self.memories else None

    def shared(self, name: str) -> exp.Table:
        """Return a temporary table; it ends with the session that made it."""
        return self.addresses.temporary.table(name)

    def folded(self, schema: str, attribute: str) -> str | None:
        """Return the column that holds the folded copy of an identity attribute, or None."""
        known = attribute in folded_attributes(self.catalogue.schema_named(schema))
        return folded_column(attribute) if known else None
