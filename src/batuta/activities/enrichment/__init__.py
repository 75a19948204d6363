"""Enrichment: adds columns to a population; its rows stay, unless a join makes several of one on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import Binder, binder, check_names, population_of
from batuta.activities.contract import Input, Remark, Role, Scope, Targeting
from batuta.activities.enrichment.joins import Join, Joining, joined
from batuta.activities.inbound import leads, primary_first
from batuta.activities.settings import ComputedColumn, ExpressionText, Inbound, Path, SortBy
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.rules.bind import aggregate_type, bind_path
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Predicate
from batuta.rules.paths import leave_root
from batuta.rules.tree import AggregateFunction, Rule
from batuta.schema.model import Link
from batuta.sets.algebra import Addition, Lines, Set, Total, Value

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
    """Adds values of each row, of rows linked or joined to it, or figures over them; no row is lost."""

    kind: ClassVar[str] = "enrichment"
    title: ClassVar[str] = "Enrichment"
    most_inputs: ClassVar[int | None] = None

    columns: tuple[ComputedColumn, ...] = Field(
        (), description="attributes, also of linked rows of which there is one, and formulas"
    )
    lines: tuple[LinkedLines, ...] = Field((), description="several linked rows each")
    totals: tuple[LinkedTotal, ...] = Field((), description="figures over linked rows")
    joins: tuple[Join, ...] = Field((), description="columns from any schema, or from another population")
    primary: Inbound = Field(
        "",
        description="where several arrive: id of the activity whose population is enriched, or activity.output; "
        "empty for the first inbound transition",
    )

    def role(self, place: int, source: str, output: str) -> Role:
        """Return what a population is: enriched, or joined; one that is joined never counts as empty if it failed."""
        return Role.MAIN if leads(self.primary, place, source, output) else Role.BARRIER

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the population with more columns."""
        gather = Gather()
        ordered = primary_first(self.primary, inputs, gather)
        source = population_of(ordered[0])
        check_names(self._names(), source.shape.columns, gather)
        added = [*self._values(source, scope, gather), *self._linked(source, scope, gather)]
        joins = Joining(ordered, scope, gather).bound(self.joins)
        if not (self.columns or self.lines or self.totals or self.joins):
            gather.add(Problem("nothing-to-add"))
        gather.check()
        return {"main": joined(source, added, joins, scope.activity)}

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return the rows for which a join finds several, or not the one that it must find."""
        gather = Gather()
        ordered = primary_first(self.primary, inputs, gather)
        source = population_of(ordered[0])
        joins = Joining(ordered, scope, gather).bound(self.joins)
        return tuple(remark for join in joins for remark in join.remarks(source, scope))

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
        for place, join in enumerate(self.joins):
            yield from ((f"joins.{place}.{field}", name) for field, name in join.names())

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

    root: str
    path: tuple[Link, ...]
    where: Predicate | None
    binder: Binder
    gather: Gather
    field: str

    @staticmethod
    def at(addition: LinkedLines | LinkedTotal, around: Surroundings, gather: Gather, field: str) -> _There | None:
        """Follow the way and bind the filter; None after keeping the problems of the way."""
        root, way, start = leave_root(addition.path, around)
        found = gather.attempt(lambda: bind_path(way, start), f"{field}.path")
        if found is None:
            return None
        path, schema = found
        binder = Binder(around.of_linked(schema), gather)
        wanted = addition.filter if addition.filter is not None and addition.filter.enabled else None
        where = None if wanted is None else binder.rule(wanted, f"{field}.filter")
        return _There(root, path, where, binder, gather, field)

    def lines(self, lines: LinkedLines) -> Lines:
        """Return the first of the rows."""
        columns = self.binder.columns(lines.attributes, f"{self.field}.attributes")
        sort = self.binder.sorts(lines.sort, f"{self.field}.sort")
        taken = tuple((column.name, expression) for column, expression in columns)
        return Lines(lines.alias, self.path, self.where, sort, lines.count, taken, self.root)

    def total(self, total: LinkedTotal) -> Total | None:
        """Return the figure over the rows, or None after keeping its problems."""
        field = f"{self.field}.expression"
        of = None if total.expression is None else self.binder.expression(total.expression, field)
        if of is None and total.expression is not None:
            return None
        of_type = None if of is None else of.type
        figure = self.gather.attempt(lambda: aggregate_type(total.function, of_type), field)
        if figure is None:
            return None
        return Total(total.name, self.path, self.where, total.function, of, figure, self.root)
