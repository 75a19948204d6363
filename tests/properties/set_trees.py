"""Random trees of sets over the shop, as activities would put them together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.bound import Constant, Expr, Predicate
from batuta.rules.tree import (
    AggregateFunction,
    And,
    Condition,
    Everyone,
    Except,
    Exists,
    InAudience,
    Operator,
    Or,
    Rule,
)
from batuta.schema.model import Link
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import (
    Addition,
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
    merged_columns,
)
from batuta.sets.lookup import Found, Likeness, Lookup
from batuta.sets.shape import Column, Shape

from .shop import CATALOGUE, ORDERS, PEOPLE, around

PEOPLE_OF_ORDERS = replace(PEOPLE, secondary_schema="order", secondary_key=ORDERS.key)
ORDERS_OF_PEOPLE = replace(ORDERS, secondary_schema="person", secondary_key=PEOPLE.key)

TEXT = {
    "person": ["[city]", "[email]", "[country.name]", "Lower([city])"],
    "order": ["[status]", "[person.city]", "[person.country.name]"],
}
NUMBER = {
    "person": ["[points]", "[country.size]", "[id]", "[points] + 1"],
    "order": ["[number]", "[person.points]", "[shop] + [number]"],
}
OTHER = {"person": ["[vip]", "[tier]", "[born]", "[balance]"], "order": ["[total]", "[placed]"]}
NAMES = {"note": STRING, "town": STRING, "rank": INTEGER, "size": INTEGER}
SALTS = ["", "salt", "2026"]


@cache
def value(text: str, schema: str) -> Expr:
    """Return an expression over the rows of a schema."""
    return bind_expression(text, around(schema))


@cache
def link(schema: str, name: str) -> Link:
    """Return a link of the shop."""
    found = CATALOGUE.link(schema, name)
    assert found is not None
    return found


def alike(one: Shape, other: Shape) -> bool:
    """Tell whether two populations have the same kind of row key."""
    return (one.schema, one.secondary_schema) == (other.schema, other.secondary_schema)


class Trees:
    """Draws trees, reproducibly."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def tree(self, depth: int = 3) -> Set:
        """Return a random set."""
        return self._of(self.draw.choice([PEOPLE, PEOPLE, ORDERS, ORDERS_OF_PEOPLE, PEOPLE_OF_ORDERS]), depth)

    def of(self, shape: Shape, depth: int) -> Set:
        """Return a random set with the kind of row key that a shape has."""
        found = self._of(replace(shape, columns=()), depth)
        assert alike(found.shape, shape)
        return found

    def _of(self, shape: Shape, depth: int) -> Set:
        if depth <= 0 or self.draw.random() < 0.1:
            return self._moved(shape, 0) if shape.secondary_schema else self._leaf(shape)
        makers: list[Callable[[Shape, int], Set]] = [
            self._filtered,
            self.union,
            self.intersection,
            self.exclusion,
            self.distinct,
            self.enriched,
            self._part,
            self._parted,
            self._moved,
            self._keyed,
        ]
        return self.draw.choice(makers)(shape, depth - 1)

    def _leaf(self, shape: Shape) -> Set:
        if shape.schema == "person" and self.draw.random() < 0.2:
            return Members("Friends", PEOPLE)
        columns = tuple(self._column(name, shape.schema) for name in self._some(list(NAMES), 2))
        having = shape.having(tuple(column for column, _ in columns))
        return Records(having, self.rule(shape.schema), tuple(expression for _, expression in columns))

    def _column(self, name: str, schema: str) -> tuple[Column, Expr]:
        known = TEXT if NAMES[name] is STRING else NUMBER
        return Column(name, NAMES[name]), value(self.draw.choice(known[schema]), schema)

    def _some(self, items: Sequence[str], most: int, least: int = 0) -> list[str]:
        return self.draw.sample(items, self.draw.randint(least, most))

    def any_value(self, schema: str) -> Expr:
        """Return an expression of any type."""
        return value(self.draw.choice([*TEXT[schema], *NUMBER[schema], *OTHER[schema]]), schema)

    def rule(self, schema: str, depth: int = 2) -> Predicate:
        """Return a rule that empties, missing links and people without rows decide."""
        return bind_rule(self._rule(schema, depth), around(schema))

    def _rule(self, schema: str, depth: int) -> Rule:
        if depth and self.draw.random() < 0.4:
            children = tuple(self._rule(schema, depth - 1) for _ in range(self.draw.randint(1, 3)))
            return self.draw.choice([And, Or, Except])(children=children)
        path = {"person": "orders", "order": "lines"}[schema]
        text, number = self.draw.choice(TEXT[schema]), self.draw.choice(NUMBER[schema])
        rules: list[Rule] = [
            Everyone(),
            Condition(expression=text, operator=Operator.EQUAL, value=self.draw.choice(["jose", "Ana", "a@x.org"])),
            Condition(expression=text, operator=Operator.NOT_EQUAL, value="jose"),
            Condition(expression=text, operator=self.draw.choice([Operator.IS_EMPTY, Operator.IS_NOT_EMPTY])),
            Condition(expression=number, operator=Operator.GREATER, value=self.draw.choice(["0", "2", "6", "19"])),
            Condition(
                expression=number, operator=Operator.LESS_OR_EQUAL, value=self.draw.choice(["0", "2", "6", "19"])
            ),
            Exists(path=path, rule=None, negated=self.draw.random() < 0.5),
        ]
        if schema == "person":
            rules.append(InAudience(audience="Friends", negated=self.draw.random() < 0.5))
        return self.draw.choice(rules)

    def _filtered(self, shape: Shape, depth: int) -> Set:
        return Filtered(self.of(shape, depth), self.rule(shape.schema))

    def sources(self, shape: Shape, depth: int, most: int = 3) -> tuple[Set, ...]:
        """Return two or more populations of one kind of row key."""
        return tuple(self.of(shape, depth) for _ in range(self.draw.randint(2, most)))

    def union(self, shape: Shape, depth: int) -> Union:
        """Return a union."""
        sources = self.sources(shape, depth)
        return Union(sources, shape.having(merged_columns(tuple(source.shape for source in sources))))

    def intersection(self, shape: Shape, depth: int) -> Intersection:
        """Return an intersection or its complement."""
        union = self.union(shape, depth)
        return Intersection(union.sources, union.shape, complement=self.draw.random() < 0.3)

    def exclusion(self, shape: Shape, depth: int, *, complement: bool | None = None) -> Exclusion:
        """Return an exclusion or what it takes out."""
        primary = self.of(shape, depth)
        barriers = tuple(self._barrier(primary.shape, depth, place) for place in range(self.draw.randint(1, 2)))
        taken = self.draw.random() < 0.3 if complement is None else complement
        if not taken:
            return Exclusion(primary, barriers, primary.shape)
        columns = (column for column in primary.shape.columns if column.name != "excluded_by")
        having = primary.shape.having((*columns, Column("excluded_by", STRING)))
        return Exclusion(primary, barriers, having, complement=True)

    def _barrier(self, primary: Shape, depth: int, place: int) -> Barrier:
        label = f"barrier {place}"
        kind = self.draw.randrange(4)
        if kind <= 1:
            shape = replace(primary, columns=()) if kind else Shape(primary.dimension, primary.schema, primary.key)
            return Barrier(self.of(shape, depth), label)
        other, way = (ORDERS, "person") if primary.schema == "person" else (PEOPLE, "orders")
        source = self.of(other, depth)
        if kind == 2:
            return Barrier(source, label, path=(link(other.schema, way),))
        kinds = self.draw.choice([TEXT, NUMBER])
        pair = (
            value(self.draw.choice(kinds[primary.schema]), primary.schema),
            value(self.draw.choice(kinds[other.schema]), other.schema),
        )
        return Barrier(source, label, pairs=(pair,))

    def distinct(self, shape: Shape, depth: int, *, complement: bool | None = None) -> Distinct:
        """Return a deduplication or what it removes."""
        source = self.of(shape, depth)
        schema = shape.schema
        fields = tuple(self.any_value(schema) for _ in range(self.draw.randint(1, 2)))
        criteria = tuple(self._criterion(schema) for _ in range(self.draw.randint(0, 2)))
        removed = self.draw.random() < 0.3 if complement is None else complement
        row = [*source.shape.key, *source.shape.secondary_key]
        kept = tuple(Column(f"kept_{place}", type_) for place, type_ in enumerate(row, 1))
        old = tuple(column for column in source.shape.columns if not removed or not column.name.startswith("kept_"))
        return Distinct(
            source,
            fields,
            source.shape.having((*old, *kept) if removed else old),
            self.draw.randint(0, 3),
            criteria,
            self.draw.random() < 0.5,
            self.draw.random() < 0.5,
            self.draw.random() < 0.5,
            self.draw.choice(SALTS),
            removed,
        )

    def _criterion(self, schema: str) -> Criterion:
        choice = self.draw.choice(list(Choice))
        if choice is Choice.RANDOM:
            return Criterion(choice)
        if choice is Choice.PREFERRED:
            wanted = tuple(Constant(text, STRING) for text in self.draw.sample(["Ana", "jose", "50%", "a_b"], 2))
            return Criterion(choice, value(self.draw.choice(TEXT[schema]), schema), wanted)
        return Criterion(choice, self.any_value(schema))

    def enriched(self, shape: Shape, depth: int) -> Set:
        """Return an enrichment of each form: values, lines, totals, and a join."""
        source = self.of(shape, depth)
        if any(column.name.startswith(("line", "sum", "joined", "extra")) for column in source.shape.columns):
            return source
        schema = shape.schema
        path = (link(schema, {"person": "orders", "order": "lines"}[schema]),)
        end = path[-1].there
        where = self.rule("order", 1) if end == "order" and self.draw.random() < 0.5 else None
        listed, counted = (self.draw.choice([where, None]) for _ in ("lines", "total"))
        number = value("[number]", end)
        size = self.draw.randint(1, 3)
        order = tuple(
            Sort(value(text, end), self.draw.random() < 0.5) for text in self._some(["[number]", "[shop]"], 2)
        )
        text = value(self.draw.choice(TEXT[schema]), schema)
        function, of, type_ = self.draw.choice(
            [
                (AggregateFunction.COUNT, None, INTEGER),
                (AggregateFunction.SUM, number, INTEGER),
                (AggregateFunction.MAX, number, INTEGER),
                (AggregateFunction.MIN, number, INTEGER),
                (AggregateFunction.COUNT_DISTINCT, number, INTEGER),
            ]
        )
        found, joined = self._joined(schema, depth)
        additions: list[tuple[tuple[Column, ...], Addition]] = [
            ((Column("extra", STRING),), Value("extra", text)),
            (
                (
                    *(Column(f"line_{place}_number", INTEGER) for place in range(1, size + 1)),
                    Column("line", STRING, (Column("number", INTEGER),)),
                ),
                Lines("line", path, listed, order, size, (("number", number),)),
            ),
            ((Column("sum", type_),), Total("sum", path, counted, function, of, type_)),
            (joined, found),
        ]
        chosen = self.draw.sample(additions, self.draw.randint(1, 4))
        columns = tuple(column for more, _ in chosen for column in more)
        having = source.shape.having((*source.shape.columns, *columns))
        return Enriched(source, tuple(addition for _, addition in chosen), having)

    def _joined(self, schema: str, depth: int) -> tuple[Found, tuple[Column, ...]]:
        """Return a join to any population by values, on which several rows may match."""
        other = self.draw.choice([PEOPLE, ORDERS])
        among = self._leaf(other) if depth <= 0 else self.of(other, 0)
        kinds = self.draw.choice([TEXT, NUMBER])
        loose = kinds is TEXT and self.draw.random() < 0.5
        here, there = (value(self.draw.choice(kinds[name]), name) for name in (schema, other.schema))
        lookup = Lookup(among, (Likeness(here, there, loose),))
        number = value(self.draw.choice(NUMBER[other.schema]), other.schema)
        return Found(lookup, (("joined", number),)), (Column("joined", INTEGER),)

    def split(self, shape: Shape, depth: int) -> Split:
        """Return a split whose shares do not exceed the whole."""
        left, segments = 100, []
        for place in range(self.draw.randint(1, 4)):
            limit = self.draw.choice([None, LimitKind.COUNT, LimitKind.PERCENT])
            where = self.rule(shape.schema, 1) if self.draw.random() < 0.5 else None
            amount = self.draw.randint(0, 5)
            if limit is LimitKind.PERCENT:
                amount = self.draw.choice([0, 7, 20, 33, 50]) if where else self.draw.randint(0, left)
                left -= 0 if where else amount
            sort = (Sort(self.any_value(shape.schema), self.draw.random() < 0.5),) if self.draw.random() < 0.4 else ()
            segments.append(Segment(f"s{place}", where, limit, amount, sort))
        return Split(self.of(shape, depth), tuple(segments), self.draw.choice(SALTS))

    def _part(self, shape: Shape, depth: int) -> Set:
        split = self.split(shape, depth)
        return Part(split, self.draw.choice([None, *range(len(split.segments))]))

    def _parted(self, shape: Shape, depth: int) -> Set:
        split = self.split(shape, depth)
        if split.source.shape.column("segment"):
            return split.source
        columns = (*split.source.shape.columns, Column("segment", STRING))
        return Parted(split, "segment", split.source.shape.having(columns))

    def _moved(self, shape: Shape, depth: int) -> Set:
        """Return people of orders, or orders of people; with the former key where the shape carries it."""
        other, way = (ORDERS, "person") if shape.schema == "person" else (PEOPLE, "orders")
        source = self.of(other, depth)
        path = (link(other.schema, way),)
        if not shape.secondary_schema and self.draw.random() < 0.2:
            origin = self.of(shape, depth)
            away = {"person": "orders", "order": "person"}[shape.schema]
            return Moved(origin, (link(shape.schema, away),), origin.shape, complement=True)
        return Moved(source, path, shape.having(source.shape.columns))

    def _keyed(self, shape: Shape, depth: int) -> Set:
        if shape.schema != "person" or shape.secondary_schema:
            return self._filtered(shape, depth)
        source = self.of(self.draw.choice([ORDERS, PEOPLE]), depth)
        key = value(self.draw.choice(NUMBER[source.shape.schema]), source.shape.schema)
        column, expression = self._column(self.draw.choice(list(NAMES)), source.shape.schema)
        return Keyed(source, (key,), shape.having((column,)), (expression,))
