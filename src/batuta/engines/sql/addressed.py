"""The messages of a delivery: whom to write to, and the first reason for leaving a message out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.build import Builder
from batuta.engines.sql.comparisons import Folding, side
from batuta.engines.sql.context import Row
from batuta.engines.sql.expressions import value
from batuta.engines.sql.keys import everything, key_text, row_key, threshold
from batuta.engines.sql.placed import first_of_targets
from batuta.engines.sql.predicates import condition
from batuta.sets.addressed import ADDRESS, OTHERS, REASON, Addressed, Check, Special

_FOLDED = "_folded"
_LATE = frozenset({Special.DUPLICATE, Special.HOLDOUT})


def addressed(node: Addressed, build: Builder) -> exp.Select:
    """Return the messages with the row key, the shape's columns, `_address` and `_reason`."""
    early = next((at for at, check in enumerate(node.checks) if check.test in _LATE), len(node.checks))
    query = _judged(node, early, build)
    for place in range(early, len(node.checks)):
        query = _then(query, node, place, build)
    return query


def _judged(node: Addressed, early: int, build: Builder) -> exp.Select:
    """Return the messages with the reasons of the early checks and what the later ones look at."""
    rows, row = first_of_targets(node, build)
    row.columns[ADDRESS] = lambda: value(node.address, row)
    branches = [(_fails(check, node, row), trees.text(check.reason)) for check in node.checks[:early]]
    text = build.context.dialect.text
    columns = [*_kept(node, row.alias), trees.aliased(value(node.address, row), ADDRESS)]
    for place, check in enumerate(node.checks[early:], early):
        if check.test is Special.DUPLICATE:
            folded = side(node.address, row, Folding(case=True, accents=True))
            columns.append(trees.aliased(folded.present, _FOLDED))
        elif check.test not in _LATE:
            columns.append(trees.aliased(trees.certain(_fails(check, node, row)), f"_w{place}"))
    columns.append(trees.aliased(exp.Cast(this=trees.case(branches), to=text), REASON))
    return row.join(trees.query(columns, rows))


def _kept(node: Addressed, alias: str) -> list[exp.Expr]:
    """Return the row key and the columns of a message, with the list of other rows if there is one."""
    listed = [trees.column(alias, OTHERS)] if node.others else []
    return [*everything(node.shape, alias), *listed]


def _fails(check: Check, node: Addressed, row: Row) -> exp.Expr:
    """Return the condition that a check applies to the row."""
    if check.test is Special.NO_TARGET:
        return trees.is_null(row.key[0])
    if check.test is Special.GONE:
        spoken_of = [row, *(row.roots.values() if node.by_row else ())]
        return trees.some(trees.is_null(trees.column(one.table(()), one.schema.primary_key[0])) for one in spoken_of)
    assert not isinstance(check.test, Special)  # the late ones are tried after all others
    return condition(check.test, row)


def _then(query: exp.Select, node: Addressed, place: int, build: Builder) -> exp.Select:
    """Return the messages after one more check, which looks only at those that have no reason yet."""
    alias = build.context.names.take("m")
    former = trees.column(alias, REASON)
    check = node.checks[place]
    applies = _late(check, node, place, alias, build)
    reason = trees.case([(trees.is_not_null(former), former.copy()), (applies, trees.text(check.reason))])
    kept = [*_kept(node, alias), trees.column(alias, ADDRESS)]
    kept += [trees.column(alias, name) for name in _awaited(node.checks[place + 1 :], place + 1)]
    return trees.query([*kept, trees.aliased(reason, REASON)], trees.subquery(query, alias))


def _awaited(checks: Sequence[Check], first: int) -> list[str]:
    """Return the columns that later checks look at."""
    names = []
    for place, check in enumerate(checks, first):
        if check.test is Special.DUPLICATE:
            names.append(_FOLDED)
        elif check.test not in _LATE:
            names.append(f"_w{place}")
    return list(dict.fromkeys(names))


def _late(check: Check, node: Addressed, place: int, alias: str, build: Builder) -> exp.Expr:
    if check.test is Special.DUPLICATE:
        return _is_repeated(node, alias)
    if check.test is Special.HOLDOUT:
        return _is_held_out(node, alias, build)
    return trees.column(alias, f"_w{place}")


def _is_repeated(node: Addressed, alias: str) -> exp.Expr:
    """Return the condition that an earlier message without a reason goes to the same address."""
    folded, free = trees.column(alias, _FOLDED), trees.is_null(trees.column(alias, REASON))
    order = [trees.ascending(key) for key in row_key(node.shape, alias)]
    nth = trees.over(exp.RowNumber(), [folded, free], order)
    return trees.every([trees.is_not_null(folded.copy()), exp.GT(this=nth, expression=trees.number(1))])


def _is_held_out(node: Addressed, alias: str, build: Builder) -> exp.Expr:
    """Return the condition that chance withholds the message from its target."""
    limit = threshold(node.holdout / 100)
    if limit is None:
        return trees.true()
    dialect, shape = build.context.dialect, node.shape
    target = [trees.column(alias, name) for name in shape.target_columns]
    hashed = dialect.hashed(node.salt, key_text(dialect, list(zip(target, shape.key, strict=True))))
    return exp.LT(this=hashed, expression=trees.text(limit))
