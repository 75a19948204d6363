"""What a statement is compiled in, and the rows that its expressions speak of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.keys import key_text, row_key, row_types
from batuta.engines.sql.tables import Tables
from batuta.rules.bound import Moment
from batuta.rules.paths import SECONDARY
from batuta.schema.model import Catalogue, Link, Schema
from batuta.sets.shape import Shape

LONG_LIST = 500
"""A list of more values becomes rows that are joined."""


_LONGEST = 40
"""Bytes of an alias before its number: PostgreSQL cuts what is longer than 63."""


_INNER = ("v", "word", "_text", "_once")
"""Names within the SQL of functions; a table of that name would be taken for what they stand for."""


class Names:
    """Aliases that are used once in a statement."""

    def __init__(self) -> None:
        self._taken = dict.fromkeys(_INNER, 1)

    def take(self, base: str) -> str:
        """Return the name, numbered if it is already taken; of a long one what every engine tells apart."""
        base = base.encode()[:_LONGEST].decode(errors="ignore")
        while True:
            count = self._taken[base.casefold()] = self._taken.get(base.casefold(), 0) + 1
            name = base if count == 1 else f"{base}_{count}"
            if count == 1 or name.casefold() not in self._taken:
                self._taken.setdefault(name.casefold(), 1)
                return name


@dataclass(frozen=True)
class Context:
    """All that compiling depends on besides the set itself."""

    dialect: Dialect
    catalogue: Catalogue
    moment: Moment
    tables: Tables
    names: Names = field(default_factory=Names)

    def schema(self, name: str) -> Schema:
        """Return a schema of the catalogue."""
        return self.catalogue.schema_behind(name)

    def rows(self, schema: str) -> tuple[exp.Expr, str]:
        """Return the table of a schema under a fresh alias, and the alias."""
        alias = self.names.take(schema)
        return trees.under(self.tables.rows(schema), alias), alias


Getter = Callable[[str], exp.Expr]


class Row:
    """The row that expressions speak of, within one SELECT.

    What lies behind links, behind the key of a population or in an aggregate is reached by LEFT JOINs to at
    most one row each; they gather here until `join` puts them into the query. `among`, where it is set, gives
    the population of the row once more, to narrow what is computed for all its rows at once. `roots` are the
    other rows that go with it; that of the secondary dimension is reached by joins of the same query.

    What windows give is computed beneath: in a query of its own, which stands in place of the row's source, so that it
    sees all rows before any is left out. `rank` are the columns that tell rows of the source apart.
    """

    def __init__(
        self,
        context: Context,
        schema: str,
        alias: str,
        *,
        key: Mapping[str, str] | None = None,
        columns: Mapping[str, Callable[[], exp.Expr]] | None = None,
    ) -> None:
        self.context = context
        self.schema = context.schema(schema)
        self.alias = alias
        self.columns = dict(columns or {})
        self.among: Callable[[], tuple[exp.Expr, Row]] | None = None
        self.roots: dict[str, Row] = {}
        self._shape: Shape | None = None
        self._key = key
        self.figures: dict[Hashable, Any] = {}
        self._joins: list[tuple[Callable[[], exp.Expr], exp.Expr]] = []
        self._again: Callable[[], Row] | None = None
        self._rank: Sequence[str] = ()
        self._beneath: dict[Hashable, tuple[str, Callable[[Row], exp.Expr]]] = {}
        self._reached: dict[Hashable, str] = {} if key is not None else {(): alias}

    @staticmethod
    def of_rows(context: Context, schema: str, alias: str) -> Row:
        """Return a row of a schema's own table."""
        row = Row(context, schema, alias)
        row._again, row._rank = (lambda: Row.of_rows(context, schema, alias)), row.schema.primary_key
        return row

    @staticmethod
    def of_population(context: Context, shape: Shape, alias: str) -> Row:
        """Return a row of a population: its key and columns stand there, attributes are joined when asked for."""
        key = dict(zip(context.schema(shape.schema).primary_key, shape.target_columns, strict=True))
        columns = {column.name: _getter(alias, column.name) for column in shape.columns}
        row = Row(context, shape.schema, alias, key=key, columns=columns)
        row._shape = shape
        row._again, row._rank = (lambda: Row.of_population(context, shape, alias)), shape.row_columns
        if shape.secondary_schema in context.catalogue.by_name:
            row.roots[SECONDARY] = row._beside(shape.secondary_schema, shape.secondary_columns)
        return row

    def _beside(self, schema: str, names: Sequence[str]) -> Row:
        """Return a row of another schema whose key stands beside that of this one, joined to the same query."""
        key = dict(zip(self.context.schema(schema).primary_key, names, strict=True))
        other = Row(self.context, schema, self.alias, key=key)
        other._joins = self._joins
        return other

    def root(self, name: str) -> Row:
        """Return the row of a root, or this one for no name."""
        return self.roots[name] if name else self

    def key_text(self) -> exp.Expr:
        """Return the text of the key of the row, as chance takes it; that of the whole row key in a population."""
        if self._shape is not None:
            parts = list(zip(row_key(self._shape, self.alias), row_types(self._shape), strict=True))
            return key_text(self.context.dialect, parts, blanks=self._shape.keyless)
        types = (self.schema.by_name[name].type for name in self.schema.primary_key)
        return key_text(self.context.dialect, list(zip(self.key, types, strict=True)))

    @property
    def key(self) -> list[exp.Expr]:
        """The primary key of the row."""
        return [self.here(name) for name in self.schema.primary_key]

    def here(self, name: str) -> exp.Expr:
        """Return an attribute of the row itself."""
        if self._key is not None and name in self._key:
            return trees.column(self.alias, self._key[name])
        return trees.column(self.table(()), name)

    def attribute(self, path: tuple[Link, ...], name: str) -> exp.Expr:
        """Return an attribute of the row, or of the one row that a path leads to."""
        return self.here(name) if not path else trees.column(self.table(path), name)

    def folded(self, path: tuple[Link, ...], name: str) -> exp.Expr | None:
        """Return the stored folded copy of an attribute, or None where none is kept."""
        schema = path[-1].there if path else self.schema.name
        kept = self.context.tables.folded(schema, name)
        return None if kept is None else trees.column(self.table(path), kept)

    def table(self, path: tuple[Link, ...]) -> str:
        """Return the alias of the table that a path leads to, joined if need be; that of the row for no path."""
        reached = tuple(link.name for link in path)
        if reached not in self._reached:
            self._reached[reached] = self._step(path) if path else self._base()
        return self._reached[reached]

    def reach(self, source: Callable[[], exp.Expr], on: exp.Expr) -> None:
        """Join a source of at most one row; it is asked for when the query is put together."""
        self._joins.append((source, on))

    def join(self, select: exp.Select) -> exp.Select:
        """Put the joins that were asked for into the query, and return it."""
        for source, condition in self._joins:
            trees.joined(select, source(), condition, left=True)
        if self._beneath:
            self._put_beneath(select)
        return select

    @property
    def ranks(self) -> list[exp.Ordered]:
        """The order of the row keys."""
        return [trees.ascending(trees.column(self.alias, name)) for name in self._rank]

    def beneath(self, known: Hashable, make: Callable[[Row], exp.Expr]) -> exp.Expr:
        """Return a value that is computed over the source of the row, before any row is left out."""
        name, _ = self._beneath.setdefault(known, (f"_window_{len(self._beneath) + 1}", make))
        return trees.column(self.alias, name)

    def _put_beneath(self, select: exp.Select) -> None:
        """Replace the source of the row in a query by one that has what is computed beneath."""
        sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins", ()))]
        (source,) = (each for each in sources if each.alias == self.alias)
        row = self._same()
        columns: list[exp.Expr] = [exp.Column(this=exp.Star(), table=trees.name(self.alias))]
        columns += [trees.aliased(make(row), name) for name, make in self._beneath.values()]
        whole = row.join(trees.query(columns, source.copy()))
        source.replace(trees.subquery(whole, self.alias))

    def _same(self) -> Row:
        """Return the row once more, for a query of its own."""
        assert self._again is not None  # windows look at the rows of a table or of a population
        row = self._again()
        row.among = self.among
        for name, other in self.roots.items():
            if name in row.roots:
                row.roots[name].among = other.among
        return row

    def _base(self) -> str:
        source, alias = self.context.rows(self.schema.name)
        pairs = zip(self.schema.primary_key, self.key, strict=True)
        condition = trees.every(trees.equal(trees.column(alias, name), key) for name, key in pairs)
        self._joins.append((lambda: source, condition))
        return alias

    def _step(self, path: tuple[Link, ...]) -> str:
        *before, link = path
        here = self.here if not before else self._behind(tuple(before))
        source, alias = single(self.context, link)
        self._joins.append((lambda: source, linked(self.context, link, here, alias)))
        return alias

    def _behind(self, path: tuple[Link, ...]) -> Getter:
        alias = self.table(path)
        return lambda name: trees.column(alias, name)


