from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from batuta.engines.sql.conftest import MONEY
from batuta.rules.bound import All
from batuta.rules.tree import AggregateFunction
from batuta.schema.types import DATETIME, DOUBLE, INTEGER, STRING, DataType
from batuta.sets.algebra import Addition, Enriched, Lines, Records, Set, Sort, Total, Value
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop


def enriched(shop: Shop, source: Set, additions: tuple[Addition, ...], *columns: Column) -> list[tuple[object, ...]]:
    shape = source.shape.having((*source.shape.columns, *columns))
    found = shop.read(Enriched(source, additions, shape))
    assert len(found) == len(shop.read(source)), "an enrichment never changes the number of rows"
    return found


def test_values_of_the_row_of_its_links_and_of_its_columns(shop: Shop) -> None:
    score = Column("score", INTEGER)
    source = shop.table("p", shop.people.having((score,)), [(1, 5), (5, None), (6, 1), (77, 2)])
    additions = (
        Value("city", shop.value("[city]")),
        Value("country", shop.value("[country.name]")),
        Value("double", shop.value("[score] * 2", columns=(score,))),
    )
    columns = (Column("city", STRING), Column("country", STRING), Column("double", INTEGER))
    assert enriched(shop, source, additions, *columns) == [
        (1, 5, "Paris", "France", 10),
        (5, None, "Lyon", None, None),
        (6, 1, " lyon ", None, 2),
        (77, 2, None, None, 4),
    ]


def test_a_later_value_may_name_an_earlier_one(shop: Shop) -> None:
    base = Column("base", INTEGER)
    additions = (Value("base", shop.value("[points]")), Value("more", shop.value("[base] + 1", columns=(base,))))
    assert enriched(shop, shop.everyone(1, 2), additions, base, Column("more", INTEGER)) == [
        (1, 10, 11),
        (2, None, None),
    ]


def test_a_link_to_one_row_takes_the_smallest_key_where_there_are_several(shop: Shop) -> None:
    addition = Value("level", shop.value("[card.level]"))
    assert enriched(shop, shop.everyone(1, 2, 3), (addition,), Column("level", STRING)) == [
        (1, "gold"),
        (2, None),
        (3, ""),
    ]


def latest(shop: Shop, count: int = 2, where: str | None = None) -> Lines:
    return Lines(
        "o",
        (shop.link("person", "orders"),),
        None if where is None else shop.rule(where, "order"),
        (Sort(shop.value("[placed]", "order"), descending=True),),
        count,
        (("total", shop.value("[total]", "order")), ("status", shop.value("[status]", "order"))),
    )


def columns_of_lines(count: int) -> tuple[Column, ...]:
    line = (Column("total", MONEY), Column("status", STRING))
    numbered = tuple(
        Column(f"o_{number}_{column.name}", column.type) for number in range(1, count + 1) for column in line
    )
    return (*numbered, Column("o", STRING, line))


def test_lines_come_in_columns_and_as_a_list(shop: Shop) -> None:
    found = enriched(shop, shop.everyone(), (latest(shop),), *columns_of_lines(2))
    first = {"total": Decimal("30.00"), "status": ""}
    second = {"total": Decimal("20.00"), "status": None}
    assert found == [
        (1, Decimal("30.00"), "", Decimal("20.00"), None, [first, second]),
        (2, None, "paid", None, None, [{"total": None, "status": "paid"}]),
        (3, Decimal("20.00"), "open", None, None, [{"total": Decimal("20.00"), "status": "open"}]),
        (4, None, None, None, None, []),
        (5, None, None, None, None, []),
        (6, None, None, None, None, []),
    ]


def test_lines_that_do_not_satisfy_the_filter_are_left_out(shop: Shop) -> None:
    found = enriched(shop, shop.everyone(1, 2), (latest(shop, 1, "[total] < 25"),), *columns_of_lines(1))
    assert found == [
        (1, Decimal("20.00"), None, [{"total": Decimal("20.00"), "status": None}]),
        (2, None, None, []),
    ]


def test_lines_that_sort_alike_come_by_primary_key_and_empties_last(shop: Shop) -> None:
    shop.connection.execute('UPDATE data."order" SET placed = NULL WHERE number = 1 AND shop = 1')
    shop.connection.execute("UPDATE data.\"order\" SET placed = '2024-01-03' WHERE number IN (2, 3) AND shop = 1")
    lines = replace(latest(shop, 3), attributes=(("number", shop.value("[number]", "order")),))
    columns = tuple(Column(f"o_{number}_number", INTEGER) for number in (1, 2, 3))
    listed = Column("o", STRING, (Column("number", INTEGER),))
    for descending, expected in ((True, (2, 3, 1)), (False, (2, 3, 1))):
        sort = (Sort(shop.value("[placed]", "order"), descending),)
        found = enriched(shop, shop.everyone(1), (replace(lines, sort=sort),), *columns, listed)
        assert found == [(1, *expected, [{"number": number} for number in expected])]


