"""What an engine is found to be: whether it can be reached, what with, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from batuta.rules.functions.offered import lacking

TABLES, COMPILING = "tables and runs", "compiling only"


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found of an engine. `facts` are for people; a problem says why it cannot be reached, and what to do."""

    name: str
    can: str
    facts: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    todo: str = ""

    @property
    def reached(self) -> bool:
        """Whether the engine is there and answers, as far as it was asked."""
        return not self.problem


def library(name: str) -> str:
    """Return the version of a library; raise ImportError if it is not there or cannot be loaded."""
    module = import_module(name)
    try:
        return version(name)
    except PackageNotFoundError:
        return str(getattr(module, "__version__", "unknown"))


def not_offered(engine: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the functions, and the operators, that an engine does not compute, and so are not offered on it."""
    absent = lacking(engine)
    functions = tuple(name for name in absent if name[0].isupper())
    return functions, tuple(name for name in absent if not name[0].isupper())
