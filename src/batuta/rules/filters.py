"""Predefined filters: rules under a name, some of whose values are parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from batuta.kit.document import Document
from batuta.kit.problems import Gather, Problem
from batuta.kit.text import suggest
from batuta.rules.tree import Predefined, Rule
from batuta.schema.model import Catalogue

SINGLE = frozenset({"value"})
SEVERAL = frozenset({"values", "rows"})


class Visibility(StrEnum):
    """Who is offered a filter."""

    PRIVATE = "private"
    SHARED = "shared"


class Parameter(Document):
    """A value of a filter's rule that whoever uses the filter may set; what the rule says is its default."""

    name: str = Field(description="what arguments name it by: letters, digits and _, a letter first")
    label: str = ""
    field: str = Field(description="the path of the field in the rule, such as children.0.value")


class Filter(Document):
    """A rule under a name, over the rows of a schema or of a dimension."""

    name: str = Field(description="small letters, digits, - and _")
    label: str = ""
    description: str = ""
    schema_name: str = Field("", alias="schema", description="the schema whose rows the rule tests")
    dimension: str = Field("", description="the dimension whose rows the rule tests, instead of a schema")
    rule: Rule
    parameters: tuple[Parameter, ...] = ()
    visibility: Visibility = Visibility.SHARED
    owner: str = ""
    favourite: bool = False

    @property
    def title(self) -> str:
        """The label, or the name where there is none."""
        return self.label or self.name

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def open_fields(self) -> frozenset[str]:
        """Return the fields of parameters for which the rule itself has no value: whoever uses it gives one."""
        return frozenset(each.field for each in self.parameters if _is_open(self.rule, each.field.split(".")))


def filled(used: Predefined, known: Filter) -> Rule:
    """Return the rule of a filter with the given arguments in place; raise Problems with fields `arguments...`."""
    gather = Gather()
    rule: Any = known.rule
    for name, argument in used.arguments.items():
        parameter = known.parameter(name)
        if parameter is None:
            gather.add(_unknown(name, known))
        elif not _fits(parameter.field, argument):
            code = "rule.argument-single" if isinstance(argument, tuple) else "rule.argument-list"
            gather.add(Problem(code, {"name": name, "filter": known.name}, f"arguments.{name}"))
        else:
            rule = _with(rule, parameter.field.split("."), argument)
    gather.check()
    found: Rule = rule
    return found


def at_use(problems: list[Problem], used: Predefined, known: Filter) -> Iterator[Problem]:
    """Yield the problems of a filled rule where they stand for who uses it: at arguments, or with the filter."""
    broken = False
    for problem in problems:
        parameter = next((each for each in known.parameters if lies_in(problem.field, each.field)), None)
        if parameter is None:
            broken = True
        elif parameter.name in used.arguments:
            rest = problem.field[len(parameter.field) :]
            yield Problem(problem.code, problem.values, f"arguments.{parameter.name}{rest}")
        else:
            values = {"name": parameter.name, "filter": known.name}
            yield Problem("rule.argument-missing", values, f"arguments.{parameter.name}")
    if broken:
        yield Problem("rule.filter-broken", {"filter": known.name}, "filter")


def schema_of(known: Filter, catalogue: Catalogue) -> str:
    """Return the schema whose rows a filter tests; empty if its dimension is gone."""
    if known.schema_name:
        return known.schema_name
    found = (each.schema_name for each in catalogue.dimensions if each.name == known.dimension)
    return next(found, "")


def _is_open(rule: Rule, steps: list[str]) -> bool:
    try:
        return value_at(rule, steps) in (None, ())
    except LookupError:
        return False


def _unknown(name: str, known: Filter) -> Problem:
    names = [parameter.name for parameter in known.parameters]
    values = {"name": name, "filter": known.name}
    near = suggest(name, names)
    if near:
        return Problem("rule.unknown-argument-near", {**values, "near": near}, f"arguments.{name}")
    return Problem("rule.unknown-argument", {**values, "known": names or ["-"]}, f"arguments.{name}")


def _fits(field: str, argument: object) -> bool:
    *before, last = field.split(".")
    if "arguments" in before:
        return True
    return isinstance(argument, tuple) == (last in SEVERAL)


def lies_in(field: str, outer: str) -> bool:
    """Tell whether a field is another one or a part of it."""
    return field == outer or field.startswith(f"{outer}.")


def value_at(value: Any, steps: list[str]) -> Any:
    """Return what stands at a path; raise LookupError where nothing can stand."""
    for step in steps:
        if isinstance(value, BaseModel):
            if step not in type(value).model_fields:
                raise LookupError(step)
            value = getattr(value, step)
        elif isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, tuple) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise LookupError(step)
    return value


def _with(value: Any, steps: list[str], new: Any) -> Any:
    """Return a value with another one at a path that is there."""
    if not steps:
        return new
    step, *rest = steps
    if isinstance(value, BaseModel):
        return value.model_copy(update={step: _with(getattr(value, step), rest, new)})
    if isinstance(value, Mapping):
        return {**value, step: _with(value.get(step), rest, new)}
    place = int(step)
    return (*value[:place], _with(value[place], rest, new), *value[place + 1 :])
