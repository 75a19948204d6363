"""The tables of a task, made in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from batuta.engines.duckdb.records import counted, made_among, record_made
from batuta.engines.duckdb.sessions import Session
from batuta.engines.duckdb.storage import DIALECT
from batuta.engines.sql import Compiler
from batuta.runs.ports import Counts, Making


def make_tables(session: Session, compiler: Compiler, making: Making) -> Mapping[str, Counts]:
    """Make what is not made yet; return the counts of all outputs, the adopted ones' as they were recorded."""
    made = made_among(session, making.names.values())
    absent = {output: of for output, of in making.outputs.items() if making.names[output] not in made}
    if absent:
        with session.transaction():
            for statement in compiler.task(absent, making.names):
                session.run(statement.sql(DIALECT))
            new = {
                making.names[output]: counted(session, making.names[output], of.shape) for output, of in absent.items()
            }
            record_made(session, new)
        made |= new
    return {output: made[making.names[output]] for output in making.outputs}
