from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from batuta.rules.bound import Constant
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Choice, Criterion, Distinct
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

KEPT = Column("kept_1", INTEGER)


def both(shop: Shop, node: Distinct) -> tuple[list[object], list[tuple[object, ...]]]:
    """Return the keys kept and the rows removed, as made by one task and, alike, by themselves."""
    removed = replace(node, shape=node.shape.having((*node.shape.columns, KEPT)), complement=True)
    made = shop.task({"main": node, "rest": removed})
    assert made["main"] == shop.read(node)
    assert made["rest"] == shop.read(removed)
    return [row[0] for row in made["main"]], made["rest"]


def by_city(shop: Shop, *, ignore_case: bool = False, ignore_space: bool = False) -> Distinct:
    """Everyone by city: 'Paris', 'PARÍS', '', NULL, 'Lyon' and ' lyon '."""
    node = Distinct(shop.everyone(), (shop.value("[city]"),), shop.people)
    return replace(node, ignore_case=ignore_case, ignore_space=ignore_space)


def by_country(shop: Shop, *criteria: Criterion) -> Distinct:
    """Everyone by country: 'fr' twice, 'es', NULL, 'zz' and ''."""
    return Distinct(shop.everyone(), (shop.value("[country_code]"),), shop.people, criteria=criteria)


def test_the_smallest_key_of_each_group_is_kept(shop: Shop) -> None:
    assert both(shop, by_country(shop)) == ([1, 3, 4, 5, 6], [(2, 1)])


def test_case_and_space_are_set_aside_if_asked_for_accents_never(shop: Shop) -> None:
    assert both(shop, by_city(shop))[1] == []
    assert both(shop, by_city(shop, ignore_case=True))[1] == []
    assert both(shop, by_city(shop, ignore_case=True, ignore_space=True)) == ([1, 2, 3, 4, 5], [(6, 5)])


def test_empty_rows_are_alone_or_duplicates_of_each_other(shop: Shop) -> None:
    assert both(shop, replace(by_country(shop), empty_are_duplicates=True)) == ([1, 3, 4, 5], [(2, 1), (6, 4)])


def test_rows_partly_empty_are_grouped_like_others(shop: Shop) -> None:
    fields = (shop.value("[country_code]"), shop.value("[points]"))
    shop.connection.execute("UPDATE data.person SET country_code = NULL, points = 5 WHERE id IN (3, 5)")
    node = Distinct(shop.everyone(), fields, shop.people)
    assert both(shop, node)[1] == [(5, 3)]


@pytest.mark.parametrize(
    ("choice", "text", "kept"),
    [
        (Choice.DESCENDING, "[id]", [2]),
        (Choice.ASCENDING, "[points]", [1]),
        (Choice.DESCENDING, "[points]", [1]),
        (Choice.ASCENDING, "[city]", [2]),
        (Choice.NOT_EMPTY, "[points]", [1]),
    ],
)
def test_criteria_choose_empties_last(shop: Shop, choice: Choice, text: str, kept: list[int]) -> None:
    """Persons 1 (10 points, Paris) and 2 (no points, PARÍS) share a country."""
    removed = both(shop, by_country(shop, Criterion(choice, shop.value(text))))[1]
    assert [row[1] for row in removed] == kept


def test_preferred_values_come_in_their_order_and_the_key_decides_last(shop: Shop) -> None:
    city = shop.value("[city]")
    prefer = Criterion(Choice.PREFERRED, city, (Constant("PARÍS", STRING), Constant("Paris", STRING)))
    assert both(shop, by_country(shop, prefer))[1] == [(1, 2)]
    absent = Criterion(Choice.PREFERRED, city, (Constant("Rome", STRING),))
    assert both(shop, by_country(shop, absent))[1] == [(2, 1)]


def test_criteria_chain(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.person SET country_code = 'fr', points = 7 WHERE id > 3")
    points, key = (shop.value(text) for text in ("[points]", "[id]"))
    criteria = (
        Criterion(Choice.NOT_EMPTY, points),
        Criterion(Choice.ASCENDING, points),
        Criterion(Choice.DESCENDING, key),
    )
    assert both(shop, by_country(shop, *criteria))[0] == [3, 6]
    assert both(shop, replace(by_country(shop, *criteria), keep=2)) == ([3, 5, 6], [(1, 6), (2, 6), (4, 6)])


def test_keep_nought_keeps_all(shop: Shop) -> None:
    assert both(shop, replace(by_country(shop), keep=0)) == ([1, 2, 3, 4, 5, 6], [])


def test_chance_is_the_hash_of_salt_and_key(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.person SET country_code = 'fr'")
    expected = min(range(1, 7), key=lambda key: hashlib.md5(f"s1:{key}".encode(), usedforsecurity=False).hexdigest())
    assert both(shop, replace(by_country(shop, Criterion(Choice.RANDOM)), salt="s1"))[0] == [expected]


def test_the_kept_key_has_all_its_columns(shop: Shop) -> None:
    orders = shop.table("o", shop.orders, [(1, 1), (2, 1), (2, 2), (2, 4)])
    node = Distinct(orders, (shop.value("[status]", "order"),), shop.orders)
    kept = shop.orders.having((KEPT, Column("kept_2", INTEGER)))
    assert shop.read(node) == [(1, 1), (2, 4)]
    assert shop.read(replace(node, shape=kept, complement=True)) == [(2, 1, 1, 1), (2, 2, 1, 1)]
