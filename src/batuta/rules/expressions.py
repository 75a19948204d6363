"""Binding of expressions: names are looked up, functions chosen, types worked out and checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from batuta.kit.problems import Gather, Problem
from batuta.kit.text import suggest
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Call, Computed, Constant, Expr, Rooted, Variable
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Family, Function, Role, Unfit
from batuta.rules.functions.offered import ABSENT, engines_of, is_offered
from batuta.rules.functions.results import decimal_of
from batuta.rules.many_rows import bind_many
from batuta.rules.paths import follow
from batuta.rules.syntax import Apply, Bracketed, Literal, Node, VariableName
from batuta.rules.values import read_value, term
from batuta.rules.zoned import check_zone, placed, read_moment, restored
from batuta.schema.model import Schema
from batuta.schema.types import BOOLEAN, DATE, INTEGER, STRING, DataType, Kind

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
TARGET = "target"

_MOST_NAMED = 10
"""How many names one is told to choose from."""

_SIGNS = {"negate": "-", "||": "+"}
_WRITTEN = {name.lower(): name for name in FUNCTIONS if name.isalpha() and name not in {"and", "or", "not", "negate"}}
_ABSENT = {name.lower(): name for name in ABSENT}
_DEFAULTS = {
    Family.TEXT: STRING,
    Family.INTEGER: INTEGER,
    Family.NUMBER: INTEGER,
    Family.BOOLEAN: BOOLEAN,
    Family.DAY: DATE,
    Family.MOMENT: DATE,
}
"""The type of `null` where a parameter asks for a family; elsewhere it takes that of another argument."""


class ExpressionBinder:
    """Binds syntax trees against surroundings; keeps the problems it finds and then returns None."""

    def __init__(self, around: Surroundings, gather: Gather, within: Role = Role.ROW) -> None:
        self.around = around
        self.within = within
        self._gather = gather

    def bind(self, node: Node) -> Expr | None:
        """Return the bound expression, or None after keeping its problems."""
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, Bracketed):
            return self._name(node)
        if isinstance(node, VariableName):
            return self._variable(node)
        return self._apply(node)

    def inside(self, around: Surroundings, within: Role) -> ExpressionBinder:
        """Return the binder of what stands in an aggregate or a window."""
        return ExpressionBinder(around, self._gather, within)

    def problem(self, code: str, at: int, **values: object) -> None:
        """Keep a problem at a position."""
        self._gather.add(Problem(code, {"position": at, **values}))

    def _unknown(self, what: str, name: str, known: Iterable[str], at: int, **values: object) -> None:
        near = suggest(name, known)
        if near:
            self.problem(f"expression.unknown-{what}-near", at, name=name, near=near, **values)
        else:
            self.problem(f"expression.unknown-{what}", at, name=name, **values)

    def _variable(self, node: VariableName) -> Expr | None:
        declared = self.around.variables.get(node.name)
        if declared is not None:
            return Variable(node.name, declared)
        self._unknown("variable", node.name, self.around.variables, node.at)
        return None

    def _name(self, node: Bracketed) -> Expr | None:
        *links, name = node.parts
        if links and links[0] in self.around.roots:
            return self._rooted(node)
        columns = self.around.columns
        if len(node.parts) == 1 and name in columns:
            return Computed(name, columns[name])
        if links == [TARGET] and (name in columns or self.around.catalogue.link(self.around.schema, TARGET) is None):
            return self._column(name, node.at)
        return self._attribute(links, name, node.at)

    def _rooted(self, node: Bracketed) -> Expr | None:
        root, *rest = node.parts
        there = ExpressionBinder(self.around.roots[root], self._gather)
        bound = there.bind(replace(node, parts=tuple(rest)))
        return None if bound is None else Rooted(root, bound, bound.type)

    def _column(self, name: str, at: int) -> Expr | None:
        if name in self.around.columns:
            return Computed(name, self.around.columns[name])
        self._unknown("column", name, self.around.columns, at)
        return None

    def _attribute(self, links: list[str], name: str, at: int) -> Expr | None:
        catalogue = self.around.catalogue
        if not (self.around.schema or links):
            return self._column(name, at)
        try:
            path, schema = follow(catalogue, self.around.schema, links, self.around.roots)
        except Unfit as unfit:
            self.problem(unfit.code, at, **unfit.values)
            return None
        if any(link.many for link in path):
            self.problem("expression.many-rows", at, path=".".join((*links, name)))
            return None
        attribute = schema.by_name.get(name)
        if attribute is None:
            self._no_attribute(schema, links, name, at)
            return None
        if attribute.type.kind is Kind.JSON:
            self.problem("expression.json", at, name=name)
            return None
        return AttributeOf(path, name, attribute.type)

    def _no_attribute(self, schema: Schema, links: list[str], name: str, at: int) -> None:
        link = self.around.catalogue.link(schema.name, name)
        whole = ".".join((*links, name))
        if link is None:
            known = [*schema.by_name, *(() if links else self.around.columns)]
            self._unknown("attribute", name, known, at, schema=schema.name, some=known[:_MOST_NAMED])
        elif link.many:
            self.problem("expression.many-rows", at, path=whole)
        else:
            there = self.around.catalogue.by_name[link.there]
            behind = next((each for each in there.by_name if each not in there.primary_key), there.primary_key[0])
            self.problem("expression.link-alone", at, path=whole, near=f"[{whole}.{behind}]")

    def _apply(self, node: Apply) -> Expr | None:
        name = node.function.lower()
        if name == "case":
            return self._case(node)
        if name in ("when", "else"):
            self.problem("expression.case-form", node.at)
            return None
        function = FUNCTIONS.get(_WRITTEN.get(name, node.function))
        if function is None or not is_offered(function.name, self.around.engine):
            self._unknown_function(node)
            return None
        if function.role is not Role.ROW:
            return bind_many(function, node, self)
        arguments = [self.bind(argument) for argument in node.arguments]
        bound = [argument for argument in arguments if argument is not None]
        if len(bound) < len(arguments):
            return None
        return self.apply(function, bound, node)

    def _unknown_function(self, node: Apply) -> None:
        """Tell that there is no such function, and what is wrong with its arguments whatever function was meant."""
        self._missing_function(node)
        told = len(self._gather.found)
        for argument in node.arguments:
            self.bind(argument)
        self._gather.found[told:] = [
            problem for problem in self._gather.found[told:] if problem.code != "expression.many-rows"
        ]

    def _missing_function(self, node: Apply) -> None:
        name = _ABSENT.get(node.function.lower())
        if name is None:
            self._unknown("function", node.function, _WRITTEN.values(), node.at)
        elif others := engines_of(name):
            self.problem("expression.not-on-engine", node.at, name=name, engine=self.around.engine, others=list(others))
        else:
            self.problem("expression.not-offered", node.at, name=name)

    def _case(self, node: Apply) -> Expr | None:
        flat: list[Node] = []
        for place, arm in enumerate(node.arguments):
            if not _is_arm(arm, place, len(node.arguments)):
                self.problem("expression.case-form", arm.at)
                return None
            flat += arm.arguments if isinstance(arm, Apply) else ()
        if not flat:
            self.problem("expression.case-form", node.at)
            return None
        arguments = [self.bind(argument) for argument in flat]
        bound = [argument for argument in arguments if argument is not None]
        if len(bound) < len(arguments):
            return None
        return self.apply(FUNCTIONS["Case"], bound, Apply(node.function, tuple(flat), node.at, node.depth))

    def apply(self, function: Function, arguments: Sequence[Expr], node: Apply) -> Expr | None:
        """Return a function applied to arguments, checked and typed, or None after keeping its problems."""
        if function.name == "+" and any(argument.type.is_text for argument in arguments if not _is_null(argument)):
            function, arguments = FUNCTIONS["||"], [_as_text(argument) for argument in arguments]
        if not function.accepts(len(arguments)):
            self._miscounted(function, len(arguments), node.at)
            return None
        try:
            converted = _converted(function, arguments)
        except Unfit as unfit:
            self.problem(unfit.code, node.at, **unfit.values)
            return None
        if not self._fit(function, converted, node):
            return None
        return self._typed(function, converted, node.at)

    def _miscounted(self, function: Function, found: int, at: int) -> None:
        if not function.parameters:
            self.problem("expression.no-arguments", at, function=_shown(function))
            return
        expected = [parameter.name + "?" * parameter.optional for parameter in function.parameters]
        if function.variadic:
            expected.append("...")
        code = "expression.argument-count-optional" if function.parameters[-1].optional else "expression.argument-count"
        self.problem(code, at, function=_shown(function), found=found, expected=expected)

    def _fit(self, function: Function, arguments: list[Expr], node: Apply) -> bool:
        before = len(self._gather.found)
        for place, (argument, source) in enumerate(zip(arguments, node.arguments, strict=True)):
            family, bounds = _family(function, place, len(arguments)), function.parameter(place).literal
            if not family.admits(argument.type):
                self.problem(
                    "expression.argument-type",
                    source.at,
                    function=_shown(function),
                    expected=term(family),
                    found=term(argument.type.kind),
                )
            elif family is Family.ZONE:
                self._check_zone(function, argument, source.at)
            elif bounds is not None and not _is_between(argument, *bounds):
                self.problem(
                    "expression.literal-needed", source.at, function=_shown(function), least=bounds[0], most=bounds[1]
                )
        return len(self._gather.found) == before

    def _check_zone(self, function: Function, argument: Expr, at: int) -> None:
        try:
            check_zone(argument)
        except Unfit as unfit:
            self.problem(unfit.code, at, **{"function": _shown(function), **unfit.values})

    def _typed(self, function: Function, given: list[Expr], at: int) -> Expr | None:
        arguments = placed(function, given)
        types = tuple(argument.type for argument in arguments)
        try:
            result = function.result(types)
        except Unfit as unfit:
            self.problem(unfit.code, at, **{"function": _shown(function), **_in_terms(unfit.values)})
            return None
        implied = (Constant(function.implied(types), types[0]),) if function.implied is not None else ()
        salt = (Constant(function.salt.format(at=at), STRING),) if function.salt else ()
        return restored(function, Call(function.name, (*arguments, *implied, *salt), result), given)


def _shown(function: Function) -> str:
    """Return a function's name as people write it."""
    return _SIGNS.get(function.name, function.name)


