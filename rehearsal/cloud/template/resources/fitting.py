"""Properties of a template in the form that an API call wants."""

from __future__ import annotations

import json
from typing import Any


def fitting(client: Any, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties that the operation takes, numbers and booleans as such.

    Templates carry numbers as text and differ from the API in the case of some names; properties
    that the operation lacks (tags of another shape, policies) are left out.
    """
    model = client.meta.service_model.operation_model(operation)
    fitted: dict[str, Any] = _fit(properties, model.input_shape)
    return fitted


def _fit(value: Any, shape: Any) -> Any:  # noqa: PLR0911
    kind = shape.type_name
    if kind == "structure":
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        found = {}
        for name, inner in value.items():
            if name.lower() in members and name != "Tags":
                real, member = members[name.lower()]
                found[real] = _fit(inner, member)
        return found
    if kind == "list" and isinstance(value, list):
        return [_fit(inner, shape.member) for inner in value]
    if kind in {"integer", "long"}:
        return int(value)
    if kind in {"float", "double"}:
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "string" and not isinstance(value, str):
        if isinstance(value, dict | list):
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
