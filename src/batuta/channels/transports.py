"""Which transport serves which kind in a channel configuration."""

from __future__ import annotations

from pathlib import Path

from batuta.channels.email.outbox import Outbox
from batuta.channels.email.smtp import settings as smtp_settings
from batuta.channels.email.smtp.probe import Probe, probe
from batuta.channels.email.smtp.transport import Smtp
from batuta.kit.errors import InputError
from batuta.messages.configuration import Transport as TransportSettings
from batuta.runs.sending.contract import DeliveryKey, Transport


class HomeTransports:
    """The transports of a home; the outbox keeps a folder for each run."""

    kinds = ("outbox", "smtp")

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def open(self, settings: TransportSettings, key: DeliveryKey) -> Transport:
        """Return a transport for the messages of a delivery."""
        if settings.kind == "outbox":
            return Outbox(self._outbox / key.run)
        if settings.kind == "smtp":
            return Smtp(smtp_settings.read(settings.settings, f"channel configuration of {key.activity}"))
        raise InputError(
            f"channel configuration of {key.activity}",
            f"there is no transport {settings.kind!r}",
            expected=f"one of {', '.join(self.kinds)}",
        )


def check_settings(settings: TransportSettings, place: str) -> None:
    """Raise InputError that names the first setting that the transport does not know or cannot use."""
    if settings.kind == "smtp":
        smtp_settings.check(settings.settings, place)
    elif settings.settings:
        name = next(iter(settings.settings))
        raise InputError(place, f"there is no setting of {settings.kind} {name!r}", expected="no settings")


def try_out(settings: TransportSettings, place: str) -> Probe | None:
    """Reach a transport's server without sending anything, and return what it offers; None if it has no server."""
    check_settings(settings, place)
    return probe(smtp_settings.read(settings.settings, place)) if settings.kind == "smtp" else None
