"""Changes of the catalogue: each takes one and returns another, or refuses with all reasons at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batuta.kit.errors import InputError
from batuta.schema.builtin import SUPPRESSION, consent_link, consent_name, consent_of
from batuta.schema.feedback import feedback_names, with_feedback
from batuta.schema.model import Attribute, Catalogue, Dimension, Identity, Relationship, Schema
from batuta.schema.naming import Reference, name_references
from batuta.schema.types import Kind


@dataclass(frozen=True, slots=True)
class Addition:
    """Schemas to be added and the references among them and to schemas already there."""

    schemas: tuple[Schema, ...]
    references: tuple[Reference, ...] = ()


def empty_catalogue() -> Catalogue:
    """Return the catalogue of a new home: the built-in schemas."""
    return Catalogue(schemas=(SUPPRESSION,))


def add_schemas(catalogue: Catalogue, addition: Addition, place: str) -> Catalogue:
    """Return the catalogue with the schemas of a file, all of them or none.

    A schema that is there already may come again as it is or with more attributes; other differences are
    refused and named after `place`. Relationships that are there keep their names.
    """
    faults: list[str] = []
    merged = dict(catalogue.by_name)
    for schema in addition.schemas:
        former = merged.get(schema.name)
        faults += _clashes(former, schema, merged)
        merged[schema.name] = schema if former is None else _widened(former, schema)
    present = {_ends(relationship) for relationship in catalogue.relationships}
    fresh = [reference for reference in addition.references if _ends(reference) not in present]
    faults += _changed_references(catalogue, addition)
    if faults:
        raise InputError(
            place,
            f"the file changes schemas that are already there: {'; '.join(faults)}",
            expected="new schemas, the same ones again, or the same ones with more attributes",
            todo="Keep what is there as it is, or give the new table another name. Nothing has been imported.",
        )
    named = name_references(fresh, _taken(merged, catalogue.relationships))
    return catalogue.model_copy(
        update={"schemas": tuple(merged.values()), "relationships": catalogue.relationships + named}
    )


def add_dimension(catalogue: Catalogue, dimension: Dimension, namespace: str) -> Catalogue:
    """Return the catalogue with a targeting dimension, its schema's identity and its built-in schemas.

    Adding the same dimension again changes nothing.
    """
    schema = catalogue.schema_named(dimension.schema_name)
    identity = schema.attribute(dimension.identity)
    if identity.type.kind is not Kind.STRING:
        raise InputError(
            f"schema {schema.name}",
            f"the attribute {identity.name!r} is of type {identity.type} and cannot be an identity",
            expected="a string attribute such as an email address, a phone number or a customer number",
            todo="Name a string attribute with --identity.",
        )
    if dimension in catalogue.dimensions:
        return catalogue
    if any(known.name.lower() == dimension.name.lower() for known in catalogue.dimensions):
        raise InputError(
            "catalogue", f"there is already another dimension {dimension.name!r}", todo="Choose another name."
        )
    needed = (consent_name(dimension.name), *feedback_names(dimension.name))
    taken = [name for name in needed if name.lower() in _lower(catalogue.by_name)]
    if taken:
        raise InputError(
            "catalogue",
            f"there is already a schema {taken[0]!r}, a name that this dimension needs for itself",
            todo="Choose another name for the dimension.",
        )
    known = identified(schema, Identity(attribute=identity.name, namespace=namespace))
    merged = {**catalogue.by_name, schema.name: known}
    consent = consent_of(dimension, known)
    link = consent_link(dimension, known, _taken(merged, catalogue.relationships)[schema.name])
    added = catalogue.model_copy(
        update={
            "schemas": (*merged.values(), consent),
            "relationships": (*catalogue.relationships, link),
            "dimensions": (*catalogue.dimensions, dimension),
        }
    )
    return with_feedback(added, dimension)


def completed(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue of a home with the built-in schemas that came after it was made."""
    for dimension in catalogue.dimensions:
        catalogue = with_feedback(catalogue, dimension)
    return catalogue


