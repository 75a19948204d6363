"""Windows over values that are in no order of their own; golden values are in tests/functions/many."""

from __future__ import annotations

import math
from datetime import UTC, datetime

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
