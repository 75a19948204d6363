"""Whatever people call their things and write into rules stays a name or a value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from batuta.engines.sql import Compiler
from batuta.rules.bound import AttributeOf, Compare, Constant, Linked, Moment, Variable
from batuta.rules.tree import AggregateFunction, Operator
from batuta.schema.model import Attribute, Catalogue, Dimension, Relationship, Schema
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import Addressed, Check
from batuta.sets.algebra import (
    Barrier,
    Choice,
    Criterion,
    Distinct,
    Enriched,
    Exclusion,
    Lines,
    Part,
    Parted,
    Records,
    Segment,
    Set,
    Sort,
    Split,
    Total,
    Value,
)
from batuta.sets.shape import Column, Shape, shape_of
from tests.wanted import wanted

from .conftest import DATABASES, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

EVIL = 'x"; DROP TABLE "precious"; --\'\\'
WORSE = "';\nDELETE FROM precious; /*"
VALUES = [EVIL, WORSE, "'", "''", '"', "\\", "\\'", "a'b", "%'", "$$", "{0}", "\x1f", "*/ --", "é'"]


def _catalogue() -> Catalogue:
    there = Schema(
        name=f"t{WORSE}",
        attributes=(Attribute(name=EVIL, type=INTEGER), Attribute(name=WORSE, type=STRING)),
        primary_key=(EVIL,),
    )
    here = Schema(
        name=f"s{EVIL}",
        attributes=tuple(
            Attribute(name=name, type=kind) for name, kind in ((EVIL, INTEGER), (WORSE, STRING), ("f", INTEGER))
        ),
        primary_key=(EVIL,),
    )
    link = Relationship(source=here.name, target=there.name, pairs=(("f", EVIL),), name=EVIL, reverse=WORSE)
    dimension = Dimension(name="d", schema_name=here.name, identity=WORSE)
    other = Dimension(name="o", schema_name=there.name, identity=WORSE)
    return Catalogue(schemas=(here, there), relationships=(link,), dimensions=(dimension, other))


class Hostile:
    """Tables whose every name is an attempt, and one that must survive."""

    def __init__(self, database: Database) -> None:
        self.catalogue = _catalogue()
        self.connection = database
        self.engine = database.dialect.name
        self.connection.execute("CREATE TABLE precious AS SELECT 1 AS one")
        moment = Moment(datetime(2024, 1, 1, tzinfo=UTC), variables={EVIL: WORSE})
        self.compiler = Compiler(database.dialect, self.catalogue, moment, self)
        for schema in self.catalogue.schemas:
            types = {name: database.dialect.type_of(attribute.type) for name, attribute in schema.by_name.items()}
            columns = [
                exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind) for name, kind in types.items()
            ]
            self.connection.execute(
                exp.Create(this=exp.Schema(this=self.rows(schema.name), expressions=columns), kind="TABLE").sql(
                    self.engine
                )
            )
            for number, text in enumerate(VALUES):
                marks: list[object] = [number, text, number + 1][: len(columns)]
                values = exp.Values(expressions=[exp.Tuple(expressions=[exp.Placeholder() for _ in marks])])
                self.connection.execute(exp.insert(values, self.rows(schema.name)).sql(self.engine), marks)

    def _run(self, tree: exp.Expr) -> list[tuple[object, ...]]:
        return self.connection.execute(tree.sql(self.engine)).fetchall()

    def rows(self, schema: str) -> exp.Table:
        return exp.table_(schema, quoted=True)

    working = row_keys = bare = audience = memory = rows

    def shared(self, name: str) -> exp.Table:
        return self.connection.temporary(name)

    def carrier(self, _name: str) -> str | None:
        return None

    def folded(self, _schema: str, _attribute: str) -> str | None:
        return None

    def read(self, population: Set) -> list[tuple[object, ...]]:
        found = sorted(self._run(self.compiler.select(population)), key=repr)
        assert self.connection.execute("SELECT * FROM precious").fetchall() == [(1,)]
        return found

    @property
    def shape(self) -> Shape:
        return shape_of(self.catalogue, "d")

    @property
    def text(self) -> AttributeOf:
        return AttributeOf((), WORSE, STRING)

    def where(self, operator: Operator, *values: str) -> Records:
        return Records(self.shape, Compare(operator, self.text, tuple(Constant(value, STRING) for value in values)))

    def everyone(self) -> Records:
        return self.where(Operator.IS_NOT_EMPTY)


@pytest.fixture(scope="module", params=wanted(DATABASES))
def hostile(request: pytest.FixtureRequest) -> Iterator[Hostile]:
    database = DATABASES[request.param]()
    yield Hostile(database)
    database.close()


def numbers(rows: Sequence[tuple[object, ...]]) -> set[object]:
    return {row[0] for row in rows}


@pytest.mark.parametrize(("place", "value"), list(enumerate(VALUES)), ids=repr)
def test_values_are_values(hostile: Hostile, place: int, value: str) -> None:
    assert numbers(hostile.read(hostile.where(Operator.EQUAL, value))) == {place}
    assert place in numbers(hostile.read(hostile.where(Operator.IN, value, "other")))
    assert place in numbers(hostile.read(hostile.where(Operator.CONTAINS, value)))
    assert place in numbers(hostile.read(hostile.where(Operator.ENDS_WITH, value)))
    assert place not in numbers(hostile.read(hostile.where(Operator.NOT_EQUAL, value)))
    long = [value, *(f"{number}'" for number in range(600))]
    assert numbers(hostile.read(hostile.where(Operator.IN, *long))) == {place}


def test_variables_are_values(hostile: Hostile) -> None:
    same = Compare(Operator.EQUAL, hostile.text, (Variable(EVIL, STRING),))
    assert numbers(hostile.read(Records(hostile.shape, same))) == {VALUES.index(WORSE)}


def test_names_are_names(hostile: Hostile) -> None:
    link = hostile.catalogue.link(hostile.shape.schema, EVIL)
    back = hostile.catalogue.link(f"t{WORSE}", WORSE)
    assert link is not None
    assert back is not None
    over = AttributeOf((link,), WORSE, STRING)
    linked = Compare(Operator.EQUAL, over, (Constant(WORSE, STRING),))
    assert numbers(hostile.read(Records(hostile.shape, linked))) == {VALUES.index(WORSE) - 1}
    there = shape_of(hostile.catalogue, "o")
    exists = Linked((back,), Compare(Operator.EQUAL, hostile.text, (Constant(EVIL, STRING),)))
    assert numbers(hostile.read(Records(there, exists))) == {VALUES.index(EVIL) + 1}
    additions = (
        Value(EVIL, hostile.text),
        Lines(WORSE, (back,), None, (Sort(hostile.text),), 1, ((EVIL, hostile.text),)),
        Total("n'\"", (back,), None, AggregateFunction.COUNT, None, INTEGER),
    )
    columns = (
        Column(EVIL, STRING),
        Column(f"{WORSE}_1_{EVIL}", STRING),
        Column(WORSE, STRING, (Column(EVIL, STRING),)),
        Column("n'\"", INTEGER),
    )
    found = hostile.read(Enriched(Records(there, exists), additions, there.having(columns)))
    assert found == [(1, WORSE, EVIL, [{EVIL: EVIL}], 1)]


def test_labels_salts_and_columns(hostile: Hostile) -> None:
    one = hostile.where(Operator.EQUAL, EVIL)
    label = Column("excluded_by", STRING)
    taken = Exclusion(hostile.everyone(), (Barrier(one, WORSE),), hostile.shape.having((label,)), complement=True)
    assert hostile.read(taken) == [(0, WORSE)]
    split = Split(
        hostile.everyone(), (Segment(EVIL, Compare(Operator.EQUAL, hostile.text, (Constant(EVIL, STRING),))),), WORSE
    )
    column = Column(WORSE, STRING)
    assert (0, EVIL) in hostile.read(Parted(split, WORSE, hostile.shape.having((column,))))
    assert hostile.read(Part(split, 0)) == [(0,)]
    criteria = (Criterion(Choice.PREFERRED, hostile.text, (Constant(EVIL, STRING),)), Criterion(Choice.RANDOM))
    distinct = Distinct(hostile.everyone(), (hostile.text,), hostile.shape, criteria=criteria, salt=EVIL)
    assert len(hostile.read(distinct)) == len(VALUES)
    check = Check(EVIL, Compare(Operator.EQUAL, hostile.text, (Constant(WORSE, STRING),)))
    messages = Addressed(one, hostile.shape, hostile.text, (check,), salt=WORSE)
    assert hostile.read(messages) == [(0, EVIL, None)]


def test_names_of_tables_and_audiences(hostile: Hostile) -> None:
    sets: dict[str, Set] = {"a": hostile.everyone(), "b": hostile.everyone()}
    for statement in hostile.compiler.task(sets, {"a": EVIL, "b": WORSE}):
        hostile.connection.execute(statement.sql(hostile.engine))
    for name in (EVIL, WORSE):
        found = hostile.connection.execute(exp.select("*").from_(hostile.rows(name)).sql(hostile.engine)).fetchall()
        assert len(found) == len(VALUES)
