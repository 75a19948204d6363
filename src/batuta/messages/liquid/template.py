"""A parsed template, and what goes wrong when it is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression

from batuta.kit.problems import Problem, Problems
from batuta.messages.liquid import bounds
from batuta.messages.liquid.environment import BoundedEnvironment


class RenderingError(Exception):
    """One message could not be rendered; the others are not touched. `limit` tells that a bound was met."""

    def __init__(self, reason: str, *, limit: bool = False) -> None:
        self.reason = reason
        self.limit = limit
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been parsed and may be rendered many times."""

    source: str
    bound: BoundTemplate

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text for these values; raise RenderingError whatever goes wrong."""
        try:
            return self.bound.render(values)
        except LiquidError as error:
            place = place_of(error, self.source)
            limit = isinstance(error, ResourceLimitError)
            raise RenderingError(f"{place}{error.message}", limit=limit) from error
        except Exception as error:  # a filter may meet any value; one message must never stop the rest
            raise RenderingError(f"{type(error).__name__}: {error}"[:200]) from error

    @property
    def nodes(self) -> list[Node]:
        """The parsed tags, outputs and texts."""
        return self.bound.nodes

    def static(self) -> bool:
        """Tell whether the template has no tags or outputs, so that it renders to itself."""
        return "{{" not in self.source and "{%" not in self.source


def parse(source: str, environment: BoundedEnvironment) -> Template:
    """Parse a template; raise Problems that name line, column and excerpt if it is not well formed."""
    if len(source) > bounds.MAX_SOURCE:
        raise Problems([Problem("template-too-long", {"length": len(source), "most": bounds.MAX_SOURCE})])
    try:
        template = environment.from_string(source)
        _bound_ranges(template.nodes, template)
    except LiquidError as error:
        raise Problems([_syntax_problem(error, source)]) from error
    except RecursionError as error:
        raise Problems([Problem("template-too-deep", {"most": bounds.MAX_NESTING})]) from error
    return Template(source, template)


def children(node: Node, template: BoundTemplate) -> Iterable[Node]:
    """Return the nodes inside a node."""
    return node.children(bounds.BoundedContext(template), include_partials=False)


def position(source: str, index: int) -> tuple[int, int]:
    """Return line and column, from 1, of a place in a text."""
    before = source[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def excerpt(source: str, index: int) -> str:
    """Return the line around a place in a text, shortened."""
    start = source.rfind("\n", 0, index) + 1
    line = source[start:].split("\n", 1)[0].strip()
    return line if len(line) <= 80 else line[:77] + "..."


def place_of(error: LiquidError, source: str) -> str:
    """Return the place of an error as text to stand before its message, or ''."""
    if error.token is None or error.token.start_index < 0:
        return ""
    line, column = position(source, error.token.start_index)
    return f"line {line}, column {column}: "


def _syntax_problem(error: LiquidError, source: str) -> Problem:
    index = error.token.start_index if error.token is not None and error.token.start_index >= 0 else 0
    line, column = position(source, index)
    values = {"line": line, "column": column, "excerpt": excerpt(source, index), "found": error.message}
    if isinstance(error, ResourceLimitError):
        return Problem("template-too-deep", {**values, "most": bounds.MAX_NESTING})
    return Problem("template-syntax", values)


def _bound_ranges(nodes: Iterable[Node], template: BoundTemplate) -> None:
    for node in nodes:
        for expression in node.expressions():
            _bound_range(expression)
        _bound_ranges(children(node, template), template)


def _bound_range(expression: Expression) -> None:
    if isinstance(expression, RangeLiteral):
        expression.stop = bounds.RangeEnd(expression)
    for child in expression.children():
        _bound_range(child)
