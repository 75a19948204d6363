"""Binding: rules and expressions as written become trees that engines compile and the evaluator computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from batuta.kit.problems import Gather, Problem, Problems
from batuta.rules.binding import Surroundings
from batuta.rules.bound import (
    AggregateIs,
    All,
    AllOf,
    AnyOf,
    AttributeOf,
    Compare,
    Computed,
    Expr,
    Figure,
    IsTrue,
    Linked,
    Predicate,
    Rooted,
    Variable,
    Without,
    parts_of,
)
from batuta.rules.conditions import Against, bind_right
from batuta.rules.expressions import ExpressionBinder
from batuta.rules.feedback import bind_feedback
from batuta.rules.filters import Filter, at_use, filled, schema_of
from batuta.rules.functions.aggregates import sum_type
from batuta.rules.functions.model import Family, Unfit
from batuta.rules.leaves import bind_audience, bind_linked_to, bind_transition, unknown
from batuta.rules.parser import parse
from batuta.rules.paths import follow, leave_root
from batuta.rules.syntax import Node
from batuta.rules.tree import (
    MAX_DEPTH,
    Aggregate,
    AggregateFunction,
    And,
    Condition,
    Everyone,
    Except,
    Exists,
    FeedbackIs,
    InAudience,
    InTransition,
    LinkedTo,
    Or,
    Predefined,
    Rule,
    Truth,
)
from batuta.rules.values import term
from batuta.rules.weight import MAX_WEIGHT, weight
from batuta.schema.model import Link
from batuta.schema.types import DOUBLE, INTEGER, DataType, Kind

Named = AttributeOf | Computed | Variable | Rooted


def bind_expression(text: str, surroundings: Surroundings, *, expect: Family | None = None) -> Expr:
    """Return a formula bound against its surroundings, of the expected family if one is given.

    Raises Problems with all that is wrong; each tells its position, counted from 1.
    """
    return bind_node(parse(text), surroundings, expect=expect)


def bind_node(node: Node, surroundings: Surroundings, *, expect: Family | None = None) -> Expr:
    """Return a formula that is parsed, bound as `bind_expression` does."""
    gather = Gather()
    bound = ExpressionBinder(surroundings, gather).bind(node)
    gather.check()
    if bound is None:
        raise RuntimeError("binding that finds no expression tells why")
    if weight(bound) > MAX_WEIGHT:
        raise Problems([Problem("expression.too-heavy", {"position": 1})])
    if expect is not None and not expect.admits(bound.type):
        values = {"position": 1, "expected": term(expect), "found": term(bound.type.kind)}
        raise Problems([Problem("expression.wrong-type", values)])
    return bound


def bind_rule(rule: Rule, surroundings: Surroundings) -> Predicate:
    """Return a rule bound against its surroundings.

    Raises Problems with all that is wrong; their fields are paths such as `children.2.rule.children.0.value`.
    """
    gather = Gather()
    bound = _RuleBinder(surroundings, gather).root(rule)
    gather.check()
    if bound is None:
        raise RuntimeError("binding that finds no predicate tells why")
    return bound


def names_in(expression: Expr) -> frozenset[Named]:
    """Return the attributes, canvas columns, variables and names of roots that an expression is made of.

    What a figure is made of belongs to other rows; over linked rows of a root it counts as a name of that root.
    """
    return frozenset(_names(expression))


def _names(expression: Expr) -> Iterator[Named]:
    if isinstance(expression, Figure) and expression.root:
        yield Rooted(expression.root, expression, expression.type)
    elif isinstance(expression, Named):
        yield expression
    elif not isinstance(expression, Figure):
        for part in parts_of(expression):
            yield from _names(part)


def bind_path(text: str, surroundings: Surroundings) -> tuple[tuple[Link, ...], str]:
    """Return the links of a path that leads to many rows, and the schema it leads to; else raise Problems."""
    names = [name.strip() for name in text.split(".")]
    if not all(names):
        raise Problems([Problem("rule.no-path")])
    try:
        path, schema = follow(surroundings.catalogue, surroundings.schema, names, surroundings.roots)
    except Unfit as unfit:
        raise Problems([Problem(unfit.code, unfit.values)]) from None
    if not any(link.many for link in path):
        raise Problems([Problem("rule.one-row", {"path": text})])
    return path, schema.name


def aggregate_type(function: AggregateFunction, of: DataType | None) -> DataType:
    """Return the type of a figure over values of a type (None: over rows); raise Problems if there is none.

    Counts are integers, averages doubles; a sum has the kind of what is summed.
    """
    if (of is None) != (function is AggregateFunction.COUNT):
        code = "rule.aggregate-needs-expression" if of is None else "rule.count-of-expression"
        raise Problems([Problem(code, {"function": function.value})])
    if of is None or function is AggregateFunction.COUNT_DISTINCT:
        return INTEGER
    if function in (AggregateFunction.SUM, AggregateFunction.AVERAGE):
        return _figure_type(function, of)
    if of.kind in (Kind.BOOLEAN, Kind.ENUM):
        raise Problems([Problem("rule.aggregate-order", {"function": function.value, "found": term(of.kind)})])
    return of


def _figure_type(function: AggregateFunction, of: DataType) -> DataType:
    if not of.is_number:
        raise Problems([Problem("rule.aggregate-number", {"function": function.value, "found": term(of.kind)})])
    if function is AggregateFunction.AVERAGE:
        return DOUBLE
    return sum_type((of,))


class _RuleBinder:
    """Binds the nodes of a rule over the rows of one schema; keeps the problems and returns None for them."""

    def __init__(self, around: Surroundings, gather: Gather) -> None:
        self._around = around
        self._gather = gather

    def root(self, rule: Rule, depth: int = 1) -> Predicate | None:
        """Bind a whole rule; one that is switched off says nothing, which is a problem."""
        if rule.enabled:
            return self._node(rule, "", depth)
        self._problem("rule.switched-off", "")
        return None

    def _problem(self, code: str, field: str, **values: object) -> None:
        self._gather.add(Problem(code, values, field))

    def _node(self, rule: Rule, field: str, depth: int) -> Predicate | None:
        if depth > MAX_DEPTH:
            self._problem("rule.too-deep", field, limit=MAX_DEPTH)
            return None
        if isinstance(rule, (And, Or, Except)):
            return self._group(rule, field, depth)
        if isinstance(rule, (Exists, Aggregate)):
            return self._over_rows(rule, field, depth)
        if isinstance(rule, Predefined):
            return self._filter(rule, field, depth + 1)
        return self._leaf(rule, field)

    def _leaf(
        self, rule: Condition | LinkedTo | InAudience | InTransition | FeedbackIs | Truth | Everyone, field: str
    ) -> Predicate | None:
        if isinstance(rule, Condition):
            return self._condition(rule, field)
        if isinstance(rule, Truth):
            expression = self._expression(rule.expression, field, Family.BOOLEAN)
            return None if expression is None else IsTrue(expression)
        return All() if isinstance(rule, Everyone) else self._naming(rule, field)

    def _naming(self, rule: LinkedTo | InAudience | InTransition | FeedbackIs, field: str) -> Predicate | None:
        """Bind a leaf that names something of the home or the run."""
        if isinstance(rule, LinkedTo):
            return self._gather.attempt(lambda: bind_linked_to(rule, self._around), field)
        if isinstance(rule, InAudience):
            return self._gather.attempt(lambda: bind_audience(rule, self._around), field)
        if isinstance(rule, FeedbackIs):
            return self._gather.attempt(lambda: bind_feedback(rule, self._around, bind_rule), field)
        return self._gather.attempt(lambda: bind_transition(rule, self._around), field)

    def _group(self, rule: And | Or | Except, field: str, depth: int) -> Predicate | None:
        present = [(place, child) for place, child in enumerate(rule.children) if child.enabled]
        if not present:
            self._problem("rule.empty-group", field)
            return None
        if isinstance(rule, Except) and present[0][0] != 0:
            self._problem("rule.except-without-first", field)
        bound = [self._node(child, _below(field, f"children.{place}"), depth + 1) for place, child in present]
        children = tuple(child for child in bound if child is not None)
        if len(children) < len(bound):
            return None
        if isinstance(rule, Except):
            return Without(children[0], children[1:])
        return AllOf(children) if isinstance(rule, And) else AnyOf(children)

    def _over_rows(self, rule: Exists | Aggregate, field: str, depth: int) -> Predicate | None:
        root, way, around = leave_root(rule.path, self._around)
        found = self._gather.attempt(lambda: bind_path(way, around), _below(field, "path"))
        if found is None:
            return None
        path, schema = found
        inner = _RuleBinder(self._around.of_linked(schema), self._gather)
        where: Predicate | None = None
        if rule.rule is not None and rule.rule.enabled:
            where = inner._node(rule.rule, _below(field, "rule"), depth + 1)
            if where is None:
                return None
        if isinstance(rule, Exists):
            return Linked(path, where, rule.negated, root)
        bound = self._aggregate(rule, field, inner, path, where)
        return None if bound is None else replace(bound, root=root)

    def _aggregate(
        self, rule: Aggregate, field: str, inner: _RuleBinder, path: Sequence[Link], where: Predicate | None
    ) -> AggregateIs | None:
        of: Expr | None = None
        if rule.expression is not None:
            of = inner._expression(rule.expression, field)
            if of is None:
                return None
        of_type = None if of is None else of.type
        figure = self._gather.attempt(lambda: aggregate_type(rule.function, of_type), _below(field, "expression"))
        if figure is None:
            return None
        against = self._right(rule, of, figure, field, inner._around)
        if against is None:
            return None
        right, fold_case, fold_accents = against
        return AggregateIs(tuple(path), rule.function, of, where, figure, rule.operator, right, fold_case, fold_accents)

    def _condition(self, rule: Condition, field: str) -> Predicate | None:
        left = self._expression(rule.expression, field)
        if left is None:
            return None
        against = self._right(rule, left, left.type, field, self._around)
        if against is None:
            return None
        right, fold_case, fold_accents = against
        return Compare(rule.operator, left, right, fold_case, fold_accents)

    def _right(
        self, rule: Condition | Aggregate, left: Expr | None, compared: DataType, field: str, left_around: Surroundings
    ) -> tuple[tuple[Expr, ...], bool, bool] | None:
        return self._gather.attempt(
            lambda: bind_right(rule, Against(left, compared, left_around, self._around, bind_expression)), field
        )

    def _expression(self, text: str, field: str, expect: Family | None = None) -> Expr | None:
        return self._gather.attempt(
            lambda: bind_expression(text, self._around, expect=expect), _below(field, "expression")
        )

    def _filter(self, rule: Predefined, field: str, depth: int) -> Predicate | None:
        """Bind the rule of a predefined filter in the place of the reference to it."""
        known = self._gather.attempt(lambda: self._filter_named(rule.filter), field)
        filling = None if known is None else self._gather.attempt(lambda: filled(rule, known), field)
        if known is None or filling is None:
            return None
        inner = Gather()
        bound = _RuleBinder(self._around.of_filter(known.name), inner).root(filling, depth)
        self._gather.found += [
            problem.under(field) if field else problem for problem in at_use(inner.found, rule, known)
        ]
        return bound

    def _filter_named(self, name: str) -> Filter:
        """Return the filter of that name, if it is one over the rows at hand and no part of itself."""
        known = self._around.filters.get(name)
        if known is None:
            raise unknown("rule.unknown-filter", "filter", name, self._around.filters)
        if name in self._around.within:
            path = " → ".join((*self._around.within, name))
            raise Problems([Problem("rule.filter-cycle", {"filter": name, "path": path}, "filter")])
        schema = schema_of(known, self._around.catalogue)
        if schema != self._around.schema:
            values = {"filter": name, "found": schema, "expected": self._around.schema}
            raise Problems([Problem("rule.filter-of-other", values, "filter")])
        return known


def _below(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
