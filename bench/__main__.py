"""`make bench`: the benchmark's campaign against hand-written SQL, in interleaved rounds of separate processes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import rule_report
from bench.home import fresh, made
from bench.report import WAYS, Measured, Outcome, keep, show

HERE = Path(__file__).parent
SCRIPTS = {
    "product": ("bench.product", "campaign.yaml"),
    "by_table": ("bench.reference", "by_table.sql"),
    "fused": ("bench.reference", "fused.sql"),
}
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


def main() -> int:
    """Measure, check that all ways count the same people, print the tables and keep the figures."""
    asked = _arguments()
    with ExitStack() as left:
        home = asked.home or Path(left.enter_context(tempfile.TemporaryDirectory(prefix="batuta-bench-")))
        home = made(home.absolute(), asked.recipients)
        parts = [part for part in PARTS if asked.only in (None, part)]
        differences = [each for part in parts for each in PARTS[part](home, asked)]
        fresh(home)
    return 1 if differences else 0


def _campaign(home: Path, asked: argparse.Namespace) -> Sequence[str]:
    """Measure the campaign; return where the ways do not count the same people."""
    rounds = [_round(home, number) for number in range(asked.rounds)]
    outcome = Outcome(asked.recipients, rounds, _probed(home), _differences(rounds[0]))
    show(outcome)
    print(f"kept in {keep(outcome, HERE / 'results').relative_to(HERE.parent)}")
    return outcome.differences


def _rules(home: Path, asked: argparse.Namespace) -> Sequence[str]:
    """Measure counts of rules; return where they differ from those of hand-written SQL."""
    fresh(home)
    _run("bench.product", "rules/members.yaml", home)
    rounds = []
    for number in range(asked.rounds):
        rounds.append(_run("bench.rules", "rules", home)[0])
        print(f"round {number + 1} of the rules", flush=True)
    few = min(asked.recipients, asked.postgres)
    on_postgres = _run("bench.on_postgres", "rules", home, str(few))[0] if few else {}
    outcome = rule_report.Outcome(asked.recipients, few, rounds, on_postgres)
    rule_report.show(outcome)
    print(f"kept in {rule_report.keep(outcome, HERE / 'results').relative_to(HERE.parent)}")
    return outcome.differences


PARTS = {"campaign": _campaign, "rules": _rules}
"""What is measured, each by a function that returns where ways differ."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000, help="size of the shop (default: a million)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all ways (default: 5)")
    parser.add_argument(
        "--home",
        type=Path,
        default=None,
        metavar="DIR",
        help="keep the shop's data there, and use it again in later calls; without it, it is made anew and deleted",
    )
    parser.add_argument("--only", choices=PARTS, default=None, help="measure only the campaign, or only the rules")
    parser.add_argument(
        "--postgres",
        type=int,
        default=1_000_000,
        metavar="RECIPIENTS",
        help="how many recipients are brought to PostgreSQL for the simplest rules (default: a million; 0: none)",
    )
    return parser.parse_args()


def _round(home: Path, number: int) -> list[Measured]:
    """Measure each way once, each on the same data, beginning with another one in each round."""
    ways = list(WAYS)
    first = number % len(ways)
    found = [_measure(home, way) for way in ways[first:] + ways[:first]]
    told = ", ".join(f"{one.way} {one.seconds:.2f} s ({one.cpu:.2f} cpu)" for one in found)
    print(f"round {number + 1}: {told}", flush=True)
    return found


def _measure(home: Path, way: str) -> Measured:
    fresh(home)
    os.sync()
    told, usage = _run(*SCRIPTS[way], home)
    return Measured(way, told["seconds"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told["rows"])


def _run(module: str, file: str, home: Path, *more: str) -> tuple[dict[str, Any], Any]:
    """Run a module in a process of its own; return what it prints and the resources it used."""
    command = [sys.executable, "-m", module, str(home), str(HERE / file), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent, text=True) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{module} failed on {file}")
    return json.loads(printed), usage


def _probed(home: Path) -> dict[str, Any]:
    """Run the campaign once more, and measure what a person waits for at the finished run."""
    fresh(home)
    _run(*SCRIPTS["product"], home)
    return _run("bench.probes", "campaign.yaml", home)[0]


def _differences(measured: Sequence[Measured]) -> list[str]:
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


if __name__ == "__main__":
    sys.exit(main())
