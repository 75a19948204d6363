"""Queries of data engineers: what they return, and all that they cannot do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.kit.errors import BatutaError, InputError
from batuta.rules.bound import Constant, Expr, Moment, Variable
from batuta.runs.ports import Querying
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, Shape, shape_of_lines

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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the engine, with a file that is not its own."""
    there = tmp_path_factory.mktemp("engine")
    (there / "secret.csv").write_text(f"id\n{HIDDEN}\n", "utf-8")
    return there


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[DuckDBEngine]:
    """Three people in an engine."""
    path = folder / "data.duckdb"
    found = DuckDBEngine(path, folder / "work.duckdb", folder / "tmp", "300MiB", 2)
    found.use(Catalogue(schemas=(PERSON, ORDER)))
    found.close()
    with duckdb.connect(path) as connection:
        rows = "(1, 'Ann', 'l''Île; DROP TABLE person'), (2, 'Bob', NULL), (3, 'O''Hara -- x', 'Rome')"
        connection.execute(f"INSERT INTO data.data.person VALUES {rows}")
    found = DuckDBEngine(path, folder / "work.duckdb", folder / "tmp", "300MiB", 2)
    found.use(Catalogue(schemas=(PERSON, ORDER)))
    yield found
    found.close()


def ask(
    engine: DuckDBEngine, sql: str, *columns: Column, table: str = "q", **parameters: Expr
) -> list[tuple[object, ...]]:
    """Return the rows of a query, in the order in which they came."""
    shape: Shape = shape_of_lines("it", columns or (ID,))
    order = Querying(sql, tuple(parameters.items()), shape, table, NOW)
    counts = engine.query(order)
    rows = [
        row for batch in engine.scan(Table(table, shape), (), [c.name for c in shape.columns], NOW, 10) for row in batch
    ]
    assert [row[0] for row in rows] == list(range(1, counts.rows + 1))
    engine.drop([table])
    return [row[1:] for row in rows]


def said(engine: DuckDBEngine, sql: str, *columns: Column) -> str:
    """Return why a query is refused; what it was to make is not there afterwards."""
    with pytest.raises(InputError) as refused:
        ask(engine, sql, *columns)
    assert engine.tables() == ()
    return refused.value.message()


def test_the_tables_of_the_catalogue_go_by_their_names(engine: DuckDBEngine) -> None:
    assert ask(engine, "SELECT id FROM person ORDER BY id DESC") == [(3,), (2,), (1,)]
    assert ask(engine, 'SELECT count(*) AS id FROM "order"') == [(0,)]
    assert ask(engine, "SELECT p.id FROM data.data.person AS p WHERE id > 2") == [(3,)]
    recursive = "WITH RECURSIVE t(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM t WHERE id < 4) SELECT id FROM t"
    assert ask(engine, recursive) == [(1,), (2,), (3,), (4,)]
    assert ask(engine, "SELECT sum(id) AS ID FROM (VALUES (1), (2)) v(id), range(2), unnest([1]) ;") == [(6,)]
    assert ask(engine, "FROM person SELECT id WHERE EXISTS (FROM person p WHERE p.town = 'Rome') LIMIT 1 -- ; x") == [
        (1,)
    ]


def test_values_are_bound_and_never_part_of_the_text(engine: DuckDBEngine) -> None:
    town = Variable("town", STRING)
    assert ask(engine, "SELECT id FROM person WHERE town = $town", town=town) == [(1,)]
    name = Constant("O'Hara -- x", STRING)
    assert ask(engine, "SELECT id FROM person WHERE name = $name /* $town */", name=name, town=town) == [(3,)]
    assert ask(
        engine, "SELECT id FROM person WHERE name = '$name' OR id = $id", name=name, id=Constant(2, INTEGER)
    ) == [(2,)]
    noon = Constant(datetime(2026, 3, 1, 12, tzinfo=UTC), INSTANT)
    assert ask(engine, "SELECT CAST($noon AS TIMESTAMP) AS id", Column("id", DATETIME), noon=noon) == [
        (datetime(2026, 3, 1, 12),)
    ]


def test_every_type_comes_as_it_is_declared(engine: DuckDBEngine) -> None:
    columns = (
        Column("a", MONEY),
        Column("b", DOUBLE),
        Column("c", BOOLEAN),
        Column("d", DATE),
        Column("e", TIME),
        Column("f", DATETIME),
        Column("g", INSTANT),
        Column("h", DataType(kind=Kind.ENUM, values=("x", "y"))),
        Column("i", INTEGER),
    )
    sql = (
        "SELECT 2.5::DECIMAL(3, 1) a, 7 b, true c, DATE '2026-01-02' d, TIME '10:00' e, DATE '2026-01-02' f,"
        " TIMESTAMPTZ '2026-01-02 10:00:00+02' g, 'x'::ENUM('x', 'y') h, NULL i"
    )
    expected = (
        *(Decimal("2.50"), 7.0, True, date(2026, 1, 2), time(10), datetime(2026, 1, 2)),
        *(datetime(2026, 1, 2, 8), "x", None),
    )
    assert ask(engine, sql, *columns) == [expected]


