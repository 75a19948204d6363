"""Comparisons as SQL. A condition may come out empty where it does not hold; `trees.negated` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import LONG_LIST, Row
from batuta.engines.sql.expressions import value
from batuta.kit.text import drop_accents, drop_case
from batuta.rules.bound import AttributeOf, Constant, Expr, Rooted, Variable
from batuta.rules.periods import PERIODS, birthdays, local_to_utc, window
from batuta.rules.tree import Operator
from batuta.schema.types import DATE, DATETIME, DOUBLE, INSTANT, INTEGER, DataType, Kind, Scalar


@dataclass(frozen=True)
class Folding:
    """What is not regarded when texts are compared."""

    case: bool = False
    accents: bool = False

    def of(self, text: str) -> str:
        """Return a text folded so."""
        lower = drop_case(text) if self.case else text
        return drop_accents(lower) if self.accents else lower


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its tree, and its value if that is known when compiling."""

    tree: exp.Expr
    type: DataType
    known: Constant | None = None

    @property
    def is_empty_constant(self) -> bool:
        """Whether it is known to be empty."""
        return self.known is not None and self.known.value in (None, "")

    @property
    def present(self) -> exp.Expr:
        """The value, NULL where it is ''."""
        blank = self.type.is_text and (self.known is None or self.known.value == "")
        return trees.or_null(self.tree.copy()) if blank else self.tree.copy()

    @property
    def is_empty(self) -> exp.Expr:
        """The test whether it is empty."""
        if self.type.is_text:
            return trees.equal(trees.or_empty_text(self.tree.copy()), trees.text(""))
        return trees.is_null(self.tree.copy())


def side(expression: Expr, row: Row, folding: Folding) -> Side:
    """Return an expression as one side of a comparison, folded."""
    if isinstance(expression, Rooted):
        return side(expression.expression, row.roots[expression.root], folding)
    known = constant(expression, row)
    if known is not None:
        if isinstance(known.value, str):
            known = Constant(folding.of(known.value), known.type)
        return Side(row.context.dialect.constant(known.value, known.type), known.type, known)
    if folding.case and folding.accents and isinstance(expression, AttributeOf):
        stored = row.folded(expression.path, expression.name)
        if stored is not None:
            return Side(stored, expression.type)
    return computed(value(expression, row), expression.type, row, folding)


def computed(tree: exp.Expr, data_type: DataType, row: Row, folding: Folding) -> Side:
    """Return a computed value as one side of a comparison, folded."""
    if data_type.is_text:
        tree = row.context.dialect.folded(tree, case=folding.case, accents=folding.accents)
    return Side(tree, data_type)


def constant(expression: Expr, row: Row) -> Constant | None:
    """Return the value of an expression that is known when compiling, or None."""
    if isinstance(expression, Variable):
        return Constant(row.context.moment.variables.get(expression.name), expression.type)
    return expression if isinstance(expression, Constant) else None


def compare(operator: Operator, left: Side, right: Sequence[Expr], row: Row, folding: Folding) -> exp.Expr:
    """Return the condition that a value meets others as the operator says."""
    if operator in PERIODS:
        return _in_period(operator, left, right, row)
    positive = _NEGATIONS.get(operator)
    if positive is not None:
        return trees.negated(compare(positive, left, right, row, folding))
    if operator is Operator.IN:
        return _among(left, right, row, folding)
    if operator is Operator.MATCHES:
        pattern = str(right[0].value) if isinstance(right[0], Constant) else ""
        return row.context.dialect.matches(left.present, pattern, ignore_case=folding.case)
    if operator is Operator.BIRTHDAY_IN_DAYS:
        return _birthday(left, _amount(right), row)
    return _TESTS[operator](left, [side(item, row, folding) for item in right], row)


_NEGATIONS: Mapping[Operator, Operator] = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_STARTS_WITH: Operator.STARTS_WITH,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.IS_NOT_EMPTY: Operator.IS_EMPTY,
}


def equals(left: Side, right: Side) -> exp.Expr:
    """Return the equality of two values; empty equals empty."""
    if right.known is not None:
        return left.is_empty if right.is_empty_constant else trees.equal(left.tree.copy(), right.tree.copy())
    if left.type.is_text:
        return trees.equal(trees.or_empty_text(left.tree.copy()), trees.or_empty_text(right.tree.copy()))
    return trees.tight(exp.NullSafeEQ(this=trees.tight(left.tree.copy()), expression=trees.tight(right.tree.copy())))


def _order(kind: type[exp.Binary]) -> Callable[[Side, Sequence[Side], Row], exp.Expr]:
    def test(left: Side, right: Sequence[Side], _: Row) -> exp.Expr:
        return _ordered(kind, left, right[0])

    return test


def _ordered(kind: type[exp.Binary], left: Side, right: Side) -> exp.Expr:
    if right.is_empty_constant:
        return trees.false()
    return trees.tight(kind(this=trees.tight(left.present), expression=trees.tight(right.present)))


def _between(left: Side, right: Sequence[Side], _: Row) -> exp.Expr:
    low, high = right
    return trees.every([_ordered(exp.GTE, left, low), _ordered(exp.LTE, left, high)])


def _text(name: str) -> Callable[[Side, Sequence[Side], Row], exp.Expr]:
    def test(left: Side, right: Sequence[Side], row: Row) -> exp.Expr:
        if right[0].is_empty_constant:
            return trees.false()
        condition: exp.Expr = getattr(row.context.dialect, name)(left.present, right[0].present)
        return trees.tight(condition)

    return test


