"""The house rules that no linter knows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 400


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.exists() and (not suffixes or path.suffix in suffixes)]


def test_no_python_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in tracked(".py")}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_lock_file_pins_with_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = re.findall(r"^([a-z0-9-]+)==\S+ \\$", lock, re.MULTILINE)
    assert len(pinned) > 30
    assert lock.count("--hash=sha256:") > len(pinned)
    assert "://" not in lock
    assert "index-url" not in lock


def test_only_the_moves_write_the_state_of_runs() -> None:
    writing = re.compile(
        r"\b(insert|update|delete)\((runs|run|tasks|task|jobs|job|outputs|output|transitions|events)\b"
    )
    elsewhere = [
        path.relative_to(ROOT)
        for path in tracked(".py")
        if "store/moves" not in path.as_posix() and "test" not in path.name and writing.search(path.read_text("utf-8"))
    ]
    assert elsewhere == []


def test_kinds_of_activity_do_not_know_each_other() -> None:
    activities = ROOT / "src/batuta/activities"
    kinds = {folder.name for folder in activities.iterdir() if (folder / "__init__.py").exists()}
    assert len(kinds) >= 9
    named = re.compile(r"batuta\.activities\.(\w+)")
    strangers = {
        path.relative_to(activities)
        for kind in kinds
        for path in (activities / kind).rglob("*.py")
        if (set(named.findall(path.read_text("utf-8"))) & kinds) - {kind}
    }
    assert strangers == set()


@pytest.mark.parametrize("mark", ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"])
def test_nothing_is_marked_unfinished(mark: str) -> None:
    found = [path.relative_to(ROOT) for path in tracked(".py", ".md") if mark in path.read_text("utf-8")]
    assert found == []