def _getter(alias: str, name: str) -> Callable[[], exp.Expr]:
    return lambda: trees.column(alias, name)


def link_pairs(context: Context, link: Link, here: Getter, alias: str) -> list[tuple[tuple[exp.Expr, exp.Expr], bool]]:
    """Return the values here and under an alias that a link makes equal, each with whether they are text."""
    there = context.schema(link.there)
    return [
        ((here(mine), trees.column(alias, theirs)), there.by_name[theirs].type.is_text) for mine, theirs in link.pairs
    ]


def linked(context: Context, link: Link, here: Getter, alias: str) -> exp.Expr:
    """Return the condition that a row under an alias is linked to the row here; empty values link nothing."""
    conditions = []
    for (mine, theirs), text in link_pairs(context, link, here, alias):
        conditions.append(trees.equal(mine, theirs))
        if text:
            conditions.append(not_blank(theirs.copy()))
    return trees.every(conditions)


def not_blank(tree: exp.Expr) -> exp.Expr:
    """Return the test that a text is neither NULL nor ''."""
    return trees.tight(exp.NEQ(this=tree, expression=trees.text("")))


def single(context: Context, link: Link) -> tuple[exp.Expr, str]:
    """Return the table at the end of a link with one row for each value of the link, and its alias.

    Where the link does not end at the whole primary key, several rows may match: the smallest key stays.
    """
    schema = context.schema(link.there)
    ends = [theirs for _, theirs in link.pairs]
    source, alias = context.rows(schema.name)
    if set(schema.primary_key) <= set(ends):
        return source, alias
    rank = trees.over(
        exp.RowNumber(),
        [trees.column(alias, name) for name in ends],
        [trees.ascending(trees.column(alias, name)) for name in schema.primary_key],
    )
    ranked = trees.query([exp.Star(), trees.aliased(rank, "_place")], source)
    outer = context.names.take(schema.name)
    first = trees.query(
        [exp.Star()], trees.subquery(ranked, outer), trees.equal(trees.column(outer, "_place"), trees.number(1))
    )
    unique = context.names.take(schema.name)
    return trees.subquery(first, unique), unique
