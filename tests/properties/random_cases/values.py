"""Values of every type as rows hold them: empty ones, ones that come again, and nasty ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from batuta.schema.types import DataType, Kind, Scalar

TEXTS = [
    "",
    "José",
    "JOSE",
    "jose",
    "e\u0301te\u0301",
    "Ana",
    "ana ",
    "İzmir",
    "straße",
    "ΣΊΣΥΦΟΣ",
    "50%_x",
    "it's \\ {0}",
    " 42 ",
    "7.5",
    "-3",
    "true",
    "2024-02-29",
    "a@B.Example",
    "two\nlines",
    "👍🏽 か",
]
INTEGERS = [0, 1, -1, 2, 3, 7, 20, 21, -400, 2**31, 2**63 - 1, -(2**63)]
SMALL = [0, 1, 2, 3, 7, 20, -1]
DECIMALS = [Decimal(text) for text in ("0.00", "0.50", "-5.50", "19.99", "20.00", "100.10", "2.50", "99999999.99")]
DOUBLES = [0.0, -0.0, 0.5, -1.5, 2.0, 20.25, 7.0, -400.0]
"""All of them sum exactly, in whichever order they are added."""
WILD = [0.1, 1e300, -1e300, 5e-324, 2.675, float("nan"), float("inf"), 1e16, -2.5]
TIMES = [time(0), time(23, 59, 59), time(7, 30), time(7, 30, 0, 500000)]
DAYS = [date(2024, 2, 29), date(1980, 2, 29), date(1969, 12, 31), date(1900, 3, 1), date(2023, 12, 31)]
AWAY = [0, 0, 1, -1, -2, 2, -5, 6, -7, 8, -31, 33, -95, -366, 5]
HOURS = [timedelta(0), timedelta(hours=23, minutes=59, seconds=59, microseconds=999999), timedelta(hours=7, minutes=30)]
TIER = DataType(kind=Kind.ENUM, values=("gold", "silver", "Bronze"))
MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)


class Values:
    """Draws values of a type around a day, as many of them empty as is said."""

    def __init__(self, chance: random.Random, today: date) -> None:
        self.chance = chance
        days = [*DAYS, *(today + timedelta(away) for away in AWAY)]
        moments = [datetime.combine(day, time()) + hours for day in days for hours in HOURS]
        self._known: Mapping[Kind, Sequence[Scalar]] = {
            Kind.STRING: TEXTS,
            Kind.ENUM: TIER.values,
            Kind.INTEGER: INTEGERS,
            Kind.DECIMAL: DECIMALS,
            Kind.DOUBLE: DOUBLES,
            Kind.BOOLEAN: [True, False],
            Kind.DATE: days,
            Kind.TIME: TIMES,
            Kind.DATETIME: moments,
            Kind.INSTANT: [moment.replace(tzinfo=UTC) for moment in moments],
        }

    def of(self, given: DataType) -> Scalar:
        """Return a value of a type that is not NULL."""
        if given.kind is Kind.ENUM:
            return self.chance.choice(given.values)
        return self.chance.choice(self._known[given.kind])

    def maybe(self, given: DataType) -> Scalar:
        """Return a value of a type, or NULL."""
        return None if self.chance.random() < 1 / 5 else self.of(given)


def written(value: Scalar) -> object:
    """Return a value as documents have it."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, float)) else value
