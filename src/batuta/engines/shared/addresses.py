"""Where an engine keeps what: the parts of its database, and tables in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an engine's storage: a schema of its database, or of one of its databases."""

    schema: str
    database: str = ""

    def table(self, name: str) -> exp.Table:
        """Return the address of a table in it."""
        return exp.table_(name, db=self.schema, catalog=self.database or None, quoted=True)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The parts of an engine's storage.

    `rows` holds the rows of schemas, `memories` remembered keys, `tombstones` the keys of deleted rows, `system` the
    engine's own tables; `work` holds working tables, and `keys` the keys of those whose columns another one has.
    What is `temporary` ends with its session.
    """

    rows: Part
    audiences: Part
    memories: Part
    tombstones: Part
    system: Part
    work: Part
    keys: Part
    temporary: Part
