from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from batuta.rules.bound import Compare, Computed, Expr, Matched, Predicate
from batuta.rules.tree import Operator
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import ADDRESS, Addressed, Check, Special
from batuta.sets.algebra import Set, Sort
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

GONE, DUPLICATE, HOLDOUT = (
    Check(special.value, special) for special in (Special.GONE, Special.DUPLICATE, Special.HOLDOUT)
)
EMPTY = Check("empty", Compare(Operator.IS_EMPTY, Computed(ADDRESS, STRING)))


def messages(shop: Shop, source: Set, *checks: Check, address: Expr | None = None) -> Addressed:
    return Addressed(source, source.shape, address or shop.value("[email]"), checks, salt="salt")


def reasons(shop: Shop, node: Addressed) -> dict[object, object]:
    return {row[0]: row[-1] for row in shop.read(node)}


def test_a_message_has_its_address_and_the_first_reason(shop: Shop) -> None:
    poor = Check("poor", shop.rule("[points] < 6"))
    node = messages(shop, shop.everyone(1, 3, 4, 6, 77), GONE, EMPTY, poor)
    assert shop.read(node) == [
        (1, "ana@x.org", None),
        (3, "bob@x.org", "poor"),
        (4, None, "empty"),
        (6, "cyd@y.org", None),
        (77, None, Special.GONE.value),
    ]
    swapped = replace(node, checks=(poor, EMPTY, GONE))
    assert reasons(shop, swapped) == {1: None, 3: "poor", 4: "poor", 6: None, 77: "empty"}


def test_checks_may_look_addresses_up(shop: Shop) -> None:
    suppressed: Predicate = Matched("blocked", ((Computed(ADDRESS, STRING), "entry"),))
    node = messages(shop, shop.everyone(), Check("suppressed", suppressed))
    assert reasons(shop, node) == {1: "suppressed", 2: "suppressed", 3: None, 4: None, 5: None, 6: None}


@pytest.mark.parametrize("kept", [False, True])
def test_the_first_of_a_folded_address_stays(shop: Shop, kept: bool) -> None:
    if kept:
        shop.keep_folded("person", "email")
    node = messages(shop, shop.everyone(), DUPLICATE)
    assert reasons(shop, node) == {1: None, 2: DUPLICATE.reason, 3: None, 4: None, 5: None, 6: None}


def test_one_left_out_before_does_not_take_the_place_of_the_first(shop: Shop) -> None:
    first = Check("first", shop.rule("[id] = 1"))
    assert reasons(shop, messages(shop, shop.everyone(1, 2), first, DUPLICATE)) == {1: "first", 2: None}
    after = messages(shop, shop.everyone(1, 2), DUPLICATE, first)
    assert reasons(shop, after) == {1: "first", 2: DUPLICATE.reason}


def test_the_holdout_is_taken_by_the_hash_of_the_target_among_those_left(shop: Shop) -> None:
    source = shop.many(300)
    poor = Check("poor", shop.rule("[points] < 6"))
    node = replace(messages(shop, source, poor, HOLDOUT), holdout=25)
    found = reasons(shop, node)
    for key in range(1, 301):
        held = hashlib.md5(f"salt:{key}".encode(), usedforsecurity=False).hexdigest() < "4"
        assert found[key] == ("poor" if 3 <= key <= 5 else HOLDOUT.reason if held else None)
    assert set(reasons(shop, replace(node, holdout=100)).values()) == {"poor", HOLDOUT.reason}
    assert HOLDOUT.reason not in reasons(shop, replace(node, holdout=0)).values()


def rows(shop: Shop) -> Set:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    shape = shape.having((Column("rank", INTEGER),))
    return shop.table("rows", shape, [(1, 1, 2, 5), (1, 1, 1, None), (1, 1, 3, 4), (2, 2, 1, 9), (3, 2, 4, 1)])


def test_at_level_target_a_target_gets_one_message_that_of_its_first_row(shop: Shop) -> None:
    source = rows(shop)
    by_rank = (Sort(shop.value("[rank]", columns=source.shape.columns)),)
    node = messages(shop, source, EMPTY)
    assert [row[:4] for row in shop.read(node)] == [(1, 1, 1, None), (2, 2, 1, 9), (3, 2, 4, 1)]
    assert [row[:4] for row in shop.read(replace(node, sort=by_rank))] == [(1, 1, 3, 4), (2, 2, 1, 9), (3, 2, 4, 1)]
    high_first = (replace(by_rank[0], descending=True),)
    assert shop.read(replace(node, sort=high_first))[0][:4] == (1, 1, 2, 5)


def test_at_level_row_each_row_gets_a_message(shop: Shop) -> None:
    node = replace(messages(shop, rows(shop), EMPTY), by_row=True)
    assert len(shop.read(node)) == 5
    held = replace(node, checks=(DUPLICATE,))
    assert [row[-1] for row in shop.read(held)] == [
        None,
        "duplicate-address",
        "duplicate-address",
        "duplicate-address",
        None,
    ]


def test_a_message_to_a_row_needs_target_and_secondary_row_one_to_a_target_the_target_only(shop: Shop) -> None:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    source = shop.table("some", shape, [(1, 1, 1), (1, 1, 9), (3, 9, 1), (77, 2, 4)])
    gone = Special.GONE.value
    node = messages(shop, source, GONE)
    by_row = {row[:3]: row[-1] for row in shop.read(replace(node, by_row=True))}
    assert by_row == {(1, 1, 1): None, (1, 1, 9): gone, (3, 9, 1): gone, (77, 2, 4): gone}
    assert {row[:3]: row[-1] for row in shop.read(node)} == {(1, 1, 1): None, (3, 9, 1): None, (77, 2, 4): gone}


def test_all_rows_of_a_target_are_held_out_together(shop: Shop) -> None:
    node = replace(messages(shop, rows(shop), HOLDOUT), by_row=True)
    for share in (10, 40, 70):
        found: dict[object, set[object]] = {}
        for row in shop.read(replace(node, holdout=share)):
            found.setdefault(row[0], set()).add(row[-1])
        assert all(len(outcomes) == 1 for outcomes in found.values())


def test_the_address_may_be_a_formula_over_canvas_columns(shop: Shop) -> None:
    column = Column("other", STRING)
    source = shop.table("p", shop.people.having((column,)), [(1, "x@x.org"), (3, ""), (5, None)])
    address = shop.value("Coalesce([other], [email])", columns=(column,))
    found = shop.read(messages(shop, source, EMPTY, address=address))
    assert found == [(1, "x@x.org", "x@x.org", None), (3, "", "bob@x.org", None), (5, None, None, "empty")]


def test_checks_after_a_special_one_are_tried_in_their_order(shop: Shop) -> None:
    late = Check("late", shop.rule("[points] < 6"))
    node = replace(messages(shop, shop.everyone(), DUPLICATE, late, HOLDOUT, EMPTY), holdout=100)
    assert reasons(shop, node) == {
        1: HOLDOUT.reason,
        2: DUPLICATE.reason,
        3: "late",
        4: "late",
        5: "late",
        6: HOLDOUT.reason,
    }
