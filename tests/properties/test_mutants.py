"""The random sets find the faults of mutants.yaml: each is planted in a copy, which then fails on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .test_set_trees import QUICK

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACKAGE = ROOT / "src/batuta"
MUTANTS: list[dict[str, str]] = yaml.safe_load(HERE.joinpath("mutants.yaml").read_text("utf-8"))


def test_there_are_ten_and_each_can_be_planted() -> None:
    assert len(MUTANTS) == 10
    assert len({mutant["breaks"] for mutant in MUTANTS}) == 10
    for mutant in MUTANTS:
        assert PACKAGE.joinpath(mutant["file"]).read_text("utf-8").count(mutant["source"]) == 1, mutant
        assert mutant["replacement"] != mutant["source"]


def planted(mutant: dict[str, str], there: Path) -> Path:
    """Return a copy of the package with a fault in it."""
    shutil.copytree(PACKAGE, there / "batuta", ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    path = there / "batuta" / mutant["file"]
    path.write_text(path.read_text("utf-8").replace(mutant["source"], mutant["replacement"]), "utf-8")
    return there


def checked(there: Path) -> subprocess.CompletedProcess[str]:
    """Run the quick cases on a copy of the package."""
    code = (
        "import sys, batuta; assert batuta.__file__.startswith(sys.argv[1]);"
        "from tests.properties.set_cases import main; sys.exit(main(0, int(sys.argv[2])))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{there}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, str(there), str(QUICK)]
    return subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant["breaks"] for mutant in MUTANTS])
def test_a_planted_fault_is_found(mutant: dict[str, str], tmp_path: Path) -> None:
    done = checked(planted(mutant, tmp_path))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("seed "), done.stderr
