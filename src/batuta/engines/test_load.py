from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pytest

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.load import load
from batuta.engines.duckdb.sessions import Sessions
from batuta.engines.duckdb.storage import ADDRESSES, ensure_tables
from batuta.engines.duckdb.tables import checksum
from batuta.engines.postgres.engine import PostgresEngine
from batuta.kit.errors import InputError
from batuta.schema.loading import LINE, Batch, Load, LoadCounts, Reject
from batuta.schema.model import Attribute, Catalogue, Identity, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, TIME, DataType, Kind
from tests.engines import mirror
from tests.postgres import new_database
from tests.wanted import wanted

MONEY = DataType(kind=Kind.DECIMAL, precision=6, scale=2)
MOOD = DataType(kind=Kind.ENUM, values=("sad", "ok"))
JSON = DataType(kind=Kind.JSON)


class Rejects:
    def __init__(self) -> None:
        self.found: list[Reject] = []

    def write(self, rejects: Any) -> None:
        self.found += rejects

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.found]


class Base(Protocol):
    """Where one schema is kept."""

    def use(self, schema: Schema) -> None: ...

    def load(self, order: Load) -> LoadCounts: ...

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the data, as DuckDB has it, attached as `data`."""

    def checksum(self) -> str: ...

    def close(self) -> None: ...


class OnDuckDB:
    def __init__(self, folder: Path) -> None:
        self._connection = open_database(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", "1GiB", 1)
        self._sessions = Sessions(self._connection)

    def use(self, schema: Schema) -> None:
        ensure_tables(self._connection, Catalogue(schemas=(schema,)))

    def load(self, order: Load) -> LoadCounts:
        return load(self._sessions, order)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def checksum(self) -> str:
        with self._sessions.session() as session:
            return checksum(session, ADDRESSES.rows)

    def close(self) -> None:
        self._connection.close()


class OnPostgres:
    def __init__(self, folder: Path) -> None:
        del folder
        self._address = new_database()
        self._engine = PostgresEngine(self._address)

    def use(self, schema: Schema) -> None:
        self._engine.use(Catalogue(schemas=(schema,)))

    def load(self, order: Load) -> LoadCounts:
        return self._engine.load(order)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with mirror(self._address) as connection:
            return connection.execute(sql).fetchall()

    def checksum(self) -> str:
        return self._engine.checksum("data")

    def close(self) -> None:
        self._engine.close()


class House:
    """One schema, and what was rejected of its last load."""

    def __init__(self, base: Base, schema: Schema) -> None:
        self.base = base
        self.schema = schema
        self.rejects = Rejects()
        self.loads = 0
        base.use(schema)

    def load(self, columns: str, *records: tuple[str | None, ...], **options: Any) -> LoadCounts:
        """Load records in batches of two, from line 2 on."""
        names = columns.split()
        self.loads += 1
        self.rejects = Rejects()

        def batches() -> Iterator[Batch]:
            for start in range(0, len(records), 2):
                some = records[start : start + 2]
                fields = {
                    name: pa.array([record[place] for record in some], pa.string()) for place, name in enumerate(names)
                }
                lines = pa.array(range(start + 2, start + 2 + len(some)), pa.int64())
                yield Batch(pa.table({**fields, LINE: lines}), start + 2, len(some), start)

        used = tuple(name for name in names if name in self.schema.by_name)
        return self.base.load(Load(f"l{self.loads}", self.schema, used, batches(), self.rejects, **options))

    def rows(self, columns: str = "*") -> list[tuple[Any, ...]]:
        query = f'SELECT {columns} FROM "data"."data"."{self.schema.name}" ORDER BY ALL'
        return self.base.query(query)

    @property
    def checksum(self) -> str:
        return self.base.checksum()


BASES: Mapping[str, Callable[[Path], Base]] = {"duckdb": OnDuckDB, "postgres": OnPostgres}


@pytest.fixture(params=wanted(BASES))
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Base]:
    with closing(BASES[request.param](tmp_path)) as opened:
        yield opened


def schema(key: str = "id", version: str | None = None, identity: str | None = None, **types: DataType) -> Schema:
    return Schema(
        name="person",
        attributes=tuple(Attribute(name=name, type=kind) for name, kind in types.items()),
        primary_key=tuple(key.split()),
        version=version,
        identities=(Identity(attribute=identity, namespace="email"),) if identity else (),
    )


@pytest.fixture
def people(base: Base) -> House:
    return House(base, schema(id=INTEGER, name=STRING, points=INTEGER))


def test_records_are_inserted_then_updated_by_key(people: House) -> None:
    assert people.load("id name points", ("1", "Anna", "5"), ("2", "Bo", None)) == LoadCounts(read=2, inserted=2)
    counts = people.load("id name points", ("2", "Bob", "7"), ("1", "Anna", "5"), ("3", "", "0"))
    assert counts == LoadCounts(read=3, inserted=1, updated=1, unchanged=1)
    assert people.rows() == [(1, "Anna", 5), (2, "Bob", 7), (3, "", 0)]


def test_loading_the_same_again_changes_nothing(people: House) -> None:
    records = (("1", "Anna", "5"), ("2", None, None), ("1", "Ann", "6"))
    assert people.load("id name points", *records) == LoadCounts(read=3, inserted=2, repeated=1)
    before = people.checksum
    assert people.load("id name points", *records) == LoadCounts(read=3, unchanged=2, repeated=1)
    assert people.checksum == before
    assert people.rows() == [(1, "Ann", 6), (2, None, None)]


def test_absent_columns_keep_their_values(people: House) -> None:
    people.load("id name points", ("1", "Anna", "5"), ("2", "Bo", "6"))
    assert people.load("id points", ("1", "9"), ("3", "1")) == LoadCounts(read=2, inserted=1, updated=1)
    assert people.rows() == [(1, "Anna", 9), (2, "Bo", 6), (3, None, 1)]


def test_a_key_alone_is_enough_to_insert(people: House) -> None:
    people.load("id name", ("1", "Anna"))
    assert people.load("id", ("1",), ("2",)) == LoadCounts(read=2, inserted=1, unchanged=1)
    assert people.rows() == [(1, "Anna", None), (2, None, None)]


def test_a_new_record_needs_required_attributes_also_if_the_file_has_no_column_for_them(
    base: Base,
) -> None:
    attributes = (
        Attribute(name="id", type=INTEGER, required=True),
        Attribute(name="name", type=STRING, required=True),
        Attribute(name="points", type=INTEGER),
    )
    people = House(base, Schema(name="person", attributes=attributes, primary_key=("id",)))
    people.load("id name points", ("1", "Anna", "5"), ("2", None, "5"))
    assert people.rejects.reasons == [(3, "name: a value is required")]
    counts = people.load("id points", ("7", "1"), ("1", "6"), ("8", "2"))
    assert counts == LoadCounts(read=3, updated=1, rejected=2)
    reason = "a new record needs name, which the file does not have"
    assert people.rejects.found == [Reject(2, reason, ("7", "1")), Reject(4, reason, ("8", "2"))]
    assert people.rows() == [(1, "Anna", 6)]


def test_newer_or_equal_versions_win_within_a_file_and_against_rows(base: Base) -> None:
    people = House(base, schema(version="v", id=INTEGER, v=INTEGER, name=STRING))
    counts = people.load("id v name", ("1", "2", "two"), ("1", "1", "one"), ("1", "2", "two again"), ("2", "5", "five"))
    assert counts == LoadCounts(read=4, inserted=2, ignored=1, repeated=1)
    counts = people.load("id v name", ("1", "1", "old"), ("2", "5", "five again"), ("3", None, "x"), ("3", "1", "new"))
    assert counts == LoadCounts(read=4, inserted=1, updated=1, ignored=1, rejected=1)
    assert people.rejects.reasons == [(4, "v: the version is empty")]
    assert people.rows() == [(1, 2, "two again"), (2, 5, "five again"), (3, 1, "new")]


def test_composite_keys(base: Base) -> None:
    lines = House(base, schema(key="shop no", shop=STRING, no=INTEGER, price=MONEY))
    lines.load("shop no price", ("a", "1", "1"), ("a", "2", "2"), ("b", "1", "3"))
    assert lines.load("price no shop", ("5", "2", "a")) == LoadCounts(read=1, updated=1)
    assert lines.rows("shop, no, price::VARCHAR") == [("a", 1, "1.00"), ("a", 2, "5.00"), ("b", 1, "3.00")]


def test_identities_are_folded_and_so_are_folded_attributes(base: Base) -> None:
    people = House(base, schema(identity="mail", id=INTEGER, mail=STRING))
    people.load("id mail", ("1", "Ève@X.fr"), ("2", "BOB@x.fr"), ("3", None))
    people.load("id mail", ("3", "ÅSA@x.se"))
    assert people.rows('id, "_folded_mail"') == [(1, "eve@x.fr"), (2, "bob@x.fr"), (3, "asa@x.se")]


def test_folded_attributes_are_kept_folded(base: Base) -> None:
    attributes = (Attribute(name="entry", type=STRING, folded=True), Attribute(name="source", type=STRING))
    listed = House(base, Schema(name="listed", attributes=attributes, primary_key=("entry",)))
    counts = listed.load("entry source", ("Bob@X.fr", "A"), ("bob@x.fr", "B"))
    assert counts == LoadCounts(read=2, inserted=1, repeated=1)
    assert listed.rows() == [("bob@x.fr", "B")]


CONVERSIONS: list[tuple[DataType, str, str]] = [
    (INTEGER, "12", "12"),
    (INTEGER, " +12 ", "12"),
    (INTEGER, "-7.0", "-7"),
    (MONEY, "1.5", "1.50"),
    (MONEY, "-.25", "-0.25"),
    (MONEY, "9999.9900", "9999.99"),
    (DOUBLE, "1e3", "1000.0"),
    (BOOLEAN, "Yes", "true"),
    (BOOLEAN, "0", "false"),
    (BOOLEAN, "t", "true"),
    (DATE, "2024-02-29", "2024-02-29"),
    (DATE, "2024-02-29 00:00:00", "2024-02-29"),
    (TIME, "18:30", "18:30:00"),
    (DATETIME, "2024-02-29T18:30:05.25", "2024-02-29 18:30:05.25"),
    (DATETIME, "2024-02-29", "2024-02-29 00:00:00"),
    (INSTANT, "2024-02-29 18:30:00Z", "2024-02-29 18:30:00"),
    (INSTANT, "2024-02-29 18:30:00+02:00", "2024-02-29 16:30:00"),
    (INSTANT, "2024-02-29T23:30:00.5-0230", "2024-03-01 02:00:00.5"),
    (INSTANT, "2024-02-29 18:30+05", "2024-02-29 13:30:00"),
    (INSTANT, "2024-02-29 18:30:00", "2024-02-29 18:30:00"),
    (INSTANT, "2024-02-29", "2024-02-29 00:00:00"),
    (MOOD, "ok", "ok"),
    (JSON, '{"a": [1]}', '{"a": [1]}'),
    (STRING, "  as it is ", "  as it is "),
]


def test_conversions(base: Base) -> None:
    types = {f"c{place}": kind for place, (kind, _, _) in enumerate(CONVERSIONS)}
    attributes = tuple(Attribute(name=name, type=kind) for name, kind in {"id": INTEGER, **types}.items())
    house = House(base, Schema(name="person", attributes=attributes, primary_key=("id",)))
    texts = [text for _, text, _ in CONVERSIONS]
    house.load(" ".join(["id", *types]), ("1", *texts))
    assert house.rejects.found == []
    (row,) = house.rows(", ".join(f"{name}::VARCHAR" for name in types))
    assert list(row) == [expected for _, _, expected in CONVERSIONS]


def test_blank_fields_are_empty_but_quoted_ones_of_text(base: Base) -> None:
    house = House(base, schema(id=INTEGER, n=INTEGER, d=DATE, m=MOOD, s=STRING))
    house.load("id n d m s", ("1", "", " ", "", ""), ("2", None, None, None, None))
    assert house.rows() == [(1, None, None, None, ""), (2, None, None, None, None)]


WRONG: list[tuple[DataType, str, str]] = [
    (INTEGER, "abc", "x: expected an integer, found 'abc'"),
    (INTEGER, "1.5", "x: expected an integer, found '1.5'"),
    (INTEGER, "9223372036854775808", "x: expected an integer, found '9223372036854775808'"),
    (INTEGER, "1_000", "x: expected an integer, found '1_000'"),
    (MONEY, "1.239", "x: expected a number of at most 4 digits before and 2 after the point, found '1.239'"),
    (MONEY, "12345", "x: expected a number of at most 4 digits before and 2 after the point, found '12345'"),
    (MONEY, "1,5", "x: expected a number of at most 4 digits before and 2 after the point, found '1,5'"),
    (DOUBLE, "NaN", "x: expected a number, found 'NaN'"),
    (BOOLEAN, "maybe", "x: expected true or false, found 'maybe'"),
    (DATE, "30.02.2024", "x: expected a date such as 2026-11-23, found '30.02.2024'"),
    (DATE, "2024-02-30", "x: expected a date such as 2026-11-23, found '2024-02-30'"),
    (DATE, "2024-02-01 10:00:00", "x: expected a date such as 2026-11-23, found '2024-02-01 10:00:00'"),
    (TIME, "25:00", "x: expected a time such as 18:30:00, found '25:00'"),
    (
        DATETIME,
        "2024-02-01 10:00:00+02",
        "x: expected a date and time such as 2026-11-23 18:30:00, found '2024-02-01 10:00:00+02'",
    ),
    (
        INSTANT,
        "soon",
        "x: expected a date and time with zone such as 2026-11-23 18:30:00+01:00, found 'soon'",
    ),
    (MOOD, "glad", "x: expected one of sad, ok, found 'glad'"),
    (JSON, "{", "x: expected JSON, found '{'"),
]


@pytest.mark.parametrize(("kind", "text", "reason"), WRONG)
def test_wrong_values_are_rejected_with_a_reason(base: Base, kind: DataType, text: str, reason: str) -> None:
    house = House(base, schema(id=INTEGER, x=kind))
    assert house.load("id x", ("1", None), ("2", text), ("3", None)) == LoadCounts(read=3, inserted=2, rejected=1)
    assert house.rejects.found == [Reject(3, reason, ("2", text))]
    assert [row[0] for row in house.rows()] == [1, 3]


def test_empty_keys_are_rejected_and_all_reasons_told(base: Base) -> None:
    house = House(base, schema(key="shop no", shop=STRING, no=INTEGER, n=INTEGER))
    house.load("shop no n", ("", "1", "x"), ("a", None, None), ("a", "1", "1"))
    assert house.rejects.reasons == [
        (2, "shop: the key is empty; n: expected an integer, found 'x'"),
        (3, "no: the key is empty"),
    ]


def test_values_of_sensitive_attributes_are_not_told(base: Base) -> None:
    attributes = (Attribute(name="id", type=INTEGER), Attribute(name="x", type=INTEGER, sensitive=True))
    house = House(base, Schema(name="person", attributes=attributes, primary_key=("id",)))
    house.load("id x", ("1", "secret"), ("2", "1"))
    assert house.rejects.reasons == [(2, "x: expected an integer")]


def test_too_many_rejects_fail_the_load_as_a_whole(people: House) -> None:
    people.load("id name points", ("1", "Anna", "5"))
    before = people.checksum
    with pytest.raises(InputError, match="2 of 4 records cannot be loaded, 1 are allowed"):
        people.load("id points", ("1", "6"), ("x", "6"), ("y", "7"), ("2", "8"), allowed_errors=1)
    assert [reject.line for reject in people.rejects.found] == [3, 4]
    with pytest.raises(InputError, match="none of the 2 records can be loaded"):
        people.load("id points", ("x", "6"), ("y", "7"))
    assert people.checksum == before


def test_nothing_is_loaded_if_what_comes_before_the_commit_fails(people: House) -> None:
    def fail(counts: LoadCounts) -> None:
        assert counts == LoadCounts(read=1, inserted=1)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        people.load("id name", ("1", "Anna"), before_commit=fail)
    assert people.rows() == []
    assert people.load("id name", ("1", "Anna")).inserted == 1


def test_nothing_is_loaded_if_the_file_breaks_off(people: House) -> None:
    def batches() -> Iterator[Batch]:
        lines = pa.table({"id": ["1"], LINE: pa.array([2], pa.int64())})
        yield Batch(lines, 2, 1, 0)
        raise InputError("people.csv, line 3", "byte 20 (0xfc) is not utf-8")

    with pytest.raises(InputError, match="line 3"):
        people.base.load(Load("l", people.schema, ("id",), batches(), people.rejects))
    assert people.rows() == []


def test_no_records_leave_everything_as_it_is(people: House) -> None:
    assert people.load("id name") == LoadCounts()
    assert people.rows() == []


def test_a_character_that_postgres_has_no_way_to_keep_is_rejected_there_only(
    base: Base, request: pytest.FixtureRequest
) -> None:
    people = House(base, schema(id=INTEGER, name=STRING))
    counts = people.load("id name", ("1", "a\0b"), ("2", "\\."), ("3", 'x "y"\n,z'))
    if "postgres" in request.node.callspec.id:
        assert counts == LoadCounts(read=3, inserted=2, rejected=1)
        reason = "name: holds the character U+0000, which PostgreSQL cannot keep"
        assert people.rejects.found == [Reject(2, reason, ("1", "a\0b"))]
    else:
        assert counts == LoadCounts(read=3, inserted=3)
    assert people.rows()[-2:] == [(2, "\\."), (3, 'x "y"\n,z')]
