"""Spark's own SQL."""

from __future__ import annotations

from batuta.engines.sql.dialect import Dialect
from batuta.schema.types import Kind


class Spark(Dialect):
    """The SQL of Spark 4 in ANSI mode. It has no type of times of day: they are text, `08:30:00`."""

    name = "spark"
    types = Dialect.types | {Kind.TIME: "TEXT", Kind.DATETIME: "TIMESTAMPNTZ", Kind.INSTANT: "TIMESTAMPNTZ"}
