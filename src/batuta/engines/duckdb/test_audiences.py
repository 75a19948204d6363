from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batuta.kit.errors import SystemFault
from batuta.rules.bound import AttributeOf, Computed, Expr
from batuta.runs.ports import Counts, Keeping
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Keyed, Table
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from conftest import World

CITY: tuple[str, Expr] = ("city", AttributeOf((), "city", STRING))
SEGMENT: tuple[str, Expr] = ("segment", Computed("segment", STRING))


@pytest.fixture
def people(world: World) -> World:
    world.schema(
        "person", "*id integer, city string", [(1, "Paris"), (2, "Lyon"), (3, None), (4, "Nice")], identity="city"
    )
    return world


def keeping(
    population: Table,
    world: World,
    *,
    name: str = "a1",
    effect: str = "effect 1",
    attributes: tuple[tuple[str, Expr], ...] = (CITY,),
    former: str | None = None,
) -> Keeping:
    return Keeping(population, attributes, name, effect, world.moment, former)


def members(people: World, name: str, *columns: str) -> list[object]:
    shape = people.shape("person", *(Column(column, STRING) for column in columns))
    return [row for rows in people.engine.scan(Table(name, shape), [], columns, people.moment, 10) for row in rows]


def test_an_audience_holds_keys_and_the_values_asked_for(people: World) -> None:
    population = people.table(people.shape("person", Column("segment", STRING)), [(3, "x"), (1, "y"), (9, "gone")])
    counts = people.engine.save_audience(keeping(population, people, attributes=(CITY, SEGMENT)))
    assert counts == Counts(3, 3)
    assert members(people, "a1", "city", "segment") == [(1, "Paris", "y"), (3, None, "x"), (9, None, "gone")]


def test_saving_again_under_the_same_effect_changes_nothing(people: World) -> None:
    one = people.table(people.shape("person"), [(1,), (2,)])
    other = people.table(people.shape("person"), [(3,)])
    people.engine.save_audience(keeping(one, people))
    before = people.engine.checksum("audiences")
    assert people.engine.save_audience(keeping(other, people)) == Counts(2, 2)
    assert people.engine.save_audience(keeping(other, people, name="a2")) == Counts(2, 2)
    assert people.engine.checksum("audiences") == before


def test_appended_members_come_once_and_the_new_row_wins(people: World) -> None:
    shape = people.shape("person", Column("segment", STRING))
    people.engine.save_audience(keeping(people.table(shape, [(1, "old"), (2, "old")]), people, attributes=(SEGMENT,)))
    counts = people.engine.save_audience(
        keeping(
            people.table(shape, [(2, "new"), (3, "new")]),
            people,
            attributes=(SEGMENT,),
            name="a2",
            effect="effect 2",
            former="a1",
        )
    )
    assert counts == Counts(3, 3)
    assert members(people, "a2", "segment") == [(1, "old"), (2, "new"), (3, "new")]
    assert members(people, "a1", "segment") == [(1, "old"), (2, "old")]


def test_a_former_member_without_a_value_that_is_kept_now(people: World) -> None:
    people.engine.save_audience(keeping(people.table(people.shape("person"), [(1,)]), people, attributes=()))
    population = people.table(people.shape("person"), [(2,)])
    people.engine.save_audience(keeping(population, people, name="a2", effect="effect 2", former="a1"))
    assert members(people, "a2", "city") == [(1, None), (2, "Lyon")]


def test_of_several_rows_of_a_target_the_first_is_kept(people: World) -> None:
    shape = Shape("person", "person", (INTEGER,), (Column("segment", STRING),), "order", (INTEGER,), numbered=True)
    rows = [(1, 7, 2, "b"), (1, 7, 1, "a"), (1, 8, 0, "c"), (2, 5, 1, "d")]
    counts = people.engine.save_audience(keeping(people.table(shape, rows), people, attributes=(SEGMENT,)))
    assert counts == Counts(2, 2)
    assert members(people, "a1", "segment") == [(1, "a"), (2, "d")]


def test_an_audience_that_fails_leaves_no_effect(people: World) -> None:
    population = people.table(people.shape("person"), [(1,)])
    with pytest.raises(SystemFault):
        people.engine.save_audience(keeping(population, people, former="nowhere"))
    assert people.engine.save_audience(keeping(population, people)) == Counts(1, 1)


def test_dropped_audiences_are_gone(people: World) -> None:
    empty = people.engine.checksum("audiences")
    people.engine.save_audience(keeping(people.table(people.shape("person"), [(1,)]), people))
    assert people.engine.checksum("audiences") != empty
    people.engine.drop(["a1"])
    assert people.engine.checksum("audiences") == empty


def test_checksums_tell_content_and_not_order(people: World) -> None:
    data = people.engine.checksum("data")
    people.engine.save_audience(keeping(people.table(people.shape("person"), [(1,), (2,)]), people))
    assert people.engine.checksum("data") == data
    people.rows("person", [(5, "Brest")])
    assert people.engine.checksum("data") != data


def test_members_found_by_key_are_appended_once_each(people: World) -> None:
    """A visit gives a person's number: 9 is nobody, and one visit gives none."""
    people.schema("visit", "*town string, *day integer, person_id integer, note string", identity="note")
    visits = [("a", 1, 2, "n1"), ("a", 2, 2, "n2"), ("b", 1, 3, "n3"), ("b", 2, 9, "n4"), ("c", 1, None, "n5")]
    people.rows("visit", visits)
    note = Column("note", STRING)
    population = people.table(people.shape("visit"), [(town, day) for town, day, *_ in reversed(visits)])
    who, said = AttributeOf((), "person_id", INTEGER), AttributeOf((), "note", STRING)
    found = people.make(main=Keyed(population, (who,), people.shape("person", note), (said,)))["main"]
    kept: tuple[tuple[str, Expr], ...] = (("note", Computed("note", STRING)),)
    former = people.table(people.shape("person", note), [(1, "old"), (2, "old")])
    people.engine.save_audience(keeping(former, people, attributes=kept))
    new = keeping(found, people, attributes=kept, name="a2", effect="effect 2", former="a1")
    assert people.engine.save_audience(new) == Counts(3, 3)
    assert people.engine.save_audience(new) == Counts(3, 3)
    assert members(people, "a2", "note") == [(1, "old"), (2, "n1"), (3, "n3")]
