"""What an engine remembers of its own doings: tables made, audiences saved, rows changed.

Each record is written in the transaction that does the thing, so it is there exactly if the thing is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import cast

from sqlglot import exp

from batuta.engines.shared.session import Session
from batuta.engines.sql import trees
from batuta.runs.ports import Counts
from batuta.schema.changing import ChangeCounts
from batuta.sets.shape import Shape

MADE, CARRIED = "_made", "_carried"
"""The tables of what is made and of whose columns another has; they stand among the working tables."""

_EFFECTS, _CHANGES = "effects", "changes"
_NONE: Mapping[str, str] = MappingProxyType({})


def made_among(session: Session, names: Collection[str]) -> dict[str, Counts]:
    """Return the counts of those working tables that are already made."""
    query = _select(session.addresses.work.table(MADE), "name", "rows", "targets").where(_among("name", names))
    found = cast("list[tuple[str, int, int]]", _rows(session, query))
    return {name: Counts(rows, targets) for name, rows, targets in found}


def all_made(session: Session) -> tuple[str, ...]:
    """Return the names of all working tables."""
    query = _select(session.addresses.work.table(MADE), "name").order_by(_column("name"))
    return tuple(str(name) for (name,) in _rows(session, query))


def all_carried(session: Session) -> dict[str, str]:
    """Return the working tables that hold keys only, each with the one that has their columns."""
    query = _select(session.addresses.work.table(CARRIED), "name", "carrier")
    return {str(name): str(carrier) for name, carrier in _rows(session, query)}


def record_made(session: Session, counts: Mapping[str, Counts], carried: Mapping[str, str] = _NONE) -> None:
    """Remember working tables; the caller holds the transaction that made them."""
    for name, count in counts.items():
        _insert(session, session.addresses.work.table(MADE), name, count.rows, count.targets)
    for name, carrier in carried.items():
        _insert(session, session.addresses.work.table(CARRIED), name, carrier)


def forget_made(session: Session, names: Collection[str]) -> None:
    """Forget working tables; the caller holds the transaction that drops them."""
    for table in (MADE, CARRIED):
        where = exp.Where(this=_among("name", names))
        _run(session, exp.Delete(this=session.addresses.work.table(table), where=where))


def effect_done(session: Session, key: str) -> Counts | None:
    """Return the counts of an effect that was carried out before, or None."""
    query = _select(session.addresses.system.table(_EFFECTS), "rows", "targets").where(_is("key", key))
    found = cast("list[tuple[int, int]]", _rows(session, query))
    return Counts(*found[0]) if found else None


def record_effect(session: Session, key: str, counts: Counts) -> None:
    """Remember an effect; the caller holds the transaction that carries it out."""
    _insert(session, session.addresses.system.table(_EFFECTS), key, counts.rows, counts.targets)


def change_done(session: Session, key: str) -> ChangeCounts | None:
    """Return the counts of a change of rows that was carried out before, or None."""
    query = _select(session.addresses.system.table(_CHANGES), "counts").where(_is("key", key))
    found = _rows(session, query)
    return ChangeCounts.model_validate_json(str(found[0][0])) if found else None


def record_change(session: Session, key: str, counts: ChangeCounts) -> None:
    """Remember a change of rows; the caller holds the transaction that carries it out."""
    _insert(session, session.addresses.system.table(_CHANGES), key, counts.model_dump_json())


def counted(session: Session, table: exp.Table, shape: Shape) -> Counts:
    """Count the row keys and the target keys of a working table."""
    rows = _number(session, exp.select(exp.Count(this=exp.Star())).from_(table))
    if shape.row_columns == shape.target_columns:
        return Counts(rows, rows)
    if not shape.key:
        return Counts(rows, 0)
    columns = [_column(name) for name in shape.target_columns]
    keys = exp.select(*columns).from_(table).distinct()
    if shape.keyless:  # rows without target are no targets
        keys = keys.where(columns[0].copy().is_(exp.Null()).not_())
    return Counts(rows, _number(session, exp.select(exp.Count(this=exp.Star())).from_(keys.subquery("keys"))))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _select(table: exp.Table, *columns: str) -> exp.Select:
    return exp.select(*(_column(name) for name in columns)).from_(table)


def _is(column: str, value: str) -> exp.Expr:
    return trees.equal(_column(column), trees.text(value))


def _among(column: str, values: Collection[str]) -> exp.Expr:
    if not values:
        return trees.false()
    return exp.In(this=_column(column), expressions=[trees.text(value) for value in values])


def _insert(session: Session, table: exp.Table, *values: str | int) -> None:
    row = exp.Tuple(
        expressions=[trees.text(value) if isinstance(value, str) else trees.number(value) for value in values]
    )
    _run(session, exp.Insert(this=table, expression=exp.Values(expressions=[row])))


def _run(session: Session, tree: exp.Expr) -> None:
    session.run(tree.sql(session.dialect.name))


def _rows(session: Session, query: exp.Select) -> list[tuple[object, ...]]:
    return session.rows(query.sql(session.dialect.name))


def _number(session: Session, query: exp.Select) -> int:
    return session.number(query.sql(session.dialect.name))
