"""Enrichment: adds columns to a population without changing its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import Binder, binder, check_names, population_of
from batuta.activities.contract import Input, Scope, Targeting
from batuta.activities.settings import ComputedColumn, ExpressionText, Path, SortBy
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.rules.bind import aggregate_type, bind_path
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Predicate
from batuta.rules.tree import AggregateFunction, Rule
from batuta.schema.model import Link
from batuta.schema.types import DataType
from batuta.schema.types import Kind as ValueKind
from batuta.sets.algebra import Addition, Enriched, Lines, Set, Total, Value
from batuta.sets.shape import Column

MOST_LINES = 100


class LinkedLines(Document):
    """The first linked rows, such as each customer's three latest orders."""

    alias: str = Field(description="name of the list, and the beginning of the columns' names: orders_1_price")
    path: Path = Field(description="relationship to the linked rows, or several joined by dots")
    filter: Rule | None = Field(None, description="which of the linked rows", json_schema_extra={"x-widget": "rule"})
    sort: tuple[SortBy, ...] = Field((), description="which come first; at last the primary key decides")
    count: int = Field(1, ge=1, le=MOST_LINES, description="how many")
    attributes: tuple[ComputedColumn, ...] = Field(min_length=1, description="what to take of each linked row")


class LinkedTotal(Document):
    """A figure over linked rows, such as the sum of each customer's orders."""

    name: str = Field(description="name of the column")
    path: Path = Field(description="relationship to the linked rows, or several joined by dots")
    filter: Rule | None = Field(None, description="which of the linked rows", json_schema_extra={"x-widget": "rule"})
    function: AggregateFunction = Field(description="what to compute")
    expression: ExpressionText | None = Field(None, description="what it is computed of; not needed for count")


class Enrichment(Targeting):
    """Adds values of each row, of rows linked to it, or figures over them; the rows stay as they are."""

    kind: ClassVar[str] = "enrichment"
    title: ClassVar[str] = "Enrichment"

    columns: tuple[ComputedColumn, ...] = Field(
        (), description="attributes, also of linked rows of which there is one, and formulas"
    )
    lines: tuple[LinkedLines, ...] = Field((), description="several linked rows each")
    totals: tuple[LinkedTotal, ...] = Field((), description="figures over linked rows")

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population with more columns."""
        source = population_of(inputs[0])
        gather = Gather()
        check_names(self._names(), source.shape.columns, gather)
        added = [*self._values(source, scope, gather), *self._linked(source, scope, gather)]
        if not (self.columns or self.lines or self.totals):
            gather.add(Problem("nothing-to-add"))
        gather.check()
        columns = tuple(column for addition in added for column in columns_of(addition))
        shape = source.shape.having((*source.shape.columns, *columns))
        return {"main": Enriched(source, tuple(added), shape)}

    def _names(self) -> Iterator[tuple[str, str]]:
        """Yield the field and the name of every column that will be added."""
        for place, column in enumerate(self.columns):
            yield f"columns.{place}.name", column.name
        for place, lines in enumerate(self.lines):
            yield f"lines.{place}.alias", lines.alias
            names = [(f"lines.{place}.attributes.{at}.name", line.name) for at, line in enumerate(lines.attributes)]
            for number in range(1, lines.count + 1):
                yield from ((field, f"{lines.alias}_{number}_{name}") for field, name in names)
        for place, total in enumerate(self.totals):
            yield f"totals.{place}.name", total.name

    def _values(self, source: Set, scope: Scope, gather: Gather) -> Iterator[Addition]:
        bind = binder(scope, source, gather)
        for place, column in enumerate(self.columns):
            expression = bind.expression(column.expression, f"columns.{place}.expression")
            if expression is not None:
                yield Value(column.name, expression)

    def _linked(self, source: Set, scope: Scope, gather: Gather) -> Iterator[Addition]:
        around = scope.around(source.shape)
        for place, lines in enumerate(self.lines):
            there = _There.at(lines, around, gather, f"lines.{place}")
            if there is not None:
                yield there.lines(lines)
        for place, total in enumerate(self.totals):
            there = _There.at(total, around, gather, f"totals.{place}")
            figure = None if there is None else there.total(total)
            if figure is not None:
                yield figure


@dataclass(frozen=True)
class _There:
    """The linked rows that an addition takes from: the way to them, which of them, and what they may name."""

    path: tuple[Link, ...]
    where: Predicate | None
    binder: Binder
    gather: Gather
    field: str

    @staticmethod
    def at(addition: LinkedLines | LinkedTotal, around: Surroundings, gather: Gather, field: str) -> _There | None:
        """Follow the way and bind the filter; None after keeping the problems of the way."""
        found = gather.attempt(lambda: bind_path(addition.path, around), f"{field}.path")
        if found is None:
            return None
        path, schema = found
        binder = Binder(replace(around, schema=schema, columns={}), gather)
        wanted = addition.filter if addition.filter is not None and addition.filter.enabled else None
        where = None if wanted is None else binder.rule(wanted, f"{field}.filter")
        return _There(path, where, binder, gather, field)

    def lines(self, lines: LinkedLines) -> Lines:
        """Return the first of the rows."""
        columns = self.binder.columns(lines.attributes, f"{self.field}.attributes")
        sort = self.binder.sorts(lines.sort, f"{self.field}.sort")
        taken = tuple((column.name, expression) for column, expression in columns)
        return Lines(lines.alias, self.path, self.where, sort, lines.count, taken)

    def total(self, total: LinkedTotal) -> Total | None:
        """Return the figure over the rows, or None after keeping its problems."""
        field = f"{self.field}.expression"
        of = None if total.expression is None else self.binder.expression(total.expression, field)
        if of is None and total.expression is not None:
            return None
        of_type = None if of is None else of.type
        figure = self.gather.attempt(lambda: aggregate_type(total.function, of_type), field)
        return None if figure is None else Total(total.name, self.path, self.where, total.function, of, figure)


def columns_of(addition: Addition) -> tuple[Column, ...]:
    """Return the columns that an addition brings."""
    if isinstance(addition, Value):
        return (Column(addition.name, addition.expression.type),)
    if isinstance(addition, Total):
        return (Column(addition.name, addition.type),)
    line = tuple(Column(name, expression.type) for name, expression in addition.attributes)
    numbered = tuple(
        Column(f"{addition.name}_{number}_{column.name}", column.type)
        for number in range(1, addition.count + 1)
        for column in line
    )
    return (*numbered, Column(addition.name, DataType(kind=ValueKind.JSON), line))
