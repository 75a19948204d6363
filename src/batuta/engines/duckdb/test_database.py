from __future__ import annotations

from pathlib import Path

import duckdb

from batuta.engines.duckdb.database import open_database


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    return open_database(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", None, 2)


def form_of_files(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = connection.execute("SELECT database_name, tags['storage_version'] FROM duckdb_databases()").fetchall()
    return {name: form for name, form in found if name in ("data", "work")}


def test_files_are_made_in_the_form_that_every_supported_duckdb_reads(tmp_path: Path) -> None:
    with opened(tmp_path) as connection:
        assert {form.removesuffix("+") for form in form_of_files(connection).values()} == {"v1.4.0"}


def test_a_text_of_few_values_is_kept_as_a_dictionary_although_some_rows_have_none(tmp_path: Path) -> None:
    with opened(tmp_path) as connection:
        connection.execute(
            """CREATE TABLE "data"."data"."people" AS
            SELECT CASE WHEN i % 7 > 0 THEN 'Rémi ' || (i % 5) END AS name FROM range(200000) AS rows(i)"""
        )
        connection.execute('CHECKPOINT "data"')
        found = connection.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('data.data.people') WHERE segment_type = 'VARCHAR'"
        )
        assert found.fetchall() == [("DICT_FSST",)]


def test_a_file_in_another_form_is_opened_as_it_is(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{tmp_path / 'data.duckdb'}' AS older (STORAGE_VERSION 'v1.0.0')")
        connection.execute("CREATE TABLE older.here AS SELECT 1 AS n")
    with opened(tmp_path) as connection:
        assert connection.execute('SELECT n FROM "data"."main"."here"').fetchall() == [(1,)]
