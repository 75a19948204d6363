"""A small shop to ask about: seven people, their countries and orders; every answer is worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from conftest import World

PEOPLE = [
    (1, "José", 10, date(1980, 2, 29), "fr", True),
    (2, "josé", 20, date(1990, 1, 1), "fr", False),
    (3, "Ana", 20, None, "es", None),
    (4, "", None, date(2000, 12, 31), "", True),
    (5, None, 35, date(1990, 6, 15), None, True),
    (6, "Ana", 100, date(1985, 7, 14), "zz", False),
    (7, "Ana", 0, date(1980, 3, 1), "es", True),
]
ORDERS = [
    (1, 1, 1, Decimal("10.00"), None),
    (1, 2, 1, Decimal("30.00"), None),
    (2, 1, 2, Decimal("5.00"), None),
    (2, 2, 6, None, None),
    (2, 3, 99, Decimal("7.00"), None),
]


@pytest.fixture
def shop(world: World) -> World:
    """The shop, on each engine in turn."""
    country = "*code string, name string"
    world.schema("country", country, [("fr", "France"), ("es", "España")])
    person = "*id integer, name string, points integer, born date, country_code string, vip boolean"
    world.schema("person", person, PEOPLE, identity="name")
    world.schema(
        "order", "*shop integer, *number integer, person_id integer, total decimal(10 2), note string", ORDERS, "note"
    )
    world.link("person.country_code -> country.code", "country", "people")
    world.link("order.person_id -> person.id", "person", "orders")
    return world
