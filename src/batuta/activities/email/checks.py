"""The checks before a message leaves, in their order: the first that applies gives the reason."""

from __future__ import annotations

from collections.abc import Iterator

from batuta.messages.address import PATTERNS
from batuta.messages.configuration import Category, ChannelConfiguration, Environment
from batuta.rules.bound import (
    All,
    AllOf,
    AnyOf,
    AttributeOf,
    Call,
    Compare,
    Computed,
    Constant,
    Linked,
    Matched,
    Predicate,
    Without,
)
from batuta.rules.tree import Operator
from batuta.schema.builtin import SUPPRESSION, WHOLE_CHANNEL, consent_name
from batuta.schema.model import Catalogue, Link
from batuta.schema.types import INTEGER, STRING
from batuta.sets.addressed import ADDRESS, Check, Special
from batuta.sets.shape import Shape

EMPTY, INVALID, NOT_ALLOWED = "empty-address", "invalid-address", "not-allowed"
SUPPRESSED, NO_CONSENT = "suppressed", "no-consent"

_ADDRESS = Computed(ADDRESS, STRING)


def checks(
    catalogue: Catalogue, shape: Shape, channel: ChannelConfiguration, environment: Environment
) -> tuple[Check, ...]:
    """Return the checks that every delivery needs; those for duplicates and the holdout come after them."""
    found = [Check(Special.NO_TARGET.value, Special.NO_TARGET)] if shape.keyless else []
    found += [
        Check(Special.GONE.value, Special.GONE),
        Check(EMPTY, Compare(Operator.IS_EMPTY, _ADDRESS)),
        Check(INVALID, _not(AllOf(tuple(_matches(pattern) for pattern in PATTERNS)))),
    ]
    if environment.restricted:
        found.append(Check(NOT_ALLOWED, not_allowed(channel, environment)))
    found.append(Check(SUPPRESSED, suppressed(catalogue)))
    if channel.category is Category.MARKETING:
        found.append(Check(NO_CONSENT, no_consent(catalogue, shape, channel)))
    return tuple(found)


def not_allowed(channel: ChannelConfiguration, environment: Environment) -> Predicate:
    """Hold for addresses that are not on the allowed list, case apart; on an empty list nobody is."""
    allowed = environment.allowed.get(channel.channel)
    tests: list[Predicate] = []
    if allowed is not None and allowed.addresses:
        listed = tuple(Constant(address.strip(), STRING) for address in allowed.addresses)
        tests.append(Compare(Operator.IN, _ADDRESS, listed, fold_case=True))
    for domain in allowed.domains if allowed is not None else ():
        ending = Constant(f"@{domain.strip().lstrip('@')}", STRING)
        tests.append(Compare(Operator.ENDS_WITH, _ADDRESS, (ending,), fold_case=True))
    return _not(AnyOf(tuple(tests))) if tests else All()


def suppressed(catalogue: Catalogue) -> Predicate:
    """Hold for addresses and domains on the suppression list, case and accents apart.

    An entry holds until the end of its last day.
    """
    schema = catalogue.by_name.get(SUPPRESSION.name, SUPPRESSION)
    expires = AttributeOf((), "expires_at", schema.attribute("expires_at").type)
    expired = Compare(Operator.OLDER_THAN_DAYS, expires, (Constant(0, INTEGER),))
    domain = Call("GetEmailDomain", (_ADDRESS,), STRING)
    return AnyOf(tuple(Matched(schema.name, ((value, "entry"),), _not(expired)) for value in (_ADDRESS, domain)))


def no_consent(catalogue: Catalogue, shape: Shape, channel: ChannelConfiguration) -> Predicate:
    """Hold for those who may not be written to about the channel's communication type.

    A consent row for the type or for the whole channel that is anything but `in` forbids it. No row at all
    forbids it only where the channel asks for explicit consent.
    """
    link = _consents(catalogue, shape)
    if link is None:
        return All() if channel.explicit_consent else AnyOf(())
    schema = catalogue.schema_named(link.there)

    def attribute(name: str) -> AttributeOf:
        return AttributeOf((), name, schema.attribute(name).type)

    kinds = (Constant(channel.communication_type, STRING), Constant(WHOLE_CHANNEL, STRING))
    about = (
        Compare(Operator.EQUAL, attribute("channel"), (Constant(channel.channel, STRING),)),
        Compare(Operator.IN, attribute("communication_type"), kinds),
    )
    given = Compare(Operator.EQUAL, attribute("state"), (Constant("in", attribute("state").type),))
    withheld = Linked((link,), AllOf((*about, _not(given))))
    if not channel.explicit_consent:
        return withheld
    return AnyOf((withheld, Linked((link,), AllOf((*about, given)), negated=True)))


def _consents(catalogue: Catalogue, shape: Shape) -> Link | None:
    wanted = consent_name(shape.dimension)
    return next(_named(catalogue, shape.schema, wanted), None)


def _named(catalogue: Catalogue, schema: str, there: str) -> Iterator[Link]:
    return (link for link in catalogue.links(schema) if link.there == there)


def _matches(pattern: str) -> Predicate:
    return Compare(Operator.MATCHES, _ADDRESS, (Constant(pattern, STRING),))


def _not(predicate: Predicate) -> Predicate:
    return Without(All(), (predicate,))
