"""A try of the settings: what a server says and offers, without a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batuta.channels.email.smtp.session import Unready, opened
from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.kit.errors import SystemFault


@dataclass(frozen=True)
class Probe:
    """What a server showed: its greeting, the TLS that protects the connection, how the login went, its offers."""

    server: str
    greeting: str
    protection: str
    login: str
    offers: Mapping[str, str]


def probe(settings: SmtpSettings) -> Probe:
    """Connect, introduce, protect, log in, and take leave; raise SystemFault with what failed."""
    try:
        session = opened(settings)
    except Unready as error:
        todo = "Check the server, the network and the settings host and port, then try again."
        raise SystemFault(settings.place, f"the mail server cannot be reached: {error}", todo=todo) from error
    found = Probe(settings.place, session.greeting, session.wire.protection, session.login, dict(session.offers))
    session.close()
    return found