def _is_arm(arm: Node, place: int, count: int) -> bool:
    """Tell whether a part of Case is a When with two arguments, or at the end, not alone, an Else with one."""
    if not isinstance(arm, Apply):
        return False
    if arm.function.lower() == "else":
        return len(arm.arguments) == 1 and 0 < place == count - 1
    return arm.function.lower() == "when" and len(arm.arguments) == 2


def _in_terms(values: dict[str, object]) -> dict[str, object]:
    return {name: term(value) if isinstance(value, Kind) else value for name, value in values.items()}


def _literal(node: Literal) -> Constant:
    value = node.value
    if isinstance(value, bool):
        return Constant(value, BOOLEAN)
    if isinstance(value, int):
        return Constant(value, INTEGER)
    if isinstance(value, Decimal):
        return Constant(value, decimal_of(max(0, -int(value.as_tuple().exponent))))
    return Constant(value, STRING)


def _is_null(argument: Expr) -> bool:
    return isinstance(argument, Constant) and argument.value is None


def _is_between(argument: Expr, least: int, most: int) -> bool:
    if not isinstance(argument, Constant) or not isinstance(argument.value, int):
        return False
    return least <= argument.value <= most


def _as_text(argument: Expr) -> Expr:
    if argument.type.is_text or argument.type.kind is Kind.JSON:
        return argument
    return Call("ToString", (argument,), STRING)


