"""A command document as Systems Manager takes it: parameters checked, then put into the script.

AWS Systems Manager User Guide, "Data elements and parameters": a value must be one of
``allowedValues`` and match ``allowedPattern``; it replaces ``{{ Name }}`` as plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


class ParametersRefused(Exception):
    """InvalidParameters: the message names the one that was refused."""


def shell_parameters(content: str, given: Mapping[str, list[str]]) -> tuple[list[str], str]:
    """(lines of the shell script, its time-out in seconds); ParametersRefused."""
    document = json.loads(content)
    declared: Mapping[str, Any] = document.get("parameters", {})
    for name in given:
        if name not in declared:
            raise ParametersRefused(f"{name} is no parameter of the document")
    values = {name: _value(name, one, given) for name, one in declared.items()}

    def filled(text: str) -> str:
        def value(place: re.Match[str]) -> str:
            if place[1] not in values:
                raise ParametersRefused(f"{place[1]} is not declared in the document")
            return values[place[1]]

        return _PLACE.sub(value, text)

    inputs = document["mainSteps"][0]["inputs"]
    lines = [filled(line) for line in inputs["runCommand"]]
    return lines, filled(str(inputs.get("timeoutSeconds", "3600")))


def _value(name: str, declared: Mapping[str, Any], given: Mapping[str, list[str]]) -> str:
    if name not in given:
        if "default" not in declared:
            raise ParametersRefused(f"{name} is missing")
        return str(declared["default"])
    (value,) = given[name]
    allowed = declared.get("allowedValues")
    if allowed and value not in allowed:
        raise ParametersRefused(f"{name}: not one of the allowed values")
    pattern = declared.get("allowedPattern")
    if pattern and re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is None:
        raise ParametersRefused(f"{name}: does not match {pattern}")
    return value
