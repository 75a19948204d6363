"""Whether a predefined filter is sound by itself, before anybody uses it."""

from __future__ import annotations

from collections.abc import Iterator

from batuta.kit.identifiers import NAME, SLUG
from batuta.kit.problems import Gather, Problem, Problems
from batuta.kit.text import suggest
from batuta.rules.bind import bind_rule
from batuta.rules.binding import Surroundings
from batuta.rules.filters import SEVERAL, SINGLE, Filter, lies_in, schema_of, value_at
from batuta.rules.tree import Rule


def check_filter(known: Filter, around: Surroundings) -> None:
    """Raise Problems with all that is wrong with a filter, fields as in its file.

    `around` tells of the data, the audiences and the other filters. A parameter for which the rule has no value is
    no mistake: whoever uses the filter gives one.
    """
    gather = Gather()
    if not SLUG.match(known.name):
        gather.add(Problem("filter.bad-name", {"name": known.name}, "name"))
    gather.found += _parameter_problems(known)
    schema = gather.attempt(lambda: _schema(known, around))
    if schema is not None:
        gather.found += _rule_problems(
            known,
            Surroundings(
                around.catalogue,
                schema,
                audiences=around.audiences,
                filters={**around.filters, known.name: known},
                within=(known.name,),
                lists=around.lists,
                engine=around.engine,
            ),
        )
    gather.check()


def _schema(known: Filter, around: Surroundings) -> str:
    if bool(known.schema_name) == bool(known.dimension):
        raise Problems([Problem("filter.no-schema", field="schema")])
    field, name = ("schema", known.schema_name) if known.schema_name else ("dimension", known.dimension)
    names = around.catalogue.by_name if known.schema_name else {each.name for each in around.catalogue.dimensions}
    if name in names:
        return schema_of(known, around.catalogue)
    near = suggest(name, names)
    if near:
        raise Problems([Problem("filter.unknown-schema-near", {"name": name, "near": near}, field)])
    raise Problems([Problem("filter.unknown-schema", {"name": name, "known": sorted(names)[:20] or ["-"]}, field)])


def _rule_problems(known: Filter, around: Surroundings) -> Iterator[Problem]:
    try:
        bind_rule(known.rule, around)
    except Problems as error:
        for problem in error.problems:
            if problem.field not in known.open_fields():
                yield problem.under("rule")


def _parameter_problems(known: Filter) -> Iterator[Problem]:
    """Yield a problem for each parameter that fills nothing that can be filled, or the same as another."""
    names: set[str] = set()
    fields: set[str] = set()
    for place, parameter in enumerate(known.parameters):
        where = f"parameters.{place}"
        if not NAME.match(parameter.name):
            yield Problem("filter.bad-parameter-name", {"name": parameter.name}, f"{where}.name")
        elif parameter.name in names:
            yield Problem("filter.parameter-twice", {"name": parameter.name}, f"{where}.name")
        if not _fillable(known.rule, parameter.field):
            yield Problem("filter.no-field", {"field": parameter.field}, f"{where}.field")
        elif any(lies_in(parameter.field, other) or lies_in(other, parameter.field) for other in fields):
            yield Problem("filter.field-twice", {"field": parameter.field}, f"{where}.field")
        names.add(parameter.name)
        fields.add(parameter.field)


def _fillable(rule: Rule, field: str) -> bool:
    steps = field.split(".")
    fills = steps[-1] in SINGLE | SEVERAL or (len(steps) > 1 and steps[-2] in ("values", "arguments"))
    try:
        value_at(rule, steps)
    except LookupError:
        return False
    return fills
