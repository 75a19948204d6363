"""The random rules find the faults of rule_mutants.yaml: each is planted in a copy, which then fails on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .test_mutants import HERE, PACKAGE, ROOT, planted
from .test_random_rules import QUICK, SEED

MUTANTS: list[dict[str, str]] = yaml.safe_load(HERE.joinpath("rule_mutants.yaml").read_text("utf-8"))


def test_there_are_ten_at_least_and_each_can_be_planted() -> None:
    assert len({mutant["breaks"] for mutant in MUTANTS}) == len(MUTANTS) >= 10
    for mutant in MUTANTS:
        assert PACKAGE.joinpath(mutant["file"]).read_text("utf-8").count(mutant["source"]) == 1, mutant
        assert mutant["replacement"] != mutant["source"]


def checked(there: Path) -> subprocess.CompletedProcess[str]:
    """Run the quick cases on a copy of the package, up to the first that is wrong."""
    code = (
        "import sys, batuta; assert batuta.__file__.startswith(sys.argv[1]);"
        "from tests.properties.random_cases.cases import main; sys.exit(main(int(sys.argv[2]), 0, int(sys.argv[3])))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{there}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, str(there), str(SEED), str(QUICK)]
    return subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant["breaks"] for mutant in MUTANTS])
def test_a_planted_fault_is_found(mutant: dict[str, str], tmp_path: Path) -> None:
    done = checked(planted(mutant, tmp_path))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("seed "), done.stderr
