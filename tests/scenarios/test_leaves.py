"""The row behind a link, and the people of a transition. Expectations by hand from spec/3-rules.md."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from batuta.rules.bind import bind_rule
from batuta.rules.binding import Passage, Surroundings
from batuta.rules.bound import All, Without
from batuta.rules.tree import Rule
from batuta.sets.algebra import Records

if TYPE_CHECKING:
    from conftest import World

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)

PEOPLE = [
    # 4 names a city that is not there, 5 and 6 name none; the city '' is a row, but nothing leads to it
    (1, "a@x.fr", "par"),
    (2, "b@x.fr", "PAR"),
    (3, "c@x.fr", "lyo"),
    (4, "d@x.fr", "gone"),
    (5, "e@x.fr", ""),
    (6, None, None),
]
CITIES = [("par", "Paris", "fr"), ("PAR", "Parma", "it"), ("lyo", "Lyon", "fr"), ("", "Nowhere", "fr")]
EVERYONE = {1, 2, 3, 4, 5, 6}


@pytest.fixture
def town(world: World) -> World:
    world.schema("person", "*id integer, mail string, city_code string", PEOPLE, identity="mail")
    world.schema("city", "*code string, name string, country_code string", CITIES)
    world.schema("country", "*code string", [("fr",)])
    world.link("person.city_code -> city.code", "city", "people")
    world.link("city.country_code -> country.code", "country", "cities")
    return world


LINKED: dict[str, tuple[str, set[int]]] = {
    "is: keys compare exactly": ("path: city, operator: is, rows: [par]", {1}),
    "is one of several": ("path: city, operator: is, rows: [par, lyo, par]", {1, 3}),
    "is not: also where none is linked": ("path: city, operator: is-not, rows: [par, lyo]", {2, 4, 5, 6}),
    "is a row that is not there": ("path: city, operator: is, rows: [gone]", set()),
    "is empty: no row is linked": ("path: city, operator: is-empty", {4, 5, 6}),
    "is not empty": ("path: city, operator: is-not-empty", {1, 2, 3}),
    "over two links": ("path: city.country, operator: is, rows: [fr]", {1, 3}),
    "over two links, the second leads nowhere": ("path: city.country, operator: is-empty", {2, 4, 5, 6}),
}


@pytest.mark.parametrize("case", LINKED)
def test_the_row_behind_a_link_and_the_exact_complement(town: World, case: str) -> None:
    fields, expected = LINKED[case]
    rule = f"{{kind: linked-to, {fields}}}"
    assert town.who(rule, "person") == expected
    assert town.who(f"{{kind: except, children: [{{kind: all-rows}}, {rule}]}}", "person") == EVERYONE - expected


def test_a_key_of_two_parts_is_a_list(world: World) -> None:
    world.schema("line", "*id integer, mail string, shop integer, number integer", [], identity="mail")
    world.schema("order", "*shop integer, *number integer", [(1, 1), (1, 2), (2, 1)])
    world.link("line.shop -> order.shop and line.number -> order.number", "order", "lines")
    world.rows("line", [(1, "", 1, 1), (2, "", 1, 2), (3, "", 2, 1), (4, "", 1, None), (5, "", 2, 2)])
    among = "{kind: linked-to, path: order, operator: %s, rows: [[1, 1], [2, 1], [2, 2]]}"
    assert world.who(among % "is", "line") == {1, 3}
    assert world.who(among % "is-not", "line") == {2, 4, 5}


def test_ten_thousand_rows_behind_a_link(town: World) -> None:
    rows = ", ".join(["par", *(f"c{number}" for number in range(10_000))])
    assert town.who(f"{{kind: linked-to, path: city, operator: is, rows: [{rows}]}}", "person") == {1}


def test_the_people_of_a_transition(town: World) -> None:
    shape = town.shape("person")
    table = town.table(shape, [(1,), (3,), (77,)])
    passages = {"early.main": Passage("person", table.name), "nobody.main": Passage("person")}
    around = Surroundings(town.catalogue, "person", passages=passages)

    def found(**fields: object) -> set[tuple[object, ...]]:
        where = bind_rule(RULE.validate_python({"kind": "in-transition", **fields}), around)
        assert town.keys(Records(shape, Without(All(), (where,)))) == {(number,) for number in EVERYONE} - town.keys(
            Records(shape, where)
        )
        return set(town.keys(Records(shape, where)))

    assert found(transition="early") == {(1,), (3,)}
    assert found(transition="early.main", negated=True) == {(2,), (4,), (5,), (6,)}
    assert found(transition="nobody") == set()
    assert found(transition="nobody", negated=True) == {(number,) for number in EVERYONE}


def test_the_people_of_a_transition_behind_a_link(town: World) -> None:
    table = town.table(town.shape("person"), [(1,), (2,)])
    around = Surroundings(town.catalogue, "city", passages={"early.main": Passage("person", table.name)})
    rule = {"kind": "exists", "path": "people", "rule": {"kind": "in-transition", "transition": "early"}}
    shape = replace(
        town.shape("person"), dimension="", schema="city", key=(town.catalogue.schema_named("city").key[0].type,)
    )
    assert town.keys(Records(shape, bind_rule(RULE.validate_python(rule), around))) == {("par",), ("PAR",)}
