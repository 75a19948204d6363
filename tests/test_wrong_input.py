"""Wrong input of every sort: the message in full, and a home that is as it was."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from batuta.engines.duckdb.engine import DuckDBEngine
from tests.command import Batuta

FIRST = Path(__file__).parent.parent / "examples" / "first"


def first_home(home: Path) -> Batuta:
    """Make the home of the README's first campaign."""
    batuta = Batuta(home)
    batuta("schema", "import", FIRST / "schema.sql", "--dialect", "postgres")
    batuta("data", "load", "customer", FIRST / "customer.csv")
    batuta("data", "load", "purchase", FIRST / "purchase.csv")
    batuta("dimension", "add", "customers", "--schema", "customer", "--identity", "email")
    batuta("dimension", "add", "purchases", "--schema", "purchase", "--identity", "product")
    batuta("channel", "apply", FIRST / "channel.yaml")
    batuta("environment", "apply", FIRST / "environment.yaml")
    return batuta


@pytest.fixture(scope="module")
def batuta(tmp_path_factory: pytest.TempPathFactory) -> Batuta:
    return first_home(tmp_path_factory.mktemp("wrong") / "home")


def dump(home: Path) -> dict[str, object]:
    """Return all state of a home: the state database row by row, the engine's checksums, mails and runs."""
    with closing(sqlite3.connect(home / "state.sqlite")) as state:
        names = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows: dict[str, object] = {name: state.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    with closing(DuckDBEngine(home / "data.duckdb", home / "work.duckdb", home / "tmp")) as engine:
        sums = {kind: engine.checksum(kind) for kind in ("data", "audiences")}
        working = sorted(engine.tables())
    outbox = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in home.glob("outbox/**/*.eml")}
    return {**rows, **sums, "working": working, **outbox}


@dataclass(frozen=True)
class Case:
    """A file, the command it is given to (`{}` is its path), and the whole message."""

    name: str
    content: str | bytes
    command: str
    message: str
    code: int = 1


FILES = [
    Case(
        "syntax.sql",
        "CREATE TABLE shop (\n    shop_id INTEGER PRIMARY KEY,\n    name VARCHAR(40\n);\n",
        "schema import {}",
        """\
syntax.sql, line 4, column 1: the statement cannot be read at ')': );
  expected: )
  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported.
""",
    ),
    Case(
        "missing.sql",
        "CREATE TABLE aside (aside_id INTEGER PRIMARY KEY);\n"
        "CREATE TABLE basket (\n    basket_id INTEGER PRIMARY KEY,\n"
        "    client_id INTEGER REFERENCES client (client_id)\n);\n",
        "schema import {}",
        """\
missing.sql, line 4, column 34: the foreign key (client_id) of table basket leads to the table 'client', \
which is neither in the file nor in the catalogue
  to do: Add the table to the file, or import it first. Nothing has been imported.
""",
    ),
    Case(
        "nokey.csv",
        "email,first_name\na@example.org,A\n",
        "data load customer {}",
        """\
nokey.csv, line 1: the key column 'customer_id' is missing
  expected: columns of schema customer, among them customer_id
  to do: Correct the header.
""",
    ),
    Case(
        "latin.csv",
        "customer_id,email,first_name,country\n9,a@example.org,André,France\n".encode("latin-1"),
        "data load customer {}",
        """\
latin.csv, line 2: byte 57 (0xe9) is not utf-8
  expected: a file in utf-8
  to do: Name the encoding of the file with --encoding (often cp1252, latin-1 or utf-16). Nothing is loaded.
""",
    ),
    Case(
        "column.csv",
        "customer_id,email,first_nam\n9,a@example.org,A\n",
        "data load customer {}",
        """\
column.csv, line 1: schema customer has no attribute 'first_nam' (did you mean first_name?)
  expected: columns of schema customer, among them customer_id
  to do: Correct the header, or leave such columns out with --ignore-extra.
""",
    ),
]


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_wrong_files_are_refused_whole(case: Case, batuta: Batuta, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())
    before = dump(batuta.home)
    answer = batuta(*case.command.format(path).split(), code=case.code)
    assert answer.err == case.message
    assert dump(batuta.home) == before


def test_values_of_wrong_types_go_to_the_rejects_with_line_and_reason(batuta: Batuta, tmp_path: Path) -> None:
    path = tmp_path / "types.csv"
    path.write_text(
        "customer_id,email,first_name,country\nabc,a@example.org,A,France\n,b@example.org,B,Spain\n", "utf-8"
    )
    before = dump(batuta.home)
    answer = batuta("data", "load", "customer", path, code=1)
    reasons = "line 2, customer_id: expected an integer, found 'abc'; line 3, customer_id: the key is empty"
    assert answer.err.startswith(f"types.csv: none of the 2 records can be loaded: {reasons}\n  to do: See ")
    rejects = re.search(r"See (\S+rejects/\S+\.csv)\.", answer.err)
    assert rejects is not None
    lines = Path(rejects[1]).read_text("utf-8").splitlines()
    assert lines[1:] == [
        "2,\"customer_id: expected an integer, found 'abc'\",abc,a@example.org,A,France",
        "3,customer_id: the key is empty,,b@example.org,B,Spain",
    ]
    assert dump(batuta.home) == before


