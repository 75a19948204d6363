"""Spark's own SQL."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.casing import SPARK_CASING
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.spark_numbers import SPARK_NUMBERS
from batuta.rules.patterns import Notation
from batuta.schema.types import Kind


class Spark(Dialect):
    """The SQL of Spark 4 in ANSI mode. It has no type of times of day: they are text, `08:30:00`."""

    name = "spark"
    notation = Notation(r"\x{{{:x}}}", r"\z")
    preparation = (*SPARK_CASING, *SPARK_NUMBERS)
    types = Dialect.types | {Kind.TIME: "TEXT", Kind.DATETIME: "TIMESTAMPNTZ", Kind.INSTANT: "TIMESTAMPNTZ"}

    def like(self, tree: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        """Return the test whether a text is like a pattern of % and _, in which a backslash is one."""
        doubled = [pattern, trees.text("\\"), trees.text("\\\\")]
        return exp.Like(this=tree, expression=exp.Anonymous(this="REPLACE", expressions=doubled))
