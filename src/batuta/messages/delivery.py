"""A delivery: the plan of the messages of one channel activity in one run."""

from __future__ import annotations

from dataclasses import dataclass

from batuta.messages.configuration import ChannelConfiguration
from batuta.rules.bound import Expr
from batuta.sets.addressed import Addressed


@dataclass(frozen=True, slots=True)
class EmailContent:
    """Liquid templates of an email."""

    subject: str
    html: str
    text: str = ""
    preheader: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whom to write to, whom not and why (`messages`), what with, and how.

    `attributes` are the values that the templates name: (path in the template such as `profile.first_name` or
    `secondary.price`, expression over the message's row). Canvas columns named as `target.<column>` are listed in
    `columns`.
    """

    messages: Addressed
    attributes: tuple[tuple[str, Expr], ...]
    columns: tuple[str, ...]
    content: EmailContent
    channel: ChannelConfiguration
    in_doubt: str = "leave"
