"""Read audience: its population, and what a marketer can get wrong."""

from __future__ import annotations

from dataclasses import replace

from batuta.activities.contract import Remark
from batuta.rules.bound import AttributeOf
from batuta.schema.model import Dimension
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Enriched, Members, Moved
from batuta.sets.shape import Column, Shape
from batuta.testing import SHOP, Trial, arriving, attempt, scope

SCORE, NOTE = Column("score", INTEGER), Column("note", STRING)
FIRST = Shape("recipients", "recipient", (INTEGER,), (NOTE,))
CLUB = FIRST.having((SCORE, NOTE))
HOME = replace(
    scope(), audiences={"Club": CLUB, "Codes": replace(CLUB, key=(STRING,))}, versions={"Club": {1: FIRST, 2: CLUB}}
)


def read(**parameters: object) -> Trial:
    return attempt("read-audience", {"audience": "Club", **parameters}, around=HOME)


def test_the_population_is_the_members_with_all_that_was_saved() -> None:
    assert read().populations == {"main": Members("Club", CLUB)}


def test_saved_attributes_come_in_the_order_asked_for_and_each_once() -> None:
    wanted = ["note", "score", "note"]
    assert read(attributes=wanted).populations["main"] == Members("Club", CLUB.having((NOTE, SCORE)))
    assert read(attributes=[]).populations["main"] == Members("Club", CLUB.having(()))


def test_a_fixed_version_has_the_attributes_that_were_saved_then() -> None:
    assert read(version=1).populations["main"] == Members("Club", FIRST, 1)


def test_further_columns_are_computed_over_what_was_saved_and_the_data() -> None:
    columns = [{"name": "city", "expression": "[household.city]"}, {"name": "more", "expression": "[score] + 1"}]
    main = read(attributes=["score"], columns=columns).populations["main"]
    assert isinstance(main, Enriched)
    assert main.source == Members("Club", CLUB.having((SCORE,)))
    assert main.shape.columns == (SCORE, Column("city", STRING), Column("more", INTEGER))
    link = SHOP.link("recipient", "household")
    assert link is not None
    first = main.additions[0]
    assert getattr(first, "expression", None) == AttributeOf((link,), "city", STRING)


def test_members_land_on_another_dimension_of_the_same_rows() -> None:
    shop = SHOP.model_copy(
        update={"dimensions": (*SHOP.dimensions, Dimension(name="guests", schema_name="recipient", identity="email"))}
    )
    found = attempt("read-audience", {"audience": "Club", "dimension": "guests"}, around=replace(HOME, catalogue=shop))
    assert found.populations["main"] == Members("Club", replace(CLUB, dimension="guests"))


def test_linked_rows_come_once_each_with_what_was_saved() -> None:
    orders = SHOP.link("recipient", "orders")
    assert orders is not None
    columns = [{"name": "spent", "expression": "[total]"}]
    main = read(dimension="orders", path="orders", attributes=["score"], columns=columns).populations["main"]
    assert isinstance(main, Enriched)
    landed = Shape("orders", "order", (INTEGER,), (SCORE,))
    assert main.source == Moved(Members("Club", CLUB.having((SCORE,))), (orders,), landed)


def test_a_way_needs_an_end_and_must_lead_there() -> None:
    said = "A relationship leads away from the members, but it is not said where to. "
    assert read(path="orders").said == [("dimension", said + "Choose the dimension that it leads to.")]
    assert read(path="order", dimension="orders").said == [
        ("path", "There is no relationship order on this way. Did you mean orders?")
    ]
    assert read(path="orders", dimension="prospects").said == [
        ("path", "The way orders leads to order, not to prospect. Choose a way that ends there.")
    ]


def test_those_who_are_gone_are_told() -> None:
    kind = read(version=1).kind
    assert kind is not None
    gone = Members("Club", FIRST, 1, gone=True)
    assert kind.remarks((), HOME) == (Remark("members-gone", gone, {"label": "Club"}),)


def test_what_arrives_is_an_activation_only() -> None:
    after = attempt("read-audience", {"audience": "Club"}, arriving(extra=STRING), around=HOME)
    assert after.populations == read().populations


def test_an_unknown_audience_is_told_with_the_nearest_one() -> None:
    assert read(audience="Clup").said == [("audience", "There is no saved audience Clup. Did you mean Club?")]
    said = "There is no saved audience Everyone else. Use one of: Club, Codes; "
    after = "or put this activity after the Save audience that makes it."
    assert read(audience="Everyone else").said == [("audience", said + after)]


def test_an_unknown_version_is_told_with_those_there_are() -> None:
    assert read(version=7).said == [
        ("version", "The audience Club has no version 7. Use one of: 1, 2; or read the latest.")
    ]
    assert [field for field, _ in read(version=0).said] == ["version"]
    assert [field for field, _ in read(version="first").said] == ["version"]


def test_members_are_not_rows_of_another_schema() -> None:
    said = "The members of Club are recipients, and orders are rows of another schema. "
    assert read(dimension="orders").said == [("path", said + "Say by which relationship to go there.")]
    assert read(dimension="recipient").said == [
        ("dimension", "There is no targeting dimension recipient. Did you mean recipients?")
    ]


def test_a_changed_key_is_told() -> None:
    said = "The key of recipient changed after Codes was saved, so its members cannot be found. Save the audience anew."
    assert read(audience="Codes").said == [("audience", said)]


def test_all_mistakes_in_attributes_and_columns_are_told_at_once() -> None:
    columns = [{"name": "score", "expression": "[points]"}, {"name": "town", "expression": "[emial]"}]
    found = read(attributes=["scor", "score", "wholly different"], columns=columns)
    assert [field for field, _ in found.said] == [
        "attributes.0",
        "attributes.2",
        "columns.0.name",
        "columns.1.expression",
    ]
    assert found.said[0][1] == "There is no scor among what was saved with this audience. Did you mean score?"
    assert found.said[1][1].endswith("Use one of: note, score; or compute it under columns.")
