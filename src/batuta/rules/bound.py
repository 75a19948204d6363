"""Rules and expressions after binding: typed, every name resolved, every check passed.

Engines compile these trees and the Python evaluator computes them; both may rely on what binding
guarantees and need no checks of their own. A predicate is never empty: it holds or it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from batuta.kit.zones import zone_named
from batuta.rules.tree import AggregateFunction, Operator
from batuta.schema.model import Link
from batuta.schema.types import DataType, Scalar


@dataclass(frozen=True)
class Moment:
    """The stretch of a run that expressions are computed in: an instant, a zone, variables and a seed of chance."""

    now: datetime
    zone: str = "UTC"
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    seed: str = ""

    @property
    def local(self) -> datetime:
        """Now in the campaign's zone, without zone."""
        return self.now.astimezone(zone_named(self.zone)).replace(tzinfo=None)

    @property
    def today(self) -> date:
        """The calendar day in the campaign's zone."""
        return self.local.date()


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal value of the given type; None is the empty value."""

    value: Scalar
    type: DataType

    def __hash__(self) -> int:
        return hash(self.value)  # types nearly never tell two apart, and lists have many


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """An attribute of the row at hand, or of the one row that a path of 1-1 and N-1 links leads to."""

    path: tuple[Link, ...]
    name: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Computed:
    """A column computed on the canvas, carried by the population that the rule narrows."""

    name: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Variable:
    """A campaign variable, taken from the Moment when computed."""

    name: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the function table applied to its arguments; operators (+, =, and ...) are functions too."""

    function: str
    arguments: tuple[Expr, ...]
    type: DataType


@dataclass(frozen=True, slots=True)
class Rooted:
    """A name that belongs to a root of the surroundings: computed over that root's row, empty where it has none."""

    root: str
    expression: Expr
    type: DataType


@dataclass(frozen=True, slots=True)
class Figure:
    """An aggregate function over the rows that a path leads to, 1-N somewhere along it; empty values are left out.

    The first argument is computed over each row there (none: rows are counted), others are Constants. The path
    leaves the row at hand, or that of a `root`; without such a row it is as over no rows.
    """

    path: tuple[Link, ...]
    function: str
    arguments: tuple[Expr, ...]
    type: DataType
    root: str = ""


@dataclass(frozen=True, slots=True)
class Windowed:
    """An aggregate, or the place of the row, over the rows of the population with the same `partition` values.

    The first argument is computed over each of them. `order` are expressions, each with whether it descends;
    empty values come last, and rows that are alike by their key. Where there is an order an aggregate looks at the
    rows up to the one at hand only.
    """

    function: str
    arguments: tuple[Expr, ...]
    partition: tuple[Expr, ...]
    order: tuple[tuple[Expr, bool], ...]
    type: DataType


Expr = Constant | AttributeOf | Computed | Variable | Call | Rooted | Figure | Windowed


def parts_of(expression: Expr) -> tuple[Expr, ...]:
    """Return the expressions that an expression is made of; those of a figure speak of other rows."""
    if isinstance(expression, (Call, Figure)):
        return expression.arguments
    if isinstance(expression, Rooted):
        return (expression.expression,)
    if isinstance(expression, Windowed):
        return (*expression.arguments, *expression.partition, *(each for each, _ in expression.order))
    return ()


@dataclass(frozen=True, slots=True)
class All:
    """Holds for every row."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all children hold."""

    children: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where some child holds."""

    children: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Holds where the first holds and none of the others does."""

    first: Predicate
    others: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """An expression compared with values: none for is-empty, two for between, many for in.

    Text is compared after folding case (`fold_case`) and accents (`fold_accents`); never set for keys and
    enums, and for MATCHES `fold_case` means that the pattern ignores case. Constants are never empty and have
    a type comparable with that of the left; constant instants are datetimes with zone UTC. An EQUAL whose
    right side is no Constant also holds where both sides are empty; the negative operators hold exactly where
    their sisters do not. Periods (rules.periods) carry their amount as one integer Constant.
    """

    operator: Operator
    left: Expr
    right: tuple[Expr, ...] = ()
    fold_case: bool = False
    fold_accents: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """Holds where some linked row satisfies `where` (or none does, if negated).

    The path leaves the row at hand, or that of a `root`.
    """

    path: tuple[Link, ...]
    where: Predicate | None = None
    negated: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class AggregateIs:
    """A figure over the linked rows that satisfy `where`, compared as in Compare.

    Values that are empty (NULL or '') are left out. Over none, counts and sums are 0; an average, least or
    greatest value is empty and then satisfies IS_EMPTY only, not even the negative operators. `of` is None
    for COUNT and only then. The path leaves the row at hand, or that of a `root`.
    """

    path: tuple[Link, ...]
    function: AggregateFunction
    of: Expr | None
    where: Predicate | None
    type: DataType
    operator: Operator
    right: tuple[Expr, ...] = ()
    fold_case: bool = False
    fold_accents: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Membership of the row's key in a saved audience (or not, if negated), by its label."""

    audience: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """Membership of the row's key in the people of another transition of the run (or not, if negated).

    `transition` is the transition as people name it, `activity.output`; `table` its working table, None where
    nobody came that way.
    """

    transition: str
    table: str | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """Holds where the one row that a path of 1-1 and N-1 links leads to has one of some keys (or not, if negated).

    Each of `keys` is in the order of the primary key there and compared exactly; None stands for any row, so that
    it holds where a row is linked at all. Where none is linked it holds only if negated. The path leaves the row
    at hand, or that of a `root`.
    """

    path: tuple[Link, ...]
    keys: tuple[tuple[Constant, ...], ...] | None = None
    negated: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """Holds where some row of `schema` has the given values (or none has, if negated).

    `pairs` are (expression here, attribute there), compared exactly, empties equal nothing; a value meets an
    attribute whose text is kept folded after being folded itself. `where` is a further predicate over the rows
    there. For lookups that no relationship describes, such as suppression.
    """

    schema: str
    pairs: tuple[tuple[Expr, str], ...]
    where: Predicate | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A boolean expression holds; an empty one does not."""

    expression: Expr


Predicate = All | AllOf | AnyOf | Without | Compare | Linked | AggregateIs | Member | Among | LeadsTo | Matched | IsTrue
