"""The bounds that keep any template, however written, from taking the machine with it.

All are counted, never timed, so that a template meets the same fate on a busy machine and on an idle one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import StringIO
from typing import Any, TextIO, cast

from liquid import RenderContext, Token
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.for_tag import ForLoop
from liquid.builtin.tags.tablerow_tag import TableRow
from liquid.exceptions import LoopIterationLimitError, OutputStreamLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.undefined import UNDEFINED

MAX_SOURCE = 500_000
"""Characters of one template."""
MAX_NESTING = 30
"""Blocks (if, for, case ...) inside one another."""
MAX_LOOPS = 10_000
"""Passes through all loops of one rendering together."""
MAX_STEPS = 200_000
"""Names looked up and filters applied in one rendering; a long text costs a filter more than one."""
MAX_TEXT = 200_000
"""Characters or items that a filter may take or return."""
MAX_OUTPUT = 1_000_000
"""Characters that one rendering may write."""
MAX_LOCALS = 1_000_000
"""Bytes that assigned and captured values may take."""

_MAX_BITS = 256
_TEXT_PER_STEP = 100
_ITEMS_PER_STEP = 20


class StepLimitError(ResourceLimitError):
    """A rendering does too much work."""


class SizeLimitError(ResourceLimitError):
    """A value grows too large."""


class BoundedOutput(StringIO):
    """What a rendering writes, counted."""

    def __init__(self, left: int = MAX_OUTPUT) -> None:
        super().__init__()
        self.left = left

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            raise OutputStreamLimitError(f"more than {MAX_OUTPUT:,} characters written", token=None)
        return super().write(text)


class BoundedContext(RenderContext):
    """A render context that counts loops, lookups and filters, and stops what goes beyond the bounds."""

    __slots__ = ("loops_left", "steps_left")

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        self.steps_left = MAX_STEPS
        self.loops_left = MAX_LOOPS

    def spend(self, steps: int) -> None:
        """Count work; raise StepLimitError when none is left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise StepLimitError(f"more than {MAX_STEPS:,} steps", token=None)

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """Return what a path leads to; the way through plain dictionaries is short, all others are Liquid's."""
        self.spend(1)
        try:
            found: Any = self.scope[cast("str", path[0])]
            for part in path[1:]:
                if type(found) is not dict:
                    return super().get(path, token=token, default=default)
                found = found[part]
        except (KeyError, TypeError):
            return super().get(path, token=token, default=default)
        return found

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        return partial(_measured, self, super().filter(name, token))

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        return BoundedOutput(buf.left if isinstance(buf, BoundedOutput) else MAX_OUTPUT)

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: ForLoop | TableRow) -> Iterator[RenderContext]:
        self.loops_left -= forloop.length
        if self.loops_left < 0:
            raise LoopIterationLimitError(f"more than {MAX_LOOPS:,} passes through loops", token=None)
        with super().loop(namespace, forloop) as context:
            yield context


class BoundedTemplate(BoundTemplate):
    """A template that renders in a bounded context."""

    context_class = BoundedContext

    def make_globals(self, render_args: Mapping[str, object]) -> Mapping[str, object]:
        return render_args

    def _get_buffer(self) -> StringIO:
        return BoundedOutput()


class RangeEnd(Expression):
    """The end of a range such as `(1..9)`, refused if the range is longer than loops may be."""

    __slots__ = ("_start", "end")

    def __init__(self, literal: RangeLiteral) -> None:
        super().__init__(literal.token)
        self._start = literal.start
        self.end = literal.stop

    def evaluate(self, context: RenderContext) -> object:
        end = self.end.evaluate(context)
        length = _whole(end) - _whole(self._start.evaluate(context))
        if length >= MAX_LOOPS:
            raise LoopIterationLimitError(f"a range of more than {MAX_LOOPS:,}", token=self.token)
        return end

    def children(self) -> list[Expression]:
        return [self.end]

    def __str__(self) -> str:
        return str(self.end)


def measure(value: object) -> int:
    """Return the size of a value in steps; raise SizeLimitError if it is beyond the bounds."""
    if isinstance(value, str):
        return _bounded(len(value)) // _TEXT_PER_STEP
    if isinstance(value, (list, tuple)):
        return _bounded(_extent(value)) // _ITEMS_PER_STEP
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise SizeLimitError("a number of too many digits", token=None)
    return 0


def _extent(value: object) -> int:
    """Return the characters and items that a value is made of, however often it holds the same text: a list may."""
    if isinstance(value, str):
        return len(value) + 1
    if not isinstance(value, (list, tuple, dict)):
        return 1
    found = 1
    for item in value.values() if isinstance(value, dict) else value:
        found += _extent(item)
        if found > MAX_TEXT:
            break
    return found


def _bounded(size: int) -> int:
    if size > MAX_TEXT:
        raise SizeLimitError(f"a value of more than {MAX_TEXT:,} characters or items", token=None)
    return size


def _measured(context: BoundedContext, apply: Callable[..., object], *arguments: object, **named: object) -> object:
    steps = 1
    for argument in arguments:
        steps += measure(argument)
    context.spend(steps)
    result = apply(*arguments, **named)
    context.spend(measure(result))
    return result


def _whole(value: object) -> int:
    try:
        return int(value) if isinstance(value, (int, float, str)) else 0
    except (ValueError, OverflowError):
        return 0
