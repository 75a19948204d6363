from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batuta.rules.bound import All, Compare, Constant, Matched, Predicate
from batuta.rules.tree import (
    Aggregate,
    And,
    Condition,
    Except,
    Exists,
    InAudience,
    Operator,
    Or,
    Rule,
)
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Filtered, Records

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop


def who(shop: Shop, rule: Rule | str) -> list[object]:
    return selected(shop, shop.rule(rule))


def selected(shop: Shop, predicate: Predicate) -> list[object]:
    return shop.keys(Records(shop.people, predicate))


def condition(text: str, operator: str, *values: object, **more: object) -> Rule:
    sides = {"values": values} if operator in ("in", "not-in", "between") else {"value": values[0]} if values else {}
    return Condition.model_validate({"expression": text, "operator": operator, **sides, **more})


CONDITIONS = [
    (condition("[city]", "equal", "paris"), [1, 2]),
    (condition("[city]", "equal", "paris", match_case=True), []),
    (condition("[city]", "equal", "PARIS", match_case=True), [2]),
    (condition("[city]", "equal", "parís", match_accents=True), [2]),
    (condition("[city]", "not-equal", "paris"), [3, 4, 5, 6]),
    (condition("[city]", "not-contains", "ar"), [3, 4, 5, 6]),
    (condition("[city]", "contains", "AR"), [1, 2]),
    (condition("[city]", "starts-with", "pár"), [1, 2]),
    (condition("[city]", "ends-with", "ON"), [5]),
    (condition("[city]", "like", "_ari_"), [1, 2]),
    (condition("[city]", "not-like", "%"), [3, 4]),
    (condition("[city]", "matches", "^p.r"), [1, 2]),
    (condition("[city]", "matches", "^P.R", match_case=True), [2]),
    (condition("[city]", "is-empty"), [3, 4]),
    (condition("[city]", "is-not-empty"), [1, 2, 5, 6]),
    (condition("[city]", "in", "PARIS", "lyon"), [1, 2, 5]),
    (condition("[city]", "not-in", "PARIS", "lyon"), [3, 4, 6]),
    (condition("[city]", "less", "m"), [5, 6]),
    (condition("[city]", "equal", {"expression": "$(vars/@city)"}), [1, 2]),
    (condition("[city]", "equal", {"expression": "$(vars/@none)"}), [3, 4]),
    (condition("[city]", "equal", {"expression": "[email]"}), [4]),
    (condition("[city]", "not-equal", {"expression": "[email]"}), [1, 2, 3, 5, 6]),
    (condition("[city]", "in", "lyon", {"expression": "[email]"}), [4, 5]),
    (condition("[points]", "less", 6), [3, 4, 5]),
    (condition("[points]", "not-equal", 5), [1, 2, 4, 6]),
    (condition("[points]", "between", 5, 7), [3, 5, 6]),
    (condition("[points]", "is-empty"), [2]),
    (condition("[country.name]", "equal", "france"), [1, 2]),
    (condition("[country.name]", "is-empty"), [3, 4, 5, 6]),
    (condition("[country_code]", "is-empty"), [4, 6]),
    (condition("[card.level]", "equal", "gold"), [1]),
    (condition("[card.level]", "equal", "silver"), []),
    (condition("[born]", "birthday-in-days", 4), [1, 5]),
    (condition("[born]", "less", "1990-03-05"), [2]),
    (condition("[id]", "in", 2, 4, 400), [2, 4]),
]


@pytest.mark.parametrize(("rule", "expected"), CONDITIONS, ids=lambda item: str(item)[:60])
def test_conditions(shop: Shop, rule: Rule, expected: list[int]) -> None:
    assert who(shop, rule) == expected
    assert who(shop, Except(children=(condition("[id]", "greater", 0), rule))) == [
        number for number in range(1, 7) if number not in expected
    ]


@pytest.mark.parametrize(("rule", "expected"), CONDITIONS, ids=lambda item: str(item)[:60])
def test_conditions_with_a_stored_folded_copy(shop: Shop, rule: Rule, expected: list[int]) -> None:
    shop.keep_folded("person", "city")
    assert who(shop, rule) == expected


