"""`batuta doctor`: whether all is there that the home needs, and what each engine can do."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from batuta.cli.context import Services, services
from batuta.engines.reach import COMPILING, TABLES, Reach, not_offered
from batuta.kit.errors import BatutaError, HomeTaken
from batuta.store.settings import EngineSettings

_LIBRARIES = ("duckdb", "psycopg", "pyspark", "pyarrow", "sqlglot", "sqlalchemy", "pydantic", "python-liquid")
_GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found of the home itself. Its lock is `free`, `held by process N`, or '' if there is no home yet."""

    path: Path
    engine: str
    lock: str
    free: int
    problem: str = ""
    todo: str = ""


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """Tell whether the home and its engine can be used, and what each engine can do; exit code 1 if not."""
    found = services(context)
    settings, fault = _settings(found)
    reached = {reach.name: reach for reach in _probed(settings, fault)}
    home = _condition(found, settings, fault, reached[settings.kind])
    if as_json:
        found.print_json(_document(home, list(reached.values())))
    else:
        for line in _lines(home, list(reached.values())):
            typer.echo(line)
    if home.problem or not reached[settings.kind].reached:
        raise typer.Exit(1)


def _settings(found: Services) -> tuple[EngineSettings, BatutaError | None]:
    try:
        return found.home.settings().engine, None
    except BatutaError as error:
        return EngineSettings(), error


def _probed(settings: EngineSettings, fault: BatutaError | None) -> Iterator[Reach]:
    """Yield what is found of each engine; of PostgreSQL without an address only whether its driver is there."""

    def postgres() -> Reach:
        driver = import_module("batuta.engines.postgres.probe")
        if fault is not None or settings.kind != "postgres":
            return Reach("postgres", TABLES, {"library": f"psycopg {version('psycopg')}", "server": "none is named"})
        reach: Reach = driver.probe(*settings.reach())
        return reach

    yield _tried("duckdb", TABLES, lambda: import_module("batuta.engines.duckdb.probe").probe())
    yield _tried("postgres", TABLES, postgres)
    yield _tried("spark", COMPILING, lambda: import_module("batuta.engines.spark.probe").probe())


def _tried(name: str, can: str, probe: Callable[[], Reach]) -> Reach:
    try:
        return probe()
    except ImportError as error:
        return Reach(name, can, {}, f"its library cannot be loaded: {error}", "Install Batuta anew, with all it needs.")
    except BatutaError as error:
        return Reach(name, can, {}, error.found, error.todo)


def _condition(found: Services, settings: EngineSettings, fault: BatutaError | None, used: Reach) -> Condition:
    """Look at the home; one that is there is opened as any command would open it."""
    path = found.home.path
    there = next(place for place in (path, *path.parents) if place.exists())
    free = shutil.disk_usage(there).free
    if fault is not None:
        return Condition(path, settings.kind, "", free, fault.found, fault.todo)
    if not os.access(there, os.W_OK):
        todo = "Give the user who runs Batuta the right to write it."
        return Condition(path, settings.kind, "", free, f"{there} may not be written", todo)
    if not path.exists():
        return Condition(path, settings.kind, "", free)
    return _opened(found, settings, free, used)


def _opened(found: Services, settings: EngineSettings, free: int, used: Reach) -> Condition:
    path = found.home.path
    try:
        if used.reached:
            found.engine.tables()
        return Condition(path, settings.kind, "free", free)
    except HomeTaken as error:
        return Condition(path, settings.kind, error.found, free)
    except BatutaError as error:
        return Condition(path, settings.kind, "free", free, error.found, error.todo)


def _document(home: Condition, engines: list[Reach]) -> Mapping[str, Any]:
    return {
        "batuta": version("batuta"),
        "python": platform.python_version(),
        "libraries": _libraries(),
        "memory_bytes": _memory(),
        "home": {
            "path": str(home.path),
            "engine": home.engine,
            "lock": home.lock,
            "free_disk_bytes": home.free,
            "problem": home.problem,
            "todo": home.todo,
        },
        "engines": [_told(engine, home) for engine in engines],
    }


def _told(engine: Reach, home: Condition) -> Mapping[str, Any]:
    functions, operators = not_offered(engine.name)
    return {
        "name": engine.name,
        "used": engine.name == home.engine,
        "reached": engine.reached,
        "can": engine.can,
        "facts": dict(engine.facts),
        "functions_not_offered": functions,
        "operators_not_offered": operators,
        "problem": engine.problem,
        "todo": engine.todo,
    }


def _lines(home: Condition, engines: list[Reach]) -> Iterator[str]:
    yield f"Batuta {version('batuta')}, Python {platform.python_version()}, {_memory() / _GIGABYTE:.1f} GB of memory"
    yield "libraries: " + ", ".join(f"{name} {number}" for name, number in _libraries().items())
    yield ""
    yield f"{_mark(not home.problem)} home {home.path}"
    yield f"    engine: {home.engine}; free disk: {home.free / _GIGABYTE:.1f} GB; {home.lock or 'not there yet'}"
    yield from _trouble(home.problem, home.todo)
    for engine in engines:
        used = ", the engine of this home" if engine.name == home.engine else ""
        yield f"{_mark(engine.reached, needed=bool(used))} {engine.name}{used}: {engine.can}"
        for name, value in engine.facts.items():
            yield f"    {name}: {value}"
        for kind, absent in zip(("functions", "operators"), not_offered(engine.name), strict=True):
            yield f"    {kind} not offered: {', '.join(absent) or 'none'}"
        yield from _trouble(engine.problem, engine.todo)


def _mark(good: bool, *, needed: bool = True) -> str:
    return "✓" if good else "✗" if needed else "-"


def _trouble(problem: str, todo: str) -> Iterator[str]:
    if problem:
        yield f"    problem: {problem}"
        yield f"    to do: {todo}"


def _libraries() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
