from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from batuta.engines.duckdb.storage import column_type
from batuta.rules.bound import All, AnyOf, Compare, Constant, Linked, Predicate
from batuta.rules.tree import Operator
from batuta.schema.types import INTEGER, STRING, DataType, Kind
from batuta.sets.algebra import (
    Distinct,
    Filtered,
    Intersection,
    LimitKind,
    Nobody,
    Part,
    Records,
    Segment,
    Set,
    Split,
    Union,
)
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

NOTE = Column("note", STRING)


def statements(shop: Shop, sets: dict[str, Set]) -> list[str]:
    return [
        statement.sql(shop.dialect.name) for statement in shop.compiler.task(sets, {name: f"w_{name}" for name in sets})
    ]


def test_a_split_is_computed_once_for_all_its_parts(shop: Shop) -> None:
    split = Split(Records(shop.people, All()), (Segment("a", None, LimitKind.PERCENT, 50),), "s")
    made = statements(shop, {"a": Part(split, 0), "rest": Part(split, None)})
    held = shop.shared("w_a_shared_1").sql(shop.dialect.name)
    assert [text.split(" AS ")[0] for text in made] == [
        f"CREATE TEMPORARY TABLE {held}",
        'CREATE TABLE "work"."w_a"',
        'CREATE TABLE "work"."w_rest"',
        f"DROP TABLE {held}",
    ]
    assert sum("MD5" in text for text in made) == 1


def test_what_one_query_reads_twice_is_materialised_once(shop: Shop) -> None:
    few = Filtered(shop.everyone(), shop.rule("[points] > 5"))
    more = Filtered(shop.everyone(), shop.rule("[points] > 6"))
    (made,) = statements(shop, {"main": Union((few, more), shop.people)})
    assert made.count("AS MATERIALIZED") == 1
    assert made.count("CAST(5 AS BIGINT)") == 1
    assert shop.read(Union((few, more), shop.people)) == [(1,), (6,)]


def test_equal_sets_of_different_outputs_are_made_once_and_nested_ones_in_order(shop: Shop) -> None:
    def poor() -> Set:
        return Filtered(Records(shop.people, All()), shop.rule("[points] < 6"))

    def split() -> Split:
        return Split(Union((poor(), shop_one), shop.people), (Segment("a", shop.rule("[id] < 4")),), "s")

    shop_one = shop.everyone(1)
    sets: dict[str, Set] = {"a": Part(split(), 0), "b": Part(split(), None), "c": poor()}
    made = statements(shop, sets)
    assert sum("TEMPORARY" in text for text in made) == 2
    found = shop.task(sets)
    assert found == {"a": [(1,), (3,)], "b": [(4,), (5,)], "c": [(3,), (4,), (5,)]}


def test_both_outputs_of_a_deduplication_come_from_one_ranking(shop: Shop) -> None:
    main = Distinct(shop.everyone(), (shop.value("[country_code]"),), shop.people)
    rest = replace(main, shape=shop.people.having((Column("kept_1", INTEGER),)), complement=True)
    made = statements(shop, {"main": main, "rest": rest})
    assert sum("ROW_NUMBER" in text for text in made) == 1


def test_a_single_output_makes_no_temporary_table(shop: Shop) -> None:
    both = Intersection((shop.everyone(1, 2), shop.everyone(2, 3)), shop.people, complement=True)
    assert len(statements(shop, {"rest": both})) == 1


def test_nobody_has_the_columns_of_its_shape(shop: Shop) -> None:
    listed = Column("o", STRING, (Column("a b", INTEGER),))
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER)).having((NOTE, listed))
    nobody = shop.compiler.select(Nobody(shape)).sql(shop.dialect.name)
    assert shop.connection.execute(nobody).fetchall() == []
    shop.connection.execute(f"CREATE TABLE work.nobody AS {nobody}")
    columns = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'nobody'"
    number, text, listed_type = {
        "duckdb": ("BIGINT", "VARCHAR", 'STRUCT("a b" BIGINT)[]'),
        "postgres": ("bigint", "text", "jsonb"),
    }[shop.dialect.name]
    assert shop.connection.execute(f"{columns} ORDER BY ordinal_position").fetchall() == [
        ("_t1", number),
        ("_s1", number),
        ("_s2", number),
        ("note", text),
        ("o", listed_type),
    ]


