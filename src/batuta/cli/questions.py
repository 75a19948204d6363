"""`batuta audience count`, `explain` and `distribution`: questions about a rule that is not saved yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from batuta.cli.campaigns import Language
from batuta.cli.context import Services, services
from batuta.cli.hanging import Hanging
from batuta.cli.populations import Page, layout
from batuta.cli.rule_files import AsJson, File, InvalidRule, answered, asked_in, load_rule, names_in
from batuta.kit.problems import Problems
from batuta.kit.text import counted
from batuta.rules.reading import Line, read_rule
from batuta.rules.spelling import spell, texts_of
from batuta.runs.questions import counting, explaining
from batuta.runs.questions.bins import LEAST, MOST
from batuta.runs.questions.distributing import Distribution, Histogram, Wish, bind_formula, distribution
from batuta.runs.questions.evidence import Evidence
from batuta.runs.questions.explaining import Counted, Explained, NodeCount, Verdict

Sql = Annotated[bool, typer.Option("--sql", help="Print the statement instead of running it.")]


def count_rule(context: typer.Context, file: File, sql: Sql = False, as_json: AsJson = False) -> None:
    """Count exactly how many rows satisfy a rule."""
    found = services(context)
    asked = asked_in(found, load_rule(file))
    if sql:
        typer.echo(counting.count_statement(asked))
        return
    told = answered(found, lambda stop: counting.count(asked, stop))
    if as_json:
        found.print_json({"rows": told.rows, "targets": told.targets})
        return
    typer.echo(f"{asked.schema.label or asked.schema.name}: {counted(told.rows, 'row')}")


def preview_rule(found: Services, file: Path, page: Page, sql: bool, as_json: bool) -> None:
    """Show rows that satisfy a rule."""
    asked = asked_in(found, load_rule(file), ",".join(page.columns))
    if sql:
        typer.echo(counting.preview_statement(asked, page.limit, page.offset))
        return
    told = answered(found, lambda stop: counting.preview(asked, page.limit, page.offset, stop))
    if as_json:
        found.print_json({"columns": told.columns, "rows": [list(row) for row in told.rows]})
    else:
        found.console.print(layout(told.columns, told.rows, found.console.width))


def explain_rule(
    context: typer.Context,
    file: File,
    member: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Say why this row is in or out; once for each part of a key."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the reading.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Read a rule in plain words, with what each part keeps, or why one row is in or out."""
    found = services(context)
    read = load_rule(file)
    try:
        asked = asked_in(found, read, language=language)
    except InvalidRule:
        if not as_json:
            names = names_in(found, read.document)
            found.console.print(_read(list(read_rule(read.document.rule, names, language))))
        raise
    lines = list(read_rule(asked.rule, asked.names, language))
    if member:
        explained = answered(found, lambda stop: explaining.explain(asked, member, stop))
        if as_json:
            found.print_json(_explained_values(explained, lines))
        else:
            _print_explained(found, explained, lines, language)
        return
    told = answered(found, lambda stop: explaining.counts(asked, stop))
    if as_json:
        found.print_json(_counted_values(told, lines))
    else:
        found.console.print(_counted(told, lines, language))


