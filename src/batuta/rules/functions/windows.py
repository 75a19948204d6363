"""Functions that look at the other rows of a population: see `bound.Windowed`."""

from __future__ import annotations

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Role, Types
from batuta.rules.functions.results import always
from batuta.rules.functions.sql import SPARK, everywhere
from batuta.schema.types import INTEGER, DataType, Scalar


def _first_type(types: Types) -> DataType:
    return types[0]


def _first(_: Moment, value: Scalar, *__: Scalar) -> Scalar:
    return value


WINDOWS = (
    Function(
        "Over",
        (Parameter("figure", Family.ANY), Parameter("PartitionBy or OrderBy", Family.ANY, optional=True)),
        _first_type,
        _first,
        "Gives a figure over the rows of the population at hand, for each row.",
        "Over(Sum([points]), PartitionBy([country]))",
        everywhere("{0}"),
        variadic=True,
        role=Role.WINDOW,
    ),
    Function(
        "RowNum",
        (),
        always(INTEGER),
        lambda _, places: len(places),
        "Gives the place of a row, from 1, in the order that Over says, or else in that of the row keys.",
        "Over(RowNum(), PartitionBy([country]), OrderBy(Desc([points])))",
        everywhere("ROW_NUMBER()") | {SPARK: "CAST(ROW_NUMBER() AS BIGINT)"},
        role=Role.NUMBERING,
    ),
    Function(
        "PartitionBy",
        (Parameter("value", Family.ANY),),
        _first_type,
        _first,
        "Lets Over look only at the rows with the same values as the row; empty ones are alike.",
        "Over(CountAll(), PartitionBy([country], [city]))",
        everywhere("{0}"),
        variadic=True,
        role=Role.WINDOW_PART,
    ),
    Function(
        "OrderBy",
        (Parameter("value", Family.ORDERED),),
        _first_type,
        _first,
        "Gives Over an order, empty values last and the row key at the end; a figure then runs from the first row to "
        "the row itself.",
        "Over(Sum([points]), OrderBy([birth_date]))",
        everywhere("{0}"),
        variadic=True,
        role=Role.WINDOW_PART,
    ),
    Function(
        "Desc",
        (Parameter("value", Family.ORDERED),),
        _first_type,
        _first,
        "Turns the order of a value within OrderBy around, empty values still last.",
        "Over(RowNum(), OrderBy(Desc([points])))",
        everywhere("{0}"),
        role=Role.WINDOW_PART,
    ),
)
