"""What can be wrong with the variables that a campaign declares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from batuta.campaign.model import Campaign, Variable
from batuta.kit.problems import Problem
from batuta.rules.functions.model import Unfit
from batuta.rules.values import example, read_value, term
from batuta.schema.types import DataType, Kind, Scalar


def variable_problems(campaign: Campaign) -> Iterator[Problem]:
    """Yield what is wrong with names, types and values; formulas that name a variable are checked where they are."""
    for name, count in Counter(variable.name for variable in campaign.variables).items():
        if count > 1:
            yield Problem("duplicate-variable", {"name": name}, "variables")
    for place, variable in enumerate(campaign.variables):
        yield from _problems(variable, f"variables.{place}")


def _problems(variable: Variable, field: str) -> Iterator[Problem]:
    if not _NAME.match(variable.name):
        yield Problem("bad-variable-name", {"name": variable.name}, f"{field}.name")
    if variable.type.kind is Kind.ENUM and not variable.type.values:
        yield Problem("variable-without-choices", {"name": variable.name}, f"{field}.type")
        return
    for given, value in (("default", variable.default), ("test_value", variable.test_value)):
        if value is not None:
            yield from _unfit(value, variable.type, f"{field}.{given}")


def _unfit(value: Scalar, wanted: DataType, field: str) -> Iterable[Problem]:
    if wanted.kind is Kind.STRING:
        return () if isinstance(value, str) else (Problem("field-needs-text", {"found": value}, field),)
    try:
        found = read_value(value, wanted) if value is not None else None
    except Unfit as unfit:
        return (Problem(unfit.code, unfit.values, field),)
    wide = found is not None and (wanted.kind, found.type.kind) in _TOO_WIDE
    values = {"value": value, "expected": term(wanted.kind), "example": example(wanted.kind)}
    return (Problem("value.wrong-type", values, field),) if wide else ()


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TOO_WIDE = {(Kind.INTEGER, Kind.DECIMAL), (Kind.DATE, Kind.DATETIME)}
"""What a condition may compare with the wanted kind, but a variable of that kind cannot hold."""
