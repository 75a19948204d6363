"""What sets mean, without any engine: a naive model written from the specification, row by row.

A population is a mapping from row keys to columns. Rules and expressions are left to rules.evaluate, which has
tests of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from batuta.kit.text import drop_case, fold
from batuta.rules.bound import Expr, Predicate
from batuta.rules.evaluate import Standpoint, compute, holds
from batuta.rules.tree import AggregateFunction
from batuta.schema.model import Link, Schema
from batuta.sets.algebra import (
    Barrier,
    Choice,
    Criterion,
    Distinct,
    Enriched,
    Exclusion,
    Filtered,
    Intersection,
    Keyed,
    LimitKind,
    Lines,
    Members,
    Moved,
    Part,
    Parted,
    Records,
    Segment,
    Set,
    Sort,
    Split,
    Total,
    Union,
    Value,
)
from batuta.sets.lookup import Found, Likeness, Lookup
from batuta.sets.shape import Shape

from .set_orders import chance, is_empty, order_of
from .shop import CATALOGUE, Shop

Key = tuple[Any, ...]
Columns = dict[str, Any]
Rows = dict[Key, Columns]


class Model:
    """The meaning of sets over the rows of a shop; what was found once is kept."""

    def __init__(self, shop: Shop) -> None:
        self.world = shop.world
        self.moment = shop.standpoint({}, "").moment
        self._found: dict[Set, Rows] = {}
        self._records = {schema.name: _by_key(schema, shop.rows[schema.name]) for schema in CATALOGUE.schemas}

    def rows(self, node: Set) -> Rows:
        """Return the population that a set describes."""
        if node not in self._found:
            self._found[node] = _MEANINGS[type(node)](node, self)
        return self._found[node]

    def records(self, schema: str) -> dict[Key, Mapping[str, Any]]:
        """Return the rows of a schema by their keys."""
        return self._records[schema]


def _by_key(schema: Schema, rows: Iterable[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    return {tuple(row[name] for name in schema.primary_key): row for row in rows}


def _target(shape: Shape, key: Key) -> Key:
    return key[: len(shape.key)]


class At:
    """A row of a population as rules see it: its record, and the columns computed on the canvas."""

    def __init__(self, model: Model, shape: Shape, key: Key, columns: Columns) -> None:
        record = model.records(shape.schema).get(_target(shape, key), {})
        self._here = Standpoint(record, shape.schema, model.world, model.moment, columns)
        self._world = model.world
        self.record = record

    def value(self, expression: Expr) -> Any:
        return compute(expression, self._here)

    def meets(self, where: Predicate | None) -> bool:
        return where is None or holds(where, self._here)

    def linked(self, path: Sequence[Link]) -> list[Mapping[str, Any]]:
        return list(self._world.linked(self.record, path))

    def there(self, row: Mapping[str, Any], schema: str) -> Standpoint:
        return self._here.at(row, schema)


def _each(node: Set, model: Model) -> Iterable[tuple[Key, Columns, At]]:
    for key, columns in model.rows(node).items():
        yield key, columns, At(model, node.shape, key, columns)


def _records(node: Records, model: Model) -> Rows:
    found: Rows = {}
    for key in model.records(node.shape.schema):
        at = At(model, node.shape, key, {})
        if at.meets(node.where):
            values = zip(node.shape.columns, node.columns, strict=True)
            found[key] = {column.name: at.value(expression) for column, expression in values}
    return found


def _members(node: Members, model: Model) -> Rows:
    present = model.records(node.shape.schema)
    return {key: {} for key in model.world.audiences[node.label] if (key in present) != node.gone}


def _filtered(node: Filtered, model: Model) -> Rows:
    return {key: columns for key, columns, at in _each(node.source, model) if at.meets(node.where)}


def _merged(sources: Sequence[Set], keys: Iterable[Key], shape: Shape, model: Model) -> Rows:
    """A row has the columns of every set that it is in; of one name the first such set's."""
    parts = [(model.rows(source), source.shape) for source in sources]
    found: Rows = {}
    for key in keys:
        found[key] = {}
        for column in shape.columns:
            having = [rows for rows, own in parts if key in rows and own.column(column.name) is not None]
            found[key][column.name] = having[0][key][column.name] if having else None
    return found


def _union(node: Union, model: Model) -> Rows:
    keys = dict.fromkeys(key for source in node.sources for key in model.rows(source))
    return _merged(node.sources, keys, node.shape, model)


def _intersection(node: Intersection, model: Model) -> Rows:
    parts = [model.rows(source) for source in node.sources]
    some = dict.fromkeys(key for part in parts for key in part)
    keys = [key for key in some if all(key in part for part in parts) != node.complement]
    return _merged(node.sources, keys, node.shape, model)


