"""How rows are written to a file."""

from __future__ import annotations

from typing import Literal

from batuta.kit.document import Document


class Written(Document):
    """The form of a file; all but format and compression concern CSV.

    JSON has an object in each line. Parquet is packed by itself. With `guard_formulas`, texts that a spreadsheet
    would take for a formula get an apostrophe before them.
    """

    format: Literal["csv", "json", "parquet"] = "csv"
    header: bool = True
    separator: str = ","
    quote_all: bool = False
    guard_formulas: bool = False
    compression: Literal["none", "gzip"] = "none"
