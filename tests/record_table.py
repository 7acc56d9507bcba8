"""The record's table in moto's DynamoDB, as the template makes it."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import pytest

from rehearsal.cloud.repairs.services import undisturbed_transactions

REGION = "ap-northeast-1"


def pretend_to_be_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that open nothing, and a region."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@cache
def dynamodb() -> Any:
    """A client that tests share: making one takes longer than most of them. Its first use must be
    within mock_aws, as any other."""
    return boto3.client("dynamodb", region_name=REGION)


def make_table(name: str = "record") -> Any:
    """Make the table; the client that did. Tests write to it from several threads."""
    undisturbed_transactions.apply()
    dynamodb().create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return dynamodb()
