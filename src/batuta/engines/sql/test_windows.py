"""Windows where rows are left out, columns are computed and dimensions begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batuta.rules.bind import bind_rule
from batuta.rules.tree import And, Truth
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Enriched, Filtered, Records, Value
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

POINTS = Column("score", INTEGER)
SCORED = [(1, 10), (2, None), (3, 30), (4, 20)]


def test_a_window_sees_the_rows_that_other_conditions_leave_out(shop: Shop) -> None:
    source = shop.table("p", shop.people.having((POINTS,)), SCORED)
    rule = And(
        children=(
            Truth(expression="[score] < 30"),
            Truth(expression="Over(RowNum(), OrderBy(Desc([score]))) <= 2"),
        )
    )
    assert shop.read(Filtered(source, bind_rule(rule, shop.around(columns=(POINTS,))))) == [(4, 20)]


def test_a_window_over_a_dimension_sees_all_of_its_rows(shop: Shop) -> None:
    whole = len(shop.read(shop.everyone()))
    rule = Truth(expression=f"[id] = 1 and Over(CountAll()) = {whole}")
    assert shop.read(Records(shop.people, bind_rule(rule, shop.around()))) == [(1,)]


def test_a_window_may_look_at_a_column_of_the_same_enrichment_even_one_that_is_a_window(shop: Shop) -> None:
    source = shop.table("p", shop.people.having((POINTS,)), SCORED)
    place, best, last = (Column(name, INTEGER) for name in ("place", "best", "last"))
    known = (POINTS, place, best)
    additions = (
        Value("place", shop.value("Over(RowNum(), OrderBy([score]))", columns=(POINTS,))),
        Value("best", shop.value("Over(Max([place] + 1))", columns=(POINTS, place))),
        Value("last", shop.value("[best] - [place] + Over(Min([best]))", columns=known)),
    )
    shape = source.shape.having((POINTS, place, best, last))
    assert shop.read(Enriched(source, additions, shape)) == [
        (1, 10, 1, 5, 9),
        (2, None, 4, 5, 6),
        (3, 30, 3, 5, 7),
        (4, 20, 2, 5, 8),
    ]


def test_figures_of_one_path_share_one_join(shop: Shop) -> None:
    names = ("n", "least", "most", "spent", "again")
    formulas = (
        "CountAll([orders])",
        "Min([orders.total])",
        "Max([orders.total]) - Min([orders.total])",
        "Sum([orders.total])",
        "Iif(CountAll([orders]) > 2, 1, 0)",
    )
    additions = tuple(Value(name, shop.value(text)) for name, text in zip(names, formulas, strict=True))
    columns = tuple(Column(each.name, each.expression.type) for each in additions)
    query = shop.compiler.select(Enriched(shop.everyone(), additions, shop.people.having(columns)))
    sql = query.sql("duckdb")
    assert sql.count("GROUP BY") == 1
    assert sql.count("COUNT(*)") == 1
