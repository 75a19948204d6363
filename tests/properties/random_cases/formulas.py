"""Random formulas over the rows of a world, each well typed; bound while they grow, so that their types are known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_expression
from batuta.rules.bound import Call, Expr, Figure, Windowed, parts_of
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.model import Family, Function, Parameter, Role
from batuta.rules.tokens import Sort, tokens
from batuta.schema.types import DataType, Kind

from .worlds import VARIABLES, ZONES, Random

ENGINES = ("duckdb", "postgres")
_INFIX = {"+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "and", "or"}
_ORDERED = {"<", "<=", ">", ">=", "Greatest", "Least"}
_PARTS = {Role.WINDOW_PART, Role.NUMBERING, Role.WINDOW}
_CONSTANTS = (
    *("'José'", "''", "' 42 '", "'it''s {0} %'", "'2024-02-30'", "'a@b.org'", "'éÉ'", "null"),
    *("0", "1", "2", "(-1)", "7", "21", "9223372036854775807", "400"),
    *("2.50", "0.001", "19.99", "true", "false", "ToDouble('0.1')", "ToDouble(2)"),
    *("ToDate('2024-02-29')", "GetDate()", "ToDateTime('1969-12-31 23:59:59')"),
)
_POOL = 70
_TRIES = 40
_HEAVIEST = 260

Wanted = Callable[[DataType], bool]


@dataclass(frozen=True)
class Formula:
    """A formula and what it is bound to.

    One that is not `exact` adds doubles in any order; `windowed` ones look at a population, `plain` ones at one row.
    """

    text: str
    bound: Expr

    @property
    def type(self) -> DataType:
        return self.bound.type

    @property
    def parts(self) -> Iterator[Expr]:
        return walk(self.bound)

    @property
    def exact(self) -> bool:
        return not any(_rounds(part) for part in self.parts)

    @property
    def windowed(self) -> bool:
        return any(isinstance(part, Windowed) for part in self.parts)

    @property
    def plain(self) -> bool:
        return not any(isinstance(part, (Windowed, Figure)) for part in self.parts)


def walk(expression: Expr) -> Iterator[Expr]:
    """Yield an expression and all that it is made of."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)


def functions_of(expression: Expr) -> set[str]:
    """Return the names of the functions that an expression is made of."""
    found: set[str] = set()
    for part in walk(expression):
        if isinstance(part, (Call, Figure, Windowed)):
            found.add(part.function)
        if isinstance(part, Windowed):
            found |= {"Over"} | ({"PartitionBy"} if part.partition else set()) | ({"OrderBy"} if part.order else set())
            found |= {"Desc"} if any(descends for _, descends in part.order) else set()
    return found


def _rounds(part: Expr) -> bool:
    if isinstance(part, Call):
        return part.function == "Distance"
    if not isinstance(part, (Figure, Windowed)):
        return False
    return part.function in ("Avg", "StdDev") or (part.function == "Sum" and part.type.kind is Kind.DOUBLE)


def offered(expression: Expr, engine: str) -> bool:
    """Tell whether an engine has all functions of an expression."""
    calls = (part for part in walk(expression) if isinstance(part, Call))
    return all(
        FUNCTIONS[call.function].template(engine, tuple(each.type for each in call.arguments)) is not None
        for call in calls
    )


