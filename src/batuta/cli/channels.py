"""`batuta channel`: how messages are sent."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from batuta.campaign.file import load_documents, write_document
from batuta.channels.email.smtp.probe import Probe
from batuta.channels.transports import HomeTransports, check_settings, try_out
from batuta.cli.context import services
from batuta.kit.errors import InputError
from batuta.kit.problems import Problems, Texts
from batuta.messages.configuration import ChannelConfiguration
from batuta.rules.parser import parse
from batuta.store.catalogue import CatalogueStore
from batuta.store.channels import ChannelStore, check_channels

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("apply")
def apply_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file with one channel configuration, or a list of them.")],
) -> None:
    """Add or replace the channel configurations of a file, all or none."""
    found = services(context)
    channels = load_documents(file, ChannelConfiguration)
    if not channels:
        raise InputError(str(file), "there is no channel configuration in the file", expected="one, or a list of them")
    for channel in channels:
        _check_address(channel, found.texts, str(file))
    catalogue = CatalogueStore(found.database).read()
    check_channels(channels, catalogue, HomeTransports.kinds, str(file))
    for channel in channels:
        check_settings(channel.transport, f"{file}: channel {channel.name}")
    changed = ChannelStore(found.database).apply(channels, found.clock.now())
    for channel in channels:
        typer.echo(f"{channel.name}: {'applied' if channel.name in changed else 'unchanged'}")


@app.command("list")
def list_channels(context: typer.Context, as_json: AsJson = False) -> None:
    """List the channel configurations."""
    found = services(context)
    channels = ChannelStore(found.database).all().values()
    if as_json:
        found.print_json([channel.model_dump(mode="json") for channel in channels])
        return
    table = Table("name", "sends", "about", "to", "from")
    for channel in channels:
        way = f"{channel.channel} by {channel.transport.kind}"
        about = f"{channel.communication_type} ({channel.category.value})"
        table.add_row(channel.name, way, about, channel.dimension, channel.sender.address)
    found.console.print(table)


@app.command("show")
def show_channel(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of the configuration.")],
    as_json: AsJson = False,
) -> None:
    """Show one channel configuration."""
    found = services(context)
    channel = ChannelStore(found.database).named(name)
    if as_json:
        found.print_json(channel.model_dump(mode="json"))
        return
    typer.echo(write_document(channel), nl=False)


@app.command("check")
def check_channel(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of the configuration.")],
    as_json: AsJson = False,
) -> None:
    """Connect to the server of a configuration, log in and take leave, and tell what it offers; nothing is sent."""
    found = services(context)
    transport = ChannelStore(found.database).named(name).transport
    probe = try_out(transport, f"channel {name}")
    allowed = found.home.settings().environment.transports
    if as_json:
        told = {} if probe is None else asdict(probe)
        permitted = not allowed or transport.kind in allowed
        found.print_json({"channel": name, "transport": transport.kind, "permitted": permitted, **told})
        return
    for line in [f"{name}: {transport.kind}"] if probe is None else described(name, probe):
        typer.echo(line)
    if allowed and transport.kind not in allowed:
        typer.echo(f"The environment does not allow {transport.kind}: see batuta environment show.")


def described(name: str, probe: Probe) -> list[str]:
    """Return in words what a server showed."""
    offers = [f"  {keyword} {parameters}".rstrip() for keyword, parameters in sorted(probe.offers.items())]
    return [
        f"{name}: {probe.server} answers: {probe.greeting}",
        f"connection: {probe.protection or 'not protected'}",
        f"login: {probe.login or 'none'}",
        *(["the server offers:", *offers] if offers else ["the server offers nothing beyond plain SMTP"]),
    ]


def _check_address(channel: ChannelConfiguration, texts: Texts, place: str) -> None:
    """Raise InputError if the address cannot be read; what it names is checked with the population it is used on."""
    try:
        parse(channel.address)
    except Problems as error:
        said = " ".join(texts.say(problem) for problem in error.problems)
        raise InputError(f"{place}: channel {channel.name}", f"the address {channel.address!r}: {said}") from None
