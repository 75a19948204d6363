"""Commands that are loaded when somebody names them: loading all of them takes longer than most of them work."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Later(TyperCommand):
    """A command known by its name and the first line of its help; `place` is `module:function`."""

    def __init__(self, name: str, help_line: str, place: str) -> None:
        super().__init__(name, help=help_line)
        self._place = place

    @cached_property
    def loaded(self) -> Any:
        """The command itself."""
        shelf = Typer()
        shelf.command(self.name)(_loaded(self._place))
        return get_group(shelf).commands[str(self.name)]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return a context of the command itself: whatever is asked of one, help too, is asked through its context."""
        return self.loaded.make_context(info_name, args, parent, **extra)


class LaterGroup(TyperGroup):
    """A group of commands; `place` is `module:app`, and `apart` are commands that do not need that module."""

    def __init__(self, name: str, help_line: str, place: str, *apart: Later) -> None:
        super().__init__(name=name, help=help_line, no_args_is_help=True, commands=apart)
        self._place = place

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name; only one that stands apart leaves the others unloaded."""
        if cmd_name not in self.commands:
            self._load()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, those that stand apart last."""
        self._load()
        return super().list_commands(ctx)

    def _load(self) -> None:
        self.commands = {**get_group(_loaded(self._place)).commands, **self.commands}


def _loaded(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
