"""Settings by which rows find others, and how they are bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import Field

from batuta.activities.binder import Binder
from batuta.activities.contract import Scope
from batuta.activities.settings import ExpressionText
from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.rules.bound import AttributeOf, Expr, Predicate
from batuta.rules.tree import Rule
from batuta.rules.values import term
from batuta.schema.types import comparable
from batuta.sets.algebra import Filtered, Records, Set
from batuta.sets.lookup import ROW, Likeness, Lookup


class Pair(Document):
    """Two values that must be equal, and not empty, for a row to find another."""

    here: ExpressionText = Field(description="of the row that arrives, such as [mail]")
    there: ExpressionText = Field(description="of the row to be found, such as [email]")
    exact: bool | None = Field(
        None,
        description="compare text as it is written, with case, accents and the space around it; "
        "if left out, all but identities is compared so",
    )


@dataclass(frozen=True)
class Terms:
    """When a row finds another: by pairs of values or by a rule, among those that a filter lets through."""

    pairs: Sequence[Pair]
    rule: Rule | None
    filter: Rule | None


@dataclass(frozen=True)
class Seeking:
    """The rows that look, and where what is wrong goes."""

    source: Set
    scope: Scope
    gather: Gather

    def lookup(self, terms: Terms, among: Set, field: str = "") -> Lookup | None:
        """Return what the rows find among others, or None after keeping the problems."""
        before = len(self.gather.found)
        prefix = f"{field}." if field else ""
        around = self.scope.around(among.shape)
        rule, narrow = _on(terms.rule), _on(terms.filter)
        if bool(terms.pairs) == (rule is not None):
            self.gather.add(Problem("lookup-one-way", field=field or "pairs"))
        pairs = [self._pair(pair, among, f"{prefix}pairs.{place}") for place, pair in enumerate(terms.pairs)]
        beside = replace(around, roots={**around.roots, ROW: self.scope.around(self.source.shape)})
        where = None if rule is None else Binder(beside, self.gather).rule(rule, f"{prefix}rule")
        wanted = None if narrow is None else Binder(around, self.gather).rule(narrow, f"{prefix}filter")
        if len(self.gather.found) > before:
            return None
        return Lookup(_narrowed(among, wanted), tuple(pair for pair in pairs if pair is not None), where)

    def _pair(self, pair: Pair, among: Set, field: str) -> Likeness | None:
        here = Binder(self.scope.around(self.source.shape), self.gather).expression(pair.here, f"{field}.here")
        there = Binder(self.scope.around(among.shape), self.gather).expression(pair.there, f"{field}.there")
        if here is None or there is None:
            return None
        if not comparable(here.type, there.type):
            values = {"here": term(here.type.kind), "there": term(there.type.kind)}
            self.gather.add(Problem("lookup-types", values, field))
            return None
        loose = not pair.exact
        if pair.exact is None:
            loose = self._is_identity(there, among) or self._is_identity(here, self.source)
        return Likeness(here, there, loose and here.type.is_text)

    def _is_identity(self, expression: Expr, rows: Set) -> bool:
        """Tell whether a value of rows is an identity, by which the world knows the row it belongs to."""
        if not isinstance(expression, AttributeOf):
            return False
        schema = self.scope.catalogue.schema_behind(expression.path[-1].there if expression.path else rows.shape.schema)
        return any(identity.attribute == expression.name for identity in schema.identities)


def _on(rule: Rule | None) -> Rule | None:
    return rule if rule is not None and rule.enabled else None


def _narrowed(among: Set, wanted: Predicate | None) -> Set:
    if wanted is None:
        return among
    return replace(among, where=wanted) if isinstance(among, Records) else Filtered(among, wanted)
