"""Lookups: what the rows of a population find among others, and what is made of it.

Keys meet before anything else is fetched, and the values that are compared are computed in queries of their own. Where
many rows may share a value, the first row of each value is chosen before any are joined: else as many pairs would be
made as rows on one side times rows on the other. Rows that meet by an identity, or by a rule, are joined first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder, in_type
from batuta.engines.sql.comparisons import Folding, side
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.first import first_rows
from batuta.engines.sql.keys import everything, key_pairs, row_key, same_key, same_row
from batuta.engines.sql.predicates import condition
from batuta.rules.bound import AllOf, Call, Expr, IsTrue, Predicate
from batuta.sets.algebra import Records, Set
from batuta.sets.lookup import ROW, Expanded, Finding, Found, Looking, Lookup, Reconciled
from batuta.sets.shape import NUMBER, Shape

Attributes = Sequence[tuple[str, Expr]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The keys of the rows that find something, each with the key of what is chosen for it: `_k1`, `_k2` ..."""

    source: Set
    lookup: Lookup


def chosen(node: Chosen, build: Builder) -> exp.Select:
    """Return the row keys of those that find something, with the smallest key that they find."""
    own, keys = node.source.shape.row_columns, _keys(node.lookup.among.shape)
    if not _by_value(node.lookup, build):
        return first_rows(_met(node.source, node.lookup, (), build), [*own, *keys], own, keys, build.context)
    rows, row = build.population(node.source)
    alias = build.context.names.take("t")
    meets = _meets(node.lookup, row, alias)
    columns = [*row_key(node.source.shape, row.alias), *(trees.column(alias, key) for key in keys)]
    query = row.join(trees.query(columns, rows))
    return trees.joined(query, trees.subquery(_one_each(node.source, node.lookup, (), build), alias), meets)


def reconciled(node: Reconciled, build: Builder) -> exp.Select:
    """Return rows without dimension under the key that each finds."""
    rows, row = build.population(node.source)
    alias = build.context.names.take("m")
    best = build.source(Chosen(node.source, node.lookup), alias)
    keys = zip(_keys(node.lookup.among.shape), node.shape.target_columns, strict=True)
    columns: list[exp.Expr] = [trees.aliased(trees.column(alias, key), name) for key, name in keys]
    columns += everything(node.source.shape, row.alias)
    same = same_row(build.context.dialect, node.source.shape, alias, row.alias)
    return trees.joined(trees.query(columns, rows), best, same, left=node.keep)


def looking(node: Looking, build: Builder) -> exp.Select:
    """Return the rows that find nothing, or several rows."""
    rows, row = build.population(node.source)
    if node.finding is Finding.SEVERAL:
        wanted = _finds_several(node, row, build)
    else:
        wanted = trees.negated(_finds(node, row, build))
    return row.join(trees.query(everything(node.shape, row.alias), rows, wanted))


def found(addition: Found, source: Set, row: Row, build: Builder) -> list[tuple[str, exp.Expr]]:
    """Return the columns taken from what a row finds, joined so that each row stays one."""
    alias = build.context.names.take("j")
    lookup, attributes = addition.lookup, addition.attributes
    if _by_value(lookup, build):
        meets = _meets(lookup, row, alias)
        row.reach(lambda: trees.subquery(_one_each(source, lookup, attributes, build), alias), meets)
    else:
        same = same_row(build.context.dialect, source.shape, alias, row.alias)
        row.reach(lambda: trees.subquery(_first(addition, source, build), alias), same)
    return [(name, trees.column(alias, taken)) for (name, _), taken in zip(attributes, _taken(attributes), strict=True)]


