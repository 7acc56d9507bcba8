"""The event bus, targets' inputs, faults of events, and the clock."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rehearsal.cloud import Cloud, Deployment
from rehearsal.cloud.events.clock import cron_due, period
from rehearsal.cloud.events.pattern import matches
from rehearsal.cloud.events.target_input import target_input

Stored = Callable[[str], dict[str, Any]]


def test_a_matching_event_arrives_whole(cloud: Cloud, stored: Stored) -> None:
    found = cloud.emit("test.source", "A type", {"kind": "wanted", "n": 1}, ["arn:a"])
    event = json.loads(stored(found)["event"])
    assert event.pop("time").endswith("Z")
    assert event == {
        "version": "0",
        "id": found,
        "detail-type": "A type",
        "source": "test.source",
        "account": "123456789012",
        "region": "ap-northeast-1",
        "resources": ["arn:a"],
        "detail": {"kind": "wanted", "n": 1},
    }


def test_put_events_goes_to_the_same_bus(cloud: Cloud, stored: Stored) -> None:
    answer = cloud.client("events").put_events(
        Entries=[
            {
                "Source": "test.source",
                "DetailType": "T",
                "Detail": json.dumps({"kind": "wanted"}),
                "Resources": ["arn:b"],
            },
            {"Source": "test.source", "DetailType": "T", "Detail": "{nonsense"},
        ]
    )
    assert answer["FailedEntryCount"] == 1
    event = json.loads(stored(answer["Entries"][0]["EventId"])["event"])
    assert event["resources"] == ["arn:b"]
    assert answer["Entries"][1]["ErrorCode"] == "MalformedDetail"


def invocations(cloud: Cloud) -> list[str]:
    """Ids of the events with which functions are invoked from now on."""
    seen: list[str] = []
    cloud.invoke_fault = lambda _, event: seen.append(event.get("id", ""))
    return seen


def test_events_are_lost_doubled_and_late_where_asked(cloud: Cloud, stored: Stored) -> None:
    seen = invocations(cloud)
    cloud.event_filter = lambda _: []
    lost = cloud.emit("test.source", "T", {"kind": "wanted"})
    cloud.event_filter = lambda event: [event, event]
    double = cloud.emit("test.source", "T", {"kind": "wanted"})
    cloud.event_filter = lambda event: [(3.0, event)]
    late = cloud.emit("test.source", "T", {"kind": "wanted"})
    stored(double)
    assert late not in seen
    stored(late)
    assert (seen.count(lost), seen.count(double), seen.count(late)) == (0, 2, 1)


def test_a_disabled_rule_is_silent(cloud: Cloud, deployment: Deployment) -> None:
    seen = invocations(cloud)
    client = cloud.client("events")
    client.disable_rule(Name=deployment.ref("Rule"))
    cloud.emit("test.source", "T", {"kind": "wanted"})
    client.enable_rule(Name=deployment.ref("Rule"))
    wanted = cloud.emit("test.source", "T", {"kind": "wanted"})
    cloud.emit("test.source", "T", {"kind": "other"})
    cloud.emit("other.source", "T", {"kind": "wanted"})
    threading.Event().wait(0.3)
    assert seen == [wanted]


def test_schedules_fire_as_fast_as_asked(cloud: Cloud) -> None:
    fired: list[dict[str, Any]] = []
    cloud.invoke_fault = lambda _, event: fired.append(event)
    cloud.clock.time_scale, cloud.clock.paused = 300.0, False
    try:
        end = time.monotonic() + 10
        while len(fired) < 3 and time.monotonic() < end:
            threading.Event().wait(0.02)
    finally:
        cloud.clock.paused = True
    assert len(fired) >= 3
    assert fired[0]["source"] == "aws.events"
    assert fired[0]["detail-type"] == "Scheduled Event"
    assert ":rule/small-Schedule-" in fired[0]["resources"][0]


EVENT = {
    "source": "aws.dms",
    "resources": ["arn:aws:dms:r:1:task:redash-20260101"],
    "detail": {
        "eventType": "REPLICATION_TASK_STOPPED",
        "count": 5,
        "ratio": 1.5,
        "flag": True,
        "nothing": None,
        "list": ["a", "b"],
        "inner": {"name": "Ann"},
        "ip": "10.0.0.7",
    },
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"source": ["aws.dms"]}, True),
        ({"source": ["aws.ssm", "aws.dms"]}, True),
        ({"source": ["aws.ssm"]}, False),
        ({"absent": ["x"]}, False),
        ({"source": ["aws.dms"], "detail": {"count": [6]}}, False),
        ({"resources": [{"prefix": "arn:aws:dms:r:1:task:redash-"}]}, True),
        ({"resources": [{"prefix": "arn:aws:dms:r:1:task:other-"}]}, False),
        ({"resources": [{"suffix": "20260101"}]}, True),
        ({"detail": {"eventType": [{"prefix": {"equals-ignore-case": "replication"}}]}}, True),
        ({"detail": {"eventType": [{"anything-but": "REPLICATION_TASK_STARTED"}]}}, True),
        ({"detail": {"eventType": [{"anything-but": ["REPLICATION_TASK_STOPPED"]}]}}, False),
        ({"detail": {"eventType": [{"anything-but": {"prefix": "REPL"}}]}}, False),
        ({"detail": {"eventType": [{"anything-but": {"suffix": ["A", "B"]}}]}}, True),
        ({"detail": {"absent": [{"anything-but": "x"}]}}, False),
        ({"detail": {"absent": [{"exists": False}]}}, True),
        ({"detail": {"eventType": [{"exists": True}]}}, True),
        ({"detail": {"eventType": [{"exists": False}]}}, False),
        ({"detail": {"inner": {"name": [{"exists": True}]}}}, True),
        ({"detail": {"inner": {"other": [{"exists": False}]}}}, True),
        ({"detail": {"none": {"other": [{"exists": False}]}}}, True),
        ({"detail": {"count": [5]}}, True),
        ({"detail": {"count": [5.0]}}, True),
        ({"detail": {"count": ["5"]}}, False),
        ({"detail": {"flag": [True]}}, True),
        ({"detail": {"flag": [1]}}, False),
        ({"detail": {"nothing": [None]}}, True),
        ({"detail": {"list": ["b"]}}, True),
        ({"detail": {"count": [{"numeric": [">", 0, "<=", 5]}]}}, True),
        ({"detail": {"count": [{"numeric": ["=", 5]}]}}, True),
        ({"detail": {"ratio": [{"numeric": ["<", 1.5]}]}}, False),
        ({"detail": {"flag": [{"numeric": ["=", 1]}]}}, False),
        ({"detail": {"inner": {"name": [{"equals-ignore-case": "aNN"}]}}}, True),
        ({"detail": {"eventType": [{"wildcard": "*TASK*ED"}]}}, True),
        ({"detail": {"eventType": [{"wildcard": "*TASK*X"}]}}, False),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, True),
        ({"detail": {"ip": [{"cidr": "10.1.0.0/24"}]}}, False),
        ({"$or": [{"source": ["x"]}, {"detail": {"count": [5]}}]}, True),
        ({"$or": [{"source": ["x"]}, {"detail": {"count": [4]}}]}, False),
    ],
)
def test_patterns(pattern: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, EVENT) is expected


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="'sounds-like' is not known"):
        matches({"source": [{"sounds-like": "x"}]}, EVENT)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, EVENT),
        ({"Input": '{"a": 1}'}, {"a": 1}),
        ({"InputPath": "$.detail.inner"}, {"name": "Ann"}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"who": "$.detail.inner.name", "all": "$.detail.list"},
                    "InputTemplate": '{"text": "I am <who>: \\"<who>\\"", "list": <all>, "n": <x>}',
                }
            },
            {"text": 'I am Ann: "Ann"', "list": ["a", "b"], "n": None},
        ),
        ({"InputTransformer": {"InputTemplate": '"<aws.events.rule-arn>"'}}, "arn:rule"),
    ],
)
def test_inputs_of_targets(target: dict[str, Any], expected: Any) -> None:
    assert target_input(target, EVENT, "arn:rule") == expected


def test_schedule_expressions() -> None:
    assert period("rate(1 minute)") == 60
    assert period("rate(2 hours)") == 7200
    assert period("cron(0 9 * * ? *)") is None
    with pytest.raises(ValueError, match="neither rate"):
        period("every minute")
    monday = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert cron_due("cron(30 9 * * ? *)", monday)
    assert cron_due("cron(0/15 9 ? * MON-FRI *)", monday)
    assert not cron_due("cron(0/15 9 ? * SUN *)", monday)
    assert not cron_due("cron(31 9 * * ? *)", monday)
