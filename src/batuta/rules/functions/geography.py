"""Functions of places on the earth."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from batuta.rules.bound import Moment
from batuta.rules.functions.arithmetic import Number
from batuta.rules.functions.guards import as_number, once
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.numbers import rounded_double
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import DUCKDB, POSTGRES, on_each
from batuta.schema.types import DOUBLE

EARTH = 6371.0088
"""The mean radius in kilometres."""
_PLACES = tuple(Parameter(name, Family.NUMBER) for name in ("longitude A", "latitude A", "longitude B", "latitude B"))
_DISTANCE = """CASE WHEN ABS({0}) <= 180 AND ABS({1}) <= 90 AND ABS({2}) <= 180 AND ABS({3}) <= 90 THEN
    ROUND(12742.0176 * ASIN(SQRT(LEAST(1.0, POWER(SIN(RADIANS({3} - {1}) / 2), 2)
    + COS(RADIANS({1})) * COS(RADIANS({3})) * POWER(SIN(RADIANS({2} - {0}) / 2), 2)))), 6) END"""


def _distance(_: Moment, *degrees: Number) -> float | None:
    """Return the length of the great circle between two places, to the millimetre (haversine)."""
    longitude_a, latitude_a, longitude_b, latitude_b = map(float, degrees)
    if not all(abs(degree) <= most for degree, most in ((longitude_a, 180), (longitude_b, 180))):
        return None
    if not all(abs(degree) <= most for degree, most in ((latitude_a, 90), (latitude_b, 90))):
        return None
    across = sin(radians(latitude_b - latitude_a) / 2) ** 2
    along = sin(radians(longitude_b - longitude_a) / 2) ** 2
    half = across + cos(radians(latitude_a)) * cos(radians(latitude_b)) * along
    return rounded_double(2 * EARTH * asin(sqrt(min(1.0, half))), 6)


def _distance_template(engine: str, types: Types) -> str:
    degrees = ", ".join(as_number(engine, place, given, DOUBLE) for place, given in enumerate(types))
    if engine == POSTGRES:
        return f"batuta_distance({degrees})"
    first = 1 if engine == DUCKDB else 0
    items = [f"v[{place}]" for place in range(first, first + 4)]
    given = f"[{degrees}]" if engine == DUCKDB else f"ARRAY({degrees})"
    return once(engine, given, _DISTANCE.format(*items))


GEOGRAPHY = (
    Function(
        "Distance",
        _PLACES,
        always(DOUBLE),
        _distance,
        "Gives the kilometres between two places on the earth (as a sphere), each by its longitude and latitude in "
        "degrees; empty where one is no place.",
        "Distance([longitude], [latitude], 2.3522, 48.8566)",
        on_each(_distance_template),
    ),
)
