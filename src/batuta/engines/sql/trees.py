"""Small SQL trees. Everything made here may be put anywhere in a tree without further brackets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

_TIGHT = (
    exp.Column,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Cast,
    exp.Case,
    exp.Anonymous,
    exp.Coalesce,
    exp.Nullif,
    exp.Lower,
    exp.Upper,
    exp.MD5,
    exp.Exists,
)


def name(text: str) -> exp.Identifier:
    """Return a quoted identifier."""
    return exp.Identifier(this=text, quoted=True)


def column(table: str, attribute: str) -> exp.Column:
    """Return a column of a table known by its alias."""
    return exp.Column(this=name(attribute), table=name(table))


def text(value: str) -> exp.Literal:
    """Return a text literal."""
    return exp.Literal(this=value, is_string=True)


def number(value: int) -> exp.Expr:
    """Return an integer literal."""
    return exp.Literal(this=str(value), is_string=False) if value >= 0 else tight(exp.Neg(this=number(-value)))


def tight(tree: exp.Expr) -> exp.Expr:
    """Return the tree, in brackets unless it holds together by itself."""
    return tree if isinstance(tree, _TIGHT) else exp.Paren(this=tree)


def aliased(tree: exp.Expr, alias: str) -> exp.Alias:
    """Return an output column of a query."""
    return exp.Alias(this=tree, alias=name(alias))


def every(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """Return the conjunction; that of nothing is true."""
    return _joined(exp.And, list(conditions), true())


def some(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """Return the disjunction; that of nothing is false."""
    return _joined(exp.Or, list(conditions), false())


def _joined(connector: type[exp.Connector], conditions: list[exp.Expr], nothing: exp.Expr) -> exp.Expr:
    if not conditions:
        return nothing
    tree = conditions[0]
    for condition in conditions[1:]:
        tree = connector(this=tree, expression=condition)
    return tight(tree) if len(conditions) > 1 else tree


def true() -> exp.Boolean:
    """Return TRUE."""
    return exp.Boolean(this=True)


def false() -> exp.Boolean:
    """Return FALSE."""
    return exp.Boolean(this=False)


def negated(condition: exp.Expr) -> exp.Expr:
    """Return the exact complement of a condition: where it is not true, be it false or empty."""
    if isinstance(condition, exp.Exists):  # never empty; engines make an anti join of it as it is
        return tight(exp.Not(this=condition))
    return tight(exp.Not(this=exp.Coalesce(this=condition, expressions=[false()])))


def certain(condition: exp.Expr) -> exp.Expr:
    """Return the condition as a value that is true or false, never empty."""
    return exp.Coalesce(this=condition, expressions=[false()])


def is_null(tree: exp.Expr) -> exp.Expr:
    """Return the test for NULL."""
    return tight(exp.Is(this=tight(tree), expression=exp.Null()))


def is_not_null(tree: exp.Expr) -> exp.Expr:
    """Return the test for a value."""
    return tight(exp.Not(this=exp.Is(this=tight(tree), expression=exp.Null())))


def equal(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Return the equality of two values, empty where one is NULL."""
    return tight(exp.EQ(this=tight(left), expression=tight(right)))


def or_empty_text(tree: exp.Expr) -> exp.Expr:
    """Return a text with '' in place of NULL."""
    return exp.Coalesce(this=tree, expressions=[text("")])


def or_null(tree: exp.Expr) -> exp.Expr:
    """Return a text with NULL in place of ''."""
    return exp.Nullif(this=tree, expression=text(""))


def case(branches: Iterable[tuple[exp.Expr, exp.Expr]], default: exp.Expr | None = None) -> exp.Expr:
    """Return the value of the first branch whose condition holds."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    if not ifs:
        return default or exp.Null()
    return exp.Case(ifs=ifs, default=default)


def exists(query: exp.Select) -> exp.Exists:
    """Return the test whether a query has rows."""
    return exp.Exists(this=query)


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """Return a query as a source of rows."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(alias)))


def under(table: exp.Expr, alias: str) -> exp.Expr:
    """Return a table or subquery under an alias."""
    table.set("alias", exp.TableAlias(this=name(alias)))
    return table


def ascending(tree: exp.Expr) -> exp.Ordered:
    """Return an ascending order, empties last."""
    return exp.Ordered(this=tree, desc=False, nulls_first=False)


def descending(tree: exp.Expr) -> exp.Ordered:
    """Return a descending order, empties last."""
    return exp.Ordered(this=tree, desc=True, nulls_first=False)


def over(function: exp.Expr, partition: Sequence[exp.Expr], order: Sequence[exp.Ordered] = ()) -> exp.Window:
    """Return a window function."""
    ordering = exp.Order(expressions=list(order)) if order else None
    return exp.Window(this=function, partition_by=list(partition), order=ordering, over="OVER")


def query(columns: Sequence[exp.Expr], source: exp.Expr, where: exp.Expr | None = None) -> exp.Select:
    """Return a plain SELECT."""
    select = exp.Select(expressions=list(columns), from_=exp.From(this=source))
    if where is not None:
        select.set("where", exp.Where(this=where))
    return select


def joined(select: exp.Select, source: exp.Expr, condition: exp.Expr, *, left: bool = False) -> exp.Select:
    """Add a join to a query in place, and return the query."""
    select.append("joins", exp.Join(this=source, on=condition, side="LEFT" if left else None))
    return select


def union_all(queries: Sequence[exp.Select]) -> exp.Query:
    """Return the rows of all queries, one after the other."""
    tree: exp.Query = queries[0]
    for other in queries[1:]:
        tree = exp.Union(this=tree, expression=other, distinct=False)
    return tree
