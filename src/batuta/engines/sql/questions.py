"""Questions about populations as SELECT statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, typed
from batuta.engines.sql.figures import Wanted, figure
from batuta.engines.sql.keys import everything, row_key
from batuta.engines.sql.predicates import condition
from batuta.rules.bound import All, AllOf, AnyOf, Expr, Predicate, Without
from batuta.schema.types import Kind
from batuta.sets.algebra import Records, Set
from batuta.sets.questions import Bins, Commonest, FigureOf, Holds, Page, Probe, Question, Spread, Tally, Term

_VALUE, _BIN, _ROWS = "value", "bin", "rows"


def asked(question: Question, build: Builder) -> exp.Select:
    """Return the query that answers a question, but for a plain count: see `Compiler.count`."""
    return _QUESTIONS[type(question)](question, build)


def _each(population: Set, build: Builder) -> tuple[exp.Expr, Row, exp.Expr | None]:
    """Return the rows of a population: their source, the row, and the condition that they are in it."""
    if not isinstance(population, Records) or population.columns:
        return (*build.population(population), None)
    source, alias = build.context.rows(population.shape.schema)
    row = Row.of_rows(build.context, population.shape.schema, alias)
    where = condition(population.where, row)
    return source, row, None if where == trees.true() else where


def _page(page: Page, build: Builder) -> exp.Select:
    shape = page.population.shape
    source, row = build.population(page.population)
    first = trees.query(everything(shape, row.alias), source)
    first.set("order", _in_key_order(page.population, row.alias))
    first.set("limit", exp.Limit(expression=trees.number(page.limit)))
    first.set("offset", exp.Offset(expression=trees.number(page.offset)))
    some = Row.of_population(build.context, shape, build.context.names.take("some"))
    columns = [*row_key(shape, some.alias), *_numbered("c", [typed(column, some) for column in page.columns])]
    query = some.join(trees.query(columns, trees.subquery(first, some.alias)))
    query.set("order", _in_key_order(page.population, some.alias))
    return query


def _in_key_order(population: Set, alias: str) -> exp.Order:
    return exp.Order(expressions=[trees.ascending(key) for key in row_key(population.shape, alias)])


def _numbered(letter: str, columns: list[exp.Expr]) -> list[exp.Expr]:
    return [trees.aliased(column, f"{letter}{place}") for place, column in enumerate(columns, 1)]


def _tally(tally: Tally, build: Builder) -> exp.Select:
    """Compute each condition once for a row, whatever groups it is part of, then count the groups."""
    source, row, where = _each(tally.population, build)
    names: dict[Predicate, str] = {}
    for test in tally.tests:
        for leaf in _leaves(test):
            names.setdefault(leaf, f"h{len(names) + 1}")
    conditions: list[exp.Expr] = [
        trees.aliased(trees.certain(condition(leaf, row)), name) for leaf, name in names.items()
    ]
    rows = row.join(trees.query(conditions or [trees.number(1)], source, where))
    alias = build.context.names.take("each")
    counts: list[exp.Expr] = [trees.aliased(_count(), _ROWS)]
    counts += _numbered("n", [_count(_met(test, names, alias)) for test in tally.tests])
    return trees.query(counts, trees.subquery(rows, alias))


def _leaves(predicate: Predicate) -> Iterator[Predicate]:
    """Yield the conditions that a predicate is made of, groups taken apart."""
    if isinstance(predicate, (AllOf, AnyOf)):
        parts: tuple[Predicate, ...] = predicate.children
    elif isinstance(predicate, Without):
        parts = (predicate.first, *predicate.others)
    else:
        if not isinstance(predicate, All):
            yield predicate
        return
    for part in parts:
        yield from _leaves(part)


def _met(predicate: Predicate, names: Mapping[Predicate, str], alias: str) -> exp.Expr:
    """Return whether a predicate holds, from the columns that tell it of its conditions."""
    if isinstance(predicate, All):
        return trees.true()
    if isinstance(predicate, AllOf):
        return trees.every([_met(child, names, alias) for child in predicate.children])
    if isinstance(predicate, AnyOf):
        return trees.some([_met(child, names, alias) for child in predicate.children])
    if isinstance(predicate, Without):
        others = [trees.negated(_met(other, names, alias)) for other in predicate.others]
        return trees.every([_met(predicate.first, names, alias), *others])
    return trees.column(alias, names[predicate])


def _count(where: exp.Expr | None = None) -> exp.Expr:
    rows = exp.Count(this=exp.Star())
    return rows if where is None else exp.Filter(this=rows, expression=exp.Where(this=where))


def _probe(probe: Probe, build: Builder) -> exp.Select:
    """Ask about few rows: what is linked to others is not even grouped."""
    source, row = build.population(probe.population)
    row.among = lambda: build.population(probe.population)
    columns = _numbered("c", [_term(term, row) for term in probe.terms])
    return row.join(trees.query(columns or [trees.number(1)], source))


def _term(term: Term, row: Row) -> exp.Expr:
    if isinstance(term, Holds):
        return trees.certain(condition(term.predicate, row))
    if isinstance(term, FigureOf):
        asked = term.aggregate
        return figure(asked.path, Wanted.of(asked, present, condition), row.root(asked.root))
    return typed(term, row)


def _valued(population: Set, of: Expr, build: Builder) -> exp.Subquery:
    """Return the value for each row, NULL where it is empty, as a source of rows."""
    source, row, where = _each(population, build)
    values = row.join(trees.query([trees.aliased(present(of, row), _VALUE)], source, where))
    return trees.subquery(values, "v")


def _spread(spread: Spread, build: Builder) -> exp.Select:
    value = trees.column("v", _VALUE)
    distinct = exp.Count(this=exp.Distinct(expressions=[value.copy()]))
    ends: list[exp.Expr] = [exp.Min(this=value.copy()), exp.Max(this=value.copy())]
    if spread.of.type.kind is Kind.BOOLEAN:  # not every engine has an order of truth
        ends = [exp.Null(), exp.Null()]
    columns = [_count(), _count(trees.is_null(value)), distinct, *ends]
    return trees.query(_numbered("c", columns), _valued(spread.population, spread.of, build))


def _commonest(commonest: Commonest, build: Builder) -> exp.Select:
    value = trees.column("v", _VALUE)
    source = _valued(commonest.population, commonest.of, build)
    query = trees.query([value, trees.aliased(_count(), _ROWS)], source, trees.is_not_null(value.copy()))
    query.set("group", exp.Group(expressions=[value.copy()]))
    rows = trees.descending(_count())
    query.set("order", exp.Order(expressions=[rows, trees.ascending(value.copy())]))
    query.set("limit", exp.Limit(expression=trees.number(commonest.limit)))
    return query


def _bins(bins: Bins, build: Builder) -> exp.Select:
    dialect, value = build.context.dialect, trees.column("v", _VALUE)
    edges = [dialect.constant(edge, bins.of.type) for edge in bins.edges]
    below = [trees.tight(exp.LT(this=value.copy(), expression=trees.tight(edge))) for edge in edges[1:]]
    place = trees.case((test, trees.number(number)) for number, test in enumerate(below))
    inside = trees.tight(exp.GTE(this=value.copy(), expression=trees.tight(edges[0])))
    placed = trees.query([trees.aliased(place, _BIN)], _valued(bins.population, bins.of, build), inside)
    found = trees.column("b", _BIN)
    query = trees.query(
        [found, trees.aliased(_count(), _ROWS)], trees.subquery(placed, "b"), trees.is_not_null(found.copy())
    )
    query.set("group", exp.Group(expressions=[found.copy()]))
    query.set("order", exp.Order(expressions=[trees.ascending(found.copy())]))
    return query


_QUESTIONS: Mapping[type[Any], Callable[[Any, Builder], exp.Select]] = {
    Page: _page,
    Tally: _tally,
    Probe: _probe,
    Spread: _spread,
    Commonest: _commonest,
    Bins: _bins,
}
