"""How long and how many: CloudFormation User Guide, "Understand CloudFormation quotas"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

TEMPLATE_BYTES = 1_048_576
"""A template in S3, where `sam deploy` puts it."""

AT_MOST = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
NAME_LETTERS = 255
DESCRIPTION_BYTES = 1024
PARAMETER_DESCRIPTION_LETTERS = 4000
PARAMETER_VALUE_BYTES = 4096

_NAME = re.compile(r"[A-Za-z0-9]+")
_TYPE = re.compile(
    r"String|Number|List<Number>|CommaDelimitedList|(List<)?AWS::EC2::[A-Za-z]+::[A-Za-z]+>?"
    r"|AWS::SSM::Parameter::.+|(List<)?AWS::Route53::HostedZone::Id>?"
)


def quota_refusals(document: Mapping[str, Any]) -> list[str]:
    """Sections with too many entries, texts that are too long, parameters that can't be."""
    return list(_refused(document))


def _refused(document: Mapping[str, Any]) -> Iterator[str]:
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size > TEMPLATE_BYTES:
        yield f"the template has {size} bytes of {TEMPLATE_BYTES}"
    for section, most in AT_MOST.items():
        entries = document.get(section, {})
        if len(entries) > most:
            yield f"{section}: {len(entries)} entries of {most}"
        for name in entries:
            if not _NAME.fullmatch(name) or len(name) > NAME_LETTERS:
                yield f"{section}.{name}: a name has up to {NAME_LETTERS} letters or digits"
    yield from _too_long(document.get("Description", ""), "Description")
    for name, output in document.get("Outputs", {}).items():
        yield from _too_long(output.get("Description", ""), f"Outputs.{name}.Description")
    for name, parameter in document.get("Parameters", {}).items():
        yield from _parameter(f"Parameters.{name}", parameter)
        if "Default" in parameter:
            yield from _default(f"Parameters.{name}", parameter, str(parameter["Default"]))


def _too_long(text: str, place: str) -> Iterator[str]:
    if len(text.encode()) > DESCRIPTION_BYTES:
        yield f"{place}: {len(text.encode())} bytes of {DESCRIPTION_BYTES}"


def _parameter(place: str, parameter: Mapping[str, Any]) -> Iterator[str]:
    kind = str(parameter.get("Type"))
    if not _TYPE.fullmatch(kind):
        yield f"{place}: {kind} is no type of a parameter"
    if len(parameter.get("Description", "")) > PARAMETER_DESCRIPTION_LETTERS:
        yield f"{place}.Description: more than {PARAMETER_DESCRIPTION_LETTERS} letters"
    if "AWS::" in kind and parameter.get("Default") == "":
        yield f"{place}: an empty default is no value of type {kind}"
    for bound in ("MinLength", "MaxLength", "AllowedPattern"):
        if bound in parameter and kind not in {"String", "CommaDelimitedList"}:
            yield f"{place}: {bound} is for strings"
    for bound in ("MinValue", "MaxValue"):
        if bound in parameter and kind != "Number":
            yield f"{place}: {bound} is for numbers"


def _default(place: str, parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    if len(text.encode()) > PARAMETER_VALUE_BYTES:
        yield f"{place}.Default: more than {PARAMETER_VALUE_BYTES} bytes"
    allowed = [str(value) for value in parameter.get("AllowedValues", [text])]
    if text not in allowed:
        yield f"{place}: the default is none of its allowed values"
    if not re.fullmatch(parameter.get("AllowedPattern", ".*"), text, re.DOTALL):
        yield f"{place}: the default does not match its pattern"
    if parameter.get("Type") == "Number" and not (
        float(parameter.get("MinValue", text))
        <= float(text)
        <= float(parameter.get("MaxValue", text))
    ):
        yield f"{place}: the default is out of its bounds"
    if len(text) < int(parameter.get("MinLength", 0)) or len(text) > int(
        parameter.get("MaxLength", PARAMETER_VALUE_BYTES)
    ):
        yield f"{place}: the default is out of its lengths"
