"""Split: divides a population into ordered segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from batuta.activities.binder import Binder, binder, check_names, population_of
from batuta.activities.contract import Input, Output, Scope, Targeting
from batuta.activities.settings import SortBy
from batuta.kit.document import Document
from batuta.kit.identifiers import SLUG
from batuta.kit.problems import Gather, Problem
from batuta.rules.tree import Rule
from batuta.schema.types import STRING
from batuta.sets.algebra import LimitKind, Part, Parted, Segment, Set
from batuta.sets.algebra import Split as Division
from batuta.sets.shape import Column

_OWN_OUTPUTS = ("main", "complement")
_WHOLE = 100


class SegmentSettings(Document):
    """One segment: who may come into it, how many, and who comes first."""

    name: str = Field(description="name of the output: small letters, digits, - and _; keep it, transitions use it")
    label: str = Field("", description="what people see; the name where it is empty")
    rule: Rule | None = Field(
        None, description="who may come in; empty for all", json_schema_extra={"x-widget": "rule"}
    )
    count: int | None = Field(None, ge=0, description="at most so many rows")
    percent: float | None = Field(
        None, ge=0, le=_WHOLE, description="so many per cent: of all that arrive, or of those the rule finds"
    )
    sort: tuple[SortBy, ...] = Field((), description="who comes first; empty for chance")
    skip_when_empty: bool = Field(False, description="end this path if nobody is in the segment")

    @property
    def title(self) -> str:
        """The label, or the name where there is none."""
        return self.label or self.name


class Split(Targeting):
    """Puts each row into the first segment that has a place for it."""

    kind: ClassVar[str] = "split"
    title: ClassVar[str] = "Split"

    segments: tuple[SegmentSettings, ...] = Field(
        min_length=1, description="in their order", json_schema_extra={"x-widget": "segments"}
    )
    overlapping: bool = Field(False, description="each segment sees all rows, not only what earlier ones left")
    stable: bool = Field(
        False, description="chance puts a person into the same segment in each run; sizes are approximate"
    )
    one_table: bool = Field(False, description="one output with all rows and a column that names the segment")
    segment_column: str = Field("segment", description="name of that column")
    complement: bool = Field(False, description="an output with the rows that no segment took")

    def outputs(self) -> tuple[Output, ...]:
        """Return one exit for each segment and, if wanted, the rest; or a single one with all."""
        if self.one_table:
            return (Output("main", "All segments"),)
        rest = (Output("complement", "The rest"),) if self.complement else ()
        parts = (Output(item.name, item.title, skip_when_empty=item.skip_when_empty) for item in self.segments)
        return (*parts, *rest)

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return each segment and the rest, or all in one population with a segment column."""
        source = population_of(inputs[0])
        gather = Gather()
        for problem in self._mistakes():
            gather.add(problem)
        if self.one_table:
            check_names([("segment_column", self.segment_column)], source.shape.columns, gather)
        bind = binder(scope, source, gather)
        segments = [_segment(item, bind, f"segments.{place}") for place, item in enumerate(self.segments)]
        gather.check()
        salt = scope.stable_seed if self.stable else scope.seed
        division = Division(source, tuple(segments), salt, self.overlapping, self.stable)
        if self.one_table:
            column = Column(self.segment_column, STRING)
            return {"main": Parted(division, column.name, source.shape.having((*source.shape.columns, column)))}
        parts = {item.name: Part(division, place) for place, item in enumerate(self.segments)}
        return {**parts, "complement": Part(division, None)} if self.complement else parts

    def _mistakes(self) -> Iterator[Problem]:
        yield from self._naming_mistakes()
        yield from self._size_mistakes()
        if self.one_table and self.overlapping:
            yield Problem("split-overlap-in-one-table", field="overlapping")
        if self.one_table and self.complement:
            yield Problem("split-complement-in-one-table", field="complement")

    def _naming_mistakes(self) -> Iterator[Problem]:
        names = Counter(item.name for item in self.segments)
        titles = Counter(item.title for item in self.segments)
        for place, item in enumerate(self.segments):
            if not SLUG.match(item.name) or item.name in _OWN_OUTPUTS:
                yield Problem("split-bad-name", {"name": item.name}, f"segments.{place}.name")
            elif names[item.name] > 1:
                yield Problem("split-name-twice", {"name": item.name}, f"segments.{place}.name")
            elif titles[item.title] > 1:
                yield Problem("split-label-twice", {"label": item.title}, f"segments.{place}.label")

    def _size_mistakes(self) -> Iterator[Problem]:
        for place, item in enumerate(self.segments):
            if item.count is not None and item.percent is not None:
                yield Problem("split-count-and-percent", {"label": item.title}, f"segments.{place}.percent")
        total = sum(item.percent or 0 for item in self.segments if item.rule is None)
        if total > _WHOLE and not self.overlapping:
            yield Problem("split-over-100", {"total": f"{total:g}"}, "segments")


def _segment(item: SegmentSettings, bind: Binder, field: str) -> Segment:
    where = None if item.rule is None else bind.rule(item.rule, f"{field}.rule")
    sort = bind.sorts(item.sort, f"{field}.sort")
    if item.count is not None:
        return Segment(item.title, where, LimitKind.COUNT, item.count, sort)
    if item.percent is not None:
        return Segment(item.title, where, LimitKind.PERCENT, item.percent, sort)
    return Segment(item.title, where, None, 0, sort)
