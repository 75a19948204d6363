"""Members that are rows of another dimension: the key by which they are found, and what is saved of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from batuta.activities.binder import Binder
from batuta.activities.effects import SaveAudience
from batuta.kit.problems import Gather, Problem
from batuta.rules.bound import All, AttributeOf, Computed, Expr
from batuta.rules.values import term
from batuta.schema.model import Attribute, Catalogue, Schema
from batuta.schema.types import comparable
from batuta.sets.algebra import Barrier, Exclusion, Keyed, Records


def bound_key(
    texts: Sequence[str], dimension: str, catalogue: Catalogue, bind: Binder, gather: Gather
) -> tuple[Expr, ...]:
    """Return the expressions of a dimension's key, after keeping a problem for each that is wrong or does not fit."""
    schema = _schema(dimension, catalogue)
    found = [bind.expression(text, f"key.{place}") for place, text in enumerate(texts)]
    if len(texts) != len(schema.primary_key):
        values = {"dimension": dimension, "found": len(texts), "wanted": len(schema.primary_key)}
        gather.add(Problem("save-key-number", {**values, "attributes": ", ".join(schema.primary_key)}, "key"))
        return ()
    for place, (expression, attribute) in enumerate(zip(found, schema.key, strict=True)):
        if expression is not None and not _fits(expression, attribute):
            types = {"wanted": term(attribute.type.kind), "found": term(expression.type.kind)}
            names = {"attribute": attribute.name, "dimension": dimension}
            gather.add(Problem("save-key-type", {**names, **types}, f"key.{place}"))
    return tuple(expression for expression in found if expression is not None)


def found_by_key(saving: SaveAudience, key: tuple[Expr, ...], catalogue: Catalogue) -> SaveAudience:
    """Return the effect on those whose key the population gives, instead of on the population itself."""
    shape, arriving = saving.shape, saving.population
    own = [AttributeOf((), item.name, item.type) for item in _schema(shape.dimension, catalogue).key]
    everyone = Records(shape.having(()), All())
    barrier = Barrier(everyone, shape.dimension, pairs=tuple(zip(key, own, strict=True)))
    return replace(
        saving,
        population=Keyed(arriving, key, shape, tuple(expression for _, expression in saving.attributes)),
        attributes=tuple((column.name, Computed(column.name, column.type)) for column in shape.columns),
        left_out=Exclusion(arriving, (barrier,), arriving.shape),
    )


def _schema(dimension: str, catalogue: Catalogue) -> Schema:
    return catalogue.schema_named(catalogue.dimension_named(dimension).schema_name)


def _fits(expression: Expr, attribute: Attribute) -> bool:
    """Tell whether values compare exactly with those of a key; inexact numbers may not stand in one."""
    return expression.type.may_be_key and comparable(expression.type, attribute.type)
