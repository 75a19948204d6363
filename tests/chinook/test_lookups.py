"""Customers of the real Chinook shop found by what a file says of them, against SQL written separately for SQLite."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batuta.activities.contract import Input
from batuta.activities.palette import typed
from batuta.activities.validate import Knowledge
from batuta.campaign.model import Activity, Campaign
from batuta.schema.types import STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, shape_of_lines
from tests.chinook.reference import reference

if TYPE_CHECKING:
    from conftest import World

DATA = Path(__file__).parent.parent / "data" / "chinook"
CUSTOMER = "*customer_id integer, first_name string, email string, city string, country string"
INVOICE = "*invoice_id integer, customer_id integer, billing_city string, billing_country string"

# Each customer writes an address in a way of their own; every fifth line is about nobody, every seventh is empty.
FILE = """
CREATE TABLE line AS
SELECT row_number() OVER (ORDER BY invoice_id) AS n,
    CASE
        WHEN invoice_id % 7 = 0 THEN ''
        WHEN invoice_id % 5 = 0 THEN 'x' || email
        WHEN invoice_id % 3 = 0 THEN '  ' || upper(email)
        WHEN invoice_id % 2 = 0 THEN email
        ELSE email || ' '
    END AS mail,
    billing_city AS city
FROM invoice JOIN customer USING (customer_id) WHERE invoice_id <= 300;
"""
MATCHES = """
SELECT n, (
    SELECT min(customer_id) FROM customer WHERE lower(email) = lower(trim(mail)) AND trim(mail) <> ''
) AS customer
FROM line
"""


def rows(name: str, *columns: str) -> list[tuple[Any, ...]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            tuple(int(row[each]) if each.endswith("_id") else row[each] or None for each in columns)
            for row in csv.DictReader(file)
        ]


@pytest.fixture
def shop(world: World) -> World:
    world.schema(
        "customer",
        CUSTOMER,
        rows("customer", *(part.split()[0].strip("*") for part in CUSTOMER.split(", "))),
        identity="email",
    )
    world.schema("invoice", INVOICE, rows("invoice", *(part.split()[0].strip("*") for part in INVOICE.split(", "))))
    return world


def ask(world: World, kind: str, parameters: dict[str, Any], *inputs: Input) -> Mapping[str, Table]:
    activity = Activity(id="it", kind=kind, parameters=parameters)
    scope = Knowledge(world.catalogue).scope(Campaign(id="c", name="C", activities=(activity,)), "it", "run")
    return world.make(**typed(activity).populations(inputs, scope))


def test_lines_of_a_file_find_their_customers(shop: World) -> None:
    database = reference(DATA)
    database.executescript(FILE)
    lines = database.execute("SELECT n, mail, city FROM line").fetchall()
    file = Input(
        "file",
        "main",
        "File",
        shop.table(shape_of_lines("file", (Column("mail", STRING), Column("city", STRING))), lines),
    )
    parameters = {
        "dimension": "customer",
        "pairs": [{"here": "[mail]", "there": "[email]"}],
        "unreconciled": "complement",
    }
    made = ask(shop, "reconciliation", parameters, file)
    expected = database.execute(MATCHES).fetchall()
    matched = {(customer, n) for n, customer in expected if customer is not None}
    assert shop.keys(made["main"]) ^ matched == set()
    assert shop.keys(made["complement"]) ^ {(n,) for n, customer in expected if customer is None} == set()
    assert (len(expected), len(matched)) == (300, 206)


def test_invoices_are_joined_to_customers_by_city_and_country(shop: World) -> None:
    database = reference(DATA)
    everyone = Input("all", "main", "All", shop.make(main=shop.where({"kind": "all-rows"}, "customer"))["main"])
    pairs = [{"here": "[city]", "there": "[billing_city]"}, {"here": "[country]", "there": "[billing_country]"}]
    join = {
        "alias": "bill",
        "schema": "invoice",
        "pairs": pairs,
        "attributes": [{"name": "id", "expression": "[invoice_id]"}],
    }
    first = ask(shop, "enrichment", {"joins": [join]}, everyone)["main"]
    sql = """
        SELECT c.customer_id, MIN(i.invoice_id) FROM customer AS c
        LEFT JOIN invoice AS i ON i.billing_city = c.city AND i.billing_country = c.country GROUP BY c.customer_id
    """
    assert set(shop.read(first, "bill_id")) ^ set(database.execute(sql)) == set()
    many = ask(shop, "enrichment", {"joins": [{**join, "cardinality": "many"}]}, everyone)["main"]
    sql = """
        SELECT c.customer_id, ROW_NUMBER() OVER (PARTITION BY c.customer_id ORDER BY i.invoice_id), i.invoice_id
        FROM customer AS c LEFT JOIN invoice AS i ON i.billing_city = c.city AND i.billing_country = c.country
    """
    assert set(shop.read(many, "bill_id")) ^ set(database.execute(sql)) == set()
    assert len(shop.read(many)) > 412  # people of one city have each other's invoices


def test_others_that_match_nobody_in_a_union_are_those_of_the_reference(shop: World) -> None:
    database = reference(DATA)
    database.executescript(FILE)
    lines = database.execute("SELECT n, mail, city FROM line").fetchall()
    file = Input(
        "file",
        "main",
        "File",
        shop.table(shape_of_lines("file", (Column("mail", STRING), Column("city", STRING))), lines),
    )
    brazil = {"kind": "attribute", "expression": "[country]", "operator": "equal", "value": "Brazil"}
    first = Input("brazil", "main", "Brazil", shop.make(main=shop.where(brazil, "customer"))["main"])
    parameters = {"operation": "union", "reconcile": [{"expression": "[email]", "by_source": {"file": "[mail]"}}]}
    made = ask(shop, "combine", parameters, first, file)["main"]
    sql = """
        SELECT customer_id FROM customer WHERE country = 'Brazil' OR email IN (SELECT mail FROM line WHERE mail <> '')
    """
    assert shop.keys(made) ^ set(database.execute(sql)) == set()
    assert len(shop.keys(made)) > len(shop.keys(first.population or made))
    kind = typed(Activity(id="it", kind="combine", parameters=parameters))
    scope = Knowledge(shop.catalogue).scope(Campaign(id="c", name="C", activities=()), "it", "run")
    (remark,) = kind.remarks((first, file), scope)
    ((lost,),) = database.execute("SELECT count(*) FROM line WHERE mail NOT IN (SELECT email FROM customer)")
    assert shop.engine.count(remark.rows, shop.moment, {}).rows == lost
