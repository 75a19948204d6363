"""A PostgreSQL server for tests: the one that BATUTA_TEST_POSTGRES names, else one started for this process."""

from __future__ import annotations

import os
from functools import cache
from itertools import count

import psycopg
from psycopg import sql

from tests.postgres_server import Server, packaged

_NUMBERS = count(1)


@cache
def _started() -> Server:
    """Start PostgreSQL from its PyPI package; it ends with this process."""
    return Server(packaged())


def server() -> str:
    """Return the address of the server's own database, where new ones may be made."""
    return os.environ.get("BATUTA_TEST_POSTGRES") or _started().address


def new_database(at: str = "") -> str:
    """Make an empty database whose texts are ordered by code point; return its address."""
    name = f"batuta_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(at or server(), autocommit=True) as connection:
        statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return psycopg.conninfo.make_conninfo(at or server(), dbname=name)


def drop_database(address: str) -> None:
    """Remove a database, whoever uses it."""
    name = str(psycopg.conninfo.conninfo_to_dict(address)["dbname"])
    with psycopg.connect(address, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
