from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.faults import OutOfMemory, fault
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.kit.errors import SystemFault


def opened(folder: Path, memory: str = "100MiB") -> duckdb.DuckDBPyConnection:
    return open_database(folder / "data.duckdb", folder / "work.duckdb", folder / "tmp", memory, threads=2)


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    opened(tmp_path).close()
    damaged = tmp_path / "data.duckdb"
    damaged.write_bytes(b"this is no database".ljust(damaged.stat().st_size, b"!"))
    with pytest.raises(SystemFault) as caught:
        opened(tmp_path)
    assert caught.value.message() == (
        f"{damaged}: the database file is damaged\n  to do: Restore the home from a back-up."
    )
    assert isinstance(caught.value.__cause__, duckdb.Error)


def test_a_file_that_another_process_holds(tmp_path: Path) -> None:
    opened(tmp_path).close()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path / "work.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(SystemFault, match="another program has the database file open"):
            opened(tmp_path)
        other.terminate()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemFault, match="the folder cannot be made"):
        opened(tmp_path / "file")


def test_a_file_in_a_home_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "data.duckdb").mkdir()
    with pytest.raises(SystemFault):
        opened(tmp_path)


def test_a_query_beyond_memory_and_disk(tmp_path: Path) -> None:
    connection = opened(tmp_path, memory="20MiB")
    connection.execute("SET max_temp_directory_size = '1MB'")

    def sort(session: Session) -> None:
        session.run('CREATE TABLE "work"."main"."t" AS SELECT md5(range::VARCHAR) m FROM range(2000000) ORDER BY m')

    with pytest.raises(OutOfMemory) as caught:
        Sessions(connection).heavy(sort)
    assert caught.value.exit_code == 3
    connection.close()


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (duckdb.IOException('Could not write file "x": No space left on device'), "the disk is full"),
        (duckdb.OutOfMemoryException("could not allocate block of size 256.0 KiB"), "more memory"),
        (duckdb.FatalException("database has been invalidated because of a previous fatal error"), "stopped after"),
        (duckdb.IOException('Cannot open file "x": Permission denied'), "may not be written"),
        (duckdb.BinderException("no such column\n\nLINE 1: ..."), "a query failed: no such column"),
    ],
)
def test_words_for_what_cannot_be_provoked_here(error: duckdb.Error, found: str) -> None:
    assert found in fault(error).found
    assert "\n" not in fault(error).found
