"""The function table of the expression language."""

from __future__ import annotations

from batuta.rules.functions.aggregates import AGGREGATES
from batuta.rules.functions.bits import BITS
from batuta.rules.functions.chance import CHANCE
from batuta.rules.functions.choices import CHOICES
from batuta.rules.functions.conversions import CONVERSIONS
from batuta.rules.functions.dates import DATES
from batuta.rules.functions.digests import DIGESTS
from batuta.rules.functions.geography import GEOGRAPHY
from batuta.rules.functions.model import Function
from batuta.rules.functions.numbers import NUMBERS
from batuta.rules.functions.operators import OPERATORS
from batuta.rules.functions.presence import PRESENCE
from batuta.rules.functions.text import TEXT
from batuta.rules.functions.windows import WINDOWS

_ALL = (
    *OPERATORS,
    *TEXT,
    *DIGESTS,
    *PRESENCE,
    *NUMBERS,
    *CONVERSIONS,
    *DATES,
    *CHOICES,
    *BITS,
    *CHANCE,
    *GEOGRAPHY,
    *AGGREGATES,
    *WINDOWS,
)

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ALL}
"""Every function by its name, in the spelling of the spec; operators (`+`, `=`, `and` ...) are functions too."""
