"""Functions of flags: whole numbers whose bits stand for yes or no."""

from __future__ import annotations

from batuta.rules.functions.model import Family, Function, Parameter
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import everywhere
from batuta.schema.types import BOOLEAN, INTEGER

_FLAGS = (Parameter("value", Family.INTEGER), Parameter("flag", Family.INTEGER))

BITS = (
    Function(
        "SetBit",
        _FLAGS,
        always(INTEGER),
        lambda _, value, flag: value | flag,
        "Gives a value with a flag set: 4 is the third bit, 6 are the second and the third.",
        "SetBit([interests], 4)",
        everywhere("(({0}) | ({1}))"),
    ),
    Function(
        "ClearBit",
        _FLAGS,
        always(INTEGER),
        lambda _, value, flag: value & ~flag,
        "Gives a value with a flag cleared: 4 is the third bit, 6 are the second and the third.",
        "ClearBit([interests], 4)",
        everywhere("(({0}) & (~({1})))"),
    ),
    Function(
        "IsBitSet",
        _FLAGS,
        always(BOOLEAN),
        lambda _, value, flag: ~value & flag == 0,
        "True where all bits of a flag are set in a value.",
        "IsBitSet([interests], 4)",
        everywhere("(((~({0})) & ({1})) = 0)"),
    ),
)
