"""The ledger of deliveries as a report: the identity that must hold, written out as a sum."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from batuta.kit.document import Document

DEFINITIONS: Mapping[str, str] = {
    "rows": "Row keys on the transition: people, or people with an order, a booking ... each.",
    "targets": "Distinct people (rows of the dimension) on the transition.",
    "share": "Targets on the transition, of those that arrived at the activity it leaves (of several populations, "
    "the primary one, or those of a union together).",
    "targeted": "Messages the delivery was to make: one for each target, or for each row if the channel says so.",
    "excluded": "Messages left out before they were sent, each for the first reason that applied.",
    "sent": "Messages the transport accepted; in test mode, those that would be sent.",
    "failed": "Messages the transport refused for good.",
    "in doubt": "Messages of which nobody can tell whether they left; never repeated unless a person says so.",
    "pending": "Messages not yet sent.",
}
"""What each figure means, in the words of the manual."""

_PARTS = ("sent", "failed", "in_doubt", "pending")


class DeliveryReport(Document):
    """What became of the messages of one channel activity."""

    activity: str
    label: str
    targeted: int = Field(ge=0)
    excluded: dict[str, int] = Field(default_factory=dict)
    sent: int = Field(0, ge=0)
    failed: int = Field(0, ge=0)
    in_doubt: int = Field(0, ge=0)
    pending: int = Field(0, ge=0)

    @property
    def all_excluded(self) -> int:
        """Messages left out, whatever the reason."""
        return sum(self.excluded.values())

    @property
    def accounted(self) -> int:
        """Messages of which the ledger says what became."""
        return self.all_excluded + self.sent + self.failed + self.in_doubt + self.pending

    @property
    def balanced(self) -> bool:
        """Whether targeted = excluded + sent + failed + in doubt + pending."""
        return self.targeted == self.accounted

    @property
    def identity(self) -> str:
        """The identity with its figures; a missing or surplus part is named."""
        parts = [f"{self.all_excluded:,} excluded"]
        parts += [f"{getattr(self, name):,} {name.replace('_', ' ')}" for name in _PARTS]
        text = f"{self.targeted:,} targeted = {' + '.join(parts)}"
        missing = self.targeted - self.accounted
        if missing == 0:
            return text
        return text.replace(" = ", " ≠ ", 1) + f" ({abs(missing):,} {'missing' if missing > 0 else 'too many'})"

    def as_json(self) -> dict[str, object]:
        """Return the figures with the identity and the verdict on it."""
        return {**self.model_dump(mode="json"), "balanced": self.balanced, "identity": self.identity}
