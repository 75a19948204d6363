"""What malformed rules are held against: people with orders in cities, and all that a rule may name."""

from __future__ import annotations

from batuta.rules.binding import Passage, Sends, Surroundings
from batuta.rules.filters import Filter
from batuta.schema.feedback import with_feedback
from batuta.schema.model import Attribute, Catalogue, Dimension, Relationship, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind

_MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
_STATUS = DataType(kind=Kind.ENUM, values=("open", "closed"))


def _schema(schema: str, key: tuple[str, ...], /, **types: DataType) -> Schema:
    attributes = tuple(Attribute(name=attribute, type=kind) for attribute, kind in types.items())
    return Schema(name=schema, attributes=attributes, primary_key=key)


_PEOPLE = Dimension(name="people", schema_name="people", identity="email")
_DATA = Catalogue(
    schemas=(
        _schema(
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
            balance=_MONEY,
            vip=BOOLEAN,
            status=_STATUS,
            extra=DataType(kind=Kind.JSON),
        ),
        _schema("cities", ("id",), id=INTEGER, name=STRING),
        _schema(
            "orders",
            ("shop", "number"),
            shop=INTEGER,
            number=INTEGER,
            person_id=INTEGER,
            total=_MONEY,
            day=DATE,
            paid=BOOLEAN,
            note=STRING,
        ),
    ),
    relationships=(
        Relationship(source="people", target="cities", pairs=(("city_id", "id"),), name="city", reverse="people"),
        Relationship(source="orders", target="people", pairs=(("person_id", "id"),), name="person", reverse="orders"),
    ),
    dimensions=(_PEOPLE,),
)
CATALOGUE = with_feedback(_DATA, _PEOPLE)


def _filter(name: str, rule: object, schema: str = "people", **more: object) -> Filter:
    return Filter.model_validate({"name": name, "schema": schema, "rule": rule, **more})


def _condition(expression: str, operator: str, **more: object) -> dict[str, object]:
    return {"kind": "attribute", "expression": expression, "operator": operator, **more}


_MIN_POINTS = _filter(
    "min-points",
    _condition("[points]", "greater", value=10),
    parameters=[{"name": "points", "field": "value"}],
)
_NAMED = _filter("named", _condition("[name]", "in", values=["Ana"]), parameters=[{"name": "names", "field": "values"}])
_FILTERS = (
    _MIN_POINTS,
    _NAMED,
    _filter("broken", _condition("[pionts]", "is-empty")),
    _filter("hen", {"kind": "filter", "filter": "egg"}),
    _filter("egg", {"kind": "filter", "filter": "hen"}),
    _filter("big-orders", _condition("[total]", "greater", value=100), "orders"),
)
_PASSAGES = {
    "buyers.main": Passage("people", "t1"),
    "shares.big": Passage("people", "t2"),
    "shares.small": Passage("people"),
    "baskets.main": Passage("orders", "t3"),
    "off.main": Passage("people", unknown=True),
}

AROUND = Surroundings(
    CATALOGUE,
    "people",
    columns={"rank": INTEGER, "segment": STRING},
    variables={"brand": STRING, "limit": INTEGER},
    audiences={"Buyers": "people", "Big cities": "cities"},
    sends=lambda: Sends("spring", "run1", ("mail", "text"), ("mail",)),
    passages=_PASSAGES,
    filters={known.name: known for known in _FILTERS},
)
"""Where the rules stand: over people, in a campaign."""
