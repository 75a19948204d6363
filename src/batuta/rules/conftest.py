"""A small shop that the tests of rules speak of."""

from __future__ import annotations

import pytest

from batuta.rules.binding import Surroundings
from batuta.schema.model import Attribute, Catalogue, Relationship, Schema
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
)

MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
STATUS = DataType(kind=Kind.ENUM, values=("open", "closed"))


def _schema(schema: str, key: tuple[str, ...], /, **types: DataType) -> Schema:
    attributes = tuple(Attribute(name=attribute, type=kind) for attribute, kind in types.items())
    return Schema(name=schema, attributes=attributes, primary_key=key)


@pytest.fixture(scope="session")
def shop() -> Catalogue:
    """People in cities, with orders of one product each."""
    people = _schema(
        "people",
        ("id",),
        id=INTEGER,
        city_id=INTEGER,
        name=STRING,
        email=STRING,
        born=DATE,
        joined=DATETIME,
        seen=INSTANT,
        wakes=TIME,
        points=INTEGER,
        score=DOUBLE,
        balance=MONEY,
        vip=BOOLEAN,
        status=STATUS,
        extra=DataType(kind=Kind.JSON),
    )
    return Catalogue(
        schemas=(
            people,
            _schema("cities", ("id",), id=INTEGER, name=STRING, code=STRING),
            _schema(
                "orders",
                ("id",),
                id=INTEGER,
                person_id=INTEGER,
                product_code=STRING,
                total=MONEY,
                quantity=INTEGER,
                weight=DOUBLE,
                day=DATE,
                paid=BOOLEAN,
                state=STATUS,
                note=STRING,
            ),
            _schema("products", ("code",), code=STRING, name=STRING, price=MONEY),
        ),
        relationships=(
            Relationship(source="people", target="cities", pairs=(("city_id", "id"),), name="city", reverse="people"),
            Relationship(
                source="orders", target="people", pairs=(("person_id", "id"),), name="person", reverse="orders"
            ),
            Relationship(
                source="orders", target="products", pairs=(("product_code", "code"),), name="product", reverse="orders"
            ),
        ),
    )


@pytest.fixture(scope="session")
def around(shop: Catalogue) -> Surroundings:
    """A rule over people, with a canvas column, two variables and two audiences."""
    return Surroundings(
        shop,
        "people",
        columns={"rank": INTEGER, "segment": STRING},
        variables={"brand": STRING, "limit": INTEGER},
        audiences={"Buyers": "people", "Big cities": "cities"},
    )
