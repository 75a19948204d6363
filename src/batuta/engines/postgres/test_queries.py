"""Queries of data engineers on PostgreSQL: what they return, and all that they cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal

import psycopg
import pytest

from batuta.engines.postgres.engine import PostgresEngine
from batuta.kit.errors import BatutaError, InputError
from batuta.rules.bound import Constant, Expr, Moment, Variable
from batuta.runs.ports import Querying
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape, shape_of_lines
from tests.postgres import new_database

NOW = Moment(datetime(2026, 3, 1, 12, tzinfo=UTC), "Europe/Paris", {"town": "l'Île; DROP TABLE person"})
MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
PERSON = Schema(
    name="person",
    attributes=(
        Attribute(name="id", type=INTEGER),
        Attribute(name="name", type=STRING),
        Attribute(name="town", type=STRING),
    ),
    primary_key=("id",),
)
ORDER = Schema(name="order", attributes=(Attribute(name="id", type=INTEGER),), primary_key=("id",))
ID, NAME = Column("id", INTEGER), Column("name", STRING)
HIDDEN = "not to be read"


@pytest.fixture(scope="module")
def address() -> str:
    return new_database()


@pytest.fixture(scope="module")
def engine(address: str) -> Iterator[PostgresEngine]:
    """Three people in a database that holds other things too."""
    found = PostgresEngine(address)
    found.use(Catalogue(schemas=(PERSON, ORDER)))
    with psycopg.connect(address) as connection:
        rows = "(1, 'Ann', 'l''Île; DROP TABLE person'), (2, 'Bob', NULL), (3, 'O''Hara -- x', 'Rome')"
        connection.execute(f"INSERT INTO batuta_rows.person VALUES {rows}")
        connection.execute(f"CREATE TABLE public.secret AS SELECT '{HIDDEN}' AS name, 1 AS id")
        connection.execute(f"CREATE TABLE batuta_rows.left_over AS SELECT '{HIDDEN}' AS name, 1 AS id")
    yield found
    found.close()


def ask(
    engine: PostgresEngine, sql: str, *columns: Column, table: str = "q", **parameters: Expr
) -> list[tuple[object, ...]]:
    """Return the rows of a query, in the order in which they came."""
    shape: Shape = shape_of_lines("it", columns or (ID,))
    counts = engine.query(Querying(sql, tuple(parameters.items()), shape, table, NOW))
    rows = [
        row for batch in engine.scan(Table(table, shape), (), [c.name for c in shape.columns], NOW, 10) for row in batch
    ]
    assert [row[0] for row in rows] == list(range(1, counts.rows + 1))
    engine.drop([table])
    return [row[1:] for row in rows]


def test_rows_come_in_the_order_of_the_query(engine: PostgresEngine) -> None:
    sql = "WITH few(id, name) AS (SELECT id, name FROM person WHERE id > 1) SELECT * FROM few ORDER BY id DESC;"
    assert ask(engine, sql, ID, NAME) == [(3, "O'Hara -- x"), (2, "Bob")]


def test_many_rows_come_in_batches(engine: PostgresEngine) -> None:
    rows = ask(engine, "SELECT n AS id FROM generate_series(1, 45000) AS g(n)")
    assert rows == [(number,) for number in range(1, 45_001)]


def test_parameters_are_bound_and_may_come_twice(engine: PostgresEngine) -> None:
    town = Variable("town", STRING)
    sql = "SELECT id, $town AS name FROM person WHERE town = $town AND id < $most -- $town"
    rows = ask(engine, sql, ID, NAME, town=town, most=Constant(3, INTEGER))
    assert rows == [(1, "l'Île; DROP TABLE person")]
    assert ask(engine, "SELECT id FROM person WHERE name = '$town' || $$ $town $$") == []


def test_types_come_as_asked_for(engine: PostgresEngine) -> None:
    sql = """SELECT 5::int2 AS i, 2.50 AS m, 1.5::float4 AS f, true AS b, DATE '2024-02-29' AS d, TIME '08:30' AS t,
        TIMESTAMP '2024-02-29 08:30' AS dt, TIMESTAMPTZ '2024-02-29 08:30+02' AS at, NULL::date AS nothing,
        '{"a": 1}'::jsonb AS j, numeric '7' AS whole"""
    columns = [Column("i", INTEGER), Column("m", MONEY), Column("f", DOUBLE), Column("b", BOOLEAN), Column("d", DATE)]
    columns += [Column("t", TIME), Column("dt", DATETIME), Column("at", INSTANT), Column("nothing", DATE)]
    columns += [Column("j", DataType(kind=Kind.JSON)), Column("whole", INTEGER)]
    at = datetime(2024, 2, 29, 6, 30)
    assert ask(engine, sql, *columns) == [
        (5, Decimal("2.50"), 1.5, True, at.date(), time(8, 30), datetime(2024, 2, 29, 8, 30), at, None, '{"a": 1}', 7)
    ]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 'x' AS id", "column id is text"),
        ("SELECT 1 AS other", "there is no column id"),
        ("SELECT 1 AS id, 2 AS id", "the result has 2 columns id"),
        ("SELECT 1.5 AS id", "does not fit"),
        ("SELECT id FROM person WHERE id = $most", "no value is given for $most"),
        ("SELECT id FROM persom", "person"),
        ("SELECT idd AS id FROM person", "idd"),
        ("SELECT 1 / 0 AS id", "division by zero"),
        ("SELECT 1 / (id - id) AS id FROM person", "division by zero"),
        ("SELEC 1", "SELEC"),
        ("", "no statement"),
        ("SELECT 'open", "the engine refuses it"),
    ],
)
def test_mistakes_are_told(engine: PostgresEngine, sql: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        ask(engine, sql)
    assert said in error.value.message()
    assert engine.tables() == ()


REACHING = [
    "SELECT 1 AS id; DROP TABLE batuta_rows.person",
    "SELECT 1 AS id; COMMIT; DROP TABLE batuta_rows.person",
    "DROP TABLE batuta_rows.person",
    "DELETE FROM person RETURNING id",
    "WITH gone AS (DELETE FROM person RETURNING id) SELECT id FROM gone",
    "SELECT id INTO batuta_rows.copied FROM person",
    "SELECT id FROM person FOR UPDATE",
    "COPY person TO '/tmp/x'",
    "EXPLAIN ANALYZE SELECT 1",
    "SHOW ALL",
    "SET search_path TO public",
    "VALUES (1); TABLE public.secret",
    "SELECT id FROM public.secret",
    "SELECT id FROM left_over",
    "SELECT (SELECT max(id) FROM public.secret) AS id",
    "SELECT id FROM person WHERE EXISTS (SELECT FROM public.secret)",
    "SELECT count(*) AS id FROM pg_catalog.pg_class",
    "SELECT count(*) AS id FROM pg_class",
    "SELECT count(*) AS id FROM pg_stat_activity",
    "SELECT count(*) AS id FROM pg_settings",
    "SELECT count(*) AS id FROM information_schema.tables",
    "SELECT count(*) AS id FROM batuta_system.effects",
    "SELECT count(*) AS id FROM batuta_work._made",
    "SELECT length(pg_read_file('/etc/hostname')) AS id",
    "SELECT length(pg_read_file/**/('/etc/hostname')) AS id",
    "SELECT length(\"pg_read_file\"('/etc/hostname')) AS id",
    "SELECT length(U&\"\\0070g_read_file\"('/etc/hostname')) AS id",
    "SELECT length(pg_catalog.pg_read_file('/etc/hostname')) AS id",
    "SELECT length(pg_catalog . \"pg_read_file\" ('/etc/hostname')) AS id",
    "SELECT E'\\'' || pg_read_file('/etc/hostname') || E'\\'' AS id",
    "SELECT '\\' || pg_read_file('/etc/hostname') || '\\' AS id",
    "SELECT $a$ $b$ $a$ || pg_read_file('/etc/hostname') || $a$ $b$ $a$ AS id",
    "SELECT 1 AS id /* /* */ ' */ , pg_read_file('/etc/hostname') -- '",
    "SELECT length(current_setting('data_directory')) AS id",
    "SELECT length(set_config('transaction_read_only', 'off', true)) AS id",
    "SELECT length(query_to_xml('SELECT * FROM public.secret', true, true, '')::text) AS id",
    "SELECT length(table_to_xml('public.secret', true, true, '')::text) AS id",
    "SELECT 1 AS id FROM pg_ls_dir('.')",
    "SELECT 1 AS id FROM pg_ls_dir('.') AS f(name)",
    "WITH a AS (SELECT 1 AS id), pg_sleep(x) AS (SELECT 1) SELECT pg_sleep(0.1)::text::int AS id FROM a",
    "SELECT lo_import('/etc/hostname')::bigint AS id",
    "SELECT pg_terminate_backend(1)::int AS id",
    "SELECT nextval('x') AS id",
    "SELECT pg_advisory_lock(1)::text::int AS id",
]


@pytest.mark.parametrize("sql", REACHING)
def test_a_query_reaches_nothing_but_rows(engine: PostgresEngine, address: str, sql: str) -> None:
    with pytest.raises(BatutaError) as error:
        ask(engine, sql)
    assert isinstance(error.value, InputError)
    assert HIDDEN not in error.value.message()
    assert engine.tables() == ()
    assert ask(engine, "SELECT count(*) AS id FROM person") == [(3,)]
    with psycopg.connect(address) as connection:
        copied = connection.execute("SELECT to_regclass('batuta_rows.copied')").fetchone()
    assert copied == (None,)


def test_a_query_is_adopted_once_its_table_is_made(engine: PostgresEngine) -> None:
    shape = shape_of_lines("it", (ID,))
    first = engine.query(Querying("SELECT id FROM person", (), shape, "kept", NOW))
    again = engine.query(Querying("SELECT id FROM person WHERE id = 1", (), shape, "kept", NOW))
    assert first == again
    assert first.rows == 3
    engine.drop(["kept"])
