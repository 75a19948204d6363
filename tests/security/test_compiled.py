"""The text of compiled statements, read by a scanner of its own: code never holds what people wrote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlglot import exp

from batuta.engines.sql import Compiler, Dialect, DuckDb
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.for_spark import Spark
from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import AttributeOf, Compare, Constant, Moment
from batuta.rules.tree import Operator
from batuta.schema.model import Attribute, Catalogue, Dimension, Schema
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Enriched, Records, Set, Value
from batuta.sets.shape import Column, shape_of

ROOT = Path(__file__).parent.parent.parent
MARK = "hostile"
NAMES = [
    'hostile"; DROP TABLE x; --',
    "hostile' OR 1=1 --",
    "hostile`; DROP TABLE x; /*",
    "hostile\\",
    "hostile*/ $$ %s {0}",
    "hostile__argument0",
]
VALUES = [
    *NAMES,
    "hostile\\' OR '1'='1",
    "hostile\\\\'",
    "hostile\\u0027 \\x27 \\047 \\n",
    "hostile'' || \\",
    "hostile\n\r\t\b\x1f",
    "hostile ${x} $tag$ E'",
    "hostile \u2019 \uff07",
]
_SPARK_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a", "%": "\\%", "_": "\\_"}


class Tables:
    """Addresses of tables that nobody opens."""

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, quoted=True)

    working = row_keys = bare = audience = memory = shared = rows

    def carrier(self, _name: str) -> str | None:
        return None

    def folded(self, _schema: str, _attribute: str) -> str | None:
        return None


def pieces(sql: str, engine: str) -> Iterator[tuple[str, str]]:
    """Yield what a statement is made of: `code`, `name` and `text`, read by the rules of the engine's manual."""
    quote, backslash, place, code = ("`" if engine == "spark" else '"'), engine == "spark", 0, ""
    while place < len(sql):
        mark = sql[place]
        if mark not in ("'", quote):
            code += mark
            place += 1
            continue
        yield "code", code
        code, inside, place = "", "", place + 1
        while sql[place : place + 1] != mark or sql[place + 1 : place + 2] == mark:
            if backslash and mark == "'" and sql[place] == "\\":
                number = re.match(r"[0-3][0-7]{2}", sql[place + 1 : place + 4])
                inside += chr(int(number[0], 8)) if number else _unescaped(sql[place + 1])
                place += 4 if number else 2
            elif sql[place] == mark:
                inside, place = inside + mark, place + 2
            else:
                inside, place = inside + sql[place], place + 1
        yield ("text" if mark == "'" else "name"), inside
        place += 1
    yield "code", code


def _unescaped(letter: str) -> str:
    assert letter not in "uUx1234567", "escapes by other numbers could be anything"
    return _SPARK_ESCAPES.get(letter, letter)


def statements(dialect: Dialect) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield statements with the values that they must hold."""
    own = (Attribute(name="id", type=INTEGER), *(Attribute(name=name, type=STRING) for name in NAMES))
    schema = Schema(name=NAMES[0], attributes=own, primary_key=("id",))
    dimension = Dimension(name="d", schema_name=schema.name, identity=NAMES[1])
    catalogue = Catalogue(schemas=(schema,), dimensions=(dimension,))
    shape = shape_of(catalogue, "d")
    moment = Moment(datetime(2024, 1, 1, tzinfo=UTC), variables={"brand": VALUES[6]})
    around = Surroundings(catalogue, schema.name, variables={"brand": STRING})

    def compiled(population: Set) -> str:
        return Compiler(dialect, catalogue, moment, Tables()).select(population).sql(dialect.name)

    for value in VALUES:
        for name in NAMES:
            left, right = AttributeOf((), name, STRING), (Constant(value, STRING),)
            operators = [Operator.EQUAL, Operator.IN, Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH]
            for operator in operators:
                yield compiled(Records(shape, Compare(operator, left, right))), [value]
        text = "'" + value.replace("'", "''") + "'"
        formula = bind_expression(f"Replace({text} + $(vars/@brand), {text}, [{NAMES[1]}])", around)
        columns = (Column(NAMES[2], STRING),)
        everyone = Records(shape, Compare(Operator.IS_NOT_EMPTY, AttributeOf((), NAMES[0], STRING), ()))
        yield compiled(Enriched(everyone, (Value(NAMES[2], formula),), shape.having(columns))), [value, VALUES[6]]


@pytest.mark.parametrize("dialect", [DuckDb(), Postgres(), Spark()], ids=lambda dialect: dialect.name)
def test_statements_hold_names_and_values_in_quotes(dialect: Dialect) -> None:
    for statement, values in statements(dialect):
        found = list(pieces(statement, dialect.name))
        code = "".join(piece for kind, piece in found if kind == "code")
        assert not any(sign in code for sign in (MARK, "DROP", "--", ";", "/*", "$$", "\\")), statement
        texts = {piece for kind, piece in found if kind == "text"}
        names = {re.sub(r"_[0-9]+\Z", "", piece) for kind, piece in found if kind == "name" and MARK in piece}
        assert names <= {*NAMES}
        for value in values:
            assert value in texts, statement


FAULTS = {
    "names without quotes": ("trees.py", "exp.Identifier(this=text, quoted=True)", "exp.Identifier(this=text)"),
    "values put into the text": (
        "trees.py",
        "exp.Literal(this=value, is_string=True)",
        "exp.Var(this=f\"'{value}'\")",
    ),
    "values as columns": ("trees.py", "exp.Literal(this=value, is_string=True)", "exp.column(value)"),
    "tables by text": ("context.py", "self.tables.rows(schema)", "exp.maybe_parse(schema, into=exp.Table)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, tmp_path: Path) -> None:
    file, right, wrong = FAULTS[name]
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    planted = tmp_path / "src/batuta/engines/sql" / file
    text = planted.read_text("utf-8")
    assert right in text
    planted.write_text(text.replace(right, wrong), "utf-8")
    tests = tmp_path / "test_copy.py"
    tests.write_text(Path(__file__).read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests), "-k", "in_quotes"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    found = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert found.returncode == 1, found.stdout + found.stderr
    assert "3 failed" in found.stdout
