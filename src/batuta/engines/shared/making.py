"""The tables of a task, made in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from batuta.engines.shared.records import counted, made_among, record_made
from batuta.engines.shared.session import Session
from batuta.engines.sql import Compiler
from batuta.runs.ports import Counts, Making


def make_tables(session: Session, compiler: Compiler, making: Making) -> Mapping[str, Counts]:
    """Make what is not made yet; return the counts of all outputs, the adopted ones' as they were recorded."""
    made = made_among(session, making.names.values())
    absent = {output: of for output, of in making.outputs.items() if making.names[output] not in made}
    if absent:
        with session.transaction():
            for statement in compiler.task(absent, making.names):
                session.run(statement.sql(session.dialect.name))
                if isinstance(statement.tree, exp.Create) and statement.tree.kind == "TABLE":
                    session.analyze(statement.tree.this)
            carried = {making.names[output]: compiler.carried(of) for output, of in absent.items()}
            new = {}
            for name, of in ((making.names[output], of) for output, of in absent.items()):
                part = session.addresses.keys if carried[name] else session.addresses.work
                new[name] = counted(session, part.table(name), of.shape)
            record_made(session, new, {name: carrier for name, carrier in carried.items() if carrier})
        made |= new
    return {output: made[making.names[output]] for output in making.outputs}
