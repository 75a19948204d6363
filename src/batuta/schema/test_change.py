from __future__ import annotations

import pytest

from batuta.kit.errors import InputError
from batuta.schema.change import Addition, add_dimension, add_schemas, empty_catalogue
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
    assert [link.name for link in twice.links("person")] == ["consents", "consents_2"]
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


def test_a_dimension_may_be_added_again() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    assert add_dimension(once, dimension("people"), "email") == once


def test_a_schema_with_a_dimension_may_come_again() -> None:
    once = add_dimension(with_person(), dimension("people"), "email")
    assert add_schemas(once, Addition((PERSON,)), "person.sql") == once