def counts(shop: Shop, population: Set) -> tuple[object, ...] | None:
    return shop.connection.execute(shop.compiler.count(population).sql(shop.dialect.name)).fetchone()


def test_counts_are_of_row_keys_and_of_targets(shop: Shop) -> None:
    shape = replace(shop.people, secondary_schema="order", secondary_key=(INTEGER, INTEGER))
    source = shop.table("rows", shape, [(1, 1, 1), (1, 1, 2), (3, 2, 4)])
    assert counts(shop, source) == (3, 2)
    assert counts(shop, Nobody(shape)) == (0, 0)
    assert counts(shop, shop.everyone()) == (6, 6)
    assert counts(shop, Records(shop.orders, All())) == (7, 7)
    assert counts(shop, Nobody(shop.people)) == (0, 0)


def test_a_preview_limits_the_keys_first(shop: Shop) -> None:
    source = shop.table("p", shop.people.having((NOTE,)), [(key, f"n{key}") for key in (77, 6, 5, 3, 1)])
    attributes = [("city", shop.value("[city]")), ("country", shop.value("[country.name]"))]
    query = shop.compiler.preview(source, attributes, 3, 1).sql(shop.dialect.name)
    assert query.index("LIMIT") < query.index("LEFT JOIN")
    found = shop.connection.execute(query).fetchall()
    assert found == [(3, "n3", "", None), (5, "n5", "Lyon", None), (6, "n6", " lyon ", None)]


def test_a_scan_is_in_key_order_with_empties_for_those_gone(shop: Shop) -> None:
    source = shop.table("p", shop.people.having((NOTE, Column("other", STRING))), [(77, "a", "x"), (1, "b", "y")])
    query = shop.compiler.scan(source, [("points", shop.value("[points]"))], ["other"]).sql(shop.dialect.name)
    assert shop.connection.execute(query).fetchall() == [(1, "y", 10), (77, "x", None)]


def test_now_is_a_literal(shop: Shop) -> None:
    where = shop.rule("GetDate() > [born]")
    text = shop.compiler.select(Records(shop.people, where)).sql(shop.dialect.name)
    assert "2024-03-01" in text
    assert "CURRENT" not in text


def test_many_conditions_and_parts_become_one_statement_for_each_output(shop: Shop) -> None:
    city = shop.value("[city]")
    leaves = [Compare(Operator.CONTAINS, city, (Constant(f"c{place}", STRING),), True, True) for place in range(20)]
    split = Split(
        Filtered(shop.everyone(), AnyOf(tuple(leaves))),
        (Segment("a", shop.rule("[points] > 5"), LimitKind.PERCENT, 50), Segment("b", None, LimitKind.PERCENT, 50)),
        "s",
    )
    sets: dict[str, Set] = {"a": Part(split, 0), "b": Part(split, 1), "rest": Part(split, None)}
    made = shop.compiler.task(sets, {name: f"w_{name}" for name in sets})
    assert [statement.output for statement in made if statement.output] == ["a", "b", "rest"]


def test_rules_nested_as_deep_as_binding_allows_compile(shop: Shop) -> None:
    predicate: Predicate = shop.rule("[points] > 5")
    for _ in range(50):
        predicate = AnyOf((predicate, Compare(Operator.EQUAL, shop.value("[id]"), (Constant(99, INTEGER),))))
    assert shop.keys(Records(shop.people, predicate)) == [1, 6]


def test_linked_rows_nested_as_deep_as_binding_allows_compile(shop: Shop) -> None:
    orders, person = shop.link("person", "orders"), shop.link("order", "person")
    predicate: Predicate = shop.rule("[points] > 5")
    for _ in range(25):
        predicate = Linked((orders,), Linked((person,), predicate))
    assert shop.keys(Records(shop.people, predicate)) == [1]


@pytest.mark.parametrize("kind", Kind)
def test_types_are_those_in_which_the_engine_stores(shop: Shop, kind: Kind) -> None:
    for data_type in (DataType(kind=kind), DataType(kind=kind, precision=12, scale=3)):
        assert shop.dialect.type_of(data_type).sql(shop.dialect.name) == column_type(data_type).sql(shop.dialect.name)
