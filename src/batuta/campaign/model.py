"""The campaign document. Activities are kind and raw parameters here; the palette types them."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from batuta.kit.document import Document
from batuta.kit.identifiers import SLUG
from batuta.schema.types import DataType, Scalar

# Only for editors: what does not match is told by validation, with all the rest.
_ID_FORM = {"pattern": "^" + SLUG.pattern.replace(r"\Z", "$")}


class WhenEmpty(Document):
    """What happens on an output that carries nobody."""

    when_empty: Literal["go-on", "end"] = Field(
        "go-on", description="whether the path goes on or ends where nobody is on it"
    )


class Activity(Document):
    """A step on the canvas."""

    id: str = Field(json_schema_extra={**_ID_FORM})
    kind: str
    label: str = Field("", description="what people see; the id where there is none")
    note: str = Field("", description="for those who read the campaign")
    enabled: bool = Field(True, description="a disabled activity and what follows it on the path do not run")
    pause: bool = Field(False, description="the path is held here until a person lets it go on")
    process_errors: bool = Field(
        False, description="adds the output error, taken with what arrived if the activity fails; the run goes on"
    )
    outputs: dict[str, WhenEmpty] = Field(default_factory=dict, description="settings of single outputs")
    parameters: dict[str, Any] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        """The label, or the id where there is none."""
        return self.label or self.id


class Transition(Document):
    """Joins an output of an activity to another activity; the order in the file is that of the inbound list."""

    source: str = Field(alias="from")
    output: str = "main"
    target: str = Field(alias="to")
    label: str = ""


class Variable(Document):
    """A declared variable of the campaign, overridden when a run starts."""

    name: str
    type: DataType
    default: Scalar = None
    test_value: Scalar = None
    description: str = ""


class Campaign(Document):
    """A campaign: what runs, in which order, in which time zone."""

    batuta: Literal[1] = Field(1, description="version of the file format")
    id: str = Field(description="keep it: runs and stable chance depend on it", json_schema_extra={**_ID_FORM})
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    timezone: str = "UTC"
    variables: tuple[Variable, ...] = ()
    activities: tuple[Activity, ...]
    transitions: tuple[Transition, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Activity]:
        """The activities by their ids."""
        return {activity.id: activity for activity in self.activities}

    def inbound(self, activity: str) -> tuple[Transition, ...]:
        """Return the transitions that arrive at an activity, in their order."""
        return tuple(t for t in self.transitions if t.target == activity)

    def outbound(self, activity: str) -> tuple[Transition, ...]:
        """Return the transitions that leave an activity."""
        return tuple(t for t in self.transitions if t.source == activity)
