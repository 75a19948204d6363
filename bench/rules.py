"""Counts the rows of rules in one process, by the engine and by hand-written SQL, and prints what it took."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import duckdb

from batuta.campaign.file import load_document
from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.rules.bound import Moment
from batuta.runs.ports import Engine
from batuta.runs.questions.asked import Asked, Place, understand
from batuta.runs.questions.counting import count
from batuta.runs.questions.document import RuleFile
from batuta.store.audiences import all_audiences
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from batuta.store.home import Home

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the rules are asked; their SQL says the days that it makes."""

KEYS = "keys.txt"
"""The list that a rule names: every seventh key."""

_LISTED = 100_000
_TIMES, _PATIENCE = 5, 5.0
"""A rule is counted so often again, or until so many seconds are over."""

Figures = dict[str, float]


def measure(path: Path, folder: Path) -> dict[str, dict[str, Figures]]:
    """Return for each rule how many rows it has and how long they take to count, in both ways."""
    home = Home(path)
    home.take()
    database = Database(home.state)
    engine = DuckDBEngine(home.data, home.work, home.temporary)
    with with_keys(folder) as files:
        asked = understood(engine, database, Path(files))
    product = {name: timed(counting(rule)) for name, rule in asked.items()}
    engine.close()
    with open_database(home.data, home.work, home.temporary, None, None) as connection:
        connection.execute('USE "data"."data"')
        reference = {name: timed(partial(_by_hand, connection, query)) for name, query in queries(folder).items()}
    database.close()
    home.release()
    return {"product": product, "reference": reference}


def with_keys(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a copy of the rule files with the list of keys that one of them names."""
    copied = tempfile.TemporaryDirectory(prefix="batuta-bench-rules-")
    shutil.copytree(folder, copied.name, dirs_exist_ok=True)
    lines = "\n".join(str(7 * number) for number in range(_LISTED))
    Path(copied.name, KEYS).write_text(lines, "utf-8")
    return copied


def understood(engine: Engine, database: Database, folder: Path) -> dict[str, Asked]:
    """Return the rules of a folder by the names of their files, bound to a home."""
    catalogue = CatalogueStore(database).read()
    with database.read() as connection:
        audiences = all_audiences(connection)
    engine.use(catalogue)
    found = {}
    for path in sorted(folder.glob("[0-9]*.yaml")):
        file = load_document(path, RuleFile)
        place = Place(engine, catalogue, Moment(NOW), audiences, lists=file.lists)
        found[path.stem] = understand(file.document, place, file.name)
    return found


def counting(rule: Asked) -> Callable[[], int]:
    """Return what counts the rows of a rule."""
    return lambda: count(rule).targets


def _by_hand(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((found,),) = connection.execute(query).fetchall()
    return int(found)


def queries(folder: Path) -> Mapping[str, str]:
    """Return the hand-written queries of a folder by the names of their files."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}


def timed(ask: Callable[[], int]) -> Figures:
    """Return what is counted, milliseconds of the first time, the median of further ones, and their processor time."""
    began = time.perf_counter()
    rows = ask()
    first = time.perf_counter() - began
    seconds: list[float] = []
    processor: list[float] = []
    while not seconds or (len(seconds) < _TIMES and sum(seconds) < _PATIENCE):
        began, used = time.perf_counter(), _processor()
        ask()
        seconds.append(time.perf_counter() - began)
        processor.append(_processor() - used)
    return {"rows": rows, "first": first * 1000, "again": median(seconds) * 1000, "cpu": median(processor) * 1000}


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]))))
