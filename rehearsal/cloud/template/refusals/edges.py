"""What refers to what, and what therefore is made first.

CloudFormation makes resources side by side unless one refers to the other (Ref, Fn::GetAtt,
Fn::Sub) or names it in DependsOn. A service that looks for a thing by its fixed name, without
being given it, finds it only where such an edge exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PSEUDO = frozenset(
    {
        "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region",
        "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
    }
)  # fmt: skip

BY_FIXED_NAME = {
    "dms-vpc-role": ("AWS::DMS::ReplicationSubnetGroup", "AWS::DMS::ReplicationInstance"),
    "dms-cloudwatch-logs-role": ("AWS::DMS::ReplicationInstance",),
}
"""A role's name -> the types that look for it (DMS User Guide, "Creating the IAM roles to use with
AWS DMS")."""

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def edge_refusals(document: Mapping[str, Any]) -> list[str]:
    """Names that nothing has, circles, and fixed names that are looked for before they exist."""
    resources: Mapping[str, Any] = document["Resources"]
    graph = {name: _before(resource) & set(resources) for name, resource in resources.items()}
    return [
        *_missing(document),
        *(f"Resources: circular dependency of {name}" for name in _in_circles(graph)),
        *_looked_for_too_early(resources, graph),
    ]


def _missing(document: Mapping[str, Any]) -> Iterator[str]:
    known = {*document["Resources"], *document.get("Parameters", {}), *PSEUDO}
    conditions = set(document.get("Conditions", {}))
    for name, resource in document["Resources"].items():
        for other in _before(resource) - known:
            yield f"Resources.{name}: refers to {other}, which is not in the template"
        used = {resource["Condition"]} if "Condition" in resource else set()
        for missing in (used | set(conditions_of(resource))) - conditions:
            yield f"Resources.{name}: the condition {missing} is not in the template"
    for name, output in document.get("Outputs", {}).items():
        for other in set(referred(output["Value"])) - known:
            yield f"Outputs.{name}: refers to {other}, which is not in the template"


def referred(value: Any) -> Iterator[str]:
    """Logical ids and parameters that a value names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Ref" and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt":
                yield inner.split(".")[0] if isinstance(inner, str) else str(inner[0])
            elif key == "Fn::Sub":
                text, own = (inner, {}) if isinstance(inner, str) else inner
                yield from (
                    name.split(".")[0] for name in _VARIABLE.findall(text) if name not in own
                )
                yield from referred(own)
            else:
                yield from referred(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from referred(inner)


def depends_on(resource: Mapping[str, Any]) -> list[str]:
    """What DependsOn names."""
    named = resource.get("DependsOn", [])
    return [named] if isinstance(named, str) else list(named)


def conditions_of(value: Any) -> Iterator[str]:
    """Conditions that Fn::If asks for."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Fn::If" and isinstance(inner, list):
                yield str(inner[0])
            yield from conditions_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from conditions_of(inner)


def _before(resource: Mapping[str, Any]) -> set[str]:
    return {*referred(resource.get("Properties", {})), *depends_on(resource)}


def _reached(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead += graph[one]
    return seen


def _in_circles(graph: Mapping[str, set[str]]) -> list[str]:
    return [name for name in graph if name in _reached(name, graph)]


def _looked_for_too_early(
    resources: Mapping[str, Any], graph: Mapping[str, set[str]]
) -> Iterator[str]:
    for role, resource in resources.items():
        fixed = resource.get("Properties", {}).get("RoleName")
        for name, other in resources.items():
            looks = isinstance(fixed, str) and other["Type"] in BY_FIXED_NAME.get(fixed, ())
            if looks and role not in _reached(name, graph):
                yield f"Resources.{name}: looks for {fixed}, which is made beside it, not before it"
