"""A container's environment: what the task definition says, and the secrets it refers to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol


class SecretMissing(Exception):
    """ECS's ResourceInitializationError: a secret of the task definition can't be read."""


class Clients(Protocol):
    """What gives a boto3 client for a service."""

    def client(self, service: str) -> Any:
        """A client."""


def environment_of(container: Mapping[str, Any], cloud: Clients) -> dict[str, str]:
    """All variables of a container; SecretMissing names the one that can't be read."""
    plain = {item["name"]: item["value"] for item in container.get("environment") or []}
    for secret in container.get("secrets") or []:
        try:
            plain[secret["name"]] = _value(secret["valueFrom"], cloud)
        except Exception as error:
            raise SecretMissing(
                f"ResourceInitializationError: unable to pull secrets: {secret['name']}:"
                f" {type(error).__name__}"
            ) from error
    return plain


def _value(reference: str, cloud: Clients) -> str:
    """``arn:...:secret:name[:json key:version stage:version id]``, or a parameter's ARN or name."""
    if ":secretsmanager:" not in reference:
        name = reference.partition(":parameter")[2] or reference
        answer = cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)
        return str(answer["Parameter"]["Value"])
    parts = reference.split(":")
    key = parts[7] if len(parts) > 7 else ""
    client = cloud.client("secretsmanager")
    text = client.get_secret_value(SecretId=":".join(parts[:7]))["SecretString"]
    return str(json.loads(text)[key]) if key else str(text)
