"""The types of attributes, columns and expressions."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from batuta.kit.document import Document

Scalar = str | int | Decimal | float | bool | date | time | datetime | None


class Kind(StrEnum):
    """The families of values. `instant` is a datetime with zone, stored as UTC."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    INSTANT = "instant"
    ENUM = "enum"
    JSON = "json"


class DataType(Document):
    """A kind of value with its limits; two types may meet in a comparison if their families do."""

    kind: Kind
    precision: int | None = Field(None, ge=1, le=38, description="digits in all, for decimals")
    scale: int | None = Field(None, ge=0, le=38, description="digits after the point, for decimals")
    values: tuple[str, ...] = Field((), description="what an enum may hold")

    def __str__(self) -> str:
        return self.kind.value

    @property
    def in_full(self) -> str:
        """The kind with its limits: `decimal(10,2)`, `enum(a, b)`."""
        if self.kind is Kind.DECIMAL and self.precision is not None:
            return f"{self.kind}({self.precision},{self.scale or 0})"
        return f"{self.kind}({', '.join(self.values)})" if self.kind is Kind.ENUM else str(self.kind)

    @property
    def is_text(self) -> bool:
        """Whether values are text (strings and enums)."""
        return self.kind in (Kind.STRING, Kind.ENUM)

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)

    @property
    def is_temporal(self) -> bool:
        """Whether values are days or moments (not times of day)."""
        return self.kind in (Kind.DATE, Kind.DATETIME, Kind.INSTANT)

    @property
    def may_be_key(self) -> bool:
        """Whether values may stand in a key: doubles and json may not."""
        return self.kind not in (Kind.DOUBLE, Kind.JSON)


STRING = DataType(kind=Kind.STRING)
INTEGER = DataType(kind=Kind.INTEGER)
DECIMAL = DataType(kind=Kind.DECIMAL)
DOUBLE = DataType(kind=Kind.DOUBLE)
BOOLEAN = DataType(kind=Kind.BOOLEAN)
DATE = DataType(kind=Kind.DATE)
TIME = DataType(kind=Kind.TIME)
DATETIME = DataType(kind=Kind.DATETIME)
INSTANT = DataType(kind=Kind.INSTANT)


def comparable(left: DataType, right: DataType) -> bool:
    """Tell whether values of the two types may be compared; an instant only with an instant."""
    if left.kind is Kind.JSON or right.kind is Kind.JSON:
        return False
    if left.kind == right.kind or (left.is_text and right.is_text) or (left.is_number and right.is_number):
        return True
    return {left.kind, right.kind} == {Kind.DATE, Kind.DATETIME}
