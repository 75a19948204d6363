"""What a person waits for at a finished run, measured in a process of its own: compiling, and previews."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from batuta.activities.contract import Kind, Scope
from batuta.activities.validate import Knowledge, validate
from batuta.campaign.file import load_campaign
from batuta.engines.duckdb.database import open_database
from batuta.engines.duckdb.engine import DuckDBEngine
from batuta.engines.duckdb.storage import ADDRESSES
from batuta.engines.shared.places import Places
from batuta.engines.sql import Compiler, DuckDb
from batuta.kit.clock import SystemClock
from batuta.rules.bound import AttributeOf
from batuta.runs.desk import inputs_of
from batuta.runs.model import RunView
from batuta.schema.model import Catalogue
from batuta.sets.algebra import Table
from batuta.store import runs
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.moves import Moves

LAST = ("groups", "complement")
"""The final population whose first rows are shown."""
ATTRIBUTES = ("first_name", "last_name", "email", "birth_date", "city", "created_at")
ROWS = 20
_TIMES = 9


def probe(path: Path, campaign: Path) -> dict[str, object]:
    """Return in milliseconds how long each activity of the last run takes to compile, and previews of its end."""
    home = Home(path)
    home.take()
    database = Database(home.state)
    with database.read() as connection:
        run = runs.resolve(connection, "last")
    view = Moves(database, SystemClock()).view(run)
    catalogue = CatalogueStore(database).read()
    database.close()
    found = {"compile": _compiling(view, catalogue, campaign), "previews": _previewing(home, view, catalogue)}
    home.release()
    return found


def _compiling(view: RunView, catalogue: Catalogue, campaign: Path) -> dict[str, dict[str, float]]:
    """Return for each activity that makes tables how long it takes from its parameters to SQL as text.

    `first` is the first time in this process, as in a run; `again` the median of further ones.
    """
    loaded = load_campaign(campaign).campaign
    knowledge = Knowledge(catalogue)
    compiler = Compiler(DuckDb(), catalogue, view.run.moment, Places(ADDRESSES, catalogue))
    found = {}
    for activity, kind in validate(loaded, knowledge).kinds.items():
        scope = knowledge.scope(loaded, activity, view.run.seed)
        times = [_compiled(kind, activity, view, scope, compiler) for _ in range(_TIMES)]
        if times[0] is not None:
            found[activity] = {"first": times[0], "again": median(time for time in times[1:] if time is not None)}
    return found


def _compiled(kind: Kind, activity: str, view: RunView, scope: Scope, compiler: Compiler) -> float | None:
    """Compile an activity's outputs as its job does; return the processor milliseconds, None if it makes no table."""
    names = {output.name: output.table or activity for output in view.outputs_of(activity)}
    began = time.thread_time()
    sets = kind.populations(inputs_of(view, activity), scope)
    wanted = {name: of for name, of in sets.items() if not isinstance(of, Table)}
    if not wanted:
        return None
    for statement in compiler.task(wanted, names):
        statement.sql("duckdb")
    return (time.thread_time() - began) * 1000


def _previewing(home: Home, view: RunView, catalogue: Catalogue) -> dict[str, float]:
    """Return how long the first rows of the final population take: keys first as the engine does, and joined first."""
    last = view.outputs[LAST].population
    assert isinstance(last, Table)  # the campaign fills it
    attributes = tuple((name, _attribute(catalogue, last, name)) for name in ATTRIBUTES)
    engine = DuckDBEngine(home.data, home.work, home.temporary)
    engine.use(catalogue)
    keys_first = _timed(lambda: engine.preview(last, attributes, view.run.moment, ROWS))
    engine.close()
    compiler = Compiler(DuckDb(), catalogue, view.run.moment, Places(ADDRESSES, catalogue))
    columns = [column.name for column in last.shape.columns]
    query = compiler.scan(last, attributes, columns).limit(ROWS).sql("duckdb")
    with open_database(home.data, home.work, home.temporary, None, None) as connection:
        joined_first = _timed(lambda: connection.execute(query).fetchall())
    return {"preview": keys_first, "joined_first": joined_first}


def _attribute(catalogue: Catalogue, table: Table, name: str) -> AttributeOf:
    return AttributeOf((), name, catalogue.schema_named(table.shape.schema).by_name[name].type)


def _timed(work: Callable[[], object]) -> float:
    """Return the median milliseconds of some calls."""
    times = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


if __name__ == "__main__":
    print(json.dumps(probe(Path(sys.argv[1]), Path(sys.argv[2]))))
