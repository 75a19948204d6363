"""The manual's pages of functions, written from the function table: `python -m batuta.rules.manual FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_expression
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Call, Expr, Figure, Moment, Windowed, parts_of
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.rules.functions import FUNCTIONS
from batuta.rules.functions.aggregates import AGGREGATES
from batuta.rules.functions.bits import BITS
from batuta.rules.functions.chance import CHANCE
from batuta.rules.functions.choices import CHOICES
from batuta.rules.functions.conversions import CONVERSIONS
from batuta.rules.functions.dates import DATES
from batuta.rules.functions.digests import DIGESTS
from batuta.rules.functions.geography import GEOGRAPHY
from batuta.rules.functions.model import Family, Function, Parameter, Role
from batuta.rules.functions.numbers import NUMBERS
from batuta.rules.functions.offered import ABSENT, engines_of
from batuta.rules.functions.operators import OPERATORS
from batuta.rules.functions.presence import PRESENCE
from batuta.rules.functions.text import TEXT
from batuta.rules.functions.windows import WINDOWS
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import BOOLEAN, DATE, DATETIME, DOUBLE, INSTANT, INTEGER, STRING, DataType, Kind, Scalar

_MONEY = DataType(kind=Kind.DECIMAL, precision=10, scale=2)
_MOMENT = Moment(datetime(2024, 2, 29, 17, 0, tzinfo=UTC), "Europe/Paris")
_KINDS: Mapping[type, DataType] = {
    bool: BOOLEAN,
    int: INTEGER,
    float: DOUBLE,
    Decimal: _MONEY,
    str: STRING,
    date: DATE,
    datetime: DATETIME,
}
SAMPLE: Mapping[str, Scalar] = {
    "points": 25,
    "price": Decimal("12.50"),
    "quantity": 3,
    "total": Decimal("90.00"),
    "orders": 4,
    "title": "Dr",
    "first_name": "Zo\u00e9",
    "last_name": "DE LA TOUR",
    "city": "Lyon",
    "country": "fr",
    "vip": True,
    "email": "Zoe@Example.ORG",
    "phone": "04 78 00 11 22",
    "zip": "1007",
    "code": "A7",
    "street": "1 rue Haute",
    "address": "Zo\u00e9 de la Tour\n1 rue Haute",
    "first_line": "one",
    "second_line": "two",
    "comment": "asked for a refund \u2026",
    "owner_id": 812,
    "owner_type": 3,
    "owner_code": "C-812",
    "balance": Decimal("-7.25"),
    "amount": Decimal("2.675"),
    "opened": 30,
    "sent": 120,
    "customer_id": 1234,
    "score": "2.5",
    "newsletter": "yes",
    "order_id": 1007,
    "order_date": date(2024, 1, 31),
    "signed_up_at": datetime(2024, 1, 31, 18, 45),
    "clicked_at": datetime(2024, 2, 29, 9, 30, tzinfo=UTC),
    "sent_at": datetime(2024, 2, 28, 8, 0, tzinfo=UTC),
    "birth_date": date(1990, 3, 5),
    "shipped_at": datetime(2024, 2, 3, 10, 0),
    "promised_at": datetime(2024, 2, 5, 0, 0),
    "first_order": date(2023, 5, 1),
    "signed_up": date(2022, 11, 9),
    "opened_at": datetime(2024, 2, 29, 8, 7, 6),
    "signed_up_on": "2022-11-09",
    "language": "es",
    "interests": 3,
    "longitude": 4.8357,
    "latitude": 45.764,
}
"""The row that examples speak of."""

_TITLES = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark"}
_WORDS: Mapping[Family, str] = {
    Family.TEXT: "text",
    Family.INTEGER: "whole number",
    Family.NUMBER: "number",
    Family.TEXT_OR_NUMBER: "text or number",
    Family.BOOLEAN: "true or false",
    Family.DAY: "date, or date and time",
    Family.MOMENT: "date, with time or zone",
    Family.READABLE: "text or date",
    Family.ZONE: "name of a time zone, written in quotes",
    Family.LOCAL: "any but an instant",
    Family.ORDERED: "anything that has an order",
    Family.ANY: "anything",
}


@dataclass(frozen=True)
class Page:
    """A page of the manual: some functions that belong together."""

    file: str
    title: str
    functions: tuple[Function, ...]


PAGES = (
    Page("operators.md", "Operators", OPERATORS),
    Page("text.md", "Functions of text", (*TEXT, *DIGESTS, *PRESENCE)),
    Page("numbers.md", "Functions of numbers, and conversions", (*NUMBERS, *BITS, *GEOGRAPHY, *CONVERSIONS)),
    Page("dates.md", "Functions of dates", DATES),
    Page("choices.md", "Choices and chance", (*CHOICES, *CHANCE)),
    Page("figures.md", "Figures over linked rows", AGGREGATES),
    Page("windows.md", "Windows", WINDOWS),
)


def pages() -> Mapping[str, str]:
    """Return the text of each page by the name of its file, the index among them."""
    return {"README.md": _index(), **{page.file: "\n".join(_page(page)) for page in PAGES}}


def _index() -> str:
    lines = ["# Functions", "", "Page by page; the language itself is in [Expressions](../expressions.md).", ""]
    for page in PAGES:
        names = ", ".join(f"`{_written(function)}`" for function in page.functions if _shown(function))
        lines += [f"- [{page.title}]({page.file}): {names}"]
    lines += ["", "## Not offered", "", "| function | not on | because |", "| --- | --- | --- |"]
    for name, absence in sorted(ABSENT.items()):
        where = ", ".join(_TITLES[engine] for engine in sorted(absence.engines)) if engines_of(name) else "any engine"
        lines.append(f"| `{name}` | {where} | {absence.reason} |")
    lines += ["", "A formula with such a function is a problem on the canvas, before anything runs.", ""]
    return "\n".join(lines)


def _page(page: Page) -> Iterator[str]:
    yield f"# {page.title}"
    yield ""
    yield "[All functions](README.md). Meanings of types and of empty values are in [Expressions](../expressions.md)."
    yield ""
    examples = " ".join(function.example for function in page.functions)
    used = [name for name in SAMPLE if f"[{name}]" in examples]
    if used and page.functions[0].role is Role.ROW:
        yield "Examples speak of this row, on 29 February 2024 at 18:00 in Paris:"
        yield ""
        yield "| attribute | value |"
        yield "| --- | --- |"
        yield from (f"| `{name}` | {_value(SAMPLE[name])} |" for name in used)
        yield ""
    for function in filter(_shown, page.functions):
        yield from _function(function)


def _shown(function: Function) -> bool:
    """Tell whether people write a function; `||` and the sign are written as + and -."""
    return function.name not in ("||", "negate")


def _written(function: Function) -> str:
    return "Case/When/Else" if function.name == "Case" else function.name


def _function(function: Function) -> Iterator[str]:
    yield f"## `{_written(function)}`"
    yield ""
    yield function.summary
    yield ""
    if function.parameters:
        yield "| argument | type |"
        yield "| --- | --- |"
        yield from (_argument(function, parameter) for parameter in function.parameters)
        yield ""
    found = _result(function.example)
    yield f"`{function.example}`" + (f" gives {found}." if found else "")
    yield ""
    yield "On " + ", ".join(_TITLES[engine] for engine in engines_of(function.name)) + "."
    yield ""


def _argument(function: Function, parameter: Parameter) -> str:
    said = _WORDS[parameter.family]
    if parameter.literal is not None:
        said += f", written as a number from {parameter.literal[0]} to {parameter.literal[1]}"
    if parameter.optional:
        said += "; may be left out"
    if function.variadic and parameter is function.parameters[-1]:
        said += "; may be repeated"
    return f"| {parameter.name} | {said} |"


def _result(example: str) -> str:
    """Return the value of an example over the sample, with its type; empty where it looks at other rows."""
    try:
        bound = bind_expression(example, Surroundings(_CATALOGUE, "sample", windows=False))
    except Problems:
        return ""
    if _looks_elsewhere(bound):
        return ""
    here = Standpoint(SAMPLE, "sample", World({"sample": [SAMPLE]}, _CATALOGUE), _MOMENT)
    return f"{_value(compute(bound, here))} ({bound.type.kind})"


def _looks_elsewhere(bound: Expr) -> bool:
    by_chance = isinstance(bound, Call) and bool(FUNCTIONS[bound.function].salt)
    if by_chance or isinstance(bound, (Figure, Windowed)):
        return True
    return any(map(_looks_elsewhere, parts_of(bound)))


def _value(value: Scalar) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        shown = value.replace("'", "''").replace("\n", "\u23ce")
        return f"`'{shown}'`"
    if isinstance(value, datetime):
        return f"`{value.isoformat(sep=' ')}`"
    return f"`{value.isoformat()}`" if isinstance(value, (date, time)) else f"`{value}`"


def _type(value: Scalar) -> DataType:
    return INSTANT if isinstance(value, datetime) and value.tzinfo else _KINDS[type(value)]


_CATALOGUE = Catalogue(
    schemas=(
        Schema(
            name="sample",
            attributes=tuple(Attribute(name=name, type=_type(value)) for name, value in SAMPLE.items()),
            primary_key=("customer_id",),
        ),
    )
)


def main(arguments: Iterable[str]) -> None:
    """Write the pages into a folder."""
    (folder,) = map(Path, arguments)
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
