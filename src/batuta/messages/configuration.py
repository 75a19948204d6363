"""How a channel sends, and the environment that bounds what may leave."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from batuta.kit.document import Document


class Category(StrEnum):
    """Decides whether consent is needed: marketing needs it, transactional does not."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class Level(StrEnum):
    """Whether one message goes to each target, or to each row (target and secondary)."""

    TARGET = "target"
    ROW = "target-and-secondary"


class Sender(Document):
    """Who the mail is from. Both texts may be templates."""

    address: str
    name: str = ""
    reply_to: str = ""


class Transport(Document):
    """The way out of the house: the kind of transport and its own settings (secrets by reference only)."""

    kind: str = "outbox"
    settings: dict[str, str | int | float | bool] = Field(default_factory=dict)


class ChannelConfiguration(Document):
    """How a channel sends."""

    name: str
    channel: Literal["email"] = "email"
    category: Category = Category.MARKETING
    communication_type: str = Field(description="the list or topic consent is asked for: newsletter, service ...")
    dimension: str = Field(description="the targeting dimension of those written to")
    address: str = Field(description="expression for the address, such as [email]")
    sender: Sender
    transport: Transport = Transport()
    level: Level = Level.TARGET
    explicit_consent: bool = Field(False, description="without a consent row the answer is no")


class AllowedList(Document):
    """Addresses and domains that may be written to where the environment is not production."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Environment(Document):
    """The name of the installation and what may leave it.

    Outside production the allowed list holds, on by default; on and empty means that nothing leaves.
    `transports` limits the kinds of transport (empty: any).
    """

    name: str = "development"
    production: bool = False
    allowed_list_on: bool = True
    allowed: dict[str, AllowedList] = Field(default_factory=dict, description="channel, then its list")
    transports: tuple[str, ...] = ()

    @property
    def restricted(self) -> bool:
        """Whether the allowed list holds."""
        return not self.production and self.allowed_list_on
