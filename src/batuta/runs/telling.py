"""What became of messages, written into the built-in schemas of their dimension: once per delivery, in live runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batuta.rules.bound import All, AttributeOf, Call, Compare, Computed, Constant, Expr, Without
from batuta.rules.tree import Operator
from batuta.runs.desk import Desk
from batuta.runs.making import intend
from batuta.runs.model import Claim
from batuta.runs.naming import told_key
from batuta.runs.ports import Changing, Making
from batuta.runs.sending.contract import Order, Status
from batuta.runs.sending.told import DOMAIN, MESSAGE_ID, REASON, SECONDARY, STATUS, told_shape
from batuta.schema.changing import Change
from batuta.schema.feedback import MESSAGE, MESSAGE_FEEDBACK, feedback_name, target_names
from batuta.schema.model import Schema
from batuta.schema.types import BOOLEAN, INSTANT, STRING
from batuta.sets.algebra import Filtered, Table

_ALL, _EVENTS = "told", "events"


def tell(desk: Desk, claim: Claim, order: Order, made: Mapping[str, str]) -> None:
    """Write a row for each message of a settled live delivery, and one for each event; done again, nothing changes.

    Each is said to have happened at the instant that everything about the activity is computed with. Of who is
    no longer in the data nothing can be kept but the key; of who has no target, nothing. `made` are the tables that
    this attempt has made already.
    """
    catalogue, messages = desk.frozen.knowledge.catalogue, order.delivery.messages.shape
    names = {kind: feedback_name(kind, messages.dimension) for kind in (MESSAGE, MESSAGE_FEEDBACK)}
    if not order.live or not all(name in catalogue.by_name for name in names.values()):
        return
    engine, shape = desk.ports.engine, told_shape(messages)
    tables = intend(desk, claim, (_ALL, _EVENTS), made)
    engine.write(tables[_ALL], shape, desk.ports.sending.told(order))
    told = Table(tables[_ALL], shape)
    doubtful = Compare(Operator.EQUAL, Computed(STATUS, STRING), (Constant(Status.IN_DOUBT.value, STRING),))
    events = Filtered(told, Without(All(), (doubtful,)))
    engine.make(Making({_EVENTS: events}, {_EVENTS: tables[_EVENTS]}, order.moment))
    for kind, population in ((MESSAGE, told), (MESSAGE_FEEDBACK, Table(tables[_EVENTS], shape))):
        _write(desk, claim, order, _Part(kind, catalogue.schema_named(names[kind]), population))
    engine.drop(list(tables.values()))


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a population for one of the built-in schemas, of which kind it is."""

    kind: str
    schema: Schema
    population: Table


def _write(desk: Desk, claim: Claim, order: Order, part: _Part) -> None:
    target = desk.frozen.knowledge.catalogue.schema_named(part.population.shape.schema)
    keys = tuple(
        (name, AttributeOf((), attribute.name, attribute.type))
        for name, attribute in zip(target_names(part.kind, target), target.key, strict=True)
    )
    own = _of_message(order) if part.kind == MESSAGE else _of_event(order)
    change = Changing(
        schema=part.schema,
        change=Change.INSERT,
        population=part.population,
        values=(*_common(order), *keys, *own),
        moment=order.moment,
        effect=told_key(claim, part.kind),
        before_commit=lambda: desk.ports.state.touch(part.schema.name),
    )
    desk.ports.engine.change_rows(change)
    desk.ports.state.touch(part.schema.name)


def _common(order: Order) -> tuple[tuple[str, Expr], ...]:
    said = {
        "campaign": order.campaign,
        "run": order.key.run,
        "activity": order.key.activity,
        "channel": order.delivery.channel.channel,
    }
    return (
        (MESSAGE_ID, Computed(MESSAGE_ID, STRING)),
        *((name, Constant(value, STRING)) for name, value in said.items()),
        ("status", Computed(STATUS, STRING)),
        ("reason", Computed(REASON, STRING)),
        ("domain", Computed(DOMAIN, STRING)),
        ("secondary_key", Computed(SECONDARY, STRING)),
    )


def _of_message(order: Order) -> tuple[tuple[str, Expr], ...]:
    now, never = Constant(order.moment.now, INSTANT), Constant(None, INSTANT)
    sent = Call("=", (Computed(STATUS, STRING), Constant(Status.SENT.value, STRING)), BOOLEAN)
    flags = tuple((name, Constant(False, BOOLEAN)) for name in ("proof", "seed", "test"))
    return (("sent_at", Call("Iif", (sent, now, never), INSTANT)), *flags)


def _of_event(order: Order) -> tuple[tuple[str, Expr], ...]:
    named = (Computed(MESSAGE_ID, STRING), Constant(" ", STRING), Computed(STATUS, STRING))
    return (("event_id", Call("||", named, STRING)), ("time", Constant(order.moment.now, INSTANT)))
