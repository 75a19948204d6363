"""The right side of conditions: which operators fit which types, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from batuta.kit.problems import Gather, Problem, Problems, Term
from batuta.kit.text import drop_accents
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Constant, Expr, Figure, Rooted
from batuta.rules.functions.model import Unfit
from batuta.rules.functions.operators import comparable_pair
from batuta.rules.lists import MOST_TOLD, read_list
from batuta.rules.patterns import check_pattern
from batuta.rules.periods import AMOUNTED, MOST_AMOUNT, PERIODS
from batuta.rules.tree import Aggregate, Condition, Expression, Operator, Plain, Value
from batuta.rules.values import read_value, term
from batuta.schema.types import INTEGER, DataType, Kind, comparable

_SAME = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
_EMPTINESS = frozenset({Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})
_TRUTH = frozenset({Operator.IS_TRUE, Operator.IS_FALSE})
_ORDER = frozenset(
    {Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL, Operator.BETWEEN}
)
_TEXTUAL = frozenset(
    {
        Operator.STARTS_WITH,
        Operator.NOT_STARTS_WITH,
        Operator.CONTAINS,
        Operator.NOT_CONTAINS,
        Operator.ENDS_WITH,
        Operator.LIKE,
        Operator.NOT_LIKE,
        Operator.MATCHES,
    }
)
_PERIODS = frozenset(PERIODS)
_ALONE = _EMPTINESS | _TRUTH | (_PERIODS - AMOUNTED)
_NUMBERS = _SAME | _LISTS | _EMPTINESS | _ORDER

FITTING: Mapping[Kind, frozenset[Operator]] = {
    Kind.STRING: _NUMBERS | _TEXTUAL,
    Kind.ENUM: _SAME | _LISTS | _EMPTINESS,
    Kind.INTEGER: _NUMBERS,
    Kind.DECIMAL: _NUMBERS,
    Kind.DOUBLE: _NUMBERS,
    Kind.BOOLEAN: _SAME | _EMPTINESS | _TRUTH,
    Kind.DATE: _NUMBERS | _PERIODS | {Operator.BIRTHDAY_IN_DAYS},
    Kind.DATETIME: _NUMBERS | _PERIODS | {Operator.BIRTHDAY_IN_DAYS},
    Kind.INSTANT: _NUMBERS | _PERIODS,
    Kind.TIME: _NUMBERS,
    Kind.JSON: frozenset(),
}
"""The operators that each kind of value has."""

Right = tuple[tuple[Expr, ...], bool, bool]


@dataclass(frozen=True)
class Against:
    """What a condition compares: the expression and the type of its left side, and where both sides stand."""

    left: Expr | None
    type: DataType
    left_around: Surroundings
    right_around: Surroundings
    bind: Callable[[str, Surroundings], Expr]

    @property
    def foldable(self) -> bool:
        """Whether case and accents may be ignored: text that is neither key nor enum."""
        return self.type.kind is Kind.STRING and not _is_key(self.left, self.left_around)


def bind_right(rule: Condition | Aggregate, against: Against) -> Right:
    """Return the bound values of a condition, and whether case and accents are folded.

    Raises Problems with fields `operator`, `value` or `values.<place>`.
    """
    operator = rule.operator
    if operator not in FITTING[against.type.kind]:
        raise _one("rule.operator-unfit", "operator", operator=_word(operator), type=term(against.type.kind))
    if (rule.listed or rule.values_file) and operator not in _LISTS:
        raise _one("rule.list-unfit", "list" if rule.listed else "values_file", operator=_word(operator))
    right = _values(rule, against)
    if operator is Operator.MATCHES:
        return right, not rule.match_case, False
    folded = (
        against.foldable
        and operator not in _EMPTINESS
        and not any(_is_key(value, against.right_around) for value in right)
    )
    if folded and not rule.match_accents:
        _check_not_folded_away(rule, right)
    return right, folded and not rule.match_case, folded and not rule.match_accents


def _values(rule: Condition | Aggregate, against: Against) -> tuple[Expr, ...]:
    operator = rule.operator
    if operator in _ALONE:
        return _none(rule)
    if operator in AMOUNTED:
        return (_amount(rule),)
    if operator in _LISTS:
        return _list(rule, against)
    if operator is Operator.BETWEEN:
        return _bounds(rule, against)
    return (_single(rule, against),)


def _check_not_folded_away(rule: Condition | Aggregate, right: Sequence[Expr]) -> None:
    """Refuse texts made of accents alone: without them they would be empty, and constants never are."""
    for place, value in enumerate(right):
        text = value.value if isinstance(value, Constant) else None
        if isinstance(text, str) and not text.isascii() and drop_accents(text) == "":
            raise _one("value.empty", f"values.{place}" if rule.values else "value")


def _none(rule: Condition | Aggregate) -> tuple[Expr, ...]:
    if rule.value is not None or rule.values:
        raise _one("rule.value-not-needed", "value", operator=_word(rule.operator))
    return ()


def _amount(rule: Condition | Aggregate) -> Expr:
    value = rule.value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_AMOUNT
    if not whole or rule.values:
        raise _one("rule.amount", "value", operator=_word(rule.operator), most=MOST_AMOUNT)
    return Constant(value, INTEGER)  # type: ignore[arg-type]  # `whole` has narrowed it to an integer


def _list(rule: Condition | Aggregate, against: Against) -> tuple[Expr, ...]:
    if rule.values_file:
        raise _one("rule.values-file", "values_file", name=rule.values_file)
    if rule.listed and not rule.values:
        known = against.right_around.lists.get(rule.listed)
        if known is None:
            raise _one("rule.list-unknown", "list", name=rule.listed)
        return read_list(known, against.type)
    if rule.value is not None or rule.listed or not rule.values:
        raise _one("rule.list-missing", "values", operator=_word(rule.operator))
    return _several(rule.values, against)


def _bounds(rule: Condition | Aggregate, against: Against) -> tuple[Expr, ...]:
    if rule.value is not None or len(rule.values) != 2:
        raise _one("rule.between-two", "values")
    low, high = _several(rule.values, against)
    if isinstance(low, Constant) and isinstance(high, Constant) and _is_above(low, high):
        raise _one("rule.between-order", "values", low=low.value, high=high.value)
    return low, high


def _single(rule: Condition | Aggregate, against: Against) -> Expr:
    if rule.values:
        raise _one("rule.single-value", "values", operator=_word(rule.operator))
    if rule.value is None:
        raise _one("rule.value-missing", "value", operator=_word(rule.operator))
    try:
        bound = _value(rule.value, against)
    except Problems as error:
        raise Problems(problem.under("value") for problem in error.problems) from None
    if rule.operator is Operator.MATCHES:
        _check_pattern(bound)
    return bound


def _several(values: Sequence[Value], against: Against) -> tuple[Expr, ...]:
    gather = Gather()
    bound = []
    for place, value in enumerate(values):
        try:
            bound.append(_value(value, against))
        except Problems as error:
            gather.found += [problem.under(f"values.{place}") for problem in error.problems]
            if len(gather.found) >= MOST_TOLD:
                break
    gather.check()
    return tuple(bound)


def _value(value: Value, against: Against) -> Expr:
    if isinstance(value, Expression):
        return _computed(value.expression, against)
    return _constant(value, against.type)


def _constant(value: Plain, wanted: DataType) -> Constant:
    try:
        return read_value(value, wanted)
    except Unfit as unfit:
        raise Problems([Problem(unfit.code, unfit.values)]) from None


def _computed(text: str, against: Against) -> Expr:
    try:
        bound = against.bind(text, against.right_around)
    except Problems as error:
        raise Problems(problem.under("expression") for problem in error.problems) from None
    if isinstance(bound, Constant):
        if bound.value is None:
            raise Problems([Problem("value.empty")])
        if isinstance(bound.value, (str, int, Decimal, bool)):
            return _constant(bound.value, against.type)
    if _zones_differ(bound.type, against.type):
        raise _one("expression.no-zone", "expression", left=term(against.type.kind), right=term(bound.type.kind))
    if not comparable(bound.type, against.type):
        raise _one("expression.not-comparable", "expression", left=term(against.type.kind), right=term(bound.type.kind))
    return bound


def _zones_differ(one: DataType, other: DataType) -> bool:
    return one.is_temporal and other.is_temporal and (one.kind is Kind.INSTANT) != (other.kind is Kind.INSTANT)


def _check_pattern(bound: Expr) -> None:
    if not isinstance(bound, Constant) or not isinstance(bound.value, str):
        raise _one("rule.pattern-constant", "value")
    fault = check_pattern(bound.value)
    if fault:
        raise _one("rule.pattern", "value", found=fault)


def _is_above(low: Constant, high: Constant) -> bool:
    one, other = comparable_pair(low.value, high.value)
    return bool(one > other)  # type: ignore[operator]  # both are of the type of the left side


def _is_key(expression: Expr | None, around: Surroundings) -> bool:
    if isinstance(expression, Rooted):
        return _is_key(expression.expression, around.roots[expression.root])
    if isinstance(expression, Figure):  # the least or greatest key is one
        return expression.type.is_text and _is_key(expression.arguments[0], around.of_linked(expression.path[-1].there))
    if not isinstance(expression, AttributeOf):
        return False
    schema = expression.path[-1].there if expression.path else around.schema
    return expression.type.kind is Kind.ENUM or expression.name in around.catalogue.by_name[schema].primary_key


def _word(operator: Operator) -> Term:
    return Term(f"operator.{operator.value}")


def _one(code: str, field: str, **values: object) -> Problems:
    return Problems([Problem(code, values, field)])
