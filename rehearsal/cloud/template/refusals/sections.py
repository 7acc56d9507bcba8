"""Which functions may stand in which part of a template.

CloudFormation Template Reference, "Rule functions", "Condition functions" and the pages of each
section. A function elsewhere makes CloudFormation refuse the whole template, whatever the
parameters are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

RULES = frozenset(
    {
        "Fn::And", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals",
        "Fn::Not", "Fn::Or", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll", "Ref",
    }
)  # fmt: skip
"""Rule functions; none of another kind may stand within them."""

CONDITIONS = frozenset(
    {
        "Condition", "Fn::And", "Fn::Equals", "Fn::FindInMap", "Fn::If", "Fn::Join", "Fn::Not",
        "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub", "Ref",
    }
)  # fmt: skip
"""Condition functions, and those that give them values; resources don't exist yet."""

VALUES = frozenset(
    {
        "Condition", "Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt",
        "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub",
        "Fn::Transform", "Ref",
    }
)  # fmt: skip
"""Functions of properties and outputs."""

NONE: frozenset[str] = frozenset()

SECTIONS = {
    "AWSTemplateFormatVersion": NONE,
    "Description": NONE,
    "Metadata": NONE,
    "Parameters": NONE,
    "Mappings": NONE,
    "Rules": RULES,
    "Conditions": CONDITIONS,
    "Outputs": VALUES,
}
"""A resource's parts are looked at one by one; see ATTRIBUTES."""

ATTRIBUTES = {
    "Type": NONE,
    "Condition": NONE,
    "DependsOn": NONE,
    "DeletionPolicy": NONE,
    "UpdateReplacePolicy": NONE,
    "CreationPolicy": VALUES,
    "UpdatePolicy": VALUES,
    "Metadata": VALUES,
    "Properties": VALUES,
}
"""Deletion policies take functions only with AWS::LanguageExtensions."""


def section_refusals(document: Mapping[str, Any]) -> list[str]:
    """Functions, sections and attributes that CloudFormation doesn't take where they stand."""
    found: list[str] = []
    for section, content in document.items():
        if section in {"Resources", "Transform", "Globals"}:
            continue
        if section not in SECTIONS:
            found.append(f"{section}: is no section of a template")
            continue
        found += _strange(content, section, SECTIONS[section])
    for name, resource in document.get("Resources", {}).items():
        for attribute, content in resource.items():
            place = f"Resources.{name}.{attribute}"
            if attribute not in ATTRIBUTES:
                found.append(f"{place}: is no attribute of a resource")
            else:
                found += _strange(content, place, ATTRIBUTES[attribute])
    return found


def _strange(value: Any, place: str, allowed: frozenset[str]) -> Iterator[str]:
    for name, where in functions(value, place):
        if name not in allowed:
            yield f"{where}: {name} is not supported there"


def functions(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every function within a value, with its place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if str(key).startswith("Fn::") or (key == "Ref" and len(value) == 1):
                yield str(key), place
            yield from functions(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from functions(inner, f"{place}[{number}]")
