"""From a row of a shard to a message: values, identity, rendering."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batuta.kit.text import key_text
from batuta.messages.email import EmailTemplates
from batuta.messages.personal import inside, nested
from batuta.runs.ports import Cell
from batuta.runs.sending.contract import Envelope, Order
from batuta.sets.addressed import ADDRESS, OTHERS

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in the rows of a shard: the row key, the address, canvas columns, attributes.

    The list of a target's other rows, if there is one, comes last among the columns.
    """

    columns: tuple[str, ...]
    targets: int
    keys: int
    extra: tuple[str, ...]
    paths: tuple[str, ...]

    @staticmethod
    def of(order: Order) -> Layout:
        """Return the layout of the shards of a delivery."""
        shape, delivery = order.delivery.messages.shape, order.delivery
        paths = tuple(path for path, _ in delivery.attributes)
        keys = shape.row_columns
        listed = (OTHERS,) if delivery.messages.others else ()
        extra = (*delivery.columns, *listed)
        return Layout((*keys, ADDRESS, *extra, *paths), len(shape.key), len(keys), extra, paths)


class Messages:
    """Makes the messages of a delivery out of the rows of its shards."""

    def __init__(self, order: Order) -> None:
        delivery = order.delivery
        self._layout = Layout.of(order)
        self._templates = EmailTemplates(delivery.content, delivery.channel.sender, order.moment)
        self._order = order
        self._ids = self._hash(order.key.run, str(order.key.generation), order.key.activity)
        self._tokens = self._hash(order.campaign, order.key.activity)
        self._common = {"vars": dict(order.variables), "context": _context(order, order.key.run)}

    def message_id(self, row: Row) -> str:
        """Return the Message-ID: the same for the same target in the same generation of a run, for ever."""
        return f"<{self._digest(row, self._ids)}@{self._templates.domain}>"

    def token(self, row: Row) -> str:
        """Return what tells a message from the others of its delivery, in every run alike."""
        return self._digest(row, self._tokens)

    def message(self, row: Row) -> Envelope:
        """Return the rendered message; raise RenderingError if that cannot be."""
        return self._write(row, self.message_id(row), self._common)

    def sample(self, row: Row) -> bytes:
        """Return the message as it would be but for what names the run: Message-ID and `context.run`.

        So a test run and a live run over the same data and clock have byte-equal samples.
        """
        message_id = f"<sample-{self.token(row)}@{self._templates.domain}>"
        common = self._common | {"context": _context(self._order, "sample")}
        return self._write(row, message_id, common).content

    def _write(self, row: Row, message_id: str, common: Mapping[str, object]) -> Envelope:
        layout = self._layout
        place = layout.keys + 1
        columns = dict(zip(layout.extra, row[place : place + len(layout.extra)], strict=True))
        others = [inside(item, item.values()) for item in _items(columns.pop(OTHERS, None))]
        attributes = nested(layout.paths, row[place + len(layout.extra) :])
        values = {**common, "target": columns, "others": others, **attributes}
        recipient = str(row[layout.keys])
        sender, content = self._templates.message(values, recipient, message_id, self.token(row))
        return Envelope(message_id, sender, recipient, content)

    @staticmethod
    def _hash(*scope: str) -> hashlib._Hash:
        """Return the digest that those of all messages begin with."""
        return hashlib.sha256("\x1f".join((*scope, "")).encode())

    def _digest(self, row: Row, scope: hashlib._Hash) -> str:
        layout = self._layout
        target = key_text(row[: layout.targets])
        rest = key_text(row[layout.targets : layout.keys]) if layout.keys > layout.targets else ""
        digest = scope.copy()
        digest.update(f"{target}\x1f{rest}".encode())
        return digest.hexdigest()[:32]


def _items(cell: Cell) -> Sequence[Mapping[str, object]]:
    return cell if isinstance(cell, list) else ()


def _context(order: Order, run: str) -> Mapping[str, object]:
    return {
        "campaign": order.campaign,
        "run": run,
        "activity": order.key.activity,
        "channel": order.delivery.channel.name,
    }
