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
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AggregateIs, Linked, Predicate
from batuta.rules.tree import Aggregate, AggregateFunction, Exists, Operator, Rule
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
            found = _lines(lines, around, _Placed(gather, f"lines.{place}"))
            yield from () if found is None else (found,)
        for place, total in enumerate(self.totals):
            figure = _total(total, around, _Placed(gather, f"totals.{place}"))
            yield from () if figure is None else (figure,)


@dataclass(frozen=True)
class _Placed:
    """Where the problems of one addition go."""

    gather: Gather
    field: str

    def bind(self, rule: Rule, around: Surroundings) -> Predicate | None:
        """Bind a rule made of an addition's settings; its field `rule` is called `filter` there."""
        inner = Gather()
        found = Binder(around, inner).rule(rule, "")
        for problem in inner.found:
            name = problem.field.strip(".")
            renamed = "filter" + name.removeprefix("rule") if name.split(".")[0] == "rule" else name
            self.gather.add(replace(problem, field=f"{self.field}.{renamed}"))
        return found


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


def _lines(lines: LinkedLines, around: Surroundings, placed: _Placed) -> Lines | None:
    linked = placed.bind(Exists(path=lines.path, rule=lines.filter), around)
    if not isinstance(linked, Linked):
        return None
    there = Binder(Surroundings(around.catalogue, linked.path[-1].there, variables=around.variables), placed.gather)
    columns = there.columns(lines.attributes, f"{placed.field}.attributes")
    sort = there.sorts(lines.sort, f"{placed.field}.sort")
    taken = tuple((column.name, expression) for column, expression in columns)
    return Lines(lines.alias, linked.path, linked.where, sort, lines.count, taken)


def _total(total: LinkedTotal, around: Surroundings, placed: _Placed) -> Total | None:
    """Bind the figure as a condition about it would be, so that both mean the same."""
    condition = Aggregate(
        function=total.function,
        path=total.path,
        expression=total.expression,
        rule=total.filter,
        operator=Operator.IS_NOT_EMPTY,
    )
    bound = placed.bind(condition, around)
    if not isinstance(bound, AggregateIs):
        return None
    return Total(total.name, bound.path, bound.where, bound.function, bound.of, bound.type)
