"""Locations in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, String, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from batuta.schema.locations import Location
from batuta.schema.model import missing
from batuta.store.database import Database, metadata

_locations = Table(
    "location",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Text, nullable=False),
    Column("changed_at", String, nullable=False),
)


class LocationStore:
    """Keeps the locations of a home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, Location]:
        """Return the locations by their names."""
        with self._database.read() as connection:
            rows = connection.execute(select(_locations.c.name, _locations.c.document).order_by(_locations.c.name))
            return {name: Location.model_validate_json(document) for name, document in rows}

    def set(self, location: Location, now: datetime) -> None:
        """Add a location, or replace the one of its name."""
        row = {"document": location.model_dump_json(), "changed_at": now.isoformat()}
        kept = insert(_locations).values(name=location.name, **row)
        with self._database.write() as connection:
            connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_=row))

    def remove(self, name: str) -> None:
        """Forget a location; its files stay. Raise NotFound with the nearest name if there is none."""
        with self._database.write() as connection:
            if not connection.execute(delete(_locations).where(_locations.c.name == name)).rowcount:
                known = connection.scalars(select(_locations.c.name))
                raise missing("location", name, known, "home")
