"""The data that all ways work on: made once, and brought back to what it was before each measurement."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import duckdb

_MARK = "bench.json"
_STATE = "state.made"
_START = "import sys; from batuta.app import main; sys.argv[0] = 'batuta'; main()"
_ROOM_PER_RECIPIENT = 1_500
"""Bytes on the disk: the generator's files while they are loaded, data, working tables and what is spilled."""


def made(home: Path, recipients: int) -> Path:
    """Return a home that holds the shop of that size: the one found there, or a new one."""
    mark = home / _MARK
    wanted = {"recipients": recipients, "generator": _generator()}
    if mark.exists():
        found = json.loads(mark.read_text("utf-8"))
        if found != wanted:
            sys.exit(
                f"{home} holds another shop ({found['recipients']:,} recipients): delete it, or name another folder"
            )
        print(f"using the shop of {recipients:,} recipients in {home}", flush=True)
        return home
    if home.exists() and any(home.iterdir()):
        sys.exit(f"{home} is not empty and holds no shop of the benchmark: name another folder")
    _make(home, recipients)
    mark.write_text(json.dumps(wanted), "utf-8")
    return home


def _generator() -> str:
    """Return what tells the demo shop's data of one version of Batuta from that of another."""
    digest = hashlib.sha256()
    shop = files("batuta.demo").joinpath("shop")
    sources = [*shop.iterdir(), *shop.joinpath("tables").iterdir()]
    for source in sorted((one for one in sources if one.name.endswith(".sql")), key=lambda one: one.name):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _make(home: Path, recipients: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    needed, free = recipients * _ROOM_PER_RECIPIENT, shutil.disk_usage(home).free
    if free < needed:
        sys.exit(
            f"{home}: {needed / 1e9:.0f} GB of disk are needed, {free / 1e9:.0f} GB are free; name another with --home"
        )
    print(f"making and loading a shop of {recipients:,} recipients ...", flush=True)
    command = ["--home", str(home), "demo", "--recipients", str(recipients), "--data-only"]
    subprocess.run([sys.executable, "-c", _START, *command], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(home / "demo")
    shutil.copyfile(home / "state.sqlite", home / _STATE)


def fresh(home: Path) -> None:
    """Undo what a way left: its tables, its run, its audience. The data file itself is never copied.

    So all ways read the same file, at the same place on the disk, as warm as each other.
    """
    for name in ("work.duckdb", "reference.duckdb", "state.sqlite"):
        for file in home.glob(f"{name}*"):
            file.unlink()
    for folder in ("runs", "outbox", "tmp"):
        shutil.rmtree(home / folder, ignore_errors=True)
    shutil.copyfile(home / _STATE, home / "state.sqlite")
    with duckdb.connect(str(home / "data.duckdb")) as data:
        audiences = data.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'audience'").fetchall()
        for (name,) in audiences:
            data.execute(f'DROP TABLE data.audience."{name}"')
        data.execute("DELETE FROM data.system.effects")
        data.execute("CHECKPOINT")
