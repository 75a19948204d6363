"""The meaning of rules: a small evaluator over rows in memory, against which engines are tested.

It is written for plainness, not for speed, and shares nothing with what compiles rules to SQL but the
periods and the function table.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from batuta.kit.text import drop_accents, drop_case, fold
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    Among,
    AnyOf,
    AttributeOf,
    Call,
    Compare,
    Computed,
    Constant,
    Expr,
    Figure,
    IsTrue,
    LeadsTo,
    Linked,
    Matched,
    Member,
    Moment,
    Predicate,
    Rooted,
    Variable,
    Windowed,
    Without,
)
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.aggregates import OF_RULES
from batuta.rules.functions.chance import digest_of
from batuta.rules.functions.operators import equal, is_empty, ordered
from batuta.rules.functions.results import fitted
from batuta.rules.patterns import found_in
from batuta.rules.periods import PERIODS, birthdays, local_to_utc, window
from batuta.rules.populations import figure, windowed
from batuta.rules.tree import Operator
from batuta.schema.model import Attribute, Catalogue, Link, Schema
from batuta.schema.types import BOOLEAN, DataType, Kind, Scalar

Row = Mapping[str, Scalar]


@dataclass(frozen=True)
class World:
    """All there is to know: the rows of each schema, and the keys in each audience (by label) and working table."""

    rows: Mapping[str, Sequence[Row]]
    catalogue: Catalogue
    audiences: Mapping[str, AbstractSet[tuple[Scalar, ...]]] = field(default_factory=dict)
    tables: Mapping[str, AbstractSet[tuple[Scalar, ...]]] = field(default_factory=dict)

    def linked(self, row: Row, path: Iterable[Link]) -> list[Row]:
        """Return the rows that a path leads to, one for each way there is; empty values link nothing."""
        found = [row]
        for link in path:
            found = [there for here in found for there in self._next(here, link)]
        return found

    def _next(self, here: Row, link: Link) -> Iterator[Row]:
        for there in self.rows.get(link.there, ()):
            if all(_same(here[mine], there[theirs]) for mine, theirs in link.pairs):
                yield there


@dataclass(frozen=True)
class Standpoint:
    """What a rule is asked about: one row of a schema, with the columns that the canvas computed for it.

    `roots` are the other rows that go with it, those there are. `among` is the population that windows look at:
    see `together`; without one a row stands alone.
    """

    row: Row
    schema: str
    world: World
    moment: Moment
    columns: Row = field(default_factory=dict)
    roots: Mapping[str, Standpoint] = field(default_factory=dict)
    among: Population | None = None
    place: int = 0

    def at(self, row: Row, schema: str) -> Standpoint:
        """Return the standpoint of a linked row, which carries no columns."""
        return replace(self, row=row, schema=schema, columns={}, roots={}, among=None, place=0)


class Population:
    """Rows in the order of their keys, and the windows computed over them."""

    def __init__(self, rows: Sequence[Standpoint]) -> None:
        self._rows = rows
        self._windows: dict[Windowed, list[Scalar]] = {}
        self._columns: dict[Expr, list[Scalar]] = {}

    def values(self, window: Windowed) -> list[Scalar]:
        """Return the value of a window for each row."""
        if window not in self._windows:
            moment = self._rows[0].moment
            self._windows[window] = windowed(window, len(self._rows), self._column, moment)
        return self._windows[window]

    def _column(self, expression: Expr) -> list[Scalar]:
        if expression not in self._columns:
            self._columns[expression] = [compute(expression, row) for row in self._rows]
        return self._columns[expression]


def together(rows: Sequence[Standpoint]) -> list[Standpoint]:
    """Return the rows of a population, given in the order of their keys, so that windows over all of them see each."""
    population = Population(rows)
    return [replace(row, among=population, place=place) for place, row in enumerate(rows)]


def holds(predicate: Predicate, here: Standpoint) -> bool:
    """Tell whether a predicate holds."""
    return _HOLDS[type(predicate)](predicate, here)


def compute(expression: Expr, here: Standpoint) -> Scalar:
    """Return the value of an expression."""
    return _VALUES[type(expression)](expression, here)


def _attribute(expression: AttributeOf, here: Standpoint) -> Scalar:
    rows = here.world.linked(here.row, expression.path)
    return rows[0][expression.name] if rows else None


def _rooted(expression: Rooted, here: Standpoint) -> Scalar:
    there = here.roots.get(expression.root)
    return None if there is None else compute(expression.expression, there)


def _figure(expression: Figure, here: Standpoint) -> Scalar:
    start = here.roots.get(expression.root) if expression.root else here
    schema = here.world.catalogue.schema_named(expression.path[-1].there)
    rows = [] if start is None else here.world.linked(start.row, expression.path)
    rows.sort(key=lambda row: _key(row, schema))
    first, *others = expression.arguments or (Constant(True, BOOLEAN),)
    values = [compute(first, here.at(row, schema.name)) for row in rows]
    return figure(expression.function, values, [compute(other, here) for other in others], expression.type, here.moment)


def _key(row: Row, schema: Schema) -> tuple[Any, ...]:
    return tuple(row[name] for name in schema.primary_key)


def _windowed(expression: Windowed, here: Standpoint) -> Scalar:
    return (here.among or Population([here])).values(expression)[here.place]


def _call(call: Call, here: Standpoint) -> Scalar:
    function = FUNCTIONS[call.function]
    values = [compute(argument, here) for argument in call.arguments]
    if function.salt:
        values = [_chance(str(values[-1]), here)]
    if function.strict and any(value is None for value in values):
        return None
    return fitted(function.evaluate(here.moment, *values), call.type)


def _chance(salt: str, here: Standpoint) -> str | None:
    """Return the digest that decides chance for the row here."""
    key = [here.row[name] for name in here.world.catalogue.schema_named(here.schema).primary_key]
    return digest_of(here.moment.seed, salt, key)


_VALUES: Mapping[type[Any], Callable[[Any, Standpoint], Scalar]] = {
    Constant: lambda expression, _: expression.value,
    Computed: lambda expression, here: here.columns[expression.name],
    Variable: lambda expression, here: here.moment.variables.get(expression.name),
    AttributeOf: _attribute,
    Rooted: _rooted,
    Call: _call,
    Figure: _figure,
    Windowed: _windowed,
}


def _without(predicate: Without, here: Standpoint) -> bool:
    return holds(predicate.first, here) and not any(holds(other, here) for other in predicate.others)


def _compare(predicate: Compare, here: Standpoint) -> bool:
    return _condition(predicate, compute(predicate.left, here), predicate.left.type, here)


def _linked(predicate: Linked, here: Standpoint) -> bool:
    return bool(_rows(predicate, here)) != predicate.negated


def _key_in(row: Row, schema: str, world: World) -> tuple[Scalar, ...]:
    return tuple(row[name] for name in world.catalogue.schema_named(schema).primary_key)


def _member(predicate: Member, here: Standpoint) -> bool:
    known = here.world.audiences[predicate.audience]
    return (_key_in(here.row, here.schema, here.world) in known) != predicate.negated


def _among(predicate: Among, here: Standpoint) -> bool:
    known = here.world.tables[predicate.table] if predicate.table is not None else frozenset()
    return (_key_in(here.row, here.schema, here.world) in known) != predicate.negated


def _leads_to(predicate: LeadsTo, here: Standpoint) -> bool:
    start = here.roots.get(predicate.root) if predicate.root else here
    rows = here.world.linked(start.row, predicate.path) if start is not None else []
    return _is_one_of(rows, predicate, here.world) != predicate.negated


def _is_one_of(rows: Sequence[Row], predicate: LeadsTo, world: World) -> bool:
    if not rows or predicate.keys is None:
        return bool(rows)
    found = _key_in(rows[0], predicate.path[-1].there, world)
    return any(all(_same(one, part.value) for one, part in zip(found, key, strict=True)) for key in predicate.keys)


def _matched(predicate: Matched, here: Standpoint) -> bool:
    schema = here.world.catalogue.schema_named(predicate.schema)
    sought = [
        (_as_kept(compute(expression, here), schema.attribute(name)), name) for expression, name in predicate.pairs
    ]
    found = any(
        all(_same(value, row[name]) for value, name in sought)
        and (predicate.where is None or holds(predicate.where, here.at(row, predicate.schema)))
        for row in here.world.rows.get(predicate.schema, ())
    )
    return found != predicate.negated


def _as_kept(value: Scalar, attribute: Attribute) -> Scalar:
    return fold(value) if attribute.folded and isinstance(value, str) else value


def _aggregate(predicate: AggregateIs, here: Standpoint) -> bool:
    rows = _rows(predicate, here)
    values = [True if predicate.of is None else compute(predicate.of, there) for there in rows]
    found = figure(OF_RULES[predicate.function], values, (), predicate.type, here.moment)
    if found is None:
        return predicate.operator is Operator.IS_EMPTY
    return _condition(predicate, found, predicate.type, here)


def _rows(predicate: Linked | AggregateIs, here: Standpoint) -> list[Standpoint]:
    start = here.roots.get(predicate.root) if predicate.root else here
    if start is None:
        return []
    found = [here.at(row, predicate.path[-1].there) for row in here.world.linked(start.row, predicate.path)]
    return [there for there in found if predicate.where is None or holds(predicate.where, there)]


_HOLDS: Mapping[type[Any], Callable[[Any, Standpoint], bool]] = {
    All: lambda _, __: True,
    AllOf: lambda predicate, here: all(holds(child, here) for child in predicate.children),
    AnyOf: lambda predicate, here: any(holds(child, here) for child in predicate.children),
    Without: _without,
    Compare: _compare,
    Linked: _linked,
    AggregateIs: _aggregate,
    Member: _member,
    Among: _among,
    LeadsTo: _leads_to,
    Matched: _matched,
    IsTrue: lambda predicate, here: compute(predicate.expression, here) is True,
}


def _same(one: Scalar, other: Scalar) -> bool:
    return not is_empty(one) and not is_empty(other) and equal(one, other)


def _condition(node: Compare | AggregateIs, left: Scalar, kind: DataType, here: Standpoint) -> bool:
    if node.operator in PERIODS or node.operator is Operator.BIRTHDAY_IN_DAYS:
        return _in_period(node, left, kind, here.moment)
    positive = _NEGATIONS.get(node.operator)
    right = [compute(value, here) for value in node.right]
    if positive is not None:
        return not _TESTS[positive](node, left, right)
    return _TESTS[node.operator](node, left, right)


_Node = Compare | AggregateIs
_Test = Callable[[_Node, Scalar, Sequence[Scalar]], bool]

_NEGATIONS: Mapping[Operator, Operator] = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_STARTS_WITH: Operator.STARTS_WITH,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.IS_NOT_EMPTY: Operator.IS_EMPTY,
}
"""Each of these is the exact complement of the other, so it includes empty values."""


def _folded(node: _Node, value: Scalar) -> Scalar:
    """Return a value as it is compared; a text that folding leaves nothing of counts as empty."""
    if not isinstance(value, str):
        return value
    text = drop_case(value) if node.fold_case else value
    return drop_accents(text) if node.fold_accents else text


def _equals(node: _Node, left: Scalar, right: Scalar) -> bool:
    return equal(_folded(node, left), _folded(node, right))


def _order(compare: Callable[[Any, Any], Any]) -> _Test:
    def test(node: _Node, left: Scalar, right: Sequence[Scalar]) -> bool:
        return _is_ordered(node, compare, left, right[0])

    return test


def _is_ordered(node: _Node, compare: Callable[[Any, Any], Any], left: Scalar, right: Scalar) -> bool:
    return ordered(compare, _folded(node, left), _folded(node, right))


def _between(node: _Node, left: Scalar, right: Sequence[Scalar]) -> bool:
    low, high = right
    return _is_ordered(node, operator.ge, left, low) and _is_ordered(node, operator.le, left, high)


def _text_test(test: Callable[[str, str], bool]) -> _Test:
    def whole(node: _Node, left: Scalar, right: Sequence[Scalar]) -> bool:
        text, sought = _folded(node, left), _folded(node, right[0])
        return not is_empty(text) and not is_empty(sought) and test(str(text), str(sought))

    return whole


def _matches(node: _Node, left: Scalar, right: Sequence[Scalar]) -> bool:
    return not is_empty(left) and found_in(str(left), str(right[0]), ignore_case=node.fold_case)


@lru_cache(maxsize=64)
def _wildcards(pattern: str) -> re.Pattern[str]:
    pieces = {"%": ".*", "_": "."}
    return re.compile("".join(pieces.get(character, re.escape(character)) for character in pattern), re.DOTALL)


_TESTS: Mapping[Operator, _Test] = {
    Operator.EQUAL: lambda node, left, right: _equals(node, left, right[0]),
    Operator.IN: lambda node, left, right: any(_equals(node, left, value) for value in right),
    Operator.GREATER: _order(operator.gt),
    Operator.GREATER_OR_EQUAL: _order(operator.ge),
    Operator.LESS: _order(operator.lt),
    Operator.LESS_OR_EQUAL: _order(operator.le),
    Operator.BETWEEN: _between,
    Operator.IS_EMPTY: lambda _node, left, _right: is_empty(left),
    Operator.STARTS_WITH: _text_test(str.startswith),
    Operator.CONTAINS: _text_test(operator.contains),
    Operator.ENDS_WITH: _text_test(str.endswith),
    Operator.LIKE: _text_test(lambda text, pattern: _wildcards(pattern).fullmatch(text) is not None),
    Operator.MATCHES: _matches,
    Operator.IS_TRUE: lambda _node, left, _right: left is True,
    Operator.IS_FALSE: lambda _node, left, _right: left is False,
}


def _in_period(node: _Node, left: Scalar, kind: DataType, moment: Moment) -> bool:
    if not isinstance(left, date):
        return False
    amount = _amount(node)
    if node.operator is Operator.BIRTHDAY_IN_DAYS:
        return left.month * 100 + left.day in birthdays(amount, moment.today)
    bounds = window(node.operator, amount, moment.today)
    if kind.kind is Kind.INSTANT:
        start, end = (None if bound is None else local_to_utc(bound, moment.zone) for bound in bounds)
    else:
        start, end = bounds
    value = _instant_or_local(left, kind)
    return (start is None or value >= start) and (end is None or value < end)


def _amount(node: _Node) -> int:
    value = node.right[0] if node.right else None
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else 0


def _instant_or_local(value: date, kind: DataType) -> datetime:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment.replace(tzinfo=moment.tzinfo or UTC) if kind.kind is Kind.INSTANT else moment
