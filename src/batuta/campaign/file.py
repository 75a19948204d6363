"""Campaign files: YAML that people read, compare and review, and that holds a campaign without loss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from batuta.campaign.beside import with_files
from batuta.campaign.compact import compact, plain_value
from batuta.campaign.invalid import InvalidFile, MissingFile
from batuta.campaign.layout import Layout, layout_path
from batuta.campaign.mistakes import mistakes
from batuta.campaign.model import Campaign
from batuta.campaign.nodes import MAX_BYTES, MAX_DEPTH, Node, find, plain, read_nodes
from batuta.kit.errors import InputError
from batuta.kit.problems import Problem, Problems
from batuta.rules.lists import ValueList, apart

M = TypeVar("M", bound=BaseModel)

_NOT_IN_BLOCK = re.compile("[^\\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that a literal block would change or that nobody could see in it."""


@dataclass(frozen=True)
class CampaignFile:
    """A campaign read from a file, and where each of its parts stands in it; its long lists are kept apart."""

    campaign: Campaign
    name: str
    nodes: Node
    lists: Mapping[str, ValueList] = field(default_factory=dict)

    def place(self, problem: Problem) -> tuple[int, int]:
        """Return line and column of what a problem is about, or of the nearest thing around it."""
        steps: list[str | int] = []
        if problem.activity in self.campaign.by_id:
            ids = [activity.id for activity in self.campaign.activities]
            steps += ["activities", ids.index(problem.activity), "parameters"]
        node = find(self.nodes, [*steps, *problem.field.split(".")])
        return node.line, node.column


@dataclass(frozen=True)
class DocumentFile(Generic[M]):
    """A document of another kind read from a file, and where each of its parts stands in it."""

    document: M
    name: str
    nodes: Node
    lists: Mapping[str, ValueList] = field(default_factory=dict)

    def place(self, problem: Problem) -> str:
        """Return file, line and column of what a problem is about, or of the nearest thing around it."""
        return _where(problem, self.nodes, self.name)


def read_campaign(text: str, name: str = "campaign", folder: Path | None = None) -> CampaignFile:
    """Read a campaign from YAML text; raise InputError with `name`, line and column of each mistake.

    Files of values that it names are read from `folder`, if one is given.
    """
    nodes = read_nodes(text, name)
    lists: dict[str, ValueList] = {}
    return CampaignFile(_document(nodes, Campaign, name, folder, lists), name, nodes, lists)


def load_campaign(path: Path) -> CampaignFile:
    """Read a campaign file; see `read_campaign`."""
    return read_campaign(_text(path), str(path), path.parent)


def load_document(path: Path, model: type[M]) -> DocumentFile[M]:
    """Read a YAML file that holds one document of a kind; raise InputError as `load_campaign`."""
    nodes = read_nodes(_text(path), str(path))
    lists: dict[str, ValueList] = {}
    return DocumentFile(_document(nodes, model, str(path), path.parent, lists), str(path), nodes, lists)


def load_documents(path: Path, model: type[M]) -> tuple[M, ...]:
    """Read a YAML file that holds one document of a kind, or a list of them; raise InputError as `load_campaign`."""
    return tuple(file.document for file in load_document_files(path, model))


def load_document_files(path: Path, model: type[M]) -> tuple[DocumentFile[M], ...]:
    """Read documents as `load_documents`, each with its place in the file and the long lists of all."""
    nodes = read_nodes(_text(path), str(path))
    found = nodes.value if isinstance(nodes.value, list) else [nodes]
    lists: dict[str, ValueList] = {}
    return tuple(
        DocumentFile(_document(node, model, str(path), path.parent, lists), str(path), node, lists) for node in found
    )


def write_campaign(campaign: Campaign) -> str:
    """Return a campaign as YAML: fixed order, defaults left out, long text as blocks; reading gives it back."""
    return _dump(compact(campaign))


