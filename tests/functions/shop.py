"""People with orders, some of them without: the rows that figures and windows are tried on.

The shop is small and made by hand; the bazaar has many nasty values, in groups that are large, small or empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, cycle

from batuta.rules.bound import Moment
from batuta.schema.model import Attribute, Catalogue, Relationship, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind, Scalar
from tests.functions import nasty
from tests.functions.engines import Rows

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
CALM = [None, 0.0, 0.5, 2.5, 0.1, -7.25, 100.0, 12345.678, 3.0]
"""Doubles whose sums hardly depend on the order in which they are added."""

_PERSON = {
    "id": INTEGER,
    "country": STRING,
    "city": STRING,
    "points": INTEGER,
    "balance": MONEY,
    "born": DATE,
    "vip": BOOLEAN,
    "score": DOUBLE,
}
_ORDER = {
    "id": INTEGER,
    "person_id": INTEGER,
    "product_code": STRING,
    "t": STRING,
    "i": INTEGER,
    "j": INTEGER,
    "total": MONEY,
    "d": nasty.MONEY,
    "w": nasty.WHOLE,
    "f": DOUBLE,
    "g": DOUBLE,
    "p": BOOLEAN,
    "b": DATE,
    "m": DATETIME,
    "s": INSTANT,
    "h": TIME,
}
_PRODUCT = {"code": STRING, "name": STRING, "price": MONEY}
_LINE = {"id": INTEGER, "order_id": INTEGER, "quantity": INTEGER, "product_code": STRING}


def _schema(name: str, key: str, types: dict[str, DataType]) -> Schema:
    attributes = tuple(Attribute(name=attribute, type=given) for attribute, given in types.items())
    return Schema(name=name, attributes=attributes, primary_key=(key,))


CATALOGUE = Catalogue(
    schemas=(
        _schema("person", "id", _PERSON),
        _schema("order", "id", _ORDER),
        _schema("line", "id", _LINE),
        _schema("product", "code", _PRODUCT),
    ),
    relationships=(
        Relationship(source="order", target="person", pairs=(("person_id", "id"),), name="person", reverse="orders"),
        Relationship(
            source="order", target="product", pairs=(("product_code", "code"),), name="product", reverse="orders"
        ),
        Relationship(source="line", target="order", pairs=(("order_id", "id"),), name="order", reverse="lines"),
        Relationship(
            source="line", target="product", pairs=(("product_code", "code"),), name="product", reverse="lines"
        ),
    ),
)

Records = list[dict[str, Scalar]]


def _filled(types: dict[str, DataType], *rows: dict[str, Scalar]) -> Records:
    return [dict.fromkeys(types) | row for row in rows]


PRODUCTS: Records = [
    {"code": "a", "name": "Apple", "price": Decimal("2.50")},
    {"code": "b", "name": "", "price": Decimal("4.00")},
    {"code": "c", "name": None, "price": None},
]
SHOP = Rows(
    CATALOGUE,
    _filled(
        _PERSON,
        {"id": 1, "country": "FR", "points": 10, "born": date(2000, 1, 1), "score": 0.5},
        {"id": 2, "country": "", "points": None, "born": date(1990, 1, 1)},
        {"id": 3, "country": "FR", "points": 30, "score": 1.5},
        {"id": 4, "country": None, "points": 10, "born": date(1990, 1, 1), "score": 2.5},
    ),
    Moment(datetime(2026, 2, 27, 23, 30, tzinfo=UTC), "Europe/Paris"),
    {
        "order": _filled(
            _ORDER,
            {"id": 12, "person_id": 1, "product_code": "a", "t": "late", "i": 7, "total": Decimal("30.00"), "f": 1.5},
            {"id": 11, "person_id": 1, "product_code": "b", "t": "early", "i": None, "total": Decimal("10.00")},
            {"id": 13, "person_id": 1, "product_code": "a", "t": "", "i": 7, "total": None, "f": 2.5},
            {"id": 14, "person_id": 2, "product_code": "c", "t": None, "i": 2**63 - 1, "b": date(2024, 2, 29)},
            {"id": 15, "person_id": 2, "product_code": None, "t": None, "i": 1, "f": 1e200},
            {"id": 16, "person_id": None, "product_code": "a", "t": "lost", "i": 5, "total": Decimal("5.00")},
        ),
        "line": _filled(
            _LINE,
            {"id": 1, "order_id": 11, "quantity": 2, "product_code": "a"},
            {"id": 2, "order_id": 11, "quantity": 3, "product_code": "b"},
            {"id": 3, "order_id": 12, "quantity": 1, "product_code": "a"},
            {"id": 4, "order_id": 14, "quantity": 9, "product_code": "c"},
        ),
        "product": PRODUCTS,
    },
)


def _bazaar() -> Rows:
    """People whose countries come in groups of many sizes, with none, few or many orders."""
    countries, cities = cycle(["FR", None, "ES", "", "FR", "é", "FR"]), cycle([None, "Paris", "", "Lyon", "paris"])
    points, born = cycle(nasty.INTEGERS), cycle(nasty.DATES)
    people = [
        {
            "id": number,
            "country": next(countries),
            "city": next(cities),
            "points": next(points),
            "balance": None if number % 4 == 0 else Decimal(number * 37 % 101) / 4,
            "born": next(born),
            "vip": (None, True, False)[number % 3],
            "score": CALM[number % len(CALM)],
        }
        for number in range(1, 50)
    ]
    orders = list(_orders(len(people)))
    lines = [
        {
            "id": number,
            "order_id": number * 7 % 260 * 13 % 10007,
            "quantity": number % 5 or None,
            "product_code": "abcz"[number % 4],
        }
        for number in range(1, 160)
    ]
    linked: dict[str, Records] = {"order": orders, "line": lines, "product": PRODUCTS}
    return Rows(CATALOGUE, people, nasty.MOMENT, linked)


def _orders(people: int) -> Iterator[dict[str, Scalar]]:
    values = {name: cycle(nasty.COLUMNS[name][1]) for name in "tijdwpbmsh"}
    values |= {"f": cycle(CALM), "g": cycle([*nasty.DOUBLES, 1e139, 7.5])}
    products, number = cycle(["a", "b", None, "c", "", "x", "a"]), count(1)
    for person in (None, *range(people)):
        for _ in range(0 if person is None else person * 7 % 11):
            place = next(number)
            yield dict.fromkeys(_ORDER) | {
                "id": place * 13 % 10007,
                "person_id": person,
                "product_code": next(products),
                **{name: next(each) for name, each in values.items()},
                "total": None if place % 5 == 0 else Decimal(place % 97) / 4,
            }


BAZAAR = _bazaar()
