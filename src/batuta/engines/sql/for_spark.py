"""Spark's own SQL."""

from __future__ import annotations

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.casing import SPARK_CASING
from batuta.engines.sql.dialect import WHITE_SPACE, Dialect
from batuta.engines.sql.spark_numbers import SPARK_NUMBERS
from batuta.rules.patterns import Notation
from batuta.schema.types import DataType, Kind


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

    def iso(self, tree: exp.Expr) -> exp.Expr:
        """Return a timestamp as ISO text, with six digits of a second if it has a fraction."""
        exact = exp.Anonymous(this="DATE_FORMAT", expressions=[tree, trees.text("yyyy-MM-dd HH:mm:ss.SSSSSS")])
        return exp.Anonymous(this="REPLACE", expressions=[exact, trees.text(".000000"), trees.text("")])

    def fitted(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a figure as one of the given type, NULL where the type cannot hold it."""
        return exp.TryCast(this=tree, to=self.type_of(data_type), safe=True)

    def trimmed(self, tree: exp.Expr) -> exp.Expr:
        """Return a text without white space around it."""
        return exp.Trim(this=tree, expression=trees.text(WHITE_SPACE), position="BOTH")
