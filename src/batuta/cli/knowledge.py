"""What validation and runs need to know of a home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from batuta.activities.validate import Knowledge
from batuta.cli.context import Services
from batuta.rules.lists import ValueList
from batuta.store.audiences import all_audiences
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore
from batuta.store.filters import FilterStore
from batuta.store.lists import ListStore
from batuta.store.locations import LocationStore

_NONE: Mapping[str, ValueList] = MappingProxyType({})


def keep_lists(services: Services, lists: Mapping[str, ValueList]) -> None:
    """Keep the long lists of a file in the home, for what names them from now on."""
    ListStore(services.database).keep(lists.values())


def knowledge(services: Services, lists: Mapping[str, ValueList] = _NONE) -> Knowledge:
    """Read the catalogue, audiences, channels, environment and filters of the home.

    `lists` are those of a file at hand, which the home need not know.
    """
    with services.database.read() as connection:
        audiences = all_audiences(connection)
    known = Knowledge(
        CatalogueStore(services.database).read(),
        {label: audience.shape for label, audience in audiences.items()},
        ChannelStore(services.database).all(),
        services.home.settings().environment,
        {label: {one.number: one.shape for one in audience.versions} for label, audience in audiences.items()},
    )
    savers = {label: audience.campaign for label, audience in audiences.items() if audience.campaign}
    return replace(
        known,
        savers=savers,
        locations=LocationStore(services.database).all(),
        now=services.clock.now(),
        filters=FilterStore(services.database).all(),
        lists=ListStore(services.database, lists),
        engine=services.home.settings().engine.kind,
    )