def _exclusion(node: Exclusion, model: Model) -> Rows:
    found: Rows = {}
    for key, columns, at in _each(node.primary, model):
        taken = [barrier.label for barrier in node.barriers if _is_in(barrier, node, key, at, model)]
        if bool(taken) == node.complement:
            found[key] = {**columns, "excluded_by": taken[0]} if taken else columns
    return found


def _is_in(barrier: Barrier, node: Exclusion, key: Key, at: At, model: Model) -> bool:
    primary, other = node.primary.shape, barrier.source.shape
    for theirs, _, there in _each(barrier.source, model):
        if barrier.path:
            keys = CATALOGUE.schema_named(primary.schema).primary_key
            reached = [tuple(row[name] for name in keys) for row in there.linked(barrier.path)]
            met = _target(primary, key) in reached
        elif barrier.pairs:
            sides = [(at.value(own), there.value(their)) for own, their in barrier.pairs]
            met = all(not is_empty(left) and not is_empty(right) and left == right for left, right in sides)
        else:
            whole = bool(primary.secondary_schema) and primary.secondary_schema == other.secondary_schema
            met = key == theirs if whole else _target(primary, key) == _target(other, theirs)
        if met:
            return True
    return False


def _distinct_ranks(node: Distinct, model: Model) -> dict[Key, list[Key]]:
    """Return for each row its group in order of preference."""
    groups: dict[Any, list[tuple[tuple[Any, ...], Key]]] = {}
    for key, _, at in _each(node.source, model):
        fields = tuple(_compared(at.value(field), node) for field in node.fields)
        alone = all(is_empty(field) for field in fields) and not node.empty_are_duplicates
        order = tuple(_criterion(criterion, node, key, at) for criterion in node.criteria)
        groups.setdefault(("alone", key) if alone else fields, []).append((order, key))
    ranked = [[key for _, key in sorted(group)] for group in groups.values()]
    return {key: group for group in ranked for key in group}


def _compared(value: Any, node: Distinct) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip(" \t\n\r\u00a0") if node.ignore_space else value
    text = drop_case(text) if node.ignore_case else text
    return text or None


def _criterion(criterion: Criterion, node: Distinct, key: Key, at: At) -> tuple[Any, ...]:
    if criterion.choice is Choice.RANDOM or criterion.expression is None:
        return (chance(node.salt, key),)
    value = at.value(criterion.expression)
    if criterion.choice is Choice.NOT_EMPTY:
        return (is_empty(value),)
    if criterion.choice is Choice.PREFERRED:
        wanted = [at.value(preferred) for preferred in criterion.preferred]
        return (wanted.index(value) if value in wanted else len(wanted),)
    return order_of(value, descending=criterion.choice is Choice.DESCENDING)


def _distinct(node: Distinct, model: Model) -> Rows:
    groups = _distinct_ranks(node, model)
    found: Rows = {}
    for key, columns in model.rows(node.source).items():
        place = groups[key].index(key)
        if (node.keep == 0 or place < node.keep) == node.complement:
            continue
        kept = {f"kept_{part}": value for part, value in enumerate(groups[key][0], 1)}
        found[key] = {**columns, **kept} if node.complement else columns
    return found


def _enriched(node: Enriched, model: Model) -> Rows:
    found: Rows = {}
    for key, columns, at in _each(node.source, model):
        found[key] = dict(columns)
        for addition in node.additions:
            found[key] |= _ADDED[type(addition)](addition, at, model)
    return found


def _value(addition: Value, at: At, _: Model) -> Columns:
    return {addition.name: at.value(addition.expression)}


def _matching(addition: Lines | Total, at: At) -> list[Standpoint]:
    end = addition.path[-1].there
    rows = [at.there(row, end) for row in at.linked(addition.path)]
    return [row for row in rows if addition.where is None or holds(addition.where, row)]


def _lines(addition: Lines, at: At, _: Model) -> Columns:
    key = CATALOGUE.schema_named(addition.path[-1].there).primary_key

    def order(row: Standpoint) -> tuple[Any, ...]:
        sorts = [order_of(compute(sort.expression, row), descending=sort.descending) for sort in addition.sort]
        return (*sorts, tuple(row.row[name] for name in key))

    first = sorted(_matching(addition, at), key=order)[: addition.count]
    listed = [{name: compute(expression, row) for name, expression in addition.attributes} for row in first]
    found: Columns = {addition.name: listed}
    for place in range(addition.count):
        for name, _expression in addition.attributes:
            found[f"{addition.name}_{place + 1}_{name}"] = listed[place][name] if place < len(listed) else None
    return found


def _total(addition: Total, at: At, _: Model) -> Columns:
    rows = _matching(addition, at)
    values = [None if addition.of is None else compute(addition.of, row) for row in rows]
    there = [value for value in values if not is_empty(value)]
    figures: Mapping[AggregateFunction, Callable[[], Any]] = {
        AggregateFunction.COUNT: lambda: len(rows),
        AggregateFunction.COUNT_DISTINCT: lambda: len(set(there)),
        AggregateFunction.SUM: lambda: sum(there),
        AggregateFunction.MIN: lambda: min(there, default=None),
        AggregateFunction.MAX: lambda: max(there, default=None),
    }
    return {addition.name: figures[addition.function]()}


