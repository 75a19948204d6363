"""Sets and rules as SQL trees, for every engine.

An engine makes a `Compiler` for a moment, with its `Dialect` and its `Tables`, and executes what it
returns. It runs `Dialect.preparation` once when it opens. Other dialects are loaded where they are used: their tables
of characters take a while.
"""

from __future__ import annotations

import sys

from batuta.engines.sql.compiler import Compiler
from batuta.engines.sql.dialect import Dialect
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.engines.sql.tables import Statement, Tables

__all__ = ["Compiler", "Dialect", "DuckDb", "Statement", "Tables"]

_FRAMES = 20_000
sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
"""Rules may nest to 50 levels, and SQLGlot prints a level of nested queries in some 30 calls."""
