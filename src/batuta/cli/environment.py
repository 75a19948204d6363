"""`batuta environment`: the name of the installation, and what may leave it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from batuta.campaign.file import load_documents
from batuta.channels.transports import HomeTransports
from batuta.cli.context import services
from batuta.kit.errors import InputError
from batuta.messages.address import is_valid
from batuta.messages.configuration import ChannelConfiguration, Environment
from batuta.schema.model import missing

app = typer.Typer()


@app.command("show")
def show_environment(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """Show the environment of the home."""
    found = services(context)
    environment = found.home.settings().environment
    if as_json:
        found.print_json(environment.model_dump(mode="json"))
        return
    for line in described(environment):
        typer.echo(line)


@app.command("apply")
def apply_environment(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A YAML file with the environment.")]
) -> None:
    """Replace the environment of the home by that of a file."""
    found = services(context)
    environments = load_documents(file, Environment)
    if len(environments) != 1:
        raise InputError(str(file), f"the file holds {len(environments)} environments", expected="one")
    _check(environments[0], str(file))
    found.home.take()
    found.home.write_settings(found.home.settings().model_copy(update={"environment": environments[0]}))
    for line in described(environments[0]):
        typer.echo(line)


def _check(environment: Environment, place: str) -> None:
    """Raise InputError if something in it can never apply: what was meant to be allowed would silently not be."""
    known = list(get_args(ChannelConfiguration.model_fields["channel"].annotation))
    for name in environment.transports:
        if name not in HomeTransports.kinds:
            raise missing("transport", name, HomeTransports.kinds, place)
    for channel, allowed in environment.allowed.items():
        if channel not in known:
            raise missing("channel", channel, known, place)
        for address in allowed.addresses:
            if not is_valid(address):
                found = f"the allowed address {address!r} is no address"
                raise InputError(place, found, expected="an address such as ann@shop.example")
        for domain in allowed.domains:
            if not is_valid(f"x@{domain}"):
                found = f"the allowed domain {domain!r} is no domain"
                raise InputError(place, found, expected="a domain such as shop.example, without @ and *")


def described(environment: Environment) -> list[str]:
    """Return in words what may leave."""
    lines = [f"{environment.name}: {'production' if environment.production else 'not production'}"]
    if environment.restricted:
        lines += [
            f"{channel}: only to {', '.join([*allowed.addresses, *allowed.domains]) or 'nobody'}"
            for channel, allowed in environment.allowed.items()
        ] or ["nothing may leave: the allowed list is on and empty"]
    else:
        lines.append("to any address")
    lines.append(f"transports: {', '.join(environment.transports) or 'any'}")
    return lines
