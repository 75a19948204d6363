"""Populations without a dimension: rows known by their line number, with columns only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.kit.problems import Problems
from batuta.rules.bind import bind_expression, bind_path
from batuta.rules.binding import Surroundings
from batuta.runs.ports import Counts
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Column, Shape, shape_of_lines
from batuta.testing import TEXTS

if TYPE_CHECKING:
    from conftest import World

COLUMNS = (Column("mail", STRING), Column("points", INTEGER))
LINES = [(1, "ann@x.org", 10), (2, "bob@x.org", 30), (4, "ANN@x.org", 20), (5, None, None)]


@pytest.fixture
def shop(world: World) -> World:
    world.schema("person", "*id integer, email string", [(1, "ann@x.org"), (2, "cid@x.org")], identity="email")
    return world


def lines(world: World, rows: list[tuple[Any, ...]] = LINES, origin: str = "file", source: str = "file") -> Input:
    return Input(source, "main", source, world.table(shape_of_lines(origin, COLUMNS), rows))


def people(world: World) -> Input:
    return Input("people", "main", "people", world.table(world.shape("person"), [(1,), (2,)]))


def sets(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> dict[str, Set]:
    activity = Activity(id="it", kind=kind, parameters=parameters)
    scope = Knowledge(world.catalogue).scope(Campaign(id="c", name="C", activities=(activity,)), "it", "run")
    return dict(typed(activity).populations(inputs, scope))


def ask(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> dict[str, Table]:
    return world.make(**sets(world, kind, parameters, *inputs))


def told(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> list[tuple[str, str]]:
    with pytest.raises(Problems) as caught:
        sets(world, kind, parameters, *inputs)
    assert all("{" not in TEXTS.say(problem, "fr") for problem in caught.value.problems)
    return [(problem.code, problem.field) for problem in caught.value.problems]


def test_lines_are_counted_and_are_no_targets(shop: World) -> None:
    table = lines(shop).population
    assert table is not None
    assert shop.engine.count(table, shop.moment, {}) == Counts(4, 0)
    assert shop.engine.write("counted", table.shape, iter([LINES])) == Counts(4, 0)


def test_lines_are_previewed_and_scanned_in_their_order(shop: World) -> None:
    table = lines(shop, LINES[::-1]).population
    assert isinstance(table, Table)
    preview = shop.engine.preview(table, (), shop.moment, 2, 1)
    assert (preview.columns, list(preview.rows)) == (("_n", "mail", "points"), LINES[1:3])
    assert shop.read(table, "mail") == [(number, mail) for number, mail, _ in LINES]


def test_segments_of_lines(shop: World) -> None:
    rule = {"kind": "attribute", "expression": "[points]", "operator": "greater", "value": 15}
    first = {"name": "one", "rule": rule, "count": 1, "sort": [{"expression": "[mail]"}]}
    segments = [first, {"name": "half", "percent": 50}]
    made = ask(shop, "split", {"segments": segments, "complement": True}, lines(shop))
    assert shop.read(made["one"]) == [(4,)]
    rest = [row for name in ("half", "complement") for row in shop.read(made[name])]
    assert sorted(rest) == [(1,), (2,), (5,)]


def test_duplicate_lines_and_the_line_kept_instead(shop: World) -> None:
    parameters = {"fields": ["[mail]"], "ignore_case": True, "complement": True}
    made = ask(shop, "deduplication", parameters, lines(shop))
    assert shop.read(made["main"], "points") == [(1, 10), (2, 30), (5, None)]
    assert shop.read(made["complement"], "mail", "kept_1") == [(4, "ANN@x.org", 1)]


def test_values_are_computed_of_columns(shop: World) -> None:
    columns = [
        {"name": "small", "expression": "Lower([mail])"},
        {"name": "double", "expression": "[target.points] * 2"},
    ]
    made = ask(shop, "enrichment", {"columns": columns}, lines(shop))
    assert shop.read(made["main"], "small", "double") == [
        (1, "ann@x.org", 20),
        (2, "bob@x.org", 60),
        (4, "ann@x.org", 40),
        (5, None, None),
    ]


def test_parts_of_one_file_meet_by_line(shop: World) -> None:
    first, second = lines(shop, LINES[:2]), lines(shop, LINES[1:], source="rest")
    assert shop.read(ask(shop, "combine", {"operation": "union"}, first, second)["main"], "points") == [
        (1, 10),
        (2, 30),
        (4, 20),
        (5, None),
    ]
    assert shop.read(ask(shop, "combine", {"operation": "intersection"}, first, second)["main"]) == [(2,)]
    assert shop.read(ask(shop, "combine", {"operation": "exclusion"}, first, second)["main"]) == [(1,)]


def test_people_are_excluded_by_the_values_of_a_file(shop: World) -> None:
    bring = [{"source": "file", "pairs": [{"primary": "[email]", "other": "[mail]"}]}]
    made = ask(shop, "combine", {"operation": "exclusion", "bring": bring}, people(shop), lines(shop))
    assert shop.read(made["main"]) == [(2,)]


def test_people_of_a_reconciled_file_join_the_first_dimension(shop: World) -> None:
    reconcile = [{"expression": "[email]", "by_source": {"file": "[mail]"}}]
    first = Input("some", "main", "some", shop.table(shop.shape("person"), [(2,)]))
    made = ask(shop, "combine", {"operation": "union", "reconcile": reconcile}, first, lines(shop))
    assert shop.read(made["main"]) == [(1,), (2,)]


@pytest.mark.parametrize("operation", ["union", "intersection"])
def test_lines_do_not_meet_other_rows_by_number(shop: World, operation: str) -> None:
    other = lines(shop, origin="other", source="other")
    for inputs in ((lines(shop), other), (people(shop), other), (other, people(shop))):
        assert told(shop, "combine", {"operation": operation}, *inputs) == [("combine-lines", "")]
    reconcile = [{"expression": "[mail]", "by_source": {"people": "[email]"}}]
    found = told(shop, "combine", {"operation": operation, "reconcile": reconcile}, other, people(shop))
    assert found == [("combine-lines", "")]


def test_an_exclusion_of_lines_says_by_which_values(shop: World) -> None:
    other = lines(shop, origin="other", source="other")
    for inputs in ((lines(shop), other), (people(shop), other), (other, people(shop))):
        assert told(shop, "combine", {"operation": "exclusion"}, *inputs) == [("combine-exclusion-lines", "")]


def test_lines_have_no_address(shop: World) -> None:
    mail = {"channel": "news", "subject": "Hello", "html": "<p>Hello</p>"}
    assert told(shop, "email", mail, lines(shop)) == [("population-without-dimension", "")]


def effects(world: World, parameters: dict[str, Any], shape: Shape) -> list[tuple[str, str]]:
    activity = Activity(id="it", kind="save-audience", parameters={"label": "Kept", **parameters})
    scope = Knowledge(world.catalogue).scope(Campaign(id="c", name="C", activities=(activity,)), "it", "run")
    with pytest.raises(Problems) as caught:
        typed(activity).effects((Input("file", "main", "File", Table("t", shape)),), scope)  # type: ignore[attr-defined]
    return [(problem.code, problem.field) for problem in caught.value.problems]


def test_lines_are_no_members_but_may_name_them(shop: World) -> None:
    shape = shape_of_lines("file", COLUMNS)
    assert effects(shop, {}, shape) == [("save-lines-without-key", "dimension")]
    assert effects(shop, {"dimension": "person"}, shape) == [("save-key-of-lines-missing", "key")]
    named = {"dimension": "person", "key": ["[mail]"]}
    assert effects(shop, named, shape) == [("save-key-type", "key.0")]


def test_names_in_formulas_over_lines(shop: World) -> None:
    around = Surroundings(shop.catalogue, "", {"mail": STRING})
    for formula, code in (("[mial]", "expression.unknown-column-near"), ("[person.email]", "expression.no-dimension")):
        with pytest.raises(Problems) as caught:
            bind_expression(formula, around)
        assert [problem.code for problem in caught.value.problems] == [code]
    with pytest.raises(Problems) as caught:
        bind_path("orders", around)
    assert TEXTS.say(caught.value.problems[0]).startswith("The lines of a file have columns only, so orders leads")
