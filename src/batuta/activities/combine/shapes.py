"""The shapes of combined populations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from batuta.activities.binder import population_of
from batuta.activities.contract import Input
from batuta.kit.problems import Problem, Problems
from batuta.rules.values import term
from batuta.schema.types import STRING
from batuta.sets.algebra import merged_columns
from batuta.sets.shape import Column, Shape, shared_key

EXCLUDED_BY = Column("excluded_by", STRING)


def merged_shape(inputs: Sequence[Input], *, reconciled: bool) -> Shape:
    """Return the shape of a union: the first one's with the columns of all; raise Problems where they do not fit.

    A secondary key stays only where all share it: rows are compared by target otherwise, and each target comes once.
    """
    shapes = [population_of(item).shape for item in inputs]
    first = shapes[0]
    found = [*_clashes(inputs), *_strange_lines(inputs, reconciled=reconciled)]
    if not reconciled:
        found += [
            Problem("combine-dimensions", {"first": first.dimension, "second": shape.dimension, "source": item.label})
            for item, shape in zip(inputs, shapes, strict=True)
            if shape.schema != first.schema and first.schema and shape.schema
        ]
    if found:
        raise Problems(found)
    merged = first.having(merged_columns(tuple(shapes)))
    if all(shared_key(first, shape) for shape in shapes):
        return replace(merged, keyless=any(shape.keyless for shape in shapes))
    return merged.of_targets()


def intersected_shape(union: Shape, first: Shape) -> Shape:
    """Return the shape of an intersection, which keeps the first population's rows, given that of the union."""
    return first.having(union.columns)


def with_excluded_by(shape: Shape) -> Shape:
    """Return the shape with the column that names the excluding set, in place of one from an earlier exclusion."""
    return shape.having((*(column for column in shape.columns if column.name != EXCLUDED_BY.name), EXCLUDED_BY))


def _strange_lines(inputs: Sequence[Input], *, reconciled: bool) -> Iterator[Problem]:
    """Yield a problem for each population that cannot meet the first because one of them has no dimension.

    Lines meet only lines of the same file; reconciled, they may find rows of the first population's dimension.
    """
    first = population_of(inputs[0]).shape
    if reconciled and first.schema:
        return
    for item in inputs[1:]:
        if strangers(first, population_of(item).shape):
            yield Problem("combine-lines", lines_and_others(inputs[0], item))


def lines_and_others(first: Input, second: Input) -> dict[str, object]:
    """Return, for the text of a problem, which of two populations are lines of a file, and which is the other."""
    lines, other = (second, first) if population_of(first).shape.schema else (first, second)
    return {"source": lines.label, "other": other.label}


def strangers(left: Shape, right: Shape) -> bool:
    """Tell whether rows of two populations have nothing to compare, since one of them are lines of another file."""
    return not (left.schema and right.schema) and (left.schema, left.origin) != (right.schema, right.origin)


def _clashes(inputs: Sequence[Input]) -> Iterator[Problem]:
    """Yield a problem for each column that has the name of an earlier one but another type or case."""
    seen: dict[str, tuple[Column, Input]] = {}
    for item in inputs:
        for column in population_of(item).shape.columns:
            former, origin = seen.setdefault(column.name.casefold(), (column, item))
            values = {"column": column.name, "first": origin.label, "second": item.label}
            if former.name != column.name:
                yield Problem("column-case-clash", {**values, "former": former.name})
            elif not _same_type(former, column):
                types = {"first_type": term(former.type.kind), "second_type": term(column.type.kind)}
                yield Problem("column-type-clash", {**values, **types})


def _same_type(left: Column, right: Column) -> bool:
    same = left.type.kind == right.type.kind or (left.type.is_text and right.type.is_text)
    return same and [(line.name, line.type.kind) for line in left.lines] == [
        (line.name, line.type.kind) for line in right.lines
    ]
