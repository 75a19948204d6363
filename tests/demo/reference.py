"""What the demo's campaigns must count, by SQL of its own over the files of the shop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

SQL = Path(__file__).parent / "sql"
CAMPAIGNS = ("loyalty", "wish-list", "back-in-stock", "customer-risk", "churn-risk", "carts")


@dataclass(frozen=True)
class Counted:
    """Rows and targets of each output that holds people, and the messages of each delivery by what became of them."""

    outputs: Mapping[str, tuple[int, int]]
    messages: Mapping[str, Mapping[str, int]]


def reference(files: Path, campaign: str) -> Counted:
    """Return what a campaign must count over the files of a shop."""
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for path in sorted([*files.glob("*.csv"), *files.glob("*.parquet")]):
            source = connection.read_csv if path.suffix == ".csv" else connection.read_parquet
            source(str(path)).create_view(path.stem)
        for name in ("common", campaign):
            connection.execute(SQL.joinpath(f"{name}.sql").read_text("utf-8"))
        outputs = {output: (rows, targets) for output, rows, targets in connection.sql("FROM expected").fetchall()}
        messages: dict[str, dict[str, int]] = defaultdict(dict)
        for activity, reason, count in connection.sql("FROM told").fetchall():
            messages[activity][reason] = count
        return Counted(outputs, dict(messages))


def counted(run: Mapping[str, Any]) -> Counted:
    """Return what a run counted, from its figures as JSON."""
    outputs = {
        f"{step['from']}.{step['output']}": (step["rows"], step["targets"])
        for step in run["transitions"]
        if step["targets"] is not None
    }
    messages = {
        one["activity"]: {**one["excluded"], **({"sent": one["sent"]} if one["sent"] else {})}
        for one in run["deliveries"]
    }
    return Counted(outputs, messages)
