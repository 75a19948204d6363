"""The last step of a load: staged records against the rows that are there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from batuta.engines.shared.conversion import REASON
from batuta.engines.shared.folding import columns_of
from batuta.engines.shared.session import Session
from batuta.engines.shared.staging import STAGED
from batuta.engines.shared.temporary import make_temporary
from batuta.engines.shared.tombstones import tombstones
from batuta.schema.loading import LINE, Load, LoadCounts
from batuta.schema.model import Schema

_KIND = "_kind"

_DOUBLED, _LOST, _MERGED = "_doubled", "_lost", "_merged"
_INSERT, _UPDATE, _SAME, _OLDER = "insert", "update", "same", "older"


def merge(session: Session, order: Load, columns: Sequence[str], counts: LoadCounts) -> LoadCounts:
    """Let the staged records join the rows of the schema in one transaction; return all counts.

    `columns` are the columns of the staged records; the rows' other columns keep their values.
    """
    merging = _Merging(session, order.schema, columns)
    counts = counts.model_copy(update=merging.lose_repeats())
    if merging.into_nothing():
        inserted = counts.read - counts.rejected - counts.ignored - counts.repeated
        counts = counts.model_copy(update={"inserted": inserted})
        statements: list[exp.Expr] = [merging.fill()]
    else:
        counts = _added(counts, merging.compare())
        statements = [merging.remove_changed(), merging.insert_changed()]
    with session.transaction():
        for statement in statements:
            session.run(statement.sql(session.dialect.name))
        order.before_commit(counts)
    return counts


def _added(counts: LoadCounts, found: dict[str, int]) -> LoadCounts:
    return counts.model_copy(
        update={
            "inserted": found.get(_INSERT, 0),
            "updated": found.get(_UPDATE, 0),
            "unchanged": found.get(_SAME, 0),
            "ignored": counts.ignored + found.get(_OLDER, 0),
        }
    )


class _Merging:
    """The statements of one merge; `s` is a staged record, `t` the row of the same key, `g` its tombstone."""

    def __init__(self, session: Session, schema: Schema, columns: Sequence[str]) -> None:
        self._session = session
        self._dialect = session.dialect
        self._schema = schema
        self._columns = tuple(columns)
        self._all = tuple(columns_of(schema, self._dialect))
        self._target = session.addresses.rows.table(schema.name)
        self._gone = tombstones(session, schema)

    def lose_repeats(self) -> dict[str, int]:
        """Find records that another of the same key outdoes: a newer one, else a later one; count them."""
        keys = [_column(name) for name in self._schema.primary_key]
        twice = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
        self._make(_DOUBLED, exp.select(*keys).from_(self._staged()).where(_kept()).group_by(*keys).having(twice))
        self._make(_LOST, self._losing())
        older = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=_column("older")))
        query = exp.select(exp.Count(this=exp.Star()), older).from_(self._temporary(_LOST))
        ((lost, ignored),) = self._numbers(query)
        return {"ignored": ignored, "repeated": lost - ignored}

    def into_nothing(self) -> bool:
        """Tell whether the schema has no rows yet, and had none that were deleted."""
        return self._gone is None and not self._session.rows(
            exp.select(exp.Literal.number(1)).from_(self._target).limit(1).sql(self._dialect.name)
        )

    def fill(self) -> exp.Insert:
        """Return the statement that puts the records into an empty table."""
        return self._insert(self._columns, self._winners([_column(name, "s") for name in self._columns]))

    def compare(self) -> dict[str, int]:
        """Join the records to the rows that are there; count what each would do."""
        values = [_column(name, "s" if name in self._columns else "t") for name in self._all]
        compared = self._winners([*values, self._kind().as_(_KIND, quoted=True)]).join(
            self._target.as_("t", quoted=True), on=self._same_key("s", "t"), join_type="left"
        )
        if self._gone is not None:
            compared = compared.join(self._gone.as_("g", quoted=True), on=self._same_key("s", "g"), join_type="left")
        self._make(_MERGED, compared)
        kind = _column(_KIND)
        found = exp.select(kind, exp.Count(this=exp.Star())).from_(self._temporary(_MERGED)).group_by(kind)
        return {str(name): int(str(count)) for name, count in self._session.rows(found.sql(self._dialect.name))}

    def remove_changed(self) -> exp.Delete:
        """Return the statement that takes out the rows about to be replaced."""
        changed = (
            exp.select(exp.Literal.number(1))
            .from_(self._temporary(_MERGED).as_("s", quoted=True))
            .where(_column(_KIND, "s").eq(_text(_UPDATE)), self._same_key("s", "t"))
        )
        return exp.Delete(this=self._target.as_("t", quoted=True), where=exp.Where(this=exp.Exists(this=changed)))

    def insert_changed(self) -> exp.Insert:
        """Return the statement that puts in the new and the changed rows."""
        kinds = exp.In(this=_column(_KIND), expressions=[_text(_INSERT), _text(_UPDATE)])
        return self._insert(
            self._all, exp.select(*map(_column, self._all)).from_(self._temporary(_MERGED)).where(kinds)
        )

    def _losing(self) -> exp.Select:
        keys = [_column(name, "s") for name in self._schema.primary_key]
        version = _column(self._schema.version, "s") if self._schema.version else None
        order = [exp.Ordered(this=_column(LINE, "s"), desc=True)]
        older: exp.Expr = exp.false()
        if version is not None:
            order.insert(0, exp.Ordered(this=version, desc=True))
            newest = exp.Window(this=exp.Max(this=version.copy()), partition_by=[key.copy() for key in keys])
            older = exp.LT(this=version.copy(), expression=newest)
        place = exp.Window(this=exp.RowNumber(), partition_by=keys, order=exp.Order(expressions=order))
        ranked = (
            exp.select(_column(LINE, "s"), older.as_("older", quoted=True), place.as_("place", quoted=True))
            .from_(self._staged().as_("s", quoted=True))
            .join(self._temporary(_DOUBLED).as_("d", quoted=True), on=self._same_key("s", "d"))
            .where(_kept())
        )
        beaten = exp.GT(this=_column("place"), expression=exp.Literal.number(1))
        return exp.select(_column(LINE), _column("older")).from_(ranked.subquery("ranked")).where(beaten)

    def _winners(self, values: Sequence[exp.Expr]) -> exp.Select:
        lost = (
            exp.select(exp.Literal.number(1))
            .from_(self._temporary(_LOST).as_("l", quoted=True))
            .where(_column(LINE, "l").eq(_column(LINE, "s")))
        )
        return (
            exp.select(*values)
            .from_(self._staged().as_("s", quoted=True))
            .where(_kept(), exp.not_(exp.Exists(this=lost)))
        )

    def _kind(self) -> exp.Expr:
        """Say what a record would do to the row of its key."""
        kind = exp.Case()
        if self._schema.version:
            for table in "t" if self._gone is None else "tg":
                pair = [_column(self._schema.version, one) for one in ("s", table)]
                older = exp.func("coalesce", exp.LT(this=pair[0], expression=pair[1]), exp.false())
                kind = kind.when(older, _text(_OLDER))
        kind = kind.when(_column(self._schema.primary_key[0], "t").is_(exp.null()), _text(_INSERT))
        others = [name for name in self._columns if name not in self._schema.primary_key]
        if others:
            differ = (exp.NullSafeNEQ(this=_column(name, "s"), expression=_column(name, "t")) for name in others)
            kind = kind.when(exp.or_(*differ), _text(_UPDATE))
        return kind.else_(_text(_SAME))

    def _same_key(self, left: str, right: str) -> exp.Expr:
        return exp.and_(*(_column(name, left).eq(_column(name, right)) for name in self._schema.primary_key))

    def _insert(self, names: Sequence[str], rows: exp.Select) -> exp.Insert:
        return exp.insert(rows, self._target, columns=[exp.to_identifier(name, quoted=True) for name in names])

    def _staged(self) -> exp.Table:
        return self._temporary(STAGED)

    def _temporary(self, name: str) -> exp.Table:
        return self._session.addresses.temporary.table(name)

    def _make(self, name: str, rows: exp.Select) -> None:
        make_temporary(self._session, name, rows)

    def _numbers(self, query: exp.Select) -> list[tuple[int, ...]]:
        return [tuple(int(str(value)) for value in row) for row in self._session.rows(query.sql(self._dialect.name))]


def _kept() -> exp.Expr:
    return _column(REASON).is_(exp.null())


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)