def test_lines_over_several_links(shop: Shop) -> None:
    path = (shop.link("person", "orders"), shop.link("order", "lines"))
    lines = Lines("l", path, None, (), 3, (("article", shop.value("[article]", "line")),))
    columns = tuple(Column(f"l_{number}_article", STRING) for number in (1, 2, 3))
    listed = Column("l", STRING, (Column("article", STRING),))
    found = enriched(shop, shop.everyone(1, 2, 3), (lines,), *columns, listed)
    assert [row[:4] for row in found] == [(1, "pen", "ink", "pen"), (2, None, None, None), (3, "", None, None)]


def test_each_row_of_a_target_gets_the_lines_of_the_target(shop: Shop) -> None:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    source = shop.table("rows", shape, [(1, 1, 1), (1, 1, 2)])
    found = enriched(shop, source, (latest(shop, 1),), *columns_of_lines(1))
    assert [row[3] for row in found] == [Decimal("30.00"), Decimal("30.00")]


TOTALS = [
    (AggregateFunction.COUNT, None, INTEGER, [3, 1, 1, 0, 0, 0]),
    (AggregateFunction.COUNT_DISTINCT, "[status]", INTEGER, [1, 1, 1, 0, 0, 0]),
    (AggregateFunction.SUM, "[total]", MONEY, [Decimal("60.00"), Decimal("0.00"), Decimal("20.00"), 0, 0, 0]),
    (AggregateFunction.AVERAGE, "[total]", DOUBLE, [20.0, None, 20.0, None, None, None]),
    (AggregateFunction.MIN, "[total]", MONEY, [Decimal("10.00"), None, Decimal("20.00"), None, None, None]),
    (AggregateFunction.MAX, "[status]", STRING, ["paid", "paid", "open", None, None, None]),
    (
        AggregateFunction.MAX,
        "[placed]",
        DATETIME,
        [datetime(2024, 1, 3, 23, 59, 59, 500_000), None, datetime(2024, 1, 2), None, None, None],
    ),
]


@pytest.mark.parametrize(("function", "text", "data_type", "expected"), TOTALS)
def test_totals(
    shop: Shop, function: AggregateFunction, text: str | None, data_type: DataType, expected: list[object]
) -> None:
    of = None if text is None else shop.value(text, "order")
    total = Total("figure", (shop.link("person", "orders"),), None, function, of, data_type)
    found = enriched(shop, shop.everyone(), (total,), Column("figure", data_type))
    assert [row[1] for row in found] == expected
    unmade = Enriched(Records(shop.people, All()), (total,), shop.people.having((Column("figure", data_type),)))
    assert [row[1] for row in shop.read(unmade)] == expected


def test_a_total_over_filtered_rows(shop: Shop) -> None:
    where = shop.rule("[total] > 15", "order")
    total = Total("n", (shop.link("person", "orders"),), where, AggregateFunction.COUNT, None, INTEGER)
    found = enriched(shop, shop.everyone(1, 2, 3), (total,), Column("n", INTEGER))
    assert found == [(1, 2), (2, 0), (3, 1)]


def test_several_additions_at_once(shop: Shop) -> None:
    path = (shop.link("person", "orders"),)
    total = Total("n", path, None, AggregateFunction.COUNT, None, INTEGER)
    most = Total("most", path, None, AggregateFunction.MAX, shop.value("[total]", "order"), MONEY)
    columns = (Column("n", INTEGER), Column("most", MONEY), *columns_of_lines(1))
    found = enriched(shop, shop.everyone(1, 4), (total, most, latest(shop, 1)), *columns)
    assert [row[:4] for row in found] == [(1, 3, Decimal("30.00"), Decimal("30.00")), (4, 0, None, None)]


def test_a_total_too_large_for_its_type_is_empty(shop: Shop) -> None:
    shop.connection.execute("UPDATE data.line SET quantity = 9223372036854775807")
    path = (shop.link("person", "orders"), shop.link("order", "lines"))
    total = Total("n", path, None, AggregateFunction.SUM, shop.value("[quantity]", "line"), INTEGER)
    found = enriched(shop, shop.everyone(1, 2, 3), (total,), Column("n", INTEGER))
    assert found == [(1, None), (2, 0), (3, 9223372036854775807)]


def test_totals_over_one_path_read_its_rows_once(shop: Shop) -> None:
    path = (shop.link("person", "orders"),)
    dear, cheap = shop.rule("[total] > 15", "order"), shop.rule("[total] < 15", "order")
    of = shop.value("[total]", "order")
    additions = (
        Total("dear", path, dear, AggregateFunction.COUNT, None, INTEGER),
        Total("spent", path, dear, AggregateFunction.SUM, of, MONEY),
        Total("cheap", path, cheap, AggregateFunction.COUNT, None, INTEGER),
    )
    columns = (Column("dear", INTEGER), Column("spent", MONEY), Column("cheap", INTEGER))
    node = Enriched(shop.everyone(1, 2, 3), additions, shop.people.having(columns))
    assert shop.compiler.select(node).sql(shop.dialect.name).count('"data"."order"') == 1
    assert shop.read(node) == [(1, 2, Decimal("50.00"), 1), (2, 0, Decimal("0.00"), 0), (3, 1, Decimal("20.00"), 0)]


