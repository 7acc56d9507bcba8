"""Targets by id and port."""

from __future__ import annotations

import time

import pytest

from rehearsal.load_balancer import registry as module
from rehearsal.load_balancer.health import _accepted
from rehearsal.load_balancer.registry import Registry


def test_two_ports_of_one_address_are_two_targets() -> None:
    registry = Registry()
    registry.register("g", "127.0.0.1", 1)
    registry.register("g", "127.0.0.1", 2)
    registry.register("g", "127.0.0.1", 2)
    assert [target.port for target in registry.targets("g")] == [1, 2]


def test_a_deregistered_target_drains_and_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    registry.register("g", "127.0.0.1", 1)
    registry.register("g", "127.0.0.1", 2)
    assert registry.deregister("g", "127.0.0.1", 1)
    assert [(one.port, one.state) for one in registry.targets("g")] == [
        (1, "draining"),
        (2, "initial"),
    ]
    assert not registry.deregister("g", "127.0.0.1", 1)
    monkeypatch.setattr(module, "DRAINING_SECONDS", 0)
    time.sleep(0.01)
    assert [one.port for one in registry.targets("g")] == [2]


def test_a_draining_target_that_comes_back_starts_anew() -> None:
    registry = Registry()
    registry.register("g", "127.0.0.1", 1)
    registry.targets("g")[0].set("healthy")
    registry.deregister("g", "127.0.0.1", None)
    registry.register("g", "127.0.0.1", 1)
    assert [one.state for one in registry.targets("g")] == ["initial"]


def test_a_check_that_was_under_way_does_not_bring_a_draining_target_back() -> None:
    registry = Registry()
    registry.register("g", "127.0.0.1", 1)
    [asked] = registry.targets("g")
    registry.deregister("g", "127.0.0.1", 1)
    asked.set("unhealthy", "Target.Timeout", "Request timed out")
    assert [one.state for one in registry.targets("g")] == ["draining"]


@pytest.mark.parametrize(
    ("matcher", "status", "accepted"),
    [("200", 200, True), ("200", 302, False), ("200,300-399", 302, True), ("200-299", 300, False)],
)
def test_matchers(matcher: str, status: int, accepted: bool) -> None:
    assert _accepted(status, matcher) is accepted
