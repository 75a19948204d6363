"""From a campaign to a run, and from a run to its end: begin, take up, carry on, conclude."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from batuta.activities.contract import Channel, Effecting
from batuta.activities.effects import SaveAudience
from batuta.activities.filter_uses import used_by
from batuta.activities.validate import Diagnosis, Knowledge, validate
from batuta.campaign.model import Campaign
from batuta.kit.errors import InputError, UsageError
from batuta.kit.identifiers import SLUG, new_id, seed_of
from batuta.kit.problems import Problems
from batuta.messages.configuration import ChannelConfiguration
from batuta.rules.bound import Moment
from batuta.rules.filters import Filter
from batuta.runs.delivering import LedgerBroken, check_ledger
from batuta.runs.desk import Desk, Frozen, Ports, inputs_of
from batuta.runs.model import Level, Mode, Note, Run, RunStatus, RunView, Wanted
from batuta.runs.plan import Plan, plan
from batuta.runs.ports import Making
from batuta.runs.state import Beginning
from batuta.runs.variables import bind_variables
from batuta.runs.waiting import soon
from batuta.runs.worker import Workers
from batuta.sets.algebra import Set, Table
from batuta.sets.shape import Shape

_CHANNELS = TypeAdapter(dict[str, ChannelConfiguration])
_FILTERS = TypeAdapter(dict[str, Filter])
_BEAT = 0.1
_LONGEST_ID = 60


@dataclass(frozen=True)
class Request:
    """A person's wish to run a campaign: how, as of when, with which variables, and whether sends are confirmed.

    `pinned` says that the instant was chosen, not taken from the clock; `skip_waits` that no wait is kept.
    """

    mode: Mode
    now: datetime
    ask: bool = True
    variables: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    pinned: bool = False
    skip_waits: bool = False


def begin(ports: Ports, campaign: Campaign, knowledge: Knowledge, request: Request) -> str:
    """Freeze a campaign into a run and return its id; raise Problems, and start nothing, if it is blocked."""
    _check_id(request.run)
    diagnosis = validate(campaign, knowledge)
    if diagnosis.blocked:
        raise Problems(diagnosis.problems)
    types, values = bind_variables(campaign, request.variables, request.mode)
    run = Run(
        id=request.run or new_id(request.now),
        campaign=campaign.id,
        name=campaign.name,
        mode=request.mode,
        status=RunStatus.QUEUED,
        wanted=Wanted.RUN,
        generation=1,
        moment=Moment(request.now, campaign.timezone, values),
        variables=types,
        seed=seed_of(campaign.id, request.now.isoformat()),
        catalogue_version=knowledge.catalogue.version,
        ask=request.ask,
        created_at=request.now,
        pinned=request.pinned,
        skip_waits=request.skip_waits,
    )
    planned = plan(campaign, diagnosis.kinds, diagnosis.shapes)
    beginning = Beginning(
        run,
        planned,
        campaign.model_dump_json(by_alias=True),
        _CHANNELS.dump_json(dict(knowledge.channels)).decode(),
        shells(Desk(ports, Frozen(run, campaign, diagnosis.kinds, knowledge, diagnosis.saves)), planned, diagnosis)
        if run.live
        else {},
        _frozen_filters(campaign, knowledge),
    )
    ports.state.start(beginning)
    return run.id


def _frozen_filters(campaign: Campaign, knowledge: Knowledge) -> str:
    used = used_by(campaign, knowledge.filters)
    return _FILTERS.dump_json({name: knowledge.filters[name] for name in sorted(used)}, by_alias=True).decode()


def _check_id(run: str) -> None:
    """Refuse an id that could not name a folder, or that means something else where runs are named."""
    if run and (not SLUG.match(run) or len(run) > _LONGEST_ID or run == "last"):
        expected = f"up to {_LONGEST_ID} lower-case letters, digits, - and _, and not last"
        raise UsageError("run", f"{run[:80]!r} cannot be the id of a run", expected=expected)


def shells(desk: Desk, planned: Plan, diagnosis: Diagnosis) -> dict[str, Shape]:
    """Return the audiences that a run will make, by label."""
    view = RunView(
        desk.run,
        {task.activity: task for task in planned.tasks},
        {(output.activity, output.name): output for output in planned.outputs},
        planned.legs,
    )
    return {
        effect.label: effect.shape
        for activity, kind in desk.frozen.kinds.items()
        if isinstance(kind, Effecting) and activity not in diagnosis.off
        for effect in kind.effects(inputs_of(view, activity), desk.scope(activity))
        if isinstance(effect, SaveAudience)
    }


def take_up(ports: Ports, knowledge: Knowledge, run: str) -> Desk:
    """Return the desk of a run, its campaign as frozen and checked again against the present catalogue.

    Raises Problems or InputError if the campaign no longer fits the data.
    """
    document, channels = ports.state.campaign(run)
    campaign = Campaign.model_validate_json(document)
    present = replace(
        knowledge,
        channels=_CHANNELS.validate_json(channels),
        filters=_FILTERS.validate_json(ports.state.filters(run)),
    )
    diagnosis = validate(campaign, present)
    if diagnosis.blocked:
        raise Problems(diagnosis.problems)
    view = ports.state.view(run)
    _check_keys(view, diagnosis)
    ports.engine.use(present.catalogue)
    return Desk(ports, Frozen(view.run, campaign, diagnosis.kinds, present, diagnosis.saves))


def statements(desk: Desk, activity: str) -> tuple[str, ...]:
    """Return the SQL of an activity's working tables (for a delivery: of its messages), as the run makes them."""
    view = desk.view()
    kind, inputs, scope = desk.frozen.kinds[activity], inputs_of(view, activity), desk.scope(activity)
    sets: Mapping[str, Set] = (
        {"messages": kind.delivery(inputs, scope).messages}
        if isinstance(kind, Channel)
        else {name: of for name, of in kind.populations(inputs, scope).items() if not isinstance(of, Table)}
    )
    wanted, audiences = desk.with_audiences(tuple(sets.values()))
    made = {output.name: output.table for output in view.outputs_of(activity)}
    names = {name: made.get(name) or view.tasks[activity].messages or f"{activity}_{name}" for name in sets}
    return desk.ports.engine.sql(Making(dict(zip(sets, wanted, strict=True)), names, view.moment(activity), audiences))


