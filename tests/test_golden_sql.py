"""The SQL of each kind of activity on each engine, in files beside it.

UPDATE_GOLDEN=1 writes them: read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from batuta import activities
from batuta.activities.contract import Input, Recall
from batuta.engines.sql import Compiler, Dialect, DuckDb
from batuta.engines.sql.for_postgres import Postgres
from batuta.engines.sql.for_spark import Spark
from batuta.rules.bound import Moment
from batuta.schema.types import INTEGER, STRING
from batuta.sets.algebra import Table
from batuta.sets.shape import Column, shape_of, shape_of_lines
from batuta.testing import SHOP, arriving, attempt, scope

DIALECTS: Mapping[str, Dialect] = {"duckdb": DuckDb(), "postgres": Postgres(), "spark": Spark()}
FOLDER = Path(activities.__path__[0])
NOON = Moment(datetime(2026, 3, 1, 12, tzinfo=UTC))
PEOPLE, MORE = arriving("people"), arriving("more")
PAID = {"kind": "attribute", "expression": "[status]", "operator": "equal", "value": "paid"}
PAYING = {"kind": "exists", "path": "orders", "rule": PAID}
RECALLS = {
    "new-by-date": Recall("m_welcome", datetime(2026, 2, 28, 11, tzinfo=UTC), NOON.now, without=(3,)),
    "not-lately": Recall("m_welcome", None, NOON.now, since=datetime(2026, 2, 22, 12, tzinfo=UTC), held=(4, 5)),
}
"""What the memory of a run tells, in the cases that have one."""
LINES = Input("load", "main", "Load", Table("load.main", shape_of_lines("load", (Column("mail", STRING),))))
CASES: Mapping[str, tuple[str, dict[str, Any], tuple[Input, ...]]] = {
    "rule-and-columns": (
        "build-audience",
        {
            "dimension": "recipients",
            "rule": {"kind": "exists", "path": "orders", "rule": PAID},
            "columns": [{"name": "town", "expression": "[household.city]"}],
        },
        (),
    ),
    "members": (
        "read-audience",
        {"audience": "Club", "attributes": ["score"], "columns": [{"name": "town", "expression": "[household.city]"}]},
        (),
    ),
    "new-by-date": (
        "incremental-query",
        {"dimension": "recipients", "rule": PAYING, "by_date": {"attribute": "[created_at]"}},
        (),
    ),
    "not-lately": ("incremental-query", {"dimension": "recipients", "rule": PAYING, "remember": {"days": 7}}, ()),
    "keys-of-a-result": (
        "query",
        {
            "sql": "SELECT id, points FROM recipient",
            "dimension": "recipients",
            "key": ["id"],
            "columns": [{"name": "points", "type": {"kind": "integer"}}],
        },
        (),
    ),
    "union": ("combine", {"operation": "union"}, (PEOPLE, MORE)),
    "intersection": ("combine", {"operation": "intersection", "complement": True}, (PEOPLE, MORE)),
    "exclusion": (
        "combine",
        {"operation": "exclusion", "bring": [{"source": "orders", "path": "recipient"}], "complement": True},
        (PEOPLE, MORE, arriving("orders", "orders")),
    ),
    "reconciled": (
        "combine",
        {"operation": "union", "reconcile": [{"expression": "[email]", "by_source": {"leads": "[mail]"}}]},
        (PEOPLE, arriving("leads", "prospects")),
    ),
    "latest-address": (
        "deduplication",
        {
            "fields": ["[email]"],
            "choice": [{"kind": "descending", "expression": "[created_at]"}],
            "ignore_case": True,
            "complement": True,
        },
        (PEOPLE,),
    ),
    "lines-and-totals": (
        "enrichment",
        {
            "columns": [{"name": "town", "expression": "[household.city]"}],
            "lines": [
                {
                    "alias": "orders",
                    "path": "orders",
                    "filter": PAID,
                    "sort": [{"expression": "[ordered_at]", "descending": True}],
                    "count": 2,
                    "attributes": [{"name": "total", "expression": "[total]"}],
                }
            ],
            "totals": [{"name": "spent", "path": "orders", "function": "sum", "expression": "[total]"}],
        },
        (PEOPLE,),
    ),
    "to-orders": ("change-dimension", {"dimension": "orders", "complement": True}, (PEOPLE,)),
    "one-per-recipient": (
        "change-dimension",
        {"dimension": "recipients", "keep": "one-per-key"},
        (arriving("orders", "orders", note=STRING),),
    ),
    "joins": (
        "enrichment",
        {
            "joins": [
                {
                    "alias": "prospect",
                    "schema": "prospect",
                    "pairs": [{"here": "[email]", "there": "[mail]"}],
                    "filter": {"kind": "attribute", "expression": "[score]", "operator": "greater", "value": 3},
                    "attributes": [{"name": "score", "expression": "[score]"}],
                },
                {
                    "alias": "home",
                    "schema": "household",
                    "pairs": [{"here": "[country]", "there": "[city]"}],
                    "attributes": [{"name": "city", "expression": "[city]"}],
                },
                {
                    "alias": "order",
                    "from": "orders",
                    "pairs": [{"here": "[id]", "there": "[recipient_id]"}],
                    "cardinality": "many",
                    "attributes": [{"name": "total", "expression": "[total]"}],
                },
            ]
        },
        (PEOPLE, arriving("orders", "orders")),
    ),
    "whose": (
        "reconciliation",
        {
            "dimension": "recipients",
            "pairs": [{"here": "[mail]", "there": "[email]"}],
            "filter": {"kind": "attribute", "expression": "[vip]", "operator": "is-true"},
            "unreconciled": "complement",
        },
        (LINES,),
    ),
    "whose-by-rule": (
        "reconciliation",
        {
            "dimension": "recipients",
            "rule": {"kind": "expression", "expression": "[email] = [row.mail] and [household.city] <> ''"},
            "unreconciled": "keep",
        },
        (LINES,),
    ),
    "segments": (
        "split",
        {
            "segments": [
                {"name": "best", "count": 10, "sort": [{"expression": "[points]", "descending": True}]},
                {"name": "tenth", "percent": 10},
            ],
            "complement": True,
        },
        (PEOPLE,),
    ),
    "one-table": ("split", {"segments": [{"name": "half", "percent": 50}], "one_table": True}, (PEOPLE,)),
}
CLUB = shape_of(SHOP, "recipients", (Column("score", INTEGER), Column("note", STRING)))
HOME = replace(scope(), audiences={"Club": CLUB})


class Places:
    """Tables under their own names, without folded copies; what is temporary has no database on Spark."""

    def __init__(self, engine: str) -> None:
        self._temporary = None if engine == "spark" else "temp"

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, db="data", quoted=True)

    def working(self, name: str) -> exp.Table:
        return exp.table_(name, db="work", quoted=True)

    def row_keys(self, name: str) -> exp.Table:
        return self.working(name)

    def bare(self, name: str) -> exp.Table:
        return exp.table_(name, db="keys", quoted=True)

    def carrier(self, name: str) -> str | None:
        return name

    def audience(self, label: str) -> exp.Table:
        return exp.table_(label, db="audience", quoted=True)

    def memory(self, name: str) -> exp.Table | None:
        return exp.table_(name, db="remembered", quoted=True)

    def shared(self, name: str) -> exp.Table:
        return exp.table_(name, db=self._temporary, quoted=True)

    def folded(self, schema: str, attribute: str) -> str | None:
        _ = schema, attribute
        return None


def statements(
    dialect: Dialect, kind: str, parameters: dict[str, Any], inputs: tuple[Input, ...], recall: Recall | None = None
) -> str:
    made = attempt(kind, parameters, *inputs, around=replace(HOME, recall=recall))
    assert made.problems == ()
    names = {name: name for name in made.populations}
    task = Compiler(dialect, SHOP, NOON, Places(dialect.name)).task(made.populations, names)
    return "".join(f"{statement.sql(dialect.name, pretty=True)};\n" for statement in task)


@pytest.mark.parametrize("engine", DIALECTS)
@pytest.mark.parametrize("case", CASES)
def test_golden_sql(case: str, engine: str) -> None:
    kind, parameters, inputs = CASES[case]
    path = FOLDER / kind.replace("-", "_") / "golden" / f"{case}.{engine}.sql"
    found = statements(DIALECTS[engine], kind, parameters, inputs, RECALLS.get(case))
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(found.encode())
    assert found == path.read_bytes().decode()


def test_every_golden_file_has_its_case() -> None:
    assert {path.name.partition(".")[0] for path in FOLDER.glob("*/golden/*.sql")} >= set(CASES)
