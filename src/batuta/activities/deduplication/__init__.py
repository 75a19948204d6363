"""Deduplication: keeps one row, or some, of each group of equals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import Binder, binder, population_of
from batuta.activities.contract import Input, Output, Scope, Targeting
from batuta.activities.settings import ExpressionText
from batuta.kit.document import Document
from batuta.kit.problems import Gather
from batuta.rules.bound import Compare
from batuta.rules.tree import Condition, Operator, Value
from batuta.schema.types import INTEGER
from batuta.sets.algebra import Choice, Criterion, Distinct, Set
from batuta.sets.shape import Column, Shape


class AtRandom(Document):
    """Chance decides."""

    kind: Literal["random"] = "random"


class ByValue(Document):
    """The smallest or largest value comes first; empty values come last."""

    kind: Literal["ascending", "descending"]
    expression: ExpressionText


class NotEmpty(Document):
    """Rows with a value come before rows without."""

    kind: Literal["not-empty"] = "not-empty"
    expression: ExpressionText


class Preferred(Document):
    """Rows with the first of the listed values come first, then those with the second, and so on."""

    kind: Literal["preferred"] = "preferred"
    expression: ExpressionText
    values: tuple[Value, ...] = Field(min_length=1)


Preference = Annotated[AtRandom | ByValue | NotEmpty | Preferred, Field(discriminator="kind")]


class Deduplication(Targeting):
    """Keeps at most so many rows of each group of duplicates."""

    kind: ClassVar[str] = "deduplication"
    title: ClassVar[str] = "Deduplication"

    fields: tuple[ExpressionText, ...] = Field(
        min_length=1, description="rows are duplicates if all of these are equal, such as [email]"
    )
    keep: int = Field(1, ge=0, description="how many rows of each group to keep; 0 keeps all")
    choice: tuple[Preference, ...] = Field(
        (), description="which rows to keep: the first preference decides, then the next, at last the key"
    )
    ignore_case: bool = Field(False, description="ANNA and anna are equal")
    ignore_space: bool = Field(False, description="space before and after makes no difference")
    empty_are_duplicates: bool = Field(
        False, description="rows with nothing in all fields are duplicates of each other"
    )
    stable: bool = Field(False, description="chance chooses the same rows in each run")
    complement: bool = Field(False, description="an output with the rows left out, and which row was kept instead")

    def outputs(self) -> tuple[Output, ...]:
        """Return the rows kept and, if wanted, those left out."""
        rest = (Output("complement", "Duplicates"),) if self.complement else ()
        return (Output("main", "Without duplicates"), *rest)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the rows kept, and those left out with the key of the row kept instead."""
        source = population_of(inputs[0])
        gather = Gather()
        bind = binder(scope, source, gather)
        fields = [bind.expression(text, f"fields.{place}") for place, text in enumerate(self.fields)]
        criteria = [_criterion(item, bind, f"choice.{place}") for place, item in enumerate(self.choice)]
        gather.check()
        main = Distinct(
            source,
            tuple(field for field in fields if field is not None),
            source.shape,
            keep=self.keep,
            criteria=tuple(criterion for criterion in criteria if criterion is not None),
            ignore_case=self.ignore_case,
            ignore_space=self.ignore_space,
            empty_are_duplicates=self.empty_are_duplicates,
            salt=scope.stable_seed if self.stable else scope.seed,
        )
        if not self.complement:
            return {"main": main}
        return {"main": main, "complement": replace(main, shape=_with_kept(source.shape), complement=True)}


def _criterion(preference: Preference, bind: Binder, field: str) -> Criterion | None:
    if isinstance(preference, AtRandom):
        return Criterion(Choice.RANDOM)
    if isinstance(preference, Preferred):
        return _preferred(preference, bind, field)
    expression = bind.expression(preference.expression, f"{field}.expression")
    return None if expression is None else Criterion(Choice(preference.kind), expression)


def _preferred(preference: Preferred, bind: Binder, field: str) -> Criterion | None:
    """Bind the values as a condition would, so that they get the expression's type."""
    condition = Condition(expression=preference.expression, operator=Operator.IN, values=preference.values)
    bound = bind.rule(condition, field)
    return Criterion(Choice.PREFERRED, bound.left, bound.right) if isinstance(bound, Compare) else None


def _with_kept(shape: Shape) -> Shape:
    """Return the shape with columns for the key of the row kept, in place of any from an earlier activity."""
    types = (*shape.key, *shape.secondary_key, *((INTEGER,) if shape.numbered else ()))
    kept = tuple(Column(f"kept_{place}", kind) for place, kind in enumerate(types, 1))
    names = {column.name for column in kept}
    return shape.having((*(column for column in shape.columns if column.name not in names), *kept))
