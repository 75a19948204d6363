"""What a rule may ask of the messages of its own campaign: its channel activities, and those just before."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from batuta.activities.contract import Channel
from batuta.activities.palette import palette
from batuta.campaign.graph import sources
from batuta.campaign.model import Campaign
from batuta.rules.binding import Sends


def sends_before(campaign: Campaign, activity: str) -> Callable[[], Sends]:
    """Return what finds the channel activities of a campaign and the nearest of them before an activity.

    Nearest by the number of steps; several are equally near where branches meet. It is worked out when a rule asks.
    """

    @cache
    def found() -> Sends:
        channels = tuple(one.id for one in campaign.activities if _sends(one.kind))
        return Sends(campaign.id, channels=channels, nearest=_nearest(campaign, activity, frozenset(channels)))

    return found


def _sends(kind: str) -> bool:
    known = palette().get(kind)
    return known is not None and issubclass(known, Channel)


def _nearest(campaign: Campaign, activity: str, channels: frozenset[str]) -> tuple[str, ...]:
    before = sources(campaign)
    layer, seen = set(before.get(activity, ())), {activity}
    while layer:
        nearest = tuple(one.id for one in campaign.activities if one.id in layer & channels)
        if nearest:
            return nearest
        seen |= layer
        layer = {name for reached in layer for name in before.get(reached, ())} - seen
    return ()
