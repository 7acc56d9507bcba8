"""A resource's properties against the schema of its type.

CloudFormation validates properties by the resource types' own schemas (CloudFormation registry)
before a handler is called. The schemas are those that cfn-lint carries for the region.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any


def property_refusals(kind: str, properties: Mapping[str, Any], region: str) -> list[str]:
    """What the type's schema has against resolved properties; nothing for a type without one."""
    schema = _schema(kind, region)
    return list(_against(properties, schema, "", schema)) if schema else []


@cache
def _schema(kind: str, region: str) -> dict[str, Any]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    except ResourceNotFoundError:
        return {}
    return found


def _against(
    value: Any, schema: Mapping[str, Any], place: str, root: Mapping[str, Any]
) -> Iterator[str]:
    while "$ref" in schema:
        schema = _part(root, schema["$ref"])
    if isinstance(value, Mapping):
        yield from _object(value, schema, place, root)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _against(one, schema.get("items", {}), f"{place}[{number}]", root)
        if len(value) < int(schema.get("minItems", 0)):
            yield f"{place}: fewer than {schema['minItems']} items"
        if len(value) > int(schema.get("maxItems", len(value))):
            yield f"{place}: more than {schema['maxItems']} items"
    elif value is not None:
        yield from _scalar(_text(value), schema, place)


def _object(
    value: Mapping[str, Any], schema: Mapping[str, Any], place: str, root: Mapping[str, Any]
) -> Iterator[str]:
    known = schema.get("properties")
    if known is not None:
        for name in schema.get("required", []):
            if name not in value:
                yield f"{place}.{name}: is required".lstrip(".")
        for name, inner in value.items():
            if name in known:
                yield from _against(inner, known[name], f"{place}.{name}".lstrip("."), root)
            elif schema.get("additionalProperties") is False:
                yield f"{place}.{name}: is no property".lstrip(".")
    elif "patternProperties" in schema:
        for name, inner in value.items():
            for pattern, one in schema["patternProperties"].items():
                if _matches(pattern, str(name)):
                    yield from _against(inner, one, f"{place}.{name}", root)


def _scalar(text: str, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if "enum" in schema and text not in {_text(one) for one in schema["enum"]}:
        yield f"{place}: {text!r} is none of {', '.join(map(_text, schema['enum']))}"
    if len(text) > int(schema.get("maxLength", len(text))):
        yield f"{place}: {len(text)} letters of {schema['maxLength']}"
    if len(text) < int(schema.get("minLength", 0)):
        yield f"{place}: {len(text)} letters, fewer than {schema['minLength']}"
    if "pattern" in schema and not _matches(schema["pattern"], text):
        yield f"{place}: {text!r} does not match {schema['pattern']}"
    kinds = schema.get("type", [])
    if {"integer", "number"} & {kinds} if isinstance(kinds, str) else False:
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            yield f"{place}: {text!r} is no number"
        elif not (
            float(schema.get("minimum", text)) <= float(text) <= float(schema.get("maximum", text))
        ):
            yield f"{place}: {text} is out of its bounds"


def _part(root: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # a form of ECMA's expressions that Python lacks
        return True
