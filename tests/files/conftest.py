"""A home with a folder of files as its location, driven by the command line."""

from __future__ import annotations

import csv
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import Answer, Batuta
from tests.engines import begin, engine_or_slow

__all__ = ["engine_or_slow"]

NOW = "2026-03-01T09:00:00Z"


@dataclass(frozen=True)
class Office:
    """A home and the folder `shop` that its campaigns load from and write to."""

    path: Path

    @property
    def call(self) -> Batuta:
        return Batuta(self.path / "home")

    @property
    def folder(self) -> Path:
        return self.path / "shop"

    def put(self, name: str, content: str | bytes, changed: int = 0) -> Path:
        """Put a file into the folder; `changed` sets when it was changed, in seconds."""
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        if changed:
            os.utime(place, (changed, changed))
        return place

    def campaign(self, *activities: dict[str, Any], transitions: list[dict[str, str]] | None = None) -> Path:
        """Write a campaign of activities one after the other, unless transitions are given."""
        ids = [activity["id"] for activity in activities]
        joined = [{"from": source, "to": target} for source, target in itertools.pairwise(ids)]
        document = {
            "batuta": 1,
            "id": "trial",
            "name": "Trial",
            "variables": [{"name": "day", "type": {"kind": "string"}, "default": "monday"}],
            "activities": list(activities),
            "transitions": joined if transitions is None else transitions,
        }
        path = self.path / "campaign.yaml"  # JSON is YAML too
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return path

    def run(self, campaign: Path, *options: str, code: int = 0) -> Answer:
        return self.call("campaign", "run", campaign, "--json", "--at", NOW, *options, code=code)

    def load(self, *options: str, code: int = 0, **parameters: Any) -> Answer:
        """Run a campaign that does nothing but load a file."""
        activity = {"id": "load", "kind": "load-file", "parameters": {"location": "shop", **parameters}}
        return self.run(self.campaign(activity), *options, code=code)

    def rows(self, transition: str = "load") -> list[tuple[Any, ...]]:
        """The rows of an output of the last run: line number, then columns."""
        found = self.call("run", "preview", "last", transition, "--limit", "100", "--json").json
        assert found["columns"][0] == "line"
        return [tuple(row) for row in found["rows"]]

    def error(self, activity: str = "load") -> str:
        """What the last run says about a task that failed."""
        (task,) = [task for task in self.show()["tasks"] if task["activity"] == activity]
        return str(task["error"])

    def show(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("run", "show", "last", "--json").json
        return found

    def log(self) -> list[str]:
        return [event["message"] for event in json.loads(self.call("run", "log", "last", "--json").out)]

    def rejects(self, activity: str = "load") -> list[tuple[int, str, str]]:
        """The file of rejects of the last run: line, reason, text of each record."""
        path = self.path / "home" / "runs" / self.show()["run"] / "rejects" / f"{activity}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            head, *rest = csv.reader(file)
        assert head == ["line", "reason", "text"]
        return [(int(line), reason, text) for line, reason, text in rest]


@pytest.fixture
def office(tmp_path: Path, engine: str) -> Office:
    made = Office(tmp_path)
    begin(tmp_path / "home", engine)
    made.folder.mkdir()
    made.call("location", "set", "shop", "--folder", made.folder)
    return made
