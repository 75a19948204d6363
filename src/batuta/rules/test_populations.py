"""Windows over values that are in no order of their own; golden values are in tests/functions/many."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from batuta.rules.bound import AttributeOf, Moment, Windowed
from batuta.rules.populations import windowed
from batuta.schema.types import DOUBLE, INTEGER

MOMENT = Moment(datetime(2024, 3, 1, tzinfo=UTC))
SCORE = AttributeOf((), "score", DOUBLE)
SCORES = [1.0, float("nan"), None, 2.0, math.nan, -math.inf]


def values(window: Windowed) -> list[object]:
    return [*windowed(window, len(SCORES), lambda _: SCORES, MOMENT)]


def test_what_is_no_number_is_above_all_others() -> None:
    assert values(Windowed("RowNum", (), (), ((SCORE, True),), INTEGER)) == [4, 1, 6, 3, 2, 5]
    assert values(Windowed("RowNum", (), (), ((SCORE, False),), INTEGER)) == [2, 4, 6, 3, 5, 1]


def test_what_is_no_number_equals_itself() -> None:
    assert values(Windowed("CountAll", (), (SCORE,), (), INTEGER)) == [1, 2, 1, 1, 2, 1]


@pytest.mark.parametrize("last", [math.nan, -400.0])
def test_what_is_no_number_is_greatest_and_never_least_wherever_it_stands(last: float) -> None:
    few = [math.nan, -400.0, last]
    greatest, least = (
        windowed(Windowed(name, (SCORE,), (), (), DOUBLE), 3, lambda _: few, MOMENT) for name in ("Max", "Min")
    )
    assert least == [-400.0] * 3
    assert [str(found) for found in greatest] == ["nan"] * 3


def test_values_that_are_no_number_are_one_value() -> None:
    assert values(Windowed("CountDistinct", (SCORE,), (), (), INTEGER)) == [4] * 6
