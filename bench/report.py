"""The figures of a benchmark: medians over rounds, printed and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.machine import machine

WAYS = {"product": "Batuta", "by_table": "SQL, table by table", "fused": "SQL, one fused query"}
RATIO, COMPILE_MS, MEMORY_MB = 1.25, 5.0, 3_000.0
"""The aims: seconds over those of table by table, milliseconds to compile an activity, megabytes at the peak."""


@dataclass(frozen=True)
class Measured:
    """One way of doing the work, once: seconds from opening the data to closing it; processor seconds and peak memory
    of the whole process, which say more on a busy machine."""

    way: str
    seconds: float
    cpu: float
    peak_mb: float
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Outcome:
    """A whole benchmark: each way in each round, what a person waits for at the finished run, and differences."""

    recipients: int
    rounds: Sequence[Sequence[Measured]]
    probes: Mapping[str, Any]
    differences: Sequence[str]

    @property
    def figures(self) -> dict[str, dict[str, float]]:
        """For each way the median seconds, the median ratio to table by table of the same round, and peak memory."""
        by_round = [{one.way: one for one in measured} for measured in self.rounds]
        return {
            way: {
                "seconds": median(measured[way].seconds for measured in by_round),
                "ratio": median(measured[way].seconds / measured["by_table"].seconds for measured in by_round),
                "cpu": median(measured[way].cpu for measured in by_round),
                "cpu_ratio": median(measured[way].cpu / measured["by_table"].cpu for measured in by_round),
                "peak_mb": max(measured[way].peak_mb for measured in by_round),
            }
            for way in WAYS
        }

    @property
    def compiling(self) -> dict[str, Any]:
        """The milliseconds to compile an activity once the process is warm: median and longest, and of which."""
        times = {activity: found["again"] for activity, found in self.probes["compile"].items()}
        longest = max(times, key=lambda activity: times[activity])
        return {"median": median(times.values()), "longest": times[longest], "of": longest}


def show(outcome: Outcome) -> None:
    """Print a benchmark for people."""
    people, rounds, figures = outcome.recipients, len(outcome.rounds), outcome.figures
    print(f"\n{people:,} recipients, {people * 3:,} orders, {people * 6:,} lines; medians of {rounds} rounds")
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"\n{'':24}{'seconds':>10}{'ratio':>8}{'cpu s':>8}{'ratio':>8}{'peak MB':>10}")
    for way, described in WAYS.items():
        one = figures[way]
        print(
            f"{described:24}{one['seconds']:10.2f}{one['ratio']:8.2f}"
            f"{one['cpu']:8.2f}{one['cpu_ratio']:8.2f}{one['peak_mb']:10.0f}"
        )
    compiling, previews = outcome.compiling, outcome.probes["previews"]
    print(
        f"\nto compile an activity: {compiling['median']:.1f} ms (median), "
        f"{compiling['longest']:.1f} ms (longest: {compiling['of']})"
    )
    print(
        f"preview of the final population: {previews['preview']:.1f} ms with its keys limited first, "
        f"{previews['joined_first']:.1f} ms joined first"
    )
    print("\n".join(["", *_verdicts(figures["product"], compiling)]))
    print("\n".join(outcome.differences) or "all ways count the same people on every transition")


def _verdicts(product: Mapping[str, float], compiling: Mapping[str, Any]) -> list[str]:
    aims = (
        ("seconds over those of table by table", product["ratio"], RATIO),
        ("milliseconds to compile an activity", compiling["longest"], COMPILE_MS),
        ("megabytes at the peak", product["peak_mb"], MEMORY_MB),
    )
    return [
        f"aim: at most {aim:,g} {what}: {found:,.4g}, {'reached' if found <= aim else 'missed'}"
        for what, found, aim in aims
    ]


def keep(outcome: Outcome, folder: Path) -> Path:
    """Write all figures of all rounds to a file, and return it."""
    now = datetime.now(UTC)
    told = {
        "at": now.isoformat(timespec="seconds"),
        "recipients": outcome.recipients,
        "machine": machine(),
        "figures": outcome.figures,
        "compiling": outcome.compiling,
        "probes": outcome.probes,
        "rounds": [[asdict(one) for one in measured] for measured in outcome.rounds],
        "differences": list(outcome.differences),
    }
    file = folder / f"{now:%Y%m%d-%H%M%S}-{outcome.recipients}.json"
    file.write_text(json.dumps(told, indent=2), "utf-8")
    return file
