from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from batuta.rules.bound import Computed
from batuta.schema.types import INTEGER
from batuta.sets.algebra import (
    Barrier,
    Choice,
    Criterion,
    Distinct,
    Enriched,
    Exclusion,
    Filtered,
    LimitKind,
    Part,
    Segment,
    Set,
    Split,
    Table,
    Value,
)
from batuta.sets.shape import Column

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

SCORE = Column("score", INTEGER)
SCORES = [(1, 7), (2, 3), (3, 9), (4, 3), (5, 8), (6, None)]


@pytest.fixture
def scored(shop: Shop) -> Table:
    return shop.table("scored", shop.people.having((SCORE,)), SCORES)


def high(shop: Shop, source: Set) -> Filtered:
    return Filtered(source, shop.rule("[target.score] >= 7", columns=(SCORE,)))


def kinds(shop: Shop, population: Set) -> list[str]:
    made = shop.compiler.task({"main": population}, {"main": "w"})
    return [statement.sql(shop.dialect.name).split(" AS ")[0] for statement in made]


def test_an_output_that_chooses_rows_holds_their_keys_and_shows_their_columns(shop: Shop, scored: Table) -> None:
    assert kinds(shop, high(shop, scored)) == ['CREATE TABLE "work"."keys_w"', 'CREATE VIEW "work"."w"']
    assert shop.task({"main": high(shop, scored)}) == {"main": [(1, 7), (3, 9), (5, 8)]}
    keys, _ = shop.compiler.task({"main": high(shop, scored)}, {"main": "w"})
    columns = shop.connection.execute(keys.tree.expression.sql(shop.dialect.name)).description
    assert [name for name, *_ in columns] == ["_t1"]


def test_each_way_of_choosing_rows_gives_what_the_whole_query_gives(shop: Shop, scored: Table) -> None:
    split = Split(scored, (Segment("half", None, LimitKind.PERCENT, 50),), "salt")
    score = Computed("score", INTEGER)
    best = Criterion(Choice.DESCENDING, score)
    ways: dict[str, Set] = {
        "part": Part(split, 0),
        "rest": Part(split, None),
        "distinct": Distinct(scored, (score,), scored.shape, criteria=(best,)),
        "all_distinct": Distinct(scored, (score,), scored.shape, keep=0),
        "exclusion": Exclusion(scored, (Barrier(shop.everyone(1, 2), "b"),), scored.shape),
        "within": high(shop, high(shop, scored)),
    }
    whole = {name: shop.read(of) for name, of in ways.items()}
    assert [row[0] for row in whole["exclusion"]] == [3, 4, 5, 6]
    assert shop.task(ways) == whole
    for name, of in ways.items():
        assert shop.task({name: of}) == {name: whole[name]}, name


def test_columns_of_columns_come_from_where_they_were_computed(shop: Shop, scored: Table) -> None:
    shop.connection.execute('CREATE TABLE work."keys_few" AS SELECT "_t1" FROM (VALUES (1), (2), (3)) AS k("_t1")')
    shop.connection.execute('CREATE VIEW work."few" AS SELECT * FROM work."scored" WHERE "_t1" <= 3')
    shop.carried["few"] = "scored"
    few = Table("few", scored.shape)
    assert shop.task({"main": high(shop, few)}) == {"main": [(1, 7), (3, 9)]}
    view = shop.compiler.task({"main": high(shop, few)}, {"main": "w"})[1].sql(shop.dialect.name)
    assert '"work"."scored"' in view
    assert '"few"' not in view


def test_who_only_asks_for_keys_reads_no_columns(shop: Shop, scored: Table) -> None:
    shop.carried["few"] = "scored"
    few = Table("few", scored.shape)
    barred = Exclusion(shop.everyone(), (Barrier(few, "b"),), shop.people)
    for query in (shop.compiler.select(barred), shop.compiler.count(few)):
        assert '"keys_few"' in query.sql(shop.dialect.name)
        assert '"work"."few"' not in query.sql(shop.dialect.name)


def test_an_output_with_columns_of_its_own_holds_them(shop: Shop, scored: Table) -> None:
    more = replace(scored.shape, columns=(SCORE, Column("twice", INTEGER)))
    twice = shop.value("[target.score] * 2", columns=(SCORE,))
    enriched = Enriched(scored, (Value("twice", twice),), more)
    removed = Distinct(scored, (Computed("score", INTEGER),), more, complement=True)
    assert kinds(shop, enriched) == ['CREATE TABLE "work"."w"']
    assert kinds(shop, removed) == ['CREATE TABLE "work"."w"']
    assert kinds(shop, high(shop, enriched)) == ['CREATE TABLE "work"."w"']


def test_the_table_of_an_audience_carries_nothing(shop: Shop, scored: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "carrier", lambda _name: None)
    assert kinds(shop, high(shop, scored)) == ['CREATE TABLE "work"."w"']


def test_a_preview_limits_keys_before_it_joins_columns(shop: Shop, scored: Table) -> None:
    query = shop.compiler.preview(scored, [("email", shop.value("[email]"))], 2, 1)
    found = shop.connection.execute(query.sql(shop.dialect.name)).fetchall()
    assert [row[:2] for row in found] == [(2, 3), (3, 9)]
    assert query.sql(shop.dialect.name).index("LIMIT") < query.sql(shop.dialect.name).index('"c"."_t1"')
