"""Update data: the rows that would change, and what a marketer can get wrong."""

from __future__ import annotations

from typing import Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.effects import UpdateData as Updating
from batuta.activities.palette import typed
from batuta.activities.update_data import UpdateData
from batuta.activities.update_data.targets import Target
from batuta.campaign.model import Activity
from batuta.kit.problems import Problems
from batuta.rules.bound import AttributeOf, Constant
from batuta.schema.changing import Change
from batuta.schema.model import Attribute, Schema
from batuta.schema.types import DATETIME, DOUBLE, INTEGER, STRING
from batuta.testing import TEXTS, arriving, scope

ID = AttributeOf((), "id", INTEGER)


def given(**values: str) -> list[dict[str, str]]:
    return [{"attribute": name, "expression": text} for name, text in values.items()]


def asked(arrived: Input, **parameters: Any) -> Updating:
    kind = typed(Activity(id="it", kind="update-data", parameters=parameters))
    assert isinstance(kind, UpdateData)
    assert kind.populations((arrived,), scope()) == {"main": arrived.population}
    (effect,) = kind.effects((arrived,), scope())
    assert isinstance(effect, Updating)
    return effect


def told(arrived: Input, **parameters: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problems) as error:
        asked(arrived, **parameters)
    return [(problem.field, TEXTS.say(problem)) for problem in error.value.problems]


def test_rows_of_the_schema_are_known_by_their_own_key() -> None:
    effect = asked(arriving(), schema="recipient", change="update", values=given(points="0"))
    assert effect == Updating(
        "recipient", Change.UPDATE, effect.population, (("id", ID), ("points", Constant(0, INTEGER)))
    )


def test_rows_of_another_schema_are_known_by_expressions() -> None:
    key = given(order_id="[id]", number="1")
    effect = asked(arriving("before", "orders"), schema="order_line", change="delete", key=key)
    assert effect.values == (("order_id", ID), ("number", Constant(1, INTEGER)))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"schema": "recipients", "change": "delete"},
            ("schema", "There is no schema recipients. Did you mean recipient?"),
        ),
        (
            {"schema": "zzz", "change": "delete"},
            (
                "schema",
                "There is no schema zzz. Choose one of these: household, order, order_line, prospect, recipient.",
            ),
        ),
        (
            {"schema": "recipient", "change": "update", "values": given(pionts="1")},
            ("values.0.attribute", "There is no attribute pionts. Did you mean points?"),
        ),
        (
            {"schema": "household", "change": "update", "key": given(id="1"), "values": given(zzz="1")},
            ("values.0.attribute", "There is no attribute zzz. Choose one of these: city, id."),
        ),
        (
            {"schema": "recipient", "change": "update", "values": [*given(points="1"), *given(points="2")]},
            ("values.1.attribute", "points is named twice. Keep one of the two."),
        ),
        (
            {"schema": "recipient", "change": "update", "values": given(id="1")},
            ("values.0.attribute", "id is part of the key of recipient, which never changes. Move it to 'key'."),
        ),
        (
            {"schema": "recipient", "change": "delete", "key": given(id="[id]", email="[email]")},
            ("key.1.attribute", "email is not part of the key of recipient. Move it to 'values'."),
        ),
        (
            {"schema": "order_line", "change": "delete", "key": given(number="1")},
            ("key", "It is not said which row of order_line is meant. Say under 'key' where this stands: order_id."),
        ),
        (
            {"schema": "recipient", "change": "update", "values": given(points="[email]")},
            (
                "values.0.expression",
                "This is a text, but points is a whole number. Convert it, or choose another expression.",
            ),
        ),
        (
            {"schema": "recipient", "change": "update"},
            ("values", "It is not said what changes. Add an attribute under 'values'."),
        ),
        (
            {"schema": "recipient", "change": "delete", "values": given(points="1")},
            ("values", "Rows that are deleted get no values. Remove 'values', or choose another change."),
        ),
        (
            {"schema": "recipient", "change": "update", "values": given(points="[pionts]")},
            ("values.0.expression", "recipient has no attribute pionts (position 1). Did you mean points?"),
        ),
    ],
)
def test_what_can_be_wrong(parameters: dict[str, Any], said: tuple[str, str]) -> None:
    assert told(arriving(), **parameters) == [said]


def test_new_rows_need_what_is_required_but_no_version() -> None:
    attributes = (
        Attribute(name="id", type=INTEGER, required=True),
        Attribute(name="state", type=STRING, required=True),
        Attribute(name="at", type=DATETIME, required=True),
        Attribute(name="note", type=STRING),
    )
    schema = Schema(name="entry", attributes=attributes, primary_key=("id",), version="at")
    for change in (Change.INSERT, Change.UPSERT):
        (problem,) = Target(schema, change).lacking(["note"])
        assert TEXTS.say(problem) == "New rows of entry need more values. Add these under 'values': state."
    assert list(Target(schema, Change.UPDATE).lacking(["note"])) == []
    assert list(Target(schema, Change.INSERT).lacking(["state"])) == []


def test_an_inexact_number_is_no_key_and_no_whole_number() -> None:
    arrived = arriving(x=DOUBLE)
    found = told(arrived, schema="recipient", change="update", key=given(id="[x]"), values=given(points="[x]"))
    assert [field for field, _ in found] == ["key.0.expression", "values.0.expression"]
