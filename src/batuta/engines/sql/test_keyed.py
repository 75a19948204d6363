from __future__ import annotations

from typing import TYPE_CHECKING

from batuta.rules.bound import All, Expr
from batuta.schema.types import DECIMAL, INTEGER, STRING
from batuta.sets.algebra import Keyed, Nobody, Records, Set
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

ARTICLE, CITY, NOTE = Column("article", STRING), Column("city", STRING), Column("note", STRING)
COUNTRIES = Shape("countries", "country", (STRING,))
LINES = Shape("lines", "line", (INTEGER,))


def people_of(shop: Shop, source: Set, key: Expr, *columns: Column) -> Keyed:
    values = tuple(shop.value(f"[{column.name}]", columns=source.shape.columns) for column in columns)
    return Keyed(source, (key,), shop.people.having(columns), values)


def test_each_row_comes_once_with_the_values_of_the_first_that_gives_its_composite_key(shop: Shop) -> None:
    """Line 5 gives an order that does not exist, line 6 no shop."""
    key = (shop.value("[shop]", "line"), shop.value("[number]", "line"))
    node = Keyed(Records(LINES, All()), key, shop.orders.having((ARTICLE,)), (shop.value("[article]", "line"),))
    assert shop.read(node) == [(1, 1, "pen"), (1, 2, "pen"), (2, 2, "pen"), (2, 4, "")]


def test_an_empty_text_is_no_key_even_where_a_row_has_it(shop: Shop) -> None:
    """There is a country '': person 6 has that code, person 4 none, person 5 one that no country has."""
    node = Keyed(shop.everyone(), (shop.value("[country_code]"),), COUNTRIES.having((CITY,)), (shop.value("[city]"),))
    assert shop.read(node) == [("es", ""), ("fr", "Paris")]


def test_a_key_behind_a_link(shop: Shop) -> None:
    """Orders of persons 1, 2 and 3, of one who is gone, and of nobody."""
    node = Keyed(Records(shop.orders, All()), (shop.value("[person.country_code]", "order"),), COUNTRIES)
    assert shop.read(node) == [("es",), ("fr",)]


def test_the_first_row_is_that_of_the_whole_row_key(shop: Shop) -> None:
    owner = Column("owner", INTEGER)
    shape = Shape("lines", "line", (INTEGER,), (owner, NOTE), "order", (INTEGER, INTEGER), numbered=True)
    rows = [
        (1, 2, 1, 1, 3, "d"),
        (1, 1, 9, 2, 3, "b"),
        (1, 1, 9, 1, 3, "a"),
        (1, 1, 10, 1, 3, "c"),
        (2, 1, 1, 1, 5, "e"),
    ]
    key = shop.value("[owner]", "line", shape.columns)
    node = Keyed(
        shop.table("rows", shape, rows), (key,), shop.people.having((NOTE,)), (shop.value("[note]", "line", (NOTE,)),)
    )
    assert shop.read(node) == [(3, "a"), (5, "e")]


def test_numbers_of_another_type_must_be_equal_and_are_not_rounded(shop: Shop) -> None:
    given = Column("given", DECIMAL)
    source = shop.table("given", LINES.having((given,)), [(1, "1.00"), (2, "1.50"), (3, None), (4, "4.01"), (5, "6")])
    assert shop.read(people_of(shop, source, shop.value("[given]", "line", (given,)))) == [(1,), (6,)]


def test_nobody_gives_no_keys(shop: Shop) -> None:
    assert shop.read(people_of(shop, Nobody(shop.people), shop.value("[points]"), CITY)) == []
