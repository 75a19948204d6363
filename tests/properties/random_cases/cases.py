"""Cases: random rules and formulas over random worlds, held against their meaning on both engines.

A case is one rule or one formula. Each world has so many of either; its name and the place in it make a case again.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, cast

import duckdb
import psycopg
import yaml

from batuta.kit.problems import Problems
from batuta.rules.bind import bind_rule
from batuta.rules.bound import All, AttributeOf, Predicate
from batuta.rules.evaluate import Standpoint, compute, holds
from batuta.rules.functions import FUNCTIONS
from batuta.rules.outline import outline
from batuta.rules.tree import Rule
from batuta.runs.ports import Engine
from batuta.runs.questions.asked import Asked, Place
from batuta.runs.questions.explaining import counts, explain
from batuta.schema.types import Scalar
from batuta.sets.algebra import Records
from batuta.sets.questions import Probe

from .engines import Side, scalar
from .formulas import ENGINES, Formula, Formulas, functions_of, offered, walk
from .rules import RULE, THEMES, Document, Rules
from .worlds import Making, Random

RULES, FORMULAS = 16, 9
EACH = RULES + FORMULAS
"""How many cases a world has."""

WRITTEN = list(FUNCTIONS)
TOLERANCE = 1e-12
"""How far doubles may be apart that are added in any order, or come from functions of circles."""

Key = tuple[Scalar, ...]


@dataclass(frozen=True)
class RuleCase:
    """A rule over the rows of a schema."""

    schema: str
    rule: Rule
    where: Predicate

    def __str__(self) -> str:
        told = yaml.safe_dump(document(self.rule), allow_unicode=True, sort_keys=False)
        return f"rule over {self.schema}:\n{told}"


@dataclass(frozen=True)
class FormulaCase:
    """A formula over the rows of a schema."""

    schema: str
    formula: Formula

    def __str__(self) -> str:
        return f"formula over {self.schema}: {self.formula.text}"

    @property
    def as_rule(self) -> Document:
        """Return the rule that selects those for whom it holds, or gives anything."""
        if self.formula.type.kind == "boolean":
            return {"kind": "expression", "expression": self.formula.text}
        return {"kind": "attribute", "expression": self.formula.text, "operator": "is-not-empty"}


Case = RuleCase | FormulaCase


@dataclass
class Found:
    """What came of cases: how many, the kinds that occurred, and what engines disagree on."""

    cases: int = 0
    members: int = 0
    others: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def document(rule: Rule) -> Document:
    """Return a rule as it is written."""
    made = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _with_kinds(made, rule)


def _with_kinds(made: Document, rule: Any) -> Document:
    found = {"kind": rule.kind, **made}
    if "children" in found:
        found["children"] = [_with_kinds(each, of) for each, of in zip(made["children"], rule.children, strict=True)]
    if getattr(rule, "rule", None) is not None:
        found["rule"] = _with_kinds(made["rule"], rule.rule)
    return found


def cases_of(world: Random, number: int) -> Iterator[Case]:
    """Yield the cases of a world; themes and functions come in turn."""
    chance = random.Random(f"{world.name}, cases")
    formulas = Formulas(world, chance)
    rules = Rules(world, chance, formulas)
    for place in range(RULES):
        schema, rule, where = rules.case(THEMES[(number * RULES + place) % len(THEMES)])
        yield RuleCase(schema, rule, where)
    for place in range(FORMULAS):
        name = WRITTEN[(number * FORMULAS + place) % len(WRITTEN)]
        schemas = [schema.name for schema in world.own]
        chance.shuffle(schemas)
        found = next((each for schema in schemas * 3 if (each := (schema, formulas.of(schema, name)))[1]), None)
        assert found, f"{world.name}: no formula is found with {name}"
        schema, formula = found
        assert formula is not None
        yield FormulaCase(schema, formula)


class Trial:
    """A world on both engines, with its meaning."""

    def __init__(self, world: Random) -> None:
        self.world = world
        self.sides = {engine: Side(engine, world) for engine in ENGINES}
        self._standing = {name: world.standpoints(name) for name in world.rows}

    def rows(self, schema: str) -> list[Standpoint]:
        """Return the rows of a schema, each where it stands."""
        return self._standing[schema]

    def keys(self, schema: str) -> list[Key]:
        return [self.world.key_of(schema, each.row) for each in self.rows(schema)]


def wrong_population(trial: Trial, case: RuleCase) -> str | None:
    """Return how a population differs from its meaning, None if it does not."""
    inside = [holds(case.where, row) for row in trial.rows(case.schema)]
    keys = [key for key, member in zip(trial.keys(case.schema), inside, strict=True) if member]
    for engine, side in trial.sides.items():
        if not all(offered(each, engine) for each in _expressions(case.where)):
            continue
        population = Records(trial.world.shape(case.schema), case.where)
        found = _attempted(partial(side.read, population))
        if isinstance(found, str):
            return f"{engine} raises {found}"
        if sorted(found, key=repr) != sorted(keys, key=repr):
            more, less = sorted(set(found) - set(keys), key=repr), sorted(set(keys) - set(found), key=repr)
            return f"{engine} selects {more[:3]} too many, {less[:3]} too few, {len(found)} rows"
    return None


def _expressions(predicate: Any) -> Iterator[Any]:
    left = getattr(predicate, "left", None) or getattr(predicate, "expression", None)
    if left is not None:
        yield left


def _attempted(ask: Callable[[], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]] | str:
    try:
        return ask()
    except (duckdb.Error, psycopg.Error, RecursionError) as error:
        return f"{type(error).__name__}: {str(error)[:400]}"


def wrong_explanation(trial: Trial, case: RuleCase, found: Found | None = None) -> str | None:
    """Return how an explanation of a member or another differs from membership, None if none does."""
    root = outline(case.rule, case.where)
    rows = trial.rows(case.schema)
    keys = trial.keys(case.schema)
    inside = [holds(case.where, row) for row in rows]
    named = [place for place, key in enumerate(keys) if "" not in key]
    members = [place for place in named if inside[place]][-1:]
    others = [place for place in named if not inside[place]][-1:]
    if found is not None:
        found.members += len(members)
        found.others += len(others)
    engines = sorted(ENGINES, reverse=len(case.schema) % 2 == sum(inside) % 2)
    for engine, place in zip(engines, [*members, *others], strict=False):
        asked = _asked(trial, case, engine)
        try:
            told = explain(asked, [_written(part) for part in keys[place]])
        except (duckdb.Error, psycopg.Error) as error:
            return f"explaining {keys[place]}, {engine} raises {str(error)[:400]}"
        meant = {node.path: holds(node.predicate, rows[place]) for node in root.walk()}
        if told.member is not inside[place] or {each.path: each.holds for each in told.verdicts} != meant:
            return f"explaining {keys[place]}, {engine} tells {told.member} and {told.verdicts}, meant is {meant}"
    return _wrong_counts(trial, case, engines[0])


def _wrong_counts(trial: Trial, case: RuleCase, engine: str) -> str | None:
    told = counts(_asked(trial, case, engine))
    rows = trial.rows(case.schema)
    meant = {
        node.path: sum(holds(node.predicate, row) for row in rows) for node in outline(case.rule, case.where).walk()
    }
    found = {node.path: node.alone for node in told.nodes}
    return None if found == meant and told.rows == len(rows) else f"{engine} counts {found}, meant is {meant}"


def _asked(trial: Trial, case: RuleCase, engine: str) -> Asked:
    world = trial.world
    place = Place(cast("Engine", trial.sides[engine]), world.catalogue, world.moment, filters=world.filters)
    return Asked(place, case.rule, case.where, world.around(case.schema), Records(world.shape(case.schema), All()))


def _written(part: Scalar) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)


def wrong_values(trial: Trial, cases: Sequence[FormulaCase]) -> Iterator[tuple[FormulaCase, str]]:
    """Yield the formulas whose values differ from their meaning; those over one schema are asked for at once."""
    schema = cases[0].schema
    for engine, side in trial.sides.items():
        asked = [case for case in cases if offered(case.formula.bound, engine)]
        columns = _values(trial, schema, side, asked)
        if isinstance(columns, str):
            alone = [(case, _values(trial, schema, side, [case])) for case in asked]
            raising = [(case, text) for case, text in alone if isinstance(text, str)]
            yield from ((case, f"{engine} raises {text}") for case, text in raising)
            if not raising:
                yield asked[0], f"{engine} raises {columns} for these at once: {[str(case) for case in asked]}"
            continue
        for case in asked:
            said = _difference(trial, case, columns[case.formula.text])
            if said:
                yield case, f"{engine} {said}"


def _values(trial: Trial, schema: str, side: Side, cases: Sequence[FormulaCase]) -> dict[str, dict[Key, Scalar]] | str:
    key = trial.world.catalogue.schema_named(schema).key
    terms = [AttributeOf((), each.name, each.type) for each in key]
    probe = Probe(Records(trial.world.shape(schema), All()), (*terms, *(case.formula.bound for case in cases)))
    answers = _attempted(lambda: side.answers(probe))
    if isinstance(answers, str):
        return answers
    width = len(key)
    return {
        case.formula.text: {row[:width]: scalar(row[width + place], case.formula.type) for row in answers}
        for place, case in enumerate(cases)
    }


def _difference(trial: Trial, case: FormulaCase, found: dict[Key, Scalar]) -> str:
    for key, row in zip(trial.keys(case.schema), trial.rows(case.schema), strict=True):
        meant = compute(case.formula.bound, row)
        if key not in found or not _same(meant, found[key]):
            names = sorted({part.name for part in walk(case.formula.bound) if isinstance(part, AttributeOf)})
            values = {name: row.row[name] for name in names if name in row.row}
            return f"gives {found.get(key)!r} for {key}, meant is {meant!r}, of {values}"
    return ""


def _same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        alike = math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return alike or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


def run(seed: int, first: int, count: int, *, patient: bool = True) -> Found:
    """Try the cases of worlds from the first one on, and return what came of them.

    If not `patient` it ends with the world in which something is wrong.
    """
    found = Found()
    for number in range(first, first + math.ceil(count / EACH)):
        world = Making(seed, number).world()
        trial = Trial(world)
        cases = list(cases_of(world, number))
        found.cases += len(cases)
        found.kinds.update(f"schema: {feature}" for feature in world.features)
        for case in cases:
            found.kinds.update(set(kinds_of(case)))
        _try_all(trial, cases, found)
        if found.wrong and not patient:
            break
    return found


def _try_all(trial: Trial, cases: Sequence[Case], found: Found) -> None:
    rules = [case for case in cases if isinstance(case, RuleCase)]
    formulas = [case for case in cases if isinstance(case, FormulaCase)]
    for case in rules:
        said = wrong_rule(trial, case, found)
        if said:
            least = f"{case}{said}" if found.wrong else smallest(trial, case)
            found.wrong.append(f"{trial.world.name}: {least}")
    for schema in {case.schema: None for case in formulas}:
        there = [case for case in formulas if case.schema == schema]
        found.wrong += [f"{trial.world.name}: {case}\n{said}" for case, said in wrong_values(trial, there)]
    for formula in formulas:
        said = wrong_selection(trial, formula, found)
        if said:
            found.wrong.append(f"{trial.world.name}: population of the {formula}\n{said}")


def wrong_selection(trial: Trial, case: FormulaCase, found: Found) -> str | None:
    """Return what is wrong with the rule that a formula makes; there is no explaining what windows give."""
    rule = RULE.validate_python(case.as_rule)
    where = bind_rule(rule, trial.world.around(case.schema, windows=True))
    asked = RuleCase(case.schema, rule, where)
    if case.formula.windowed or not all(offered(case.formula.bound, engine) for engine in ENGINES):
        return wrong_population(trial, asked)
    return wrong_rule(trial, asked, found)


def wrong_rule(trial: Trial, case: RuleCase, found: Found | None = None) -> str | None:
    """Return what is wrong with a rule on an engine, None if nothing is."""
    return wrong_population(trial, case) or wrong_explanation(trial, case, found)


def smallest(trial: Trial, case: RuleCase) -> str:
    """Return the smallest part of a rule, or form of it, that is wrong too, and what is wrong with it."""
    said = wrong_rule(trial, case)
    for smaller in _smaller(document(case.rule)):
        rule = RULE.validate_python(smaller)
        try:
            where = bind_rule(rule, trial.world.around(case.schema))
        except Problems:
            continue
        part = RuleCase(case.schema, rule, where)
        if wrong_rule(trial, part):
            return smallest(trial, part)
    return f"{case}{said}"


def _smaller(rule: Document) -> Iterator[Document]:
    """Yield a rule's parts, and the rule without a part of it."""
    children = rule.get("children", [])
    yield from children
    if len(children) > 1:
        yield from ({**rule, "children": [*children[:place], *children[place + 1 :]]} for place in range(len(children)))
    for place, child in enumerate(children):
        for smaller in _smaller(child):
            yield {**rule, "children": [*children[:place], smaller, *children[place + 1 :]]}
    if "rule" in rule:
        yield {name: value for name, value in rule.items() if name != "rule"}
        yield from ({**rule, "rule": smaller} for smaller in _smaller(rule["rule"]))


