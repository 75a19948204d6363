"""Changes of rows by campaigns: a population tells which rows and which values, once for each effect.

The rows of the population are judged first, against the rows that are there, into a temporary table; then those
that change join the data in one transaction with the key of the effect.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from batuta.engines.shared.folding import columns_of, folded_attributes, folded_column
from batuta.engines.shared.records import change_done, record_change
from batuta.engines.shared.session import Session
from batuta.engines.shared.temporary import make_temporary
from batuta.engines.shared.tombstones import bury, tombstones
from batuta.engines.sql import trees
from batuta.engines.sql.context import Context, Row
from batuta.engines.sql.expressions import value
from batuta.runs.ports import Changing
from batuta.schema.changing import Change, ChangeCounts
from batuta.schema.model import Attribute
from batuta.schema.types import INTEGER, Kind

_GIVEN, _JUDGED = "_given", "_judged"
_PLACE, _BAD, _FIRST, _FATE = "_place", "_bad", "_first", "_fate"
_ZERO = exp.Literal.number(0)


def change_rows(session: Session, context: Context, order: Changing) -> ChangeCounts:
    """Change rows as a population tells and remember the effect, or return what is remembered of it.

    An order without an effect changes nothing: its counts are those that a change would have.
    """
    done = change_done(session, order.effect) if order.effect else None
    if done is not None:
        return done
    changing = _Changing(session, context, order)
    changing.take_in()
    counts = changing.judge()
    if order.effect:
        with session.transaction():
            changing.carry_out()
            record_change(session, order.effect, counts)
            order.before_commit()
    return counts


class _Changing:
    """The statements of one change; `s` is a row of the population, `t` the row of its key, `g` its tombstone."""

    def __init__(self, session: Session, context: Context, order: Changing) -> None:
        self._session = session
        self._dialect = session.dialect
        self._context = context
        self._order = order
        self._schema = order.schema
        self._given = dict(order.values)
        self._gone = tombstones(session, order.schema)

    def take_in(self) -> None:
        """Compute what the population gives, in the types of the attributes; mark what does not fit, and repeats."""
        shape, alias = self._order.population.shape, self._context.names.take("p")
        row = Row.of_population(self._context, shape, alias)
        raw: list[exp.Expr] = [trees.aliased(value(of, row), f"r_{name}") for name, of in self._given.items()]
        order = [trees.ascending(trees.column(alias, name)) for name in shape.row_columns]
        raw.append(trees.aliased(trees.over(exp.RowNumber(), [], order), _PLACE))
        source = trees.under(self._session.addresses.work.table(self._order.population.name), alias)
        read = row.join(trees.query(raw, source))
        attributes = [self._schema.by_name[name] for name in self._given]
        fitted = [self._fitted(attribute).as_(attribute.name, quoted=True) for attribute in attributes]
        passed = [_column(_PLACE), *(_column(f"r_{attribute.name}") for attribute in attributes)]
        typed = exp.select(*fitted, *passed).from_(read.subquery("raw"))
        bad = trees.some(fault for attribute in attributes for fault in self._faults(attribute))
        judged = exp.select(exp.Star(), trees.certain(bad).as_(_BAD, quoted=True)).from_(typed.subquery("typed"))
        keys = [_column(_BAD), *(_column(name) for name in self._schema.primary_key)]
        first = trees.over(exp.RowNumber(), keys, [trees.ascending(_column(_PLACE))])
        kept = [_column(name) for name in (*self._given, _BAD)]
        self._make(_GIVEN, exp.select(*kept, first.as_(_FIRST, quoted=True)).from_(judged.subquery("judged")))

    def judge(self) -> ChangeCounts:
        """Find what becomes of each row, and count it."""
        values = [self._new(name).as_(name, quoted=True) for name in columns_of(self._schema, self._dialect)]
        joined = exp.select(*values, self._fate().as_(_FATE, quoted=True)).from_(
            self._temporary(_GIVEN).as_("s", quoted=True)
        )
        joined = joined.join(self._rows().as_("t", quoted=True), on=self._same("t"), join_type="left")
        if self._gone is not None:
            joined = joined.join(self._gone.as_("g", quoted=True), on=self._same("g"), join_type="left")
        self._make(_JUDGED, joined)
        fate = _column(_FATE)
        query = exp.select(fate, exp.Count(this=exp.Star())).from_(self._temporary(_JUDGED)).group_by(fate.copy())
        found = {str(name): int(str(number)) for name, number in self._session.rows(query.sql(self._dialect.name))}
        return ChangeCounts(read=sum(found.values()), **found)

    def carry_out(self) -> None:
        """Let the rows that change join the data; the caller holds the transaction."""
        names = list(columns_of(self._schema, self._dialect))
        same = [_column(name, "j").eq(_column(name, "t")) for name in self._schema.primary_key]
        hit = (
            exp.select(exp.Literal.number(1))
            .from_(self._temporary(_JUDGED).as_("j", quoted=True))
            .where(_is(_FATE, "updated", "deleted", table="j"), *same)
        )
        target = self._rows()
        old = exp.Delete(this=target.as_("t", quoted=True), where=exp.Where(this=exp.Exists(this=hit)))
        self._session.run(old.sql(self._dialect.name))
        new = exp.select(*map(_column, names)).from_(self._temporary(_JUDGED)).where(_is(_FATE, "inserted", "updated"))
        columns = [exp.to_identifier(name, quoted=True) for name in names]
        self._session.run(exp.insert(new, self._rows(), columns=columns).sql(self._dialect.name))
        if self._order.change is Change.DELETE and self._schema.version is not None:
            kept = map(_column, (*self._schema.primary_key, self._schema.version))
            bury(
                self._session,
                self._schema,
                exp.select(*kept).from_(self._temporary(_JUDGED)).where(_is(_FATE, "deleted")),
            )

    def _fitted(self, attribute: Attribute) -> exp.Expr:
        """Return a value in the type of its attribute, empty where it does not fit."""
        raw = _column(f"r_{attribute.name}")
        if attribute.type.kind is Kind.ENUM:
            known = exp.In(this=raw, expressions=[trees.text(one) for one in attribute.type.values])
            return exp.Case(ifs=[exp.If(this=known, true=raw.copy())])
        typed = self._dialect.fitted(raw, attribute.type)
        return self._folded(typed) if attribute.folded else typed

    def _folded(self, tree: exp.Expr) -> exp.Expr:
        return self._dialect.folded(tree, case=True, accents=True)

    def _faults(self, attribute: Attribute) -> Iterator[exp.Expr]:
        """Yield the conditions under which a row of the population is rejected for one attribute."""
        fitted, raw = _column(attribute.name), _column(f"r_{attribute.name}")
        yield trees.every([trees.is_null(fitted), trees.is_not_null(raw)])
        in_key = attribute.name in self._schema.primary_key
        if in_key and attribute.type.is_text:
            yield trees.equal(fitted.copy(), trees.text(""))
        if in_key or attribute.required or attribute.name == self._schema.version:
            yield trees.is_null(raw.copy())

    def _new(self, name: str) -> exp.Expr:
        """Return the value that a column has after the change."""
        if name == self._schema.version:
            return self._version()
        if name in self._given:
            return _column(name, "s")
        original = next((one for one in folded_attributes(self._schema) if folded_column(one) == name), None)
        return self._folded(_column(original, "s")) if original in self._given else _column(name, "t")

    def _version(self) -> exp.Expr:
        """Return the version of the change: as given, else the moment, else one above what is there."""
        assert self._schema.version is not None  # asked only where there is one
        if self._schema.version in self._given:
            return _column(self._schema.version, "s")
        of = self._schema.by_name[self._schema.version].type
        if of.kind is not INTEGER.kind:
            moment = self._context.moment
            now = moment.now if of.kind is Kind.INSTANT else moment.local
            return self._dialect.cast(self._dialect.constant(now, of), of)
        known = [
            exp.Coalesce(this=_column(self._schema.version, table), expressions=[_ZERO]) for table in self._tables()
        ]
        return exp.Add(this=exp.Greatest(this=known[0], expressions=known[1:]), expression=exp.Literal.number(1))

    def _tables(self) -> str:
        return "t" if self._gone is None else "tg"

    def _fate(self) -> exp.Expr:
        """Return what becomes of a row of the population: the name of a count."""
        absent = trees.is_null(_column(self._schema.primary_key[0], "t"))
        change = self._order.change
        branches: list[tuple[exp.Expr, str]] = [
            (_column(_BAD, "s"), "rejected"),
            (exp.GT(this=_column(_FIRST, "s"), expression=exp.Literal.number(1)), "repeated"),
        ]
        if not change.adds:
            branches.append((absent, "missing"))
        if change is Change.INSERT:
            branches.append((trees.negated(absent), "existing"))
        branches += [(older, "ignored") for older in self._older()]
        if change is Change.DELETE:
            return _case(branches, "deleted")
        if change.adds:
            branches.append((absent.copy(), "inserted"))
        return _case([*branches, (self._differs(), "updated")], "unchanged")

    def _older(self) -> Iterator[exp.Expr]:
        """Yield the condition that a given version is older than that of the row, or of its tombstone."""
        if self._schema.version is None:
            return
        if self._schema.version not in self._given and self._schema.by_name[self._schema.version].type == INTEGER:
            return
        for table in self._tables():
            yield trees.certain(exp.LT(this=self._version(), expression=_column(self._schema.version, table)))

    def _differs(self) -> exp.Expr:
        names = [name for name in self._given if name not in self._schema.primary_key]
        return trees.some(
            trees.tight(exp.NullSafeNEQ(this=_column(name, "s"), expression=_column(name, "t"))) for name in names
        )

    def _same(self, table: str) -> exp.Expr:
        pairs = [trees.equal(_column(name, "s"), _column(name, table)) for name in self._schema.primary_key]
        return trees.every(pairs)

    def _rows(self) -> exp.Table:
        return self._session.addresses.rows.table(self._schema.name)

    def _temporary(self, name: str) -> exp.Table:
        return self._session.addresses.temporary.table(name)

    def _make(self, name: str, rows: exp.Select) -> None:
        make_temporary(self._session, name, rows)


def _case(branches: list[tuple[exp.Expr, str]], otherwise: str) -> exp.Expr:
    return trees.case([(condition, trees.text(name)) for condition, name in branches], trees.text(otherwise))


def _is(name: str, *values: str, table: str | None = None) -> exp.Expr:
    return exp.In(this=_column(name, table), expressions=[trees.text(one) for one in values])


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)