def expanded(node: Expanded, build: Builder) -> exp.Select:
    """Return a row for each that is found, and one where nothing is, with a line number."""
    rows, row = build.population(node.source)
    alias, given = build.context.names.take("j"), node.source.shape
    if node.lookup.pairs:
        meets, matches = _meets(node.lookup, row, alias), _there(node.lookup, node.attributes, build)
    else:
        meets = same_row(build.context.dialect, given, alias, row.alias)
        matches = _met(node.source, node.lookup, node.attributes, build)
    kept = [*given.target_columns, *given.secondary_columns]
    former = [trees.column(row.alias, NUMBER)] if given.numbered else []
    order = [*former, *(trees.column(alias, key) for key in _keys(node.lookup.among.shape))]
    number = trees.over(
        exp.RowNumber(), [trees.column(row.alias, name) for name in kept], [trees.ascending(key) for key in order]
    )
    columns: list[exp.Expr] = [trees.column(row.alias, name) for name in kept]
    columns.append(trees.aliased(number, NUMBER))
    columns += [trees.column(row.alias, column.name) for column in given.columns]
    taken = zip(node.shape.columns[len(given.columns) :], _taken(node.attributes), strict=True)
    columns += [trees.aliased(in_type(trees.column(alias, name), column, build), column.name) for column, name in taken]
    query = row.join(trees.query(columns, rows))
    return trees.joined(query, trees.subquery(matches, alias), meets, left=True)


def _keys(shape: Shape) -> list[str]:
    return [f"_k{place}" for place, _ in enumerate(shape.row_columns, 1)]


def _values(lookup: Lookup) -> list[str]:
    return [f"_v{place}" for place, _ in enumerate(lookup.pairs, 1)]


def _taken(attributes: Attributes) -> list[str]:
    return [f"_a{place}" for place, _ in enumerate(attributes, 1)]


def _compared(expression: Expr, row: Row, *, loose: bool) -> exp.Expr:
    """Return a value as a lookup compares it: NULL where it is empty."""
    if not (loose and expression.type.is_text):
        return present(expression, row)
    folded = side(expression, row, Folding(case=True, accents=True))
    return trees.or_null(row.context.dialect.trimmed(folded.tree))


def _meets(lookup: Lookup, row: Row, alias: str) -> exp.Expr:
    """Return the condition that the values of a row are those of what is looked among, under an alias."""
    return trees.every(
        trees.equal(trees.column(alias, name), _compared(pair.here, row, loose=pair.loose))
        for pair, name in zip(lookup.pairs, _values(lookup), strict=True)
    )


@dataclass(frozen=True)
class _Among:
    """What a lookup looks among: where its rows come from, the row, its key, and which rows count."""

    rows: exp.Expr
    row: Row
    key: list[exp.Expr]
    wanted: list[exp.Expr]

    @staticmethod
    def of(lookup: Lookup, build: Builder) -> _Among:
        among = lookup.among
        if not isinstance(among, Records):
            rows, row = build.population(among, "x")
            return _Among(rows, row, row_key(among.shape, row.alias), [])
        rows, alias = build.context.rows(among.shape.schema)
        row = Row.of_rows(build.context, among.shape.schema, alias)
        wanted = condition(among.where, row)
        return _Among(rows, row, row.key, [] if wanted == trees.true() else [wanted])

    def columns(self, lookup: Lookup, attributes: Attributes) -> list[exp.Expr]:
        """Return the key and the attributes to take."""
        keys = [trees.aliased(key, name) for key, name in zip(self.key, _keys(lookup.among.shape), strict=True)]
        taken = zip(attributes, _taken(attributes), strict=True)
        return [*keys, *(trees.aliased(value(expression, self.row), name) for (_, expression), name in taken)]


def _by_value(lookup: Lookup, build: Builder) -> bool:
    """Tell whether the first row is chosen for each value, rather than for each row that looks."""
    catalogue = build.context.catalogue
    return bool(lookup.pairs) and (lookup.finds_one_at_most(catalogue) or not lookup.finds_few(catalogue))


