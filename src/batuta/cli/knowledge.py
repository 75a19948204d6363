"""What validation and runs need to know of a home."""

from __future__ import annotations

from dataclasses import replace

from batuta.activities.validate import Knowledge
from batuta.cli.context import Services
from batuta.store.audiences import all_audiences
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore
from batuta.store.filters import FilterStore
from batuta.store.locations import LocationStore


def knowledge(services: Services) -> Knowledge:
    """Read the catalogue, audiences, channels and environment of the home."""
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
    )
