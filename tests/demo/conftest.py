"""One run of the demo over 10,000 recipients, for all tests of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.demo.command import batuta
from tests.engines import begin
from tests.wanted import wanted


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] * (name != "duckdb")) for name in wanted(["duckdb", "postgres"])
    ],
)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the demo, on each engine in turn."""
    found = tmp_path_factory.mktemp("demo") / "home"
    begin(found, request.param)
    return found


@pytest.fixture(scope="session")
def told(home: Path) -> Any:
    """What the demo printed as JSON."""
    done = batuta(home, "demo", "--json", "--no-serve")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
