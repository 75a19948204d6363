"""Query: a population found by a statement of a data engineer, in the language of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from batuta.activities.binder import Binder, check_names
from batuta.activities.contract import Fetching, Input, Remark, Scope, Takes
from batuta.activities.dimensions import dimension_shape
from batuta.activities.fetches import FetchQuery
from batuta.activities.settings import ExpressionText
from batuta.kit.document import Document
from batuta.kit.identifiers import NAME
from batuta.kit.problems import Gather, Problem
from batuta.rules.bound import All, AttributeOf, Computed, Expr
from batuta.schema.model import Attribute
from batuta.schema.types import STRING, DataType
from batuta.sets.algebra import Barrier, Distinct, Exclusion, Keyed, Records, Set
from batuta.sets.shape import Column, Shape, shape_of_lines

_LABEL = Column("excluded_by", STRING)


class Parameter(Document):
    """A value that the statement names as $name."""

    name: str = Field(description="letters, digits and _, a letter first; the statement says $name")
    value: ExpressionText = Field(description="a constant, a variable such as $(vars/@day), or a formula of them")


class ResultColumn(Document):
    """A column of the result that is carried along."""

    name: str = Field(description="its name in the result: letters, digits and _, a letter first")
    type: DataType = Field(description="what it holds")


class Query(Fetching):
    """Selects the rows of a dimension whose keys a SQL statement returns."""

    kind: ClassVar[str] = "query"
    title: ClassVar[str] = "Query"
    least_inputs: ClassVar[int] = 0
    takes: ClassVar[Takes] = Takes.ACTIVATION

    sql: str = Field(
        min_length=1,
        description="one SELECT over the schemas, which go by their names",
        json_schema_extra={"x-widget": "sql"},
    )
    parameters: tuple[Parameter, ...] = Field((), description="values to bind to the $names of the statement")
    dimension: str = Field(
        description="whose keys it returns: a targeting dimension", json_schema_extra={"x-widget": "dimension"}
    )
    key: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="the columns of the result that are the key, in the order of the dimension's primary key"
    )
    columns: tuple[ResultColumn, ...] = Field((), description="further columns of the result to carry along")

    def fetch(self, inputs: tuple[Input, ...], scope: Scope) -> FetchQuery:
        """Return the query to run; raise Problems with all that is wrong around its text, which is not looked into."""
        _ = inputs
        gather = Gather()
        shape = gather.attempt(lambda: dimension_shape(scope.catalogue, self.dimension))
        wanted = self._columns(gather)
        parameters = tuple(self._parameters(scope, gather))
        key = self._key(shape, scope, gather) if shape is not None else ()
        gather.check()
        taken = {column.name for column in key}
        lines = (*key, *(column for column in wanted if column.name not in taken))
        return FetchQuery(self.sql, parameters, shape_of_lines(scope.activity, lines))

    def gained(self, fetched: Set, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the rows of the dimension whose keys came, each once."""
        _ = inputs
        shape = dimension_shape(scope.catalogue, self.dimension)
        columns = tuple(Column(column.name, column.type) for column in self.columns)
        values = tuple(Computed(column.name, column.type) for column in columns)
        return {"main": Keyed(fetched, self._given(fetched.shape), shape.having(columns), values)}

    def told(self, fetched: Set, inputs: tuple[Input, ...], scope: Scope) -> tuple[Remark, ...]:
        """Return the rows whose key is empty or not in the data, and those whose key came before."""
        _ = inputs
        shape = dimension_shape(scope.catalogue, self.dimension)
        given = self._given(fetched.shape)
        own = [AttributeOf((), item.name, item.type) for item in _key_of(shape, scope)]
        everyone = Barrier(Records(shape, All()), shape.dimension, pairs=tuple(zip(given, own, strict=True)))
        without = Exclusion(fetched, (everyone,), fetched.shape)
        having = replace(without, shape=fetched.shape.having((*fetched.shape.columns, _LABEL)), complement=True)
        again = Distinct(having, given, having.shape, complement=True)
        values = {"dimension": shape.dimension}
        return (Remark("query-key-unknown", without, values), Remark("query-key-again", again, values))

    def _given(self, lines: Shape) -> tuple[Expr, ...]:
        found = (lines.column(name) for name in self.key)
        return tuple(Computed(column.name, column.type) for column in found if column is not None)

    def _key(self, shape: Shape, scope: Scope, gather: Gather) -> tuple[Column, ...]:
        """Return the key's columns with the types of the primary key, after keeping what is wrong with them."""
        key = _key_of(shape, scope)
        if len(key) != len(self.key):
            names = ", ".join(attribute.name for attribute in key)
            values = {"dimension": shape.dimension, "found": len(self.key), "wanted": len(key), "attributes": names}
            gather.add(Problem("query-key-number", values, "key"))
            return ()
        check_names([(f"key.{place}", name) for place, name in enumerate(self.key)], (), gather)
        declared = {column.name: column.type for column in self.columns}
        for place, (name, attribute) in enumerate(zip(self.key, key, strict=True)):
            if name in declared and declared[name] != attribute.type:
                values = {"name": name, "wanted": attribute.type, "found": declared[name]}
                gather.add(Problem("query-key-type", values, f"key.{place}"))
        return tuple(Column(name, attribute.type) for name, attribute in zip(self.key, key, strict=True))

    def _columns(self, gather: Gather) -> tuple[Column, ...]:
        named = [(f"columns.{place}.name", column.name) for place, column in enumerate(self.columns)]
        check_names(named, (), gather)
        return tuple(Column(column.name, column.type) for column in self.columns)

    def _parameters(self, scope: Scope, gather: Gather) -> Iterator[tuple[str, Expr]]:
        """Yield the parameters with their bound values, after keeping what is wrong with them."""
        bind = Binder(replace(scope.around(shape_of_lines(scope.activity, ())), windows=False), gather)
        seen: set[str] = set()
        for place, parameter in enumerate(self.parameters):
            field = f"parameters.{place}.name"
            if not NAME.match(parameter.name):
                gather.add(Problem("query-parameter-name", {"name": parameter.name}, field))
            elif parameter.name in seen:
                gather.add(Problem("query-parameter-twice", {"name": parameter.name}, field))
            elif f"${parameter.name}" not in self.sql:
                gather.add(Problem("query-parameter-unused", {"name": parameter.name}, field))
            seen.add(parameter.name)
            value = bind.expression(parameter.value, f"parameters.{place}.value")
            if value is not None:
                yield parameter.name, value


def _key_of(shape: Shape, scope: Scope) -> tuple[Attribute, ...]:
    return tuple(scope.catalogue.schema_named(shape.schema).key)
