"""PostgreSQL's own SQL."""

from __future__ import annotations

from batuta.engines.sql.dialect import Dialect
from batuta.schema.types import Kind


class Postgres(Dialect):
    """The SQL of PostgreSQL 15 and later, in a database whose texts are ordered by code point."""

    name = "postgres"
    types = Dialect.types | {Kind.STRING: "TEXT", Kind.ENUM: "TEXT", Kind.JSON: "TEXT"}
