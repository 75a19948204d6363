"""Change dimension: the ways that links make, and what a marketer can get wrong."""

from __future__ import annotations

from dataclasses import replace

from batuta.activities.contract import Input, Output
from batuta.activities.validate import Knowledge
from batuta.schema.model import Link, Relationship
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Moved, Table
from batuta.sets.shape import Column, Shape
from batuta.testing import SHOP, arriving, attempt, scope

BUYER = Link("recipient", "order", "recipient", (("recipient_id", "id"),), many=False)
ORDERS = Link("orders", "recipient", "order", (("id", "recipient_id"),), many=True)


def moved(arrived: Input, **parameters: object) -> Moved:
    found = attempt("change-dimension", parameters, arrived).populations["main"]
    assert isinstance(found, Moved)
    return found


def test_the_one_relationship_is_taken_and_the_former_key_stays_beside() -> None:
    arrived = arriving("orders", "orders", note=STRING)
    found = moved(arrived, dimension="recipients")
    assert found.source == arrived.population
    assert found.path == (BUYER,)
    assert found.shape == Shape(
        "recipients",
        "recipient",
        (INTEGER,),
        (Column("note", STRING),),
        secondary_schema="order",
        secondary_key=(INTEGER,),
    )


def test_with_one_row_per_key_there_is_no_secondary_key() -> None:
    found = moved(arriving("orders", "orders"), dimension="recipients", keep="one-per-key")
    assert found.shape == Shape("recipients", "recipient", (INTEGER,))


def test_a_second_change_replaces_the_secondary_key() -> None:
    there = moved(arriving(), dimension="orders")
    assert (there.path, there.shape.secondary_schema) == ((ORDERS,), "recipient")
    back = moved(Input("there", "main", "There", Table("there", there.shape)), dimension="recipients")
    assert back.shape.secondary_schema == "order"
    lines = replace(there.shape, secondary_schema="", secondary_key=(), numbered=True, origin="file")
    from_file = moved(Input("file", "main", "File", Table("file", lines)), dimension="recipients")
    assert (from_file.shape.secondary_schema, from_file.shape.numbered) == ("order", False)


def test_the_complement_has_the_rows_as_they_arrived() -> None:
    arrived = arriving("orders", "orders", note=STRING)
    found = attempt("change-dimension", {"dimension": "recipients", "complement": True}, arrived)
    assert found.kind is not None
    assert found.kind.outputs() == (Output("main", "Changed"), Output("complement", "Nothing linked"))
    complement = found.populations["complement"]
    assert isinstance(complement, Moved)
    assert (complement.complement, complement.shape) == (True, arrived.population and arrived.population.shape)


def test_a_chain_of_relationships_is_named_with_dots() -> None:
    found = moved(arriving(), dimension="recipients", path="household.members")
    assert [link.name for link in found.path] == ["household", "members"]


def test_where_several_relationships_lead_there_one_is_chosen() -> None:
    payer = Relationship(
        source="order", target="recipient", pairs=(("payer_id", "id"),), name="payer", reverse="paid_orders"
    )
    order = SHOP.schema_named("order")
    wider = order.model_copy(
        update={
            "attributes": (*order.attributes, order.attribute("recipient_id").model_copy(update={"name": "payer_id"}))
        }
    )
    schemas = tuple(wider if schema.name == "order" else schema for schema in SHOP.schemas)
    known = Knowledge(SHOP.model_copy(update={"schemas": schemas, "relationships": (*SHOP.relationships, payer)}))
    found = attempt("change-dimension", {"dimension": "orders"}, arriving(), around=scope(known))
    text = (
        "More than one relationship, or a chain of them, leads from recipients to orders. "
        "Choose one: orders, paid_orders."
    )
    assert found.said == [("path", text)]
    chosen = attempt(
        "change-dimension", {"dimension": "orders", "path": "paid_orders"}, arriving(), around=scope(known)
    )
    assert isinstance(chosen.populations["main"], Moved)


def test_where_only_a_chain_leads_there_it_is_proposed() -> None:
    found = attempt("change-dimension", {"dimension": "recipients"}, arriving())
    text = (
        "More than one relationship, or a chain of them, leads from recipients to recipients. "
        "Choose one: household.members, orders.recipient."
    )
    assert found.said == [("path", text)]


def test_dimensions_that_nothing_links_are_told() -> None:
    found = attempt("change-dimension", {"dimension": "prospects"}, arriving())
    text = (
        "No relationship leads from recipients to prospects. "
        "Choose another dimension, or add a relationship between the two."
    )
    assert found.said == [("dimension", text)]


def test_a_path_must_lead_to_the_dimension() -> None:
    elsewhere = attempt("change-dimension", {"dimension": "orders", "path": "household"}, arriving())
    assert elsewhere.said == [
        ("path", "The way household leads to household, not to order. Choose a way that ends there.")
    ]
    unknown = attempt("change-dimension", {"dimension": "ordrs", "path": "household"}, arriving())
    assert unknown.said == [("dimension", "There is no targeting dimension ordrs. Did you mean orders?")]
