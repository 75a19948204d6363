"""Names of files as templates: `winners-{{ now | date: "%Y-%m-%d" }}.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from batuta.kit.errors import InputError
from batuta.kit.problems import Problem, Problems, Term
from batuta.messages.liquid.analysis import analyse
from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.names import Fields, Meaning, Single
from batuta.messages.liquid.template import RenderingError, Template, parse
from batuta.rules.bound import Moment
from batuta.schema.locations import fault_of_name
from batuta.schema.types import DATETIME, DataType

_TRIAL = Moment(datetime(2026, 1, 1, 12, tzinfo=UTC))
_CONTEXT = ("campaign", "run", "activity")


def check_name(text: str, variables: Mapping[str, DataType]) -> None:
    """Raise Problems that name what is wrong with the template of a file's name.

    It may name the variables of the campaign (`vars`), `now` and `context`; what comes out is checked when it is used.
    """
    template = _parsed(text, _TRIAL)
    found = analyse(template, _roots(variables)).problems
    fault = fault_of_name(text) if template.static() else None
    if fault:
        values = {"name": text, "fault": Term(f"name-fault.{fault.name.lower()}")}
        found = [*found, Problem("file-name-wrong", values)]
    if found:
        raise Problems(found)


def name_of(text: str, moment: Moment, context: Mapping[str, str]) -> str:
    """Return the name that a template gives; raise InputError if it gives none."""
    try:
        return _parsed(text, moment).render({"vars": moment.variables, "now": moment.local, "context": context}).strip()
    except RenderingError as error:
        raise InputError(f"file name {text!r}", f"it cannot be made: {error.reason}") from None


def _parsed(text: str, moment: Moment) -> Template:
    return parse(text, BoundedEnvironment(moment, escape=False))


def _roots(variables: Mapping[str, DataType]) -> Mapping[str, Meaning]:
    return {
        "vars": Fields({name: Single(kind) for name, kind in variables.items()}),
        "now": Single(DATETIME),
        "context": Fields({name: Single() for name in _CONTEXT}),
    }
