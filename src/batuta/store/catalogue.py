"""The catalogue in the state database: every version of it, the version of each schema's data, and the loads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from batuta.schema.change import completed, empty_catalogue
from batuta.schema.loading import LoadRecord, LoadStatus
from batuta.schema.model import Catalogue
from batuta.store import tables
from batuta.store.database import Database


class CatalogueStore:
    """Keeps the catalogue of a home and what has been loaded into its schemas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Catalogue:
        """Return the present catalogue; that of a new home holds the built-in schemas."""
        with self._database.read() as connection:
            return _present(connection)

    def change(self, edit: Callable[[Catalogue], Catalogue], now: datetime) -> Catalogue:
        """Replace the catalogue by what `edit` makes of it, raise its version, and return it.

        Nothing is kept if `edit` raises, and no version is used up if it changes nothing.
        """
        with self._database.write() as connection:
            former = _present(connection)
            edited = edit(former)
            if edited == former:
                return former
            changed = edited.model_copy(update={"version": former.version + 1})
            document = changed.model_dump_json(by_alias=True)
            row = {"version": changed.version, "document": document, "changed_at": now.isoformat()}
            connection.execute(tables.catalogues.insert().values(row))
        return changed

    def data_versions(self) -> Mapping[str, int]:
        """Return how often the data of each schema has changed; schemas without data are left out."""
        with self._database.read() as connection:
            rows = connection.execute(select(tables.data_versions.c.schema, tables.data_versions.c.version))
            return {row.schema: row.version for row in rows}

    def begin_load(self, load: LoadRecord) -> None:
        """Remember a load whose rows are about to be committed, and raise its schema's data version.

        A load that stays `committing` was cut off: its rows may be there or not, and loading again is safe.
        """
        with self._database.write() as connection:
            connection.execute(tables.loads.insert().values(_row(load, LoadStatus.COMMITTING)))
            raise_version(connection, load.schema_name)

    def end_load(self, load: LoadRecord) -> None:
        """Remember that the rows of a load are committed, and raise its schema's data version again.

        Whoever read the version between the two cannot know which rows they saw.
        """
        with self._database.write() as connection:
            connection.execute(
                tables.loads.update().where(tables.loads.c.id == load.id).values(_row(load, LoadStatus.DONE))
            )
            raise_version(connection, load.schema_name)

    def loads(self, schema: str | None = None) -> tuple[LoadRecord, ...]:
        """Return the loads of one schema or of all, the latest first."""
        query = select(tables.loads.c.document).order_by(tables.loads.c.id.desc())
        if schema is not None:
            query = query.where(tables.loads.c.schema == schema)
        with self._database.read() as connection:
            return tuple(LoadRecord.model_validate_json(text) for text in connection.execute(query).scalars())


def _present(connection: Connection) -> Catalogue:
    latest = select(func.max(tables.catalogues.c.version)).scalar_subquery()
    document = connection.execute(
        select(tables.catalogues.c.document).where(tables.catalogues.c.version == latest)
    ).scalar()
    return empty_catalogue() if document is None else completed(Catalogue.model_validate_json(document))


def _row(load: LoadRecord, status: LoadStatus) -> dict[str, object]:
    document = load.model_copy(update={"status": status}).model_dump_json()
    return {"id": load.id, "schema": load.schema_name, "status": status.value, "document": document}


def raise_version(connection: Connection, schema: str) -> None:
    """Raise the version of a schema's data; who knows one version knows which rows there were."""
    first = insert(tables.data_versions).values(schema=schema, version=1)
    connection.execute(
        first.on_conflict_do_update(index_elements=["schema"], set_={"version": tables.data_versions.c.version + 1})
    )
