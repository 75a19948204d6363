"""Incremental query: the records of a dimension that satisfy a rule and were not returned before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import Binder
from batuta.activities.contract import Input, Memory, Output, Remark, Scope, Takes, Targeting
from batuta.activities.dimensions import dimension_shape
from batuta.activities.incremental_query.stretch import within
from batuta.activities.settings import ComputedColumn, ExpressionText
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.rules.bound import AllOf, Compare, Expr, Predicate
from batuta.rules.tree import Operator, Rule
from batuta.rules.values import term
from batuta.sets.algebra import Fresh, Records, Set
from batuta.sets.shape import Shape

_LONGEST_OVERLAP = 366 * 24 * 60


class ByDate(Document):
    """New is what has a date after the last run."""

    attribute: ExpressionText = Field(description="the date that says when a record came, such as [created_at]")
    overlap_minutes: int = Field(
        60, ge=0, le=_LONGEST_OVERLAP, description="look back so many minutes more, for records that were loaded late"
    )


class Remember(Document):
    """New is whoever was not returned within some days."""

    days: int = Field(ge=0, le=36_500, description="for how many days someone is not returned again; 0: never again")


class IncrementalQuery(Targeting):
    """Selects the records of a dimension by a rule, but only those that earlier live runs did not return."""

    kind: ClassVar[str] = "incremental-query"
    title: ClassVar[str] = "Incremental query"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.ACTIVATION

    dimension: str = Field(
        description="whom to select: a targeting dimension", json_schema_extra={"x-widget": "dimension"}
    )
    rule: Rule = Field(description="which of them", json_schema_extra={"x-widget": "rule"})
    by_date: ByDate | None = Field(None, description="tell what is new by a date")
    remember: Remember | None = Field(None, description="tell what is new by who was returned before")
    columns: tuple[ComputedColumn, ...] = Field((), description="values to compute and carry along")

    def outputs(self) -> tuple[Output, ...]:
        """Return the one exit; without new records its path ends."""
        return (Output("main", "Population", skip_when_empty=True),)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the records that are new; what arrives counts as an activation only."""
        _ = inputs
        bound = self._bound(scope)
        where, recall = bound.where, scope.recall
        if bound.date is not None:
            until = None if recall is None else recall.until
            after = None if recall is None else recall.after
            where = AllOf((where, *within(bound.date, after, until, "UTC" if recall is None else recall.zone)))
        found = Records(bound.shape, where, bound.columns)
        if recall is None:
            return {"main": found}
        return {"main": Fresh(found, recall.name, recall.without, recall.since, recall.held)}

    def memory(self, scope: Scope) -> Memory:
        """Return what is remembered: by date for ever, since each record is new once."""
        shape = dimension_shape(scope.catalogue, self.dimension)
        overlap = timedelta(minutes=self.by_date.overlap_minutes) if self.by_date else timedelta()
        return Memory(shape, overlap=overlap, days=self.remember.days or None if self.remember else None)

    def remarks(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return how many records satisfy the rule but have no date."""
        _ = inputs
        bound = self._bound(scope)
        if bound.date is None:
            return ()
        undated = AllOf((bound.where, Compare(Operator.IS_EMPTY, bound.date)))
        return (Remark("incremental-no-date", Records(bound.shape.having(()), undated)),)

    def _bound(self, scope: Scope) -> _Bound:
        shape = dimension_shape(scope.catalogue, self.dimension)
        gather = Gather()
        binder = Binder(scope.around(shape), gather)
        where = binder.rule(self.rule, "rule")
        date = self._date(binder, gather)
        columns = binder.columns(self.columns, "columns")
        gather.check()
        assert where is not None  # else its problems were raised
        values = tuple(expression for _, expression in columns)
        return _Bound(shape.having(tuple(column for column, _ in columns)), where, values, date)

    def _date(self, binder: Binder, gather: Gather) -> Expr | None:
        """Return the date by which records are new, or None; keep a problem unless there is one way to tell."""
        if self.by_date is None:
            if self.remember is None:
                gather.add(Problem("incremental-no-way"))
            return None
        if self.remember is not None:
            gather.add(Problem("incremental-two-ways"))
        date = binder.expression(self.by_date.attribute, "by_date.attribute")
        if date is not None and not date.type.is_temporal:
            gather.add(Problem("incremental-not-a-date", {"found": term(date.type.kind)}, "by_date.attribute"))
        return date


@dataclass(frozen=True, slots=True)
class _Bound:
    """The settings of a query, bound."""

    shape: Shape
    where: Predicate
    columns: tuple[Expr, ...]
    date: Expr | None
