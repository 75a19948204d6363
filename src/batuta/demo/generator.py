"""The generator of the demo shop: fixed SQL over row numbers, written as Parquet and CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb

from batuta.kit.errors import UsageError

LEAST, MOST = 1_000, 10_000_000
CSV_UP_TO = 20_000
"""Tables of at most so many rows become CSV files, larger ones Parquet."""

SCHEMAS = (
    "households",
    "recipients",
    "stores",
    "products",
    "loyalty_accounts",
    "orders",
    "order_lines",
    "wish_lists",
    "wish_list_items",
    "carts",
    "cart_items",
    "subscriptions",
    "consent_recipients",
    "suppression",
)

_DEFINITIONS = ("chance", "cultures", "people", "lines")


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of the demo shop, the schema it is for and the number of its rows."""

    schema: str
    path: Path
    rows: int


def generate(recipients: int, folder: Path, memory: str = "2GB") -> Iterator[MadeFile]:
    """Write the files of a shop with so many recipients into a folder, one after the other.

    The same number always gives the same rows. Raises UsageError outside 1,000 to 10 million.
    """
    check_size(recipients)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET VARIABLE recipients = $n::BIGINT", {"n": recipients})
        for name in _DEFINITIONS:
            connection.execute(_statement(f"{name}.sql"))
        for schema in SCHEMAS:
            yield _write(connection, schema, folder)


def check_size(recipients: int) -> None:
    """Raise UsageError unless there can be a shop with so many recipients."""
    if not LEAST <= recipients <= MOST:
        raise UsageError("--recipients", f"{recipients} recipients", expected=f"a number from {LEAST:,} to {MOST:,}")


def _statement(path: str) -> str:
    return files("batuta.demo").joinpath("shop", path).read_text("utf-8")


def _write(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> MadeFile:
    parquet, csv = folder / f"{schema}.parquet", folder / f"{schema}.csv"
    connection.sql(_statement(f"tables/{schema}.sql")).write_parquet(str(parquet))
    made = connection.read_parquet(str(parquet))
    counted = made.count("*").fetchone()
    rows = int(counted[0]) if counted else 0
    if rows > CSV_UP_TO:
        csv.unlink(missing_ok=True)
        return MadeFile(schema, parquet, rows)
    made.write_csv(str(csv), header=True)
    parquet.unlink()
    return MadeFile(schema, csv, rows)
