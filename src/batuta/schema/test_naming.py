from __future__ import annotations

import pytest

from batuta.schema.naming import Reference, name_references, plural


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("invoice", "invoices"),
        ("playlist_track", "playlist_tracks"),
        ("category", "categories"),
        ("address", "addresses"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("wish", "wishes"),
        ("day", "days"),
        ("status", "statuses"),
        ("orders", "orders"),
        ("addresses", "addresses"),
        ("categories", "categories"),
        ("person", "people"),
        ("sales_person", "sales_people"),
        ("analysis", "analyses"),
        ("OrderLine", "OrderLines"),
        ("CATEGORY", "CATEGORIES"),
        ("news", "news"),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many


def names(*references: Reference, **taken: set[str]) -> list[tuple[str, str]]:
    used = {end: set[str]() for reference in references for end in (reference.source, reference.target)}
    for schema, words in taken.items():
        used[schema] |= words
    return [(found.name, found.reverse) for found in name_references(references, used)]


def test_a_lone_reference_is_named_after_the_other_end() -> None:
    assert names(Reference("invoice", "customer", (("customer_id", "id"),))) == [("customer", "invoices")]
    assert names(Reference("customer", "employee", (("support_rep_id", "id"),))) == [("support_rep", "customers")]


def test_a_unique_reference_leads_back_to_one() -> None:
    assert names(Reference("profile", "user", (("user_id", "id"),), unique=True)) == [("user", "profile")]


def test_several_references_are_named_after_their_columns() -> None:
    billing = Reference("order", "address", (("billing_address_id", "id"),))
    shipping = Reference("order", "address", (("shipping_address_id", "id"),))
    expected = [("billing_address", "orders_by_billing_address"), ("shipping_address", "orders_by_shipping_address")]
    assert names(billing, shipping) == expected
    assert names(shipping, billing) == expected[::-1]


def test_names_never_meet_those_of_attributes_or_other_links() -> None:
    reports = Reference("employee", "employee", (("reports_to", "employee_id"),))
    assert names(reports, employee={"reports_to"}) == [("reports_to_employee", "employees_by_reports_to")]
    customer = Reference("invoice", "customer", (("customer_id", "id"),))
    assert names(customer, invoice={"customer"}, customer={"Invoices"}) == [("customer_row", "invoices_by_customer")]
    country = Reference("shop", "country", (("country", "code"),))
    assert names(country, shop={"country", "country_row"}) == [("country_row_2", "shops")]


def test_composite_references_are_named_after_the_other_schema() -> None:
    line = Reference("line", "order", (("shop_id", "shop_id"), ("order_no", "no")))
    assert names(line) == [("order", "lines")]
