"""The load balancer does what ELBv2 says, at once, and loses nothing while it changes."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from redash_migration.adapters.cloudwatch import AnswerMetrics
from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.clock import now, stamp
from redash_migration.errors import RollBackIncomplete, TransientFailure
from redash_migration.function_settings import RollBackSettings
from redash_migration.record import Record
from redash_migration.record.wait import Outcome
from redash_migration.rollback import door
from redash_migration.rollback.actions import Undoing
from redash_migration.settings import read
from redash_migration.traffic.actions import forward_to, maintenance
from rehearsal.load_balancer import LoadBalancer, create_old_home
from rehearsal.load_balancer import registry as registry_module
from tests.function_environment import ENVIRONMENT
from tests.integration.homes.local_aws import LocalAws

KNOWN = {
    **ENVIRONMENT,
    "ECS_SERVER_SERVICE": "server:1",
    "ECS_WORKER_SERVICES": "worker:1",
    "LINK_SIGNING_SECRET_ARN": "unused",
}
SETTINGS = read(RollBackSettings, KNOWN)


class Backend(ThreadingHTTPServer):
    """A small server that says its name, and what it was asked."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.port = int(self.server_address[1])
        self.health = 200
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Backend

    def do_GET(self) -> None:
        if self.path == "/ping":
            self._reply(self.server.health, b"PONG")
        elif self.path == "/large":
            self._reply(200, "大".encode() * 4_000_000)
        elif self.path == "/stream":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (b"first", b"second"):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
                time.sleep(0.1)
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        elif self.path == "/broken":
            self._reply(500, b"")
        elif self.path == "/slow":
            time.sleep(0.5)
            self._reply(200, self.server.name.encode())
        else:
            self._reply(200, self.server.name.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = {"name": self.server.name, "length": len(body), "headers": dict(self.headers)}
        self._reply(201, json.dumps(said).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Stage:
    """A listener with an old and a new target group, each with one server."""

    def __init__(self, aws: LocalAws) -> None:
        self.elbv2 = aws.client("elbv2")
        self.old_server, self.new_server = Backend("old"), Backend("new")
        self.home = create_old_home(aws)
        self.places: dict[str, tuple[str, int] | None] = {
            self.home.instance_id: ("127.0.0.1", self.old_server.port)
        }
        self.balancer = LoadBalancer(
            self.home.listener_arn,
            instances=lambda instance, _port: self.places[instance],
            health_interval=0.05,
        )
        self.balancer.start()
        self.new_group = self.elbv2.create_target_group(
            Name="new", Protocol="HTTP", Port=5000, VpcId=self.home.vpc_id, TargetType="ip",
            HealthCheckPath="/ping",
        )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip

    def settings(self, instance_id: str) -> RollBackSettings:
        own = {
            "SOURCE_INSTANCE_ID": instance_id,
            "LISTENER_ARN": self.home.listener_arn,
            "LISTENER_RULE_ARN": "",
            "TARGET_GROUP_ARN": self.new_group,
        }
        return read(RollBackSettings, {**KNOWN, **own})

    def register(self, server: Backend) -> None:
        self.elbv2.register_targets(
            TargetGroupArn=self.new_group, Targets=[{"Id": "127.0.0.1", "Port": server.port}]
        )

    def default(self, *actions: dict[str, Any]) -> None:
        self.elbv2.modify_listener(ListenerArn=self.home.listener_arn, DefaultActions=list(actions))

    def forward(self, **weights: int) -> None:
        arns = {"old": self.home.target_group_arn, "new": self.new_group}
        groups = [
            {"TargetGroupArn": arns[name], "Weight": weight} for name, weight in weights.items()
        ]
        self.default({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})

    def get(
        self, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=10)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, names)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def health(self, group: str) -> list[tuple[str, str]]:
        found = self.elbv2.describe_target_health(TargetGroupArn=group)
        return [
            (one["TargetHealth"]["State"], one["TargetHealth"].get("Reason", ""))
            for one in found["TargetHealthDescriptions"]
        ]

    def until_old_unused(self) -> None:
        """The old group's health of before is forgotten: nothing leads there any more."""
        group = self.home.target_group_arn
        assert wait_for(lambda: [state for state, _ in self.health(group)] == ["unused"])

    def close(self) -> None:
        self.balancer.stop()
        self.old_server.close()
        self.new_server.close()


@pytest.fixture
def stage(aws: LocalAws) -> Iterator[Stage]:
    made = Stage(aws)
    yield made
    made.close()


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_requests_reach_the_instance(stage: Stage) -> None:
    status, body, headers = stage.get("/x?q=%E5%A3%B2")
    assert (status, body) == (200, b"old")
    assert headers["X-Rehearsal-Served-By"] == "redash-old"


def test_a_roll_back_opens_the_door_when_a_target_is_healthy(stage: Stage, aws: LocalAws) -> None:
    balancing = LoadBalancing(stage.elbv2)
    listener = stage.home.listener_arn
    before = balancing.actions(listener, "")
    stage.default(*maintenance("en"))
    stage.until_old_unused()
    stage.old_server.health = 503
    noted: list[str] = []
    record: Any = SimpleNamespace(direction="forward", milestone=noted.append)
    none: Any = None
    undoing = Undoing(
        record, dms=none, commands=none, balancing=balancing, ecs=none, settings=SETTINGS,
        sleep=lambda _: time.sleep(0.2),
    )  # fmt: skip
    opening = threading.Thread(target=undoing.actions()["set_actions"], args=[listener, "", before])
    opening.start()
    old = stage.home.target_group_arn
    assert wait_for(lambda: [state for state, _ in stage.health(old)] == ["unhealthy"])
    status, page, _ = stage.get()
    assert (status, b"Redash is moving" in page) == (503, True), "nobody is sent there yet"
    assert opening.is_alive()
    stage.old_server.health = 200
    opening.join(20)
    assert not opening.is_alive()
    assert stage.get()[:2] == (200, b"old")
    assert noted == ["reopened"]
    assert [rule["Priority"] for rule in balancing.rules(listener) if not rule["IsDefault"]] == []


@pytest.mark.parametrize("stopped", [True, False])
def test_a_host_that_took_no_stop_is_not_waited_for(stage: Stage, stopped: bool) -> None:
    balancing = LoadBalancing(stage.elbv2)
    listener = stage.home.listener_arn
    before = balancing.actions(listener, "")
    stage.default(*maintenance("en"))
    stage.until_old_unused()
    balancing.open_health_rule(listener, stage.home.target_group_arn)
    outcome = Outcome.success({}) if stopped else Outcome.failure("CommandFailed", "no answer")
    door = SimpleNamespace(
        action="set_actions",
        arguments={"listener": listener, "rule": "", "actions": before},
        state="PENDING",
        forged=False,
    )
    record: Any = SimpleNamespace(
        waits=SimpleNamespace(get=lambda _: SimpleNamespace(outcome=outcome)),
        undo=SimpleNamespace(proved=lambda: [door]),
    )
    none: Any = None
    undoing = Undoing(
        record, dms=none, commands=none, balancing=balancing, ecs=none, settings=SETTINGS
    )
    start: Any = SimpleNamespace(action="start_services")
    other: Any = SimpleNamespace(action="set_desired")
    assert wait_for(
        lambda: [state for state, _ in stage.health(stage.home.target_group_arn)] == ["healthy"]
    )
    assert undoing.dispensable(start) is not stopped
    assert not undoing.dispensable(other)


def test_a_door_to_unhealthy_targets_is_opened_and_said_to_be(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ANSWERING_SECONDS", 1)
    balancing = LoadBalancing(stage.elbv2)
    before = balancing.actions(stage.home.listener_arn, "")
    stage.default(*maintenance("en"))
    stage.until_old_unused()
    stage.old_server.health = 503
    record: Any = SimpleNamespace(direction="forward", milestone=lambda _: None)
    none: Any = None
    undoing = Undoing(
        record, dms=none, commands=none, balancing=balancing, ecs=none, settings=SETTINGS,
        sleep=lambda _: time.sleep(0.02),
    )  # fmt: skip
    with pytest.raises(TransientFailure, match="no target of it is healthy"):
        undoing.actions()["set_actions"](stage.home.listener_arn, "", before)
    assert stage.get()[:2] == (200, b"old"), (
        "a load balancer without healthy targets tries them all"
    )


def test_what_only_helps_keeps_nobody_from_the_door(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener has no room for the rule that gets the old targets their health checks, and the
    new home's cluster is gone."""
    monkeypatch.setattr(door, "ANSWERING_SECONDS", 10)
    balancing = LoadBalancing(stage.elbv2)
    listener = stage.home.listener_arn
    before = balancing.actions(listener, "")
    stage.default(*maintenance("en"))
    stage.until_old_unused()
    refuse = {"TooManyRules": "CreateRule", "ClusterNotFoundException": "DescribeServices"}

    def refused(*_: Any) -> Any:
        code = next(reasons)
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, refuse[code])

    reasons = iter(["TooManyRules", "ClusterNotFoundException", "TooManyRules"])
    monkeypatch.setattr(balancing, "open_health_rule", refused)
    ecs: Any = SimpleNamespace(services=refused)
    arguments = {"listener": listener, "rule": "", "actions": before}
    waiting = [
        SimpleNamespace(action=action, arguments=given, state="PENDING", forged=False)
        for action, given in (("set_actions", arguments), ("set_desired", {"service": "server"}))
    ]
    record: Any = SimpleNamespace(
        direction="forward",
        milestone=lambda _: None,
        milestones=list,
        undo=SimpleNamespace(proved=lambda: waiting),
    )
    none: Any = None
    undoing = Undoing(
        record, dms=none, commands=none, balancing=balancing, ecs=ecs, settings=SETTINGS,
        sleep=lambda _: time.sleep(0.1),
    )  # fmt: skip
    undoing.leave_new_home(maintenance("en"))
    undoing.actions()["set_actions"](**arguments)
    assert stage.get()[:2] == (200, b"old")
    assert not list(reasons)


@pytest.mark.parametrize("place", ["shut", "new", "old"])
def test_where_the_entry_can_not_be_believed_the_old_host_s_own_group_is_found(
    stage: Stage, place: str
) -> None:
    balancing = LoadBalancing(stage.elbv2)
    stage.register(stage.new_server)
    strange = stage.elbv2.create_target_group(
        Name="strange", Protocol="HTTP", Port=80, VpcId=stage.home.vpc_id, TargetType="instance"
    )["TargetGroups"][0]["TargetGroupArn"]
    stage.elbv2.register_targets(TargetGroupArn=strange, Targets=[{"Id": "i-0123456789abcdef0"}])
    if place == "shut":
        stage.default(*maintenance("en"))
    elif place == "new":
        stage.default(*forward_to(stage.new_group))
    none: Any = None
    undoing = Undoing(
        cast(Record, SimpleNamespace(direction="forward", milestone=lambda _: None)),
        dms=none,
        commands=none,
        balancing=balancing,
        ecs=none,
        settings=stage.settings(stage.home.instance_id),
        sleep=lambda _: time.sleep(0.02),
    )
    undoing.without_the_record()["set_actions"]("listener")
    assert stage.get()[:2] == (200, b"old")


def test_a_group_that_the_old_host_is_not_in_proves_nothing(stage: Stage) -> None:
    stage.default(*maintenance("en"))
    none: Any = None
    undoing = Undoing(
        cast(Record, SimpleNamespace(direction="forward")),
        dms=none,
        commands=none,
        balancing=LoadBalancing(stage.elbv2),
        ecs=none,
        settings=stage.settings("i-0000000000000000f"),
    )
    with pytest.raises(RollBackIncomplete, match=r"point .* to the old Redash by hand"):
        undoing.without_the_record()["set_actions"]("listener")
    assert stage.get()[0] == 503


def test_errors_of_targets_are_counted_for_each_group(stage: Stage, aws: LocalAws) -> None:
    began = stamp(now())
    metrics = AnswerMetrics(aws.client("cloudwatch"), stage.home.listener_arn)
    assert metrics.errors(stage.home.target_group_arn, began) == 0
    assert [stage.get("/broken")[0] for _ in range(3)] == [500, 500, 500]
    stage.get("/")
    assert metrics.errors(stage.home.target_group_arn, began) == 3
    assert metrics.errors(stage.new_group, began) == 0
    assert AnswerMetrics(refusing(), stage.home.listener_arn).errors(stage.new_group, began) is None


def refusing() -> Any:
    """A client whose calls are refused, as without a right."""

    class Refusing:
        def get_metric_statistics(self, **_: Any) -> None:
            error: Any = {"Error": {"Code": "AccessDenied", "Message": "no"}}
            raise ClientError(error, "GetMetricStatistics")

    return Refusing()


def test_an_address_that_was_not_encoded(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.balancer.port), timeout=10) as raw:
        raw.sendall("GET /売上 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        assert raw.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"


def test_bodies_of_any_size_go_both_ways(stage: Stage) -> None:
    large = "日本語".encode() * 1_500_000
    status, body, _ = stage.get("/", "POST", large, Host="redash.example.jp")
    said = json.loads(body)
    assert (status, said["length"]) == (201, len(large))
    assert said["headers"]["Host"] == "redash.example.jp"
    assert said["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert said["headers"]["X-Forwarded-Proto"] == "https"
    assert stage.get("/large")[1] == "大".encode() * 4_000_000
    assert stage.get("/stream")[1] == b"firstsecond"
    assert stage.get("/", "HEAD")[0] == 501, "what the server says about HEAD"


def test_an_answer_that_is_cut_off_is_cut_off_for_the_client_too(stage: Stage) -> None:
    with pytest.raises(http.client.IncompleteRead):
        stage.get("/cut")


def test_connections_are_kept_open(stage: Stage) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stage.balancer.port, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    socket = connection.sock
    connection.request("GET", "/")
    connection.getresponse().read()
    assert connection.sock is socket
    connection.close()


def test_a_fixed_answer_and_back(stage: Stage) -> None:
    fixed = {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "移行しています"}
    stage.default({"Type": "fixed-response", "FixedResponseConfig": fixed})
    status, body, headers = stage.get("/api/queries", "POST", b"{}")
    assert (status, body.decode()) == (503, "移行しています")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    stage.forward(old=1)
    assert stage.get()[1] == b"old"


def test_a_redirect_fills_in_the_request_s_parts(stage: Stage) -> None:
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    stage.default({"Type": "redirect", "RedirectConfig": redirect})
    status, _, headers = stage.get("/queries/1?p=2", Host="redash.example.jp")
    assert status == 301
    assert headers["Location"] == "https://redash.example.jp:443/queries/1?p=2".replace(
        "https", "HTTPS"
    )


def test_a_rule_for_a_header_makes_the_new_group_used(stage: Stage) -> None:
    stage.register(stage.new_server)
    assert wait_for(lambda: stage.health(stage.new_group) == [("unused", "Target.NotInUse")])
    condition = {
        "Field": "http-header",
        "HttpHeaderConfig": {"HttpHeaderName": "X-Probe", "Values": ["m-1"]},
    }
    rule = stage.elbv2.create_rule(
        ListenerArn=stage.home.listener_arn,
        Priority=1,
        Conditions=[condition],
        Actions=[{"Type": "forward", "TargetGroupArn": stage.new_group}],
    )["Rules"][0]["RuleArn"]
    assert wait_for(lambda: stage.health(stage.new_group) == [("healthy", "")])
    assert stage.get(X_Probe="m-1")[1] == b"new"
    assert stage.get(X_Probe="m-2")[1] == b"old"
    assert stage.get()[1] == b"old"
    stage.elbv2.delete_rule(RuleArn=rule)
    assert stage.get(X_Probe="m-1")[1] == b"old"
    assert wait_for(lambda: stage.health(stage.new_group) == [("unused", "Target.NotInUse")])


def test_health_and_its_reasons(stage: Stage) -> None:
    old = stage.home.target_group_arn
    assert wait_for(lambda: stage.health(old) == [("healthy", "")])
    stage.old_server.health = 500
    assert wait_for(lambda: stage.health(old) == [("unhealthy", "Target.ResponseCodeMismatch")])
    assert stage.get()[1] == b"old", "with no healthy target left it fails open"
    stage.places[stage.home.instance_id] = None
    assert wait_for(lambda: stage.health(old) == [("unhealthy", "Target.FailedHealthChecks")])
    assert stage.get()[0] == 502
    stage.places[stage.home.instance_id] = ("127.0.0.1", stage.old_server.port)
    stage.old_server.health = 200
    assert wait_for(lambda: stage.health(old) == [("healthy", "")])


def test_several_targets_of_one_address(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    second = Backend("second")
    stage.register(stage.new_server)
    stage.register(second)
    stage.forward(new=100, old=0)
    assert wait_for(lambda: stage.health(stage.new_group) == [("healthy", "")] * 2)
    assert {stage.get()[1] for _ in range(10)} == {b"new", b"second"}
    stage.elbv2.deregister_targets(
        TargetGroupArn=stage.new_group, Targets=[{"Id": "127.0.0.1", "Port": second.port}]
    )
    assert sorted(state for state, _ in stage.health(stage.new_group)) == ["draining", "healthy"]
    assert {stage.get()[1] for _ in range(10)} == {b"new"}
    monkeypatch.setattr(registry_module, "DRAINING_SECONDS", 0)
    assert wait_for(lambda: stage.health(stage.new_group) == [("healthy", "")])
    second.close()


def test_no_target_and_no_weight(stage: Stage) -> None:
    stage.forward(new=1)
    assert stage.get()[0] == 503
    stage.forward(old=0)
    assert stage.get()[0] == 503


def test_a_target_that_is_not_registered(stage: Stage) -> None:
    found = stage.elbv2.describe_target_health(
        TargetGroupArn=stage.new_group, Targets=[{"Id": "10.0.0.1", "Port": 1}]
    )["TargetHealthDescriptions"][0]
    assert found["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_no_request_is_lost_while_rules_change(stage: Stage) -> None:
    stage.register(stage.new_server)
    stage.forward(old=1, new=0)
    assert wait_for(lambda: stage.health(stage.new_group) == [("healthy", "")])
    answers: list[tuple[int, bytes]] = []
    stopped = threading.Event()

    def ask() -> None:
        while not stopped.is_set():
            answers.append(stage.get()[:2])

    slow: list[tuple[int, bytes]] = []
    waiting = threading.Thread(target=lambda: slow.append(stage.get("/slow")[:2]))
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in [waiting, *threads]:
        thread.start()
    time.sleep(0.1)
    for turn in range(20):
        stage.forward(old=turn % 2, new=(turn + 1) % 2)
        time.sleep(0.03)
    stopped.set()
    for thread in [waiting, *threads]:
        thread.join()
    assert {status for status, _ in answers} == {200}
    assert {body for _, body in answers} == {b"old", b"new"}
    assert slow == [(200, b"old")], "a running request ends where it began"


def test_a_rule_of_its_own_instead_of_the_default(aws: LocalAws) -> None:
    home = create_old_home(aws, with_rule=True)
    server = Backend("old")
    balancer = LoadBalancer(
        home.listener_arn,
        instances=lambda _instance, _port: ("127.0.0.1", server.port),
        health_interval=0.05,
    )
    balancer.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", balancer.port, timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"old"
        connection.close()
        aws.client("elbv2").delete_rule(RuleArn=home.rule_arn)
        connection.request("GET", "/")
        assert connection.getresponse().status == 404
        connection.close()
    finally:
        balancer.stop()
        server.close()