def _found(addition: Found, at: At, model: Model) -> Columns:
    among = addition.lookup.among
    keys = sorted(key for key, _, there in _each(among, model) if _alike(addition.lookup, at, there))
    if not keys:
        return {name: None for name, _ in addition.attributes}
    chosen = At(model, among.shape, keys[0], model.rows(among)[keys[0]])
    return {name: chosen.value(expression) for name, expression in addition.attributes}


def _alike(lookup: Lookup, at: At, there: At) -> bool:
    sides = [(_loose(at.value(pair.here), pair), _loose(there.value(pair.there), pair)) for pair in lookup.pairs]
    return all(not is_empty(here) and not is_empty(other) and here == other for here, other in sides)


def _loose(value: Any, pair: Likeness) -> Any:
    return fold(value.strip(" \t\n\r\u00a0")) if pair.loose and isinstance(value, str) else value


def _keyed(node: Keyed, model: Model) -> Rows:
    present = model.records(node.shape.schema)
    found: Rows = {}
    for _, at in sorted(((key, at) for key, _, at in _each(node.source, model)), key=lambda item: item[0]):
        key = tuple(at.value(part) for part in node.key)
        if key in present and key not in found:
            values = zip(node.shape.columns, node.columns, strict=True)
            found[key] = {column.name: at.value(expression) for column, expression in values}
    return found


def _moved(node: Moved, model: Model) -> Rows:
    end = CATALOGUE.schema_named(node.path[-1].there).primary_key
    found: Rows = {}
    for key, columns, at in sorted(_each(node.source, model), key=lambda item: item[0]):
        reached = [tuple(row[name] for name in end) for row in at.linked(node.path)]
        if node.complement and not reached:
            found[key] = columns
        for target in () if node.complement else reached:
            former = _target(node.source.shape, key) if node.shape.secondary_key else ()
            found.setdefault((*target, *former), columns)
    return found


def _taken(split: Split, model: Model) -> list[list[Key]]:
    """Return the keys of each segment of a split that neither overlaps nor is stable."""
    everyone = {key: at for key, _, at in _each(split.source, model)}
    left, before, found = list(everyone), Decimal(0), []
    for segment in split.segments:
        seen = [key for key in left if everyone[key].meets(segment.where)]
        count = len(seen)
        share = Decimal(str(segment.amount)) / 100
        if segment.limit is LimitKind.COUNT:
            count = int(segment.amount)
        elif segment.limit is LimitKind.PERCENT and segment.where is not None:
            count = _half_up(len(seen) * share)
        elif segment.limit is LimitKind.PERCENT:
            count = _half_up(len(everyone) * (before + share)) - _half_up(len(everyone) * before)
            before += share
        found.append(_first(segment, seen, everyone, split.salt)[:count])
        left = [key for key in left if key not in found[-1]]
    return [*found, left]


def _half_up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_UP))


def _first(segment: Segment, seen: Sequence[Key], rows: Mapping[Key, At], salt: str) -> list[Key]:
    """Return the rows that a segment sees in the order in which it takes them."""

    def order(key: Key) -> tuple[Any, ...]:
        if not segment.sort:
            return (chance(salt, key), key)
        return (*(_by(sort, rows[key]) for sort in segment.sort), key)

    return sorted(seen, key=order)


def _by(sort: Sort, at: At) -> tuple[Any, ...]:
    return order_of(at.value(sort.expression), descending=sort.descending)


def _part(node: Part, model: Model) -> Rows:
    rows = model.rows(node.split.source)
    taken = _taken(node.split, model)
    return {key: rows[key] for key in taken[-1 if node.place is None else node.place]}


def _parted(node: Parted, model: Model) -> Rows:
    rows = model.rows(node.split.source)
    labels = [*(segment.label for segment in node.split.segments), None]
    taken = zip(labels, _taken(node.split, model), strict=True)
    return {key: {**rows[key], node.column: label} for label, keys in taken for key in keys}


_ADDED: Mapping[type[Any], Callable[[Any, At, Model], Columns]] = {
    Value: _value,
    Lines: _lines,
    Total: _total,
    Found: _found,
}
_MEANINGS: Mapping[type[Any], Callable[[Any, Model], Rows]] = {
    Records: _records,
    Members: _members,
    Filtered: _filtered,
    Union: _union,
    Intersection: _intersection,
    Exclusion: _exclusion,
    Distinct: _distinct,
    Enriched: _enriched,
    Keyed: _keyed,
    Moved: _moved,
    Part: _part,
    Parted: _parted,
}
