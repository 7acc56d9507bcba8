"""A DMS stand-in on moto, with two endpoints on two fresh databases."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dms import DmsStandIn
from rehearsal.postgres import Cluster
from tests.integration.dms.laboratory import REGION, Bus, Dms, on


@pytest.fixture
def dms(
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    target_cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Dms]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        bus = Bus()
        stand_in = DmsStandIn(
            bus, server_log=lambda _: target_cluster.log_file, retry_interval_seconds=4
        ).install()
        client = boto3.client("dms", region_name=REGION)
        secrets = boto3.client("secretsmanager", region_name=REGION)
        arns = {}
        for side, address in (("source", source_database), ("target", target_database)):
            secret = secrets.create_secret(
                Name=side,
                SecretString=json.dumps(
                    {
                        "username": address.username,
                        "password": address.password,
                        "host": address.host,
                        "port": address.port,
                    }
                ),
            )["ARN"]
            arns[side] = client.create_endpoint(
                EndpointIdentifier=side,
                EndpointType=side,
                EngineName="postgres",
                PostgreSQLSettings={
                    "SecretsManagerSecretId": secret,
                    "SecretsManagerAccessRoleArn": "arn:aws:iam::123456789012:role/dms",
                    "DatabaseName": address.dbname,
                    "HeartbeatEnable": True,
                },
            )["Endpoint"]["EndpointArn"]
        instance = client.create_replication_instance(
            ReplicationInstanceIdentifier="one", ReplicationInstanceClass="dms.t3.micro"
        )["ReplicationInstance"]["ReplicationInstanceArn"]
        found = Dms(
            client,
            stand_in,
            bus,
            source_database,
            target_database,
            arns["source"],
            arns["target"],
            instance,
        )
        yield found
        stand_in.stop()
        for task in stand_in.tasks:
            if task.names is not None:
                on(
                    target_database,
                    f"ALTER SUBSCRIPTION {task.names.subscription} DISABLE",
                    f"ALTER SUBSCRIPTION {task.names.subscription} SET (slot_name = NONE)",
                    f"DROP SUBSCRIPTION {task.names.subscription}",
                )