_TESTS: Mapping[Operator, Callable[[Side, Sequence[Side], Row], exp.Expr]] = {
    Operator.EQUAL: lambda left, right, _: equals(left, right[0]),
    Operator.GREATER: _order(exp.GT),
    Operator.GREATER_OR_EQUAL: _order(exp.GTE),
    Operator.LESS: _order(exp.LT),
    Operator.LESS_OR_EQUAL: _order(exp.LTE),
    Operator.BETWEEN: _between,
    Operator.IS_EMPTY: lambda left, _right, _row: left.is_empty,
    Operator.STARTS_WITH: _text("starts_with"),
    Operator.CONTAINS: _text("contains"),
    Operator.ENDS_WITH: _text("ends_with"),
    Operator.LIKE: _text("like"),
    Operator.IS_TRUE: lambda left, _right, _row: left.tree,
    Operator.IS_FALSE: lambda left, _right, _row: trees.equal(left.tree, trees.false()),
}


def _among(left: Side, right: Sequence[Expr], row: Row, folding: Folding) -> exp.Expr:
    constants, computed_items = _apart(right, row)
    present = [item for item in constants if item.value not in (None, "")]
    conditions = []
    if len(present) + len(computed_items) < len(right):
        conditions.append(left.is_empty)
    if len(present) > LONG_LIST:
        conditions.append(_in_rows(left, present, row, folding))
    elif present:
        items = [side(item, row, folding).tree for item in present]
        conditions.append(trees.tight(exp.In(this=trees.tight(left.tree.copy()), expressions=items)))
    conditions += [equals(left, side(item, row, folding)) for item in computed_items]
    return trees.some(conditions)


def _apart(items: Sequence[Expr], row: Row) -> tuple[Sequence[Constant], Sequence[Expr]]:
    """Return the items whose values are known when compiling, and the others; a list of 100,000 has constants only."""
    constants = [item for item in items if isinstance(item, Constant)]
    if len(constants) == len(items):
        return constants, ()
    others = [(item, constant(item, row)) for item in items]
    return [known for _, known in others if known is not None], [item for item, known in others if known is None]


def _in_rows(left: Side, items: Sequence[Constant], row: Row, folding: Folding) -> exp.Expr:
    dialect = row.context.dialect
    alias = row.context.names.take("list")
    rows = dialect.listed(_written([item.value for item in items], folding), alias, "value")
    listed: exp.Expr = trees.column(alias, "value")
    if not left.type.is_text:
        listed = dialect.cast(listed, _widest(items))
    return dialect.found([(left.tree.copy(), listed)], trees.query([], rows))


def _widest(items: Sequence[Constant]) -> DataType:
    """Return the type in which all written values of a list are read without loss."""
    named = [item.type for item in items]
    types = list(dict(zip(map(id, named), named, strict=True)).values())
    if types[0].is_number:
        return _widest_number(items, types)
    return DATETIME if any(each.kind in (Kind.DATETIME, Kind.INSTANT) for each in types) else types[0]


def _widest_number(items: Sequence[Constant], types: Sequence[DataType]) -> DataType:
    """Return a type as narrow as it may be: engines take ten times as long over 38 digits as over 18."""
    kinds = {each.kind for each in types}
    if Kind.DOUBLE in kinds:
        return DOUBLE
    if kinds == {Kind.INTEGER}:
        return INTEGER
    scale = max(each.scale or 0 for each in types if each.kind is Kind.DECIMAL)
    whole = max(len(str(abs(int(item.value)))) for item in items if isinstance(item.value, (int, Decimal)))
    return DataType(kind=Kind.DECIMAL, precision=18 if whole + scale <= 18 else 38, scale=scale)


def _written(values: Sequence[Scalar], folding: Folding) -> list[str]:
    """Return values as text, texts folded; kinds are looked at once, for lists are long."""
    special = any(issubclass(kind, (str, datetime)) for kind in set(map(type, values)))
    return [_as_text(each, folding) for each in values] if special else list(map(str, values))


def _as_text(given: Scalar, folding: Folding) -> str:
    if isinstance(given, datetime):
        return given.replace(tzinfo=None).isoformat(sep=" ")
    return folding.of(given) if isinstance(given, str) else str(given)


def _in_period(operator: Operator, left: Side, right: Sequence[Expr], row: Row) -> exp.Expr:
    moment = row.context.moment
    start, end = window(operator, _amount(right), moment.today)
    conditions = []
    for bound, kind in ((start, exp.GTE), (end, exp.LT)):
        if bound is not None:
            edge = _edge(bound, left.type, row)
            conditions.append(trees.tight(kind(this=trees.tight(left.tree.copy()), expression=edge)))
    return trees.every(conditions)


def _edge(bound: datetime, data_type: DataType, row: Row) -> exp.Expr:
    dialect = row.context.dialect
    if data_type.kind is Kind.DATE:
        return dialect.constant(bound.date(), DATE)
    if data_type.kind is Kind.INSTANT:
        return dialect.constant(local_to_utc(bound, row.context.moment.zone), INSTANT)
    return dialect.constant(bound, DATETIME)


def _birthday(left: Side, amount: int, row: Row) -> exp.Expr:
    month, day = (exp.Extract(this=exp.var(part), expression=left.tree.copy()) for part in ("month", "day"))
    number = exp.Add(this=exp.Mul(this=month, expression=trees.number(100)), expression=day)
    days = [trees.number(day) for day in birthdays(amount, row.context.moment.today)]
    return trees.tight(exp.In(this=trees.tight(number), expressions=days))


def _amount(right: Sequence[Expr]) -> int:
    found = right[0] if right else None
    return found.value if isinstance(found, Constant) and isinstance(found.value, int) else 0
