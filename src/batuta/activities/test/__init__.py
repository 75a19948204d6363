"""Test: the path goes on by the first branch whose condition holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.contract import Choice, Deciding, Input, Output, Scope, Takes
from batuta.activities.figures import checked, is_met, named_in
from batuta.activities.settings import ExpressionText
from batuta.kit.document import Document
from batuta.kit.identifiers import SLUG
from batuta.kit.problems import Gather, Problem
from batuta.rules.bound import Moment
from batuta.schema.types import Scalar
from batuta.sets.algebra import Set

DEFAULT = "default"


class Branch(Document):
    """A way on, and when it is taken."""

    name: str = Field(description="of the output: small letters, digits, - and _")
    label: str = Field("", description="shown on the output; the name if empty")
    when: ExpressionText = Field(
        description="a condition on counts, variables and the date, such as [buyers.targets] >= $(vars/@least)"
    )


class Branching(Deciding):
    """Takes the first branch whose condition holds; what arrives goes along it unchanged."""

    kind: ClassVar[str] = "test"
    title: ClassVar[str] = "Test"
    takes: ClassVar[Takes] = Takes.EITHER

    branches: tuple[Branch, ...] = Field(min_length=1, description="tried in this order; the first that holds is taken")
    default: bool = Field(False, description="an output for when none holds; without it the path ends then")

    def outputs(self) -> tuple[Output, ...]:
        """Return an output for each branch, and for when none holds."""
        named = tuple(Output(branch.name, branch.label or branch.name) for branch in self.branches)
        return (*named, Output(DEFAULT, "Otherwise")) if self.default else named

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return what arrives unchanged for each branch, of which a run takes one."""
        gather = Gather()
        for problem in self._mistakes():
            gather.add(problem)
        gather.attempt(lambda: checked(self._conditions(), scope))
        gather.check()
        arriving = inputs[0].population
        return {} if arriving is None else {output.name: arriving for output in self.outputs()}

    def choose(self, scope: Scope, figures: Mapping[str, Scalar], moment: Moment) -> Choice:
        """Return the first branch whose condition holds, with the figures that were looked at until then."""
        seen: dict[str, Scalar] = {}
        for branch, condition in zip(self.branches, checked(self._conditions(), scope).values(), strict=True):
            seen |= {name: figures[name] for name in named_in(condition)}
            if is_met(condition, figures, moment):
                return Choice(branch.name, _ordered(seen))
        return Choice(DEFAULT if self.default else None, _ordered(seen))

    def _conditions(self) -> Mapping[str, str]:
        return {f"branches.{place}.when": branch.when for place, branch in enumerate(self.branches)}

    def _mistakes(self) -> Iterator[Problem]:
        count = Counter(output.name for output in self.outputs())
        for place, branch in enumerate(self.branches):
            field = f"branches.{place}.name"
            if not SLUG.match(branch.name):
                yield Problem("test-bad-branch", {"name": branch.name}, field)
            elif count[branch.name] > 1:
                yield Problem("test-branch-twice", {"name": branch.name}, field)


def _ordered(figures: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {name: figures[name] for name in sorted(figures)}