def _one_each(source: Set, lookup: Lookup, attributes: Attributes, build: Builder) -> exp.Select:
    """Return what is looked among, one row for each combination of values: that with the smallest key."""
    if lookup.finds_one_at_most(build.context.catalogue):
        return _there(lookup, attributes, build)
    values, keys = _values(lookup), _keys(lookup.among.shape)
    if len(keys) == 1:
        return _with_attributes(_smallest(lookup, build), lookup, attributes, build)
    sought = _there(lookup, attributes, build, source)
    return first_rows(sought, [*keys, *_taken(attributes), *values], values, keys, build.context)


def _smallest(lookup: Lookup, build: Builder) -> exp.Select:
    """Return each combination of values with the smallest key of one column, which needs no order of rows."""
    alias, (key,) = build.context.names.take("g"), _keys(lookup.among.shape)
    values = [trees.column(alias, name) for name in _values(lookup)]
    least = trees.aliased(exp.Min(this=trees.column(alias, key)), key)
    query = trees.query([*values, least], trees.subquery(_there(lookup, (), build), alias))
    query.set("group", exp.Group(expressions=[value.copy() for value in values]))
    return query


def _with_attributes(keyed: exp.Select, lookup: Lookup, attributes: Attributes, build: Builder) -> exp.Select:
    """Return values and keys together with attributes of the rows that have the keys."""
    if not attributes:
        return keyed
    among, alias = _Among.of(lookup, build), build.context.names.take("g")
    (key,) = _keys(lookup.among.shape)
    columns = [*among.columns(lookup, attributes), *(trees.column(alias, name) for name in _values(lookup))]
    same = trees.equal(among.key[0].copy(), trees.column(alias, key))
    query = trees.query(columns, among.rows)
    return among.row.join(trees.joined(query, trees.subquery(keyed, alias), same))


def _there(lookup: Lookup, attributes: Attributes, build: Builder, source: Set | None = None) -> exp.Select:
    """Return what is looked among: keys, attributes and the values that are compared; only those that a source has."""
    among = _Among.of(lookup, build)
    values = [_compared(pair.there, among.row, loose=pair.loose) for pair in lookup.pairs]
    columns = among.columns(lookup, attributes)
    columns += [trees.aliased(tree, name) for tree, name in zip(values, _values(lookup), strict=True)]
    wanted = [*among.wanted]
    if source is not None:
        rows, row = build.population(source)
        own = [_compared(pair.here, row, loose=pair.loose) for pair in lookup.pairs]
        pairs = [(theirs.copy(), mine) for theirs, mine in zip(values, own, strict=True)]
        wanted.append(build.context.dialect.found(pairs, row.join(trees.query([], rows))))
    return among.row.join(trees.query(columns, among.rows, trees.every(wanted) if wanted else None))


def _met(source: Set, lookup: Lookup, attributes: Attributes, build: Builder) -> exp.Select:
    """Return the row keys of a population with the keys and attributes of all that each finds."""
    if not lookup.pairs:
        return _met_by_rule(source, lookup, attributes, build)
    rows, row = build.population(source)
    here, there = (build.context.names.take(name) for name in ("h", "t"))
    looking = [*row_key(source.shape, row.alias)]
    for pair, name in zip(lookup.pairs, _values(lookup), strict=True):
        looking.append(trees.aliased(_compared(pair.here, row, loose=pair.loose), name))
    columns = [*row_key(source.shape, here), *(trees.column(there, name) for name in _keys(lookup.among.shape))]
    columns += [trees.column(there, name) for name in _taken(attributes)]
    same = same_key(_values(lookup), there, here)
    query = trees.query(columns, trees.subquery(row.join(trees.query(looking, rows)), here))
    return trees.joined(query, trees.subquery(_there(lookup, attributes, build), there), same)


