"""Tests that keep the documentation true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import typer.main
import yaml
from pydantic import TypeAdapter
from typer.core import TyperGroup

from batuta.activities.form import campaign_schema
from batuta.activities.palette import palette, typed
from batuta.app import root
from batuta.campaign.model import Campaign
from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.messages.configuration import ChannelConfiguration, Transport
from batuta.rules.filters import Filter
from batuta.rules.tree import Rule
from batuta.runs.questions.document import RuleFile

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"^\s*(?:\$ )?batuta ((?:--home \S+ )?[a-z][^\n|]*)", re.MULTILINE)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = children(command)
    if not below:
        yield path
    for name, child in below.items():
        yield from commands(child, (*path, name))


def children(command: Any) -> dict[str, Any]:
    """The commands of a group, all loaded."""
    if not isinstance(command, TyperGroup):
        return {}
    context = typer.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: getattr(child, "loaded", child) for name, child in found.items()}


ALL = sorted(commands(typer.main.get_command(root)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_is_in_the_manual(path: tuple[str, ...]) -> None:
    manual = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs/manual").glob("*.md"))
    assert f"batuta {' '.join(path)}" in manual


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_documented_commands_exist(page: Path) -> None:
    known = {" ".join(path) for path in ALL}
    for block in re.findall(r"```(?:sh|console|bash)\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in COMMAND.findall(block):
            words = re.sub(r"^--home \S+ ", "", line).split()
            assert any(" ".join(words[:length]) in known for length in (1, 2, 3)), line


def test_every_manual_page_is_in_the_index() -> None:
    index = (ROOT / "docs/manual/README.md").read_text("utf-8")
    pages = {page.name for page in (ROOT / "docs/manual").glob("*.md")} - {"README.md"}
    assert {page for page in pages if page not in index} == set()


def test_every_decision_is_in_the_index_and_has_its_sections() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    for page in (ROOT / "docs/decisions").glob("0*.md"):
        text = page.read_text("utf-8")
        assert page.name in index
        assert [
            part for part in ("Context", "Decision", "Consequences", "Alternatives") if f"**{part}.**" not in text
        ] == []


def test_every_option_is_in_the_manual() -> None:
    manual = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs/manual").glob("*.md"))
    assert {option for option in options(typer.main.get_command(root)) if option not in manual} == set()


def options(command: Any) -> set[str]:
    below = children(command).values()
    own = {
        name
        for parameter in command.params
        if not below and not getattr(parameter, "hidden", False)
        for name in parameter.opts
        if name.startswith("--")
    }
    return own.union(*map(options, below))


def blocks() -> Iterator[Any]:
    """Every YAML block of a page that has a kind in it; examples in the help of activities are tested elsewhere."""
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL), 1):
            if "kind:" in block:
                yield pytest.param(yaml.safe_load(block), id=f"{page.relative_to(ROOT).as_posix()}-{number}")


@pytest.mark.parametrize("block", list(blocks()))
def test_yaml_in_the_manual_is_what_it_says(block: Any) -> None:
    match block:
        case {"activities": _}:
            campaign = Campaign.model_validate(block)
            assert [type(typed(activity)).kind for activity in campaign.activities] == [
                activity["kind"] for activity in block["activities"]
            ]
            jsonschema.Draft202012Validator(campaign_schema()).validate(block)
        case {"communication_type": _}:
            ChannelConfiguration.model_validate(block)
        case {"transport": transport}:
            SmtpSettings.model_validate(Transport.model_validate(transport).settings)
        case {"parameters": _, "rule": _}:
            Filter.model_validate(block)
        case {"rule": _, "columns": _}:
            RuleFile.model_validate(block)
        case _:
            TypeAdapter[Rule](Rule).validate_python(block)


def test_every_kind_of_activity_has_its_line_in_the_manual() -> None:
    lines = re.findall(r"^\| \[`([a-z-]+)`\]", (ROOT / "docs/manual/activities.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(lines) == sorted(palette())


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("0*.md")]
    assert sorted(numbers) == sorted(set(numbers))
