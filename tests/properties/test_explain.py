"""Explanations of random rules agree with membership, and with the evaluator in each part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batuta.kit.problems import LANGUAGES
from batuta.kit.stopping import Stop
from batuta.rules.bind import bind_rule
from batuta.rules.bound import All, Linked, Moment
from batuta.rules.called import Names
from batuta.rules.evaluate import Row, holds
from batuta.rules.outline import Node, outline
from batuta.rules.reading import read_rule
from batuta.rules.tree import Rule
from batuta.runs.ports import Engine, Rows
from batuta.runs.questions.asked import Asked, Place
from batuta.runs.questions.explaining import Explained, counts, explain
from batuta.sets.algebra import Records
from batuta.sets.questions import Question
from batuta.sets.shape import Shape

from .rule_trees import rules
from .shop import CATALOGUE, MOMENT, ORDERS, PEOPLE, Shop, around, shop

SEEDS = st.integers(0, 4)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@dataclass(frozen=True)
class Answering:
    """The part of an engine that answers questions, over the shop's own database."""

    shop: Shop

    def ask(self, question: Question, _moment: Moment, _audiences: Mapping[str, str], _stop: Stop | None) -> Rows:
        return self.shop.connection.execute(self.shop.compiler.question(question).sql("duckdb")).fetchall()


def asked_about(there: Shop, shape: Shape, rule: Rule) -> Asked:
    surroundings = around(shape.schema)
    place = Place(cast("Engine", Answering(there)), CATALOGUE, MOMENT)
    return Asked(place, rule, bind_rule(rule, surroundings), surroundings, Records(shape, All()))


def agree(seed: int, shape: Shape, rule: Rule) -> tuple[int, int]:
    """Check what is told of a rule; return how many members and others were explained."""
    there = shop(seed)
    asked = asked_about(there, shape, rule)
    rows = there.rows[shape.schema]
    nodes = list(outline(rule, asked.predicate).walk())
    inside = {node.path: [holds(node.predicate, there.standpoint(row, shape.schema)) for row in rows] for node in nodes}
    told = counts(asked)
    assert told.rows == len(rows)
    assert {node.path: node.alone for node in told.nodes} == {path: sum(found) for path, found in inside.items()}
    members = [place for place, member in enumerate(inside[""]) if member][:1]
    others = [place for place, member in enumerate(inside[""]) if not member][:1]
    for place in (*members, *others):
        key = [str(rows[place][attribute.name]) for attribute in asked.schema.key]
        explained = explain(asked, key)
        assert explained.member is inside[""][place]
        assert {each.path: each.holds for each in explained.verdicts} == {
            path: found[place] for path, found in inside.items()
        }
        check_what_decides(asked, explained)
        check_links(there, asked, explained, rows[place])
    return len(members), len(others)


def check_what_decides(asked: Asked, told: Explained) -> None:
    """Check that the conditions that decide suffice: whatever the others were, the rule would come out the same."""
    root = outline(asked.rule, asked.predicate)
    holding = {each.path: each.holds for each in told.verdicts}
    deciding = {each.path for each in told.verdicts if each.decides}

    def possible(node: Node) -> set[bool]:
        if not node.children:
            return {holding[node.path]} if node.path in deciding else {True, False}
        return {_group(node.rule.kind, choice) for choice in product(*map(possible, node.children))}

    assert possible(root) == {told.member}
    assert deciding <= set(holding)


def _group(kind: str, parts: tuple[bool, ...]) -> bool:
    if kind == "and":
        return all(parts)
    return any(parts) if kind == "or" else parts[0] and not any(parts[1:])


def check_links(there: Shop, asked: Asked, told: Explained, row: Row) -> None:
    """Check that the rows told of are linked and satisfy the condition, and that they are counted."""
    nodes = {node.path: node for node in outline(asked.rule, asked.predicate).walk()}
    for verdict in told.verdicts:
        predicate = nodes[verdict.path].predicate
        if nodes[verdict.path].children or not isinstance(predicate, Linked):
            continue
        end = predicate.path[-1].there
        here = there.standpoint(row, asked.among.shape.schema)
        linked = [here.at(each, end) for each in there.world.linked(row, predicate.path)]
        found = [each for each in linked if predicate.where is None or holds(predicate.where, each)]
        assert [each.value for each in verdict.evidence] == [len(found)]
        keys = {tuple(each.row[name] for name in CATALOGUE.schema_named(end).primary_key) for each in found}
        assert verdict.linked == tuple(sorted(keys))[:5]


@settings(max_examples=120, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, rules("person", 3))
def test_explanations_of_people(seed: int, rule: Rule) -> None:
    agree(seed, PEOPLE, rule)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, rules("order", 3))
def test_explanations_of_rows_with_two_key_columns(seed: int, rule: Rule) -> None:
    agree(seed, ORDERS, rule)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=QUIET)
@given(SEEDS, rules("person", 5))
def test_many_explanations_of_people(seed: int, rule: Rule) -> None:
    agree(seed, PEOPLE, rule)


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(rules("person", 3))
def test_every_random_rule_can_be_read(rule: Rule) -> None:
    for language in LANGUAGES:
        lines = read_rule(rule, Names(CATALOGUE, "person"), cast("Any", language))
        assert all(line.text for line in lines)
        paths = {node.path for node in outline(rule, bind_rule(rule, around("person"))).walk()}
        assert paths <= {line.path for line in lines}
