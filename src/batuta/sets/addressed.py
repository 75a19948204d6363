"""The messages of a delivery as a set: whom to write to, and why not to others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from batuta.rules.bound import Expr, Predicate
from batuta.schema.types import DataType, Kind
from batuta.sets.shape import Column, Shape

if TYPE_CHECKING:
    from batuta.sets.algebra import Set, Sort


class Special(StrEnum):
    """Checks before a message leaves that are no predicate over one row."""

    NO_TARGET = "no-target"
    GONE = "no-longer-in-the-data"
    DUPLICATE = "duplicate-address"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class Check:
    """One reason for leaving a message out: a predicate over the target's row, or a special check."""

    reason: str
    test: Predicate | Special


ADDRESS, REASON, OTHERS = "_address", "_reason", "_others"


@dataclass(frozen=True, slots=True)
class Addressed:
    """The messages of a delivery: the row key, `_address` (text) and `_reason` (empty: may leave).

    At level target (`by_row` false) there is one message per target, that of its first row by `sort`,
    then secondary key, then line number; at level row, one per row. `address` is an expression over the
    target's row and the canvas columns. Checks are tried in order and the first that applies gives the
    reason; their predicates may name the column `_address` as Computed("_address"). DUPLICATE keeps the
    first message (row key order) of each folded address among those without an earlier reason. HOLDOUT
    takes `holdout` per cent by the hash of salt and target key, among those without an earlier reason.
    GONE applies where the target's row is no longer there, at level row also where the secondary one is not.

    At level target `others` are what the list `_others` has of each further row of the message's target, in their
    order: names and expressions over the row.
    """

    source: Set
    shape: Shape
    address: Expr
    checks: tuple[Check, ...]
    by_row: bool = False
    sort: tuple[Sort, ...] = ()
    holdout: float = 0
    salt: str = ""
    others: tuple[tuple[str, Expr], ...] = ()

    @property
    def list_column(self) -> Column | None:
        """The column of the list of other rows, if there is one."""
        if not self.others:
            return None
        lines = tuple(Column(name, expression.type) for name, expression in self.others)
        return Column(OTHERS, DataType(kind=Kind.JSON), lines)
