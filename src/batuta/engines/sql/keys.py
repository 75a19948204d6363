"""Row keys in SQL: how two populations meet, and the text and hash of a key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.sql import trees
from batuta.engines.sql.dialect import Dialect
from batuta.schema.types import INTEGER, DataType
from batuta.sets.shape import Shape, shared_key


def meeting_columns(left: Shape, right: Shape) -> tuple[str, ...]:
    """Return the key columns by which two populations compare: whole rows, or targets only."""
    return left.row_columns if shared_key(left, right) else left.target_columns


def same_key(columns: Sequence[str], left: str, right: str) -> exp.Expr:
    """Return the condition that rows under two aliases have the same key."""
    return trees.every(trees.equal(trees.column(left, name), trees.column(right, name)) for name in columns)


def key_pairs(
    dialect: Dialect, shape: Shape, columns: Sequence[str], left: str, right: str
) -> list[tuple[exp.Expr, exp.Expr]]:
    """Return the values whose equality makes the keys of rows under two aliases the same.

    A row without target equals that of the same secondary key or line only, where those are compared.
    """
    pairs: list[tuple[exp.Expr, exp.Expr]] = []
    types = dict(zip(shape.target_columns, shape.key, strict=True))
    apart = shape.keyless and len(columns) > len(types)
    for name in columns:
        both = trees.column(left, name), trees.column(right, name)
        if apart and name in types:
            here, there = (trees.or_empty_text(dialect.key_part(each, types[name])) for each in both)
            pairs += [(here, there), (trees.is_null(both[0].copy()), trees.is_null(both[1].copy()))]
        else:
            pairs.append(both)
    return pairs


def same_row(dialect: Dialect, shape: Shape, left: str, right: str) -> exp.Expr:
    """Return the condition that rows of a population under two aliases are one."""
    pairs = key_pairs(dialect, shape, shape.row_columns, left, right)
    return trees.every(trees.equal(here, there) for here, there in pairs)


def row_key(shape: Shape, alias: str) -> list[exp.Expr]:
    """Return the row key of a population under an alias."""
    return [trees.column(alias, name) for name in shape.row_columns]


def row_types(shape: Shape) -> tuple[DataType, ...]:
    """Return the types of the row key's columns."""
    return (*shape.key, *shape.secondary_key, *((INTEGER,) if shape.numbered else ()))


def everything(shape: Shape, alias: str) -> list[exp.Expr]:
    """Return the row key and all computed columns of a population under an alias."""
    return [*row_key(shape, alias), *(trees.column(alias, column.name) for column in shape.columns)]


def key_text(dialect: Dialect, parts: Sequence[tuple[exp.Expr, DataType]], *, blanks: bool = False) -> exp.Expr:
    """Return the text of a key as kit.text.key_text writes it; with `blanks`, parts that are missing are ''."""
    texts = [dialect.key_part(tree, data_type) for tree, data_type in parts]
    if blanks:
        texts = [trees.or_empty_text(text) for text in texts]
    if len(texts) == 1:
        return texts[0]
    pieces: list[exp.Expr] = []
    for text in texts:
        length = exp.Cast(this=exp.Length(this=text), to=dialect.text)
        pieces += [length, trees.text(":"), trees.tight(text.copy())]
    return _concatenated(pieces)


def _concatenated(pieces: Sequence[exp.Expr]) -> exp.Expr:
    tree = pieces[0]
    for piece in pieces[1:]:
        tree = exp.DPipe(this=tree, expression=piece)
    return trees.tight(tree)


def chance(dialect: Dialect, salt: str, shape: Shape, alias: str) -> exp.Expr:
    """Return the hash of a row's key, which decides chance."""
    text = key_text(dialect, list(zip(row_key(shape, alias), row_types(shape), strict=True)), blanks=shape.keyless)
    return dialect.hashed(salt, text)


def threshold(share: float) -> str | None:
    """Return the hash below which a share (0 to 1) of all rows lie, or None if all do."""
    if share >= 1:
        return None
    return f"{int(share * 16**12):012x}"
