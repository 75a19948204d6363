from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.load import load
from batuta.engines.duckdb.sessions import Sessions
from batuta.engines.duckdb.storage import ensure_tables
from batuta.schema.loading import LINE, Batch, Load
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import INTEGER


class Rejects:
    def write(self, rejects: object) -> None:
        raise AssertionError(rejects)


def test_memory_is_given_back_after_each_load(tmp_path: Path) -> None:
    person = Schema(name="person", attributes=(Attribute(name="id", type=INTEGER),), primary_key=("id",))
    connection = open_database(tmp_path / "data.duckdb", tmp_path / "work.duckdb", tmp_path / "tmp", "1GiB", 1)
    ensure_tables(connection, Catalogue(schemas=(person,)))
    for key in ("1", "2", "3"):
        batch = Batch(pa.table({"id": [key], LINE: pa.array([2], pa.int64())}), 2, 1, 0)
        load(Sessions(connection), Load("l", person, ("id",), iter([batch]), Rejects()))
    assert connection.execute("SELECT current_setting('memory_limit')").fetchall() == [("1.0 GiB",)]
    connection.close()
