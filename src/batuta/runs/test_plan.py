from __future__ import annotations

from batuta.activities.contract import Role
from batuta.activities.palette import typed
from batuta.campaign.model import Activity, Campaign, Transition, WhenEmpty
from batuta.runs.model import JobKind
from batuta.runs.plan import plan
from batuta.schema.types import INTEGER
from batuta.sets.shape import Shape

PEOPLE = Shape("people", "person", (INTEGER,))


def campaign() -> Campaign:
    return Campaign(
        id="c",
        name="C",
        activities=(
            Activity(id="a", kind="fork"),
            Activity(id="b", kind="fork", label="B", outputs={"main": WhenEmpty(when_empty="end")}, enabled=False),
            Activity(id="x", kind="combine", parameters={"operation": "exclusion", "primary": "b", "complement": True}),
            Activity(id="save", kind="save-audience", parameters={"label": "VIP"}),
            Activity(id="odd", kind="not-known"),
        ),
        transitions=(
            Transition(source="a", target="x"),
            Transition(source="b", target="x"),
            Transition(source="x", output="complement", target="save"),
            Transition(source="odd", output="out", target="x"),
        ),
    )


def test_the_plan_says_what_runs_after_what_and_what_each_waits_for() -> None:
    document = campaign()
    kinds = {activity.id: typed(activity) for activity in document.activities if activity.id != "odd"}
    shapes = {"x": {"main": PEOPLE, "complement": PEOPLE}}
    planned = plan(document, kinds, shapes)
    assert [(task.activity, task.label, task.first, task.enabled) for task in planned.tasks] == [
        ("a", "a", JobKind.MAKE, True),
        ("b", "B", JobKind.MAKE, False),
        ("x", "x", JobKind.MAKE, True),
        ("save", "save", JobKind.EFFECT, True),
        ("odd", "odd", JobKind.MAKE, True),
    ]
    assert [(leg.source, leg.output, leg.target, leg.role) for leg in planned.legs] == [
        ("a", "main", "x", Role.BARRIER),
        ("b", "main", "x", Role.MAIN),
        ("x", "complement", "save", Role.MAIN),
        ("odd", "out", "x", Role.BARRIER),
    ]
    found = {(output.activity, output.name): (output.ends_when_empty, output.shape) for output in planned.outputs}
    assert found == {
        ("a", "main"): (False, None),
        ("b", "main"): (True, None),
        ("x", "main"): (False, PEOPLE),
        ("x", "complement"): (False, PEOPLE),
        ("save", "main"): (False, None),
        ("odd", "out"): (False, None),
    }
