"""A template's parameters: defaults, what the caller gives, what each demands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.template.reading import TemplateError


def parameter_values(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each parameter; lists where the type is a list.

    A parameter that the template does not have, a missing one and one that its pattern refuses
    raise TemplateError, which names them all.
    """
    declared: Mapping[str, Any] = template.get("Parameters", {})
    problems = [f"{name}: the template has no such parameter" for name in given.keys() - declared]
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        value = given.get(name, parameter.get("Default"))
        if value is None:
            problems.append(f"{name}: has no default; give it")
            continue
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        problem = _refusal(parameter, text)
        if problem:
            problems.append(f"{name}: {text!r} {problem}")
        kind = str(parameter["Type"])
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            values[name] = [part.strip() for part in text.split(",")] if text else []
        else:
            values[name] = text
    if problems:
        raise TemplateError("Parameters: " + "; ".join(sorted(problems)))
    return values


def _refusal(parameter: Mapping[str, Any], text: str) -> str:
    hint = parameter.get("ConstraintDescription", "")
    if "AllowedValues" in parameter:
        allowed = [str(value) for value in parameter["AllowedValues"]]
        if text not in allowed:
            return f"is none of {', '.join(allowed)}"
    pattern = parameter.get("AllowedPattern")
    parts = text.split(",") if str(parameter["Type"]).startswith(("List", "Comma")) else [text]
    if pattern and not all(re.search(pattern, part) for part in parts):
        return f"does not match {pattern}" + (f" ({hint})" if hint else "")
    if parameter["Type"] == "Number":
        try:
            number = float(text)
        except ValueError:
            return "is not a number"
        if number < float(parameter.get("MinValue", number)):
            return f"is below {parameter['MinValue']}"
        if number > float(parameter.get("MaxValue", number)):
            return f"is above {parameter['MaxValue']}"
    return ""