def _family(function: Function, place: int, count: int) -> Family:
    """Return what an argument must be; in Case conditions and values alternate, a last odd one is a value."""
    if function.name != "Case":
        return function.parameter(place).family
    return Family.BOOLEAN if place % 2 == 0 and place < count - 1 else Family.ANY


def _converted(function: Function, arguments: Sequence[Expr]) -> list[Expr]:
    """Return the arguments with literals in the types that they stand for: nulls, and dates as text."""
    count = len(arguments)
    families = [_family(function, place, count) for place in range(count)]
    free = [
        argument.type
        for argument, family in zip(arguments, families, strict=True)
        if family in (Family.ANY, Family.LOCAL) and not _is_null(argument)
    ]
    typed: list[Expr] = []
    for argument, family in zip(arguments, families, strict=True):
        if _is_null(argument):
            typed.append(Constant(None, _DEFAULTS.get(family) or (free[-1] if free else STRING)))
        elif family is Family.DAY and _is_text_literal(argument):
            typed.append(_read(argument, DATE))
        elif family is Family.MOMENT and _is_text_literal(argument):
            typed.append(read_moment(argument))
        else:
            typed.append(argument)
    return _compared(function, typed)


def _compared(function: Function, arguments: list[Expr]) -> list[Expr]:
    if function.name not in COMPARISONS and function.name != "Decode":
        return arguments
    first, *others = arguments
    if function.name == "Decode":
        sought = range(0, len(others) - 1, 2)
        return [first, *(_met(other, first) if place in sought else other for place, other in enumerate(others))]
    return [_met(first, others[0]), *(_met(other, first) for other in others)]


def _met(argument: Expr, other: Expr) -> Expr:
    """Return a literal as a value of the other side's type: a null always, a text where the type is no plain text."""
    if _is_null(argument):
        return Constant(None, other.type)
    if not _is_text_literal(argument) or other.type.kind is Kind.STRING or isinstance(other, Constant):
        return argument
    return _read(argument, other.type) if other.type.is_temporal or _strict(other.type) else argument


def _strict(given: DataType) -> bool:
    return given.kind in (Kind.ENUM, Kind.TIME)


def _is_text_literal(argument: Expr) -> bool:
    return isinstance(argument, Constant) and isinstance(argument.value, str) and argument.value != ""


def _read(argument: Expr, wanted: DataType) -> Expr:
    if isinstance(argument, Constant) and isinstance(argument.value, str):
        return read_value(argument.value, wanted)
    return argument
