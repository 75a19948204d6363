"""Remarks: what a task counts besides its populations, told in the log or a reason to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batuta.activities.contract import Remark, Weight
from batuta.kit.problems import Problem, Problems
from batuta.runs.desk import Desk
from batuta.runs.model import Level, Note

_LEVELS = {Weight.TOLD: Level.INFO, Weight.WARNING: Level.WARNING}


def remarks_of(desk: Desk, activity: str, remarks: Iterable[Remark]) -> Iterator[Note]:
    """Yield a line for the log for each remark whose set has rows; raise Problems at the first that is a failure."""
    for remark in remarks:
        count = count_rows(desk, activity, remark)
        if not count:
            continue
        problem = Problem(remark.code, {**remark.values, "count": f"{count:,}"}, activity=activity)
        if remark.weight is Weight.FAILURE:
            raise Problems([problem])
        yield Note(
            desk.ports.texts.say(problem), _LEVELS[remark.weight], activity, {"code": remark.code, "count": count}
        )


def count_rows(desk: Desk, activity: str, remark: Remark) -> int:
    """Return how many rows the set of an activity's remark has."""
    known, audiences = desk.with_audiences(remark.rows)
    return desk.ports.engine.count(known, desk.moment(activity), audiences).rows