def load_layout(campaign_file: Path, campaign: Campaign) -> Layout:
    """Read the layout beside a campaign file without unknown activities; a missing one is empty."""
    path = layout_path(campaign_file)
    if not path.exists():
        return Layout()
    return _document(read_nodes(_text(path), str(path)), Layout, str(path)).pruned(campaign)


def write_layout(layout: Layout) -> str:
    """Return a layout as YAML."""
    return _dump(compact(layout))


def write_document(document: BaseModel) -> str:
    """Return a document of another kind as YAML that reads back as the same, with all its fields."""
    return _dump(document.model_dump(mode="json"))


def write_compact(document: BaseModel) -> str:
    """Return a document of another kind as YAML that reads back as the same, without what is at its default."""
    return _dump(compact(document))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
        if len(found) > MAX_BYTES:
            raise InvalidFile(str(path), [(str(path), Problem("yaml-too-long", {"limit": f"{MAX_BYTES:,}"}))])
        return found.decode("utf-8-sig")
    except FileNotFoundError:
        raise MissingFile(str(path), [(str(path), Problem("file-missing"))]) from None
    except OSError as error:
        problem = Problem("file-unreadable", {"reason": error.strerror})
        raise InvalidFile(str(path), [(str(path), problem)]) from error
    except UnicodeDecodeError as error:
        problem = Problem("file-not-utf-8", {"byte": error.start + 1})
        raise InvalidFile(str(path), [(str(path), problem)]) from None
    except ValueError as error:  # a name that no file can have
        raise InvalidFile(str(path), [(str(path), Problem("file-unreadable", {"reason": error}))]) from None


def _document(
    nodes: Node, model: type[M], name: str, folder: Path | None = None, lists: dict[str, ValueList] | None = None
) -> M:
    raw = plain(nodes)
    if folder is not None:
        raw = apart(_with_files(nodes, raw, folder, name), {} if lists is None else lists)
    if not isinstance(raw, dict):
        problem = Problem("file-needs-fields") if model is Campaign else Problem("file-needs-settings")
        raise InvalidFile(name, [(f"{name}:{nodes.line}:{nodes.column}", problem)])
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        found = mistakes(error, model, raw)
        raise InvalidFile(
            name, sorted(((_where(problem, nodes, name), problem) for problem in found), key=_line)
        ) from None


def _with_files(nodes: Node, raw: Any, folder: Path, name: str) -> Any:
    try:
        return with_files(raw, folder)
    except Problems as error:
        raise InvalidFile(name, [(_where(problem, nodes, name), problem) for problem in error.problems]) from None


def _where(problem: Problem, nodes: Node, name: str) -> str:
    node = find(nodes, problem.field.split("."))
    return f"{name}:{node.line}:{node.column}"


def _line(located: tuple[str, Problem]) -> tuple[int, int]:
    line, column = located[0].rsplit(":", 2)[1:]
    return int(line), int(column)


class _Dumper(yaml.CSafeDumper):
    """Writes readable blocks; quotes whatever YAML 1.1 or 1.2 would not read back as the same text."""

    def ignore_aliases(self, data: Any) -> bool:
        _ = data
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and not _NOT_IN_BLOCK.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_decimal(dumper: _Dumper, number: Decimal) -> yaml.ScalarNode:
    text = str(number)
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'int' if text.lstrip('-').isdigit() else 'float'}", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Decimal, _represent_decimal)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0o[0-7]+\Z"), ["0"])
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789"))
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"),
    list("-+.0123456789"),
)


def _dump(values: Any) -> str:
    text: str = yaml.dump(
        _checked(plain_value(values)),
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=2**30,
    )
    return text


def _checked(values: Any) -> Any:
    """Return the values, unless they are nested deeper than a file may be."""
    level = [values]
    for _ in range(MAX_DEPTH + 1):
        level = [item for value in level for item in _inside(value)]
        if not level:
            return values
    raise InputError("campaign", f"nesting deeper than {MAX_DEPTH} levels", todo="Make the rule flatter.")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
