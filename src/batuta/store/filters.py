"""Predefined filters in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from batuta.rules.filters import Filter
from batuta.schema.model import missing
from batuta.store import tables
from batuta.store.database import Database


class FilterStore:
    """Keeps the predefined filters of a home. A change reaches the next run, never a running one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, Filter]:
        """Return the filters by their names."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(tables.filters.c.name, tables.filters.c.document).order_by(tables.filters.c.name)
            )
            return {name: Filter.model_validate_json(document) for name, document in rows}

    def named(self, name: str) -> Filter:
        """Return the filter of that name; raise NotFound with the nearest one."""
        found = self.all()
        if name in found:
            return found[name]
        raise missing("filter", name, found, "home")

    def set(self, known: Filter, now: datetime) -> None:
        """Add a filter, or replace the one of its name."""
        row = {"document": known.model_dump_json(by_alias=True), "changed_at": now.isoformat()}
        kept = insert(tables.filters).values(name=known.name, **row)
        with self._database.write() as connection:
            connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_=row))

    def remove(self, name: str) -> None:
        """Forget a filter; raise NotFound with the nearest name if there is none."""
        with self._database.write() as connection:
            if not connection.execute(delete(tables.filters).where(tables.filters.c.name == name)).rowcount:
                known = connection.scalars(select(tables.filters.c.name))
                raise missing("filter", name, known, "home")
