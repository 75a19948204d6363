"""Finding out what a template names, and what of it does not exist, before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from liquid import Environment
from liquid.ast import Node
from liquid.builtin.expressions import Filter, FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.expression import Expression

from batuta.kit.problems import Problem
from batuta.kit.text import suggest
from batuta.messages.liquid.bounds import MAX_LOOPS, MAX_NESTING, RangeEnd
from batuta.messages.liquid.names import (
    OTHERS,
    Anything,
    Fields,
    Lines,
    Many,
    Meaning,
    Row,
    RowOf,
    Single,
    all_listed,
)
from batuta.messages.liquid.template import Template, children, excerpt, position
from batuta.rules.bound import Expr
from batuta.rules.paths import SECONDARY

_OF_ANY_LIST = ("first", "last")
_NOT_CARRIED = {SECONDARY: "template-no-secondary", OTHERS: "template-no-others"}


@dataclass
class Findings:
    """What a template reads: attributes by path, canvas columns by name, of `others` what their items have.

    `listing` tells whether it names `others` at all. And its problems.
    """

    attributes: dict[str, Expr] = field(default_factory=dict)
    others: dict[str, Expr] = field(default_factory=dict)
    listing: bool = False
    columns: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def analyse(template: Template, roots: Mapping[str, Meaning]) -> Findings:
    """Read a template against what may be named in it: `roots` are the names every template knows."""
    reader = _Reader(template, roots)
    try:
        reader.block(template.nodes)
    except RecursionError:
        reader.findings.problems.append(Problem("template-too-deep", {"most": MAX_NESTING}))
    return reader.findings


class _Reader:
    """Walks a template in its order, keeping what the names mean where it stands."""

    def __init__(self, template: Template, roots: Mapping[str, Meaning]) -> None:
        self.template = template
        self.roots = roots
        self.scopes: list[dict[str, Meaning]] = [{}]
        self.passes = 1
        self.findings = Findings()

    def block(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        for expression in node.expressions():
            self.expression(expression)
        for name in node.template_scope():
            self.scopes[0][str(name)] = self.assigned(node)
        loop = next((e for e in node.expressions() if isinstance(e, LoopExpression)), None)
        outside = self.passes
        self.scopes.append({str(name): Anything() for name in node.block_scope()})
        if loop is not None:
            self.enter(loop)
        self.block(children(node, self.template.bound))
        self.scopes.pop()
        self.passes = outside

    def assigned(self, node: Node) -> Meaning:
        """Return what an assigned name means: known only if a name is assigned as it is."""
        if isinstance(node, AssignNode) and isinstance(node.expression, FilteredExpression):
            left = node.expression.left
            if isinstance(left, Path) and not node.expression.filters:
                return self.meaning(left, quiet=True)
        return Anything()

    def enter(self, loop: LoopExpression) -> None:
        """Give the loop's name its meaning, and count the passes where they can be counted."""
        if isinstance(loop.iterable, Path):
            listed = self.meaning(loop.iterable, quiet=True)
            if isinstance(listed, Many):
                self.scopes[-1][str(loop.identifier)] = listed.item
        self.passes *= _literal_length(loop.iterable)
        if self.passes > MAX_LOOPS:
            self.problem("template-endless-loop", loop.token.start_index, most=MAX_LOOPS)
            self.passes = 1

    def expression(self, expression: Expression) -> None:
        if isinstance(expression, Path):
            self.meaning(expression)
        if isinstance(expression, FilteredExpression):
            for applied in expression.filters or ():
                self.filter(applied)
            if expression.filters and isinstance(expression.left, Path):
                self.passed_on(expression.left)
        for child in expression.children():
            self.expression(child)

    def passed_on(self, path: Path) -> None:
        """Note all that `others` or its items have: what a filter makes of them is not followed."""
        found = self.meaning(path, quiet=True)
        if isinstance(found, Many):
            found = found.item
        if isinstance(found, Fields):
            self.findings.others |= all_listed(found)

    def filter(self, applied: Filter) -> None:
        environment: Environment = self.template.bound.env
        if applied.name not in environment.filters:
            near = suggest(applied.name, environment.filters)
            self.problem("template-unknown-filter", applied.token.start_index, name=applied.name, near=near)

    def meaning(self, path: Path, *, quiet: bool = False) -> Meaning:
        """Return what a path means, noting what it reads and what is wrong with it (unless `quiet`)."""
        noted = len(self.findings.problems)
        found = self.resolve(path)
        if quiet:
            del self.findings.problems[noted:]
        return found

    def resolve(self, path: Path) -> Meaning:
        root = path.path[0]
        if not isinstance(root, str):
            return self.wrong("template-computed-name", path, name=str(path))
        found = self.lookup(root)
        if found is None:
            return self.unknown(path, root, self.everywhere(root))
        for place, part in enumerate(path.path[1:], 1):
            found = self.step(path, found, place, part)
        if isinstance(found, RowOf) or (len(path.path) == 1 and root in self.roots and isinstance(found, Fields)):
            return self.wrong("template-unfinished-name", path, name=str(path), known=_known(found))
        self.note(path, found)
        return found

    def lookup(self, name: str) -> Meaning | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.roots.get(name)

    def step(self, path: Path, found: Meaning, place: int, part: object) -> Meaning:
        """Return what a part of a value means."""
        if isinstance(found, Anything) or (isinstance(found, Single) and part == "size"):
            return Anything()
        if isinstance(found, Many):
            return self.item(path, found, part)
        name = _upto(path, place)
        if isinstance(found, Single):
            return self.wrong("template-no-parts", path, name=name, part=str(part))
        if isinstance(found, Lines):
            return self.wrong("template-linked-rows", path, name=name)
        return self.inside(path, found, name, part)

    def inside(self, path: Path, row: Row, name: str, part: object) -> Meaning:
        if not isinstance(part, str):
            return self.wrong("template-computed-name", path, name=str(path))
        known = {other: f"{name}.{other}" for other in row.names()}
        return row.part(part) or self.unknown(path, f"{name}.{part}", known, part)

    def item(self, path: Path, found: Many, part: object) -> Meaning:
        if isinstance(part, str) and part not in _OF_ANY_LIST:
            if part == "size":
                return Anything()
            name = _upto(path, path.path.index(part))
            return self.wrong("template-list-needs-item", path, name=name, part=part)
        return found.item

    def note(self, path: Path, found: Meaning) -> None:
        if isinstance(found, Lines):
            self.wrong("template-linked-rows", path, name=str(path))
        if isinstance(found, (Single, Many)) and found.expression is not None:
            if found.listed:
                self.findings.others[found.listed] = found.expression
            else:
                self.findings.attributes[".".join(map(str, path.path))] = found.expression
        if path.path[0] == OTHERS and OTHERS in self.roots:
            self.findings.listing = True
        if path.path[0] == "target" and len(path.path) > 1 and "target" not in self.scopes[0]:
            self.findings.columns.add(str(path.path[1]))

    def everywhere(self, name: str) -> dict[str, str]:
        """Return what an unknown name may have been meant to be, in every place names come from."""
        known = {scoped: scoped for scope in self.scopes for scoped in scope} | {root: root for root in self.roots}
        for root, meaning in self.roots.items():
            if isinstance(meaning, (Fields, RowOf)):
                known |= {part: f"{root}.{part}" for part in meaning.names() if part not in known}
        return known if name else {}

    def unknown(self, path: Path, name: str, known: Mapping[str, str], part: str = "") -> Meaning:
        if name in _NOT_CARRIED and "profile" in self.roots:
            return self.wrong(_NOT_CARRIED[name], path)
        near = suggest(part or name, known)
        if near:
            return self.wrong("template-unknown-name", path, name=name, near=known[near])
        if not known:
            return self.wrong("template-nothing-known", path, name=name, group=name.removesuffix(f".{part}"))
        names = sorted(other for other in known.values() if part or "." not in other)[:20]
        return self.wrong("template-unknown-name-far", path, name=name, known=names)

    def wrong(self, code: str, path: Path, **values: object) -> Meaning:
        self.problem(code, path.token.start_index, **values)
        return Anything()

    def problem(self, code: str, index: int, **values: object) -> None:
        line, column = position(self.template.source, index)
        place = {"line": line, "column": column, "excerpt": excerpt(self.template.source, index)}
        self.findings.problems.append(Problem(code, {**place, **values}))


def _known(meaning: Meaning) -> list[str]:
    return sorted(meaning.names())[:20] if isinstance(meaning, (Fields, RowOf)) else []


def _upto(path: Path, place: int) -> str:
    return ".".join(map(str, path.path[:place]))


def _literal_length(expression: Expression) -> int:
    if not isinstance(expression, RangeLiteral):
        return 1
    start, stop = expression.start, expression.stop
    if isinstance(stop, RangeEnd):
        stop = stop.end
    if isinstance(start, IntegerLiteral) and isinstance(stop, IntegerLiteral):
        return max(1, stop.value - start.value + 1)
    return 1
