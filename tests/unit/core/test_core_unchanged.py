"""How users come in is looked at again before the pause, and how the new group takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from redash_migration.record import Record
from redash_migration.traffic.new_home.listener import inspect_target_group
from redash_migration.traffic.new_home.same_door import as_inspected, in_one_form, note_door
from tests.unit.core.conftest import Front

Change = Callable[[Any, Front], object]

CLOSED: Any = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]
PATH: Any = [{"Field": "path-pattern", "Values": ["/api/*"]}]


def leads(group: str) -> Any:
    return [{"Type": "forward", "TargetGroupArn": group}]


def _attribute(key: str, value: str) -> Change:
    changed = [{"Key": key, "Value": value}]
    return lambda client, front: client.modify_target_group_attributes(
        TargetGroupArn=front.new, Attributes=changed
    )


def _group(**changed: Any) -> Change:
    return lambda client, front: client.modify_target_group(TargetGroupArn=front.new, **changed)


def _listener(actions: Callable[[Front], Any]) -> Change:
    return lambda client, front: client.modify_listener(
        ListenerArn=front.settings.listener_arn, DefaultActions=actions(front)
    )


def _rule(actions: Callable[[Front], Any]) -> Change:
    return lambda client, front: client.create_rule(
        ListenerArn=front.settings.listener_arn,
        Priority=7,
        Conditions=PATH,
        Actions=actions(front),
    )


CHANGES: dict[str, tuple[Change, str]] = {
    "closed by hand": (_listener(lambda _: CLOSED), "Actions of the rule"),
    "led elsewhere": (_listener(lambda front: leads(front.new)), "Actions of the rule"),
    "another way home": (_rule(lambda front: leads(front.old)), "way to the old home, rule 7"),
    "another health check": (_group(HealthCheckPath="/"), "HealthCheckPath"),
    "what counts as healthy": (_group(Matcher={"HttpCode": "200-499"}), "Matcher"),
    "another port asked": (_group(HealthCheckPort="9999"), "HealthCheckPort"),
    "sticky": (_attribute("stickiness.enabled", "true"), "stickiness.enabled"),
    "another algorithm": (
        _attribute("load_balancing.algorithm.type", "least_outstanding_requests"),
        "load_balancing.algorithm.type",
    ),
}


@pytest.fixture
def noted(record: Record, front: Front) -> Front:
    _group(HealthCheckPath="/ping")(front.balancing._client, front)
    note_door(record, front.balancing, front.settings)
    return front


def looked(record: Record, front: Front) -> str:
    group = inspect_target_group(front.balancing, front.new)
    check = as_inspected(record, front.balancing, front.settings, group)
    return "" if check.status == "PASS" else check.detail


@pytest.mark.parametrize("kind", CHANGES)
def test_what_is_changed_by_hand_is_seen_before_the_pause(
    record: Record, noted: Front, kind: str
) -> None:
    assert not looked(record, noted)
    change, said = CHANGES[kind]
    change(noted.balancing._client, noted)
    assert said in looked(record, noted)


def test_the_rule_that_nobody_meets_is_no_change(record: Record, noted: Front) -> None:
    noted.balancing.open_health_rule(noted.settings.listener_arn, noted.new)
    assert not looked(record, noted)


def test_what_a_check_had_asked_for_is_no_change(record: Record, front: Front) -> None:
    client = front.balancing._client
    _group(HealthCheckPath="/")(client, front)
    _attribute("stickiness.enabled", "true")(client, front)
    note_door(record, front.balancing, front.settings)
    _group(HealthCheckPath="/ping")(client, front)
    _attribute("stickiness.enabled", "false")(client, front)
    assert not looked(record, front)


def test_the_order_of_a_description_is_no_change() -> None:
    one = {"subnets": ["a", "b"], "more": [{"x": 1, "y": 2}, {"x": 0}]}
    other = {"more": [{"x": 0}, {"y": 2, "x": 1}], "subnets": ["b", "a"]}
    assert in_one_form(one) == in_one_form(other)
    assert in_one_form({**one, "subnets": ["a"]}) != in_one_form(one)
