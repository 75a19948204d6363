"""The populations of a delivery's outputs: what became of the messages, as sets."""

from __future__ import annotations

from collections.abc import Mapping

from batuta.rules.bound import Compare, Computed, Constant, Predicate, Without
from batuta.rules.tree import Operator
from batuta.runs.sending.contract import Status
from batuta.schema.types import STRING
from batuta.sets.addressed import ADDRESS, REASON, Addressed, Special
from batuta.sets.algebra import Barrier, Enriched, Exclusion, Filtered, Intersection, Set, Table, Union, Value
from batuta.sets.shape import Column, Shape

SENT, FAILED, EXCLUDED, HELD_OUT, DOUBTFUL = "sent", "failed", "excluded", "holdout", "in-doubt"
WHY = "reason"
"""The column of excluded and failed ones that says why."""
STATUS = "status"

_REASON = Computed(REASON, STRING)


def with_reason(shape: Shape) -> Shape:
    """Return the shape of those left out: the population's, and why."""
    return shape.having((*shape.columns, Column(WHY, STRING)))


def addressee(messages: Addressed) -> Shape:
    """Return the shape of those that messages are for: rows or, at level target, targets with all their rows."""
    shape = messages.shape.having(())
    return shape if messages.by_row else shape.of_targets()


def late_shape(shape: Shape) -> Shape:
    """Return the shape of the table of outcomes other than sent."""
    return shape.having((Column(STATUS, STRING), Column(WHY, STRING)))


def outputs(messages: str, shape: Shape, late: Table) -> Mapping[str, Set]:
    """Return the population of each output, given the messages table and that of the late outcomes."""
    full = Table(messages, shape.having((*shape.columns, Column(ADDRESS, STRING), Column(REASON, STRING))))
    ready = _only(full, Compare(Operator.IS_EMPTY, _REASON), shape)
    held_out = Compare(Operator.EQUAL, _REASON, (Constant(Special.HOLDOUT.value, STRING),))
    early = Without(Compare(Operator.IS_NOT_EMPTY, _REASON), (held_out,))
    left_out = Enriched(Filtered(full, early), (Value(WHY, _REASON),), with_reason(full.shape))
    return {
        SENT: Exclusion(ready, (Barrier(late, "late"),), shape),
        FAILED: _late(ready, late, Status.FAILED, with_reason(shape)),
        EXCLUDED: Union((left_out, _late(ready, late, Status.EXCLUDED, with_reason(shape))), with_reason(shape)),
        HELD_OUT: _only(full, held_out, shape),
        DOUBTFUL: _late(ready, late, Status.IN_DOUBT, shape),
    }


def _only(messages: Table, where: Predicate, shape: Shape) -> Set:
    """Return the messages that satisfy a predicate, without the columns that are the sending's own."""
    return Union((Filtered(messages, where),), shape)


def _late(ready: Set, late: Table, status: Status, shape: Shape) -> Set:
    of_status = Compare(Operator.EQUAL, Computed(STATUS, STRING), (Constant(status.value, STRING),))
    return Intersection((ready, Filtered(late, of_status)), shape)
