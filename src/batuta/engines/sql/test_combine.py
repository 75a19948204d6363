from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Intersection, Nobody, Records, Table, Union, merged_columns
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

SCORE, NOTE = Column("score", INTEGER), Column("note", STRING)


def carrying_orders(shop: Shop) -> Shape:
    return replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))


def merged(*sets: Table) -> Shape:
    return sets[0].shape.having(merged_columns(tuple(each.shape for each in sets)))


def test_a_union_has_everyone_once(shop: Shop) -> None:
    sets = (shop.everyone(1, 2), shop.everyone(2, 3), shop.everyone(3, 1, 6))
    assert shop.read(Union(sets, shop.people)) == [(1,), (2,), (3,), (6,)]


def test_a_union_with_nobody(shop: Shop) -> None:
    assert shop.read(Union((Nobody(shop.people), shop.everyone(2)), shop.people)) == [(2,)]
    assert shop.read(Union((Nobody(shop.people), Nobody(shop.people)), shop.people)) == []


def test_a_row_has_the_columns_of_every_source_it_is_in_and_of_one_name_the_first_source_that_has_it(
    shop: Shop,
) -> None:
    first = shop.table("first", shop.people.having((SCORE,)), [(1, 10), (2, None)])
    second = shop.table("second", shop.people.having((SCORE, NOTE)), [(2, 22, "b"), (3, 33, "c")])
    third = shop.table("third", shop.people.having((NOTE,)), [(3, "x"), (4, "")])
    sets = (first, second, third)
    assert shop.read(Union(sets, merged(*sets))) == [(1, 10, None), (2, None, "b"), (3, 33, "c"), (4, None, "")]
    back = (third, second, first)
    assert shop.read(Union(back, merged(*back))) == [(1, None, 10), (2, "b", 22), (3, "x", 33), (4, "", None)]


def test_sets_that_share_the_secondary_dimension_compare_whole_rows(shop: Shop) -> None:
    shape = carrying_orders(shop)
    first = shop.table("first", shape, [(1, 1, 1), (1, 1, 2)])
    second = shop.table("second", shape, [(1, 1, 2), (1, 1, 3), (2, 2, 1)])
    assert shop.read(Union((first, second), shape)) == [(1, 1, 1), (1, 1, 2), (1, 1, 3), (2, 2, 1)]
    assert shop.read(Intersection((first, second), shape)) == [(1, 1, 2)]
    complement = Intersection((first, second), shape, complement=True)
    assert shop.read(complement) == [(1, 1, 1), (1, 1, 3), (2, 2, 1)]


def test_sets_that_do_not_compare_targets_and_keep_the_first_row_of_each(shop: Shop) -> None:
    first = shop.table("first", carrying_orders(shop).having((SCORE,)), [(1, 1, 2, 12), (1, 1, 1, 11), (3, 2, 4, 24)])
    second = shop.everyone(3, 4)
    shape = shop.people.having((SCORE,))
    assert shop.read(Union((first, second), shape)) == [(1, 11), (3, 24), (4, None)]
    assert shop.read(Union((second, first), shape)) == [(1, 11), (3, 24), (4, None)]
    assert shop.read(Intersection((first, second), shape)) == [(3, 24)]
    assert shop.read(Intersection((second, first), shape)) == [(3, 24)]


def test_an_intersection_joins_the_columns_of_all(shop: Shop) -> None:
    first = shop.table("first", shop.people.having((SCORE,)), [(1, 10), (2, 20), (3, 30)])
    second = shop.table("second", shop.people.having((SCORE, NOTE)), [(2, 0, "b"), (3, 0, ""), (4, 0, "d")])
    third = shop.everyone(1, 2, 3, 4)
    sets = (first, second, third)
    assert shop.read(Intersection(sets, merged(*sets))) == [(2, 20, "b"), (3, 30, "")]


def test_the_complement_of_an_intersection_is_in_some_but_not_in_all(shop: Shop) -> None:
    sets = (shop.everyone(1, 2, 3), shop.everyone(2, 3, 4), shop.everyone(3, 5))
    assert shop.read(Intersection(sets, shop.people)) == [(3,)]
    assert shop.read(Intersection(sets, shop.people, complement=True)) == [(1,), (2,), (4,), (5,)]


