"""Adding an activity takes one folder and one line, as CONTRIBUTING says: done here on a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SAMPLE = '''\
"""Sample: keeps some rows, chosen at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import population_of
from batuta.activities.contract import Input, Scope, Targeting
from batuta.sets.algebra import LimitKind, Part, Segment, Set, Split


'''

CAMPAIGN = """\
batuta: 1
id: some
name: Some
activities:
- id: everyone
  kind: build-audience
  parameters: {dimension: customers, rule: {kind: all-rows}}
- id: some
  kind: sample
  label: Some of them
  parameters: {rows: 3}
- id: keep
  kind: save-audience
  parameters: {label: Some}
transitions:
- {from: everyone, to: some}
- {from: some, to: keep}
"""

DDL = "CREATE TABLE customer (id integer PRIMARY KEY, email text);\n"


def class_in_contributing() -> str:
    """The class that CONTRIBUTING shows."""
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
    lines = [line.removeprefix("   ") for line in str(block).splitlines()]
    return "\n".join(lines).rstrip() + "\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one folder and one line more, and a home with ten customers."""
    there = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src/batuta", there / "batuta", ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    folder = there / "batuta/activities/sample"
    folder.mkdir()
    (folder / "__init__.py").write_text(SAMPLE + class_in_contributing(), "utf-8")
    palette = there / "batuta/activities/palette.py"
    line = '    "batuta.activities.sample:Sample",\n'
    palette.write_text(palette.read_text("utf-8").replace("BUILT_IN = (\n", f"BUILT_IN = (\n{line}"), "utf-8")
    (there / "some.yaml").write_text(CAMPAIGN, "utf-8")
    (there / "schema.sql").write_text(DDL, "utf-8")
    rows = "".join(f"{number},c{number}@example.org\n" for number in range(1, 11))
    (there / "customer.csv").write_text(f"id,email\n{rows}", "utf-8")
    for command in (
        ("schema", "import", "schema.sql", "--dialect", "postgres"),
        ("data", "load", "customer", "customer.csv"),
        ("dimension", "add", "customers", "--schema", "customer", "--identity", "email"),
    ):
        done = batuta(there, *command)
        assert done.returncode == 0, done.stderr
    return there


def batuta(there: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the copied package's command line."""
    code = "import batuta, sys; assert batuta.__file__.startswith(sys.argv.pop(1)); from batuta.app import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(there), "BATUTA_HOME": str(there / "home"), "COLUMNS": "200"}
    command = [sys.executable, "-c", code, str(there), *words]
    return subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_it_is_in_the_schema_of_campaign_files(copy: Path) -> None:
    done = batuta(copy, "campaign", "schema")
    assert done.returncode == 0, done.stderr
    assert '"how many rows to keep"' in done.stdout


def test_campaigns_with_it_are_validated(copy: Path) -> None:
    done = batuta(copy, "campaign", "validate", "some.yaml")
    assert (done.returncode, done.stdout) == (0, "some.yaml: nothing is wrong\n"), done.stderr
    (copy / "none.yaml").write_text(CAMPAIGN.replace("rows: 3", "rows: 0"), "utf-8")
    done = batuta(copy, "campaign", "validate", "none.yaml")
    assert done.returncode == 1
    assert "Some of them (some)\n  error  rows: 0 is too small. Use 1 or more.\n" in done.stdout


def test_campaigns_with_it_run(copy: Path) -> None:
    done = batuta(copy, "campaign", "run", "some.yaml", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["status"] == "completed"
    assert {made["from"]: made["rows"] for made in found["transitions"]} == {"everyone": 10, "some": 3, "keep": 3}
