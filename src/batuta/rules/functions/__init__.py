"""The function table of the expression language."""

from __future__ import annotations

from batuta.rules.functions.model import Function

FUNCTIONS: dict[str, Function] = {}
"""Every function by its name, in the spelling of the spec; operators (`+`, `=`, `and` ...) are functions too."""
