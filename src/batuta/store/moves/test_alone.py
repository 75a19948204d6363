"""Nothing but the moves writes the state of runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import batuta
from batuta.store.tables import audience_versions, audiences, events, jobs, outputs, runs, tasks, transitions, windows

SOURCES = Path(batuta.__file__).parent
TABLES = (runs, tasks, outputs, transitions, jobs, events, audiences, audience_versions, windows)
VARIABLES = {"runs", "tasks", "outputs", "transitions", "jobs", "events", "audiences", "audience_versions", "windows"}
RAW = re.compile(
    rf"(insert\s+into|update|delete\s+from)\s+[\"`]?({'|'.join(table.name for table in TABLES)})\b", re.IGNORECASE
)


def writes(text: str) -> Iterator[int]:
    """Yield the lines on which a statement that changes one of the tables is built."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _changes(node):
            yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.match(node.value.lstrip()):
            yield node.lineno


def _changes(call: ast.Call) -> bool:
    verbs = {"insert", "update", "delete"}
    if isinstance(call.func, ast.Name):
        return call.func.id in verbs and bool(call.args) and _is_table(call.args[0])
    return isinstance(call.func, ast.Attribute) and call.func.attr in verbs and _is_table(call.func.value)


def _is_table(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in VARIABLES


def test_only_the_moves_write() -> None:
    sources = [path for path in SOURCES.rglob("*.py") if path.name != "conftest.py"]
    places = {path: list(writes(path.read_text("utf-8"))) for path in sources}
    found = {path.relative_to(SOURCES) for path, lines in places.items() if lines}
    assert {path for path in found if "test_" not in path.name and path.parent.as_posix() != "store/moves"} == set()
    assert len(found) >= 5, "the moves themselves must be seen"


@pytest.mark.parametrize(
    "text",
    [
        "connection.execute(update(runs).values(status='x'))",
        "connection.execute(store.runs.jobs.delete())",
        "connection.exec_driver_sql('DELETE FROM \"event\" WHERE run = 1')",
        "sql = 'update audience_version set rows = 0'",
    ],
)
def test_a_planted_write_is_seen(text: str) -> None:
    assert list(writes(text)) == [1]
