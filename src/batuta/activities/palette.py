"""The palette: every kind of activity, one line each. Packages add theirs by the entry points `batuta.activities`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from batuta.activities.contract import Kind
from batuta.campaign.compact import compact
from batuta.campaign.graph import unknown
from batuta.campaign.mistakes import mistakes
from batuta.campaign.model import Activity, Campaign
from batuta.kit.errors import SystemFault
from batuta.kit.problems import Problem, Problems
from batuta.rules.tree import MAX_DEPTH

BUILT_IN = (
    "batuta.activities.build_audience:BuildAudience",
    "batuta.activities.incremental_query:IncrementalQuery",
    "batuta.activities.read_audience:ReadAudience",
    "batuta.activities.query:Query",
    "batuta.activities.reconciliation:Reconciliation",
    "batuta.activities.load_file:LoadFile",
    "batuta.activities.combine:Combine",
    "batuta.activities.change_dimension:ChangeDimension",
    "batuta.activities.deduplication:Deduplication",
    "batuta.activities.enrichment:Enrichment",
    "batuta.activities.split:Split",
    "batuta.activities.fork:Fork",
    "batuta.activities.save_audience:SaveAudience",
    "batuta.activities.update_data:UpdateData",
    "batuta.activities.export_file:ExportFile",
    "batuta.activities.email:Email",
    "batuta.activities.end:End",
    "batuta.activities.wait:Wait",
    "batuta.activities.and_join:AndJoin",
    "batuta.activities.test:Branching",
    "batuta.activities.alert:Alert",
)

GROUP = "batuta.activities"
_DEEPEST = 2 * MAX_DEPTH + 20
"""A level of a rule is a group and a list of children; the settings around a rule need some levels too."""


def _offered() -> tuple[EntryPoint, ...]:
    own = tuple(EntryPoint(name=value, value=value, group=GROUP) for value in BUILT_IN)
    return (*own, *entry_points(group=GROUP))


PROBLEM_PACKAGES = tuple(
    dict.fromkeys(
        ("batuta.rules", "batuta.campaign", GROUP, *(entry.module for entry in _offered()), "batuta.messages")
    )
)
"""Every package that may hold `problems.<language>.yaml`."""


@cache
def palette() -> Mapping[str, type[Kind]]:
    """Return every kind by its name; a plug-in that cannot be used is a fault that names it."""
    kinds: dict[str, type[Kind]] = {}
    for entry in _offered():
        kind = _load(entry)
        if kind.kind in kinds:
            raise SystemFault(entry.value, f"the kind {kind.kind!r} exists already", todo="Uninstall one of the two.")
        kinds[kind.kind] = kind
    return kinds


def typed(activity: Activity) -> Kind:
    """Return an activity's parameters as its kind; raise Problems with all that is wrong with them."""
    known = palette()
    if activity.kind not in known:
        raise Problems([unknown("unknown-kind", activity.kind, known)])
    if _deeper_than(activity.parameters, _DEEPEST):
        raise Problems([Problem("field-too-deep", {"limit": MAX_DEPTH})])
    model = known[activity.kind]
    try:
        return model.model_validate(activity.parameters)
    except ValidationError as error:
        raise Problems(mistakes(error, model, activity.parameters)) from None


def tidied(campaign: Campaign) -> Campaign:
    """Return the campaign with the settings of known kinds in their fixed order and without defaults."""
    return campaign.model_copy(update={"activities": tuple(_tidied(activity) for activity in campaign.activities)})


def _tidied(activity: Activity) -> Activity:
    try:
        parameters = compact(typed(activity))
    except Problems:
        return activity
    return activity.model_copy(update={"parameters": parameters})


def _load(entry: EntryPoint) -> type[Kind]:
    try:
        found: Any = import_module(entry.module)
        for name in entry.attr.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise SystemFault(
            entry.value, f"the activity cannot be loaded: {error}", todo="Mend or uninstall it."
        ) from error
    if not (isinstance(found, type) and issubclass(found, Kind)):
        raise SystemFault(entry.value, "this is no kind of activity", expected="a class derived from Kind")
    return found


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [item for outer in level for item in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
