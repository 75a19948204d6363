"""What differs between the SQL of engines: types, folding, hashing, text functions, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import ClassVar

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.rules.patterns import Notation, written
from batuta.schema.types import DataType, Kind, Scalar
from batuta.sets.shape import Column

WHITE_SPACE = " \t\n\r\u00a0"
"""What may surround a text: space, tab, line end and no-break space, as for the functions that trim."""

Pairs = Sequence[tuple[exp.Expr, exp.Expr]]
"""Values of the row at hand, each with the value in a query that it must equal."""

_SEPARATORS = ("\x1f", "\x1e", "\x1d", "\x1c", *map(chr, range(0xE000, 0xF900)))
"""What may stand between the texts of a list: one character, so that a count tells whether a text has it too."""


class Dialect:
    """The SQL that engines share; what an engine writes otherwise, its own class overrides.

    `name` is that of the engine in SQLGlot and in the function table. `preparation` are statements an engine
    runs once when it opens, to define the functions that compiled SQL calls.
    """

    name: ClassVar[str]
    notation: ClassVar[Notation]
    preparation: ClassVar[tuple[str, ...]] = ()
    types: ClassVar[dict[Kind, str]] = {
        Kind.STRING: "VARCHAR",
        Kind.INTEGER: "BIGINT",
        Kind.DOUBLE: "DOUBLE",
        Kind.BOOLEAN: "BOOLEAN",
        Kind.DATE: "DATE",
        Kind.TIME: "TIME",
        Kind.DATETIME: "TIMESTAMP",
        Kind.INSTANT: "TIMESTAMP",
        Kind.ENUM: "VARCHAR",
        Kind.JSON: "VARCHAR",
    }
    materialises: ClassVar[bool | None] = True
    """Whether what is shared within a query may be marked to be computed once."""
    precision: ClassVar[int] = 18
    scale: ClassVar[int] = 4

    def type_of(self, data_type: DataType) -> exp.DataType:
        """Return the engine's type of a value; an instant is a timestamp in UTC."""
        if data_type.kind is Kind.DECIMAL:
            return _decimal(*self.digits(data_type))
        return exp.DataType(this=exp.DataType.build(self.types[data_type.kind]).this, nested=False)

    def digits(self, data_type: DataType) -> tuple[int, int]:
        """Return precision and scale of a decimal; without a precision it has the default ones."""
        if data_type.precision is None:
            return self.precision, self.scale
        return data_type.precision, data_type.scale or 0

    @property
    def text(self) -> exp.DataType:
        """The engine's type of text."""
        return self.type_of(DataType(kind=Kind.STRING))

    def column_type(self, column: Column) -> exp.DataType:
        """Return the engine's type of a computed column, a list of objects if it has lines."""
        if not column.lines:
            return self.type_of(column.type)
        fields = [exp.ColumnDef(this=trees.name(line.name), kind=self.column_type(line)) for line in column.lines]
        struct = exp.DataType(this=exp.DataType.Type.STRUCT, expressions=fields, nested=True)
        return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[struct], nested=True)

    def list_of(self, item: Mapping[str, exp.Expr], order: Sequence[exp.Ordered]) -> exp.Expr:
        """Return the list of the objects that the rows of a group make, in an order."""
        return exp.ArrayAgg(this=exp.Order(this=object_of(item), expressions=list(order)))

    def joined(self, texts: exp.GroupConcat, order: Sequence[exp.Ordered], kept: exp.Expr | None) -> exp.Expr:
        """Return the texts of a group joined in an order, of those rows only that are kept."""
        texts.set("this", exp.Order(this=texts.this, expressions=[item.copy() for item in order]))
        return texts if kept is None else exp.Filter(this=texts, expression=exp.Where(this=kept.copy()))

    def cast(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a value as one of the given type."""
        return exp.Cast(this=tree, to=self.type_of(data_type))

    def fitted(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a figure as one of the given type, NULL where the type cannot hold it."""
        return exp.TryCast(this=tree, to=self.type_of(data_type))

    def converted(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return a value that was kept under a type of its own as one of the given type, NULL where it is none."""
        return exp.TryCast(this=tree, to=self.type_of(data_type))

    def constant(self, value: Scalar, data_type: DataType) -> exp.Expr:
        """Return a literal; of the empty value and of dates with their type."""
        if value is None:
            return self.cast(exp.Null(), data_type)
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        if isinstance(value, (int, float, Decimal)):
            return self._number(value, data_type)
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, (date, time)):
            kind = Kind.DATE if isinstance(value, date) else Kind.TIME
            return self.cast(trees.text(value.isoformat()), DataType(kind=kind))
        return trees.text(value)

    def _number(self, value: float | Decimal, data_type: DataType) -> exp.Expr:
        if isinstance(value, float) or data_type.kind is Kind.DOUBLE:
            return self.cast(trees.text(repr(float(value))), DataType(kind=Kind.DOUBLE))
        digits = str(abs(value)) if isinstance(value, int) else format(abs(value), "f")
        literal = exp.Literal(this=digits, is_string=False)
        return trees.tight(exp.Neg(this=literal)) if value < 0 else literal

    def _moment(self, value: datetime) -> exp.Expr:
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return self.cast(trees.text(plain.isoformat(sep=" ")), DataType(kind=Kind.DATETIME))

    def folded(self, tree: exp.Expr, *, case: bool, accents: bool) -> exp.Expr:
        """Return a text folded as by kit.text."""
        if not case and not accents:
            return tree
        function = "batuta_fold" if case and accents else "batuta_lower" if case else "batuta_unaccent"
        return exp.Anonymous(this=function, expressions=[tree])

    def trimmed(self, tree: exp.Expr) -> exp.Expr:
        """Return a text without white space around it."""
        return exp.Anonymous(this="TRIM", expressions=[tree, trees.text(WHITE_SPACE)])

    def hashed(self, salt: str, key_text: exp.Expr) -> exp.Expr:
        """Return the hash that decides chance: 32 hexadecimal digits of md5(salt || ':' || key text)."""
        return exp.MD5(this=exp.DPipe(this=trees.text(f"{salt}:"), expression=trees.tight(key_text)))

    def key_part(self, tree: exp.Expr, data_type: DataType) -> exp.Expr:
        """Return the text of one part of a key, as kit.text.key_text writes it."""
        if data_type.is_text:
            return tree
        if data_type.kind in (Kind.DATETIME, Kind.INSTANT):
            return self.iso(tree)
        return exp.Cast(this=tree, to=self.text)

    def iso(self, tree: exp.Expr) -> exp.Expr:
        """Return a timestamp as ISO text, with six digits of a second if it has a fraction."""
        whole = exp.Anonymous(this="STRFTIME", expressions=[tree, trees.text("%Y-%m-%d %H:%M:%S")])
        exact = exp.Anonymous(this="STRFTIME", expressions=[tree.copy(), trees.text("%Y-%m-%d %H:%M:%S.%f")])
        fraction = exp.Anonymous(this="DATE_TRUNC", expressions=[trees.text("second"), tree.copy()])
        return trees.case([(trees.equal(fraction, tree.copy()), whole)], exact)

    def found(self, pairs: Pairs, query: exp.Select) -> exp.Expr:
        """Return the condition that a query has a row with values equal to those here: a semi join.

        `query` has no columns yet, and names nothing of the row here.
        """
        meets = [trees.equal(there, here) for here, there in pairs]
        former = query.args.get("where")
        query.set("expressions", [trees.number(1)])
        query.set("where", exp.Where(this=trees.every([*([former.this] if former else []), *meets])))
        return trees.exists(query)

    def contains(self, whole: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Return the test whether a text contains another."""
        return exp.Contains(this=whole, expression=part)

    def starts_with(self, whole: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Return the test whether a text starts with another."""
        return exp.StartsWith(this=whole, expression=part)

    def ends_with(self, whole: exp.Expr, part: exp.Expr) -> exp.Expr:
        """Return the test whether a text ends with another."""
        return exp.EndsWith(this=whole, expression=part)

    def like(self, tree: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        """Return the test whether a text is like a pattern of % and _, without an escape character."""
        return exp.Like(this=tree, expression=pattern)

    def matches(self, tree: exp.Expr, pattern: str, *, ignore_case: bool) -> exp.Expr:
        """Return the test whether a regular expression is found in a text."""
        return exp.RegexpLike(
            this=tree, expression=trees.text(written(pattern, self.notation, ignore_case=ignore_case))
        )

    def listed(self, texts: Sequence[str], alias: str, column: str) -> exp.Subquery:
        """Return a long list of texts as rows of one text column: one literal, split by the engine."""
        joined = ((mark, mark.join(texts)) for mark in _SEPARATORS)
        separator, whole = next((mark, whole) for mark, whole in joined if whole.count(mark) == len(texts) - 1)
        return trees.subquery(self._rows(trees.text(whole), trees.text(separator), column), alias)

    def _rows(self, whole: exp.Expr, separator: exp.Expr, column: str) -> exp.Select:
        """Return the parts of a text as rows."""
        return exp.Select(expressions=[trees.aliased(exp.Explode(this=self._split(whole, separator)), column)])

    def _split(self, whole: exp.Expr, separator: exp.Expr) -> exp.Expr:
        return exp.Split(this=whole, expression=separator)

    def first_objects(self, objects: Sequence[Mapping[str, exp.Expr]], count: exp.Expr) -> exp.Expr:
        """Return a list of the first `count` of some objects."""
        items = exp.Array(expressions=[object_of(each) for each in objects])
        few = exp.Slice(this=trees.number(1), expression=count)
        return exp.Bracket(this=items, expressions=[few])


def object_of(fields: Mapping[str, exp.Expr]) -> exp.Struct:
    """Return an object of some fields."""
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=trees.name(key), expression=tree) for key, tree in fields.items()]
    )


def _decimal(precision: int, scale: int) -> exp.DataType:
    digits = [exp.DataTypeParam(this=trees.number(count)) for count in (precision, scale)]
    return exp.DataType(this=exp.DataType.Type.DECIMAL, expressions=digits, nested=False)
