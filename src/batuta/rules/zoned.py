"""Instants in functions of dates: seen in the campaign's zone, and turned back where the function says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from batuta.kit.text import suggest
from batuta.kit.zones import zone_names
from batuta.rules.bound import Call, Constant, Expr
from batuta.rules.functions.model import Function, Unfit, Zoned
from batuta.rules.values import read_value
from batuta.schema.types import DATE, DATETIME, INSTANT, Kind


def placed(function: Function, arguments: Sequence[Expr]) -> tuple[Expr, ...]:
    """Return the arguments as the function takes them: instants as local datetimes, or the other way round."""
    seen = tuple(
        _ZONED[function.parameter(place).zoned](argument) if function.parameters else argument
        for place, argument in enumerate(arguments)
    )
    return function.completes(seen) if function.completes is not None else seen


def restored(function: Function, call: Expr, given: Sequence[Expr]) -> Expr:
    """Return what a function gives for arguments, as an instant again where the first of them was one."""
    if function.restores and given[0].type.kind is Kind.INSTANT:
        return Call("ConvertNTZ", (call,), INSTANT)
    return call


def check_zone(argument: Expr) -> None:
    """Raise Unfit unless an argument is the name of a time zone, as a literal."""
    if not isinstance(argument, Constant) or not isinstance(argument.value, str):
        raise Unfit("expression.zone-needed")
    name = argument.value
    if name in zone_names():
        return
    near = suggest(name, zone_names())
    if near:
        raise Unfit("expression.unknown-zone-near", name=name, near=near)
    raise Unfit("expression.unknown-zone", name=name)


def read_moment(argument: Expr) -> Expr:
    """Return a text literal as a date or datetime, or as an instant if it has a zone; raise Unfit if it is none."""
    if not isinstance(argument, Constant) or not isinstance(argument.value, str):
        return argument
    try:
        return read_value(argument.value, DATE)
    except Unfit as unfit:
        if unfit.code != "value.with-zone":
            raise
        return read_value(argument.value, INSTANT)


def _local(argument: Expr) -> Expr:
    if argument.type.kind is not Kind.INSTANT:
        return argument
    return Call("ToTimeZone", (argument,), DATETIME)


def _instant(argument: Expr) -> Expr:
    if argument.type.kind not in (Kind.DATE, Kind.DATETIME):
        return argument
    return Call("ConvertNTZ", (argument,), INSTANT)


_ZONED: Mapping[Zoned, Callable[[Expr], Expr]] = {
    Zoned.KEPT: lambda argument: argument,
    Zoned.LOCAL: _local,
    Zoned.INSTANT: _instant,
}