class Formulas:
    """Grows formulas over the schemas of a world."""

    def __init__(self, world: Random, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._pools: dict[str, list[Formula]] = {}

    def attributes(self, schema: str) -> list[str]:
        """Return the names of the attributes of a row, and of those that single links lead to."""
        catalogue = self._world.catalogue
        names = [each.name for each in catalogue.schema_named(schema).attributes]
        for path in self._world.paths(schema, 2):
            if not any(link.many for link in path):
                way = ".".join(link.name for link in path)
                names += [f"{way}.{each.name}" for each in catalogue.schema_named(path[-1].there).attributes]
        return names

    def attribute(self, schema: str, kind: Kind) -> Formula | None:
        """Return an attribute of a kind, half of the time one of the row itself."""
        found = [name for name in self.attributes(schema) if self._kind_of(schema, name) is kind]
        own = [name for name in found if "." not in name]
        if own and self._chance.random() < 0.5:
            found = own
        return self.bound(schema, f"[{self._chance.choice(found)}]") if found else None

    def _kind_of(self, schema: str, name: str) -> Kind:
        *links, attribute = name.split(".")
        for each in links:
            link = self._world.catalogue.link(schema, each)
            assert link is not None
            schema = link.there
        return self._world.catalogue.schema_named(schema).by_name[attribute].type.kind

    def some(self, schema: str, wanted: Wanted = lambda _: True) -> Formula | None:
        """Return a formula that looks at one row and at rows linked to it, of a wanted type."""
        found = [each for each in self.pool(schema) if wanted(each.type)]
        return self._chance.choice(found) if found else None

    def pool(self, schema: str) -> list[Formula]:
        """Return formulas over the rows of a schema that others are made of."""
        if schema not in self._pools:
            names = self.attributes(schema)
            chosen = [name for name in names if "." not in name]
            linked = [name for name in names if "." in name]
            chosen += self._chance.sample(linked, min(len(linked), 14))
            texts = [f"[{name}]" for name in chosen] * 4
            texts += [*_CONSTANTS, *(f"$(vars/@{name})" for name in VARIABLES)]
            self._pools[schema] = [each for text in texts if (each := self.bound(schema, text)) is not None]
            for _ in range(_POOL):
                name = self._chance.choice([*FUNCTIONS])
                grown = self.of(schema, name)
                if grown is not None and _may_grow(grown):
                    self._pools[schema].append(grown)
        return self._pools[schema]

    def bound(self, schema: str, text: str) -> Formula | None:
        """Return a formula of a text, None if it is none."""
        try:
            return Formula(text, bind_expression(text, self._world.around(schema, windows=True)))
        except Problems:
            return None

    def of(self, schema: str, name: str) -> Formula | None:
        """Return a formula that a function is the root of, or None if chance finds none."""
        function = FUNCTIONS[name]
        for _ in range(_TRIES):
            text = self._text(schema, function)
            found = None if text is None or len(text) > 4 * _HEAVIEST else self.bound(schema, text)
            if found is not None and name in functions_of(found.bound):
                return found
        return None

    def _text(self, schema: str, function: Function) -> str | None:
        if function.name == "||":
            one, other = self._texts(schema, [Family.TEXT, Family.TEXT]) or (None, None)
            return None if one is None else f"({one} + {other})"
        if function.role is Role.AGGREGATE:
            figure = self._figure(schema, function)
            return figure if self._chance.random() < 0.6 else self._window(schema, function)
        if function.role in _PARTS:
            return self._window(schema, function)
        if function.name == "Case":
            return self._case(schema)
        arguments = self._arguments(schema, function)
        return None if arguments is None else _applied(function.name, arguments)

    def _texts(self, schema: str, families: Sequence[Family]) -> list[str] | None:
        found = [self.some(schema, family.admits) for family in families]
        return [each.text for each in found if each is not None] if all(found) else None

    def _arguments(self, schema: str, function: Function) -> list[str] | None:
        texts: list[str] = []
        alike: DataType | None = None
        for parameter in self._parameters(function):
            if parameter.literal is not None:
                texts.append(str(self._chance.randint(-3, 4)))
                continue
            if parameter.family is Family.ZONE:
                texts.append(f"'{self._chance.choice(ZONES)}'")
                continue
            found = self._argument(schema, parameter, alike)
            if found is None:
                return None
            if parameter.family is Family.ANY and alike is None:
                alike = found.type
            texts.append(found.text)
        return texts

    def _parameters(self, function: Function) -> list[Parameter]:
        given = [each for each in function.parameters if not each.optional or self._chance.random() < 0.6]
        if function.variadic and given:
            repeated = given[1:] if function.name == "Decode" else given[-1:]
            given += repeated * self._chance.randint(0, 2)
        return given

    def _argument(self, schema: str, parameter: Parameter, alike: DataType | None) -> Formula | None:
        """Return what may stand for a parameter; what may be anything is mostly of the kind of the first."""
        family = parameter.family
        near = alike if self._chance.random() < 0.85 else None
        return self.some(schema, lambda given: family.admits(given) and (near is None or given.kind is near.kind))

    def _case(self, schema: str) -> str | None:
        value = self.some(schema)
        arms = []
        for _ in range(self._chance.randint(1, 3)):
            test = self.some(schema, Family.BOOLEAN.admits)
            other = self.some(schema, lambda given: value is not None and given.kind is value.type.kind)
            if test is not None and other is not None:
                arms.append(f"When({test.text}, {other.text})")
        end = [f"Else({value.text})"] if value is not None and self._chance.random() < 0.7 else []
        return f"Case({', '.join([*arms, *end])})"

    def _figure(self, schema: str, function: Function) -> str | None:
        """Return an aggregate over linked rows."""
        paths = [path for path in self._world.paths(schema) if path[-1].many]
        if not paths:
            return None
        path = self._chance.choice(paths)
        way = ".".join(link.name for link in path)
        if function.name == "CountAll":
            return f"CountAll([{way}])"
        family = function.parameters[0].family
        inner = self._inside(path[-1].there, family)
        return None if inner is None else f"{function.name}({self._over(function, _prefixed(inner.text, way))})"

    def _inside(self, schema: str, family: Family) -> Formula | None:
        """Return what an aggregate may look at in one row."""
        grown = [each for each in self._pools.get(schema, ()) if each.plain and family.admits(each.type)]
        if grown and self._chance.random() < 0.6:
            return self._chance.choice(grown)
        return self.attribute(
            schema, self._chance.choice([kind for kind in Kind if family.admits(DataType(kind=kind))])
        )

    def _over(self, function: Function, inner: str) -> str:
        separators = ("', '", "''';'", "''")
        return f"{inner}, {self._chance.choice(separators)}" if function.name == "StringAgg" else inner

    def _window(self, schema: str, function: Function) -> str | None:
        """Return a window that the function has a part in."""
        looks = function if function.role in (Role.AGGREGATE, Role.NUMBERING) else None
        looks = looks or FUNCTIONS[self._chance.choice(["RowNum", "Sum", "Count", "Max", "StringAgg", "CountAll"])]
        family = looks.parameters[0].family if looks.parameters else Family.ANY
        inner = self._one(schema, family)
        if inner is None:
            return None
        bare = looks.name in ("CountAll", "RowNum")
        parts = [f"{looks.name}({'' if bare else self._over(looks, inner)})"]
        wants = function.name
        if wants == "PartitionBy" or self._chance.random() < 0.6:
            texts = [self._one(schema, Family.LOCAL) for _ in range(self._chance.randint(1, 2))]
            parts.append(f"PartitionBy({', '.join(text for text in texts if text)})")
        if looks.name != "CountDistinct" and (wants in ("OrderBy", "Desc") or self._chance.random() < 0.6):
            parts.append(self._order(schema, always=wants == "Desc"))
        return f"Over({', '.join(parts)})"

    def _order(self, schema: str, *, always: bool) -> str:
        texts = [self._one(schema, Family.ORDERED) for _ in range(self._chance.randint(1, 2))]
        known = [text for text in texts if text]
        turned = [f"Desc({text})" if always or self._chance.random() < 0.5 else text for text in known]
        return f"OrderBy({', '.join(turned)})"

    def _one(self, schema: str, family: Family) -> str | None:
        found = self._inside(schema, family)
        return None if found is None else found.text


def _may_grow(formula: Formula) -> bool:
    """Tell whether others may be made of a formula: it is short, exact, on both engines, and looks at no population."""
    return (
        len(formula.text) <= _HEAVIEST
        and formula.exact
        and not formula.windowed
        and all(offered(formula.bound, engine) for engine in ENGINES)
    )


def _applied(name: str, arguments: Sequence[str]) -> str:
    if name in _INFIX:
        return f"({f' {name} '.join(arguments)})"
    if name in ("negate", "not"):
        return f"({'-' if name == 'negate' else 'not '}{arguments[0]})"
    return f"{name}({', '.join(arguments)})"


def _prefixed(text: str, way: str) -> str:
    """Return a formula with its names as another row knows them."""
    for token in reversed([token for token in tokens(text) if token.sort is Sort.BRACKETS]):
        text = f"{text[: token.at]}{way}.{text[token.at :]}"
    return text
