"""`batuta data sample`: a proposal for loading a file, made from the file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from batuta.cli.context import services
from batuta.kit.errors import UsageError
from batuta.schema.guessing import guessed
from batuta.schema.records import is_encoding
from batuta.sources.sampling import sample


def sample_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file such as those to be loaded.")],
    encoding: Annotated[str, typer.Option(help="Encoding of the file, if it is not found out.")] = "",
    separator: Annotated[str, typer.Option(help="What separates fields, if it is not found out.")] = "",
    header: Annotated[bool, typer.Option("--header/--no-header", help="Whether the first line has titles.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Print settings of a Load file activity, guessed from a sample file: look at them before you use them."""
    if encoding and not is_encoding(encoding):
        raise UsageError("--encoding", f"there is no encoding {encoding!r}", todo="Name one such as utf-8 or cp1252.")
    if len(separator) > 1 or separator in ("\r", "\n"):
        raise UsageError("--separator", f"{separator!r} cannot separate fields", expected="one character, such as ';'")
    found = sample(file, encoding, separator, header=header)
    columns = [column.model_dump(exclude_defaults=True) for column in guessed(found.titles, found.rows)]
    settings: dict[str, Any] = {"file": file.name}
    form = found.layout.format.model_dump(exclude_defaults=True)
    if form:
        settings["format"] = {"kind": "delimited", **form}
    if found.layout.encoding != "utf-8":
        settings["encoding"] = found.layout.encoding
    settings["columns"] = columns
    if as_json:
        services(context).print_json(settings)
    else:
        typer.echo(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=120), nl=False)
