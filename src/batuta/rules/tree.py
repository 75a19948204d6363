"""Rules as documents: what a campaign file holds and the rule builder edits."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from batuta.kit.document import Document

MAX_DEPTH = 50


class Operator(StrEnum):
    """How a condition compares; which ones fit depends on the type of its expression."""

    EQUAL = "equal"
    NOT_EQUAL = "not-equal"
    GREATER = "greater"
    GREATER_OR_EQUAL = "greater-or-equal"
    LESS = "less"
    LESS_OR_EQUAL = "less-or-equal"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not-in"
    IS_EMPTY = "is-empty"
    IS_NOT_EMPTY = "is-not-empty"
    STARTS_WITH = "starts-with"
    NOT_STARTS_WITH = "not-starts-with"
    CONTAINS = "contains"
    NOT_CONTAINS = "not-contains"
    ENDS_WITH = "ends-with"
    LIKE = "like"
    NOT_LIKE = "not-like"
    MATCHES = "matches"
    IS_TRUE = "is-true"
    IS_FALSE = "is-false"
    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this-week"
    LAST_WEEK = "last-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    LAST_DAYS = "last-days"
    NEXT_DAYS = "next-days"
    LAST_WEEKS = "last-weeks"
    NEXT_WEEKS = "next-weeks"
    LAST_MONTHS = "last-months"
    NEXT_MONTHS = "next-months"
    OLDER_THAN_DAYS = "older-than-days"
    OLDER_THAN_WEEKS = "older-than-weeks"
    OLDER_THAN_MONTHS = "older-than-months"
    BIRTHDAY_IN_DAYS = "birthday-in-days"


class Expression(Document):
    """A value that is computed: text of the expression language, such as `Lower([email])`."""

    expression: str


class LinkOperator(StrEnum):
    """What a condition on a linked row asks."""

    IS = "is"
    IS_NOT = "is-not"
    IS_EMPTY = "is-empty"
    IS_NOT_EMPTY = "is-not-empty"


Plain = bool | int | float | Decimal | str | datetime | date | time
Value = Plain | Expression
Argument = Value | tuple[Value | tuple[Plain, ...], ...]
"""What a parameter of a predefined filter may be given: a value, a list of them, or keys of rows."""


class _Node(Document):
    label: str = ""
    enabled: bool = Field(True, description="a switched-off node is as if absent")


class And(_Node):
    """All of the children hold."""

    kind: Literal["and"] = "and"
    children: tuple[Rule, ...]


class Or(_Node):
    """At least one of the children holds."""

    kind: Literal["or"] = "or"
    children: tuple[Rule, ...]


class Except(_Node):
    """The first child holds and none of the others does."""

    kind: Literal["except"] = "except"
    children: tuple[Rule, ...]


class _Comparison(_Node):
    operator: Operator
    value: Value | None = None
    values: tuple[Value, ...] = Field((), description="for between (two) and the lists of in and not-in")
    listed: str = Field("", alias="list", description="for in and not-in: a long list that is kept apart, by its name")
    values_file: str = Field("", description="for in and not-in: a text file beside this one, one value a line")
    match_case: bool = False
    match_accents: bool = False


class Condition(_Comparison):
    """An expression compared with a value: `[country]`, `[customer.country]`, `Lower([email])`."""

    kind: Literal["attribute"] = "attribute"
    expression: str


class Exists(_Node):
    """Some linked row (or none, if negated) satisfies the sub-rule; all its conditions speak of the same row."""

    kind: Literal["exists"] = "exists"
    path: str = Field(description="relationship names joined by dots, at least one of them 1-N")
    rule: Rule | None = None
    negated: bool = False


class AggregateFunction(StrEnum):
    """What an aggregate condition computes over the linked rows."""

    COUNT = "count"
    COUNT_DISTINCT = "count-distinct"
    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"


class Aggregate(_Comparison):
    """A figure over linked rows compared with a value; over no rows count and sum are 0, the others empty."""

    kind: Literal["aggregate"] = "aggregate"
    function: AggregateFunction
    path: str
    expression: str | None = Field(None, description="what is aggregated; not needed for count")
    rule: Rule | None = None


class InAudience(_Node):
    """Membership (or not, if negated) in a saved audience, by its label."""

    kind: Literal["in-audience"] = "in-audience"
    audience: str
    negated: bool = False


class Behaviour(StrEnum):
    """What a feedback condition asks of people and the messages to them."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    NOT_OPENED = "not-opened"
    NOT_CLICKED = "not-clicked"


class Period(Document):
    """When something happened: an operator of dates with its value, such as `last-days` and 30."""

    operator: Operator
    value: Value | None = None
    values: tuple[Value, ...] = Field((), description="for between: from and to")


class FeedbackIs(_Node):
    """What became of the messages of a campaign, or of those that were sent before in this run.

    Not opened and not clicked imply that a message was sent, in the period if there is one.
    """

    kind: Literal["feedback"] = "feedback"
    behaviour: Behaviour
    campaign: str = Field(
        "", description="empty: the campaign of this transition, its nearest channel activity upstream"
    )
    activity: str = Field("", description="one channel activity of the campaign; empty: all of them")
    period: Period | None = Field(
        None, description="when it happened; for not opened and not clicked, when it was sent"
    )
    machines: bool = Field(False, description="count openings and clicks by machines too")
    proofs: bool = Field(False, description="count proofs, seeds and test messages too")


class LinkedTo(_Node):
    """The one row that a 1-1 or N-1 relationship leads to: is or is not among some rows, or is not there at all.

    "Is not" holds where no row is linked, too.
    """

    kind: Literal["linked-to"] = "linked-to"
    path: str = Field(description="relationship names joined by dots, none of them 1-N")
    operator: LinkOperator
    rows: tuple[Plain | tuple[Plain, ...], ...] = Field(
        (), description="the keys of the rows, for is and is-not; a key of several parts as a list"
    )


class InTransition(_Node):
    """Membership (or not, if negated) in the people of a transition further up in the same run."""

    kind: Literal["in-transition"] = "in-transition"
    transition: str = Field(description="activity.output; the activity alone where one output only carries people")
    negated: bool = False


class Predefined(_Node):
    """A predefined filter, by its name, with values for its parameters; others keep what the filter says."""

    kind: Literal["filter"] = "filter"
    filter: str
    arguments: dict[str, Argument] = Field(default_factory=dict, description="values by parameter")


class Truth(_Node):
    """A boolean expression; an empty result counts as false."""

    kind: Literal["expression"] = "expression"
    expression: str


class Everyone(_Node):
    """All rows: must be chosen, since an empty group is a problem."""

    kind: Literal["all-rows"] = "all-rows"


Rule = Annotated[
    And
    | Or
    | Except
    | Condition
    | Exists
    | Aggregate
    | LinkedTo
    | InAudience
    | InTransition
    | FeedbackIs
    | Predefined
    | Truth
    | Everyone,
    Field(discriminator="kind"),
]

for _group in (And, Or, Except, Exists, Aggregate):
    _group.model_rebuild()
