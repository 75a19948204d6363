"""For people who write activities: a small shop to try them in, and a way to ask them what a run would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from batuta.activities.contract import Input, Kind, Scope
from batuta.activities.palette import PROBLEM_PACKAGES, typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.kit.problems import Problem, Problems, Texts
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Relationship, Schema
from batuta.schema.types import BOOLEAN, DATETIME, DECIMAL, INTEGER, STRING, DataType
from batuta.schema.types import Kind as ValueKind
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Column, shape_of

_STATUS = DataType(kind=ValueKind.ENUM, values=("open", "paid", "returned"))


def _schema(name: str, key: str, identity: str = "", **attributes: DataType) -> Schema:
    return Schema(
        name=name,
        attributes=tuple(Attribute(name=attribute, type=type_) for attribute, type_ in attributes.items()),
        primary_key=tuple(key.split()),
        identities=(Identity(attribute=identity, namespace="email"),) if identity else (),
    )


SHOP = Catalogue(
    schemas=(
        _schema("household", "id", id=INTEGER, city=STRING),
        _schema(
            "recipient",
            "id",
            "email",
            id=INTEGER,
            email=STRING,
            first_name=STRING,
            country=STRING,
            points=INTEGER,
            vip=BOOLEAN,
            created_at=DATETIME,
            household_id=INTEGER,
        ),
        _schema("order", "id", id=INTEGER, recipient_id=INTEGER, total=DECIMAL, status=_STATUS, ordered_at=DATETIME),
        _schema("order_line", "order_id number", order_id=INTEGER, number=INTEGER, product=STRING, price=DECIMAL),
        _schema("prospect", "code", "mail", code=STRING, mail=STRING, score=INTEGER),
    ),
    relationships=(
        Relationship(
            source="recipient",
            target="household",
            pairs=(("household_id", "id"),),
            name="household",
            reverse="members",
        ),
        Relationship(
            source="order", target="recipient", pairs=(("recipient_id", "id"),), name="recipient", reverse="orders"
        ),
        Relationship(source="order_line", target="order", pairs=(("order_id", "id"),), name="order", reverse="lines"),
    ),
    dimensions=(
        Dimension(name="recipients", schema_name="recipient", identity="email"),
        Dimension(name="orders", schema_name="order", identity="id"),
        Dimension(name="prospects", schema_name="prospect", identity="mail"),
    ),
)
"""A shop: recipients in households, their orders with lines, and prospects whom nothing links to the others."""

TEXTS = Texts.load(PROBLEM_PACKAGES)


def arriving(source: str = "before", dimension: str = "recipients", **columns: DataType) -> Input:
    """Return a population of the shop that arrives from an activity, with computed columns."""
    shape = shape_of(SHOP, dimension, tuple(Column(name, type_) for name, type_ in columns.items()))
    return Input(source, "main", source.capitalize(), Table(f"{source}.main", shape))


def scope(knowledge: Knowledge | None = None) -> Scope:
    """Return the scope of an activity `it` in a campaign `trial` over the shop."""
    known = knowledge or Knowledge(SHOP)
    return known.scope(Campaign(id="trial", name="Trial", activities=()), "it", run_seed="run")


@dataclass(frozen=True)
class Trial:
    """What an activity answered: its populations, or what is wrong, as (field, text) in English."""

    kind: Kind | None
    populations: Mapping[str, Set]
    problems: tuple[Problem, ...]

    @property
    def said(self) -> list[tuple[str, str]]:
        """The problems in words."""
        return [(problem.field, TEXTS.say(problem)) for problem in self.problems]


def attempt(kind: str, parameters: Mapping[str, Any], *inputs: Input, around: Scope | None = None) -> Trial:
    """Type an activity's parameters and ask it for its populations."""
    try:
        typed_kind = typed(Activity(id="it", kind=kind, parameters=dict(parameters)))
        return Trial(typed_kind, typed_kind.populations(inputs, around or scope()), ())
    except Problems as error:
        return Trial(None, {}, error.problems)


def carrying(arrived: Input, output: str) -> Input:
    """Return the same arrival by another output of its activity."""
    return replace(arrived, output=output)
