"""Alert: tells the people who look after campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.contract import Effecting, Input, Output, Scope, Takes
from batuta.activities.effects import Effect, Notify
from batuta.kit.problems import Gather
from batuta.messages.notice import check_notice
from batuta.sets.algebra import Set

_Text = Annotated[str, Field(min_length=1, json_schema_extra={"x-widget": "template"})]


class Alert(Effecting):
    """Puts a notice into the inbox; what arrives goes on unchanged."""

    kind: ClassVar[str] = "alert"
    family: ClassVar[str] = "flow"
    title: ClassVar[str] = "Alert"
    takes: ClassVar[Takes] = Takes.EITHER

    subject: _Text = Field(alias="title", description="one line, in Liquid")
    message: str = Field(
        "",
        description="the text, in Liquid: vars, now, context.campaign, .run, .activity, .rows and .targets",
        json_schema_extra={"x-widget": "template"},
    )
    level: Literal["info", "warning", "error"] = Field("info", description="how much it matters")

    def outputs(self) -> tuple[Output, ...]:
        """Return the one output, taken when the notice is given."""
        return (Output("main", "After the alert"),)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return what arrives unchanged."""
        gather = Gather()
        for field, text in (("title", self.subject), ("message", self.message)):
            gather.attempt(partial(check_notice, text, scope.variables), field)
        gather.check()
        arriving = inputs[0].population
        return {} if arriving is None else {"main": arriving}

    def effects(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Effect, ...]:
        """Return the notice."""
        _ = scope
        return (Notify(self.subject, self.message, self.level, inputs[0].population),)
