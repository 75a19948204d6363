"""Schemas from DDL text: CREATE TABLE and what belongs to it, in the dialects of several databases."""

from batuta.sources.ddl.reading import DIALECTS, Imported, read_ddl

__all__ = ["DIALECTS", "Imported", "read_ddl"]
