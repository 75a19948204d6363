"""The function table of the expression language."""

from __future__ import annotations

from batuta.rules.functions.choices import CHOICES
from batuta.rules.functions.dates import DATES
from batuta.rules.functions.model import Function
from batuta.rules.functions.numbers import NUMBERS
from batuta.rules.functions.operators import OPERATORS
from batuta.rules.functions.text import TEXT

FUNCTIONS: dict[str, Function] = {
    function.name: function for function in (*OPERATORS, *TEXT, *NUMBERS, *DATES, *CHOICES)
}
"""Every function by its name, in the spelling of the spec; operators (`+`, `=`, `and` ...) are functions too."""
