"""Channel configurations in the state database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from batuta.kit.errors import InputError, NotFound
from batuta.kit.identifiers import SLUG
from batuta.kit.secrets import REFERENCES
from batuta.messages.address import is_valid
from batuta.messages.configuration import ChannelConfiguration
from batuta.schema.model import Catalogue, missing
from batuta.store import tables
from batuta.store.database import Database

_SECRET_WORDS = ("password", "secret", "token", "key")


class ChannelStore:
    """Keeps the channel configurations of a home. A change reaches the next run, never a running one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, ChannelConfiguration]:
        """Return the configurations by their names."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(tables.channels.c.name, tables.channels.c.document).order_by(tables.channels.c.name)
            )
            return {name: ChannelConfiguration.model_validate_json(document) for name, document in rows}

    def named(self, name: str) -> ChannelConfiguration:
        """Return the configuration of that name; raise NotFound with the nearest one."""
        found = self.all()
        if name in found:
            return found[name]
        raise missing("channel configuration", name, found, "home")

    def apply(self, channels: Sequence[ChannelConfiguration], now: datetime) -> tuple[str, ...]:
        """Add or replace configurations, all or none; return the names of those that are new or changed."""
        with self._database.write() as connection:
            rows = connection.execute(select(tables.channels.c.name, tables.channels.c.document))
            former = {row.name: row.document for row in rows}
            documents = {channel.name: channel.model_dump_json() for channel in channels}
            changed = [name for name, document in documents.items() if former.get(name) != document]
            for name in changed:
                row = {"document": documents[name], "changed_at": now.isoformat()}
                kept = insert(tables.channels).values(name=name, **row)
                connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_=row))
        return tuple(changed)


def check_channels(
    channels: Sequence[ChannelConfiguration], catalogue: Catalogue, kinds: Sequence[str], place: str
) -> None:
    """Raise InputError that names what is wrong with the first configuration that cannot be used."""
    names: set[str] = set()
    for channel in channels:
        where = f"{place}: channel {channel.name}"
        if channel.name in names:
            raise InputError(where, "the name is given twice in the file", todo="Give each its own name.")
        names.add(channel.name)
        _check_channel(channel, kinds, where)
        try:
            catalogue.dimension_named(channel.dimension)
        except NotFound as error:
            raise NotFound(where, error.found, todo=error.todo) from error


def _check_channel(channel: ChannelConfiguration, kinds: Sequence[str], where: str) -> None:
    if not SLUG.match(channel.name):
        raise InputError(where, "this is no name", expected="lower-case letters, digits, - and _")
    if channel.transport.kind not in kinds:
        raise InputError(where, f"there is no transport {channel.transport.kind!r}", expected=" or ".join(kinds))
    sender = channel.sender.address
    if not is_valid(_literal(sender)):
        found = f"the sender {sender!r} is no address"
        raise InputError(where, found, expected="an address such as hello@shop.example, its domain without templates")
    for name, value in channel.transport.settings.items():
        if any(word in name.lower() for word in _SECRET_WORDS) and not str(value).startswith(REFERENCES):
            todo = "Name where it is kept: env:VARIABLE or file:PATH."
            raise InputError(where, f"the setting {name} holds a secret itself", todo=todo)


def _literal(address: str) -> str:
    """Return a sender's address with a stand-in for a local part that is a template."""
    local, _, domain = address.rpartition("@")
    return f"{'x' if '{{' in local else local}@{domain}"
