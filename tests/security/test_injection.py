"""What people call their things, and what they write into rules, stays a name or a value on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from batuta.kit.errors import InputError
from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AllOf, AnyOf, AttributeOf, Call, Compare, Constant, IsTrue, Linked, Moment, Predicate
from batuta.rules.evaluate import Standpoint, compute
from batuta.rules.evaluate import World as Known
from batuta.rules.patterns import check_pattern
from batuta.rules.tree import Operator
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Relationship, Schema
from batuta.schema.types import BOOLEAN, INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import Enriched, Records, Value
from batuta.sets.shape import Column
from conftest import World

NAMES = [
    'a"; DROP TABLE x; --',
    "o'clock",
    'dou""ble',
    "[brackets]",
    "dot.ted",
    "\U0001f600 smile",
    "back\\slash\\",
    "%s %(x)s",
    "{0} {now}",
    "__argument0",
    "__now",
    "__offset",
    "$$ $1 $x$",
    "/* comment */",
    "-- comment",
    "`tick`",
    "v",
    "_value",
    "select",
    "two\nlines\tand tabs",
    "\u2019\uff07\u02bc",
    "n" * 63,
]
VALUES = [
    *NAMES,
    "'",
    "''",
    "\\",
    "\\'",
    "' OR '1'='1",
    "'; DROP TABLE person; --",
    "E'\\x41'",
    "\\u0041\\n\\0",
    "$tag$;$tag$",
    "*/ 1 /*",
    ",;|\t",
    "\x01\x1f\x7f",
    "__argument0 __today {offset} {*}",
    "100%_\\",
    "\u2018quoted\u2019 \u201cquoted\u201d",
]
_SHORT = [value for value in VALUES if len(value) < 30]


def _schema(name: str, attributes: Sequence[str], more: Sequence[Attribute] = ()) -> Schema:
    own = (Attribute(name="id", type=INTEGER), *(Attribute(name=each, type=STRING) for each in attributes), *more)
    return Schema(name=name, attributes=own, primary_key=("id",))


def _one(name: str) -> DataType:
    return DataType(kind=Kind.ENUM, values=(name, "other"))


@pytest.fixture
def texts(world: World) -> World:
    """A schema with one text in each row: what people write."""
    world.schema("text", "*id integer, text string", list(enumerate([*VALUES, "plain", "", None])), identity="text")
    return world


def test_names_are_names(world: World) -> None:
    mine, other = f"t{NAMES[0]}", f"u{NAMES[6]}"
    enums = tuple(Attribute(name=f"enum {name[:9]}", type=_one(name)) for name in NAMES)
    there = replace_attributes(_schema(other, NAMES), Attribute(name="mine", type=INTEGER))
    world.catalogue = Catalogue(
        schemas=(_schema(mine, NAMES, enums), there),
        relationships=(
            Relationship(source=other, target=mine, pairs=(("mine", "id"),), name=NAMES[1], reverse=NAMES[12]),
        ),
        dimensions=(Dimension(name="d", schema_name=mine, identity=NAMES[0]),),
    )
    world.rows(mine, [(1, *NAMES, *NAMES), (2, *reversed(NAMES), *("other" for _ in NAMES))])
    world.rows(other, [(7, *NAMES, 1), (8, *NAMES, 2)])
    same = _every_name_has_its_value(NAMES)
    chosen = tuple(
        Compare(Operator.EQUAL, AttributeOf((), one.name, one.type), (Constant(name, one.type),))
        for one, name in zip(enums, NAMES, strict=True)
    )
    here = world.shape("d")
    assert world.keys(Records(here, AllOf((*same, *chosen)))) == {(1,)}
    back = world.catalogue.link(mine, NAMES[12])
    assert back is not None
    assert world.keys(Records(here, Linked((back,), AllOf(same)))) == {(1,), (2,)}
    lowered = tuple(
        Value(f"c{place}", Call("Lower", (AttributeOf((), name, STRING),), STRING)) for place, name in enumerate(NAMES)
    )
    columns = tuple(Column(value.name, STRING) for value in lowered)
    first = Records(here, AllOf(same))
    assert world.read(Enriched(first, lowered, here.having(columns)), *(value.name for value in lowered)) == [
        (1, *(name.lower() for name in NAMES))
    ]


def replace_attributes(schema: Schema, *more: Attribute) -> Schema:
    return schema.model_copy(update={"attributes": (*schema.attributes, *more)})


def _every_name_has_its_value(names: Sequence[str]) -> tuple[Predicate, ...]:
    return tuple(
        Compare(Operator.EQUAL, AttributeOf((), name, STRING), (Constant(name, STRING),), False, False)
        for name in names
    )


def test_names_that_brackets_can_hold_are_names_in_formulas(world: World) -> None:
    names = [name for name in NAMES if not set(name) & set("[].")]
    world.catalogue = Catalogue(
        schemas=(_schema("s", names),), dimensions=(Dimension(name="d", schema_name="s", identity=names[0]),)
    )
    world.rows("s", [(1, *names), (2, *("" for _ in names))])
    quoted = [name.replace("'", "''") for name in names]
    tests = " and ".join(f"[{name}] = '{text}'" for name, text in zip(names, quoted, strict=True))
    assert world.who({"kind": "expression", "expression": tests}, "d") == {1}


OPERATORS = [
    *("equal", "not-equal", "greater", "less-or-equal", "starts-with", "not-starts-with", "contains"),
    *("not-contains", "ends-with", "like", "not-like", "matches", "in", "not-in", "between"),
]


@pytest.mark.parametrize("operator", OPERATORS)
def test_values_are_values(texts: World, operator: str) -> None:
    for value in VALUES:
        if operator == "matches" and check_pattern(value):
            continue
        several = {"values": [value, value + "x"] if operator == "between" else [value, "plain"]}
        one = several if operator in ("in", "not-in", "between") else {"value": value}
        rule = {"kind": "attribute", "expression": "[text]", "operator": operator, "match_case": True, **one}
        found = texts.who(rule, "text")
        if operator in ("equal", "in", "contains", "starts-with", "ends-with"):
            assert VALUES.index(value) in found


def test_long_lists_hold_values(texts: World) -> None:
    values = [*VALUES, *(f"{number}'\\" for number in range(1_500))]
    rule = {"kind": "attribute", "expression": "[text]", "operator": "in", "match_case": True, "values": values}
    assert texts.who(rule, "text") == set(range(len(VALUES)))


def _formulas() -> list[str]:
    found = []
    for value in _SHORT:
        text = "'" + value.replace("'", "''") + "'"
        found += [
            f"{text} + [text]",
            f"Replace([text], {text}, {text} + {text})",
            f"Iif([text] = {text}, {text}, Coalesce({text}, [text]))",
            f"Charindex({text}, [text] + {text})",
            f"Decode([text], {text}, 'found', 'not')",
            f"Upper({text} + Left([text], 2)) /* ".removesuffix(" /* "),
        ]
    return found


def test_literals_of_formulas_are_values(texts: World) -> None:
    schema = texts.catalogue.schema_named("text")
    around = Surroundings(texts.catalogue, "text")
    bound = [bind_expression(formula, around) for formula in _formulas()]
    known = Known(texts.records, texts.catalogue)
    for start in range(0, len(bound), 40):
        some = bound[start : start + 40]
        values = tuple(Value(f"c{place}", one) for place, one in enumerate(some))
        shape = texts.shape("text", *(Column(value.name, value.expression.type) for value in values))
        everyone = Records(texts.shape("text"), AnyOf((_filled(), _empty())))
        found = texts.read(Enriched(everyone, values, shape), *(value.name for value in values))
        expected = [
            (row["id"], *(compute(one, Standpoint(row, schema.name, known, texts.moment)) for one in some))
            for row in texts.records["text"]
        ]
        assert [_same(row) for row in found] == [_same(row) for row in expected]


def _same(row: Sequence[object]) -> list[object]:
    return [None if value == "" else value for value in row]


def _filled() -> Predicate:
    return Compare(Operator.IS_NOT_EMPTY, AttributeOf((), "text", STRING), ())


def _empty() -> Predicate:
    return Compare(Operator.IS_EMPTY, AttributeOf((), "text", STRING), ())


def test_variables_and_audiences_hold_no_code(texts: World) -> None:
    around = Surroundings(texts.catalogue, "text", variables={"brand": STRING})
    test = IsTrue(bind_expression("[text] = $(vars/@brand)", around))
    for value in VALUES:
        texts.moment = replace(texts.moment, variables={"brand": value})
        assert texts.keys(Records(texts.shape("text"), test)) == {(VALUES.index(value),)}
    for label in [name for name in NAMES if len(name) < 50]:
        everyone = texts.make(main=Records(texts.shape("text"), _filled()))["main"]
        texts.save(label, everyone)
        assert texts.who({"kind": "in-audience", "audience": label}, "text") == set(range(len(VALUES) + 1))


def test_zones_are_names_of_zones(texts: World) -> None:
    moment = Moment(texts.moment.now, "Europe/Paris")
    assert moment.local.hour == 13
    for value in VALUES:
        with pytest.raises(Exception) as caught:  # noqa: PT011  # each refusal is one of the product's own
            bind_expression(
                f"ToTimeZone(GetDate(), '{value.replace(chr(39), chr(39) * 2)}')", Surroundings(texts.catalogue, "text")
            )
        assert type(caught.value).__module__.startswith("batuta.")


def _long(length: int, end: str) -> str:
    return "n" * (length - len(end)) + end


@pytest.mark.parametrize("lengths", [(63, 63), (64, 64), (70, 70)])
def test_long_names_stay_apart_or_are_refused(
    world: World, lengths: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    one, other = _long(lengths[0], "1"), _long(lengths[1], "2")
    world.catalogue = Catalogue(
        schemas=(_schema("s", (one, other)),), dimensions=(Dimension(name="d", schema_name="s", identity=one),)
    )
    world.rows("s", [(1, "a", "b"), (2, "b", "a")])
    rule = {"kind": "expression", "expression": f"[{one}] = 'a' and [{other}] = 'b'"}
    if request.node.callspec.params["world"] == "postgres" and max(lengths) > 63:
        with pytest.raises(InputError, match="too long"):
            world.who(rule, "d")
    else:
        assert world.who(rule, "d") == {1}


def test_long_names_of_tables_stay_apart(world: World) -> None:
    name = "p" * 63
    people = _schema(name, ("name",), (Attribute(name="boss_id", type=INTEGER),))
    world.catalogue = Catalogue(
        schemas=(people.model_copy(update={"identities": (Identity(attribute="name", namespace="n"),)}),),
        relationships=(
            Relationship(source=name, target=name, pairs=(("boss_id", "id"),), name="boss", reverse="staff"),
        ),
        dimensions=(Dimension(name="d", schema_name=name, identity="name"),),
    )
    world.rows(name, [(1, "Ana", None), (2, "Bob", 1), (3, "Cyd", 2), (4, "Dan", 2)])
    text = "[boss.boss.name] = 'Ana' and [boss.name] = 'Bob'"
    assert world.who({"kind": "expression", "expression": text}, "d") == {3, 4}
    inner = {"kind": "exists", "path": "staff", "rule": {"kind": "exists", "path": "staff"}}
    assert world.who(inner, "d") == {1}
    assert world.who(
        {"kind": "expression", "expression": "CountAll([staff]) = 2 and CountAll([boss.staff]) = 1"}, "d"
    ) == {2}


@pytest.mark.parametrize("name", ["v", "_value", "list", "p", "t", "clock", "i", "__argument0", "temp", "data"])
def test_names_of_tables_are_not_taken_for_those_of_statements(world: World, name: str) -> None:
    world.catalogue = Catalogue(
        schemas=(_schema(name, ("v",), (Attribute(name="n", type=INTEGER), Attribute(name="b", type=BOOLEAN))),),
        dimensions=(Dimension(name="d", schema_name=name, identity="v"),),
    )
    world.rows(name, [(1, "5", 5, True), (2, "x", None, None), (3, "-7", -7, False)])
    text = "Abs(([n] + 1) * 2 - [n]) + ToInteger([v]) > 0 and Round(ToDouble([v]) / 2, 1) > 0 and Mod([n], 3) = 2"
    assert world.who({"kind": "expression", "expression": text}, "d") == {1}
