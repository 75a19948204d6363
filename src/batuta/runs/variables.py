"""The variables of a run: declared ones with their types, overridden when it starts, others as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from batuta.campaign.model import Campaign, Variable
from batuta.kit.errors import InputError
from batuta.runs.model import Mode, VariableValues
from batuta.schema.types import STRING, DataType, Kind, Scalar

_ADAPTERS: dict[Kind, TypeAdapter[Any]] = {
    Kind.STRING: TypeAdapter(str),
    Kind.ENUM: TypeAdapter(str),
    Kind.JSON: TypeAdapter(str),
    Kind.INTEGER: TypeAdapter(int),
    Kind.DECIMAL: TypeAdapter(Decimal),
    Kind.DOUBLE: TypeAdapter(float),
    Kind.BOOLEAN: TypeAdapter(bool),
    Kind.DATE: TypeAdapter(date),
    Kind.TIME: TypeAdapter(time),
    Kind.DATETIME: TypeAdapter(datetime),
    Kind.INSTANT: TypeAdapter(datetime),
}


def bind_variables(
    campaign: Campaign, given: Mapping[str, str], mode: Mode
) -> tuple[dict[str, DataType], VariableValues]:
    """Return the types and values of a run's variables.

    What is given wins over the default; in test mode the test value stands in where there is neither. A
    declared variable without any value is an error; one that is not declared passes through as text.
    """
    types = {variable.name: variable.type for variable in campaign.variables}
    values = {variable.name: _value(variable, given, mode) for variable in campaign.variables}
    for name, text in given.items():
        if name not in types:
            types[name], values[name] = STRING, text
    return types, values


def _value(variable: Variable, given: Mapping[str, str], mode: Mode) -> Scalar:
    stand_in = variable.test_value if mode is Mode.TEST else None
    raw = given.get(variable.name, variable.default if variable.default is not None else stand_in)
    if raw is None:
        raise InputError(
            f"variable {variable.name}",
            "the campaign declares it without a default, and no value was given",
            todo=f"Give one with --var {variable.name}=VALUE.",
        )
    return _typed(variable.name, variable.type, raw)


def _typed(name: str, of: DataType, raw: Scalar) -> Scalar:
    try:
        value: Scalar = _ADAPTERS[of.kind].validate_python(raw)
    except ValidationError:
        raise InputError(f"variable {name}", f"{raw!r} does not fit", expected=f"a value of type {of}") from None
    if of.kind is Kind.ENUM and value not in of.values:
        raise InputError(f"variable {name}", f"{raw!r} does not fit", expected=f"one of {', '.join(of.values)}")
    return value


def write_variables(types: Mapping[str, DataType], values: VariableValues) -> str:
    """Return variables as JSON text that keeps their types."""
    return json.dumps(
        {
            name: {
                "type": of.model_dump(mode="json"),
                "value": _ADAPTERS[of.kind].dump_python(values[name], mode="json"),
            }
            for name, of in types.items()
        }
    )


def read_variables(text: str) -> tuple[dict[str, DataType], VariableValues]:
    """Return the types and values that `write_variables` wrote."""
    stored = json.loads(text)
    types = {name: DataType.model_validate(entry["type"]) for name, entry in stored.items()}
    return types, {name: _typed(name, types[name], entry["value"]) for name, entry in stored.items()}
