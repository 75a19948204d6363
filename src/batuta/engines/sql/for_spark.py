"""Spark's own SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.dialect import WHITE_SPACE, Dialect, object_of
from batuta.engines.sql.once import is_long, named
from batuta.engines.sql.spark_characters import SPARK_CHARACTERS, TEXT, folding
from batuta.engines.sql.spark_numbers import SPARK_NUMBERS
from batuta.engines.sql.templates import filled
from batuta.rules.patterns import Notation
from batuta.schema.types import DataType, Kind

_ITEM = "item"


class Spark(Dialect):
    """The SQL of Spark 4 in ANSI mode. It has no type of times of day: they are text, `08:30:00`."""

    name = "spark"
    materialises = None
    notation = Notation(r"\x{{{:x}}}", r"\z")
    preparation = (*SPARK_CHARACTERS, *SPARK_NUMBERS)
    types = Dialect.types | {Kind.TIME: "TEXT", Kind.DATETIME: "TIMESTAMPNTZ", Kind.INSTANT: "TIMESTAMPNTZ"}

    def folded(self, tree: exp.Expr, *, case: bool, accents: bool) -> exp.Expr:
        """Return a text folded as by kit.text, by tables that are variables of the session."""
        if not case and not accents:
            return tree
        folded = folding(case=case, accents=accents).copy()
        if is_long(tree):
            return named(self.name, TEXT, tree, filled(folded, {TEXT: exp.Column(this=trees.name(TEXT))}))
        return filled(folded, {TEXT: tree})

    def list_of(self, item: Mapping[str, exp.Expr], order: Sequence[exp.Ordered]) -> exp.Expr:
        """Return the list of the objects that the rows of a group make, in an order."""
        keyed = {f"key_{place}": key.this for place, key in enumerate(order)} | {_ITEM: object_of(item)}
        gathered = exp.Anonymous(this="COLLECT_LIST", expressions=[object_of(keyed)])
        ranked = exp.Anonymous(this="SORT_ARRAY", expressions=[gathered])
        return exp.Dot(this=ranked, expression=exp.to_identifier(_ITEM))

    def first_objects(self, objects: Sequence[Mapping[str, exp.Expr]], count: exp.Expr) -> exp.Expr:
        """Return a list of the first `count` of some objects."""
        items = exp.Array(expressions=[object_of(each) for each in objects])
        return exp.Anonymous(
            this="SLICE", expressions=[items, trees.number(1), exp.Cast(this=count, to=exp.DataType.build("INT"))]
        )

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
