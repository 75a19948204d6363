"""The home of the demo: its marker, and the shop's schemas, data, channels and environment in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import ValidationError

from batuta.campaign.file import load_documents
from batuta.channels.transports import HomeTransports
from batuta.cli.context import Services
from batuta.cli.data import load_records
from batuta.demo.generator import check_size, generate
from batuta.kit.document import Document
from batuta.kit.errors import UsageError
from batuta.messages.configuration import ChannelConfiguration, Environment
from batuta.schema.change import add_dimension, add_schemas
from batuta.schema.loading import LoadCounts
from batuta.schema.model import Catalogue, Dimension
from batuta.sources.ddl import read_ddl
from batuta.sources.files import open_records, read_text
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore, check_channels
from batuta.store.settings import Settings

DIMENSIONS = {
    "email": Dimension(name="recipients", schema_name="recipients", identity="email", label="Recipients"),
    "wish": Dimension(
        name="wish-list-items", schema_name="wish_list_items", identity="reference", label="Wish-list items"
    ),
}
"""What the campaigns target, by the namespaces of their identities."""


_OF_A_CHOICE = {"settings.yaml", "state.sqlite", "state.sqlite-wal", "state.sqlite-shm", "home.lock", "home.id"}
"""What a home may hold in which nothing was done but to choose its engine."""


class Marker(Document):
    """What tells a demo's home from others: the size of the shop in it."""

    recipients: int


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file of the shop and what loading it did."""

    schema: str
    file: Path
    counts: LoadCounts


def shop_file(name: str) -> Path:
    """Return one of the demo's own files: DDL, channels, environment or a campaign."""
    with as_file(files("batuta.demo").joinpath("files", name)) as path:
        return path


def claim_home(found: Services, recipients: int) -> bool:
    """Mark the home as a demo's and tell whether it was one before; refuse one that holds anything else."""
    check_size(recipients)
    marker = found.home.path / "demo" / "shop.json"
    if marker.exists():
        former = _read(marker)
        if former.recipients != recipients:
            raise UsageError(
                str(found.home.path),
                f"this home holds a demo shop of {former.recipients:,} recipients",
                todo=f"Say --recipients {former.recipients}, or name another home: batuta --home DIR demo",
            )
        return True
    if found.home.path.exists() and any(found.home.path.iterdir()) and not _only_chose_an_engine(found):
        raise UsageError(
            str(found.home.path),
            "this home holds something that is not a demo",
            todo="Name another home, which need not exist: batuta --home DIR demo",
        )
    marker.parent.mkdir(parents=True)
    marker.write_text(Marker(recipients=recipients).model_dump_json(), "utf-8")
    return False


def _only_chose_an_engine(found: Services) -> bool:
    """Tell whether nothing was done in a home but `batuta engine use`."""
    names = {path.name for path in found.home.path.iterdir()}
    if "settings.yaml" not in names or not names <= _OF_A_CHOICE:
        return False
    settings = found.home.settings()
    fresh = Settings(engine=settings.engine) == settings
    return fresh and CatalogueStore(found.database).read().version == Catalogue().version


def set_up(found: Services, recipients: int, tell: Callable[[str], None]) -> Iterable[LoadedFile]:
    """Import the schemas, make and load the files one by one, and apply channels and environment; safe to repeat."""
    tell("importing schemas")
    catalogue = CatalogueStore(found.database).change(_with_shop, found.clock.now())
    found.engine.use(catalogue)
    _apply_settings(found, catalogue)
    tell("making up people")
    for made in generate(recipients, found.home.path / "demo"):
        tell(f"loading {made.schema}: {made.rows:,} rows")
        schema = catalogue.schema_named(made.schema)
        loaded = load_records(found, schema, open_records(made.path), made.path.name, allowed_errors=0)
        yield LoadedFile(made.schema, made.path, loaded.counts)
        tell("making up more")


def _with_shop(catalogue: Catalogue) -> Catalogue:
    schemas = shop_file("schema.sql")
    imported = read_ddl(read_text(schemas), "postgres", schemas.name, catalogue)
    widened = add_schemas(catalogue, imported.addition, schemas.name)
    known = {dimension.name for dimension in catalogue.dimensions}
    for namespace, dimension in DIMENSIONS.items():
        if dimension.name not in known:
            widened = add_dimension(widened, dimension, namespace)
    return widened


def _apply_settings(found: Services, catalogue: Catalogue) -> None:
    file = shop_file("channels.yaml")
    channels = load_documents(file, ChannelConfiguration)
    check_channels(channels, catalogue, HomeTransports.kinds, file.name)
    ChannelStore(found.database).apply(channels, found.clock.now())
    (environment,) = load_documents(shop_file("environment.yaml"), Environment)
    found.home.write_settings(found.home.settings().model_copy(update={"environment": environment}))


def _read(marker: Path) -> Marker:
    try:
        return Marker.model_validate_json(marker.read_text("utf-8"))
    except ValidationError as error:
        raise UsageError(
            str(marker), "this is not the marker of a demo", todo="Name another home: batuta --home DIR demo"
        ) from error
