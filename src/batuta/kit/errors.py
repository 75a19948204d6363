"""Expected failures: each says where, what was expected, what was found and what to do."""

from __future__ import annotations

from typing import ClassVar


class BatutaError(Exception):
    """An expected failure, worded for the person who can mend it.

    `place` names the file, line, column, activity or option at fault; `found` says what is there;
    `expected` and `todo` may be empty where they would only repeat `found`.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 422

    def __init__(self, place: str, found: str, *, expected: str = "", todo: str = "") -> None:
        self.place = place
        self.found = found
        self.expected = expected
        self.todo = todo
        super().__init__(self.message())

    def message(self) -> str:
        """Return the failure as text: place and finding, then what was expected and what to do."""
        lines = [f"{self.place}: {self.found}" if self.place else self.found]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.todo:
            lines.append(f"  to do: {self.todo}")
        return "\n".join(lines)


class InputError(BatutaError):
    """The campaign, a file or the data is at fault."""


class NotFound(InputError):
    """Something was named that does not exist."""

    http_status = 404


class UsageError(BatutaError):
    """The command or call itself is wrong."""

    exit_code = 2
    http_status = 400


class SystemFault(BatutaError):
    """The machine, a file system or a server is at fault, not the input."""

    exit_code = 3
    http_status = 503


class HomeTaken(SystemFault):
    """Another process owns the home."""
