"""The canvas of a run as a tree: activities, and the people on the transitions between them."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from batuta.activities.contract import Role
from batuta.kit.zones import zone_named
from batuta.runs.model import Leg, RunView, Task
from batuta.runs.summary import counts


def canvas(view: RunView, description: str = "") -> Tree:
    """Return a run as a tree from its first activities.

    An activity that several transitions reach is drawn out once, under the first whose people go on there.
    """
    roots = [name for name in view.tasks if not view.inbound(name)]
    title = Text.assemble((view.run.name, "bold"), (f"\n{description}" if description else "", "dim"))
    tree = Tree(title, guide_style="dim")
    drawn: set[str] = set()
    for name in roots:
        _draw(view, name, tree.add(_activity(view, name)), drawn)
    return tree


def _draw(view: RunView, name: str, branch: Tree, drawn: set[str]) -> None:
    drawn.add(name)
    for leg in (leg for leg in view.legs if leg.source == name):
        arrow = _arrow(view, leg)
        if leg.target in drawn or not _leads(view, leg):
            where = "above" if leg.target in drawn else "below"
            branch.add(arrow + Text.assemble(view.tasks[leg.target].label, (f" ({where})", "dim")))
        else:
            _draw(view, leg.target, branch.add(arrow + _activity(view, leg.target)), drawn)


def _leads(view: RunView, leg: Leg) -> bool:
    """Tell whether an activity may be drawn out under a transition: its people go on there, or nobody's do."""
    legs = [other for other in view.legs if other.target == leg.target]
    leading = [other for other in legs if other.role not in (Role.BARRIER, Role.AWAITED)]
    return leg in (leading or legs[:1])


def _arrow(view: RunView, leg: Leg) -> Text:
    output = view.outputs[leg.source, leg.output]
    rows, targets = counts(output)
    several = len(view.outputs_of(leg.source)) > 1
    return Text.assemble(
        (f"{output.label}: " if several else "", "dim"),
        ("" if targets is None else f"{targets:,} ", "bold cyan"),
        ("" if rows == targets else f"({rows:,} rows) ", "cyan"),
        ("→ ", "dim"),
    )


def _activity(view: RunView, name: str) -> Text:
    task = view.tasks[name]
    return Text.assemble((task.label, "bold"), (f"  {task.kind}", "dim"), _stay(view, task))


def _stay(view: RunView, task: Task) -> Text:
    """Tell until when a wait lasts or lasted, and whether it was kept."""
    if task.due is None:
        return Text()
    until = f"{task.due.astimezone(zone_named(view.run.moment.zone)):%Y-%m-%d %H:%M}"
    return Text(f" until {until}{', skipped' if view.run.skip_waits else ''}", "yellow")
