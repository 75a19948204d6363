"""Loads from the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from batuta.cli.context import Services, services
from batuta.kit.errors import InputError
from batuta.kit.identifiers import new_id
from batuta.kit.text import counted
from batuta.schema.loading import Batch, Load, LoadCounts, LoadRecord, Records, usable_columns
from batuta.schema.model import Schema
from batuta.sources.ahead import ahead
from batuta.sources.files import Format, open_records
from batuta.sources.rejects import RejectFile
from batuta.store.catalogue import CatalogueStore

app = typer.Typer()


@app.callback()
def data() -> None:
    """Load data into schemas."""


@dataclass(frozen=True)
class Loaded:
    """What a load has done: its counts, what the user should know, and where rejected records are."""

    id: str
    counts: LoadCounts
    notes: tuple[str, ...]
    rejects: Path | None


@app.command("load")
def load_command(
    context: typer.Context,
    schema: Annotated[str, typer.Argument(help="The schema that takes the records.")],
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or Parquet file with the attributes' names as columns.")],
    file_format: Annotated[
        Format | None, typer.Option("--format", help="What the file is, if its ending does not say.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of a text file: utf-8, cp1252, latin-1 ...")] = "utf-8",
    separator: Annotated[str | None, typer.Option(help="What separates fields; a comma, in TSV a tab.")] = None,
    allowed_errors: Annotated[
        int | None, typer.Option(min=0, help="More rejected records fail the load. Default: any number but all.")
    ] = None,
    ignore_extra: Annotated[bool, typer.Option(help="Leave out columns that are no attributes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Insert the records of a file, or update those whose keys are there: the whole load or nothing of it."""
    found = services(context)
    target = CatalogueStore(found.database).read().schema_named(schema)
    records = open_records(file, file_format, encoding, separator)
    loaded = load_records(found, target, records, file.name, allowed_errors, ignore_extra)
    if as_json:
        rejects = None if loaded.rejects is None else str(loaded.rejects)
        document = {"load": loaded.id, "schema": schema, "file": file.name, **loaded.counts.model_dump()}
        found.print_json({**document, "rejects": rejects, "notes": list(loaded.notes)})
        return
    for note in loaded.notes:
        found.console.print(note, markup=False, highlight=False, soft_wrap=True)
    said = ", ".join(f"{count} {name}" for name, count in loaded.counts if count or name == "read")
    found.console.print(f"{schema}: {said}", markup=False, highlight=False)


def load_records(
    found: Services,
    schema: Schema,
    records: Records,
    name: str,
    allowed_errors: int | None = None,
    ignore_extra: bool = False,
) -> Loaded:
    """Load records into a schema of the home and remember the load.

    A file without records changes nothing and is not remembered. The file of rejects is kept also if there
    were too many of them.
    """
    columns = usable_columns(schema, records.columns, name, ignore_extra)
    now = found.clock.now()
    load_id = new_id(now)
    rejects = RejectFile(found.home.rejects / f"{load_id}.csv", records.columns)
    store = CatalogueStore(found.database)
    found.engine.use(store.read())
    committed: list[LoadRecord] = []

    def before_commit(counts: LoadCounts) -> None:
        committed.append(LoadRecord(id=load_id, schema_name=schema.name, file=name, at=now, counts=counts))
        store.begin_load(committed[0])

    with closing(rejects), _progress(found, records, name) as batches:
        order = Load(load_id, schema, columns, batches, rejects, allowed_errors, before_commit)
        try:
            counts = found.engine.load(order)
        except InputError as error:
            raise _placed(error, name, rejects) from None
        except BaseException:
            rejects.discard()
            raise
    for record in committed:
        store.end_load(record)
    return Loaded(load_id, counts, _notes(schema, records, counts, rejects), rejects.path if rejects.made else None)


def _placed(error: InputError, name: str, rejects: RejectFile) -> InputError:
    """Return the error of too many rejects with the places of the file and its rejects; others keep no rejects."""
    if error.place != "load":
        rejects.discard()
        return error
    return InputError(
        name, f"{error.found}: {_reasons(rejects)}", expected=error.expected, todo=f"See {rejects.path}. {error.todo}"
    )


def _reasons(rejects: RejectFile) -> str:
    """Return the lines and reasons of the first rejects."""
    return "; ".join(f"line {reject.line}, {reject.reason}" for reject in rejects.first)


def _notes(schema: Schema, records: Records, counts: LoadCounts, rejects: RejectFile) -> tuple[str, ...]:
    notes = []
    extra = [name for name in records.columns if name not in schema.by_name]
    if extra:
        notes.append(f"Left out, since {schema.name} has no such attributes: {', '.join(extra)}.")
    if not counts.read:
        notes.append("The file has no records. Nothing has changed.")
    elif schema.version is None:
        notes.append(f"{schema.name} has no version descriptor: of records with one key, the one read last wins.")
    if rejects.made:
        verb = "was" if counts.rejected == 1 else "were"
        said = f"{counted(counts.rejected, 'record')} {verb} rejected: {_reasons(rejects)}."
        where = f"It is in {rejects.path}." if counts.rejected == 1 else f"All are in {rejects.path}."
        notes.append(f"{said} {where}")
    return tuple(notes)


@contextmanager
def _progress(found: Services, records: Records, name: str) -> Iterator[Iterator[Batch]]:
    """Yield the batches of a file, read ahead, and show on a terminal how far they have come."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=found.errors, transient=True, disable=not found.errors.is_terminal) as progress:
        bar = progress.add_task(name, total=records.size)

        def batches() -> Iterator[Batch]:
            for batch in ahead(records.batches()):
                yield batch
                progress.update(bar, completed=batch.position)

        yield batches()
