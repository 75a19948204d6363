from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Barrier, Exclusion, Nobody, Records, Set
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

EXCLUDED = Column("excluded_by", STRING)


def both(shop: Shop, primary: Set, *barriers: Barrier) -> tuple[list[object], list[tuple[object, ...]]]:
    """Return the keys that stay, and the rows taken out; together they are the primary set."""
    shape = primary.shape
    taken = Exclusion(primary, barriers, shape.having((*shape.columns, EXCLUDED)), complement=True)
    return shop.keys(Exclusion(primary, barriers, shape)), shop.read(taken)


def test_those_in_a_barrier_are_taken_out_by_the_first_that_meets_them(shop: Shop) -> None:
    first, second = Barrier(shop.everyone(2, 3), "two"), Barrier(shop.everyone(3, 4, 9), "o'three")
    assert both(shop, shop.everyone(), first, second) == ([1, 5, 6], [(2, "two"), (3, "two"), (4, "o'three")])


def test_an_empty_barrier_takes_nobody(shop: Shop) -> None:
    assert both(shop, shop.everyone(1, 2), Barrier(Nobody(shop.people), "x")) == ([1, 2], [])


def test_a_barrier_that_does_not_share_the_secondary_dimension_takes_targets(shop: Shop) -> None:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    primary = shop.table("rows", shape, [(1, 1, 1), (1, 1, 2), (3, 2, 4)])
    stay, taken = both(shop, primary, Barrier(shop.everyone(1), "x"))
    assert (stay, taken) == ([3], [(1, 1, 1, "x"), (1, 1, 2, "x")])
    same = shop.table("same", shape, [(1, 1, 2), (9, 9, 9)])
    stay, taken = both(shop, primary, Barrier(same, "y"))
    assert (stay, taken) == ([1, 3], [(1, 1, 2, "y")])


def test_a_barrier_comes_along_a_path(shop: Shop) -> None:
    orders = shop.table("some", shop.orders, [(1, 1), (2, 2), (2, 3), (2, 4)])
    path = (shop.link("order", "person"),)
    assert both(shop, shop.everyone(), Barrier(orders, "b", path)) == ([2, 4, 5, 6], [(1, "b"), (3, "b")])


def test_a_path_of_several_links(shop: Shop) -> None:
    lines = Records(Shape("lines", "line", (INTEGER,)), shop.rule("[article] = 'pen'", "line"))
    path = (shop.link("line", "order"), shop.link("order", "person"))
    assert both(shop, shop.everyone(), Barrier(lines, "b", path)) == ([2, 3, 4, 5, 6], [(1, "b")])


def test_a_path_that_goes_to_many(shop: Shop) -> None:
    """Persons bring their orders; the link from there names no key of orders, so its table is joined."""
    primary = shop.table("all", shop.orders, [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)])
    people = shop.everyone(1, 4)
    path = (shop.link("person", "orders"),)
    stay, taken = both(shop, primary, Barrier(people, "b", path))
    assert stay == [(2, 1), (2, 2), (2, 3)]
    assert taken == [(1, 1, "b"), (1, 2, "b")]


def test_pairs_must_all_be_equal_and_not_empty(shop: Shop) -> None:
    leads = Records(Shape("leads", "lead", (STRING,)), shop.rule("1 = 1", "lead"))
    by_mail = (shop.value("[email]"), shop.value("[mail]", "lead"))
    assert both(shop, shop.everyone(), Barrier(leads, "b", pairs=(by_mail,)))[0] == [2, 4, 5, 6]
    by_person = (shop.value("[id]"), shop.value("[person_id]", "lead"))
    assert both(shop, shop.everyone(), Barrier(leads, "b", pairs=(by_mail, by_person)))[0] == [1, 2, 3, 4, 5, 6]


def test_a_null_in_a_barrier_takes_nobody_and_lets_nobody_slip(shop: Shop) -> None:
    """Lead k2 has no person: NOT IN would let nobody stay."""
    leads = Records(Shape("leads", "lead", (STRING,)), shop.rule("1 = 1", "lead"))
    by_person = (shop.value("[id]"), shop.value("[person_id]", "lead"))
    assert both(shop, shop.everyone(), Barrier(leads, "b", pairs=(by_person,)))[0] == [2, 4, 5, 6]


def test_a_former_excluded_by_is_replaced(shop: Shop) -> None:
    primary = shop.table("p", shop.people.having((EXCLUDED,)), [(1, "old"), (2, "old")])
    node = Exclusion(primary, (Barrier(shop.everyone(2), "new"),), primary.shape, complement=True)
    assert shop.read(node) == [(2, "new")]
