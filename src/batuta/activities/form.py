"""The JSON Schema of campaign files, for editors that complete and check them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from batuta.activities.palette import palette
from batuta.campaign.model import Campaign

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{model}"


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a campaign file with the settings of every kind in the palette.

    Choices by `kind` are written as if/then: editors then complete the fields of that kind only, and tell what
    is wrong with it instead of that none of all kinds matches.
    """
    kinds = palette()
    wanted = [(model, "validation") for model in (Campaign, *kinds.values())]
    references, together = models_json_schema(wanted, by_alias=True, ref_template=_REF)  # type: ignore[arg-type]
    definitions: dict[str, Any] = _by_kind(together["$defs"])
    forms = {name: references[model, "validation"] for name, model in kinds.items()}
    definitions["Activity"] = _activity(definitions["Activity"], forms, definitions)
    root = definitions.pop("Campaign")
    return {"$schema": DRAFT, **root, "title": "Batuta campaign", "$defs": definitions}


def _activity(form: Mapping[str, Any], forms: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of an activity whose parameters depend on its kind."""
    fields = {**form["properties"], "kind": {"enum": sorted(forms), "description": "what the activity does"}}
    cases = []
    for name, reference in sorted(forms.items()):
        settings = definitions[reference["$ref"].rpartition("/")[2]]
        then: dict[str, Any] = {"properties": {"parameters": reference}}
        if settings.get("required"):
            then["required"] = ["parameters"]
        cases.append({"if": _is("kind", name), "then": then})
    return {**form, "properties": fields, "allOf": cases}


def _by_kind(part: Any) -> Any:
    """Return a part of a schema with every choice by discriminator rewritten."""
    if isinstance(part, list):
        return [_by_kind(item) for item in part]
    if not isinstance(part, dict):
        return part
    rewritten = {name: _by_kind(value) for name, value in part.items() if name not in ("discriminator", "oneOf")}
    if "discriminator" in part:
        return {**rewritten, **_choice(part["discriminator"])}
    return rewritten if "oneOf" not in part else {**rewritten, "oneOf": _by_kind(part["oneOf"])}


def _choice(discriminator: Mapping[str, Any]) -> dict[str, Any]:
    name, mapping = discriminator["propertyName"], discriminator["mapping"]
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"enum": sorted(mapping)}},
        "allOf": [*_cases(name, mapping)],
    }


def _cases(name: str, mapping: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for value, reference in mapping.items():
        yield {"if": _is(name, value), "then": {"$ref": reference}}


def _is(name: str, value: str) -> dict[str, Any]:
    return {"properties": {name: {"const": value}}, "required": [name]}
