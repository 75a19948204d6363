"""What became of each message of a settled delivery, row by row, in the words of the built-in schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batuta.kit.text import key_text
from batuta.runs.ports import Rows
from batuta.runs.sending.contract import DeliveryKey, Ledger, Outcome, Status
from batuta.runs.sending.messages import Messages, Row
from batuta.schema.types import STRING
from batuta.sets.shape import Column, Shape

MESSAGE_ID, STATUS, REASON, DOMAIN, SECONDARY = "message_id", "status", "reason", "domain", "secondary"
_COLUMNS = (MESSAGE_ID, STATUS, REASON, DOMAIN, SECONDARY)


def told_shape(messages: Shape) -> Shape:
    """Return the shape of the rows told: row key, Message-ID, status, reason, domain, text of the secondary key."""
    return messages.having(tuple(Column(name, STRING) for name in _COLUMNS))


@dataclass
class Telling:
    """Tells the messages of a table in row key order, in which the shards hold those that could leave."""

    key: DeliveryKey
    ledger: Ledger
    messages: Messages
    shape: Shape
    size: int

    def rows(self, batches: Iterator[Rows]) -> Iterator[Rows]:
        """Yield what is told of rows that hold row key, reason and address; who has no target is left out."""
        outcomes, place = dict[int, Outcome](), 0
        for batch in batches:
            found: list[Row] = []
            for row in batch:
                *keys, reason, address = row
                status, why = Status.EXCLUDED, str(reason)
                if not reason:
                    if place % self.size == 0:
                        outcomes = self._late(place // self.size)
                    late = outcomes.get(place % self.size)
                    status, why = (Status.SENT, "") if late is None else (late.status, late.reason)
                    place += 1
                if keys[0] is not None:
                    found.append(self._told(tuple(keys), status, why, address))
            yield [tuple(row) for row in found]

    def _late(self, shard: int) -> dict[int, Outcome]:
        return {one.ordinal: one for _, batch in self.ledger.outcomes(self.key, shard) for one in batch or ()}

    def _told(self, keys: Row, status: Status, why: str, address: object) -> Row:
        targets = len(self.shape.key)
        beside = key_text(keys[targets:]) if len(keys) > targets else None
        domain = str(address).rpartition("@")[2].lower() if address and "@" in str(address) else None
        return (*keys, self.messages.message_id(keys), status.value, why or None, domain, beside)