def test_birthday_on_the_29th_of_february_is_on_the_28th_where_there_is_none(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.person SET born = '1980-02-29'")
    assert who(shop, condition("[born]", "birthday-in-days", 1)) == []
    assert who(shop, condition("[born]", "birthday-in-days", 364)) == [1, 2, 3, 4, 5, 6]


def exists(path: str, rule: Rule | None = None, *, negated: bool = False) -> Exists:
    return Exists(path=path, rule=rule, negated=negated)


def over(function: str, path: str, expression: str | None, operator: str, value: object = None, **more: object) -> Rule:
    sides = {} if value is None else {"value": value}
    fields = {"function": function, "path": path, "expression": expression, "operator": operator, **sides, **more}
    return Aggregate.model_validate(fields)


def test_linked_rows(shop: Shop) -> None:
    assert who(shop, exists("orders")) == [1, 2, 3]
    assert who(shop, exists("orders", negated=True)) == [4, 5, 6]
    assert who(shop, exists("orders", condition("[status]", "is-empty"))) == [1]
    assert who(shop, exists("orders", condition("[status]", "not-equal", "paid"))) == [1, 3]
    assert who(shop, exists("orders", condition("[status]", "equal", "paid"), negated=True)) == [3, 4, 5, 6]


def test_two_conditions_on_one_linked_row_speak_of_the_same_row(shop: Shop) -> None:
    paid, dear = condition("[status]", "equal", "paid"), condition("[total]", "greater", 15)
    assert who(shop, exists("orders", And(children=(paid, dear)))) == []
    assert who(shop, And(children=(exists("orders", paid), exists("orders", dear)))) == [1]


def test_linked_rows_over_several_links(shop: Shop) -> None:
    assert who(shop, exists("orders.lines")) == [1, 3]
    assert who(shop, exists("orders.lines", condition("[article]", "equal", "pen"))) == [1]
    assert who(shop, exists("orders.lines", condition("[order.person.city]", "is-empty"))) == [3]
    assert who(shop, exists("country.people", condition("[points]", "is-empty"))) == [1, 2]


def test_nested_linked_rows(shop: Shop) -> None:
    no_lines = exists("orders", exists("lines", negated=True))
    assert who(shop, no_lines) == [1, 2]
    assert who(shop, exists("orders", over("count", "lines", None, "greater", 1))) == [1]


def test_linked_rows_by_blank_text_do_not_meet(shop: Shop) -> None:
    """Person 6 has the country code '' and there is a country ''."""
    assert who(shop, condition("[country.name]", "equal", "Nowhere")) == []
    countries = Records(shop.people, shop.rule(exists("country.people")))
    assert shop.keys(countries) == [1, 2, 3]


AGGREGATES = [
    (over("count", "orders", None, "less", 3), [2, 3, 4, 5, 6]),
    (over("count", "orders", None, "equal", 0), [4, 5, 6]),
    (over("count", "orders", None, "greater-or-equal", 3), [1]),
    (over("count", "orders", None, "in", None, values=(0, 3)), [1, 4, 5, 6]),
    (over("sum", "orders", "[total]", "less", 20), [2, 4, 5, 6]),
    (over("sum", "orders", "[total]", "is-empty"), []),
    (over("sum", "orders", "[total]", "equal", "60.00"), [1]),
    (over("average", "orders", "[total]", "is-empty"), [2, 4, 5, 6]),
    (over("average", "orders", "[total]", "not-equal", 20), []),
    (over("average", "orders", "[total]", "less", 100), [1, 3]),
    (over("min", "orders", "[total]", "less", 100), [1, 3]),
    (over("max", "orders", "[status]", "is-empty"), [4, 5, 6]),
    (over("max", "orders", "[status]", "equal", "PAID"), [1, 2]),
    (over("count-distinct", "orders", "[status]", "equal", 1), [1, 2, 3]),
    (over("count-distinct", "orders", "[status]", "less", 1), [4, 5, 6]),
    (over("count", "orders.lines", None, "equal", 3), [1]),
    (over("sum", "orders.lines", "[quantity]", "greater", 2), [1, 3]),
    (over("count", "orders", None, "equal", 1, rule=condition("[total]", "greater", 15)), [3]),
    (over("count", "orders", None, "equal", 2, rule=condition("[total]", "greater", 15)), [1]),
    (over("max", "orders", "[total]", "greater", {"expression": "[points]"}), [1, 3]),
]


@pytest.mark.parametrize(("rule", "expected"), AGGREGATES, ids=lambda item: str(item)[:80])
def test_aggregates(shop: Shop, rule: Rule, expected: list[int]) -> None:
    assert who(shop, rule) == expected
    assert who(shop, Or(children=(rule, condition("[id]", "equal", 6)))) == sorted({*expected, 6})


def test_aggregates_over_a_population_count_only_what_is_there(shop: Shop) -> None:
    few = shop.everyone(1, 4)
    rule = shop.rule(over("count", "orders", None, "less", 4))
    assert shop.keys(Filtered(few, rule)) == [1, 4]


def test_membership_of_an_audience(shop: Shop) -> None:
    assert who(shop, InAudience(audience="Club")) == [1, 3]
    assert who(shop, InAudience(audience="Club", negated=True)) == [2, 4, 5, 6]
    in_club = InAudience(audience="Club")
    orders = Records(shop.people, shop.rule(Except(children=(condition("[id]", "less", 4), in_club))))
    assert shop.keys(orders) == [2]


def test_rows_matched_by_values(shop: Shop) -> None:
    email = shop.value("[email]")
    assert selected(shop, Matched("lead", ((email, "mail"),))) == [1, 3]
    assert selected(shop, Matched("lead", ((email, "mail"),), negated=True)) == [2, 4, 5, 6]
    unlinked = Compare(Operator.IS_EMPTY, shop.value("[person_id]", "lead"))
    assert selected(shop, Matched("lead", ((email, "mail"),), unlinked)) == [3]


def test_values_that_meet_folded_text_are_folded(shop: Shop) -> None:
    assert selected(shop, Matched("blocked", ((shop.value("[email]"), "entry"),))) == [1, 2]
    assert selected(shop, Matched("blocked", ((shop.value("GetEmailDomain([email])"), "entry"),))) == [6]


@pytest.mark.parametrize("count", [3, 501, 100_000])
def test_lists_of_any_length(shop: Shop, count: int) -> None:
    entries = tuple(Constant(text, STRING) for text in ("PARIS", "o'neil", "a\x1fb", *map(str, range(count - 3))))
    wanted = Compare(Operator.IN, shop.value("[city]"), entries, fold_case=True, fold_accents=True)
    assert selected(shop, wanted) == [1, 2]
    unwanted = Compare(Operator.NOT_IN, shop.value("[city]"), entries, fold_case=True, fold_accents=True)
    assert selected(shop, unwanted) == [3, 4, 5, 6]


def test_no_entry_of_a_long_list_is_taken_for_what_stands_between_them(shop: Shop) -> None:
    hostile = ("a\x1f0", "PARIS", "b\x1e", "\x1dc", "\x1c", "\ue000")
    entries = tuple(Constant(text, STRING) for text in (*hostile, *map(str, range(600))))
    wanted = Compare(Operator.IN, shop.value("[city]"), entries, fold_case=True, fold_accents=True)
    assert selected(shop, wanted) == [1, 2]


def test_long_lists_of_numbers_and_an_empty_entry(shop: Shop) -> None:
    numbers = tuple(Constant(number, INTEGER) for number in (10, *range(1000, 2000)))
    assert selected(shop, Compare(Operator.IN, shop.value("[points]"), numbers)) == [1]
    with_empty = (*numbers, Constant(None, INTEGER))
    assert selected(shop, Compare(Operator.IN, shop.value("[points]"), with_empty)) == [1, 2]
    assert selected(shop, Compare(Operator.NOT_IN, shop.value("[points]"), with_empty)) == [3, 4, 5, 6]


def test_a_constant_empty_value_is_met_by_empties_only(shop: Shop) -> None:
    city = shop.value("[city]")
    assert selected(shop, Compare(Operator.EQUAL, city, (Constant("", STRING),))) == [3, 4]
    assert selected(shop, Compare(Operator.NOT_EQUAL, city, (Constant(None, STRING),))) == [1, 2, 5, 6]
    assert selected(shop, Compare(Operator.CONTAINS, city, (Constant("", STRING),))) == []
    assert selected(shop, Compare(Operator.GREATER, city, (Constant(None, STRING),))) == []
    assert selected(shop, All()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("operator", ["less-or-equal", "contains", "like", "starts-with", "matches"])
def test_an_empty_text_on_the_left_meets_nothing(shop: Shop, operator: str) -> None:
    assert who(shop, condition("''", operator, "%")) == []
    assert who(shop, condition("$(vars/@none)", operator, "%")) == []


@pytest.mark.parametrize("formula", ["[points] + 9223372036854775807", "9223372036854775807 * ([points] + 1)"])
def test_an_overflow_that_is_computed_twice_is_empty(shop: Shop, formula: str) -> None:
    assert who(shop, f"({formula}) > 0 and ({formula}) > 1 and ({formula}) % 2 = 1") == [4]
    assert who(shop, f"({formula}) = null and not ({formula} > 0)") == [1, 2, 3, 5, 6]