def kinds_of(case: Case) -> Iterator[str]:
    """Yield the kinds that a case has."""
    if isinstance(case, FormulaCase):
        yield "case: formula"
        yield from (f"function: {name}" for name in functions_of(case.formula.bound))
        return
    yield "case: rule"
    yield from _kinds(document(case.rule))


def _kinds(rule: Document) -> Iterator[str]:
    if rule.get("enabled") is False:
        yield "leaf: switched off"
        return
    kind = rule["kind"]
    yield f"leaf: {kind}" + (" not" if rule.get("negated") else "")
    for name in ("operator", "function", "behaviour"):
        if name in rule:
            yield f"{kind} {name}: {rule[name]}"
    if "operator" in rule and kind in ("attribute", "aggregate"):
        yield from _switches(rule)
    if kind in ("exists", "aggregate"):
        yield f"{kind} over {'a chain' if '.' in rule['path'] else 'one relationship'}"
    for part in (*rule.get("children", ()), *([rule["rule"]] if "rule" in rule else ())):
        yield from _kinds(part)


def _switches(rule: Document) -> Iterator[str]:
    yield f"match case: {rule.get('match_case', False)}"
    yield f"match accents: {rule.get('match_accents', False)}"
    values = [rule.get("value"), *rule.get("values", ())]
    if any(isinstance(value, dict) for value in values):
        yield "compared with a formula"


def main(seed: int, first: int, count: int) -> int:
    """Try cases until a world has one that is wrong, and tell what is wrong on the standard output."""
    found = run(seed, first, count, patient=False)
    for text in found.wrong:
        sys.stdout.write(f"{text}\n\n")
    return 1 if found.wrong else 0
