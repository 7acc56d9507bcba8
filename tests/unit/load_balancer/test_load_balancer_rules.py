"""Rules in their order, and what a forward action sends where."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.load_balancer.conditions import Asked
from rehearsal.load_balancer.forwarding import Choice, Unanswered
from rehearsal.load_balancer.registry import Registered
from rehearsal.load_balancer.rules import Listener, Share, shares
from rehearsal.timing import ServiceClock, TimingProfile, set_clock
from rehearsal.timing.timing_profile import Spread

ASKED = Asked("127.0.0.1", "GET", "/x", "h", {}, [])


def rule(priority: int | str, kind: str, path: str = "*") -> Any:
    return SimpleNamespace(
        priority=priority,
        is_default=priority == "default",
        conditions=[] if priority == "default" else [{"Field": "path-pattern", "Values": [path]}],
        actions=[SimpleNamespace(data={"Type": kind})],
    )


def listener(*rules: Any) -> Listener:
    held = SimpleNamespace(rules=dict(enumerate(rules)))
    balancer = SimpleNamespace(listeners={"arn": held})
    return Listener(SimpleNamespace(load_balancers={"lb": balancer}), "arn")


def test_the_lowest_number_wins_and_the_default_comes_last() -> None:
    found = listener(rule("default", "d"), rule(20, "b"), rule(3, "a"))
    assert found.action(ASKED)["Type"] == "a"


def test_a_rule_that_is_not_met_is_passed_over() -> None:
    found = listener(rule("default", "d"), rule(3, "a", "/other/*"))
    assert found.action(ASKED)["Type"] == "d"


def test_by_a_slow_clock_a_change_takes_effect_later(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = Spread(5.0, 5.0, 5.0, "s", "the test")
    set_clock(ServiceClock(TimingProfile({"load_balancer.change": spread}, 1.0)))
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    try:
        only = rule("default", "forward")
        found = listener(only)
        assert found.action(ASKED)["Type"] == "forward"
        only.actions = [SimpleNamespace(data={"Type": "fixed-response"})]
        assert found.action(ASKED)["Type"] == "forward", "on its way"
        now[0] += 4.9
        assert found.action(ASKED)["Type"] == "forward"
        now[0] += 0.2
        assert found.action(ASKED)["Type"] == "fixed-response"
    finally:
        set_clock(ServiceClock())


def test_the_routing_action_is_the_last_in_order() -> None:
    routed = rule("default", "forward")
    routed.actions = [
        SimpleNamespace(data={"Type": "forward", "Order": 2}),
        SimpleNamespace(data={"Type": "authenticate-oidc", "Order": 1}),
    ]
    assert listener(routed).action(ASKED)["Type"] == "forward"


def test_shares_of_both_forms() -> None:
    assert shares({"Type": "forward", "TargetGroupArn": "g"}) == [Share("g", 1)]
    config = {"TargetGroups": [{"TargetGroupArn": "g", "Weight": "0"}, {"TargetGroupArn": "h"}]}
    assert shares({"Type": "forward", "ForwardConfig": config}) == [Share("g", 0), Share("h", 1)]
    assert shares({"Type": "fixed-response"}) == []


def target(port: int, state: str) -> Registered:
    return Registered("127.0.0.1", port, state)


def chosen_ports(targets: list[Registered], rounds: int = 12) -> set[int]:
    choice = Choice(lambda _group: targets)
    return {choice.choose([Share("g", 1)]).target.port for _ in range(rounds)}


def test_only_healthy_targets_are_chosen_each_in_turn() -> None:
    targets = [target(1, "healthy"), target(2, "unhealthy"), target(3, "healthy")]
    assert chosen_ports(targets) == {1, 3}


def test_a_group_without_a_healthy_target_fails_open() -> None:
    assert chosen_ports([target(1, "unhealthy"), target(2, "initial")]) == {1, 2}


def test_a_draining_target_gets_nothing() -> None:
    with pytest.raises(Unanswered) as failure:
        chosen_ports([target(1, "draining")])
    assert failure.value.status == 503


def test_weight_zero_gets_nothing() -> None:
    choice = Choice(lambda group: [target(1 if group == "old" else 2, "healthy")])
    weights = [Share("old", 0), Share("new", 100)]
    assert {choice.choose(weights).target_group for _ in range(50)} == {"new"}
    with pytest.raises(Unanswered):
        choice.choose([Share("old", 0)])
