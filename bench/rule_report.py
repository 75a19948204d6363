"""The figures of counted rules: medians over rounds, printed and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.machine import machine
from bench.rules import Figures

AIMS = {"01-exact": 100.0, "02-identity": 100.0, "03-list": 100.0, "04-folded": 400.0, "09-three": 2_000.0}
"""Milliseconds on two cores at ten million recipients and thirty million orders."""

_AIMED_AT = 10_000_000

Round = Mapping[str, Mapping[str, Figures]]
"""For `product` and `reference` the figures of each rule."""


@dataclass(frozen=True)
class Outcome:
    """The rules counted in some rounds, and the simplest of them on PostgreSQL, over fewer recipients."""

    recipients: int
    on_postgres_recipients: int
    rounds: Sequence[Round]
    on_postgres: Round

    @property
    def differences(self) -> list[str]:
        """Where a rule and its hand-written SQL do not count the same."""
        tried = [*self.rounds, *([self.on_postgres] if self.on_postgres else [])]
        return [
            f"{name}: {figures['rows']:,} by the rule, {each['reference'][name]['rows']:,} by its SQL"
            for each in tried
            for name, figures in each["product"].items()
            if figures["rows"] != each["reference"][name]["rows"]
        ]


def figures(rounds: Sequence[Round]) -> dict[str, Figures]:
    """Return for each rule medians over the rounds: milliseconds, and the ratio to its SQL."""
    return {
        name: _of_rule([(each["product"][name], each["reference"][name]) for each in rounds]) for name in _names(rounds)
    }


def _of_rule(pairs: Sequence[tuple[Figures, Figures]]) -> Figures:
    return {
        "rows": pairs[0][0]["rows"],
        "first": median(one["first"] for one, _ in pairs),
        "again": median(one["again"] for one, _ in pairs),
        "cpu": median(one["cpu"] for one, _ in pairs),
        "sql": median(other["again"] for _, other in pairs),
        "sql_cpu": median(other["cpu"] for _, other in pairs),
        "ratio": median(one["again"] / other["again"] for one, other in pairs),
    }


def _names(rounds: Sequence[Round]) -> Sequence[str]:
    return list(rounds[0]["product"]) if rounds else []


def show(outcome: Outcome) -> None:
    """Print the figures for people."""
    print(f"\ncounts of rules, {outcome.recipients:,} recipients, on DuckDB; medians of {len(outcome.rounds)} rounds")
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print("\n".join(_table(figures(outcome.rounds), AIMS if outcome.recipients == _AIMED_AT else {})))
    if outcome.on_postgres:
        print(f"\non PostgreSQL, {outcome.on_postgres_recipients:,} recipients")
        print("\n".join(_table(figures([outcome.on_postgres]), {})))
    print("\n".join(outcome.differences) or "all rules count what their SQL counts")


def _table(found: Mapping[str, Figures], aims: Mapping[str, float]) -> Iterator[str]:
    yield f"{'ms':14}{'rows':>11}{'first':>8}{'again':>8}{'cpu':>8}{'sql':>8}{'cpu':>8}{'ratio':>8}{'aim':>8}"
    for name, one in found.items():
        aim = f"{aims[name]:8,.0f}" if name in aims else ""
        numbers = "".join(f"{one[key]:8,.0f}" for key in ("first", "again", "cpu", "sql", "sql_cpu"))
        yield f"{name:14}{one['rows']:11,.0f}{numbers}{one['ratio']:8.2f}{aim}"


def keep(outcome: Outcome, folder: Path) -> Path:
    """Write all figures of all rounds to a file, and return it."""
    now = datetime.now(UTC)
    told = {
        "at": now.isoformat(timespec="seconds"),
        "recipients": outcome.recipients,
        "machine": machine(),
        "figures": figures(outcome.rounds),
        "rounds": outcome.rounds,
        "on_postgres": {
            "recipients": outcome.on_postgres_recipients,
            "figures": figures([outcome.on_postgres] if outcome.on_postgres else []),
        },
        "differences": outcome.differences,
    }
    file = folder / f"{now:%Y%m%d-%H%M%S}-{outcome.recipients}-rules.json"
    file.write_text(json.dumps(told, indent=2), "utf-8")
    return file
