"""Text that may take several lines in a narrow window, the later ones further in than the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

_STEP = 2
_HANG = 4


@dataclass(frozen=True, slots=True)
class Hanging:
    """A paragraph at a depth; it breaks at plain spaces only, so that a no-break space holds."""

    text: str
    depth: int = 0
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        width = options.max_width
        indent = " " * min(_STEP * self.depth, width // 2)
        for line in wrap(
            self.text,
            width,
            initial_indent=indent,
            subsequent_indent=indent + " " * min(_HANG, width // 4),
            break_on_hyphens=False,
        ):
            yield Text(line, self.style, no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max((len(word) for word in self.text.split(" ")), default=0)
        least = min(_STEP * self.depth + _HANG + longest, options.max_width)
        return Measurement(least, min(max(least, _STEP * self.depth + len(self.text)), options.max_width))
