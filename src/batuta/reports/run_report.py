"""The report of a run: its funnel, its deliveries, and whether all of it adds up."""

from __future__ import annotations

from batuta.kit.document import Document
from batuta.reports.deliveries import DEFINITIONS, DeliveryReport
from batuta.reports.funnel import Step


class RunReport(Document):
    """What became of the people and messages of one run."""

    run: str
    campaign: str
    mode: str
    status: str
    steps: tuple[Step, ...]
    deliveries: tuple[DeliveryReport, ...]

    @property
    def balanced(self) -> bool:
        """Whether the identity holds for every delivery."""
        return all(delivery.balanced for delivery in self.deliveries)

    def as_json(self) -> dict[str, object]:
        """Return the report as values for JSON, with the definitions of its figures."""
        return {
            "run": self.run,
            "campaign": self.campaign,
            "mode": self.mode,
            "status": self.status,
            "transitions": [_step(step) for step in self.steps],
            "deliveries": [delivery.as_json() for delivery in self.deliveries],
            "balanced": self.balanced,
            "definitions": dict(DEFINITIONS),
        }


def _step(step: Step) -> dict[str, object]:
    return {
        "from": step.source,
        "output": step.output,
        "to": step.target or None,
        "label": step.label,
        "state": step.state,
        "rows": step.rows,
        "targets": step.targets,
        "share": step.share,
    }
