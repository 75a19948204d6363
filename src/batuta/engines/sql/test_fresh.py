"""Rows that were not returned before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.rules.bound import All
from batuta.sets.algebra import Fresh, Records
from batuta.sets.shape import shape_of

from .conftest import CATALOGUE, Shop

MEMORY = """
CREATE TABLE remembered.m (_t1 BIGINT, _window BIGINT, _at TIMESTAMP);
INSERT INTO remembered.m VALUES
    (1, 1, '2024-01-01 10:00:00'), (2, 2, '2024-01-05 10:00:00'), (3, 3, '2024-01-03 09:59:59'),
    (NULL, 1, '2024-01-01 10:00:00');
"""
EVERYONE = Records(shape_of(CATALOGUE, "people"), All())
THIRD = datetime(2024, 1, 3, 9, 59, 59, tzinfo=UTC)


class Plain(DuckDb):
    """DuckDB without its own way, which asks by EXISTS as others do."""

    found = Dialect.found


CASES = [
    (Fresh(EVERYONE, "m"), [4, 5, 6]),
    (Fresh(EVERYONE, "m", (2,)), [2, 4, 5, 6]),
    (Fresh(EVERYONE, "m", (1, 3)), [1, 3, 4, 5, 6]),
    (Fresh(EVERYONE, "m", (), THIRD), [1, 3, 4, 5, 6]),
    (Fresh(EVERYONE, "m", (), THIRD, (1, 7)), [3, 4, 5, 6]),
    (Fresh(EVERYONE, "m", (2,), THIRD, (3,)), [1, 2, 4, 5, 6]),
]


@pytest.mark.parametrize(("population", "rows"), CASES)
@pytest.mark.parametrize("plain", [False, True])
def test_keys_that_are_remembered_and_count_are_left_out(
    shop: Shop, population: Fresh, rows: list[int], plain: bool
) -> None:
    if plain and shop.dialect.name == "duckdb":
        shop.use(Plain())
    shop.connection.execute(MEMORY)
    assert [row[0] for row in shop.read(population)] == rows
