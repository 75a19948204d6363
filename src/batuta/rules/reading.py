"""Rules in plain language: a line for each node, from the document alone, so that a wrong rule can be read too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from batuta.rules.called import Names
from batuta.rules.periods import AMOUNTED
from batuta.rules.spelling import spell, texts_of
from batuta.rules.tree import (
    Aggregate,
    AggregateFunction,
    And,
    Behaviour,
    Condition,
    Everyone,
    Except,
    Exists,
    Expression,
    FeedbackIs,
    InAudience,
    InTransition,
    LinkedTo,
    LinkOperator,
    Operator,
    Or,
    Period,
    Plain,
    Predefined,
    Rule,
    Truth,
    Value,
)
from batuta.schema.types import INTEGER, DataType

Language = Literal["en", "fr"]

_SHOWN = 5
"""How many values of a list are read out."""

_WITH_EMPTY = frozenset(
    {
        Operator.NOT_EQUAL,
        Operator.NOT_IN,
        Operator.NOT_CONTAINS,
        Operator.NOT_STARTS_WITH,
        Operator.NOT_LIKE,
    }
)
"""Operators that hold for empty values too."""

_OF_SENDING = frozenset({Behaviour.SENT, Behaviour.NOT_OPENED, Behaviour.NOT_CLICKED})
"""Behaviours whose period is that of the sending."""


@dataclass(frozen=True, slots=True)
class Line:
    """A node of a rule in words: its path in the document, how deep it lies, and whether it says anything."""

    path: str
    depth: int
    text: str
    enabled: bool = True


def read_rule(rule: Rule, names: Names, language: Language = "en") -> tuple[Line, ...]:
    """Return a rule in words, a line for each node, parts after what they are part of."""
    return tuple(_Reader(names, language).lines(rule, "", 0, enabled=True))


@dataclass(frozen=True)
class _Reader:
    """Reads nodes over the rows of one schema."""

    names: Names
    language: Language

    def say(self, name: str, /, **values: str) -> str:
        return texts_of(self.language)[name].format_map(values)

    def lines(self, rule: Rule, path: str, depth: int, *, enabled: bool) -> Iterator[Line]:
        enabled = enabled and rule.enabled
        text, notes = _SAYINGS[type(rule)](rule, self)
        parts = list(self._parts(rule, path))
        if rule.label:
            text = self.say("labelled", label=rule.label, text=text)
        if not rule.enabled:
            notes = (*notes, "note.off")
        text = self.noted(text, notes)
        yield Line(path, depth, self.say("then", text=text) if parts else text, enabled)
        for part, below, reader in parts:
            yield from reader.lines(part, below, depth + 1, enabled=enabled)

    def _parts(self, rule: Rule, path: str) -> Iterator[tuple[Rule, str, _Reader]]:
        if isinstance(rule, (And, Or, Except)):
            for place, child in enumerate(rule.children):
                yield child, _below(path, f"children.{place}"), self
        elif isinstance(rule, (Exists, Aggregate)) and rule.rule is not None:
            yield rule.rule, _below(path, "rule"), _Reader(self.names.of_linked(rule.path), self.language)

    def noted(self, text: str, notes: Sequence[str]) -> str:
        said = "; ".join(self.say(note) for note in notes)
        return self.say("note", text=text, notes=said) if notes else text

    def formula(self, text: str) -> str:
        found = self.names.attribute(text)
        return text.strip() if found is None else found[0]

    def type_of(self, text: str) -> DataType | None:
        found = self.names.attribute(text)
        return None if found is None else found[1]

    def value(self, value: Value | tuple[Plain, ...], data_type: DataType | None) -> str:
        if isinstance(value, Expression):
            return self.formula(value.expression)
        if isinstance(value, tuple):
            return "(" + self.say("list").join(spell(part, self.language) for part in value) + ")"
        return spell(value, self.language, data_type)

    def listed(self, values: Sequence[Any], data_type: DataType | None) -> str:
        if not values:
            return self.say("nothing")
        shown = self.say("list").join(self.value(value, data_type) for value in values[:_SHOWN])
        left = len(values) - _SHOWN
        return shown if left <= 0 else self.say("more", listed=shown, count=spell(left, self.language))

    def among(self, rule: Condition | Aggregate | Period, data_type: DataType | None) -> str:
        """Return the list that a comparison names, also one that is kept apart."""
        if isinstance(rule, Period) or rule.values or not (rule.listed or rule.values_file):
            return self.listed(rule.values, data_type)
        known = self.names.lists.get(rule.listed)
        if known is not None:
            return self.listed(known.values, data_type)
        return self.say("list-of-file", file=rule.values_file) if rule.values_file else self.say("list-apart")

    def compared(self, rule: Condition | Aggregate | Period, left: str, data_type: DataType | None) -> str:
        """Return a comparison in words; what is missing of an unfinished one is told to be so."""
        name = f"operator.{rule.operator.value}"
        if rule.operator in AMOUNTED and rule.value in (1, "1"):
            name += ".one"
        single = self.say("nothing") if rule.value is None else self.value(rule.value, data_type)
        ends = [*(self.value(value, data_type) for value in rule.values), *2 * [self.say("nothing")]]
        right = self.among(rule, data_type) if rule.operator in (Operator.IN, Operator.NOT_IN) else single
        return self.say(name, left=left, right=right, first=ends[0], last=ends[1])


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


Said = tuple[str, tuple[str, ...]]
"""What a node says, and the notes after it."""


def _condition(rule: Condition, reader: _Reader) -> Said:
    return reader.compared(rule, reader.formula(rule.expression), reader.type_of(rule.expression)), _notes(rule)


def _notes(rule: Condition | Aggregate) -> tuple[str, ...]:
    notes = []
    if isinstance(rule, Condition) and rule.operator in _WITH_EMPTY:
        computed = any(isinstance(value, Expression) for value in (rule.value, *rule.values))
        notes.append("note.one-empty" if computed and rule.operator is Operator.NOT_EQUAL else "note.empty")
    if rule.match_case:
        notes.append("note.case")
    if rule.match_accents:
        notes.append("note.accents")
    return tuple(notes)


def _aggregate(rule: Aggregate, reader: _Reader) -> Said:
    there = _Reader(reader.names.of_linked(rule.path), reader.language)
    of = reader.say("nothing") if rule.expression is None else there.formula(rule.expression)
    figure = reader.say(f"figure.{rule.function.value}", path=reader.names.path(rule.path), of=of)
    counts = rule.function in (AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT)
    data_type = INTEGER if counts else there.type_of(rule.expression or "")
    said = reader.compared(rule, figure, data_type)
    return said if rule.rule is None else reader.say("figure-where", condition=said), _notes(rule)


def _exists(rule: Exists, reader: _Reader) -> Said:
    name = f"{'not-' if rule.negated else ''}exists{'' if rule.rule is None else '-where'}"
    return reader.say(name, path=reader.names.path(rule.path)), ()


def _audience(rule: InAudience, reader: _Reader) -> Said:
    name = "not-in-audience" if rule.negated else "in-audience"
    return reader.say(name, audience=spell(rule.audience, reader.language)), ()


def _transition(rule: InTransition, reader: _Reader) -> Said:
    return reader.say("not-in-transition" if rule.negated else "in-transition", transition=rule.transition), ()


def _linked_to(rule: LinkedTo, reader: _Reader) -> Said:
    said = reader.say(
        f"link.{rule.operator.value}", left=reader.names.path(rule.path), right=reader.listed(rule.rows, None)
    )
    return said, ("note.no-link",) if rule.operator is LinkOperator.IS_NOT else ()


def _filter(rule: Predefined, reader: _Reader) -> Said:
    name = spell(reader.names.filter(rule.filter), reader.language)
    if not rule.arguments:
        return reader.say("filter", filter=name), ()
    given = (
        reader.say("filter-argument", name=reader.names.parameter(rule.filter, each), value=_argument(value, reader))
        for each, value in rule.arguments.items()
    )
    return reader.say("filter-with", filter=name, arguments="; ".join(given)), ()


def _argument(value: Any, reader: _Reader) -> str:
    return reader.listed(value, None) if isinstance(value, tuple) else reader.value(value, None)


def _feedback(rule: FeedbackIs, reader: _Reader) -> Said:
    towards = {(False, False): "here", (True, False): "campaign", (False, True): "activity", (True, True): "both"}
    name = f"feedback-{towards[bool(rule.campaign), bool(rule.activity)]}"
    campaign, activity = (spell(each, reader.language) for each in (rule.campaign, rule.activity))
    behaviour = reader.say(f"feedback.{rule.behaviour.value}")
    said = reader.say(name, behaviour=behaviour, campaign=campaign, activity=activity)
    if rule.period is not None:
        when = "feedback-sent-when" if rule.behaviour in _OF_SENDING else "feedback-when"
        period = reader.compared(rule.period, reader.say(when), None)
        said = reader.say("feedback-period", feedback=said, period=period)
    notes = (("note.machines", rule.machines), ("note.proofs", rule.proofs))
    return said, tuple(note for note, wanted in notes if wanted)


_SAYINGS: Mapping[type[Any], Callable[[Any, _Reader], Said]] = {
    And: lambda _, reader: (reader.say("and"), ()),
    Or: lambda _, reader: (reader.say("or"), ()),
    Except: lambda _, reader: (reader.say("except"), ()),
    Condition: _condition,
    Exists: _exists,
    Aggregate: _aggregate,
    InAudience: _audience,
    InTransition: _transition,
    LinkedTo: _linked_to,
    Predefined: _filter,
    FeedbackIs: _feedback,
    Truth: lambda rule, reader: (reader.say("expression", formula=reader.formula(rule.expression)), ()),
    Everyone: lambda _, reader: (reader.say("all-rows"), ()),
}