def carry_on(desk: Desk, watch: Callable[[], None] = lambda: None) -> RunStatus:
    """Work on a run until nothing more can be done without a person, and return its status.

    `watch` is called several times a second. On KeyboardInterrupt queries are stopped, work under way is
    given back, and the run is paused.
    """
    try:
        desk.ports.engine.sweep(desk.ports.state.named_tables())
        _work(desk, watch)
        while (left := soon(desk.ports.state, desk.run.id)) is not None:
            _sit_out(left, watch)
            _work(desk, watch)
        _conclude(desk)
    except KeyboardInterrupt:
        if not desk.view().run.status.ended:
            desk.ports.state.want(desk.run.id, Wanted.PAUSE, Note("Paused by a person", Level.WARNING))
    watch()
    return desk.view().run.status


def _work(desk: Desk, watch: Callable[[], None]) -> None:
    """Let workers do all that can be done now."""
    workers = Workers(desk)
    try:
        workers.start()
        while workers.working:
            workers.join(_BEAT)
            watch()
        workers.join(0)
    finally:
        workers.end()  # none may outlive the lock on the home: another process could send the same messages


def _sit_out(seconds: float, watch: Callable[[], None]) -> None:
    """Wait until a short wait of the run is over."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _BEAT))
        watch()


def _conclude(desk: Desk) -> None:
    """Complete a run whose tasks are all settled, if its ledger adds up; else end it as failed."""
    view = desk.view()
    if view.run.status is not RunStatus.RUNNING or not all(task.state.settled for task in view.tasks.values()):
        return
    try:
        check_ledger(desk, view)
    except LedgerBroken as fault:
        desk.ports.state.collapse(desk.run.id, Note(fault.message(), Level.ERROR))
    else:
        desk.ports.state.complete(desk.run.id, Note("Completed"))
        desk.ports.engine.sweep(desk.ports.state.named_tables())  # what was cut off, and not adopted, is nobody's


def _check_keys(view: RunView, diagnosis: Diagnosis) -> None:
    for (activity, name), output in view.outputs.items():
        shape = diagnosis.shapes.get(activity, {}).get(name)
        if output.table is None or output.shape is None or shape is None:
            continue
        if (shape.key, shape.secondary_key) != (output.shape.key, output.shape.secondary_key):
            raise InputError(
                f"run {view.run.id}",
                f"the keys of {shape.schema} changed after {view.tasks[activity].label} had run",
                todo="Stop this run and start a new one.",
            )
