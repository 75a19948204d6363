from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from batuta.demo.generator import SCHEMAS, MadeFile, generate
from batuta.kit.errors import UsageError

THOUSAND = "eeff28ba9cc795956a0df4bd7498dce4f01be579303368c9a27c27add07b2f82"
"""SHA-256 over the files for 1,000 recipients, in the order of SCHEMAS: changes only with the shop itself."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    for made in generate(10_000, tmp_path_factory.mktemp("shop")):
        source = connection.read_csv if made.path.suffix == ".csv" else connection.read_parquet
        source(str(made.path)).create_view(made.schema)
    yield connection
    connection.close()


def ask(shop: duckdb.DuckDBPyConnection, query: str) -> float:
    row = shop.sql(query).fetchone()
    assert row is not None
    return float(row[0])


def test_the_same_number_gives_the_same_bytes_on_every_machine_and_in_every_year(tmp_path: Path) -> None:
    found = hashlib.sha256()
    for made in generate(1_000, tmp_path):
        found.update(made.path.read_bytes())
    assert found.hexdigest() == THOUSAND


def test_rows_follow_the_recipients_and_both_formats_are_used(tmp_path: Path) -> None:
    made = {file.schema: file for file in generate(10_000, tmp_path)}
    assert tuple(made) == SCHEMAS
    assert (made["recipients"].rows, made["orders"].rows, made["order_lines"].rows) == (10_000, 30_000, 60_000)
    assert made["recipients"].path.suffix == ".csv"
    assert made["orders"] == MadeFile("orders", tmp_path / "orders.parquet", 30_000)
    assert {file.name for file in tmp_path.iterdir()} == {file.path.name for file in made.values()}


def test_one_in_a_hundred_holds_half_of_the_orders(shop: duckdb.DuckDBPyConnection) -> None:
    share = ask(
        shop,
        "WITH held AS (SELECT count(*) AS n FROM orders WHERE recipient_id IS NOT NULL GROUP BY recipient_id) "
        "SELECT (SELECT sum(n) FROM (FROM held ORDER BY n DESC LIMIT 100)) / 30000",
    )
    assert share == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("what", "least", "most"),
    [
        ("count(*) FILTER (email IS NULL OR NOT regexp_full_match(email, '[^@ ]+@[^@ ]+[.][^@ ]+'))", 270, 340),
        ("count(*) FILTER (lower(email) LIKE 'family%')", 300, 300),
        ("count(DISTINCT lower(email)) FILTER (lower(email) LIKE 'family%')", 100, 100),
        ("count(*) FILTER (month(birth_date) = 2 AND day(birth_date) = 29)", 20, 60),
        ("count(*) FILTER (birth_date > DATE '2026-07-01')", 1, 30),
        ("count(*) FILTER (household_id IS NULL)", 600, 1000),
        ("count(*) FILTER (first_name <> strip_accents(first_name))", 2000, 6000),
        ("count(DISTINCT time_zone)", 25, 60),
        ("count(DISTINCT lower(language))", 10, 12),
    ],
)
def test_people_are_as_in_life(shop: duckdb.DuckDBPyConnection, what: str, least: int, most: int) -> None:
    assert least <= ask(shop, f"SELECT {what} FROM recipients") <= most


def test_orders_have_orphans_missing_keys_and_odd_days(shop: duckdb.DuckDBPyConnection) -> None:
    assert ask(shop, "SELECT count(*) FROM orders WHERE recipient_id IS NULL") > 50
    assert ask(shop, "SELECT count(*) FROM orders ANTI JOIN recipients ON recipient_id = recipients.id") > 100
    assert ask(shop, "SELECT count(*) FROM orders WHERE ordered_at > TIMESTAMP '2026-07-01'") > 10
    assert ask(shop, "SELECT count(*) FROM orders WHERE ordered_at IS NULL") > 10
    assert ask(shop, "SELECT count(*) FROM order_lines ANTI JOIN orders ON order_id = orders.id") > 10


def test_the_total_of_an_order_is_that_of_its_lines_with_few_exceptions(shop: duckdb.DuckDBPyConnection) -> None:
    differing = ask(
        shop,
        "SELECT count(*) FROM orders LEFT JOIN ("
        "SELECT order_id, sum(quantity * unit_price) AS lines FROM order_lines GROUP BY order_id"
        ") ON order_id = orders.id WHERE total IS DISTINCT FROM lines",
    )
    assert 0 < differing < 300


@pytest.mark.parametrize("number", [0, 999, 10_000_001])
def test_a_number_out_of_bounds_is_refused_before_anything_is_written(tmp_path: Path, number: int) -> None:
    with pytest.raises(UsageError, match="1,000 to 10,000,000"):
        list(generate(number, tmp_path / "shop"))
    assert not (tmp_path / "shop").exists()
