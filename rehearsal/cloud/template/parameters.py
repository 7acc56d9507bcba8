"""A template's parameters: defaults, what the caller gives, what each demands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.cloud.template.reading import TemplateError
from rehearsal.cloud.template.refusals.quotas import PARAMETER_VALUE_BYTES


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
        problem = refusal(parameter, text)
        if problem:
            problems.append(f"{name}: {text!r} {problem}")
        kind = str(parameter["Type"])
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            # An empty text is a list of one empty text, as CloudFormation has it.
            values[name] = [part.strip() for part in text.split(",")]
        else:
            values[name] = text
    if problems:
        raise TemplateError("Parameters: " + "; ".join(sorted(problems)))
    return values


def refusal(parameter: Mapping[str, Any], text: str) -> str:
    """Why CloudFormation would refuse this value; empty when it would not."""
    return next(_refusals(parameter, text), "")


def _refusals(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    allowed = [str(value) for value in parameter.get("AllowedValues", [text])]
    if text not in allowed:
        yield f"is none of {', '.join(allowed)}"
    most = int(parameter.get("MaxLength", PARAMETER_VALUE_BYTES))
    if len(text) > most:
        yield f"has {len(text)} letters of {most}"
    if len(text) < int(parameter.get("MinLength", 0)):
        yield f"has fewer than {parameter['MinLength']} letters"
    pattern = parameter.get("AllowedPattern")
    parts = text.split(",") if str(parameter["Type"]).startswith(("List", "Comma")) else [text]
    if pattern and not all(re.fullmatch(pattern, part) for part in parts):
        hint = parameter.get("ConstraintDescription", "")
        yield f"does not match {pattern}" + (f" ({hint})" if hint else "")
    kind = str(parameter["Type"]).removeprefix("List<").removesuffix(">")
    prefix = _IDS.get(kind, "")
    if prefix and not all(re.fullmatch(rf"{prefix}-[0-9a-f]+", part.strip()) for part in parts):
        yield f"is no {kind}: {prefix}-0123456789abcdef0"
    if parameter["Type"] == "Number":
        yield from _number(parameter, text)


_IDS = {
    "AWS::EC2::Instance::Id": "i",
    "AWS::EC2::SecurityGroup::Id": "sg",
    "AWS::EC2::Subnet::Id": "subnet",
    "AWS::EC2::VPC::Id": "vpc",
}
"""What an id of this type begins with; CloudFormation asks the account whether it is there."""


def _number(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        yield "is not a number"
    elif float(text) < float(parameter.get("MinValue", text)):
        yield f"is below {parameter['MinValue']}"
    elif float(text) > float(parameter.get("MaxValue", text)):
        yield f"is above {parameter['MaxValue']}"
