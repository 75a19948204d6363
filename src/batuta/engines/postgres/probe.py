"""Whether a PostgreSQL database can be reached, and is fit to hold the data of a home."""

from __future__ import annotations

from contextlib import closing

import psycopg

from batuta.engines.postgres.database import check, connect, order_of_texts, with_password
from batuta.engines.postgres.sessions import Connection
from batuta.engines.reach import TABLES, Reach, library
from batuta.kit.errors import BatutaError

_MAY = "SELECT has_database_privilege(current_database(), 'CREATE')"
_SIZE = "SELECT pg_size_pretty(pg_database_size(current_database()))"


def probe(address: str, password: str) -> Reach:
    """Connect to a database, see whether it will do, and take leave; nothing is changed."""
    facts = {"library": f"psycopg {library('psycopg')}"}
    try:
        with closing(connect(with_password(address, password))) as connection:
            facts |= _facts(connection)
            check(connection)
            ((may,),) = connection.execute(_MAY).fetchall()
    except BatutaError as error:
        todo = error.todo or (f"Expected: {error.expected}." if error.expected else "")
        return Reach("postgres", TABLES, facts, error.found, todo)
    except psycopg.Error as error:
        said = error.diag.message_primary or type(error).__name__
        return Reach("postgres", TABLES, facts, said, "See that the server is well, then try again.")
    if not may:
        problem = "the user may not create schemas in the database"
        todo = "Let an administrator run GRANT CREATE ON DATABASE ... TO ...."
        return Reach("postgres", TABLES, facts, problem, todo)
    return Reach("postgres", TABLES, facts)


def _facts(connection: Connection) -> dict[str, str]:
    ((size,),) = connection.execute(_SIZE).fetchall()
    info = connection.info
    return {
        "server": info.parameter_status("server_version") or "unknown",
        "database": f"{info.dbname} on {info.host or 'this machine'}",
        "user": info.user,
        "encoding": info.parameter_status("server_encoding") or "unknown",
        "collation": order_of_texts(connection),
        "size": str(size),
    }
