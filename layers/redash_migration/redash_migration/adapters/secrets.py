"""Values that only a function's memory may hold: Secrets Manager and SecureString parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.errors import InvalidInput

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient
    from types_boto3_ssm.client import SSMClient


class Secrets:
    """Reads secrets; each is fetched once for the life of the object."""

    def __init__(self, client: SecretsManagerClient, parameters: SSMClient | None = None) -> None:
        self._client = client
        self._parameters = parameters
        self._known: dict[str, str] = {}

    def text(self, arn: str) -> str:
        """The secret string.

        ``arn`` may be a Secrets Manager ARN, one with a JSON key behind it as ECS writes it
        (``arn:...:secret:name-AbCdEf:key::``), or an SSM parameter's ARN.
        """
        if arn not in self._known:
            self._known[arn] = self._read(arn)
        return self._known[arn]

    def previous(self, arn: str) -> str:
        """The secret string before the last rotation; empty when there is none."""
        try:
            answer = self._client.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return ""
            raise
        return answer["SecretString"]

    def json(self, arn: str) -> dict[str, Any]:
        """The secret as a JSON object; InvalidInput says which secret is none."""
        try:
            value = json.loads(self.text(arn))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise InvalidInput(
                f"secret {arn}: not a JSON object; it needs username, password, host, port, dbname"
            )
        return value

    def _read(self, arn: str) -> str:
        parts = arn.split(":")
        if len(parts) > 5 and parts[2] == "ssm":
            if self._parameters is None:
                raise InvalidInput(f"{arn}: this function reads no parameters")
            name = parts[5].removeprefix("parameter")
            answer = self._parameters.get_parameter(Name=name, WithDecryption=True)
            return answer["Parameter"]["Value"]
        key = parts[7] if len(parts) > 7 else ""
        base = ":".join(parts[:7]) if len(parts) > 7 else arn
        text = self._client.get_secret_value(SecretId=base)["SecretString"]
        if not key:
            return text
        value = json.loads(text)
        if not isinstance(value, dict) or key not in value:
            raise InvalidInput(f"secret {base}: no key {key!r} in it")
        return str(value[key])
