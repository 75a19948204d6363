"""The jobs of a delivery: preparation, one sending per shard, and the outputs once nothing is pending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from batuta.activities.contract import Channel
from batuta.campaign.graph import ERROR
from batuta.kit.errors import SystemFault
from batuta.runs.desk import Desk, inputs_of
from batuta.runs.making import intend
from batuta.runs.model import Claim, Note, RunView
from batuta.runs.ports import Counts
from batuta.runs.sending.contract import Order, Tally
from batuta.runs.sending.outputs import DOUBTFUL, EXCLUDED, FAILED, HELD_OUT, SENT
from batuta.runs.state import Finished, Landed, Prepared
from batuta.runs.telling import tell

_MESSAGES = "messages"
_KEEP = "Keep the home as it is and report this: no message is sent from it until it is understood."


class LedgerBroken(SystemFault):
    """The counts of a delivery do not add up: the run must not go on as if they did."""


def prepare(desk: Desk, claim: Claim) -> None:
    """Settle who is written to and who is not, freeze the messages, and make a job of each shard."""
    table = intend(desk, claim, [_MESSAGES])[_MESSAGES]
    order = order_of(desk, desk.view(), claim.activity, table, {})
    tally = check(claim.activity, desk.ports.sending.prepare(order))
    shards = desk.ports.sending.shards(order.key)
    ask = desk.run.ask and desk.run.live and tally.pending > 0
    note = Note(arithmetic(tally, desk.run.live), activity=claim.activity, data=figures(tally))
    desk.ports.state.prepared(claim, Prepared(table, shards, ask, note))


def send(desk: Desk, claim: Claim, stop: Callable[[], bool]) -> None:
    """Send (in test mode: render) what a shard still holds; given back if asked to stop before its end."""
    order = order_of(desk, desk.view(), claim.activity, None, {})
    if desk.ports.sending.send(order, claim.shard, claim.fence, stop):
        desk.ports.state.sent(claim)
    else:
        desk.ports.state.release(claim)


def finish(desk: Desk, claim: Claim) -> None:
    """Make the tables of a delivery's outputs, which fire together."""
    view = desk.view()
    own = (output for output in view.outputs_of(claim.activity) if output.name != ERROR)
    exits = [output for output in own if output.carries and output.shape is not None]
    names = intend(desk, claim, [output.name for output in exits])
    order = order_of(desk, view, claim.activity, None, names)
    tally = settled(claim.activity, desk.ports.sending.tally(order.key))
    counts = reconciled(claim.activity, tally, desk.ports.sending.finish(order))
    tell(desk, claim, order, names)
    landed = {
        output.name: Landed(names[output.name], counts[output.name], output.shape)
        for output in exits
        if output.shape is not None
    }
    note = Note(outcome(tally, desk.run.live), activity=claim.activity, data=figures(tally))
    desk.ports.state.finish(claim, Finished(landed, notes=(note,)))


def tallies(desk: Desk, view: RunView) -> dict[str, Tally]:
    """Return the present counts of each delivery of a run that is prepared."""
    prepared = [name for name, task in view.tasks.items() if task.messages is not None]
    return {name: desk.ports.sending.tally(desk.key(name)) for name in prepared}


def check_ledger(desk: Desk, view: RunView) -> None:
    """Raise LedgerBroken unless each settled delivery of a run adds up with nothing pending."""
    for activity, tally in tallies(desk, view).items():
        if view.tasks[activity].state.settled:
            settled(activity, tally)


def check(activity: str, tally: Tally) -> Tally:
    """Return a tally whose identity holds; raise LedgerBroken if it does not."""
    if tally.balanced:
        return tally
    parts = f"{_excluded(tally)} + sent {tally.sent:,} + failed {tally.failed:,}"
    raise LedgerBroken(
        f"activity {activity}",
        f"the ledger does not add up: targeted {tally.targeted:,}, but {parts} + in doubt {tally.in_doubt:,} "
        f"+ pending {tally.pending:,}",
        todo=_KEEP,
    )


def settled(activity: str, tally: Tally) -> Tally:
    """Return a tally that adds up and has nothing pending; raise LedgerBroken otherwise."""
    if check(activity, tally).pending:
        raise LedgerBroken(f"activity {activity}", f"{tally.pending:,} messages are pending after all were sent")
    return tally


def reconciled(activity: str, tally: Tally, counts: Mapping[str, Counts]) -> Mapping[str, Counts]:
    """Return the counts of a delivery's outputs if they are those of the ledger; raise LedgerBroken otherwise.

    The ledger counts what was sent, the outputs are made from the messages: only here do the two meet.
    """
    left_out = sum(tally.excluded.values())
    held_out = tally.excluded.get(HELD_OUT, 0)
    wanted = {
        SENT: tally.sent,
        FAILED: tally.failed,
        EXCLUDED: left_out - held_out,
        HELD_OUT: held_out,
        DOUBTFUL: tally.in_doubt,
    }
    for name, found in counts.items():
        if found.rows != wanted.get(name, found.rows):
            said = f"the ledger has {wanted[name]:,} {say(name)}, but the output holds {found.rows:,}"
            raise LedgerBroken(f"activity {activity}", said, todo=_KEEP)
    return counts


def arithmetic(tally: Tally, live: bool) -> str:
    """Return the counts of a prepared delivery written out as a sum."""
    taken = "".join(f" - {say(reason)} {count:,}" for reason, count in tally.excluded.items() if count)
    end = "will be written to" if live else "would be written to"
    return f"targeted {tally.targeted:,}{taken} = {tally.pending:,} {end}"


def say(reason: str) -> str:
    """Return an exclusion's reason in words."""
    return reason.replace("-", " ").replace("_", " ")


def figures(tally: Tally) -> dict[str, object]:
    """Return the counts of a delivery for programs."""
    return {
        "targeted": tally.targeted,
        "excluded": dict(tally.excluded),
        "sent": tally.sent,
        "failed": tally.failed,
        "in_doubt": tally.in_doubt,
        "pending": tally.pending,
    }


def _excluded(tally: Tally) -> str:
    return f"excluded {sum(tally.excluded.values()):,}"


def outcome(tally: Tally, live: bool) -> str:
    """Return what became of the messages of a delivery, written out as a sum."""
    sent = "sent" if live else "would be sent"
    return (
        f"targeted {tally.targeted:,} = {_excluded(tally)} + {sent} {tally.sent:,} + failed {tally.failed:,} "
        f"+ in doubt {tally.in_doubt:,} + pending {tally.pending:,}"
    )


def order_of(desk: Desk, view: RunView, activity: str, table: str | None, outputs: Mapping[str, str]) -> Order:
    """Return the order of a delivery: what is sent, in which table it is, and what its outputs are called."""
    kind = desk.frozen.kinds[activity]
    if not isinstance(kind, Channel):
        raise TypeError(f"{activity} sends nothing")
    delivery = kind.delivery(inputs_of(view, activity), desk.scope(activity))
    moment = view.moment(activity)
    messages, audiences = desk.with_audiences(delivery.messages)
    return Order(
        key=desk.key(activity),
        delivery=replace(delivery, messages=messages),
        moment=moment,
        live=desk.run.live,
        table=table or view.tasks[activity].messages or "",
        outputs=outputs,
        audiences=audiences,
        variables=moment.variables,
        campaign=desk.frozen.campaign.id,
    )
