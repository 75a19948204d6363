"""The canvas of a run as a tree: activities, and the people on the transitions between them."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from batuta.runs.model import RunView
from batuta.runs.summary import counts


def canvas(view: RunView) -> Tree:
    """Return a run as a tree from its first activities; one that several transitions reach is drawn out once."""
    roots = [name for name in view.tasks if not view.inbound(name)]
    tree = Tree(Text(view.run.name, "bold"), guide_style="dim")
    drawn: set[str] = set()
    for name in roots:
        _draw(view, name, tree.add(_activity(view, name)), drawn)
    return tree


def _draw(view: RunView, name: str, branch: Tree, drawn: set[str]) -> None:
    drawn.add(name)
    for leg in (leg for leg in view.legs if leg.source == name):
        output = view.outputs[name, leg.output]
        rows, targets = counts(output)
        several = len(view.outputs_of(name)) > 1
        arrow = Text.assemble(
            (f"{output.label}: " if several else "", "dim"),
            ("" if targets is None else f"{targets:,} ", "bold cyan"),
            ("" if rows == targets else f"({rows:,} rows) ", "cyan"),
            ("→ ", "dim"),
        )
        if leg.target in drawn:
            branch.add(arrow + Text.assemble(view.tasks[leg.target].label, (" (above)", "dim")))
        else:
            _draw(view, leg.target, branch.add(arrow + _activity(view, leg.target)), drawn)


def _activity(view: RunView, name: str) -> Text:
    task = view.tasks[name]
    return Text.assemble((task.label, "bold"), (f"  {task.kind}", "dim"))
