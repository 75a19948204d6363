"""Files larger than memory would like, and loads that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.peak import peak_memory

DDL = """CREATE TABLE person (
    id int PRIMARY KEY, first_name text, last_name text, email text NOT NULL, country text, created_at timestamp,
    balance numeric(10,2), active boolean, city text, points int
);
"""
MEGABYTE = 1 << 20


def write_people(path: Path, size: int) -> int:
    """Write at least `size` bytes of people; return their number."""
    people = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("id,first_name,last_name,email,country,created_at,balance,active,city,points\n")
        while file.tell() < size:
            file.writelines(
                f"{i},Éva{i % 977},Last{i % 1313},person{i}@example{i % 50}.com,FR,2024-01-{i % 28 + 1:02d} 10:00:00,"
                f'{i % 1000}.{i % 100:02d},{"true" if i % 2 else "false"},"Some, city {i % 300}",{i % 100}\n'
                for i in range(people, people + 50_000)
            )
            people += 50_000
    return people


def start_load(home: Path, path: Path) -> subprocess.Popen[str]:
    code = "from batuta.app import main; main()"
    command = [sys.executable, "-c", code, "--home", str(home), "data", "load", "person", str(path), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def people(terminal: Any, tmp_path: Path) -> Any:
    (tmp_path / "person.sql").write_text(DDL)
    terminal.run("schema", "import", tmp_path / "person.sql")
    return terminal


@pytest.mark.slow
def test_a_gigabyte_needs_less_memory_than_that(
    people: Any, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "people.csv"
    count = write_people(path, 1024 * MEGABYTE)
    assert path.stat().st_size >= 1024 * MEGABYTE
    process = start_load(people.home, path)
    peak = peak_memory(process)
    assert process.wait() == 0, process.stderr.read() if process.stderr else ""
    assert people.query("SELECT count(*), count(DISTINCT id) FROM home.data.person") == [(count, count)]
    record_property("peak_megabytes", peak // MEGABYTE)
    assert peak < 1024 * MEGABYTE


def test_a_load_that_is_killed_leaves_nothing_and_can_be_done_again(people: Any, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    count = write_people(path, 20 * MEGABYTE)
    killed = 0
    for delay in (0.6, 0.9, 1.2, 1.5):
        process = start_load(people.home, path)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert people.query("SELECT count(*) FROM home.data.person") in ([(0,)], [(count,)])
    assert killed
    loaded = people.json("data", "load", "person", path)
    assert loaded["inserted"] + loaded["unchanged"] == loaded["read"] == count
    assert people.query("SELECT count(*), count(DISTINCT id) FROM home.data.person") == [(count, count)]
