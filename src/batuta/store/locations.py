"""Locations in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from batuta.schema.locations import Location
from batuta.schema.model import missing
from batuta.store import tables
from batuta.store.database import Database


class LocationStore:
    """Keeps the locations of a home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, Location]:
        """Return the locations by their names."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(tables.locations.c.name, tables.locations.c.document).order_by(tables.locations.c.name)
            )
            return {name: Location.model_validate_json(document) for name, document in rows}

    def set(self, location: Location, now: datetime) -> None:
        """Add a location, or replace the one of its name."""
        row = {"document": location.model_dump_json(), "changed_at": now.isoformat()}
        kept = insert(tables.locations).values(name=location.name, **row)
        with self._database.write() as connection:
            connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_=row))

    def remove(self, name: str) -> None:
        """Forget a location; its files stay. Raise NotFound with the nearest name if there is none."""
        with self._database.write() as connection:
            if not connection.execute(delete(tables.locations).where(tables.locations.c.name == name)).rowcount:
                known = connection.scalars(select(tables.locations.c.name))
                raise missing("location", name, known, "home")
