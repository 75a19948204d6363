"""Email: writes to everyone who arrives and may be written to, and tells what became of each message."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from batuta.activities.binder import Binder, population_of
from batuta.activities.contract import Channel, Input, Output, Scope
from batuta.activities.dimensions import targets_of
from batuta.activities.email.checks import checks
from batuta.activities.settings import SortBy
from batuta.campaign.graph import unknown
from batuta.kit.problems import Gather, Problem, Problems
from batuta.messages import email, personal
from batuta.messages.configuration import ChannelConfiguration, Level
from batuta.messages.delivery import Delivery, EmailContent
from batuta.rules.bound import Expr
from batuta.schema.types import STRING
from batuta.sets.addressed import Addressed, Check, Special
from batuta.sets.algebra import Nobody, Set
from batuta.sets.shape import Column, Shape

REASON_COLUMN = "reason"
Template = Annotated[str, Field(json_schema_extra={"x-widget": "liquid"})]


class Email(Channel):
    """Sends an email to each target of a population."""

    kind: ClassVar[str] = "email"
    title: ClassVar[str] = "Email"

    channel: str = Field(
        description="how it is sent: the name of a channel configuration", json_schema_extra={"x-widget": "channel"}
    )
    subject: Template = Field(description="Liquid template of the subject")
    html: Template = Field(description="Liquid template of the HTML body", json_schema_extra={"x-widget": "html"})
    text: Template = Field("", description="Liquid template of the text alternative; empty: made from the HTML")
    preheader: Template = Field("", description="Liquid template of what inboxes show beside the subject")
    sort: tuple[SortBy, ...] = Field((), description="which row of a target comes first, where it has several")
    once_per_address: bool | None = Field(
        None, description="write only once to an address; not set: yes, but not where each row gets a message"
    )
    holdout: float = Field(0, ge=0, le=100, description="per cent of the targets that receive nothing")
    in_doubt: Literal["leave", "resend"] = Field(
        "leave", description="what becomes of messages of which nobody can tell whether they left"
    )

    def outputs(self) -> tuple[Output, ...]:
        """Return what may become of a message."""
        return (
            Output("sent", "Sent"),
            Output("failed", "Failed"),
            Output("excluded", "Excluded"),
            Output("holdout", "Holdout"),
            Output("in-doubt", "In doubt"),
        )

    def populations(self, inputs: tuple[Input, ...], scope: Scope) -> Mapping[str, Set]:
        """Return the outputs as they are before anything is sent: nobody, in their shapes."""
        shape = self.delivery(inputs, scope).messages.shape
        reasoned = shape.having((*shape.columns, Column(REASON_COLUMN, STRING)))
        return {
            output.name: Nobody(reasoned if output.name in ("failed", "excluded") else shape)
            for output in self.outputs()
        }

    def warnings(self, inputs: tuple[Input, ...], scope: Scope) -> tuple[Problem, ...]:
        """Return what a trial of the templates met, and a list that lets nothing leave."""
        channel = self._channel(scope)
        shape = population_of(inputs[0]).shape
        content = self._named(channel, shape, scope)
        found = list(content.warnings)
        allowed = scope.environment.allowed.get(channel.channel)
        if scope.environment.restricted and not (allowed and (allowed.addresses or allowed.domains)):
            found.append(Problem("email-nothing-allowed", {"environment": scope.environment.name}, blocking=False))
        return tuple(found)

    def delivery(self, inputs: tuple[Input, ...], scope: Scope) -> Delivery:
        """Return the plan of the messages; raise Problems with all that is wrong."""
        population = targets_of(inputs[0])
        shape, gather = population.shape, Gather()
        channel = gather.attempt(lambda: self._channel(scope))
        named = gather.attempt(lambda: self._named(channel, shape, scope))
        if shape.column(REASON_COLUMN) is not None:
            gather.add(Problem("email-reason-taken", {"name": REASON_COLUMN}))
        around = scope.around(shape)
        sort = Binder(around, gather).sorts(self.sort, "sort")
        address = None if channel is None else gather.attempt(partial(_address, channel, shape, scope))
        gather.check()
        assert channel is not None  # else their problems were raised
        assert named is not None
        assert address is not None
        messages = Addressed(
            source=population,
            shape=shape,
            address=address,
            checks=self._checks(shape, channel, scope),
            by_row=channel.level is Level.ROW,
            sort=sort,
            holdout=self.holdout,
            salt=scope.stable_seed,
            others=tuple(sorted(named.others.items())),
        )
        return Delivery(
            messages=messages,
            attributes=tuple(sorted(named.attributes.items())),
            columns=tuple(column.name for column in shape.columns if column.name in named.columns),
            content=self._content(),
            channel=channel,
            in_doubt=self.in_doubt,
        )

    def _checks(self, shape: Shape, channel: ChannelConfiguration, scope: Scope) -> tuple[Check, ...]:
        found = checks(scope.catalogue, shape, channel, scope.environment)
        once = self.once_per_address if self.once_per_address is not None else channel.level is not Level.ROW
        if once:
            found += (Check(Special.DUPLICATE.value, Special.DUPLICATE),)
        if self.holdout:
            found += (Check(Special.HOLDOUT.value, Special.HOLDOUT),)
        return found

    def _content(self) -> EmailContent:
        return EmailContent(subject=self.subject, html=self.html, text=self.text, preheader=self.preheader)

    def _channel(self, scope: Scope) -> ChannelConfiguration:
        channel = scope.channels.get(self.channel)
        if channel is None:
            raise Problems([unknown("unknown-channel", self.channel, scope.channels, "channel")])
        allowed = scope.environment.transports
        if allowed and channel.transport.kind not in allowed:
            values = {
                "environment": scope.environment.name,
                "transport": channel.transport.kind,
                "channel": channel.name,
                "allowed": list(allowed),
            }
            raise Problems([Problem("email-transport-forbidden", values, "channel")])
        return channel

    def _named(self, channel: ChannelConfiguration | None, shape: Shape, scope: Scope) -> email.Named:
        sender = channel.sender if channel else email.NOBODY
        by_row = channel is not None and channel.level is Level.ROW
        roots = personal.roots(scope.catalogue, shape, scope.variables, by_row=by_row)
        return email.check(self._content(), sender, roots)


def _address(channel: ChannelConfiguration, shape: Shape, scope: Scope) -> Expr:
    if channel.dimension != shape.dimension:
        values = {"channel": channel.name, "wanted": channel.dimension, "found": shape.dimension}
        raise Problems([Problem("email-other-dimension", values, "channel")])
    if channel.level is Level.ROW and shape.row_columns == shape.target_columns:
        raise Problems([Problem("email-no-secondary", {"channel": channel.name, "found": shape.dimension}, "channel")])
    gather = Gather()
    address = Binder(scope.around(shape), gather).expression(channel.address, "channel")
    gather.check()
    assert address is not None  # else its problems were raised
    if not address.type.is_text:
        raise Problems(
            [Problem("email-address-no-text", {"channel": channel.name, "address": channel.address}, "channel")]
        )
    return address
