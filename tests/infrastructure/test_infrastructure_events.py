"""The rules' patterns against events as AWS sends them, and against their neighbours."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from deployment.sample import MIGRATION, arn
from deployment.stack import Stack
from rehearsal.cloud.events.pattern import matches

ROOT = Path(__file__).parents[2]
RULES = Stack(ROOT / "template.yaml", MIGRATION).of_type("AWS::Events::Rule")

Event = dict[str, Any]


def envelope(source: str, kind: str, resources: list[str], detail: Event) -> Event:
    return {
        "version": "0",
        "id": "11a11b11-222b-333a-44d4-01234a5b6789",
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-01-31T02:00:00Z",
        "region": "ap-northeast-1",
        "resources": resources,
        "detail": detail,
    }


# The shape that the user guide shows, with this stack's task.
STOPPED = envelope(
    "aws.dms",
    "DMS Replication Task State Change",
    [arn("dms", "task:redash-redash-20260131-020000")],
    {
        "type": "REPLICATION_TASK",
        "category": "StateChange",
        "eventType": "REPLICATION_TASK_STOPPED",
        "eventId": "DMS-EVENT-0079",
        "resourceLink": "https://console.aws.amazon.com/dms/v2/home?region=ap-northeast-1",
        "detailMessage": "Replication task stopped. Stop Reason FULL_LOAD_ONLY_FINISHED",
    },
)
# As recorded from a task that failed: no eventId, no resourceLink, another category.
FAILED = envelope(
    "aws.dms",
    "DMS Replication Task State Change",
    STOPPED["resources"],
    {
        "type": "REPLICATION_TASK",
        "category": "Failure",
        "eventType": "REPLICATION_TASK_FAILED",
        "detailMessage": "Last Error  ODBC general error. Stop Reason RECOVERABLE_ERROR",
    },
)
COMMAND = envelope(
    "aws.ssm",
    "EC2 Command Invocation Status-change Notification",
    [arn("ec2", "instance/i-0123456789abcdef0")],
    {
        "command-id": "e8d3c0e4-71f7-4491-898f-c9b35bee5f3b",
        "document-name": "HostDocument",
        "instance-id": "i-0123456789abcdef0",
        "requested-date-time": "2026-01-31T02:00:00.000Z",
        "status": "Success",
    },
)


def changed(event: Event, **changes: Any) -> Event:
    found = copy.deepcopy(event)
    for name, value in changes.items():
        key = name.replace("_", "-")
        (found if key in found else found["detail"])[key if key in found else name] = value
    return found


def caught(rule: str, event: Event) -> bool:
    return matches(RULES[rule]["EventPattern"], event)


@pytest.mark.parametrize("kind", ["STARTED", "STOPPED", "FAILED", "DELETED"])
def test_task_events_are_caught(kind: str) -> None:
    assert caught("DmsTaskRule", changed(STOPPED, eventType=f"REPLICATION_TASK_{kind}"))


def test_a_failure_without_event_id_is_caught() -> None:
    assert caught("DmsTaskRule", FAILED)


@pytest.mark.parametrize(
    "event",
    [
        changed(STOPPED, resources=[arn("dms", "task:AAAABBBB0CCCCDDDDEEEEE1FFFF2GGG3FFFFFF3")]),
        changed(STOPPED, resources=[arn("dms", "task:redashboard-20260131")]),
        changed(STOPPED, resources=[]),
        changed(STOPPED, eventType="REPLICATION_TASK_CREATED"),
        changed(STOPPED, detail_type="DMS Replication State Change"),
        changed(STOPPED, source="aws.rds"),
        COMMAND,
    ],
    ids=["foreign", "like-named", "no resource", "created", "serverless", "source", "command"],
)
def test_other_events_are_no_task_events(event: Event) -> None:
    assert not caught("DmsTaskRule", event)


@pytest.mark.parametrize("status", ["Success", "Failed", "TimedOut", "Cancelled"])
def test_ends_of_commands_are_caught(status: str) -> None:
    assert caught("CommandRule", changed(COMMAND, status=status))


@pytest.mark.parametrize(
    "event",
    [
        changed(COMMAND, status="InProgress"),
        changed(COMMAND, **{"detail-type": "EC2 Command Status-change Notification"}),
        {**COMMAND, "detail": {**COMMAND["detail"], "instance-id": "i-0fedcba9876543210"}},
        {**COMMAND, "detail": {**COMMAND["detail"], "document-name": "AWS-RunPatchBaseline"}},
        STOPPED,
    ],
    ids=["running", "whole command", "other host", "other document", "task"],
)
def test_other_events_are_no_ends_of_commands(event: Event) -> None:
    assert not caught("CommandRule", event)


def test_every_event_of_dms_is_kept() -> None:
    assert caught("DmsLogRule", STOPPED)
    assert caught("DmsLogRule", changed(STOPPED, detail_type="DMS Replication Instance Change"))
    assert not caught("DmsLogRule", COMMAND)


def test_the_minute_measures_both_sides() -> None:
    """What a return would cost is told to people as it is now, not as it was at the switch."""
    rule = RULES["MeasureSchedule"]
    assert [target["Id"] for target in rule["Targets"]] == ["MeasureSource", "MeasureCutover"]
    permissions = Stack(ROOT / "template.yaml", MIGRATION).of_type("AWS::Lambda::Permission")
    assert {"MeasurePermission", "MeasureCutoverPermission"} <= permissions.keys()
