"""The Liquid environment that all templates are parsed in."""

from __future__ import annotations

from liquid import Environment, Mode
from liquid.ast import Node
from liquid.exceptions import LiquidError
from liquid.stream import TokenStream
from liquid.tag import Tag

from batuta.messages.liquid import bounds
from batuta.messages.liquid.filters import add_filters
from batuta.rules.bound import Moment

_NO_FILES = ("include", "render")
_NO_COUNTERS = ("increment", "decrement")


class BoundedEnvironment(Environment):
    """An environment with every limit on, that reads no files and tells the place of every mistake."""

    block_nesting_limit = bounds.MAX_NESTING
    context_depth_limit = bounds.MAX_NESTING + 10
    loop_iteration_limit = bounds.MAX_LOOPS
    local_namespace_limit = bounds.MAX_LOCALS
    template_class = bounds.BoundedTemplate

    def __init__(self, moment: Moment, *, escape: bool) -> None:
        super().__init__(tolerance=Mode.STRICT, strict_filters=True, autoescape=escape)
        for name in _NO_FILES + _NO_COUNTERS:
            del self.tags[name]
        self.tags = {name: PlacedTag(tag) for name, tag in self.tags.items()}
        add_filters(self, moment)


class PlacedTag(Tag):
    """A tag whose syntax errors tell where it stands, even if the parser knows no nearer place."""

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag.env)
        self._tag = tag
        self.name, self.end, self.block = tag.name, tag.end, tag.block

    def get_node(self, stream: TokenStream) -> Node:
        token = stream.current
        try:
            return self._tag.get_node(stream)
        except LiquidError as error:
            if error.token is None or error.token.start_index < 0:
                error.token = token
            raise

    def parse(self, stream: TokenStream) -> Node:
        return self._tag.parse(stream)
