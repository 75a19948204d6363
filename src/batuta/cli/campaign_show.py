"""`batuta campaign show`: what each transition of a campaign file would carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from batuta.activities.exits import exits
from batuta.activities.validate import Diagnosis, validate
from batuta.campaign.file import load_campaign
from batuta.campaign.model import Activity, Campaign
from batuta.cli.context import Services, services
from batuta.cli.headings import as_documents, columns_table, dimension_of
from batuta.cli.knowledge import knowledge
from batuta.kit.errors import InputError
from batuta.rules.tree import InTransition, Predefined
from batuta.rules.walk import nodes_in
from batuta.schema.model import Catalogue
from batuta.sets.heading import headings
from batuta.sets.shape import Shape


@dataclass(frozen=True)
class _Passage:
    """A transition (`target` is empty where an output leads nowhere); without a shape no population is known there."""

    source: Activity
    output: str
    label: str
    target: str
    shape: Shape | None
    broken: bool


def show_campaign(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The campaign file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show which columns each transition of a campaign file carries, before anything runs."""
    found, read = services(context), load_campaign(file)
    campaign, known = read.campaign, knowledge(found, read.lists)
    diagnosis = validate(campaign, known)
    passages = list(_passages(campaign, diagnosis))
    if as_json:
        transitions = [_document(passage, known.catalogue) for passage in passages]
        head = {"campaign": campaign.id, "name": campaign.name, "blocked": diagnosis.blocked}
        found.print_json({**head, "transitions": transitions, "rules": _named_in_rules(diagnosis)})
    else:
        for _, alike in groupby(passages, lambda passage: (passage.source.id, passage.output)):
            _print(found, list(alike), campaign, known.catalogue)
        _print_rules(found, campaign, diagnosis)
    if diagnosis.blocked:
        raise typer.Exit(InputError.exit_code)


def _passages(campaign: Campaign, diagnosis: Diagnosis) -> Iterator[_Passage]:
    """Yield each transition, activity by activity, and the outputs that lead nowhere."""
    for activity in campaign.activities:
        kind, shapes = diagnosis.kinds.get(activity.id), diagnosis.shapes.get(activity.id)
        for output in exits(activity, kind) if kind is not None else ():
            legs = [leg for leg in campaign.outbound(activity.id) if leg.output == output.name]
            shape = None if shapes is None else shapes.get(output.name)
            for label, target in [(leg.label, leg.target) for leg in legs] or [("", "")]:
                yield _Passage(activity, output.name, label or output.label, target, shape, broken=shapes is None)


def _named_in_rules(diagnosis: Diagnosis) -> dict[str, dict[str, list[str]]]:
    """Return, by activity, the transitions and filters that its rules name."""
    named = {
        activity: {
            "transitions": list(dict.fromkeys(leaf.transition for leaf in nodes_in(kind, InTransition))),
            "filters": list(dict.fromkeys(leaf.filter for leaf in nodes_in(kind, Predefined))),
        }
        for activity, kind in diagnosis.kinds.items()
    }
    return {activity: names for activity, names in named.items() if any(names.values())}


def _print_rules(found: Services, campaign: Campaign, diagnosis: Diagnosis) -> None:
    for activity, names in _named_in_rules(diagnosis).items():
        looks = [f"the people of {name}" for name in names["transitions"]]
        looks += [f"the filter {name}" for name in names["filters"]]
        said = f"{campaign.by_id[activity].title}: its rules name {', '.join(looks)}"
        found.console.print(Text(said), soft_wrap=True)


def _document(passage: _Passage, catalogue: Catalogue) -> dict[str, Any]:
    shape = passage.shape
    return {
        "from": passage.source.id,
        "output": passage.output,
        "label": passage.label,
        "to": passage.target or None,
        "dimension": None if shape is None else shape.dimension or None,
        "columns": None if shape is None else as_documents(headings(catalogue, shape)),
    }


def _print(found: Services, alike: Sequence[_Passage], campaign: Campaign, catalogue: Catalogue) -> None:
    """Print the transitions that leave by one output, then the columns that all of them carry."""
    for passage in alike:
        target = campaign.by_id.get(passage.target)
        way = f"{passage.source.title} · {passage.label} → {target.title if target else passage.target or 'nowhere'}"
        found.console.print(Text(f"{way}: {_carried(passage)}"), soft_wrap=True)
    shape = alike[0].shape
    if shape is not None:
        found.console.print(columns_table(headings(catalogue, shape)))


def _carried(passage: _Passage) -> str:
    if passage.shape is not None:
        return dimension_of(passage.shape)
    return "not known until its mistakes are mended" if passage.broken else "says only when to begin"
