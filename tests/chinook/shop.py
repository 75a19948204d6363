"""The Chinook shop in a home: campaigns run over it, and the SQL files beside them that say what must come out.

`campaigns/<name>.sql` is written for SQLite over the very CSV files. Each view after a comment such as `-- 91 rows`
is what one transition must carry: its columns are the row key and whatever columns the campaign has computed that
are worth a look. A view `mails of <activity>` holds the letters: address, subject and body.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from batuta.cli.populations import key_names
from batuta.kit.clock import SystemClock
from batuta.runs.ports import Preview
from batuta.runs.summary import output_named
from batuta.store.catalogue import CatalogueStore
from batuta.store.database import Database
from batuta.store.home import Home
from batuta.store.moves import Moves
from tests.chinook.reference import TABLES, tables
from tests.command import Batuta
from tests.engines import ask, fingerprints, open_engine

HERE = Path(__file__).parent
CAMPAIGNS = HERE / "campaigns"
DATA = HERE.parent / "data" / "chinook"
AT = "2026-01-15T09:00:00+00:00"
OF_RUNS = {"run", "task", "transition", "output", "job", "event", "notice", "sqlite_sequence"}
"""The state that a test run may write: that of runs, and the inbox."""

LEDGER: Mapping[str, set[str]] = {
    "delivery": set(),
    "shard": set(),
    "batch": set(),
    "audience": {"id"},
    "audience_version": {"audience", "table_name"},
    "memory_window": {"number"},
}
"""The tables that tell what left, was kept and is remembered, and numbers in them for which activities race."""

VIEW = re.compile(r'^-- ([\d,]+) rows?\nCREATE (?:TEMP )?VIEW "([^"]+)"', re.MULTILINE)

Row = tuple[str | None, ...]
Letter = tuple[str, str, str]


@dataclass(frozen=True)
class Carried:
    """What a transition carries: names of the key columns, then of the others, and the rows."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def named(self, names: Sequence[str]) -> list[Row]:
        places = [self.columns.index(name) for name in names]
        return [tuple(row[place] for place in places) for row in self.rows]

    @property
    def targets(self) -> int:
        own = [place for place, name in enumerate(self.keys) if "." not in name and name != "line"]
        found = {tuple(row[place] for place in own) for row in self.rows}
        return len({row for row in found if row and None not in row})


@dataclass(frozen=True)
class Proof:
    """A campaign carried out twice, in test mode and live, and what SQL says of it."""

    tested: Any
    live: Any


