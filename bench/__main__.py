"""`make bench`: the benchmark's campaign against hand-written SQL, in interleaved rounds of separate processes."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.machine import machine

HERE = Path(__file__).parent
WAYS = ("product", "by_table", "fused")
TABLES = {
    "reachable.main": "reachable",
    "buyers.main": "buyers",
    "low-points.main": "low_points",
    "kitchen.main": "kitchen",
    "reachable-buyers.main": "reachable_buyers",
    "loyal.main": "loyal",
    "wanted.main": "wanted",
    "once.main": "once",
    "with-orders.main": "with_orders",
    "groups.best": "best",
    "groups.comparison": "comparison",
    "groups.complement": "others",
    "keep.main": "data.audience.best_customers",
}
"""Which table of by_table.sql holds the people of which output of the campaign."""
AIM = 1.25


@dataclass(frozen=True)
class Measured:
    """One way of doing the work, once: seconds from opening the data to closing it; processor seconds and peak memory
    of the whole process, which say more on a busy machine."""

    way: str
    seconds: float
    cpu: float
    peak_mb: float
    rows: Mapping[str, int]


def main() -> int:
    """Measure, check that all ways count the same people, print the table and keep the figures."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="batuta-bench-", dir=asked.folder) as folder:
        made = _made(Path(folder), asked.recipients)
        rounds = [_round(Path(folder), made, number) for number in range(asked.pairs)]
    differences = _differences(rounds[0])
    _print(asked.recipients, rounds, differences)
    _keep(asked.recipients, rounds, differences)
    return 1 if differences else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000, help="size of the shop (default: a million)")
    parser.add_argument("--pairs", type=int, default=5, help="rounds of all ways (default: 5)")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to work; the system's temporary folder if not given"
    )
    return parser.parse_args()


def _made(folder: Path, recipients: int) -> Path:
    home = folder / "made"
    print(f"making and loading a shop of {recipients:,} recipients ...", flush=True)
    command = ["demo", "--recipients", str(recipients), "--data-only"]
    starting = "import sys; from batuta.app import main; sys.argv[0] = 'batuta'; main()"
    subprocess.run(
        [sys.executable, "-c", starting, "--home", str(home), *command], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(home / "demo")
    return home


def _round(folder: Path, made: Path, number: int) -> list[Measured]:
    """Measure each way once, each on a fresh copy of the home, beginning with another one in each round."""
    first = number % len(WAYS)
    found = [_measure(folder, made, way) for way in WAYS[first:] + WAYS[:first]]
    told = ", ".join(f"{one.way} {one.seconds:.2f} s" for one in found)
    print(f"round {number + 1}: {told}", flush=True)
    return found


def _measure(folder: Path, made: Path, way: str) -> Measured:
    home = folder / "home"
    shutil.copytree(made, home)
    os.sync()
    module, file = ("bench.product", "campaign.yaml") if way == "product" else ("bench.reference", f"{way}.sql")
    with subprocess.Popen(
        [sys.executable, "-m", module, str(home), str(HERE / file)], stdout=subprocess.PIPE, cwd=HERE.parent, text=True
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(home)
    if process.returncode:
        sys.exit(f"{way} failed")
    told = json.loads(printed)
    return Measured(way, told["seconds"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told["rows"])


def _differences(measured: list[Measured]) -> list[str]:
    """Return where the ways do not count the same people."""
    rows = {one.way: one.rows for one in measured}
    found = [
        f"{output}: {rows['product'].get(output)} in the product, {rows['by_table'][table]} in {table}"
        for output, table in TABLES.items()
        if rows["product"].get(output) != rows["by_table"][table]
    ]
    shared = rows["fused"].keys() & rows["by_table"].keys()
    return found + [
        f"{name} differs in the fused query" for name in shared if rows["fused"][name] != rows["by_table"][name]
    ]


def _figures(rounds: list[list[Measured]]) -> dict[str, dict[str, float]]:
    """Return for each way the median seconds, the median ratio to table by table of the same round, and peak memory."""
    by_round = [{one.way: one for one in measured} for measured in rounds]
    return {
        way: {
            "seconds": median(measured[way].seconds for measured in by_round),
            "ratio": median(measured[way].seconds / measured["by_table"].seconds for measured in by_round),
            "cpu": median(measured[way].cpu for measured in by_round),
            "peak_mb": max(measured[way].peak_mb for measured in by_round),
        }
        for way in WAYS
    }


def _print(recipients: int, rounds: list[list[Measured]], differences: list[str]) -> None:
    described = {"product": "Batuta", "by_table": "SQL, table by table", "fused": "SQL, one fused query"}
    figures = _figures(rounds)
    print(
        f"\n{recipients:,} recipients, {recipients * 3:,} orders, {recipients * 6:,} lines; "
        f"medians of {len(rounds)} rounds"
    )
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"\n{'':24}{'seconds':>10}{'ratio':>8}{'cpu s':>8}{'peak MB':>10}")
    for way in WAYS:
        one = figures[way]
        print(f"{described[way]:24}{one['seconds']:10.2f}{one['ratio']:8.2f}{one['cpu']:8.2f}{one['peak_mb']:10.0f}")
    verdict = "reached" if figures["product"]["ratio"] <= AIM else "missed"
    print(f"\naim: {AIM} of table by table, {verdict}")
    print("\n".join(differences) if differences else "all three count the same people on every transition")


def _keep(recipients: int, rounds: list[list[Measured]], differences: list[str]) -> None:
    now = datetime.now(UTC)
    told = {
        "at": now.isoformat(timespec="seconds"),
        "recipients": recipients,
        "machine": machine(),
        "figures": _figures(rounds),
        "rounds": [[asdict(one) for one in measured] for measured in rounds],
        "differences": differences,
    }
    file = HERE / "results" / f"{now:%Y%m%d-%H%M%S}-{recipients}.json"
    file.write_text(json.dumps(told, indent=2), "utf-8")
    print(f"kept in {file.relative_to(HERE.parent)}")


if __name__ == "__main__":
    sys.exit(main())
