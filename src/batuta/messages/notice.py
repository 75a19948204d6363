"""Texts of notices: Liquid over the variables of the campaign, now, the context and who has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from batuta.kit.problems import Problems
from batuta.messages.liquid.analysis import analyse
from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.names import Fields, Meaning, Single
from batuta.messages.liquid.template import RenderingError, parse
from batuta.rules.bound import Moment
from batuta.schema.types import DATETIME, INTEGER, DataType

_TRIAL = Moment(datetime(2026, 1, 1, 12, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a notice may tell of its run: names, and how many rows and people arrived (None: a mere activation)."""

    campaign: str
    run: str
    activity: str
    rows: int | None = None
    targets: int | None = None


def check_notice(text: str, variables: Mapping[str, DataType]) -> None:
    """Raise Problems that name what is wrong with a text."""
    counted = {name: Single(INTEGER) for name in ("rows", "targets")}
    named = {name: Single() for name in ("campaign", "run", "activity")}
    roots: Mapping[str, Meaning] = {
        "vars": Fields({name: Single(kind) for name, kind in variables.items()}),
        "now": Single(DATETIME),
        "context": Fields({**named, **counted}),
    }
    found = analyse(parse(text, BoundedEnvironment(_TRIAL, escape=False)), roots).problems
    if found:
        raise Problems(found)


def notice_text(text: str, moment: Moment, arrived: Arrived) -> str:
    """Return a text with its places filled in; one that cannot be is told as it was written."""
    context = {name: getattr(arrived, name) for name in ("campaign", "run", "activity", "rows", "targets")}
    values = {"vars": moment.variables, "now": moment.local, "context": context}
    try:
        return parse(text, BoundedEnvironment(moment, escape=False)).render(values).strip()
    except RenderingError as error:
        return f"{text} ({error.reason})"
