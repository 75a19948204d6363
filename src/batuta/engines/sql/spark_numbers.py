"""How Spark has to count for templates of the function table."""

from __future__ import annotations

SPARK_NUMBERS = ("SET spark.sql.decimalOperations.allowPrecisionLoss = false",)
"""A product of decimals keeps all of its digits after the point, instead of giving some up for more before it."""