DEAR = "[total] > 15"


def with_totals(shop: Shop, lines: Lines, *wheres: str | None) -> Enriched:
    """Return people 1 to 4 with a total before the lines and others after: how many orders, and of what sum."""
    path, of = (shop.link("person", "orders"),), shop.value("[total]", "order")
    totals = []
    for number, where in enumerate(wheres):
        rule = None if where is None else shop.rule(where, "order")
        totals.append(Total(f"n{number}", path, rule, AggregateFunction.COUNT, None, INTEGER))
        totals.append(Total(f"s{number}", path, rule, AggregateFunction.SUM, of, MONEY))
    columns = [Column(total.name, total.type) for total in totals]
    additions: tuple[Addition, ...] = (totals[0], lines, *totals[1:])
    columns[1:1] = columns_of_lines(lines.count)
    shape = shop.people.having(tuple(columns))
    return Enriched(shop.table("some", shop.people, [(1,), (2,), (3,), (4,)]), additions, shape)


def reads(shop: Shop, node: Enriched) -> int:
    return shop.compiler.select(node).sql(shop.dialect.name).count('"data"."order"')


def test_lines_and_totals_over_one_path_read_its_rows_once(shop: Shop) -> None:
    node = with_totals(shop, latest(shop, 1), None, DEAR)
    assert reads(shop, node) == 1
    first = {"total": Decimal("30.00"), "status": ""}
    assert shop.read(node) == [
        (1, 3, Decimal("30.00"), "", [first], Decimal("60.00"), 2, Decimal("50.00")),
        (2, 1, None, "paid", [{"total": None, "status": "paid"}], Decimal("0.00"), 0, Decimal("0.00")),
        (3, 1, Decimal("20.00"), "open", [{"total": Decimal("20.00"), "status": "open"}], 20, 1, 20),
        (4, 0, None, None, [], Decimal("0.00"), 0, Decimal("0.00")),
    ]


def test_lines_and_totals_of_one_filter_read_its_rows_once(shop: Shop) -> None:
    node = with_totals(shop, latest(shop, 1, DEAR), DEAR)
    assert reads(shop, node) == 1
    found = shop.read(node)
    assert [(row[0], row[1], row[2], row[-1]) for row in found] == [
        (1, 2, 30, 50),
        (2, 0, None, 0),
        (3, 1, 20, 20),
        (4, 0, None, 0),
    ]
    assert [len(row[4]) for row in found if isinstance(row[4], list)] == [1, 0, 1, 0]


def test_totals_count_rows_that_the_filter_of_lines_leaves_out(shop: Shop) -> None:
    node = with_totals(shop, latest(shop, 1, DEAR), DEAR, "[total] < 15")
    assert reads(shop, node) == 2
    assert [(row[0], row[1], row[2], row[-3], row[-2], row[-1]) for row in shop.read(node)] == [
        (1, 2, 30, 50, 1, 10),
        (2, 0, None, 0, 0, 0),
        (3, 1, 20, 20, 0, 0),
        (4, 0, None, 0, 0, 0),
    ]


def test_totals_of_text_with_lines_leave_empties_out(shop: Shop) -> None:
    path, status = (shop.link("person", "orders"),), shop.value("[status]", "order")
    least = Total("least", path, None, AggregateFunction.MIN, status, STRING)
    kinds = Total("kinds", path, None, AggregateFunction.COUNT_DISTINCT, status, INTEGER)
    columns = (*columns_of_lines(1), Column("least", STRING), Column("kinds", INTEGER))
    source = shop.everyone(1, 4)
    node = Enriched(source, (latest(shop, 1), least, kinds), shop.people.having(columns))
    assert reads(shop, node) == 1
    assert [row[2:] for row in shop.read(node)] == [
        ("", [{"total": Decimal("30.00"), "status": ""}], "paid", 1),
        (None, [], None, 0),
    ]


def test_lines_of_two_orders_are_ranked_apart_and_totals_go_with_one(shop: Shop) -> None:
    cheapest = replace(latest(shop, 1), name="c", sort=(Sort(shop.value("[total]", "order")),))
    total = Total("n", cheapest.path, None, AggregateFunction.COUNT, None, INTEGER)
    columns = [replace(column, name=column.name.replace("o", "c", 1)) for column in columns_of_lines(1)]
    shape = shop.people.having((*columns_of_lines(1), *columns, Column("n", INTEGER)))
    node = Enriched(shop.everyone(1, 2, 4), (latest(shop, 1), cheapest, total), shape)
    assert reads(shop, node) == 2
    assert [(row[0], row[1], row[4], row[7]) for row in shop.read(node)] == [
        (1, 30, 10, 3),
        (2, None, None, 1),
        (4, None, None, 0),
    ]
