"""One person, of whom the golden formulas speak."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from batuta.rules.bound import Moment
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DOUBLE,
    INSTANT,
    INTEGER,
    STRING,
    TIME,
    DataType,
    Kind,
    Scalar,
)

_TYPES: dict[str, DataType] = {
    "id": INTEGER,
    "name": STRING,
    "email": STRING,
    "born": DATE,
    "joined": DATETIME,
    "seen": INSTANT,
    "wakes": TIME,
    "points": INTEGER,
    "score": DOUBLE,
    "balance": DataType(kind=Kind.DECIMAL, precision=10, scale=2),
    "vip": BOOLEAN,
    "status": DataType(kind=Kind.ENUM, values=("open", "closed")),
}
PEOPLE = Catalogue(
    schemas=(
        Schema(
            name="people",
            attributes=tuple(Attribute(name=name, type=kind) for name, kind in _TYPES.items()),
            primary_key=("id",),
        ),
    )
)
PERSON: dict[str, Scalar] = {
    "id": 1,
    "name": None,
    "email": "Zoé@Example.ORG",
    "born": date(2004, 2, 29),
    "joined": datetime(2024, 1, 31, 18, 0),
    "seen": datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC),
    "wakes": time(6, 30),
    "points": None,
    "score": 2.5,
    "balance": Decimal("12.50"),
    "vip": None,
    "status": "open",
}
NIGHT = Moment(datetime(2026, 2, 27, 23, 30, tzinfo=UTC), "Europe/Paris")
"""28 February 2026, half past midnight in Paris; still the 27th in UTC."""
