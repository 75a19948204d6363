"""People with wish lists: a shop for populations that carry a second dimension."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from batuta.activities.contract import Input
from batuta.schema.builtin import SUPPRESSION
from batuta.schema.types import INTEGER, DataType
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from conftest import World

D = Decimal
PEOPLE = [
    (1, "ann@x.example", "Ann", 1),
    (2, "ben@x.example", "Ben", 1),
    (3, "cid@x.example", "Cid", 2),
    (4, "ann@x.example", "Ann's other half", 1),
]
LISTS = [(100, 1, "wedding@x.example"), (200, 2, "birthday@x.example"), (300, 99, "gone@x.example"), (400, None, None)]
ITEMS = [
    (11, 100, "Lamp", D("30.00")),
    (12, 100, "Book", D("10.00")),
    (13, 200, "Pen", D("5.00")),
    (14, None, "On no list", D("1.00")),
    (15, 300, "Of nobody's list", D("2.00")),
    (16, 777, "On a list that is gone", D("3.00")),
    (17, 200, "Lamp", D("31.00")),
    (18, 400, "On a list without owner", D("4.00")),
]
WISHES = [(1, 11), (1, 12), (2, 13)]
"""People with an item each, as (person, item)."""
PAIR = Shape("person", "person", (INTEGER,), secondary_schema="item", secondary_key=(INTEGER,))
LINES = Shape("person", "person", (INTEGER,), numbered=True, origin="file", keyless=True)
"""The lines of a file, some of which are nobody's."""


def stocked(world: World) -> World:
    """Return the world with houses, people, wish lists and items."""
    world.schema("house", "*id integer, city string", [(1, "Lyon"), (2, "Paris")], identity="city")
    world.schema("person", "*id integer, email string, name string, house_id integer", PEOPLE, identity="email")
    world.schema("wish_list", "*id integer, owner_id integer, notify_email string", LISTS)
    world.schema("item", "*id integer, list_id integer, label string, price decimal(10 2)", ITEMS, identity="label")
    world.link("person.house_id -> house.id", "house", "people")
    world.link("wish_list.owner_id -> person.id", "owner", "wish_lists")
    world.link("item.list_id -> wish_list.id", "wish_list", "items")
    world.catalogue = world.catalogue.model_copy(update={"schemas": (*world.catalogue.schemas, SUPPRESSION)})
    return world


def arriving(world: World, source: str, shape: Shape, rows: list[tuple[Any, ...]], **columns: DataType) -> Input:
    wide = shape.having(tuple(Column(name, kind) for name, kind in columns.items()))
    return Input(source, "main", source, world.table(wide, rows))
