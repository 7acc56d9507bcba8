"""Closing the old home, opening the new one, the smoke test: moto's ELBv2 and real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.errors import SmokeTestFailed, SwitchNotMade, TargetNotHealthy
from redash_migration.record import Record
from redash_migration.settings import Settings
from redash_migration.traffic.actions import is_maintenance, target_groups
from redash_migration.traffic.health import Target
from redash_migration.traffic.smoke import ask_servers
from redash_migration.traffic.switch import close_old_home, open_new_home


@dataclass(frozen=True)
class Front:
    """A listener that forwards to the old group, and the new group beside it."""

    balancing: LoadBalancing
    settings: Settings
    old: str
    new: str

    def actions(self) -> list[dict[str, Any]]:
        return self.balancing.actions(self.settings["LISTENER_ARN"], "")


@pytest.fixture
def front(aws: None) -> Front:
    ec2: Any = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"ap-northeast-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ac")
    ]
    client: Any = boto3.client("elbv2")
    balancer = client.create_load_balancer(Name="redash", Subnets=subnets)["LoadBalancers"][0]
    groups = [
        client.create_target_group(
            Name=name, Protocol="HTTP", Port=5000, VpcId=vpc, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        for name in ("old", "new")
    ]
    listener = client.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[0]}],
    )["Listeners"][0]["ListenerArn"]
    settings = Settings({"LISTENER_ARN": listener, "TARGET_GROUP_ARN": groups[1]})
    return Front(LoadBalancing(client), settings, groups[0], groups[1])


def test_closing_keeps_the_old_way_once_however_often_it_runs(record: Record, front: Front) -> None:
    for _ in range(2):
        close_old_home(record, front.balancing, front.settings)
    assert is_maintenance(front.actions())
    [entry] = record.undo.all()
    assert target_groups(entry.arguments["actions"]) == [front.old]
    assert "pause_began" in record.milestones()


def test_nothing_is_switched_to_a_group_without_a_healthy_target(
    record: Record, front: Front
) -> None:
    close_old_home(record, front.balancing, front.settings)
    with pytest.raises(TargetNotHealthy, match="no target is registered"):
        open_new_home(record, front.balancing, front.settings)
    assert is_maintenance(front.actions())
    assert "switch_began" not in record.milestones()


def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("10.0.0.9", 5000, "healthy", "")
    monkeypatch.setattr(LoadBalancing, "targets", lambda *_: [target])


def test_the_switch_sends_all_users_to_the_new_group(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    front.balancing.open_probe(front.settings["LISTENER_ARN"], front.new, record.migration_id)
    for _ in range(2):
        open_new_home(record, front.balancing, front.settings)
    assert target_groups(front.actions()) == [front.new]
    assert {"pause_began", "switch_began", "pause_ended"} <= set(record.milestones())
    keys = [entry.key for entry in record.undo.all()]
    assert keys == ["new-home", "old-home"], "going back closes the new home before the old opens"


def test_a_switch_that_demonstrably_was_not_made_may_go_back(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)

    def refuse(*_: object) -> None:
        raise ConnectionError("no answer")

    monkeypatch.setattr(LoadBalancing, "set_actions", refuse)
    with pytest.raises(SwitchNotMade):
        open_new_home(record, front.balancing, front.settings)


def test_a_switch_whose_answer_was_lost_counts_as_made(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    really = LoadBalancing.set_actions

    def lose_the_answer(self: LoadBalancing, *arguments: Any) -> None:
        really(self, *arguments)
        raise ConnectionError("no answer")

    monkeypatch.setattr(LoadBalancing, "set_actions", lose_the_answer)
    open_new_home(record, front.balancing, front.settings)
    assert target_groups(front.actions()) == [front.new]


def test_the_probe_is_one_rule_and_goes_away(front: Front) -> None:
    listener = front.settings["LISTENER_ARN"]
    first = front.balancing.open_probe(listener, front.new, "redash-1")
    assert front.balancing.open_probe(listener, front.new, "redash-1") == first
    front.balancing.close_probe(listener, "redash-2")
    front.balancing.close_probe(listener, "redash-1")
    front.balancing.close_probe(listener, "redash-1")
    assert front.balancing.open_probe(listener, front.new, "redash-1") != first


GOOD: dict[str, tuple[int, Any]] = {
    "/ping": (200, "PONG."),
    "/setup": (302, ""),
    "/api/session": (200, {}),
    "/api/data_sources": (200, [{"id": 1}]),
    "/api/data_sources/1": (200, {"options": {}}),
    "/api/queries?page_size=25": (
        200,
        {"count": 1, "results": [{"id": 7, "name": "売上", "latest_query_data_id": 3}]},
    ),
    "/api/queries?q=%E5%A3%B2%E4%B8%8A": (200, {"count": 1, "results": []}),
    "/api/queries/7/results": (200, {"query_result": {}}),
    "/api/dashboards": (200, {}),
    "/api/alerts": (200, []),
}


@contextmanager
def redash(answers: dict[str, tuple[int, Any]]) -> Iterator[dict[str, Any]]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, ""))
            content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/login")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield {"host": "127.0.0.1", "port": server.server_address[1]}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_working_redash_passes(record: Record) -> None:
    with redash(GOOD) as target:
        ask_servers(record, [target], "key")
    assert {check.status for check in record.checks.all()} == {"PASS"}


@pytest.mark.parametrize(
    ("path", "answer", "check"),
    [
        ("/ping", (500, "no database"), "smoke.ping"),
        ("/setup", (200, "<form>"), "smoke.setup_closed"),
        ("/api/session", (404, ""), "smoke.session"),
        ("/api/data_sources/1", (500, "InvalidToken"), "smoke.data_sources"),
        ("/api/queries?page_size=25", (500, ""), "smoke.queries"),
        ("/api/queries?q=%E5%A3%B2%E4%B8%8A", (200, {"count": 0, "results": []}), "smoke.search"),
        ("/api/queries/7/results", (200, '{"query_result": {"da'), "smoke.results"),
        ("/api/alerts", (500, ""), "smoke.alerts"),
    ],
)
def test_each_fault_has_its_own_check(
    record: Record, path: str, answer: tuple[int, Any], check: str
) -> None:
    with (
        redash({**GOOD, path: answer}) as target,
        pytest.raises(SmokeTestFailed, match=check),
    ):
        ask_servers(record, [target], "key")
    assert [found.id for found in record.checks.all() if found.status == "FAIL"] == [check]


def test_without_a_server_or_an_answer_the_smoke_test_fails(record: Record) -> None:
    with pytest.raises(SmokeTestFailed, match="no new server"):
        ask_servers(record, [], "key")
    with redash(GOOD) as target:
        pass
    with pytest.raises(SmokeTestFailed, match=r"smoke\.ping"):
        ask_servers(record, [target], "key")


def test_without_a_key_the_smoke_test_warns(record: Record) -> None:
    with redash(GOOD) as target:
        ask_servers(record, [target], "")
    assert [found.id for found in record.checks.all() if found.status == "WARN"] == ["smoke.api"]
