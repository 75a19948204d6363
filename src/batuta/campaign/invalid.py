"""Files that are not what they should be."""

from __future__ import annotations

from collections.abc import Iterable

from batuta.kit.errors import InputError, NotFound
from batuta.kit.problems import Problem, Texts


class InvalidFile(InputError):
    """A file that cannot be read as YAML, or whose YAML is not the document it should be.

    `located` holds every problem with its place (`file:line:column`); the message tells all of them.
    """

    def __init__(self, place: str, located: Iterable[tuple[str, Problem]]) -> None:
        self.located = tuple(located)
        texts = Texts.load(["batuta.campaign"])
        self._lines = [f"{where}: {texts.say(problem)}" for where, problem in self.located]
        super().__init__(place, "\n".join(self._lines))

    def message(self) -> str:
        """Return all problems, each with its place."""
        return "\n".join(self._lines)


class MissingFile(InvalidFile, NotFound):
    """A file that does not exist."""