def changed(*replacements: tuple[str, str]) -> Callable[[str], str]:
    def change(text: str) -> str:
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        return text

    return change


TWO_DIMENSIONS = """\
batuta: 1
id: both
name: Both
activities:
- id: people
  kind: build-audience
  label: People
  parameters: {dimension: customers, rule: {kind: all-rows}}
- id: deals
  kind: build-audience
  label: Deals
  parameters: {dimension: purchases, rule: {kind: all-rows}}
- id: all
  kind: combine
  label: All
  parameters: {operation: union}
transitions:
- {from: people, to: all}
- {from: deals, to: all}
"""

CAMPAIGNS = {
    "cycle": (
        changed(("- {from: buyers, to: once}", "- {from: buyers, to: once}\n- {from: latest, to: once}")),
        """\
Once per address (once)
  error  These activities lead back to themselves: Once per address → Latest purchases → Once per address. \
Remove one of the transitions between them.
    at {}:23:5
{}: 1 error
""",
    ),
    "unknown-attribute": (
        changed(("fields: ['[email]']", "fields: ['[emial]']")),
        """\
Once per address (once)
  error  fields.0: customer has no attribute emial (position 1). Did you mean email?
    at {}:23:14
{}: 1 error
""",
    ),
    "two-dimensions": (
        lambda _: TWO_DIMENSIONS,
        """\
All (all)
  error  Deals brings purchases, but the first population is of customers: they cannot be compared by key. \
Choose values under 'reconcile', or use populations of one dimension.
    at {}:16:15
{}: 1 error
""",
    ),
    "type-error": (
        changed(("expression: '[amount]'", "expression: 'Round([product], 2)'")),
        """\
Bought for 40 or more (buyers)
  error  rule.expression: Round needs a number at position 7, but gets a text. Change or convert the value.
    at {}:16:19
{}: 1 error
""",
    ),
    "template-attribute": (
        changed(("Dear {{ profile.first_name", "Dear {{ profile.firstname")),
        """\
Thank-you mail (mail)
  error  html: Line 1, column 12: there is no profile.firstname. Did you mean profile.first_name?
    at {}:45:11
{}: 1 error
""",
    ),
    "endless-loop": (
        changed(("<p>thank you for:</p>", "<p>{% for i in (1..1000000000) %}x{% endfor %}</p>")),
        """\
Thank-you mail (mail)
  error  html: Line 2, column 11: the loop goes round more than 10000 times. \
Shorten its range, or add a limit to the list it goes over.
    at {}:45:11
{}: 1 error
""",
    ),
}


@pytest.mark.parametrize("name", CAMPAIGNS)
@pytest.mark.parametrize("command", [("validate",), ("run", "--live", "--yes")], ids=" ".join)
def test_wrong_campaigns_say_all_and_do_nothing(
    name: str, command: tuple[str, ...], batuta: Batuta, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, message = CAMPAIGNS[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    file = Path(f"{name}.yaml")
    file.write_text(change((FIRST / "thanks.yaml").read_text("utf-8")), "utf-8")
    before = dump(batuta.home)
    verb, *options = command
    answer = batuta("campaign", verb, file, *options, code=1)
    assert answer.out + answer.err == message.replace("{}:", f"{file}:")
    assert dump(batuta.home) == before


def test_second_process_is_told_who_has_the_home(batuta: Batuta) -> None:
    before = dump(batuta.home)
    with (batuta.home / "home.lock").open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        command = [
            sys.executable,
            "-c",
            "from batuta.app import main; main()",
            "--home",
            str(batuta.home),
            "run",
            "list",
        ]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 3
    assert second.stderr == (
        f"{batuta.home}: the home is in use by process {os.getpid()}\n"
        "  to do: Wait until that process ends, or name another home with --home DIR.\n"
    )
    assert dump(batuta.home) == before


def test_a_home_without_its_data_is_not_an_empty_home(tmp_path: Path) -> None:
    batuta = first_home(tmp_path / "home")
    (batuta.home / "data.duckdb").unlink()
    answer = batuta("campaign", "run", FIRST / "thanks.yaml", code=3)
    assert answer.err == (
        f"{batuta.home}/data.duckdb: the data of this home is gone\n"
        "  to do: Bring the file back from a backup, or start a new home with --home DIR.\n"
    )
    assert not (batuta.home / "data.duckdb").exists()
