"""The compiler: what an engine asks for, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from batuta.engines.sql import build as basic
from batuta.engines.sql import trees
from batuta.engines.sql.addressed import addressed
from batuta.engines.sql.build import Builder, Building
from batuta.engines.sql.carried import Keys, carrier, keys, with_columns
from batuta.engines.sql.combine import intersection, union
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.distinct import Ranked, distinct, ranked
from batuta.engines.sql.enrich import enriched
from batuta.engines.sql.exclude import exclusion
from batuta.engines.sql.export import written
from batuta.engines.sql.expressions import value
from batuta.engines.sql.fresh import fresh
from batuta.engines.sql.keyed import keyed
from batuta.engines.sql.keys import row_key
from batuta.engines.sql.lookups import Chosen, chosen, expanded, looking, reconciled
from batuta.engines.sql.members import members
from batuta.engines.sql.moved import moved
from batuta.engines.sql.placed import Placed, placed
from batuta.engines.sql.questions import asked
from batuta.engines.sql.sharing import shared
from batuta.engines.sql.split import Divided, divided, part, parted
from batuta.engines.sql.tables import Statement, Tables, create_table, create_view
from batuta.rules.bound import Expr, Moment
from batuta.schema.model import Catalogue
from batuta.schema.writing import Written
from batuta.sets.addressed import Addressed
from batuta.sets.algebra import (
    Distinct,
    Enriched,
    Exclusion,
    Filtered,
    Fresh,
    Intersection,
    Keyed,
    Members,
    Moved,
    Nobody,
    Part,
    Parted,
    Records,
    Set,
    Sort,
    Table,
    Union,
)
from batuta.sets.lookup import Expanded, Looking, Reconciled
from batuta.sets.questions import HowMany, Question

_BUILDINGS: Mapping[type[Any], Building] = {
    Table: basic.table,
    Nobody: basic.nobody,
    Keys: keys,
    Records: basic.records,
    Filtered: basic.filtered,
    Union: union,
    Intersection: intersection,
    Exclusion: exclusion,
    Distinct: distinct,
    Ranked: ranked,
    Enriched: enriched,
    Keyed: keyed,
    Moved: moved,
    Fresh: fresh,
    Members: members,
    Part: part,
    Parted: parted,
    Divided: divided,
    Addressed: addressed,
    Placed: placed,
    Chosen: chosen,
    Looking: looking,
    Reconciled: reconciled,
    Expanded: expanded,
}


class Compiler:
    """Compiles sets for one engine, catalogue and moment. Nothing is kept between calls."""

    def __init__(self, dialect: Dialect, catalogue: Catalogue, moment: Moment, tables: Tables) -> None:
        self._dialect = dialect
        self._catalogue = catalogue
        self._moment = moment
        self._tables = tables

    def select(self, population: Set) -> exp.Select:
        """Return the query for a set: row key columns, then computed columns."""
        return self._select(population, self._builder())

    def _select(self, population: Any, build: Builder) -> exp.Select:
        query, expressions = self._with_shared(population, build)
        if expressions:
            query.set("with_", exp.With(expressions=expressions))
        return query

    def task(self, outputs: Mapping[str, Set], names: Mapping[str, str]) -> tuple[Statement, ...]:
        """Return the statements that make the tables of a task's outputs, to be run in their order.

        What several outputs read is made first as a temporary table, and dropped at the end.
        """
        held_by = {output: carrier(population, self._tables) for output, population in outputs.items()}
        wanted = {output: Keys(of) if held_by[output] else of for output, of in outputs.items()}
        build = self._builder()
        if len(outputs) == 1:
            ((output, population),) = wanted.items()
            return tuple(self._made(output, names[output], outputs[output], self._select(population, build)))
        base = min(names[output] for output in outputs)
        before, after = [], []
        for place, node in enumerate(shared(wanted.values()), 1):
            held = self._tables.shared(f"{base}_shared_{place}")
            before.append(Statement(create_table(held.copy(), build.made(node), temporary=True)))
            after.append(Statement(exp.Drop(tables=[held.copy()], kind="TABLE")))
            build.shared[node] = held
        made = [
            statement
            for output, population in wanted.items()
            for statement in self._made(output, names[output], outputs[output], build.select(population))
        ]
        return (*before, *made, *after)

    def carried(self, population: Set) -> str | None:
        """Return the working table that has the columns of an output whose own table holds keys only, or None."""
        return carrier(population, self._tables)

    def _made(self, output: str, name: str, population: Set, query: exp.Select) -> Iterator[Statement]:
        """Yield the statements that make the table of an output: of its keys, if another one has its columns."""
        holder = self.carried(population)
        if holder is None:
            yield Statement(create_table(self._tables.working(name), query), output)
            return
        yield Statement(create_table(self._tables.bare(name), query), output)
        whole = self._with_columns(self._tables.bare(name), Table(name, population.shape), holder)
        yield Statement(create_view(self._tables.working(name), whole), output)

    def _with_columns(self, keys: exp.Expr, table: Table, holder: str | None) -> exp.Select:
        return with_columns(keys, table, self._tables.working(holder or table.name), self._dialect)

    def count(self, population: Set) -> exp.Select:
        """Return the query for the counts of a set: `rows` and `targets`."""
        build = self._builder()
        source, row = build.population(population, bare=True)
        shape = population.shape
        rows = exp.Count(this=exp.Star())
        if shape.row_columns == shape.target_columns:
            return trees.query([trees.aliased(rows, "rows"), trees.aliased(rows.copy(), "targets")], source)
        if not shape.key:
            return trees.query([trees.aliased(rows, "rows"), trees.aliased(trees.number(0), "targets")], source)
        target = [trees.column(row.alias, name) for name in shape.target_columns]
        grouped = trees.query([trees.aliased(rows, "n")], source)
        grouped.set("group", exp.Group(expressions=target))
        if shape.keyless:  # rows without target are no targets
            grouped.append("expressions", target[0].copy())
        counted = trees.column("t", shape.target_columns[0]) if shape.keyless else exp.Star()
        total = exp.Coalesce(this=exp.Sum(this=trees.column("t", "n")), expressions=[trees.number(0)])
        whole = exp.Cast(this=total, to=exp.DataType.build("BIGINT"))
        columns = [trees.aliased(whole, "rows"), trees.aliased(exp.Count(this=counted), "targets")]
        return trees.query(columns, trees.subquery(grouped, "t"))

    def question(self, question: Question) -> exp.Select:
        """Return the query that answers a question about a population."""
        if isinstance(question, HowMany):
            return self.count(question.population)
        return asked(question, self._builder())

    def preview(self, table: Table, attributes: Sequence[tuple[str, Expr]], limit: int, offset: int = 0) -> exp.Select:
        """Return the query for some rows in key order: row key, columns, attributes. Keys are limited first."""
        build = self._builder()
        source, row = build.population(table, bare=True)
        first = trees.query(row_key(table.shape, row.alias), source)
        first.set("order", _by_key(table, row.alias))
        first.set("limit", exp.Limit(expression=trees.number(limit)))
        first.set("offset", exp.Offset(expression=trees.number(offset)))
        if table.shape.columns:
            first = self._with_columns(trees.subquery(first, "k"), table, self._tables.carrier(table.name))
        some = Row.of_population(build.context, table.shape, build.context.names.take("some"))
        names = [column.name for column in table.shape.columns]
        return _in_order(table, trees.subquery(first, some.alias), some, names, attributes)

    def scan(self, table: Table, attributes: Sequence[tuple[str, Expr]], columns: Sequence[str]) -> exp.Select:
        """Return the query for all rows in key order: row key, the columns named, attributes (empty if gone)."""
        source, row = self._builder().population(table)
        return _in_order(table, source, row, columns, attributes)

    def export(
        self, table: Table, columns: Sequence[tuple[str, Expr]], sort: Sequence[Sort], form: Written
    ) -> exp.Select:
        """Return the query for the rows of a file, in their order."""
        return written(table, columns, sort, form, self._builder())

    def _with_shared(self, population: Any, build: Builder) -> tuple[exp.Select, list[exp.CTE]]:
        expressions = []
        for node in shared([population]):
            name = build.context.names.take("shared")
            alias = exp.TableAlias(this=trees.name(name))
            expressions.append(exp.CTE(this=build.made(node), alias=alias, materialized=self._dialect.materialises))
            build.shared[node] = exp.Table(this=trees.name(name))
        return build.select(population), expressions

    def _builder(self) -> Builder:
        context = Context(self._dialect, self._catalogue, self._moment, self._tables)
        return Builder(context, _BUILDINGS)


def _in_order(
    table: Table, source: exp.Expr, row: Row, columns: Sequence[str], attributes: Sequence[tuple[str, Expr]]
) -> exp.Select:
    """Return rows in key order: row key, columns, attributes."""
    chosen = [*row_key(table.shape, row.alias), *(trees.column(row.alias, name) for name in columns)]
    chosen += [trees.aliased(value(expression, row), name) for name, expression in attributes]
    query = row.join(trees.query(chosen, source))
    query.set("order", _by_key(table, row.alias))
    return query


def _by_key(table: Table, alias: str) -> exp.Order:
    return exp.Order(expressions=[trees.ascending(key) for key in row_key(table.shape, alias)])
