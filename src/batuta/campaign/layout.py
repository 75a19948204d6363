"""Where activities stand on the canvas: kept beside the campaign, never needed to run it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from batuta.campaign.model import Campaign
from batuta.kit.document import Document


class Position(Document):
    """The place of an activity on the canvas, in pixels."""

    x: float
    y: float


class Layout(Document):
    """The positions of a campaign's activities by their ids."""

    positions: dict[str, Position] = Field(default_factory=dict)

    def pruned(self, campaign: Campaign) -> Layout:
        """Return the layout without activities that the campaign does not have."""
        return Layout(positions={name: at for name, at in self.positions.items() if name in campaign.by_id})


def layout_path(campaign_file: Path) -> Path:
    """Return the path of the layout beside a campaign file: `spring.yaml` has `spring.layout.yaml`."""
    return campaign_file.with_name(f"{campaign_file.stem}.layout.yaml")
