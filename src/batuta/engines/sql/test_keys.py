from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.keys import key_text as key_text_in_sql
from batuta.engines.sql.keys import threshold
from batuta.kit.text import key_text
from batuta.schema.types import DATE, DATETIME, INSTANT, INTEGER, STRING, DataType, Kind, Scalar

if TYPE_CHECKING:
    from batuta.engines.sql.conftest import Shop

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
KEYS: list[tuple[tuple[Scalar, DataType], ...]] = [
    ((7, INTEGER),),
    ((-(2**63) + 1, INTEGER),),
    (("o'é\u0301,:", STRING),),
    (("", STRING),),
    ((date(2024, 2, 29), DATE),),
    ((date(987, 1, 2), DATE),),
    ((datetime(2024, 2, 29, 7, 8, 9), DATETIME),),
    ((datetime(2024, 2, 29, 7, 8, 9, 500_000), DATETIME),),
    ((datetime(2024, 2, 29, 7, 8, 9, 1), INSTANT),),
    ((datetime(1, 1, 1), DATETIME),),
    ((Decimal("12.50"), MONEY),),
    ((1, INTEGER), (23, INTEGER)),
    ((12, INTEGER), (3, INTEGER)),
    (("é1", STRING), (date(2024, 1, 1), DATE), (datetime(2024, 1, 1, 1, 1, 1, 10), DATETIME)),
    (("", STRING), (":", STRING)),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_the_text_of_a_key_is_the_same_in_sql(shop: Shop, key: tuple[tuple[Scalar, DataType], ...]) -> None:
    parts = [(shop.dialect.cast(shop.dialect.constant(value, kind), kind), kind) for value, kind in key]
    query = exp.Select(expressions=[key_text_in_sql(shop.dialect, parts)])
    (found,) = shop.connection.execute(query.sql(shop.dialect.name)).fetchone() or ()
    assert found == key_text(value for value, _ in key)


def test_the_hash_is_that_of_salt_and_key_text(shop: Shop) -> None:
    tree = shop.dialect.hashed("it's", trees.text("12"))
    found = shop.connection.execute(exp.Select(expressions=[tree]).sql(shop.dialect.name)).fetchone()
    assert found == ("6b619348f806e7827218cd16d475d56b",)


@pytest.mark.parametrize(("share", "expected"), [(0, "000000000000"), (0.5, "800000000000"), (0.25, "400000000000")])
def test_thresholds_are_points_of_the_hash_axis(share: float, expected: str) -> None:
    assert threshold(share) == expected


def test_there_is_no_threshold_above_all() -> None:
    assert threshold(1) is None
