"""The SQL of an exported file on each engine. `UPDATE_GOLDEN=1` writes it anew: read the difference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batuta import activities
from batuta.activities.effects import ExportFile as Exporting
from batuta.activities.export_file import ExportFile
from batuta.activities.validate import Knowledge
from batuta.engines.shared.writing import copy_to
from batuta.engines.sql import Compiler
from batuta.schema.locations import Location
from batuta.schema.types import INSTANT, STRING
from batuta.schema.writing import Written
from batuta.sets.algebra import Table
from batuta.testing import SHOP, arriving, scope
from tests.test_golden_sql import DIALECTS, NOON, Places

FOLDER = Path(activities.__path__[0]) / "export_file" / "golden"


@pytest.mark.parametrize("engine", DIALECTS)
def test_golden_sql(engine: str) -> None:
    path = FOLDER / f"guarded.{engine}.sql"
    arrived = arriving("people", seen=INSTANT, note=STRING)
    around = scope(Knowledge(SHOP, locations={"shop": Location(name="shop", path="/out")}))
    sort = [{"expression": "[household.city]", "descending": True}]
    activity = ExportFile.model_validate({"location": "shop", "name": "o.csv", "guard_formulas": True, "sort": sort})
    (effect,) = activity.effects((arrived,), around)
    assert isinstance(effect, Exporting)
    assert isinstance(effect.population, Table)
    compiler = Compiler(DIALECTS[engine], SHOP, NOON, Places(engine))
    query = compiler.export(effect.population, effect.columns, effect.sort, effect.form)
    found = f"{query.sql(engine, pretty=True)};\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


def test_the_statement_that_writes_quotes_what_it_is_given() -> None:
    form = Written(separator="'", quote_all=True, header=False)
    assert copy_to(Path("/it's here/x.part"), form).sql("duckdb") == (
        """COPY (SELECT * FROM "rows") TO '/it''s here/x.part' """
        "WITH (FORMAT csv, HEADER FALSE, DELIMITER '''', FORCE_QUOTE *, COMPRESSION none)"
    )
    assert copy_to(Path("/x"), Written(format="parquet")).sql("duckdb") == (
        """COPY (SELECT * FROM "rows") TO '/x' WITH (FORMAT parquet, COMPRESSION zstd)"""
    )
