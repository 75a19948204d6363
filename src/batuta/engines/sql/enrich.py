"""Enrichment: values, lines of linked rows and totals, joined so that no row is added or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, in_type
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.figures import Wanted, figure
from batuta.engines.sql.keys import everything
from batuta.engines.sql.lines import FirstLines, in_one_pass
from batuta.engines.sql.lookups import found
from batuta.engines.sql.predicates import condition
from batuta.rules.bind import names_in
from batuta.rules.bound import Computed, Expr, Figure, Windowed, parts_of
from batuta.sets.algebra import Addition, Enriched, Lines, Total, Value
from batuta.sets.lookup import Found
from batuta.sets.shape import Column, Shape


@dataclass(frozen=True)
class _Place:
    """Where additions are compiled: the row that they are added to, and the lines that totals are computed with."""

    node: Enriched
    row: Row
    build: Builder
    with_lines: Mapping[Total, Lines]
    groups: dict[Lines, FirstLines] = field(default_factory=dict)

    def lines(self, addition: Lines) -> FirstLines:
        """Return the pass over the linked rows that gives lines, from whichever addition it is first asked for."""
        if addition not in self.groups:
            self.groups[addition] = FirstLines(addition, self.row.root(addition.root), condition)
        return self.groups[addition]


def enriched(node: Enriched, build: Builder) -> exp.Select:
    """Return a population with more columns. A later addition may name the columns of an earlier one."""
    node = layered(node)
    rows, row = build.population(node.source)
    place = _Place(node, row, build, in_one_pass(node.additions))
    added: dict[str, exp.Expr] = {}
    for addition in node.additions:
        for name, tree in _ADDED[type(addition)](addition, place):
            column = _column(node.shape, name)
            added[name] = in_type(tree, column, build)
            row.columns[name] = added[name].copy
    names = node.source.shape
    columns = [column for column in everything(names, row.alias) if column.name not in added]
    return row.join(trees.query([*columns, *(trees.aliased(tree, name) for name, tree in added.items())], rows))


def layered(node: Enriched) -> Enriched:
    """Return an enrichment with all additions up to one whose window names an earlier of them as its source."""
    for place, addition in enumerate(node.additions):
        earlier = {column for each in node.additions[:place] for column in _brought(each)}
        if isinstance(addition, Value) and not earlier.isdisjoint(_in_windows(addition.expression)):
            kept = {column.name for column in node.source.shape.columns} | earlier
            columns = tuple(column for column in node.shape.columns if column.name in kept)
            before = Enriched(node.source, node.additions[:place], node.shape.having(columns))
            return layered(Enriched(before, node.additions[place:], node.shape))
    return node


def _brought(addition: Addition) -> Iterator[str]:
    """Yield the columns that an addition brings."""
    if isinstance(addition, Found):
        yield from (name for name, _ in addition.attributes)
    elif isinstance(addition, Lines):
        yield addition.name
        for attribute, _ in addition.attributes:
            yield from (f"{addition.name}_{number}_{attribute}" for number in range(1, addition.count + 1))
    else:
        yield addition.name


def _in_windows(expression: Expr) -> Iterator[str]:
    """Yield the canvas columns that the windows of an expression look at."""
    if isinstance(expression, Windowed):
        yield from (name.name for name in names_in(expression) if isinstance(name, Computed))
    elif not isinstance(expression, Figure):
        for part in parts_of(expression):
            yield from _in_windows(part)


def _column(shape: Shape, name: str) -> Column:
    column = shape.column(name)
    assert column is not None  # a shape declares what its additions bring
    return column


Added = list[tuple[str, exp.Expr]]


def _value(addition: Value, place: _Place) -> Added:
    return [(addition.name, value(addition.expression, place.row))]


def _total(addition: Total, place: _Place) -> Added:
    lines = place.with_lines.get(addition)
    wanted = Wanted.of(addition, present, condition)
    if lines is None:
        found = figure(addition.path, wanted, place.row.root(addition.root))
    else:
        found = place.lines(lines).figure(wanted)
    return [(addition.name, place.build.context.dialect.fitted(found, addition.type))]


def _lines(addition: Lines, place: _Place) -> Added:
    group = place.lines(addition)
    columns = group.columns
    objects = [
        {attribute: columns[number, attribute].copy() for attribute, _ in addition.attributes}
        for number in range(1, addition.count + 1)
    ]
    added: Added = [(column.name, column) for column in columns.values()]
    added.append((addition.name, place.build.context.dialect.first_objects(objects, group.count)))
    return added


def _found(addition: Found, place: _Place) -> Added:
    return found(addition, place.node.source, place.row, place.build)


_ADDED: Mapping[type[Addition], Callable[..., Added]] = {Value: _value, Lines: _lines, Total: _total, Found: _found}
