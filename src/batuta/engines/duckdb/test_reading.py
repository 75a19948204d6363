from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from batuta.rules.bound import AttributeOf, Computed, Expr
from batuta.runs.ports import Cell, Preview
from batuta.schema.types import INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from conftest import World

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
LINES = Column("items", STRING, (Column("title", STRING), Column("price", MONEY)))
NAME, CITY = AttributeOf((), "name", STRING), AttributeOf((), "city", STRING)


@pytest.fixture
def people(world: World) -> World:
    rows = [(1, "Ann", "Paris", 7), (2, "Bob", None, None), (3, "", "Lyon", 8)]
    world.schema("person", "*id integer, name string, city string, home_id integer", rows, identity="name")
    world.schema("home", "*id integer, street string", [(7, "Rue A")])
    world.link("person.home_id -> home.id", "home", "members")
    return world


def table(people: World) -> Table:
    """Return three people, of whom 4 is gone from the data."""
    shape = people.shape("person", Column("segment", STRING), LINES)
    one: Cell = [{"title": "Été", "price": Decimal("9.90")}, {"title": None, "price": None}]
    return people.table(shape, [(4, "x", None), (1, "y", one), (2, "", [])])


def scanned(people: World, table: Table, columns: list[str], *attributes: Expr, batch: int = 100) -> list[object]:
    named = [(f"n{place}", expression) for place, expression in enumerate(attributes)]
    return [row for rows in people.engine.scan(table, named, columns, people.moment, batch) for row in rows]


def test_a_scan_gives_keys_then_columns_then_attributes_in_key_order(people: World) -> None:
    found = scanned(people, table(people), ["segment"], NAME, CITY)
    assert found == [(1, "y", "Ann", "Paris"), (2, "", "Bob", None), (4, "x", None, None)]


def test_lists_of_lines_are_lists_of_dictionaries(people: World) -> None:
    lines = [{"title": "Été", "price": Decimal("9.90")}, {"title": None, "price": None}]
    assert scanned(people, table(people), ["items"]) == [(1, lines), (2, []), (4, [])]


def test_attributes_behind_a_link(people: World) -> None:
    link = people.catalogue.link("person", "home")
    assert link is not None
    found = scanned(people, table(people), [], AttributeOf((link,), "street", STRING))
    assert found == [(1, "Rue A"), (2, None), (4, None)]


def test_an_expression_over_a_column_of_the_table(people: World) -> None:
    assert scanned(people, table(people), [], Computed("segment", STRING)) == [(1, "y"), (2, ""), (4, "x")]


def test_no_batch_is_larger_than_asked_for(people: World) -> None:
    whole = people.table(people.shape("person"), [(number,) for number in range(10_000)])
    batches = list(people.engine.scan(whole, [], [], people.moment, 3000))
    assert max(len(batch) for batch in batches) <= 3000
    assert len(batches) <= 5  # DuckDB 2 may end one early
    assert [row for batch in batches for row in batch] == [(number,) for number in range(10_000)]


def test_row_keys_order_by_all_their_parts(people: World) -> None:
    shape = Shape("person", "person", (INTEGER,), (), "home", (STRING,), numbered=True)
    rows = [(2, "a", 1), (1, "b", 2), (1, "b", 1), (1, "B", 9), (1, "é", 0)]
    found = scanned(people, people.table(shape, rows), [], NAME)
    assert found == [(1, "B", 9, "Ann"), (1, "b", 1, "Ann"), (1, "b", 2, "Ann"), (1, "é", 0, "Ann"), (2, "a", 1, "Bob")]


def test_a_scan_left_half_way_does_not_block_the_engine(people: World) -> None:
    whole = people.table(people.shape("person"), [(number,) for number in range(10_000)])
    batches = people.engine.scan(whole, [], [], people.moment, 10)
    next(batches)
    people.engine.drop([whole.name])
    assert next(batches)[0] == (10,)
    del batches
    assert people.engine.tables() == ()


def test_a_page_of_rows_for_people(people: World) -> None:
    page = people.engine.preview(table(people), [("name", NAME)], people.moment, 2, 1)
    assert page == Preview(("_t1", "segment", "items", "name"), [(2, "", [], "Bob"), (4, "x", None, None)])
    assert people.engine.preview(table(people), [], people.moment, 2, 5).rows == []


def test_a_page_of_an_audience(people: World) -> None:
    people.save("loyal", people.table(people.shape("person"), [(1,), (3,)]))
    members = Table("audience_loyal", people.shape("person"))
    assert people.engine.preview(members, [("name", NAME)], people.moment, 5).rows == [(1, "Ann"), (3, "")]
    assert scanned(people, members, [], CITY) == [(1, "Paris"), (3, "Lyon")]
