"""The offsets of time zones per row, from the tables of kit.zones: no engine's own zones are asked.

DuckDB joins a small table by the year, which costs a tenth of a second in a million rows and little to plan,
where a CASE over the changes of a zone costs several times as much of both. PostgreSQL searches a sorted array.
Spark counts the changes before the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.context import Row
from batuta.kit.zones import Offsets
from batuta.rules.bound import Call, Constant
from batuta.rules.functions.dates_zones import offsets
from batuta.schema.types import DATETIME, Kind

NEEDING = frozenset({"ToTimeZone", "ConvertNTZ"})
"""The functions whose templates have the place."""


def offset(call: Call, moment: exp.Expr, name: exp.Expr, row: Row) -> exp.Expr:
    """Return the seconds to add to the moment that a call converts; NULL if the sum leaves the years 1 to 9999.

    The moment stands in the template under a name, or as it is.
    """
    *_, last = call.arguments
    named = last.value if len(call.arguments) > 1 and isinstance(last, Constant) else None
    zone = named if isinstance(named, str) else row.context.moment.zone
    dialect = row.context.dialect
    moment, tree = (
        dialect.cast(each, DATETIME) if call.arguments[0].type.kind is Kind.DATE else each for each in (moment, name)
    )
    table = offsets(call.function, zone)
    found = _FOUND[dialect.name](moment, tree, table, row) if table.starts else trees.number(table.offsets[0])
    bounds = [dialect.constant(edge, DATETIME) for edge in (table.first, table.last)]
    lower, upper = (
        trees.tight(kind(this=trees.tight(tree.copy()), expression=bound))
        for kind, bound in zip((exp.GTE, exp.LTE), bounds, strict=True)
    )
    return trees.case([(trees.every([lower, upper]), found)])


def _by_year(moment: exp.Expr, name: exp.Expr, table: Offsets, row: Row) -> exp.Expr:
    """Join a table of years: its offset at the start, then each change in it with the offset from then on."""
    known = ("offset", moment.sql("duckdb"), table)
    alias = row.figures.get(known)
    years = list(_years(table))
    if alias is None:
        alias = row.figures[known] = row.context.names.take("clock")
        year = exp.Anonymous(this="YEAR", expressions=[moment.copy()])
        clamped = _call("LEAST", _call("GREATEST", year, trees.number(years[0][0])), trees.number(years[-1][0]))
        row.reach(lambda: _table(years, alias), trees.equal(clamped, trees.column(alias, "year")))
    reached = _call("EPOCH_US", name)
    changes = [
        (
            trees.tight(exp.GTE(this=reached.copy(), expression=trees.column(alias, f"change_{place}"))),
            trees.column(alias, f"offset_{place}"),
        )
        for place in reversed(range(1, _most_changes(years) + 1))
    ]
    return trees.case(changes, trees.column(alias, "offset_0"))


_Year = tuple[int, int, Sequence[tuple[datetime, int]]]


def _years(table: Offsets) -> Iterator[_Year]:
    """Yield each year from before the first change to after the last, with its first offset and its changes."""
    changes = list(zip(table.starts, table.offsets[1:], strict=True))
    current, place = table.offsets[0], 0
    for year in range(table.starts[0].year - 1, table.starts[-1].year + 2):
        within = []
        while place < len(changes) and changes[place][0].year == year:
            within.append(changes[place])
            place += 1
        yield year, current, within
        current = within[-1][1] if within else current


def _most_changes(years: Sequence[_Year]) -> int:
    return max(len(changes) for _, _, changes in years)


def _table(years: Sequence[_Year], alias: str) -> exp.Subquery:
    columns: dict[str, list[int | None]] = {
        "year": [year for year, _, _ in years],
        "offset_0": [first for _, first, _ in years],
    }
    for place in range(_most_changes(years)):
        within = [changes[place] if place < len(changes) else (None, None) for _, _, changes in years]
        columns[f"change_{place + 1}"] = [None if at is None else _microseconds(at) for at, _ in within]
        columns[f"offset_{place + 1}"] = [seconds for _, seconds in within]
    listed = [trees.aliased(exp.Explode(this=_array(values, "BIGINT")), name) for name, values in columns.items()]
    return trees.subquery(exp.Select(expressions=listed), alias)


def _array(values: Sequence[int | None], kind: str) -> exp.Cast:
    text = ",".join("NULL" if value is None else str(value) for value in values)
    return exp.Cast(this=trees.text(f"[{text}]"), to=exp.DataType.build(f"{kind}[]", dialect="duckdb"))


def _microseconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp()) * 1_000_000


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _searched(_moment: exp.Expr, name: exp.Expr, table: Offsets, _row: Row) -> exp.Expr:
    """Take the offset by the place of the moment among the sorted changes."""
    starts = exp.Cast(
        this=trees.text("{" + ",".join(f'"{start}"' for start in table.starts) + "}"),
        to=exp.DataType.build("TIMESTAMP[]", dialect="postgres"),
    )
    seconds = exp.Cast(
        this=trees.text("{" + ",".join(map(str, table.offsets)) + "}"),
        to=exp.DataType.build("INT[]", dialect="postgres"),
    )
    place = exp.Add(this=_call("WIDTH_BUCKET", name, starts), expression=trees.number(1))
    return exp.Bracket(this=exp.Paren(this=seconds), expressions=[place], offset=1)


def _counted(_moment: exp.Expr, name: exp.Expr, table: Offsets, _row: Row) -> exp.Expr:
    """Take the offset by the number of changes up to the moment."""
    change = trees.name("change")
    passed = exp.LTE(this=exp.Column(this=change), expression=trees.tight(name.copy()))
    reached = exp.Lambda(this=passed, expressions=[change])
    count = exp.Anonymous(
        this="SIZE",
        expressions=[exp.Anonymous(this="FILTER", expressions=[_split(table.starts, "TIMESTAMP_NTZ"), reached])],
    )
    return _call("ELEMENT_AT", _split(table.offsets, "INT"), exp.Add(this=count, expression=trees.number(1)))


def _split(values: Sequence[object], kind: str) -> exp.Expr:
    split = exp.Split(this=trees.text(",".join(map(str, values))), expression=trees.text(","))
    return exp.Cast(this=split, to=exp.DataType.build(f"ARRAY<{kind}>", dialect="spark"))


_FOUND: Mapping[str, Callable[[exp.Expr, exp.Expr, Offsets, Row], exp.Expr]] = {
    "duckdb": _by_year,
    "postgres": _searched,
    "spark": _counted,
}
