"""What a command loads before it works: a short command must not wait for what others need."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.main
from typer.core import TyperGroup
from typer.testing import CliRunner

from batuta.app import root
from batuta.cli.later import Later

ENGINES = {"duckdb", "sqlglot", "pyarrow", "psycopg", "batuta.engines"}
WORKING = {"batuta.activities", "batuta.runs", "batuta.sources", "batuta.demo", "batuta.channels", "liquid"}

LOADED = (
    "import sys, atexit; atexit.register(lambda: print('LOADED', *sys.modules)); from batuta.app import main; main()"
)


def loaded(*words: str | Path) -> set[str]:
    """The modules that a command has loaded when it ends, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


def later(command: Any) -> list[Later]:
    """Every command that is loaded later, in all groups below a command."""
    if not isinstance(command, TyperGroup):
        return [command] if isinstance(command, Later) else []
    context = typer.Context(command)
    below = (command.get_command(context, name) for name in command.list_commands(context))
    return [each for child in below for each in later(child)]


APART = later(typer.main.get_command(root))


def said(*words: str) -> str:
    return " ".join(CliRunner().invoke(root, [*words]).output.split())


def test_the_list_of_commands_loads_none_of_them() -> None:
    assert loaded("--help") & {*ENGINES, *WORKING, "sqlalchemy", "batuta.cli.context", "batuta.cli.schemas"} == set()


@pytest.mark.parametrize("words", [("dimension", "list"), ("location", "list")], ids=" ".join)
def test_a_command_on_the_schemas_opens_no_engine(words: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded("--home", tmp_path / "home", *words) & {*ENGINES, *WORKING} == set()


def test_the_first_command_on_a_home_makes_the_tables_of_all_others(tmp_path: Path) -> None:
    loaded("--home", tmp_path / "home", "location", "list")
    with sqlite3.connect(tmp_path / "home" / "state.sqlite") as state:
        there = {name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"run", "task", "audience", "value_list", "memory_window", "notice", "filter", "load"} - there == set()


def test_counting_a_rule_loads_nothing_that_sends_or_loads_files() -> None:
    unneeded = {"liquid", "psycopg", "batuta.sources", "batuta.channels", "batuta.demo", "batuta.runs.conduct"}
    assert loaded("audience", "count", "--help") & {*ENGINES, *unneeded} == set()


def test_commands_stand_apart() -> None:
    """The tests below say nothing about an empty list."""
    assert {"count", "run", "sample", "demo"} <= {each.name for each in APART}


@pytest.mark.parametrize("command", APART, ids=lambda command: str(command.name))
def test_the_list_says_of_a_command_what_its_own_help_says_first(command: Later) -> None:
    assert command.help == command.loaded.help.partition("\n")[0]


@pytest.mark.parametrize(("typed", "meant"), [("coutn", "count"), ("lst", "list")])
def test_a_mistyped_command_is_told_the_one_meant(typed: str, meant: str) -> None:
    assert f"Did you mean '{meant}'" in said("audience", typed)


def test_the_help_of_a_group_has_the_commands_of_its_module_and_those_apart() -> None:
    told = said("campaign", "--help")
    assert [name for name in ("validate", "schema", "run", "show", "memory") if f"│ {name} " not in told] == []
