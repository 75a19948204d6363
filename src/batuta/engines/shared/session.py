"""What shared statements run on: one call's way to the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlglot import exp

from batuta.engines.shared.addresses import Addresses, Part
from batuta.engines.sql.dialect import Dialect


class Session(Protocol):
    """One call's way to the database of an engine. Errors are those of kit.errors."""

    @property
    def dialect(self) -> Dialect:
        """What the engine's SQL is written in."""

    @property
    def addresses(self) -> Addresses:
        """Where the engine keeps what."""

    def run(self, statement: str) -> object:
        """Execute a statement."""

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Execute a statement and return all rows: for small results."""

    def number(self, query: str) -> int:
        """Return the single number that a query gives."""

    def stop(self) -> None:
        """Make the present statement fail, and every further one; for another thread to call."""

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block whole or not at all."""

    def tables(self, part: Part) -> tuple[str, ...]:
        """Return the names of the tables in a part of the storage, in their order."""

    def analyze(self, table: exp.Table) -> None:
        """Let the planner of queries know what a new table holds, if it has to be told."""

    def columns(self, part: Part, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns, in their order as names; none if there is no such table."""
