"""Random rules over the rows of a world, each around a leaf of a wanted kind."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_rule
from batuta.rules.bound import Predicate
from batuta.rules.conditions import FITTING
from batuta.rules.periods import AMOUNTED, PERIODS
from batuta.rules.tree import AggregateFunction, Behaviour, LinkOperator, Operator, Rule
from batuta.schema.model import Link
from batuta.schema.types import DOUBLE, INTEGER, DataType, Kind

from .formulas import Formula, Formulas
from .values import DECIMALS, DOUBLES, MONEY, TIER, Values, written
from .worlds import NAMES, Random

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
Document = dict[str, Any]

_ALONE = {Operator.IS_EMPTY, Operator.IS_NOT_EMPTY, Operator.IS_TRUE, Operator.IS_FALSE, *(PERIODS.keys() - AMOUNTED)}
_TYPES = {Kind.ENUM: TIER, Kind.DECIMAL: MONEY}
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)
_ORDERED = (*_NUMBERS, Kind.STRING, Kind.DATE, Kind.DATETIME, Kind.INSTANT, Kind.TIME)
_LIKE = ("%", "j_s%", "%A_", "50\\%%", "é%", "%か", "a__", "50%")
_PATTERNS = {
    Operator.LIKE: _LIKE,
    Operator.NOT_LIKE: _LIKE,
    Operator.MATCHES: ("^j", "a.$", "[0-9]+%", "(ana|José)", "s{1,2}", r"\d", "É"),
}
_TRIES = 60


@dataclass(frozen=True)
class Theme:
    """What a rule is to have: a leaf of a kind, with what decides what it says."""

    leaf: str
    operator: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.leaf, self.kind, self.operator) if part)


def _themes() -> list[Theme]:
    found = [
        Theme("attribute", operator, kind) for kind, operators in FITTING.items() for operator in sorted(operators)
    ]
    for function in AggregateFunction:
        kinds = _NUMBERS if function in (AggregateFunction.SUM, AggregateFunction.AVERAGE) else _ORDERED[2:]
        found += [Theme("aggregate", function, kind) for kind in kinds]
    found += [Theme("exists", operator, kind) for operator in ("some", "none") for kind in ("one", "chain")]
    found += [Theme(leaf, operator) for leaf in ("in-audience", "in-transition") for operator in ("in", "not in")]
    found += [Theme("linked-to", operator) for operator in LinkOperator]
    found += [Theme("feedback", behaviour, towards) for behaviour in Behaviour for towards in ("named", "this")]
    found += [Theme("filter", with_) for with_ in ("plain", "least", "cities", "nested")]
    found += [Theme("expression"), Theme("all-rows")]
    found += [Theme("group", kind) for kind in ("and", "or", "except", "switched off")]
    random.Random(4).shuffle(found)
    return found


THEMES = _themes()
"""Everything that rules may have, in an order in which kinds are mixed."""

_LEAVES = [*sorted({theme.leaf for theme in THEMES}), "attribute", "attribute", "exists"]
"""Kinds of leaves by how often they stand beside others."""


class Rules:
    """Makes rules over the schemas of a world."""

    def __init__(self, world: Random, chance: random.Random, formulas: Formulas) -> None:
        self._world = world
        self._chance = chance
        self._formulas = formulas
        self._values = Values(chance, world.moment.now.date())

    def case(self, theme: Theme) -> tuple[str, Rule, Predicate]:
        """Return a rule with a theme, the schema of its rows, and what it is bound to."""
        for _ in range(_TRIES):
            schema = NAMES[0] if theme.leaf == "feedback" else self._chance.choice(self._world.own).name
            document = self._leaf(theme, schema, 2)
            for _ in range(self._chance.randint(0, 2)):
                schema, document = self._around(schema, document)
            found = self._bound(schema, document)
            if found is not None:
                return schema, *found
        raise AssertionError(f"{self._world.name}: no rule is found with {theme}")

    def _bound(self, schema: str, document: Document | None) -> tuple[Rule, Predicate] | None:
        if document is None:
            return None
        rule = RULE.validate_python(document)
        try:
            return rule, bind_rule(rule, self._world.around(schema))
        except Problems:
            return None

    def _fit(self, schema: str, depth: int) -> Document:
        """Return a leaf or group that binds."""
        for _ in range(_TRIES):
            leaf = self._chance.choice(_LEAVES)
            theme = self._chance.choice([each for each in THEMES if each.leaf == leaf])
            if theme.leaf == "feedback" and schema != NAMES[0]:
                continue
            document = self._leaf(theme, schema, depth)
            if document is not None and self._bound(schema, document) is not None:
                return document
        return {"kind": "all-rows"}

    def _around(self, schema: str, document: Document | None) -> tuple[str, Document | None]:
        """Return a rule that a part stands in: a group, or a condition over rows that the part speaks of."""
        ways = [
            (each.name, path)
            for each in self._world.own
            for path in self._world.paths(each.name)
            if path[-1].there == schema and any(link.many for link in path)
        ]
        if document is None or not ways or self._chance.random() < 0.5:
            return schema, self._group(document, schema, 1)
        start, path = self._chance.choice(ways)
        way = ".".join(link.name for link in path)
        if self._chance.random() < 0.7:
            return start, {
                "kind": "exists",
                "path": way,
                "rule": document,
                "negated": self._chance.random() < 0.4,
            }
        counted = {"kind": "aggregate", "function": "count", "path": way, "rule": document}
        return start, counted | self._compared(Theme("", self._chance.choice(["less", "equal"])), INTEGER, start)

    def _leaf(self, theme: Theme, schema: str, depth: int) -> Document | None:
        if theme.leaf == "group":
            return self._group(theme, schema, depth)
        make = getattr(self, f"_{theme.leaf.replace('-', '_')}")
        made: Document | None = make(theme, schema, depth)
        return made

    def _group(self, part: Document | Theme | None, schema: str, depth: int) -> Document | None:
        """Return a group that a part is among, or one of a theme."""
        if part is None:
            return None
        wanted = part.operator if isinstance(part, Theme) else ""
        children = [self._fit(schema, depth - 1) for _ in range(self._chance.randint(1, 2))]
        children.insert(self._chance.randint(0, 1), self._fit(schema, depth - 1) if isinstance(part, Theme) else part)
        if wanted == "switched off" or self._chance.random() < 0.2:
            children.append({**self._fit(schema, 0), "enabled": False})
        kind = wanted if wanted in ("and", "or", "except") else self._chance.choice(["and", "or", "except"])
        return {"kind": kind, "children": children}

    def _attribute(self, theme: Theme, schema: str, _: int) -> Document | None:
        kind = Kind(theme.kind)
        left: Formula | None = None
        if self._chance.random() < 0.4:
            left = self._formulas.some(schema, lambda given: given.kind is kind)
        left = left or self._formulas.attribute(schema, kind)
        if left is None:
            return None
        document = {"kind": "attribute", "expression": left.text}
        return document | self._compared(theme, left.type, schema)

    def _compared(self, theme: Theme, given: DataType, schema: str) -> Document:
        operator = Operator(theme.operator)
        found: Document = {"operator": theme.operator}
        if operator in AMOUNTED or operator is Operator.BIRTHDAY_IN_DAYS:
            return found | {"value": self._chance.choice([1, 2, 5, 7, 31, 400])}
        found |= {"match_case": self._chance.random() < 0.4, "match_accents": self._chance.random() < 0.4}
        if operator in _ALONE:
            return found
        if operator in _PATTERNS:
            return found | {"value": self._chance.choice(_PATTERNS[operator])}
        if operator is Operator.BETWEEN:
            return found | {"values": self._bounds(given, schema)}
        if operator in (Operator.IN, Operator.NOT_IN):
            return found | {"values": [self._value(given, schema) for _ in range(self._chance.randint(1, 4))]}
        return found | {"value": self._value(given, schema)}

    def _bounds(self, given: DataType, schema: str) -> list[object]:
        if self._chance.random() < 0.3:
            return [self._value(given, schema), self._value(given, schema)]
        low, high = sorted(self._constant(given) for _ in range(2))
        return [written(low), written(high)]

    def _constant(self, given: DataType) -> Any:
        kind = given.kind
        if kind is Kind.INTEGER and self._chance.random() < 0.7:
            return self._chance.choice([0, 1, 2, 3, 20])
        if kind in (Kind.DECIMAL, Kind.DOUBLE):
            return self._chance.choice(DECIMALS) if kind is Kind.DECIMAL else self._chance.choice(DOUBLES)
        value = self._values.of(given if kind is not Kind.ENUM else TIER)
        return "jose" if value == "" else value

    def _value(self, given: DataType, schema: str) -> object:
        if self._chance.random() < 0.65:
            return written(self._constant(given))
        found: Formula | None = None
        if self._chance.random() < 0.4:
            found = self._formulas.some(schema, lambda other: other.kind is given.kind)
        found = found or self._formulas.attribute(schema, given.kind)
        return written(self._constant(given)) if found is None else {"expression": found.text}

    def _path(self, schema: str, *, many: bool, longest: int = 3, least: int = 1) -> tuple[Link, ...] | None:
        found = [
            path
            for path in self._world.paths(schema, longest)
            if any(link.many for link in path) is many and len(path) >= least
        ]
        return self._chance.choice(found) if found else None

    def _aggregate(self, theme: Theme, schema: str, depth: int) -> Document | None:
        path = self._path(schema, many=True)
        if path is None:
            return None
        document: Document = {"kind": "aggregate", "function": theme.operator, "path": _way(path)}
        figure: DataType = INTEGER
        function = AggregateFunction(theme.operator)
        if function is not AggregateFunction.COUNT:
            of = self._figured(path[-1].there, function, Kind(theme.kind))
            if of is None:
                return None
            document["expression"] = of.text
            figure = of.type
        figure = {AggregateFunction.AVERAGE: DOUBLE, AggregateFunction.COUNT_DISTINCT: INTEGER}.get(function, figure)
        if depth > 0 and self._chance.random() < 0.5:
            document["rule"] = self._fit(path[-1].there, depth - 1)
        operators = sorted(FITTING[figure.kind] - {Operator.MATCHES})
        compared = self._compared(Theme("", self._chance.choice(operators)), figure, schema)
        return document | compared

    def _figured(self, schema: str, function: AggregateFunction, kind: Kind) -> Formula | None:
        """Return what is aggregated; doubles that sum exactly, so that a comparison has one answer."""
        if function in (AggregateFunction.SUM, AggregateFunction.AVERAGE) and kind is Kind.DOUBLE:
            return self._formulas.bound(schema, "[score]")
        if function is AggregateFunction.AVERAGE:
            return self._formulas.bound(schema, "[level]" if kind is Kind.INTEGER else "[balance]")
        if self._chance.random() < 0.5:
            return self._formulas.some(schema, lambda given: given.kind is kind)
        return self._formulas.attribute(schema, kind)

    def _exists(self, theme: Theme, schema: str, depth: int) -> Document | None:
        chained = theme.kind == "chain"
        path = self._path(schema, many=True, longest=3 if chained else 1, least=2 if chained else 1)
        if path is None:
            return None
        document: Document = {"kind": "exists", "path": _way(path), "negated": theme.operator == "none"}
        if depth > 0 and self._chance.random() < 0.8:
            document["rule"] = self._fit(path[-1].there, depth - 1)
        return document

    def _in_audience(self, theme: Theme, schema: str, _: int) -> Document:
        return {"kind": "in-audience", "audience": f"Friends {schema}", "negated": theme.operator == "not in"}

    def _in_transition(self, theme: Theme, schema: str, _: int) -> Document:
        name = self._chance.choice(["early", "early", "early", "nobody"])
        end = self._chance.choice(["", ".main"])
        return {
            "kind": "in-transition",
            "transition": f"{name} {schema}{end}",
            "negated": theme.operator == "not in",
        }

    def _linked_to(self, theme: Theme, schema: str, _: int) -> Document | None:
        path = self._path(schema, many=False)
        if path is None:
            return None
        document: Document = {"kind": "linked-to", "path": _way(path), "operator": theme.operator}
        if theme.operator in (LinkOperator.IS, LinkOperator.IS_NOT):
            there = path[-1].there
            keys = [self._world.key_of(there, row) for row in self._world.rows[there]]
            keys = [key for key in keys if "" not in key]
            chosen = self._chance.sample(keys, min(len(keys), self._chance.randint(1, 4)))
            rows = [[written(part) for part in key] for key in chosen]
            document["rows"] = [row if len(row) > 1 else row[0] for row in rows]
        return document

    def _feedback(self, theme: Theme, _: str, __: int) -> Document:
        document: Document = {"kind": "feedback", "behaviour": theme.operator}
        if theme.kind == "named":
            document["campaign"] = self._chance.choice(["spring", "autumn"])
            document["activity"] = self._chance.choice(["", "mail"])
        elif self._chance.random() < 0.4:
            document["activity"] = self._chance.choice(["mail", "sms"])
        if self._chance.random() < 0.5:
            operator = self._chance.choice(
                ["last-days", "this-month", "last-year", "older-than-days", "older-than-months"]
            )
            amount = {"value": self._chance.choice([2, 40])} if Operator(operator) in AMOUNTED else {}
            document["period"] = {"operator": operator, **amount}
        document["machines"] = self._chance.random() < 0.5
        document["proofs"] = self._chance.random() < 0.5
        return document

    def _filter(self, theme: Theme, schema: str, _: int) -> Document:
        arguments: Document = {}
        if theme.operator in ("least", "nested"):
            arguments["least"] = self._chance.choice([0, 2, 7])
        if theme.operator == "cities":
            arguments["cities"] = self._chance.sample(["jose", "ANA", "50%_x", "izmir"], 2)
        name = "most" if theme.operator == "nested" else "few"
        return {"kind": "filter", "filter": f"{name} {schema}", "arguments": arguments}

    def _expression(self, _: Theme, schema: str, __: int) -> Document | None:
        found = self._formulas.some(schema, lambda given: given.kind is Kind.BOOLEAN)
        return None if found is None else {"kind": "expression", "expression": found.text}

    def _all_rows(self, _: Theme, __: str, ___: int) -> Document:
        return {"kind": "all-rows"}


def _way(path: Sequence[Link]) -> str:
    return ".".join(link.name for link in path)