def show_distribution(
    context: typer.Context,
    file: File,
    of: Annotated[str, typer.Option(help="An attribute such as country.name, or a formula.")],
    search: Annotated[str, typer.Option(help="Only values that contain this text.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many values.")] = 20,
    bins: Annotated[int, typer.Option(min=LEAST, max=MOST, help="At most how many bins in a histogram.")] = 20,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Look at all rows, whatever the rule.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show which values an attribute or formula has among the rows of a rule, and how often."""
    found = services(context)
    asked = asked_in(found, load_rule(file))
    try:
        formula = bind_formula(of, asked)
    except Problems as error:
        raise InvalidRule(f"--of: {found.texts.say(problem)}" for problem in error.problems) from None
    wish = Wish(search, limit, bins)
    told = answered(found, lambda stop: distribution(asked, formula, wish, everyone=all_rows, stop=stop))
    if as_json:
        found.print_json(_distribution_values(told))
        return
    for part in _distribution(told, of):
        found.console.print(part)


def _read(lines: list[Line]) -> RenderableType:
    return Group(*(_indented(line) for line in lines))


def _indented(line: Line, style: str = "") -> Hanging:
    return Hanging(line.text, line.depth, style if line.enabled else "dim")


def _counted(told: Counted, lines: list[Line], language: Language) -> Grid:
    by_path, texts = {node.path: node for node in told.nodes}, texts_of(language)
    grid = Grid(caption=texts["explain.of"].format(rows=spell(told.rows, language)), caption_justify="left")
    grid.add_column(texts["explain.rule"], overflow="fold")
    for name in ("explain.rows", "explain.left"):
        grid.add_column(texts[name], justify="right")
    for line in lines:
        node = by_path.get(line.path)
        numbers = (node.alone, node.remaining) if node else (None, None)
        grid.add_row(_indented(line), *("" if each is None else spell(each, language) for each in numbers))
    return grid


def _counted_values(told: Counted, lines: list[Line]) -> dict[str, object]:
    by_path = {node.path: node for node in told.nodes}
    return {"rows": told.rows, "nodes": [{**_line(line), **_counts(by_path.get(line.path))} for line in lines]}


def _line(line: Line) -> dict[str, object]:
    return {"path": line.path, "depth": line.depth, "text": line.text, "enabled": line.enabled}


def _counts(node: NodeCount | None) -> dict[str, object]:
    return {} if node is None else {"rows": node.alone, "remaining": node.remaining}


def _print_explained(found: Services, told: Explained, lines: list[Line], language: Language) -> None:
    by_path = {verdict.path: verdict for verdict in told.verdicts}
    said = texts_of(language)["explain.in" if told.member else "explain.out"]
    found.console.print(Text(said.format(key=", ".join(str(part) for part in told.key)), style="bold"))
    grid = Grid(show_header=False, box=None, padding=(0, 1, 0, 0))
    for line in lines:
        grid.add_row(*_explained_row(line, by_path.get(line.path), language))
    found.console.print(grid)


def _explained_row(line: Line, verdict: Verdict | None, language: Language) -> tuple[RenderableType, ...]:
    if verdict is None:
        return "", "", _indented(line, "dim"), ""
    mark = Text("✓", style="green") if verdict.holds else Text("✗", style="red")
    pointer = Text("→" if verdict.decides else "")
    return pointer, mark, _indented(line, "bold" if verdict.decides else ""), Text(_evidence(verdict, language))


def _evidence(verdict: Verdict, language: Language) -> str:
    texts = texts_of(language)
    said = [
        texts["labelled"].format(label=texts.get(each.name, each.name), text=spell(each.value, language, each.type))
        for each in verdict.evidence
    ]
    if verdict.linked:
        said.append("; ".join(", ".join(str(part) for part in key) for key in verdict.linked))
    return "; ".join(said)


def _explained_values(told: Explained, lines: list[Line]) -> dict[str, object]:
    by_path = {verdict.path: verdict for verdict in told.verdicts}
    nodes = [{**_line(line), **_verdict_values(by_path.get(line.path))} for line in lines]
    return {"key": list(told.key), "member": told.member, "nodes": nodes}


def _verdict_values(verdict: Verdict | None) -> dict[str, object]:
    if verdict is None:
        return {}
    return {
        "holds": verdict.holds,
        "decides": verdict.decides,
        "evidence": [_evidence_values(each) for each in verdict.evidence],
        "linked": [list(key) for key in verdict.linked],
    }


def _evidence_values(each: Evidence) -> dict[str, object]:
    return {"name": each.name.removeprefix("evidence."), "value": each.value}


def _distribution(told: Distribution, of: str) -> Iterator[RenderableType]:
    said = f"{counted(told.rows, 'row')}, {told.empty:,} of them without a value"
    yield Text(f"{said}; {counted(told.distinct, 'different value')}")
    if told.found < told.distinct:
        yield Text(f"{told.found:,} of the values contain what was searched")
    if len(told.values) < told.found:
        yield Text(f"The most frequent {len(told.values):,}:")
    grid = _figures(Text(of), "rows", "share")
    for each in told.values:
        grid.add_row(Text(_plain(each.value)), f"{each.count:,}", f"{each.share:.1%}")
    if told.values:
        yield grid
    if told.histogram is not None and told.histogram.bins:
        yield _histogram(told.histogram)


_WIDTH = 30


def _histogram(histogram: Histogram) -> Grid:
    most = max(each.count for each in histogram.bins) or 1
    grid = _figures(Text(histogram.width or "from"), "rows")
    grid.add_column("")
    for each in histogram.bins:
        bar = "█" * round(_WIDTH * each.count / most)
        grid.add_row(_plain(each.start), f"{each.count:,}", Text(bar or ("▏" if each.count else "")))
    if histogram.outside:
        grid.add_row("infinite or no number", f"{histogram.outside:,}", "")
    return grid


def _figures(first: Text, *numbers: str) -> Grid:
    grid = Grid()
    grid.add_column(first, overflow="fold")
    for name in numbers:
        grid.add_column(name, justify="right")
    return grid


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _distribution_values(told: Distribution) -> dict[str, object]:
    values = [{"value": each.value, "rows": each.count, "share": each.share} for each in told.values]
    found: dict[str, object] = {
        "rows": told.rows,
        "empty": told.empty,
        "distinct": told.distinct,
        "found": told.found,
        "values": values,
    }
    if told.histogram is not None:
        bins = [{"from": each.start, "to": each.end, "rows": each.count} for each in told.histogram.bins]
        found["histogram"] = {"width": told.histogram.width, "bins": bins, "outside": told.histogram.outside}
    return found


def is_rule_file(name: str) -> bool:
    """Tell whether what was named is a rule file rather than the label of an audience."""
    return Path(name).is_file() or Path(name).suffix in (".yaml", ".yml")