def set_version(catalogue: Catalogue, schema_name: str, attribute: str) -> Catalogue:
    """Return the catalogue with the attribute that decides which record of a schema is newer."""
    schema = catalogue.schema_named(schema_name)
    if schema.builtin:
        raise InputError(f"schema {schema.name}", "a built-in schema cannot be changed")
    kind = schema.attribute(attribute).type.kind
    if kind not in (Kind.INTEGER, Kind.DATETIME, Kind.INSTANT) or attribute in schema.primary_key:
        raise InputError(
            f"schema {schema.name}",
            f"the attribute {attribute!r} cannot be the version descriptor",
            expected="an integer, datetime or instant that is not part of the key",
            todo="Name another attribute.",
        )
    changed = {**catalogue.by_name, schema.name: schema.model_copy(update={"version": attribute})}
    return catalogue.model_copy(update={"schemas": tuple(changed.values())})


def identified(schema: Schema, identity: Identity) -> Schema:
    """Return the schema with an identity; one over the same attribute is replaced."""
    others = tuple(known for known in schema.identities if known.attribute != identity.attribute)
    return schema.model_copy(update={"identities": (*others, identity)})


def _clashes(former: Schema | None, schema: Schema, known: Mapping[str, Schema]) -> list[str]:
    """Say what keeps a schema from joining those known."""
    if former is None:
        near = _lower(known).get(schema.name.lower())
        return [f"{schema.name} differs from {near} only in case"] if near else []
    if former.builtin:
        return [f"{schema.name} is a built-in schema"]
    return [f"{schema.name}.{fault}" for fault in _differences(former, schema)]


def _differences(former: Schema, schema: Schema) -> list[str]:
    faults = []
    if former.primary_key != schema.primary_key:
        faults.append(f"primary key was ({', '.join(former.primary_key)}), is ({', '.join(schema.primary_key)})")
    for attribute in former.attributes:
        fault = _difference(attribute, schema.by_name.get(attribute.name))
        if fault:
            faults.append(f"{attribute.name} {fault}")
    known = {name.lower() for name in former.by_name}
    faults += [
        f"{attribute.name} is new and required"
        for attribute in schema.attributes
        if attribute.name.lower() not in known and attribute.required
    ]
    return faults


def _difference(former: Attribute, now: Attribute | None) -> str:
    if now is None:
        return "is missing"
    if former.type != now.type:
        return f"was {described(former)}, is {described(now)}"
    if former.required != now.required:
        return "was required, is not" if former.required else "was not required, is now"
    return ""


def described(attribute: Attribute) -> str:
    """Return an attribute's type with its limits: `decimal(10,2)`, `enum(a, b)`."""
    return attribute.type.in_full


def _widened(former: Schema, schema: Schema) -> Schema:
    new = tuple(attribute for attribute in schema.attributes if attribute.name not in former.by_name)
    return former.model_copy(update={"attributes": former.attributes + new})


def _changed_references(catalogue: Catalogue, addition: Addition) -> list[str]:
    """Say which relationships of schemas that come again are new, gone or otherwise unlike."""
    again = {schema.name for schema in addition.schemas} & catalogue.by_name.keys()
    now = {_ends(reference): reference for reference in addition.references if reference.source in again}
    former = {
        _ends(link): link
        for link in catalogue.relationships
        if link.source in again and not catalogue.by_name[link.source].builtin
    }
    faults = [f"{_shown(former[ends])} is missing" for ends in former.keys() - now.keys()]
    faults += [
        f"{_shown(former[ends])} {'was' if former[ends].unique else 'was not'} unique"
        for ends in now.keys() & former.keys()
        if now[ends].unique != former[ends].unique
    ]
    faults += [
        f"{_shown(now[ends])} is new"
        for ends in now.keys() - former.keys()
        if all(here in catalogue.by_name[now[ends].source].by_name for here, _ in now[ends].pairs)
    ]
    return sorted(faults)


def _ends(reference: Reference | Relationship) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return reference.source, reference.target, reference.pairs


def _shown(reference: Reference | Relationship) -> str:
    columns = ", ".join(here for here, _ in reference.pairs)
    return f"{reference.source}.({columns}) -> {reference.target}"


def _taken(schemas: Mapping[str, Schema], links: Sequence[Relationship]) -> dict[str, set[str]]:
    taken = {name: set(schema.by_name) for name, schema in schemas.items()}
    for link in links:
        taken[link.source].add(link.name)
        taken[link.target].add(link.reverse)
    return taken


def _lower(names: Mapping[str, object]) -> dict[str, str]:
    return {name.lower(): name for name in names}
