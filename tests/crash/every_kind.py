"""A home and a campaign with every kind of work that outlives its process: files, changes, memory, waits, notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.engines import begin, data_of

from .world import World, setup, stock

PEOPLE, LINES = 3_000, 1_500

SCHEMA = """
CREATE TABLE person (person_id INTEGER PRIMARY KEY, email VARCHAR(80), visits INTEGER NOT NULL);
"""

CAMPAIGN = """
batuta: 1
id: crash
name: Crash
activities:
- {id: start, kind: fork}
- id: file
  kind: load-file
  parameters:
    {location: box, file: list.csv, columns: [{name: mail}, {name: points, type: integer}], delete_after: true}
- id: whose
  kind: reconciliation
  parameters: {dimension: people, pairs: [{here: '[mail]', there: '[email]'}]}
- id: visited
  kind: update-data
  parameters: {schema: person, change: update, values: [{attribute: visits, expression: '[visits] + 1'}]}
- id: fresh
  kind: incremental-query
  parameters: {dimension: people, rule: {kind: all-rows}, remember: {days: 0}}
- id: enough
  kind: test
  parameters: {branches: [{name: plenty, when: '[fresh] > 100'}]}
- id: out
  kind: export-file
  parameters: {location: box, name: 'out/fresh.csv', columns: [{name: email, expression: '[email]'}]}
- id: hold
  kind: wait
  parameters: {duration: {amount: 1, unit: seconds}}
- id: late
  kind: build-audience
  parameters: {dimension: people, rule: {kind: attribute, expression: '[person_id]', operator: greater, value: 2000}}
- {id: joined, kind: and-join, parameters: {primary: whose}}
- {id: tell, kind: alert, parameters: {title: 'Found {{ context.targets }}', message: 'So many'}}
- id: mail-a
  kind: email
  parameters: MAIL
- id: mail-b
  kind: email
  parameters: MAIL
transitions:
- {from: start, to: file}
- {from: file, to: whose}
- {from: whose, to: visited}
- {from: start, to: fresh}
- {from: fresh, to: enough}
- {from: enough, output: plenty, to: out}
- {from: out, to: mail-a}
- {from: start, to: hold}
- {from: hold, to: late}
- {from: whose, to: joined}
- {from: late, to: joined}
- {from: visited, to: joined}
- {from: mail-a, output: sent, to: joined}
- {from: joined, to: tell}
- {from: tell, to: mail-b}
""".replace(" MAIL", " {channel: news, subject: For you, html: '<p>{{ profile.email }}</p>'}")


@dataclass(frozen=True)
class FullWorld(World):
    """A home with a folder that its campaign loads from and writes to."""

    @property
    def box(self) -> Path:
        return self.folder / "box"

    def copied(self, folder: Path) -> Self:
        found = super().copied(folder)
        found.place()
        return found

    def place(self) -> None:
        """Make the folder beside this home the location."""
        setup(self, "location", "set", "box", "--folder", str(self.box))

    def left_behind(self) -> object:
        """Files, rows, keys and notices, each as often as it should be there."""
        (numbers,) = self.query("SELECT count(*), max(number) FROM memory_window WHERE state = 'returned'")
        with data_of(self.home) as connection:
            grouped = "SELECT visits, count(*) FROM data.data.person GROUP BY 1 ORDER BY 1"
            visits = connection.execute(grouped).fetchall()
            tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'memory' AND database_name = 'data'"
            ((table,),) = connection.execute(tables).fetchall()
            keys = connection.execute(
                f'SELECT count(*) FROM data.memory."{table}" WHERE _window = ?', numbers[1:]
            ).fetchall()
        return {
            "files": {
                str(path.relative_to(self.box)): path.read_bytes() for path in self.box.rglob("*") if path.is_file()
            },
            "visits": visits,
            "returned": (numbers[0], keys),
            "held": self.query("SELECT count(*) FROM memory_window WHERE state NOT IN ('returned', 'given back')"),
            "notices": self.query("SELECT title, message FROM notice"),
            "waits": self.query("SELECT count(*) FROM event WHERE message LIKE 'Waits until%'"),
            "deleted": self.query("SELECT count(*) FROM event WHERE message = 'Deletes list.csv'"),
        }


def build(folder: Path, engine: str = "duckdb") -> FullWorld:
    """Make the home, its data and the file that is to be loaded."""
    world = FullWorld(folder)
    begin(world.home, engine)
    stock(world, SCHEMA, CAMPAIGN, person=["person_id,email,visits", *_people()])
    world.box.mkdir()
    lines = (f"p{number}@example.org,{number % 7}" for number in range(1, 2 * LINES, 2))
    (world.box / "list.csv").write_text("\n".join(["mail,points", *lines]), "utf-8")
    world.place()
    return world


def _people() -> Iterator[str]:
    return (f"{number},p{number}@example.org,{number % 3}" for number in range(1, PEOPLE + 1))