def test_a_wrong_type_or_a_missing_column_is_told_by_name(engine: DuckDBEngine) -> None:
    assert "column id is VARCHAR" in said(engine, "SELECT name AS id FROM person")
    assert "column id is DOUBLE" in said(engine, "SELECT 1.5::DOUBLE AS id")
    assert "column id holds a value that does not fit" in said(engine, "SELECT 1.5 AS id")
    assert "column id holds a value that does not fit" in said(engine, "SELECT 9223372036854775808 AS id")
    assert "there is no column id" in said(engine, "SELECT name, town FROM person")
    assert "2 columns id" in said(engine, "SELECT 1 AS id, 2 AS id")


def test_what_the_engine_does_not_understand_is_told_in_its_words(engine: DuckDBEngine) -> None:
    assert "syntax error" in said(engine, "SELEC id FROM person")
    assert "there is no schema 'persn'" in said(engine, "SELECT id FROM persn")
    assert 'Referenced column "nam" not found' in said(engine, "SELECT nam AS id FROM person")
    assert "Could not convert string 'Ann'" in said(engine, "SELECT CAST(name AS BIGINT) AS id FROM person")
    assert "no value is given for $town" in said(engine, "SELECT id FROM person WHERE town = $town")
    assert "no value is given for $1" in said(engine, "SELECT id FROM person WHERE town = ?")


