"""Limits of the services that no schema holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

ENVIRONMENT_BYTES = 4096
"""AWS Lambda quotas: environment variables of a function, names and values together."""

RESERVED = frozenset(
    {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
     "AWS_SESSION_TOKEN", "AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "_HANDLER"}
)  # fmt: skip
"""AWS Lambda, "Defined runtime environment variables": names that nobody may set (an extract)."""

ATTACHED_POLICIES = 10
MANAGED_POLICY_LETTERS = 6144
INLINE_POLICIES_LETTERS = 10240
"""IAM and AWS STS quotas: policies attached to a role; letters of a managed policy, and of all
inline policies of a role, white space not counted."""

LAYERS = 5
TIMEOUT_SECONDS = 900
"""AWS Lambda quotas: layers of a function, and its longest run."""

PARAMETER_BYTES = 4096
DOCUMENT_BYTES = 65_536
"""AWS Systems Manager quotas: value of a standard parameter; a document."""

_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[^:]*:[^:]*:.+")
_WITH_KEY = re.compile(r":secret:[^:]+:")
_DMS_NAME = re.compile(r"[a-z](-?[a-z0-9])*")
Properties = Mapping[str, Any]


def service_refusals(kind: str, properties: Properties) -> list[str]:
    """What the service behind a type has against resolved properties."""
    return list(_CHECKS[kind](properties)) if kind in _CHECKS else []


def _function(properties: Properties) -> Iterator[str]:
    variables = properties.get("Environment", {}).get("Variables", {})
    size = sum(len(str(one).encode()) for pair in variables.items() for one in pair)
    if size > ENVIRONMENT_BYTES:
        yield f"Environment: {size} bytes of {ENVIRONMENT_BYTES}"
    for name in RESERVED & set(variables):
        yield f"Environment: {name} is reserved"
    if int(properties.get("Timeout", 3)) > TIMEOUT_SECONDS:
        yield f"Timeout: {properties['Timeout']} of {TIMEOUT_SECONDS}"
    if len(properties.get("Layers", [])) > LAYERS:
        yield f"Layers: more than {LAYERS}"


def _role(properties: Properties) -> Iterator[str]:
    attached = properties.get("ManagedPolicyArns", [])
    if len(attached) > ATTACHED_POLICIES:
        yield f"ManagedPolicyArns: {len(attached)} of {ATTACHED_POLICIES}"
    inline = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    if sum(map(_letters, inline)) > INLINE_POLICIES_LETTERS:
        yield f"Policies: more than {INLINE_POLICIES_LETTERS} letters"
    for document in inline:
        yield from _statements(document)


def _managed_policy(properties: Properties) -> Iterator[str]:
    document = properties["PolicyDocument"]
    if _letters(document) > MANAGED_POLICY_LETTERS:
        yield f"PolicyDocument: more than {MANAGED_POLICY_LETTERS} letters"
    yield from _statements(document)


def _statements(document: Any) -> Iterator[str]:
    statements = document.get("Statement", [])
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not statements:
        yield "PolicyDocument: has no statement"
    sids = [one["Sid"] for one in statements if "Sid" in one]
    if len(sids) != len(set(sids)):
        yield "PolicyDocument: two statements have the same Sid"
    for one in statements:
        yield from (
            f"PolicyDocument: a statement has an empty {name}"
            for name in ("Action", "Resource")
            if one.get(name) in ("", [])
        )
        named = one.get("Resource", [])
        for resource in [named] if isinstance(named, str) else named:
            if resource not in ("*", "") and not _ARN.fullmatch(resource):
                yield f"PolicyDocument: {resource!r} is no ARN"
            if _WITH_KEY.search(resource):
                yield f"PolicyDocument: {resource!r}: IAM knows no key within a secret"


def _parameter(properties: Properties) -> Iterator[str]:
    size = len(str(properties["Value"]).encode())
    if size > PARAMETER_BYTES and properties.get("Tier", "Standard") == "Standard":
        yield f"Value: {size} bytes of {PARAMETER_BYTES}"


def _document(properties: Properties) -> Iterator[str]:
    size = len(json.dumps(properties["Content"], ensure_ascii=False).encode())
    if size > DOCUMENT_BYTES:
        yield f"Content: {size} bytes of {DOCUMENT_BYTES}"


def _letters(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":"), default=str))


def _dms(name: str) -> Callable[[Properties], Iterator[str]]:
    def check(properties: Properties) -> Iterator[str]:
        given = str(properties.get(name, "a"))
        if not _DMS_NAME.fullmatch(given):
            yield (
                f"{name}: {given!r}: DMS takes a letter first, then letters, digits and single "
                "hyphens, and makes them small: metrics and alarms know it by small letters only"
            )

    return check


_CHECKS: Mapping[str, Callable[[Properties], Iterator[str]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::IAM::Role": _role,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::SSM::Document": _document,
    "AWS::SSM::Parameter": _parameter,
    "AWS::DMS::ReplicationInstance": _dms("ReplicationInstanceIdentifier"),
    "AWS::DMS::Endpoint": _dms("EndpointIdentifier"),
    "AWS::DMS::ReplicationTask": _dms("ReplicationTaskIdentifier"),
}
