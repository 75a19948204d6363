"""Wait: a path goes on later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from batuta.activities.contract import Input, Output, Scope, Takes, Waiting
from batuta.kit.document import Document
from batuta.kit.localtime import instant_at, local_of
from batuta.kit.problems import Problem, Problems
from batuta.rules.functions.calendar import add_months
from batuta.sets.algebra import Set


class Unit(StrEnum):
    """What a duration is counted in: time that passes, or days of the calendar."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Duration(Document):
    """How long to wait."""

    amount: int = Field(ge=1, le=36_500, description="how many")
    unit: Unit = Field(
        description="seconds, minutes and hours pass; days, weeks and months keep the time of day, "
        "in the time zone of the campaign"
    )


class Occurrence(Document):
    """A time of the week."""

    weekdays: tuple[Weekday, ...] = Field((), description="any of these days; empty for every day")
    at: time = Field(description="time of day in the time zone of the campaign, such as 09:30")


class Wait(Waiting):
    """Holds a path up, for some time or to a given one; what arrives goes on unchanged."""

    kind: ClassVar[str] = "wait"
    title: ClassVar[str] = "Wait"
    takes: ClassVar[Takes] = Takes.EITHER

    duration: Duration | None = Field(None, description="how long, from arrival")
    until: datetime | None = Field(
        None, description="or: a date and time, in the time zone of the campaign unless it names its own"
    )
    next: Occurrence | None = Field(None, description="or: the next time of the week, after arrival")

    def outputs(self) -> tuple[Output, ...]:
        """Return the one output, taken when the wait is over."""
        return (Output("main", "After the wait"),)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return what arrives unchanged."""
        _ = scope
        chosen = [name for name in ("duration", "until", "next") if getattr(self, name) is not None]
        if not chosen:
            raise Problems([Problem("wait-for-nothing")])
        if len(chosen) > 1:
            raise Problems([Problem("wait-for-several", {"chosen": chosen}, chosen[1])])
        arriving = inputs[0].population
        return {} if arriving is None else {"main": arriving}

    def warnings(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Problem, ...]:
        """Warn of a date that is over."""
        _ = inputs
        if self.until is None or scope.now is None or _instant(self.until, scope.zone) > scope.now:
            return ()
        return (Problem("wait-until-past", {"until": f"{self.until:%Y-%m-%d %H:%M}"}, "until"),)

    def due(self, arrived: datetime, zone: str) -> datetime:
        """Return when the path goes on that arrived at an instant."""
        if self.until is not None:
            return max(arrived, _instant(self.until, zone))
        if self.next is not None:
            return _next(self.next, arrived, zone)
        return arrived if self.duration is None else _later(self.duration, arrived, zone)


def _instant(named: datetime, zone: str) -> datetime:
    return named.astimezone(UTC) if named.tzinfo else instant_at(named, zone)


def _later(duration: Duration, arrived: datetime, zone: str) -> datetime:
    if duration.unit in (Unit.SECONDS, Unit.MINUTES, Unit.HOURS):
        return arrived + timedelta(**{duration.unit.value: duration.amount})
    local = local_of(arrived, zone)
    if duration.unit is Unit.MONTHS:
        later = add_months(local, duration.amount)
        return arrived if later is None else instant_at(later, zone)
    return instant_at(local + timedelta(**{duration.unit.value: duration.amount}), zone)


def _next(occurrence: Occurrence, arrived: datetime, zone: str) -> datetime:
    """Return the first instant after arrival that is such a time of the week."""
    days = [list(Weekday).index(day) for day in occurrence.weekdays] or range(7)
    today = local_of(arrived, zone).date()
    ahead = (today + timedelta(days=count) for count in range(9))
    times = (instant_at(datetime.combine(day, occurrence.at), zone) for day in ahead if day.weekday() in days)
    return next(instant for instant in times if instant > arrived)
