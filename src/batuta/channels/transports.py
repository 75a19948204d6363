"""Which transport serves which kind in a channel configuration."""

from __future__ import annotations

from pathlib import Path

from batuta.channels.email.outbox import Outbox
from batuta.kit.errors import InputError
from batuta.messages.configuration import Transport as TransportSettings
from batuta.runs.sending.contract import DeliveryKey, Transport


class HomeTransports:
    """The transports of a home; the outbox keeps a folder for each run."""

    kinds = ("outbox",)

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def open(self, settings: TransportSettings, key: DeliveryKey) -> Transport:
        """Return a transport for the messages of a delivery."""
        if settings.kind == "outbox":
            return Outbox(self._outbox / key.run)
        raise InputError(
            f"channel configuration of {key.activity}",
            f"there is no transport {settings.kind!r}",
            expected=f"one of {', '.join(self.kinds)}",
        )
