"""`batuta environment`: the name of the installation, and what may leave it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from batuta.campaign.file import load_documents
from batuta.cli.context import services
from batuta.kit.errors import InputError
from batuta.messages.configuration import Environment

app = typer.Typer(no_args_is_help=True, help="The environment: what may leave this home.")


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
    found.home.take()
    found.home.write_settings(found.home.settings().model_copy(update={"environment": environments[0]}))
    for line in described(environments[0]):
        typer.echo(line)


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
