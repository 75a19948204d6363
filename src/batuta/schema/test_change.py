from __future__ import annotations

import pytest

from batuta.kit.errors import InputError
from batuta.schema.change import Addition, add_dimension, add_schemas, completed, empty_catalogue
from batuta.schema.feedback import feedback_names
from batuta.schema.model import Attribute, Catalogue, Dimension, Schema
from batuta.schema.types import INTEGER, STRING

PERSON = Schema(
    name="person",
    attributes=(
        Attribute(name="shop", type=STRING, required=True),
        Attribute(name="channel", type=INTEGER, required=True),
        Attribute(name="email", type=STRING),
        Attribute(name="phone", type=STRING),
    ),
    primary_key=("shop", "channel"),
)


def with_person() -> Catalogue:
    return add_schemas(empty_catalogue(), Addition((PERSON,)), "person.sql")


def dimension(name: str, identity: str = "email") -> Dimension:
    return Dimension(name=name, schema_name="person", identity=identity)


def test_consent_bears_the_key_of_its_dimension_and_is_linked_to_it() -> None:
    catalogue = add_dimension(with_person(), dimension("people"), "email")
    consent = catalogue.schema_named("consent_people")
    assert consent.builtin
    assert consent.version == "time"
    assert [(attribute.name, attribute.type.kind.value) for attribute in consent.attributes] == [
        ("shop", "string"),
        ("target_channel", "integer"),
        ("channel", "string"),
        ("communication_type", "string"),
        ("state", "enum"),
        ("time", "instant"),
        ("source", "string"),
        ("proof", "string"),
    ]
    assert consent.primary_key == ("shop", "target_channel", "channel", "communication_type")
    link = catalogue.link("person", "consents")
    assert link is not None
    assert (link.there, link.many, link.pairs) == (
        "consent_people",
        True,
        (("shop", "shop"), ("channel", "target_channel")),
    )


def test_a_schema_may_be_two_dimensions() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    twice = add_dimension(once, dimension("callers", "phone"), "phone")
    assert [link.name for link in twice.links("person")] == [
        *("consents", "messages", "message_feedback", "message_tracking"),
        *("consents_2", "messages_2", "message_feedback_2", "message_tracking_2"),
    ]
    identities = twice.schema_named("person").identities
    assert [(one.attribute, one.namespace) for one in identities] == [("email", "email"), ("phone", "phone")]
    assert with_person().schema_named("person").identities == ()


def test_dimension_names_are_free_only_once() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    with pytest.raises(InputError, match="there is already another dimension 'People'"):
        add_dimension(once, dimension("People"), "email")
    own = PERSON.model_copy(update={"name": "consent_people"})
    taken = add_schemas(with_person(), Addition((own,)), "x.sql")
    with pytest.raises(InputError, match="there is already a schema 'consent_people'"):
        add_dimension(taken, dimension("people"), "email")


def test_a_home_gets_the_schemas_that_came_after_it_was_made() -> None:
    whole = add_dimension(with_person(), dimension("people"), "email")
    kept = {"suppression", "person", "consent_people"}
    former = whole.model_copy(
        update={
            "schemas": tuple(schema for schema in whole.schemas if schema.name in kept),
            "relationships": tuple(link for link in whole.relationships if {link.source, link.target} <= kept),
        }
    )
    assert completed(former) == whole
    assert completed(whole) == whole


def test_messages_and_events_lead_to_each_other_and_to_whom_they_are_for() -> None:
    known = add_dimension(with_person(), dimension("people"), "email")
    ways = {name: {link.name: link.there for link in known.links(name)} for name in feedback_names("people")}
    assert ways == {
        "message_people": {
            "person": "person",
            "feedback": "message_feedback_people",
            "tracking": "message_tracking_people",
        },
        "message_feedback_people": {"person": "person", "message": "message_people"},
        "message_tracking_people": {"person": "person", "message": "message_people"},
    }


def test_a_dimension_may_be_added_again() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    assert add_dimension(once, dimension("people"), "email") == once


def test_a_schema_with_a_dimension_may_come_again() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    assert add_schemas(once, Addition((PERSON,)), "person.sql") == once
