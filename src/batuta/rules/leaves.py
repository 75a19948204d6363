"""Leaves that name something of the home or the run: audiences, transitions, and the rows behind a link.

Each raises Problems with fields of its own node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from batuta.kit.problems import Gather, Problem, Problems, Term
from batuta.kit.text import suggest
from batuta.rules.binding import Surroundings
from batuta.rules.bound import Among, Constant, LeadsTo, Member
from batuta.rules.functions.model import Unfit
from batuta.rules.paths import follow, leave_root
from batuta.rules.tree import InAudience, InTransition, LinkedTo, LinkOperator, Plain
from batuta.rules.values import read_value
from batuta.schema.model import Schema

_OF_ROWS = frozenset({LinkOperator.IS, LinkOperator.IS_NOT})
_NEGATIVE = frozenset({LinkOperator.IS_NOT, LinkOperator.IS_EMPTY})


def bind_audience(rule: InAudience, around: Surroundings) -> Member:
    """Return the membership in a saved audience of rows of the same schema."""
    schema = around.audiences.get(rule.audience)
    if schema is None:
        raise unknown("rule.unknown-audience", "audience", rule.audience, around.audiences)
    if schema != around.schema:
        values = {"audience": rule.audience, "found": schema, "expected": around.schema}
        raise Problems([Problem("rule.audience-of-other", values, "audience")])
    return Member(rule.audience, rule.negated)


def bind_transition(rule: InTransition, around: Surroundings) -> Among:
    """Return the membership in the people of a transition further up, of rows of the same schema."""
    name = _passage_named(rule.transition, around)
    passage = around.passages[name]
    if passage.unknown:
        raise Problems([Problem("rule.transition-off", {"transition": name}, "transition")])
    if passage.schema != around.schema:
        values = {"transition": name, "found": passage.schema or Term("term.lines"), "expected": around.schema}
        raise Problems([Problem("rule.transition-of-other", values, "transition")])
    return Among(name, passage.table, rule.negated)


def _passage_named(written: str, around: Surroundings) -> str:
    """Return the transition that is meant: as written, or the only one that carries people from that activity."""
    if written in around.passages:
        return written
    leaving = [name for name in around.passages if name.rpartition(".")[0] == written]
    if f"{written}.main" in leaving:
        return f"{written}.main"
    if len(leaving) == 1:
        return leaving[0]
    if leaving:
        raise Problems([Problem("rule.several-transitions", {"transition": written, "known": leaving}, "transition")])
    raise _no_transition(written, around.passages)


def _no_transition(written: str, passages: Iterable[str]) -> Problems:
    known = sorted(passages)
    if not known:
        return Problems([Problem("rule.no-transitions", {"transition": written}, "transition")])
    near = suggest(written, known)
    if near:
        return Problems([Problem("rule.unknown-transition-near", {"transition": written, "near": near}, "transition")])
    return Problems([Problem("rule.unknown-transition", {"transition": written, "known": known[:20]}, "transition")])


def bind_linked_to(rule: LinkedTo, around: Surroundings) -> LeadsTo:
    """Return the condition on the one row that a path leads to, its keys read in the types of the key there."""
    root, way, start = leave_root(rule.path, around)
    names = [name.strip() for name in way.split(".")]
    if not all(names):
        raise Problems([Problem("rule.no-path", field="path")])
    try:
        path, schema = follow(start.catalogue, start.schema, names, start.roots)
    except Unfit as unfit:
        raise Problems([Problem(unfit.code, unfit.values, "path")]) from None
    if any(link.many for link in path):
        raise Problems([Problem("rule.many-rows", {"path": rule.path}, "path")])
    return LeadsTo(path, _keys(rule, schema), rule.operator in _NEGATIVE, root)


def _keys(rule: LinkedTo, schema: Schema) -> tuple[tuple[Constant, ...], ...] | None:
    word = Term(f"operator.{rule.operator.value}")
    if rule.operator not in _OF_ROWS:
        if rule.rows:
            raise Problems([Problem("rule.value-not-needed", {"operator": word}, "rows")])
        return None
    if not rule.rows:
        raise Problems([Problem("rule.rows-missing", {"operator": word}, "rows")])
    gather = Gather()
    keys = [gather.attempt(partial(_key, row, schema), f"rows.{place}") for place, row in enumerate(rule.rows)]
    gather.check()
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def _key(row: Plain | Sequence[Plain], schema: Schema) -> tuple[Constant, ...]:
    parts = row if isinstance(row, tuple) else (row,)
    if len(parts) != len(schema.primary_key):
        values = {"schema": schema.name, "expected": list(schema.primary_key), "found": len(parts)}
        raise Problems([Problem("rule.key-parts", values)])
    try:
        return tuple(
            read_value(part, schema.attribute(name).type) for part, name in zip(parts, schema.primary_key, strict=True)
        )
    except Unfit as unfit:
        raise Problems([Problem(unfit.code, unfit.values)]) from None


def unknown(code: str, what: str, name: str, known: Iterable[str]) -> Problems:
    """Return the problem of a name in the field `what` that is not known: `<code>-near` where one is near."""
    near = suggest(name, known)
    if near:
        return Problems([Problem(f"{code}-near", {what: name, "near": near}, what)])
    return Problems([Problem(code, {what: name}, what)])
