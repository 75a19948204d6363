"""The engine of a home on PostgreSQL, opened."""

from __future__ import annotations

from batuta.engines.postgres.belonging import Owner
from batuta.engines.postgres.database import with_password
from batuta.engines.postgres.engine import PostgresEngine


def open_postgres(address: str, password: str, home: str, has_data: bool) -> PostgresEngine:
    """Open the database of the home of that name; with data, it has to know the home already."""
    return PostgresEngine(with_password(address, password), Owner(home, has_data))