def _met_by_rule(source: Set, lookup: Lookup, attributes: Attributes, build: Builder) -> exp.Select:
    """Return the same for a rule, which may name anything of both rows: so both stand in one query."""
    assert lookup.where is not None  # a lookup without pairs has a rule
    rows, row = build.population(source)
    among = _Among.of(lookup, build)
    among.row.roots[ROW] = row
    wanted = trees.every([*among.wanted, *(condition(part, among.row) for part in _conjuncts(lookup.where))])
    columns = [*row_key(source.shape, row.alias), *among.columns(lookup, attributes)]
    query = row.join(trees.query(columns, rows, wanted))
    return among.row.join(trees.joined(query, among.rows, trees.true()))


def _conjuncts(predicate: Predicate) -> Iterator[Predicate]:
    """Yield the parts of a predicate that must all hold: engines join by an equality that stands on its own."""
    if isinstance(predicate, AllOf):
        for child in predicate.children:
            yield from _conjuncts(child)
    elif (
        isinstance(predicate, IsTrue)
        and isinstance(predicate.expression, Call)
        and predicate.expression.function == "and"
    ):
        for argument in predicate.expression.arguments:
            yield from _conjuncts(IsTrue(argument))
    else:
        yield predicate


def _first(addition: Found, source: Set, build: Builder) -> exp.Select:
    """Return the row keys of those that find something, with the attributes of the first that each finds."""
    met = _met(source, addition.lookup, addition.attributes, build)
    own, keys = source.shape.row_columns, _keys(addition.lookup.among.shape)
    return first_rows(met, [*own, *_taken(addition.attributes)], own, keys, build.context)


def _finds(node: Looking, row: Row, build: Builder) -> exp.Expr:
    """Return the condition that a row finds something, by what is chosen if that is there already."""
    lookup, best = node.lookup, Chosen(node.source, node.lookup)
    if best in build.shared:
        return _by_key(build.select(best), node.source.shape, row, build)
    if not lookup.pairs:
        return _by_key(_met(node.source, lookup, (), build), node.source.shape, row, build)
    among = _Among.of(lookup, build)
    pairs = [
        (_compared(pair.here, row, loose=pair.loose), _compared(pair.there, among.row, loose=pair.loose))
        for pair in lookup.pairs
    ]
    query = among.row.join(trees.query([], among.rows, trees.every(among.wanted) if among.wanted else None))
    return build.context.dialect.found(pairs, query)


def _finds_several(node: Looking, row: Row, build: Builder) -> exp.Expr:
    """Return the condition that a row finds more than one."""
    lookup, own = node.lookup, node.source.shape.row_columns
    if not _by_value(lookup, build):
        return _by_key(_repeated(_met(node.source, lookup, (), build), own, build), node.source.shape, row, build)
    names, alias = _values(lookup), build.context.names.take("q")
    repeated = _repeated(_there(lookup, (), build, node.source), names, build)
    pairs = [
        (_compared(pair.here, row, loose=pair.loose), trees.column(alias, name))
        for pair, name in zip(lookup.pairs, names, strict=True)
    ]
    return build.context.dialect.found(pairs, trees.query([], trees.subquery(repeated, alias)))


def _repeated(query: exp.Select, names: Sequence[str], build: Builder) -> exp.Select:
    """Return the combinations of some columns that several rows of a query have."""
    alias = build.context.names.take("s")
    columns = [trees.column(alias, name) for name in names]
    grouped = trees.query(columns, trees.subquery(query, alias))
    grouped.set("group", exp.Group(expressions=[column.copy() for column in columns]))
    more = exp.GT(this=exp.Count(this=exp.Star()), expression=trees.number(1))
    grouped.set("having", exp.Having(this=more))
    return grouped


def _by_key(keys: exp.Select, shape: Shape, row: Row, build: Builder) -> exp.Expr:
    """Return the condition that the key of a row is among some."""
    alias = build.context.names.take("q")
    pairs = key_pairs(build.context.dialect, shape, shape.row_columns, row.alias, alias)
    return build.context.dialect.found(pairs, trees.query([], trees.subquery(keys, alias)))
