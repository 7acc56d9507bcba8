"""The same step at work twice: what the other one has just done is not an error."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from redash_migration.adapters.dms import Dms

ARN = "arn:aws:dms:ap-northeast-1:123456789012:task:redash-1"


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "dms",
        region_name="ap-northeast-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def described(*statuses: str) -> dict[str, Any]:
    return {
        "ReplicationTasks": [{"ReplicationTaskArn": ARN, "Status": status} for status in statuses]
    }


def create(dms: Dms) -> str:
    return dms.create(
        "redash-1", source="arn:s", target="arn:t", instance="arn:i", mappings="{}", settings="{}"
    )


def test_a_task_that_was_just_created_is_taken(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("create_replication_task", "ResourceAlreadyExistsFault")
        stub.add_response("describe_replication_tasks", described("creating"))
        assert create(Dms(client)) == ARN


def test_any_other_refusal_stays_one(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("create_replication_task", "AccessDeniedFault")
        stub.add_response("describe_replication_tasks", described())
        with pytest.raises(ClientError, match="AccessDeniedFault"):
            create(Dms(client))


@pytest.mark.parametrize(
    ("status", "resume", "fine"),
    [
        ("running", False, True),
        ("starting", True, True),
        ("stopped", False, True),
        ("stopped", True, False),
        ("ready", False, False),
        ("deleting", True, False),
    ],
)
def test_a_start_that_somebody_else_made(
    client: Any, status: str, resume: bool, fine: bool
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("start_replication_task", "InvalidResourceStateFault")
        stub.add_response("describe_replication_tasks", described(status))
        if fine:
            Dms(client).start(ARN, resume=resume)
        else:
            with pytest.raises(ClientError, match="InvalidResourceStateFault"):
                Dms(client).start(ARN, resume=resume)