FORBIDDEN = [
    *("", "-- nothing", "SELECT 1 AS id; SELECT 2 AS id", "SELECT 1 AS id; COMMIT; DELETE FROM person", "COMMIT"),
    *("ROLLBACK", "BEGIN", "SELECT 1 AS id /* ' */; DROP TABLE person; --'"),
    *("DELETE FROM person", "INSERT INTO person VALUES (9, 'x', 'y')", "UPDATE person SET id = 9", "TRUNCATE person"),
    *("DROP TABLE person", "CREATE TABLE x AS SELECT 1 AS id", "CREATE TEMP TABLE x AS SELECT 1 AS id"),
    *("CREATE VIEW v AS SELECT 1", "CREATE MACRO m() AS 1", "ALTER TABLE person ADD COLUMN z INT"),
    "WITH x AS (DELETE FROM person RETURNING id) SELECT id FROM x",
    "EXPLAIN ANALYZE DELETE FROM person",
    *(
        "ATTACH ':memory:' AS m",
        "ATTACH '{folder}/new.duckdb' AS m",
        "ATTACH '{folder}/data.duckdb' AS m",
        "DETACH work",
    ),
    *("USE work", "COPY person TO '{folder}/out.csv'", "COPY person FROM '{folder}/secret.csv'"),
    *("COPY (SELECT 1) TO '{folder}/data.duckdb'", "COPY (SELECT 1) TO '{folder}/tmp/x.csv'"),
    *("EXPORT DATABASE '{folder}/out'", "IMPORT DATABASE '{folder}/out'"),
    *("SELECT * FROM read_csv('{folder}/secret.csv')", "SELECT * FROM '{folder}/secret.csv'"),
    *("SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('{folder}/data.duckdb')"),
    *("SELECT * FROM glob('/*')", "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM read_duckdb('{folder}/x')"),
    *(
        "SELECT (SELECT count(*) FROM read_text('/etc/passwd')) AS id",
        "SELECT * FROM parquet_scan('http://127.0.0.1/x')",
    ),
    *("SELECT * FROM query('SELECT 1 AS id')", "SELECT * FROM query_table('person')"),
    *(
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{folder}/x.duckdb_extension'",
        "FORCE INSTALL json FROM 'http://127.0.0.1/'",
    ),
    *(
        "SET memory_limit = '1TB'",
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET search_path = 'work.main'",
    ),
    *(
        "RESET memory_limit",
        "PRAGMA threads = 1",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "SET VARIABLE x = 1",
    ),
    *("CALL enable_logging()", "SELECT * FROM enable_logging()", "FROM system.main.enable_logging()"),
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{folder}/log')",
    *("SELECT * FROM enable_profiling()", "CHECKPOINT", "FORCE CHECKPOINT", "SELECT * FROM force_checkpoint('work')"),
    *("VACUUM", "ANALYZE", "PREPARE p AS SELECT 1", "EXECUTE p", "CREATE HIDDEN s (TYPE s3)", "FROM duckdb_secrets()"),
    *(
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_tables",
        "FROM information_schema.tables",
        "SHOW TABLES",
    ),
    *("DESCRIBE person", "SUMMARIZE person", "SELECT * FROM (SHOW ALL TABLES)", "SELECT * FROM (DESCRIBE person)"),
    *('SELECT * FROM work.main."_made"', "SELECT * FROM data.system.effects", "FROM data.audience.club", "FROM temp.x"),
    *("FROM arrow_scan(1, 2, 3)", "FROM pandas_scan(1)", "SELECT * FROM folder", "SELECT * FROM engine", "FROM python"),
    'WITH "_made" AS (SELECT 1 AS id) SELECT id FROM work.main."_made"',
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_query_does_nothing_but_read_the_data(engine: DuckDBEngine, folder: Path, sql: str) -> None:
    before, files = engine.checksum("data"), sorted(folder.rglob("*.*"))
    told = said(engine, sql.replace("{folder}", str(folder)), Column("id", STRING))
    assert HIDDEN not in told
    assert "root:" not in told
    assert engine.checksum("data") == before
    assert sorted(folder.rglob("*.*")) == files
    assert ask(engine, "SELECT id FROM person", ID, table="after") == [(1,), (2,), (3,)]


RIGHTS = [
    *("DELETE FROM person", "INSERT INTO person VALUES (9, 'x', 'y')", "UPDATE person SET id = 9", "DROP TABLE person"),
    *("CREATE TABLE x AS SELECT 1 AS id", 'CREATE TABLE "work"."main"."x" AS SELECT 1 AS id', "TRUNCATE person"),
    *("ALTER TABLE person ADD COLUMN z INT", "EXPLAIN ANALYZE DELETE FROM person"),
    *(
        "ATTACH '{folder}/new.duckdb' AS m",
        "COPY person TO '{folder}/out.csv'",
        "COPY person FROM '{folder}/secret.csv'",
    ),
    *("COPY (SELECT 1) TO '{folder}/data.duckdb'", "EXPORT DATABASE '{folder}/out'", "INSTALL httpfs", "LOAD httpfs"),
    *("SELECT * FROM read_csv('{folder}/secret.csv')", "SELECT * FROM '{folder}/secret.csv'", "SELECT * FROM hidden"),
    *("SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('/*')", "SET enable_external_access = true"),
    *("SET temp_directory = '/'", "SET lock_configuration = false", "SET allowed_directories = ['/']"),
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection of an engine, with one person."""
    there = tmp_path_factory.mktemp("connection")
    found = open_database(there / "data.duckdb", there / "work.duckdb", there / "tmp", "300MiB", 2)
    found.execute("CREATE TABLE data.data.person AS SELECT 1 AS id, 'Ann' AS name, 'Rome' AS town")
    yield found
    found.close()


@pytest.mark.parametrize("sql", RIGHTS)
def test_it_is_the_rights_that_forbid_not_the_reading_of_the_text(
    connection: duckdb.DuckDBPyConnection, folder: Path, sql: str
) -> None:
    """The same connection and transaction as a query has, without any look at the statement beforehand."""
    hidden = pa.table({"id": [HIDDEN]})
    with connection.cursor() as cursor:
        cursor.execute('USE "data"."data"')
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        with pytest.raises(duckdb.Error):
            cursor.execute(sql.replace("{folder}", str(folder)))
    assert hidden.num_rows == 1
    assert connection.execute("SELECT * FROM data.data.person").fetchall() == [(1, "Ann", "Rome")]


def test_a_large_result_streams_and_keeps_its_order(engine: DuckDBEngine) -> None:
    rows = ask(engine, "SELECT range AS id FROM range(250000) ORDER BY range DESC")
    assert rows[:2] == [(249999,), (249998,)]
    assert len(rows) == 250000


def test_a_query_that_is_stopped_leaves_nothing(engine: DuckDBEngine) -> None:
    forever = "WITH RECURSIVE t(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM t) SELECT max(id) AS id FROM t"
    stopper = threading.Timer(0.3, engine.interrupt)
    stopper.start()
    with pytest.raises(BatutaError, match="stopped"):
        ask(engine, forever)
    stopper.join()
    assert engine.tables() == ()


def test_a_table_that_is_made_is_adopted(engine: DuckDBEngine) -> None:
    shape = shape_of_lines("it", (ID,))
    first = engine.query(Querying("SELECT id FROM person", (), shape, "kept", NOW))
    assert engine.query(Querying("SELECT wrong", (), shape, "kept", NOW)) == first
