from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
import sqlglot

from batuta.kit.errors import NotFound, SystemFault
from batuta.runs.ports import Counts, Interrupted, Making
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Filtered, Nobody, Set, Table
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from conftest import World

FRENCH = '{kind: attribute, expression: "[country]", operator: equal, value: fr}'
HIGH = '{kind: attribute, expression: "[target.score]", operator: greater, value: 5}'
GERMAN = '{kind: attribute, expression: "[country]", operator: equal, value: de}'


@pytest.fixture
def people(world: World) -> World:
    rows = [(1, "FR"), (2, "FR"), (3, "DE"), (4, None)]
    world.schema("person", "*id integer, country string", rows, identity="country")
    return world


def making(people: World, **sets: Set) -> Making:
    return Making(sets, {output: f"w_{output}" for output in sets}, people.moment, people.audiences)


def keys(people: World, name: str) -> list[object]:
    table = Table(name, people.shape("person"))
    return [row[0] for rows in people.engine.scan(table, [], [], people.moment, 100) for row in rows]


def test_all_outputs_of_a_task_are_made_with_their_counts(people: World) -> None:
    task = making(people, french=people.where(FRENCH, "person"), german=people.where(GERMAN, "person"))
    assert people.engine.make(task) == {"french": Counts(2, 2), "german": Counts(1, 1)}
    assert (keys(people, "w_french"), keys(people, "w_german")) == ([1, 2], [3])
    assert people.engine.tables() == ("w_french", "w_german")


def test_what_is_made_is_adopted_and_not_computed_again(people: World) -> None:
    task = making(people, french=people.where(FRENCH, "person"))
    people.engine.make(task)
    people.rows("person", [(5, "FR")])
    assert people.engine.make(task) == {"french": Counts(2, 2)}
    assert keys(people, "w_french") == [1, 2]


def test_only_what_is_missing_is_made(people: World) -> None:
    people.engine.make(making(people, french=people.where(FRENCH, "person")))
    people.rows("person", [(5, "FR"), (6, "DE")])
    both = making(people, french=people.where(FRENCH, "person"), german=people.where(GERMAN, "person"))
    assert people.engine.make(both) == {"french": Counts(2, 2), "german": Counts(2, 2)}


def test_a_task_that_fails_leaves_nothing(people: World) -> None:
    lost = Filtered(Table("nowhere", people.shape("person")), people.bind(FRENCH, "person"))
    with pytest.raises(SystemFault):
        people.engine.make(making(people, french=people.where(FRENCH, "person"), lost=lost))
    assert people.engine.tables() == ()
    assert people.engine.sweep(()) == ()


def test_a_population_passed_on_is_a_table_of_its_own(people: World) -> None:
    table = people.table(people.shape("person"), [(2,), (1,)])
    assert people.engine.make(making(people, main=table)) == {"main": Counts(2, 2)}
    people.engine.drop([table.name])
    assert keys(people, "w_main") == [1, 2]


def test_nobody_is_an_empty_table(people: World) -> None:
    assert people.engine.make(making(people, main=Nobody(people.shape("person")))) == {"main": Counts(0, 0)}
    assert keys(people, "w_main") == []


def test_targets_are_counted_once(people: World) -> None:
    shape = Shape("person", "person", (INTEGER,), (), "person", (INTEGER,))
    table = people.table(shape, [(1, 1), (1, 2), (3, 1)])
    french = Filtered(table, people.bind(FRENCH, "person"))
    assert people.engine.make(making(people, main=table, french=french)) == {
        "main": Counts(3, 2),
        "french": Counts(2, 1),
    }


def test_counting_keeps_nothing(people: World) -> None:
    assert people.engine.count(people.where(FRENCH, "person"), people.moment, {}) == Counts(2, 2)
    assert people.engine.tables() == ()


def test_an_unknown_audience_is_named_with_the_nearest(people: World) -> None:
    people.save("loyal", people.table(people.shape("person"), [(1,)]))
    members = people.where("{kind: in-audience, audience: loyal}", "person")
    with pytest.raises(NotFound, match="Did you mean loyal") as caught:
        people.engine.count(members, people.moment, {"loyals": "audience_loyal"})
    assert "loyal" in caught.value.found


def test_the_statements_are_those_that_people_may_run(people: World) -> None:
    statements = people.engine.sql(making(people, french=people.where(FRENCH, "person")))
    assert [type(sqlglot.parse_one(text, read="duckdb")).__name__ for text in statements] == ["Create"]
    assert '"w_french"' in statements[0]
    assert "\n" in statements[0]
    assert people.engine.tables() == ()


def test_many_threads_ask_for_the_same_task_and_it_is_made_once(people: World) -> None:
    task = making(people, french=people.where(FRENCH, "person"))
    found: list[object] = []
    engine = people.engine
    threads = [threading.Thread(target=lambda: found.append(engine.make(task))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"french": Counts(2, 2)}] * 6


def test_an_interrupted_task_leaves_nothing_and_may_be_made_again(people: World) -> None:
    people.rows("person", [(number, "FR") for number in range(10, 40_000)])
    slow = Filtered(people.where(FRENCH, "person"), people.bind(FRENCH, "person"))
    task = making(people, **{f"slow_{number}": slow for number in range(40)})
    failures: list[BaseException] = []
    engine = people.engine

    def run() -> None:
        try:
            engine.make(task)
        except Interrupted as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        time.sleep(0.02)
        engine.interrupt()
    assert len(failures) == 1
    assert people.engine.tables() == ()
    assert set(people.engine.make(task).values()) == {Counts(39_992, 39_992)}


def test_an_output_that_chooses_rows_leaves_their_columns_where_they_are(people: World) -> None:
    score = Column("score", INTEGER)
    scored = people.table(people.shape("person").having((score,)), [(1, 7), (2, 3), (3, 9)])
    french = Filtered(scored, people.bind(FRENCH, "person"))
    task = making(people, french=french)
    assert people.engine.make(task) == people.engine.make(task) == {"french": Counts(2, 2)}
    within = Filtered(Table("w_french", scored.shape), people.bind(HIGH, "person", {"score": INTEGER}))
    assert people.engine.make(making(people, within=within)) == {"within": Counts(1, 1)}

    def read(name: str) -> list[object]:
        shown = people.engine.preview(Table(name, scored.shape), [], people.moment, 10)
        whole = people.engine.scan(Table(name, scored.shape), [], ["score"], people.moment, 10)
        assert [tuple(row) for rows in whole for row in rows] == list(shown.rows)
        return list(shown.rows)

    assert (read("w_french"), read("w_within")) == ([(1, 7), (2, 3)], [(1, 7)])
    people.engine.drop([scored.name, "w_french"])
    assert people.engine.sweep({"w_within"}) == ()
    assert read("w_within") == [(1, 7)]
    assert set(people.engine.sweep(())) == {scored.name, "w_within"}
    assert people.engine.tables() == ()
    assert people.engine.make(making(people, within=Nobody(scored.shape))) == {"within": Counts(0, 0)}
