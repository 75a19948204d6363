from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from batuta.engines.duckdb.storage import column_type, ensure_tables
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.schema.model import Attribute, Catalogue, Identity, Schema
from batuta.schema.types import DATETIME, INSTANT, INTEGER, STRING, DataType, Kind

PERSON = Schema(
    name="person",
    attributes=(Attribute(name="id", type=INTEGER), Attribute(name="mail", type=STRING)),
    primary_key=("id",),
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(f"ATTACH '{tmp_path / 'd.duckdb'}' AS data")
        for macro in DuckDb.preparation:
            opened.execute(macro)
        yield opened


def described(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return [row[:2] for row in connection.execute('DESCRIBE "data"."data"."person"').fetchall()]


def test_a_table_is_made_once_and_new_attributes_become_columns(connection: duckdb.DuckDBPyConnection) -> None:
    ensure_tables(connection, Catalogue(schemas=(PERSON,)))
    connection.execute('INSERT INTO "data"."data"."person" VALUES (1, \'Ève@X.fr\')')
    wider = PERSON.model_copy(update={"attributes": (*PERSON.attributes, Attribute(name="at", type=DATETIME))})
    ensure_tables(connection, Catalogue(schemas=(wider,)))
    ensure_tables(connection, Catalogue(schemas=(wider,)))
    assert described(connection) == [("id", "BIGINT"), ("mail", "VARCHAR"), ("at", "TIMESTAMP")]
    assert connection.execute('SELECT * FROM "data"."data"."person"').fetchall() == [(1, "Ève@X.fr", None)]


def test_an_identity_chosen_later_folds_the_rows_already_there(connection: duckdb.DuckDBPyConnection) -> None:
    ensure_tables(connection, Catalogue(schemas=(PERSON,)))
    connection.execute(
        "INSERT INTO \"data\".\"data\".\"person\" VALUES (1, 'Ève@X.fr'), (2, 'BOB@x.fr'), (3, NULL), (4, 'ŁÓDŹ@İ')"
    )
    known = PERSON.model_copy(update={"identities": (Identity(attribute="mail", namespace="email"),)})
    ensure_tables(connection, Catalogue(schemas=(known,)))
    rows = connection.execute('SELECT id, "_folded_mail" FROM "data"."data"."person" ORDER BY id').fetchall()
    assert rows == [(1, "eve@x.fr"), (2, "bob@x.fr"), (3, None), (4, "łodz@i")]


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        (DataType(kind=Kind.DECIMAL), "DECIMAL(18, 4)"),
        (DataType(kind=Kind.DECIMAL, precision=10, scale=2), "DECIMAL(10, 2)"),
        (DataType(kind=Kind.DECIMAL, precision=10), "DECIMAL(10, 0)"),
        (DataType(kind=Kind.ENUM, values=("a",)), "TEXT"),
        (INSTANT, "TIMESTAMP"),
    ],
)
def test_types(data_type: DataType, expected: str) -> None:
    assert column_type(data_type).sql("duckdb") == expected


def test_all_of_it_can_be_part_of_one_transaction(connection: duckdb.DuckDBPyConnection) -> None:
    ensure_tables(connection, Catalogue(schemas=(PERSON,)))
    connection.execute('INSERT INTO "data"."data"."person" VALUES (1, \'Ève@X.fr\')')
    known = PERSON.model_copy(update={"identities": (Identity(attribute="mail", namespace="email"),)})
    connection.execute("BEGIN")
    ensure_tables(connection, Catalogue(schemas=(known,)))
    connection.execute("ROLLBACK")
    assert described(connection) == [("id", "BIGINT"), ("mail", "VARCHAR")]
