"""The first linked rows of each row side by side, and figures over all its linked rows in the same pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.chains import of_population
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import present, value
from batuta.engines.sql.figures import Conditions, Group, condition_alone
from batuta.sets.algebra import Addition, Lines, Sort, Total

_PLACE, _COUNT = "_place", "_count"


def in_one_pass(additions: Iterable[Addition]) -> Mapping[Total, Lines]:
    """Return the totals that are computed with lines: those over the same path, if no row they need is left out.

    Others go by themselves: to rank rows that are never lines costs more than to read the linked rows twice.
    """
    totals: dict[object, list[Total]] = {}
    for addition in additions:
        if isinstance(addition, Total):
            totals.setdefault(_passing(addition), []).append(addition)
    found: dict[Total, Lines] = {}
    for addition in additions:
        if isinstance(addition, Lines):
            over = totals.get(_passing(addition), [])
            if addition.where is None or {total.where for total in over} == {addition.where}:
                found = dict.fromkeys(over, addition) | found
    return found


def _passing(addition: Lines | Total) -> object:
    return addition.root, addition.path, condition_alone(addition.where)


def ordered(item: Sort, row: Row) -> exp.Ordered:
    """Return one part of an order, empties last."""
    tree = present(item.expression, row)
    return trees.descending(tree) if item.descending else trees.ascending(tree)


class FirstLines(Group):
    """The lines of an addition, with the figures that are taken from the same pass over the linked rows."""

    def __init__(self, lines: Lines, row: Row, condition: Conditions) -> None:
        super().__init__(lines.path, row)
        self._lines, self._condition = lines, condition
        self._ranks = row.context.names.take("l")
        self._carried: dict[exp.Expr, str] = {}

    @property
    def columns(self) -> Mapping[tuple[int, str], exp.Expr]:
        """The columns of the single lines by number and attribute, named as the addition promises."""
        return {
            (number, attribute): trees.column(self.alias, f"{self._lines.name}_{number}_{attribute}")
            for number in range(1, self._lines.count + 1)
            for attribute, _ in self._lines.attributes
        }

    @property
    def count(self) -> exp.Expr:
        """How many lines there are; with figures, how many linked rows."""
        return exp.Coalesce(this=trees.column(self.alias, _COUNT), expressions=[trees.number(0)])

    def query(self) -> exp.Select:
        """Return one row for each group: its first lines, how many there are, and figures over all of its rows."""
        keys: list[exp.Expr] = [self._ranked(f"k{place}") for place, _ in enumerate(self.path[0].pairs, 1)]
        attributes = {name: self._carry(value(of, self.along.end)) for name, of in self._lines.attributes}
        columns = list(keys)
        for (number, attribute), column in self.columns.items():
            is_line = trees.equal(self._ranked(_PLACE), trees.number(number))
            chosen = trees.case([(is_line, attributes[attribute].copy())])
            columns.append(trees.aliased(exp.Max(this=chosen), column.name))
        columns.append(trees.aliased(exp.Count(this=exp.Star()), _COUNT))
        columns += self._figures()
        few = exp.LTE(this=self._ranked(_PLACE), expression=trees.number(self._lines.count))
        query = trees.query(columns, trees.subquery(self._ranks_of_rows(), self._ranks), None if self.wanted else few)
        query.set("group", exp.Group(expressions=[key.copy() for key in keys]))
        return query

    def _figures(self) -> list[exp.Expr]:
        """Return the figures; what they filter by is known before the rows are ranked."""
        found: list[exp.Expr] = []
        for wanted, name in self.wanted.items():
            values = [(self._carry(tree), given) for tree, given in wanted.values(self.along.end)]
            kept = None if wanted.where in (None, self._lines.where) else self._carry(wanted.holds(self.along.end))
            found.append(trees.aliased(self.aggregate(wanted, values, kept, ()), name))
        return found

    def _carry(self, tree: exp.Expr) -> exp.Expr:
        """Return a value of the linked row as it stands beside its place."""
        return self._ranked(self._carried.setdefault(tree, f"a{len(self._carried) + 1}"))

    def _ranked(self, name: str) -> exp.Expr:
        return trees.column(self._ranks, name)

    def _ranks_of_rows(self) -> exp.Select:
        """Return the linked rows with their places: in the order of the sort, then primary keys along the path."""
        keys = self.keys()
        order = [ordered(item, self.along.end) for item in self._lines.sort]
        order += map(trees.ascending, self._path_keys())
        place = trees.over(exp.RowNumber(), [key.copy() for key in keys], order)
        columns = [trees.aliased(key, f"k{number}") for number, key in enumerate(keys, 1)]
        columns += [trees.aliased(tree, name) for tree, name in self._carried.items()]
        wanted = of_population(self.path[0], self.along, self.row)
        if self._lines.where is not None:
            wanted.append(self._condition(self._lines.where, self.along.end))
        columns.append(trees.aliased(place, _PLACE))
        return self.along.select(columns, trees.every(wanted) if wanted else None)

    def _path_keys(self) -> list[exp.Expr]:
        """Return the primary keys of the tables along the path, the last one first."""
        keys: list[exp.Expr] = []
        for link, alias in zip(reversed(self.path), reversed(self.along.aliases), strict=True):
            schema = self.along.end.context.schema(link.there)
            keys += [trees.column(alias, name) for name in schema.primary_key]
        return keys