def test_composite_keys_compare_by_all_their_columns(shop: Shop) -> None:
    first = shop.table("first", shop.orders, [(1, 1), (1, 2), (2, 1)])
    second = shop.table("second", shop.orders, [(1, 2), (2, 1), (2, 2)])
    assert shop.read(Union((first, second), shop.orders)) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert shop.read(Intersection((first, second), shop.orders)) == [(1, 2), (2, 1)]
    assert shop.read(Intersection((first, second), shop.orders, complement=True)) == [(1, 1), (2, 2)]


def test_a_union_by_values_has_each_value_once_and_empties_each_alone(shop: Shop) -> None:
    """Emails in lower case: 1 and 2 are 'ana@x.org', 4 and 5 have none."""
    lower = (shop.value("Lower([email])"),)
    first, second = shop.everyone(2, 4, 5), shop.everyone(1, 3, 5)
    assert shop.read(Union((first, second), shop.people, (lower, lower))) == [(2,), (3,), (4,), (5,)]
    assert shop.read(Union((second, first), shop.people, (lower, lower))) == [(1,), (3,), (4,), (5,)]
    everyone = shop.everyone()
    assert shop.read(Union((everyone, second), shop.people, (lower, lower))) == [(1,), (3,), (4,), (5,), (6,)]


def test_an_intersection_by_values(shop: Shop) -> None:
    lower = (shop.value("Lower([email])"),)
    first, second = shop.everyone(2, 4, 5, 6), shop.everyone(1, 3, 4, 5)
    sets, on = (first, second), (lower, lower)
    assert shop.read(Intersection(sets, shop.people, on)) == [(2,)]
    assert shop.read(Intersection(sets, shop.people, on, complement=True)) == [(3,), (4,), (5,), (6,)]


def test_rows_of_another_dimension_come_as_the_first_dimensions_rows_with_their_columns(shop: Shop) -> None:
    """Leads k1 and k2 have the addresses of persons 1 and 3; k5's matches nobody, k3's and k4's are empty."""
    leads = Records(
        Shape("leads", "lead", (STRING,), (NOTE,)), shop.rule("1 = 1", "lead"), (shop.value("[key]", "lead"),)
    )
    people = shop.table("people", shop.people.having((SCORE,)), [(2, 20), (3, 30)])
    on = ((shop.value("[email]"),), (shop.value("[mail]", "lead"),))
    shape = shop.people.having((SCORE, NOTE))
    assert shop.read(Union((people, leads), shape, on)) == [(1, None, "k1"), (2, 20, None), (3, 30, None)]
    assert shop.read(Intersection((people, leads), shape, on)) == [(3, 30, "k2")]


def test_reconciling_on_computed_columns(shop: Shop) -> None:
    shape = shop.people.having((NOTE,))
    first = shop.table("first", shape, [(1, "x"), (2, "y"), (3, "")])
    second = shop.table("second", shape, [(4, "y"), (5, "z"), (6, ""), (3, "w")])
    note = (shop.value("[note]", columns=(NOTE,)),)
    found = shop.read(Union((first, second), shape, (note, note)))
    assert found == [(1, "x"), (2, "y"), (3, ""), (5, "z"), (6, "")]


def test_several_matches_take_the_smallest_key(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.person SET email = 'same@x.org' WHERE id IN (4, 6)")
    shop.connection.execute("UPDATE data.lead SET mail = 'same@x.org' WHERE key IN ('k1', 'k2')")
    leads = Records(Shape("leads", "lead", (STRING,)), shop.rule("1 = 1", "lead"))
    on = ((shop.value("[email]"),), (shop.value("[mail]", "lead"),))
    assert shop.read(Union((shop.everyone(1), leads), shop.people, on)) == [(1,), (4,)]


def test_of_several_rows_that_match_one_the_first_by_key_gives_the_columns(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.lead SET mail = 'cyd@y.org'")
    shape = Shape("leads", "lead", (STRING,), (NOTE,))
    leads = shop.table("leads", shape, [("k4", "d"), ("k2", "b"), ("k3", "c")])
    on = ((shop.value("[email]"),), (shop.value("[mail]", "lead"),))
    merged_people = shop.people.having((NOTE,))
    assert shop.read(Union((shop.everyone(1), leads), merged_people, on)) == [(1, None), (6, "b")]
    assert shop.read(Intersection((shop.everyone(1, 6), leads), merged_people, on)) == [(6, "b")]
