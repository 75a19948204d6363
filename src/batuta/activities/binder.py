"""Binding the settings of one activity: every rule and expression, with all that is wrong told at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batuta.activities.contract import Input, Scope
from batuta.activities.settings import ComputedColumn, SortBy
from batuta.kit.identifiers import NAME
from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Expr, Predicate
from batuta.rules.tree import Rule
from batuta.sets.algebra import Set, Sort
from batuta.sets.shape import Column


class Binder:
    """Binds rules and expressions over one kind of row and gathers the problems, each on its field."""

    def __init__(self, around: Surroundings, gather: Gather) -> None:
        self._around = around
        self._gather = gather

    def rule(self, rule: Rule, field: str) -> Predicate | None:
        """Return the bound rule, or None after keeping its problems."""
        return self._gather.attempt(lambda: bind_rule(rule, self._around), field)

    def expression(self, text: str, field: str) -> Expr | None:
        """Return the bound expression, or None after keeping its problems."""
        return self._gather.attempt(lambda: bind_expression(text, self._around), field)

    def sorts(self, sorts: Sequence[SortBy], field: str) -> tuple[Sort, ...]:
        """Return the bound steps of an order, without those that have problems."""
        found = []
        for place, sort in enumerate(sorts):
            expression = self.expression(sort.expression, f"{field}.{place}.expression")
            if expression is not None:
                found.append(Sort(expression, sort.descending))
        return tuple(found)

    def columns(
        self, computed: Sequence[ComputedColumn], field: str, taken: Iterable[Column] = ()
    ) -> list[tuple[Column, Expr]]:
        """Return the columns with their expressions, without those that have problems."""
        found = []
        named = [(f"{field}.{place}.name", column.name) for place, column in enumerate(computed)]
        check_names(named, taken, self._gather)
        for place, column in enumerate(computed):
            expression = self.expression(column.expression, f"{field}.{place}.expression")
            if expression is not None:
                found.append((Column(column.name, expression.type), expression))
        return found


def binder(scope: Scope, population: Set, gather: Gather) -> Binder:
    """Return a binder for the rows of a population."""
    return Binder(scope.around(population.shape), gather)


def check_names(named: Iterable[tuple[str, str]], taken: Iterable[Column], gather: Gather) -> None:
    """Keep a problem for each new column (field, name) that is misnamed or that exists; case makes no difference."""
    there = {column.name.casefold() for column in taken}
    for field, name in named:
        if not NAME.match(name):
            problem = Problem("bad-column-name", {"name": name}, field)
        elif name.casefold() in there:
            problem = Problem("column-taken", {"name": name}, field)
        else:
            there.add(name.casefold())
            continue
        if all((problem.code, field) != (known.code, known.field) for known in gather.found):
            gather.add(problem)


def population_of(arriving: Input) -> Set:
    """Return the population that arrives; raise Problems where it is a mere activation."""
    if arriving.population is None:
        raise Problems([Problem("population-needed", {"source": arriving.label})])
    return arriving.population
