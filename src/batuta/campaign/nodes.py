"""YAML text as nodes that know their place, read by the YAML 1.2 core rules within bounds.

PyYAML's own loader follows YAML 1.1 (`NO` is false, `22:30` is 1350), lets later keys overwrite earlier ones
and recurses as deep as the text asks. Here only its scanner is used, on events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from batuta.campaign.invalid import InvalidFile
from batuta.kit.problems import Problem

MAX_BYTES = 20_000_000
MAX_DEPTH = 250

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Node:
    """A value with its place (line and column from 1): a scalar, or a dict or list of nodes."""

    line: int
    column: int
    value: Any


class _TextError(Exception):
    """The text is not the YAML that is read here."""

    def __init__(self, line: int, column: int, problem: Problem) -> None:
        super().__init__(problem.code)
        self.line, self.column, self.problem = line, column, problem


def read_nodes(text: str, place: str) -> Node:
    """Return the one document of a YAML text; raise InvalidFile with file, line and column."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidFile(place, [(place, Problem("yaml-too-long", {"limit": f"{MAX_BYTES:,}"}))])
    try:
        return _Builder().build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _TextError as error:
        raise InvalidFile(place, [(f"{place}:{error.line}:{error.column}", error.problem)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{place}:{mark.line + 1}:{mark.column + 1}" if mark else place
        found = " ".join(part for part in (error.problem, error.context) if part)
        raise InvalidFile(place, [(where, Problem("yaml-syntax", {"found": found}))]) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        problem = Problem("yaml-character", {"found": str(error).splitlines()[0]})
        raise InvalidFile(place, [(place, problem)]) from None


def plain(node: Node) -> Any:
    """Return the value of a node without places."""
    if isinstance(node.value, dict):
        return {name: plain(child) for name, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def find(node: Node, path: Iterable[str | int]) -> Node:
    """Return the node that a path leads to; steps that lead nowhere are passed over."""
    for step in path:
        inside = node.value
        if isinstance(inside, list) and str(step).isdigit() and int(step) < len(inside):
            node = inside[int(step)]
        elif isinstance(inside, dict) and str(step) in inside:
            node = inside[str(step)]
    return node


def resolve(text: str) -> str | int | float | Decimal | bool | None:
    """Return what a plain scalar means by the core rules; a decimal that a float would change stays exact."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        exact, near = Decimal(text), float(text)
        return near if Decimal(repr(near)) == exact else exact
    return text


class _Builder:
    """Builds nodes from events without recursion."""

    def __init__(self) -> None:
        self._open: list[Node] = []
        self._keys: list[str | None] = []
        self._root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            self._take(event)
        return self._root or Node(1, 1, None)

    def _take(self, event: Any) -> None:
        match event:
            case yaml.AliasEvent():
                raise _refused(event, Problem("yaml-alias", {"name": event.anchor}))
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._start(event, {})
            case yaml.SequenceStartEvent():
                self._start(event, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()
                self._keys.pop()
            case yaml.DocumentStartEvent() if self._root is not None:
                raise _refused(event, Problem("yaml-second-document"))
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        _check_tag(event)
        if self._awaits_key():
            self._key(event)
            return
        self._add(Node(*_at(event), _scalar_value(event)))

    def _start(self, event: Any, value: dict[str, Node] | list[Node]) -> None:
        _check_tag(event)
        if self._awaits_key():
            raise _refused(event, Problem("yaml-key-no-text"))
        if len(self._open) >= MAX_DEPTH:
            raise _refused(event, Problem("yaml-too-deep", {"limit": MAX_DEPTH}))
        node = Node(*_at(event), value)
        self._add(node)
        self._open.append(node)
        self._keys.append(None)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._keys[-1] is None

    def _key(self, event: yaml.ScalarEvent) -> None:
        if event.value in self._open[-1].value:
            line = self._open[-1].value[event.value].line
            raise _refused(event, Problem("yaml-key-twice", {"name": event.value, "line": line}))
        self._keys[-1] = event.value

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        inside, key = self._open[-1].value, self._keys[-1]
        if isinstance(inside, list):
            inside.append(node)
        else:
            inside[key] = node
            self._keys[-1] = None


def _scalar_value(event: yaml.ScalarEvent) -> Any:
    if event.style is not None and event.style != "":
        return event.value
    try:
        return resolve(event.value)
    except (ValueError, InvalidOperation):
        raise _refused(event, Problem("yaml-number-too-long", {"length": len(event.value)})) from None


def _check_tag(event: Any) -> None:
    if event.tag is not None and event.tag != "!":
        raise _refused(event, Problem("yaml-tag", {"name": event.tag}))
    if event.tag == "!" and isinstance(event, yaml.ScalarEvent):
        event.style = event.style or '"'


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refused(event: Any, problem: Problem) -> _TextError:
    return _TextError(*_at(event), problem)
