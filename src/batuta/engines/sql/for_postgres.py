"""PostgreSQL's own SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.dialect import WHITE_SPACE, Dialect
from batuta.engines.sql.months import POSTGRES_MONTHS
from batuta.engines.sql.postgres_casing import POSTGRES_CASING
from batuta.engines.sql.postgres_fitting import EXTREMES, FITTING
from batuta.engines.sql.postgres_folding import folding
from batuta.engines.sql.postgres_numbers import POSTGRES_NUMBERS
from batuta.rules.patterns import Notation
from batuta.schema.types import DataType, Kind
from batuta.sets.shape import Column

_MOST_FIELDS = 50
"""A function takes a hundred arguments: names and values of so many fields."""

_READ = {Kind.DOUBLE: "double", Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.TIME: "time"}
_READ |= {Kind.DATETIME: "moment", Kind.INSTANT: "moment"}


class Postgres(Dialect):
    """The SQL of PostgreSQL 15 and later, in a database whose texts are ordered by code point.

    Lists of lines are JSON, in which numbers keep all their digits.
    """

    name = "postgres"
    notation = Notation(r"\U{:08x}", r"\Z")
    preparation = (*folding(), *POSTGRES_CASING, *FITTING, *EXTREMES, *POSTGRES_NUMBERS, *POSTGRES_MONTHS)
    types = Dialect.types | {Kind.STRING: "TEXT", Kind.ENUM: "TEXT", Kind.JSON: "TEXT"}

    def column_type(self, column: Column) -> exp.DataType:
        """Return the type of a computed column: JSON, if it has lines."""
        return exp.DataType.build("JSONB", dialect=self.name) if column.lines else self.type_of(column.type)

    def list_of(self, item: Mapping[str, exp.Expr], order: Sequence[exp.Ordered]) -> exp.Expr:
        """Return the list of the objects that the rows of a group make, in an order."""
        return exp.Anonymous(this="JSONB_AGG", expressions=[exp.Order(this=_object(item), expressions=list(order))])

    def first_objects(self, objects: Sequence[Mapping[str, exp.Expr]], count: exp.Expr) -> exp.Expr:
        """Return a list of the first `count` of some objects: those beyond are null, and dropped."""
        items = [
            trees.case([(exp.GTE(this=trees.tight(count.copy()), expression=trees.number(place)), _object(each))])
            for place, each in enumerate(objects, 1)
        ]
        listed = exp.Anonymous(this="JSONB_BUILD_ARRAY", expressions=items)
        return exp.Anonymous(this="JSONB_PATH_QUERY_ARRAY", expressions=[listed, trees.text("$[*] ? (@ != null)")])

    def fitted(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a figure as one of the given type, NULL where the type cannot hold it."""
        if data_type.kind is Kind.INTEGER:
            return exp.Anonymous(this="BATUTA_WHOLE", expressions=[tree])
        if data_type.kind is Kind.DECIMAL:
            given = self.type_of(data_type)
            digits = [parameter.this for parameter in given.expressions]
            return exp.Cast(this=exp.Anonymous(this="BATUTA_EXACT", expressions=[tree, *digits]), to=given)
        return self.cast(tree, data_type)

    def converted(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a value that was kept under a type of its own as one of the given type, NULL where it is none."""
        if isinstance(tree, exp.Null):
            return self.cast(tree, data_type)
        plain = exp.Cast(this=tree, to=self.text)
        if data_type.is_text:
            return plain
        if data_type.kind not in _READ:
            return self.fitted(plain, data_type)
        reads = exp.Anonymous(this="BATUTA_READS", expressions=[plain, trees.text(_READ[data_type.kind])])
        return trees.case([(reads, self.cast(plain.copy(), data_type))])

    def trimmed(self, tree: exp.Expr) -> exp.Expr:
        """Return a text without white space around it."""
        return exp.Anonymous(this="BTRIM", expressions=[tree, trees.text(WHITE_SPACE)])

    def iso(self, tree: exp.Expr) -> exp.Expr:
        """Return a timestamp as ISO text, with six digits of a second if it has a fraction."""
        whole, exact = (
            exp.Anonymous(this="TO_CHAR", expressions=[tree.copy(), trees.text(form)])
            for form in ("YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD HH24:MI:SS.US")
        )
        start = exp.Anonymous(this="DATE_TRUNC", expressions=[trees.text("second"), tree.copy()])
        return trees.case([(trees.equal(start, tree.copy()), whole)], exact)

    def contains(self, whole: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Return the test whether a text contains another."""
        found = exp.Anonymous(this="STRPOS", expressions=[whole, part])
        return exp.GT(this=found, expression=trees.number(0))

    def ends_with(self, whole: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Return the test whether a text ends with another."""
        end = exp.Anonymous(this="RIGHT", expressions=[whole, exp.Length(this=part)])
        return exp.EQ(this=end, expression=trees.tight(part.copy()))

    def like(self, tree: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        """Return the test whether a text is like a pattern of % and _, in which a backslash is one."""
        return exp.Escape(this=exp.Like(this=tree, expression=pattern), expression=trees.text(""))

    def _split(self, whole: exp.Expr, separator: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="STRING_TO_ARRAY", expressions=[whole, separator])


def _object(fields: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return a JSON object, in as many pieces as its fields need."""
    pairs = [part for key, tree in fields.items() for part in (trees.text(key), tree.copy())]
    width = 2 * _MOST_FIELDS
    tree: exp.Expr | None = None
    for start in range(0, len(pairs), width):
        piece = exp.Anonymous(this="JSONB_BUILD_OBJECT", expressions=pairs[start : start + width])
        tree = piece if tree is None else exp.DPipe(this=tree, expression=piece)
    return tree or exp.Anonymous(this="JSONB_BUILD_OBJECT")