class Chinook:
    """The shop in a folder of its own, with the location `exchange` for files."""

    def __init__(self, folder: Path, engine: str = "", outcomes: Path | None = None) -> None:
        self.folder = folder
        self._engine = engine
        self._outcomes = outcomes
        self._runs, self._proofs = count(1), count(1)
        self.home = folder / "home"
        self.exchange = folder / "exchange"
        self.batuta = Batuta(self.home)

    def run(self, name: str, *options: str, at: str = AT, code: int = 0) -> Any:
        campaign = CAMPAIGNS / f"{name}.yaml"
        words = ("campaign", "run", campaign, "--json", "--at", at, "--run-id", f"r{next(self._runs)}")
        return self.batuta(*words, *options, code=code).json

    def live(self, name: str, *options: str, at: str = AT, code: int = 0) -> Any:
        return self.run(name, "--live", "--yes", *options, at=at, code=code)

    def log(self, run: Any, activity: str = "") -> list[str]:
        events = self.batuta("run", "log", run["run"], "--json").json
        return [event["message"] for event in events if event["activity"] == activity or not activity]

    def states(self, run: Any) -> dict[str, str]:
        shown = self.batuta("run", "show", run["run"], "--json").json
        return {task["activity"]: task["state"] for task in shown["tasks"]}

    def prove(
        self,
        name: str,
        *options: str,
        at: str = AT,
        database: sqlite3.Connection | None = None,
        totals: Mapping[str, int] | None = None,
        held: bool = False,
    ) -> Proof:
        """Run a campaign in test mode and live, and hold every transition of both against the SQL beside it.

        `totals` are the numbers of rows where they are not those of the file; a run that is `held` is resumed once.
        """
        known = self.tables() if database is None else database
        known.executescript((CAMPAIGNS / f"{name}.sql").read_text("utf-8"))
        before = self.state()
        tested = self._carried_out(name, options, at, held)
        assert self.state() == before, "a test run has changed something outside"
        populations = self.populations(tested)
        differences(populations, expected(name) if totals is None else totals, known)
        live = self._carried_out(name, ("--live", "--yes", *options), at, held)
        assert (tested["status"], live["status"]) == ("completed", "completed")
        assert populations == self.populations(live)
        assert figures(tested) == figures(live)
        assert self.samples(tested) == self.samples(live)
        assert_letters(self.letters(live), known)
        if self._outcomes is not None:
            agree(self._outcomes / f"{name}-{next(self._proofs)}", self._engine, self.outcome(live))
        return Proof(tested, live)

    def _carried_out(self, name: str, options: Sequence[str], at: str, held: bool) -> Any:
        run = self.run(name, *options, at=at, code=1 if held else 0)
        return self.batuta("run", "resume", run["run"], "--yes", "--json").json if held else run

    def tables(self) -> sqlite3.Connection:
        """Return the CSV files in SQLite."""
        return tables(DATA)

    def load(self, schema: str, header: str, rows: Iterable[Sequence[object]]) -> None:
        """Load rows of a test's own; texts are quoted, so that an empty one is a text."""
        lines = [",".join(f'"{value}"' if isinstance(value, str) else str(value) for value in row) for row in rows]
        file = self.folder / f"{schema}.csv"
        file.write_text("\n".join([header, *lines]) + "\n", "utf-8")
        assert self.batuta("data", "load", schema, file, "--json").json["rejected"] == 0

    def populations(self, run: Any) -> dict[str, Carried]:
        """Return what each transition of a run carries, and each output that no transition leaves."""
        found = {}
        for leg, keys, shown in self._carried(run):
            columns = tuple(keys.get(column, column) for column in shown.columns)
            rows = tuple(tuple(map(told, row)) for row in shown.rows)
            carried = found[transition(leg)] = Carried(tuple(keys.values()), columns, rows)
            assert (leg["rows"], leg["targets"]) == (len(rows), carried.targets), transition(leg)
        return found

    def _carried(self, run: Any) -> Iterator[tuple[Any, Mapping[str, str], Preview]]:
        """Yield each transition with a population, the names of its keys, and all its rows."""
        with closing(Database(Home(self.home).state)) as state, closing(open_engine(self.home)) as engine:
            catalogue = CatalogueStore(state).read()
            engine.use(catalogue)
            view = Moves(state, SystemClock()).view(run["run"])
            for leg in run["transitions"]:
                output = output_named(view, f"{leg['from']}.{leg['output']}")
                if output.population is None:
                    assert not leg["rows"]
                    continue
                shown = engine.preview(output.population, (), view.moment(leg["from"]), 100_000, 0)
                yield leg, key_names(catalogue, output.population.shape), shown

    def outcome(self, run: Any) -> dict[str, str]:
        """Return all that a live run left, byte by byte: this must not depend on the engine."""
        found = {
            f"transition {transition(leg)}": f"{shown.columns} {shown.rows!r}" for leg, _, shown in self._carried(run)
        }
        found |= {f"sample {path}": content.decode() for path, content in self.samples(run).items()}
        folders = {"mail": self.home / "outbox" / run["run"], "file": self.exchange}
        for kind, folder in folders.items():
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    content = read_back(path) if path.suffix == ".parquet" else path.read_bytes()
                    found[f"{kind} {path.relative_to(folder).as_posix()}"] = repr(content)
        with closing(sqlite3.connect(self.home / "state.sqlite")) as state:
            for table, raced in LEDGER.items():
                columns = [name for _, name, *_ in state.execute(f"PRAGMA table_info({table})") if lasting(name, raced)]
                rows = state.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
                found[f"ledger {table}"] = repr(sorted(map(repr, rows)))
        found |= {f"data {table}": repr(sorted(map(repr, self.ask(f'SELECT * FROM "{table}"')))) for table in TABLES}
        return found

    def state(self) -> dict[str, object]:
        """Return fingerprints of all that only live runs may change."""
        found: dict[str, object] = {**dict(_files(self.home / "outbox")), **dict(_files(self.exchange))}
        with closing(sqlite3.connect(self.home / "state.sqlite")) as state:
            for (table,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if table not in OF_RUNS:
                    found[table] = state.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall()
        return found | fingerprints(self.home)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the data of the home itself."""
        return ask(self.home, query)

    def samples(self, run: Any) -> dict[str, bytes]:
        return {path.removeprefix("samples"): content for path, content in self._of_run(run, "samples")}

    def letters(self, run: Any) -> dict[str, list[Letter]]:
        """Return address, subject and body of all that left, by the channel activity it came from."""
        found: dict[str, list[Letter]] = {delivery["activity"]: [] for delivery in run["deliveries"]}
        for path in sorted((self.home / "outbox" / run["run"]).rglob("*.eml")):
            mail: EmailMessage = message_from_bytes(path.read_bytes(), policy=default)
            body = mail.get_body(("html",))
            assert body is not None
            found[mail["Subject"].partition(":")[0]].append((mail["To"], mail["Subject"], body.get_content().strip()))
        return found

    def _of_run(self, run: Any, part: str) -> Iterator[tuple[str, bytes]]:
        folder = self.home / "runs" / run["run"]
        for path in sorted((folder / part).rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def differences(found: Mapping[str, Carried], totals: Mapping[str, int], database: sqlite3.Connection) -> None:
    """Hold what each transition carries against its view, and the number of rows against the one that is written."""
    assert set(found) == set(totals), f"without a view: {set(found) - set(totals)}; unmade: {set(totals) - set(found)}"
    for view, carried in found.items():
        answer = database.execute(f'SELECT * FROM "{view}"')
        names = [column for column, *_ in answer.description]
        rows = [tuple(map(told, row)) for row in answer.fetchall()]
        assert set(carried.keys) <= set(names), f"{view}: the view needs the row key {carried.keys}"
        ours = carried.named(names)
        wrong = (
            f"{view}: only in the run {sorted_(set(ours) - set(rows))}, only in SQL {sorted_(set(rows) - set(ours))}"
        )
        assert set(ours) ^ set(rows) == set(), wrong
        keys = carried.named(carried.keys)
        assert len(keys) == len(set(keys)) == len(rows) == totals[view], f"{view}: {len(keys)} rows, {len(rows)} in SQL"


def agree(place: Path, engine: str, outcome: Mapping[str, str]) -> None:
    """Keep an outcome, and hold it against those of other engines: whichever of them comes last sees all."""
    kept = place.with_suffix(f".{engine}")
    kept.with_suffix(f".{engine}-new").write_text(json.dumps(outcome), "utf-8")
    kept.with_suffix(f".{engine}-new").rename(kept)
    for path in place.parent.glob(f"{place.name}.*"):
        if path not in (kept, kept.with_suffix(f".{engine}-new")):
            other = json.loads(path.read_text("utf-8"))
            assert outcome.keys() == other.keys()
            differ = {name: (outcome[name], other[name]) for name in outcome if outcome[name] != other[name]}
            assert differ == {}, f"{place.name}: {engine} and {path.suffix} differ in {sorted(differ)}"


def lasting(column: str, raced: set[str]) -> bool:
    """Tell whether a column of the state depends on neither races nor the clock of the machine."""
    return column not in raced and column != "at" and not column.endswith("_at")


def expected(name: str) -> dict[str, int]:
    """Return the transitions that have a view, and how many rows are written beside it."""
    text = (CAMPAIGNS / f"{name}.sql").read_text("utf-8")
    return {view: int(count.replace(",", "")) for count, view in VIEW.findall(text)}


def assert_letters(found: Mapping[str, list[Letter]], database: sqlite3.Connection) -> None:
    for activity, letters in found.items():
        wanted = database.execute(f'SELECT * FROM "mails of {activity}"').fetchall()
        assert sorted(letters) == sorted(wanted)


def figures(run: Any) -> Any:
    """Return what must be the same in test mode and live."""
    return run["transitions"], run["deliveries"]


def transition(leg: Mapping[str, Any]) -> str:
    output = "" if leg["output"] == "main" else f".{leg['output']}"
    return f"{leg['from']}{output}>{leg['to'] or ''}"


def told(value: object) -> str | None:
    """Return a value as text, alike for SQLite and DuckDB; money has two digits, dates of midnight no time."""
    if value is None or isinstance(value, str):
        return None if value is None else value.removesuffix(" 00:00:00")
    if isinstance(value, Decimal | float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return str(value).removesuffix(" 00:00:00")
    return str(value)


def sorted_(rows: set[Row]) -> list[Row]:
    return sorted(rows, key=str)[:10]


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def as_text(rows: Iterable[Sequence[object]]) -> set[Row]:
    return {tuple(map(told, row)) for row in rows}


def read_back(file: Path) -> tuple[list[str], list[Row]]:
    """Return the titles and records of a file with readers that are not those of Batuta."""
    if file.suffix == ".parquet":
        table = pq.read_table(file)
        return table.column_names, [tuple(map(told, row.values())) for row in table.to_pylist()]
    if file.suffix == ".jsonl":
        records = [json.loads(line, parse_float=Decimal) for line in file.read_text("utf-8").splitlines()]
        return list(records[0]), [tuple(told(value) for value in record.values()) for record in records]
    if file.suffix == ".gz":
        packed = gzip.decompress(file.read_bytes()).decode("utf-8")
        return ["artist_id"], [tuple(row) for row in csv.reader(packed.splitlines())]
    header, *rows = csv.reader(file.read_text("utf-8").splitlines(), delimiter=";")
    return header, [tuple(value or None for value in row) for row in rows]
