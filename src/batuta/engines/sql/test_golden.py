"""The SQL of each kind of set, as files that people can read and reviews can compare.

With UPDATE_GOLDEN=1 in the environment the files are written anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batuta.engines.sql.conftest import DATABASES, MONEY
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.rules.bound import All, Compare, Computed, Constant
from batuta.rules.tree import Aggregate, AggregateFunction, And, Condition, Except, Exists, InAudience, Operator, Or
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import ADDRESS, Addressed, Check, Special
from batuta.sets.algebra import (
    Barrier,
    Choice,
    Criterion,
    Distinct,
    Enriched,
    Exclusion,
    Filtered,
    Intersection,
    Keyed,
    LimitKind,
    Lines,
    Nobody,
    Part,
    Parted,
    Records,
    Segment,
    Set,
    Sort,
    Split,
    Table,
    Total,
    Union,
    Value,
)
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

GOLDEN = Path(__file__).parent / "golden"
ORDERS = "orders"


def one(shop: Shop) -> Table:
    return Table("one", shop.people)


def two(shop: Shop) -> Table:
    return Table("two", shop.people.having((Column("score", INTEGER),)))


def everyone(shop: Shop) -> dict[str, Set]:
    return {"main": Records(shop.people, All())}


def conditions(shop: Shop) -> dict[str, Set]:
    city = Condition(expression="[city]", operator=Operator.NOT_EQUAL, value="Paris")
    points = Condition(expression="[points]", operator=Operator.LESS, value=10)
    country = Condition(expression="[country.name]", operator=Operator.EQUAL, value="France")
    rule = Or(children=(And(children=(city, points)), Except(children=(country, InAudience(audience="Club")))))
    return {"main": Records(shop.people, shop.rule(rule))}


def linked_rows(shop: Shop) -> dict[str, Set]:
    paid = Condition(expression="[status]", operator=Operator.EQUAL, value="paid")
    pens = Exists(path="orders.lines", rule=Condition(expression="[article]", operator=Operator.EQUAL, value="pen"))
    return {"main": Records(shop.people, shop.rule(And(children=(Exists(path="orders", rule=paid), pens))))}


def no_linked_rows(shop: Shop) -> dict[str, Set]:
    return {"main": Records(shop.people, shop.rule(Exists(path="orders", negated=True)))}


def aggregate(shop: Shop) -> dict[str, Set]:
    few = Aggregate(
        function=AggregateFunction.COUNT,
        path=ORDERS,
        operator=Operator.LESS,
        value=3,
        rule=Condition(expression="[total]", operator=Operator.GREATER, value=15),
    )
    return {"main": Records(shop.people, shop.rule(few)), "narrowed": Filtered(one(shop), shop.rule(few))}


def long_list(shop: Shop) -> dict[str, Set]:
    numbers = tuple(Constant(number, INTEGER) for number in range(501))
    return {"main": Records(shop.people, Compare(Operator.NOT_IN, shop.value("[points]"), numbers))}


def union(shop: Shop) -> dict[str, Set]:
    shape = shop.people.having((Column("score", INTEGER),))
    return {"main": Union((one(shop), two(shop)), shape)}


def union_by_values(shop: Shop) -> dict[str, Set]:
    leads = Table("leads", Shape("leads", "lead", (STRING,)))
    on = ((shop.value("[email]"),), (shop.value("[mail]", "lead"),))
    return {"main": Union((one(shop), leads), shop.people, on)}


def intersection(shop: Shop) -> dict[str, Set]:
    shape = shop.people.having((Column("score", INTEGER),))
    main = Intersection((one(shop), two(shop)), shape)
    return {"main": main, "complement": replace(main, complement=True)}


def exclusion(shop: Shop) -> dict[str, Set]:
    orders = Table("orders", shop.orders)
    barriers = (Barrier(two(shop), "two"), Barrier(orders, "orders", (shop.link("order", "person"),)))
    main = Exclusion(one(shop), barriers, shop.people)
    shape = shop.people.having((Column("excluded_by", STRING),))
    return {"main": main, "complement": replace(main, shape=shape, complement=True)}


def distinct(shop: Shop) -> dict[str, Set]:
    criteria = (Criterion(Choice.DESCENDING, shop.value("[points]")), Criterion(Choice.RANDOM))
    main = Distinct(one(shop), (shop.value("[email]"),), shop.people, criteria=criteria, salt="seed")
    main = replace(main, ignore_case=True, ignore_space=True)
    shape = shop.people.having((Column("kept_1", INTEGER),))
    return {"main": main, "complement": replace(main, shape=shape, complement=True)}


def enriched(shop: Shop) -> dict[str, Set]:
    path = (shop.link("person", ORDERS),)
    sort = (Sort(shop.value("[placed]", "order"), descending=True),)
    additions = (
        Value("country", shop.value("[country.name]")),
        Total("spent", path, None, AggregateFunction.SUM, shop.value("[total]", "order"), MONEY),
        Lines("o", path, shop.rule("[total] > 0", "order"), sort, 2, (("total", shop.value("[total]", "order")),)),
    )
    columns = (
        Column("country", STRING),
        Column("spent", MONEY),
        Column("o_1_total", MONEY),
        Column("o_2_total", MONEY),
        Column("o", STRING, (Column("total", MONEY),)),
    )
    return {"main": Enriched(one(shop), additions, shop.people.having(columns))}


def lines_with_totals(shop: Shop) -> dict[str, Set]:
    path, total = (shop.link("person", ORDERS),), shop.value("[total]", "order")
    sort = (Sort(shop.value("[placed]", "order"), descending=True),)
    dear = shop.rule("[total] > 15", "order")
    additions = (
        Lines("o", path, None, sort, 2, (("total", total),)),
        Total("orders", path, None, AggregateFunction.COUNT, None, INTEGER),
        Total("spent", path, dear, AggregateFunction.SUM, total, MONEY),
    )
    columns = (
        Column("o_1_total", MONEY),
        Column("o_2_total", MONEY),
        Column("o", STRING, (Column("total", MONEY),)),
        Column("orders", INTEGER),
        Column("spent", MONEY),
    )
    return {"main": Enriched(one(shop), additions, shop.people.having(columns))}


def keyed(shop: Shop) -> dict[str, Set]:
    owner = (shop.value("[person_id]", "order"),)
    shape = shop.people.having((Column("status", STRING),))
    return {"main": Keyed(Table("orders", shop.orders), owner, shape, (shop.value("[status]", "order"),))}


def split(shop: Shop) -> dict[str, Set]:
    segments = (
        Segment("rich", shop.rule("[points] > 9"), LimitKind.COUNT, 100, (Sort(shop.value("[points]"), True),)),
        Segment("half", None, LimitKind.PERCENT, 50),
        Segment("third", None, LimitKind.PERCENT, 33.3),
    )
    division = Split(one(shop), segments, "seed")
    return {
        "rich": Part(division, 0),
        "half": Part(division, 1),
        "third": Part(division, 2),
        "rest": Part(division, None),
    }


def stable_split(shop: Shop) -> dict[str, Set]:
    segments = (Segment("a", None, LimitKind.PERCENT, 50), Segment("b", None, LimitKind.PERCENT, 25))
    division = Split(one(shop), segments, "seed", stable=True)
    return {"main": Parted(division, "segment", shop.people.having((Column("segment", STRING),)))}


def overlapping_split(shop: Shop) -> dict[str, Set]:
    segments = (Segment("a", shop.rule("[points] > 9")), Segment("b", None, LimitKind.PERCENT, 25))
    division = Split(one(shop), segments, "seed", overlapping=True)
    return {"a": Part(division, 0), "b": Part(division, 1), "rest": Part(division, None)}


def addressed(shop: Shop) -> dict[str, Set]:
    checks = (
        Check("gone", Special.GONE),
        Check("empty", Compare(Operator.IS_EMPTY, Computed(ADDRESS, STRING))),
        Check("duplicate", Special.DUPLICATE),
        Check("holdout", Special.HOLDOUT),
    )
    return {"main": Addressed(one(shop), shop.people, shop.value("[email]"), checks, holdout=10, salt="seed")}


def nobody(shop: Shop) -> dict[str, Set]:
    return {"main": Nobody(shop.people)}


def chosen_rows_with_columns(shop: Shop) -> dict[str, Set]:
    divided = Split(two(shop), (Segment("half", None, LimitKind.PERCENT, 50),), "salt")
    return {"half": Part(divided, 0), "rest": Part(divided, None)}


CASES: tuple[Callable[[Shop], dict[str, Set]], ...] = (
    everyone,
    conditions,
    linked_rows,
    no_linked_rows,
    aggregate,
    long_list,
    union,
    union_by_values,
    intersection,
    exclusion,
    distinct,
    enriched,
    lines_with_totals,
    keyed,
    split,
    stable_split,
    overlapping_split,
    addressed,
    nobody,
    chosen_rows_with_columns,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_golden_sql(paper: Shop, case: Callable[[Shop], dict[str, Set]]) -> None:
    sets = case(paper)
    made = paper.compiler.task(sets, {output: output for output in sets})
    engine = paper.dialect.name
    text = "".join(f"{statement.sql(engine, pretty=True)};\n" for statement in made)
    path = GOLDEN / f"{case.__name__}.{engine}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_golden_sql_runs(shop: Shop, case: Callable[[Shop], dict[str, Set]]) -> None:
    shop.table("one", one(shop).shape, [(1,), (3,), (4,)])
    shop.table("two", two(shop).shape, [(1, 10), (5, None)])
    shop.table("orders", shop.orders, [(1, 1), (2, 4)])
    shop.table("leads", Shape("leads", "lead", (STRING,)), [("k1",)])
    for statement in shop.compiler.task(case(shop), {output: output for output in case(shop)}):
        shop.connection.execute(statement.sql(shop.dialect.name))


def test_no_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{case.__name__}.{engine}.sql" for case in CASES for engine in (*DATABASES, "spark")
    }


class Plain(DuckDb):
    """The forms that engines without forms of their own get."""

    found = Dialect.found


@pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_common_forms_mean_the_same(shop: Shop, case: Callable[[Shop], dict[str, Set]]) -> None:
    shop.table("one", one(shop).shape, [(1,), (2,), (3,), (4,)])
    shop.table("two", two(shop).shape, [(1, 10), (5, None)])
    shop.table("orders", shop.orders, [(1, 1), (2, 4)])
    shop.table("leads", Shape("leads", "lead", (STRING,)), [("k1",), ("k2",)])
    sets = case(shop)
    expected = {output: shop.read(each) for output, each in sets.items()}
    shop.use(Plain())
    assert {output: shop.read(each) for output, each in sets.items()} == expected
