"""What validation and runs need to know of a home."""

from __future__ import annotations

from batuta.activities.validate import Knowledge
from batuta.cli.context import Services
from batuta.store.audiences import all_audiences
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore


def knowledge(services: Services) -> Knowledge:
    """Read the catalogue, audiences, channels and environment of the home."""
    with services.database.read() as connection:
        audiences = {label: audience.shape for label, audience in all_audiences(connection).items()}
    return Knowledge(
        CatalogueStore(services.database).read(),
        audiences,
        ChannelStore(services.database).all(),
        services.home.settings().environment,
    )
