"""What rows find by values and by rules: of several the smallest key, and empty values nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from batuta.rules.bind import bind_expression, bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.bound import All, Expr, Predicate
from batuta.rules.tree import Truth
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Enriched, Filtered, Records, Set, Table
from batuta.sets.lookup import ROW, Expanded, Finding, Found, Likeness, Looking, Lookup, Reconciled
from batuta.sets.shape import Column, Shape, shape_of_lines

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

MAIL, TOWN = Column("mail", STRING), Column("town", STRING)
FILE = shape_of_lines("file", (MAIL, TOWN))
LINES = [
    (1, " Ana@X.ORG\u00a0", "Paris"),
    (2, "bob@x.org", ""),
    (3, "", "Lyon"),
    (4, None, None),
    (5, "nobody@z.org", "Paris"),
    (6, "BOB@x.org", "x"),
    (7, "áná@x.org", "paris"),
]
PEOPLE = Shape("people", "person", (INTEGER,))


def lines(shop: Shop) -> Table:
    return shop.table("lines", FILE, LINES)


def of_line(shop: Shop, text: str) -> Expr:
    return bind_expression(text, Surroundings(shop.around().catalogue, "", {"mail": STRING, "town": STRING}))


def with_row(shop: Shop, text: str, schema: str = "person") -> Predicate:
    line = Surroundings(shop.around().catalogue, "", {"mail": STRING, "town": STRING})
    return bind_rule(Truth(expression=text), replace(shop.around(schema), roots={ROW: line}))


def by_mail(shop: Shop, *, loose: bool = True, where: Predicate | None = None) -> Lookup:
    pair = Likeness(of_line(shop, "[mail]"), shop.value("[email]"), loose)
    return Lookup(Records(PEOPLE, where or All()), (pair,))


def reconciled(shop: Shop, source: Table, lookup: Lookup, *, keep: bool = False) -> Reconciled:
    shape = replace(PEOPLE, columns=FILE.columns, numbered=True, origin="file")
    return Reconciled(source, lookup, shape, keep)


@pytest.mark.parametrize("copied", [False, True])
def test_lines_find_the_smallest_key_by_a_value_without_case_accents_and_space(shop: Shop, copied: bool) -> None:
    if copied:
        shop.keep_folded("person", "email")
    source = lines(shop)
    made = reconciled(shop, source, by_mail(shop))
    assert [row[:2] for row in shop.read(made)] == [(1, 1), (1, 7), (3, 2), (3, 6)]
    assert [row[0] for row in shop.read(Looking(source, by_mail(shop), Finding.SEVERAL))] == [1, 7]
    assert [row[0] for row in shop.read(Looking(source, by_mail(shop), Finding.NOTHING))] == [3, 4, 5]
    kept = shop.read(reconciled(shop, source, by_mail(shop), keep=True))
    assert [row[:2] for row in kept] == [(1, 1), (1, 7), (3, 2), (3, 6), (None, 3), (None, 4), (None, 5)]
    sql = shop.compiler.select(made).sql(shop.dialect.name)
    assert ('"_folded_email"' in sql) is copied


def test_exact_values_are_compared_as_they_are_written(shop: Shop) -> None:
    source = lines(shop)
    assert shop.read(reconciled(shop, source, by_mail(shop, loose=False))) == [(3, 2, "bob@x.org", "")]


def test_all_pairs_must_be_equal_and_a_filter_says_who_may_be_found(shop: Shop) -> None:
    source = lines(shop)
    mail, town = (
        Likeness(of_line(shop, "[mail]"), shop.value("[email]"), True),
        Likeness(of_line(shop, "[town]"), shop.value("[city]"), True),
    )
    both = Lookup(Records(PEOPLE, All()), (mail, town))
    assert [row[:2] for row in shop.read(reconciled(shop, source, both))] == [(1, 1), (1, 7)]
    rich = by_mail(shop, where=shop.rule("[points] < 10"))
    assert [row[:2] for row in shop.read(reconciled(shop, source, rich))] == [(3, 2), (3, 6)]
    linked = by_mail(shop, where=shop.rule("[country.name] = 'France'"))
    assert [row[:2] for row in shop.read(reconciled(shop, source, linked))] == [(1, 1), (1, 7)]


def test_what_is_made_of_one_lookup_in_a_task_is_looked_up_once(shop: Shop) -> None:
    source, lookup = lines(shop), by_mail(shop)
    sets: dict[str, Set] = {
        "main": reconciled(shop, source, lookup),
        "complement": Looking(source, lookup, Finding.NOTHING),
    }
    made = shop.task(sets)
    assert made == {name: shop.read(each) for name, each in sets.items()}
    statements = shop.compiler.task(sets, {name: name for name in sets})
    assert sum("FOLD(" in statement.sql(shop.dialect.name) for statement in statements) == 1


def test_a_rule_may_name_the_row_and_what_is_found(shop: Shop) -> None:
    source = lines(shop)
    rule = with_row(shop, "Lower([email]) = Lower([row.mail]) and [points] > 5 and [country.name] <> ''")
    lookup = Lookup(Records(PEOPLE, All()), where=rule)
    assert shop.read(reconciled(shop, source, lookup)) == []
    rule = with_row(shop, "GetEmailDomain([email]) = GetEmailDomain([row.mail]) and [points] > 5")
    lookup = Lookup(Records(PEOPLE, All()), where=rule)
    assert [row[:2] for row in shop.read(reconciled(shop, source, lookup))] == [(1, 2), (1, 6), (1, 7)]
    lookup = replace(lookup, where=with_row(shop, "GetEmailDomain([email]) = GetEmailDomain([row.mail])"))
    # in a rule empty equals empty: lines 3 and 4 find persons 4 and 5
    assert [row[0] for row in shop.read(Looking(source, lookup, Finding.SEVERAL))] == [2, 3, 4, 6, 7]
    assert [row[0] for row in shop.read(Looking(source, lookup, Finding.NOTHING))] == [1, 5]


def orders_of(shop: Shop, *, where: Predicate | None = None) -> Lookup:
    pair = Likeness(shop.value("[id]"), shop.value("[person_id]", "order"))
    return Lookup(Records(replace(shop.orders, dimension=""), where or All()), (pair,))


def test_columns_of_what_is_found_leave_each_row_one(shop: Shop) -> None:
    total, status = Column("o_number", INTEGER), Column("o_status", STRING)
    attributes = (("o_number", shop.value("[number]", "order")), ("o_status", shop.value("[status]", "order")))
    shape = shop.people.having((total, status))
    node = Enriched(shop.everyone(), (Found(orders_of(shop), attributes),), shape)
    assert shop.read(node) == [
        (1, 1, "paid"), (2, 1, "paid"), (3, 4, "open"), (4, None, None), (5, None, None), (6, None, None)
    ]  # fmt: skip
    paid = orders_of(shop, where=shop.rule("[total] > 25", "order"))
    node = Enriched(shop.everyone(1, 2), (Found(paid, attributes),), shape)
    assert shop.read(node) == [(1, 2, ""), (2, None, None)]


def test_the_whole_key_finds_one_row_and_nothing_is_put_in_order(shop: Shop) -> None:
    pair = Likeness(shop.value("[country_code]"), shop.value("[code]", "country"))
    lookup = Lookup(Records(Shape("", "country", (STRING,)), All()), (pair,))
    name = Column("land", STRING)
    node = Enriched(
        shop.everyone(), (Found(lookup, (("land", shop.value("[name]", "country")),)),), shop.people.having((name,))
    )
    # the country '' is nobody's: an empty value equals nothing
    assert shop.read(node) == [(1, "France"), (2, "France"), (3, None), (4, None), (5, None), (6, None)]
    assert "ROW_NUMBER" not in shop.compiler.select(node).sql(shop.dialect.name)


def expanded(shop: Shop, source: Table, lookup: Lookup) -> Expanded:
    attributes = (("o_total", shop.value("[number]", "order")),)
    columns = (*source.shape.columns, Column("o_total", INTEGER))
    return Expanded(source, lookup, attributes, replace(source.shape, columns=columns, numbered=True, origin="it"))


def test_an_expansion_has_a_row_for_each_that_is_found_and_loses_none(shop: Shop) -> None:
    node = expanded(shop, shop.everyone(1, 3, 4), orders_of(shop))
    assert shop.read(node) == [(1, 1, 1), (1, 2, 2), (1, 3, 3), (3, 1, 4), (4, 1, None)]


def test_rows_that_had_a_line_number_are_numbered_anew(shop: Shop) -> None:
    shape = replace(shop.people, numbered=True, origin="before")
    node = expanded(shop, shop.table("numbered", shape, [(1, 1), (1, 7), (4, 2)]), orders_of(shop))
    assert shop.read(node) == [(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 1), (1, 5, 2), (1, 6, 3), (4, 1, None)]
    shape = replace(shop.people, secondary_schema="card", secondary_key=(STRING,), numbered=True)
    node = expanded(shop, shop.table("carried", shape, [(3, "a", 4), (3, "a", 5), (3, "b", 4)]), orders_of(shop))
    assert shop.read(node) == [(3, "a", 1, 4), (3, "a", 2, 4), (3, "b", 1, 4)]
    source = lines(shop)
    mail = Column("found", INTEGER)
    wide = replace(FILE, columns=(*FILE.columns, mail), origin="it")
    made = Expanded(source, by_mail(shop), (("found", shop.value("[id]")),), wide)
    assert [(row[0], row[-1]) for row in shop.read(made)] == [
        (1, 1), (2, 2), (3, 3), (4, None), (5, None), (6, None), (7, 3), (8, 1), (9, 2)
    ]  # fmt: skip


def test_another_population_may_be_looked_among_with_its_columns(shop: Shop) -> None:
    score = Column("score", INTEGER)
    scored = shop.table("scored", shop.people.having((score,)), [(1, 10), (3, 30), (5, None)])
    pair = Likeness(shop.value("[points]"), shop.value("[points]"))
    lookup = Lookup(scored, (pair,))
    taken = (("score", shop.value("[score]", columns=(score,))), ("town", shop.value("[city]")))
    node = Enriched(shop.everyone(), (Found(lookup, taken),), shop.people.having((score, TOWN)))
    # points: 10, NULL, 5, 0, 5, 7; of 3 and 5, who both have five, 3 has the smaller key
    assert shop.read(node) == [
        (1, 10, "Paris"), (2, None, None), (3, 30, ""), (4, None, None), (5, 30, ""), (6, None, None)
    ]  # fmt: skip
    few = replace(lookup, among=Filtered(scored, shop.rule("[score] > 10", columns=(score,))))
    assert shop.read(Looking(shop.everyone(), few, Finding.NOTHING)) == [(1,), (2,), (4,), (6,)]
    rule = bind_rule(
        Truth(expression="[score] > [row.points] * 5"),
        replace(shop.around("person", (score,)), roots={ROW: shop.around()}),
    )
    by_rule = Lookup(scored, where=rule)
    assert shop.read(Looking(shop.everyone(), by_rule, Finding.NOTHING)) == [(1,), (2,), (6,)]
    assert shop.read(Looking(shop.everyone(), by_rule, Finding.SEVERAL)) == [(4,)]
