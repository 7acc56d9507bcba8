"""What is too large for the record: plan, schema, evidence, report; one folder a migration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.errors import NotFoundInRecord

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


class Artifacts:
    """Objects under ``<migration_id>/`` in the artifact bucket."""

    def __init__(self, client: S3Client, bucket: str, migration_id: str) -> None:
        self._client = client
        self.bucket = bucket
        self._prefix = migration_id

    def key(self, name: str) -> str:
        """The object key of an artifact."""
        return f"{self._prefix}/{name}"

    def put_bytes(
        self, name: str, body: bytes, content_type: str = "application/octet-stream"
    ) -> None:
        """Write an artifact, over an earlier one."""
        self._client.put_object(
            Bucket=self.bucket, Key=self.key(name), Body=body, ContentType=content_type
        )

    def get_bytes(self, name: str) -> bytes:
        """Read an artifact; NotFoundInRecord names one that is not there."""
        try:
            return self._client.get_object(Bucket=self.bucket, Key=self.key(name))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                raise NotFoundInRecord(
                    f"{name}: no such artifact under s3://{self.bucket}/{self._prefix}/; "
                    "the step that writes it has not run"
                ) from None
            raise

    def put_json(self, name: str, value: Any) -> None:
        """Write a JSON artifact."""
        body = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self.put_bytes(name, body, "application/json")

    def get_json(self, name: str) -> Any:
        """Read a JSON artifact."""
        return json.loads(self.get_bytes(name))
