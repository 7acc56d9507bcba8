"""The API's shapes and faults, over HTTP, as botocore sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from rehearsal.dms import DmsStandIn
from tests.integration.dms.laboratory import REGION, Bus, Dms, on, rule

USERS = "CREATE TABLE users (id serial PRIMARY KEY, name text)"


def code(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return str(raised.value.response["Error"]["Code"])


def test_a_task_starts_only_in_the_right_order(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    arn = dms.create()
    client = dms.client
    resume: dict[str, Any] = {
        "ReplicationTaskArn": arn,
        "StartReplicationTaskType": "resume-processing",
    }
    first = {**resume, "StartReplicationTaskType": "start-replication"}
    assert code(client.start_replication_task, **resume) == "InvalidParameterCombinationException"
    assert code(client.stop_replication_task, ReplicationTaskArn=arn) == "InvalidResourceStateFault"
    dms.stand_in.disturbance.start_delay_seconds = 0.5
    dms.start(arn)
    assert dms.task(arn)["Status"] == "starting"
    for call in (
        client.stop_replication_task,
        client.delete_replication_task,
        client.modify_replication_task,
    ):
        assert code(call, ReplicationTaskArn=arn) == "InvalidResourceStateFault"
    assert code(client.start_replication_task, **resume) == "InvalidResourceStateFault"
    dms.until_status(arn, "stopped")
    assert code(client.start_replication_task, **first) == "InvalidParameterCombinationException"
    dms.stand_in.disturbance.start_delay_seconds = 0
    dms.stand_in.disturbance.stop_delay_seconds = 1
    dms.start(arn, "resume-processing")
    dms.until_status(arn, "running")
    stopping = client.stop_replication_task(ReplicationTaskArn=arn)["ReplicationTask"]
    assert stopping["Status"] == "stopping"
    assert code(client.stop_replication_task, ReplicationTaskArn=arn) == "InvalidResourceStateFault"
    assert dms.task(arn)["Status"] == "stopping"
    dms.until_status(arn, "stopped")


def test_a_stopped_task_is_modified(dms: Dms) -> None:
    arn = dms.create()
    new = json.dumps({"rules": [rule("users")]})
    task = dms.client.modify_replication_task(ReplicationTaskArn=arn, TableMappings=new)
    assert task["ReplicationTask"]["Status"] == "modifying"
    dms.until_status(arn, "ready")
    assert dms.task(arn)["TableMappings"] == new
    without = dms.client.describe_replication_tasks(WithoutSettings=True)["ReplicationTasks"][0]
    assert "TableMappings" not in without
    assert "ReplicationTaskSettings" not in without


def test_a_start_wants_successful_connection_tests(dms: Dms) -> None:
    client = dms.client
    arn = dms.create()
    client.modify_endpoint(EndpointArn=dms.target_arn, PostgreSQLSettings={"DatabaseName": "gone"})
    start: dict[str, Any] = {
        "ReplicationTaskArn": arn,
        "StartReplicationTaskType": "start-replication",
    }
    assert code(client.start_replication_task, **start) == "InvalidResourceStateFault"
    client.test_connection(ReplicationInstanceArn=dms.instance_arn, EndpointArn=dms.target_arn)
    dms.until(lambda: any(c["Status"] == "failed" for c in dms.connections()))
    assert 'database "gone" does not exist' in "".join(dms.problems())
    assert dms.target.password not in "".join(dms.problems())
    assert code(client.start_replication_task, **start) == "InvalidResourceStateFault"


def test_what_is_not_there_is_not_found(dms: Dms) -> None:
    client = dms.client
    gone = "arn:aws:dms:ap-northeast-1:123456789012:task:gone"
    for call in (
        client.stop_replication_task,
        client.delete_replication_task,
        client.modify_replication_task,
        client.describe_table_statistics,
    ):
        assert code(call, ReplicationTaskArn=gone) == "ResourceNotFoundFault"
    filters: Any = [{"Name": "replication-task-id", "Values": ["gone"]}]
    assert code(client.describe_replication_tasks, Filters=filters) == "ResourceNotFoundFault"
    assert client.describe_replication_tasks()["ReplicationTasks"] == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"ResourceIdentifier": "r" * 32}, "InvalidParameterValueException"),
    ({"ReplicationTaskIdentifier": "two--hyphens"}, "InvalidParameterValueException"),
    ({"TableMappings": "{}"}, "InvalidParameterValueException"),
    ({"ReplicationTaskSettings": "no"}, "InvalidParameterValueException"),
    (
        {"ReplicationTaskSettings": '{"FullLoadSettings": {"StopTask": true}}'},
        "InvalidParameterValueException",
    ),
    ({"SourceEndpointArn": "arn:aws:dms:x:1:endpoint:gone"}, "ResourceNotFoundFault"),
    ({"ReplicationInstanceArn": "arn:aws:dms:x:1:rep:gone"}, "ResourceNotFoundFault"),
    ({"ReplicationTaskIdentifier": "carry"}, "ResourceAlreadyExistsFault"),
]


def test_a_task_that_makes_no_sense_is_refused(dms: Dms) -> None:
    dms.create()
    sound: dict[str, Any] = {
        "ReplicationTaskIdentifier": "other",
        "SourceEndpointArn": dms.source_arn,
        "TargetEndpointArn": dms.target_arn,
        "ReplicationInstanceArn": dms.instance_arn,
        "MigrationType": "full-load-and-cdc",
        "TableMappings": json.dumps({"rules": [rule()]}),
    }
    for change, fault in REFUSED:
        assert code(dms.client.create_replication_task, **{**sound, **change}) == fault, change
    dms.client.create_replication_task(**sound)


def test_table_statistics_come_in_pages(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, *(f"CREATE TABLE t{number:02} (id int PRIMARY KEY)" for number in range(25)))
    arn = dms.create()
    dms.start(arn)
    dms.until_status(arn, "stopped")
    first = dms.client.describe_table_statistics(ReplicationTaskArn=arn, MaxRecords=20)
    second = dms.client.describe_table_statistics(
        ReplicationTaskArn=arn, MaxRecords=20, Marker=first["Marker"]
    )
    names = [table["TableName"] for page in (first, second) for table in page["TableStatistics"]]
    assert names == [f"t{number:02}" for number in range(25)]
    assert second.get("Marker") is None
    filters: Any = [{"Name": "table-name", "Values": ["t07"]}]
    found = dms.client.describe_table_statistics(ReplicationTaskArn=arn, Filters=filters)
    assert [table["TableName"] for table in found["TableStatistics"]] == ["t07"]
    assert (
        code(dms.client.describe_table_statistics, ReplicationTaskArn=arn, MaxRecords=5)
        == "InvalidParameterValueException"
    )


def test_endpoints_show_no_password(dms: Dms) -> None:
    endpoints = dms.client.describe_endpoints()["Endpoints"]
    assert {endpoint["Status"] for endpoint in endpoints} == {"active"}
    dms.client.modify_endpoint(
        EndpointArn=dms.source_arn,
        PostgreSQLSettings={"Password": "hidden", "PluginName": "pglogical"},
    )
    filters: Any = [{"Name": "endpoint-arn", "Values": [dms.source_arn]}]
    endpoint = dms.client.describe_endpoints(Filters=filters)["Endpoints"][0]
    assert endpoint["PostgreSQLSettings"]["PluginName"] == "pglogical"
    assert endpoint["PostgreSQLSettings"]["HeartbeatEnable"] is True
    assert "hidden" not in str(endpoint)
    instances = dms.client.describe_replication_instances()["ReplicationInstances"]
    assert [instance["ReplicationInstanceStatus"] for instance in instances] == ["available"]


def test_an_event_can_be_withheld(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    dms.stand_in.disturbance.withheld_events.add("REPLICATION_TASK_STOPPED")
    arn = dms.create()
    dms.start(arn)
    dms.until_status(arn, "stopped")
    dms.client.delete_replication_task(ReplicationTaskArn=arn)
    dms.bus.wait("REPLICATION_TASK_DELETED")
    assert dms.bus.of("REPLICATION_TASK_STOPPED") == []


def test_events_have_the_documented_shape(dms: Dms) -> None:
    arn = dms.create()
    event = dms.bus.wait("REPLICATION_TASK_CREATED")
    assert event == {
        "source": "aws.dms",
        "detail_type": "DMS Replication Task State Change",
        "resources": [arn],
        "detail": {
            "type": "REPLICATION_TASK",
            "category": "Creation",
            "eventType": "REPLICATION_TASK_CREATED",
            "eventId": "DMS-EVENT-0074",
            "resourceLink": (
                f"https://console.aws.amazon.com/dms/v2/home?region={REGION}#taskDetails/carry"
            ),
            "detailMessage": "Replication task created",
        },
    }


def test_metrics_are_in_cloudwatch(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    arn = dms.create(FullLoadSettings={"StopTaskCachedChangesApplied": False})
    dms.start(arn)
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)
    names = {"CDCLatencySource", "CDCLatencyTarget", "CDCIncomingChanges"}
    dms.until(
        lambda: (
            {
                metric["MetricName"]
                for metric in cloudwatch.list_metrics(Namespace="AWS/DMS")["Metrics"]
            }
            == names
        )
    )


@pytest.fixture
def over_http(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(port=0)
    server.start()
    stand_in = DmsStandIn(Bus()).install()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    stand_in.stop()
    server.stop()


def test_the_calls_arrive_over_http(over_http: str) -> None:
    client = boto3.client("dms", region_name=REGION, endpoint_url=over_http)
    assert client.describe_replication_tasks()["ReplicationTasks"] == []
    fault = code(client.reload_tables, ReplicationTaskArn="arn:x:task:y", TablesToReload=[])
    assert fault == "ResourceNotFoundFault"
