"""Closing the old home, opening the new one, the smoke test: moto's ELBv2 and real HTTP."""

from __future__ import annotations

import json
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.errors import (
    CheckFailed,
    NewHomeNotProven,
    PauseBudgetExceeded,
    SmokeTestFailed,
    SwitchNotMade,
    TargetNotHealthy,
)
from redash_migration.record import Check, Record
from redash_migration.traffic import switch
from redash_migration.traffic.actions import is_maintenance, target_groups
from redash_migration.traffic.administrator import Administrator
from redash_migration.traffic.entrance import (
    HEALTH_RULE_SOURCE,
    NOBODY_S,
    log_in,
    nobody_meets,
    other_ways_home,
    other_ways_in,
)
from redash_migration.traffic.proof.answers import OLD_ANSWERS
from redash_migration.traffic.smoke import ask_servers, reach_servers
from redash_migration.traffic.starting import unless_begun
from redash_migration.traffic.switch import close_old_home, demand_closed, open_new_home
from rehearsal.cloud.backends import backend
from rehearsal.load_balancer.refusals import Refusals
from rehearsal.ports import free_port
from tests.unit.core.conftest import Front, healthy


def test_closing_keeps_the_old_way_once_however_often_it_runs(record: Record, front: Front) -> None:
    for _ in range(2):
        close_old_home(record, front.balancing, front.settings)
    assert is_maintenance(front.actions())
    [entry] = record.undo.all()
    assert target_groups(entry.arguments["actions"]) == [front.old]
    assert "pause_began" in record.milestones()


def test_a_door_that_was_opened_by_hand_is_seen_before_the_pause(
    record: Record, front: Front
) -> None:
    demand_closed(record, front.balancing, front.settings)
    client, listener = front.balancing._client, front.settings.listener_arn
    way: Any = [{"Type": "forward", "TargetGroupArn": front.new}]
    path: Any = [{"Field": "path-pattern", "Values": ["/*"]}]
    rule = client.create_rule(ListenerArn=listener, Priority=7, Conditions=path, Actions=way)
    with pytest.raises(CheckFailed, match=r"rule 7 .* leads to the new home.*Remove the rule"):
        demand_closed(record, front.balancing, front.settings)
    client.delete_rule(RuleArn=rule["Rules"][0]["RuleArn"])
    client.modify_listener(ListenerArn=listener, DefaultActions=way)
    for look in (demand_closed, close_old_home):
        with pytest.raises(CheckFailed, match="users reach the new home already"):
            look(record, front.balancing, front.settings)
    assert record.undo.all() == []
    assert "pause_began" not in record.milestones()


def test_nothing_is_switched_to_a_group_without_a_healthy_target(
    record: Record, front: Front
) -> None:
    close_old_home(record, front.balancing, front.settings)
    with pytest.raises(TargetNotHealthy, match="no target is registered"):
        open_new_home(record, front.balancing, front.settings)
    assert is_maintenance(front.actions())
    assert "switch_began" not in record.milestones()


@pytest.mark.parametrize("said", ["a forged milestone", "a switch that was not made"])
def test_health_and_budget_are_asked_for_until_a_switch_stands_with_the_owner(
    record: Record, front: Front, said: str
) -> None:
    """An execution that is redriven after a switch that was not made begins it anew."""
    close_old_home(record, front.balancing, front.settings)
    if said == "a forged milestone":
        record.milestone("switch_began")
    else:
        mine = record.switch_begins()
        assert unless_begun(record, 1.0) is None
        record.switch_not_made(mine)
    assert unless_begun(record, 1.0) == 1.0
    with pytest.raises(TargetNotHealthy, match="no target is registered"):
        open_new_home(record, front.balancing, front.settings)
    assert is_maintenance(front.actions())


def test_the_switch_sends_all_users_to_the_new_group(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    front.balancing.open_health_rule(front.settings.listener_arn, front.new)
    for _ in range(2):
        open_new_home(record, front.balancing, front.settings)
    assert target_groups(front.actions()) == [front.new]
    assert {"pause_began", "switch_began", "pause_ended"} <= set(record.milestones())
    [entry] = record.undo.all()
    assert target_groups(entry.arguments["actions"]) != [front.new], (
        "one entry: how it was at first"
    )
    assert entry.service == "serves"


def test_a_switch_that_demonstrably_was_not_made_may_go_back(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)

    def refuse(*_: object) -> None:
        raise ConnectionError("no answer")

    monkeypatch.setattr(LoadBalancing, "set_actions", refuse)
    monkeypatch.setattr(switch, "DOUBT_SECONDS", 0.1)
    with pytest.raises(SwitchNotMade):
        open_new_home(record, front.balancing, front.settings)


def test_a_switch_that_was_made_and_is_told_late_is_made(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    made, really = LoadBalancing.set_actions, LoadBalancing.actions
    stale = [front.actions()] * 3

    def carried_out(*arguments: Any) -> None:
        made(*arguments)
        monkeypatch.setattr(
            LoadBalancing, "actions", lambda *asked: stale.pop() if stale else really(*asked)
        )
        raise ConnectionError("no answer")

    monkeypatch.setattr(LoadBalancing, "set_actions", carried_out)
    monkeypatch.setattr(switch, "REST_SECONDS", 0.01)
    open_new_home(record, front.balancing, front.settings)
    assert "pause_ended" in record.milestones()


def test_a_switch_that_is_plainly_refused_is_looked_at_once(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    denied: Any = {
        "Error": {"Code": "AccessDenied", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    }

    def refuse(*_: object) -> None:
        raise ClientError(denied, "ModifyListener")

    monkeypatch.setattr(LoadBalancing, "set_actions", refuse)
    monkeypatch.setattr(switch, "REST_SECONDS", 600.0)
    with pytest.raises(SwitchNotMade, match="AccessDenied"):
        open_new_home(record, front.balancing, front.settings)


def test_a_switch_that_only_looks_ends_with_the_budget_and_one_that_has_begun_does_not(
    record: Record, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy(monkeypatch)
    close_old_home(record, front.balancing, front.settings)
    really = LoadBalancing.actions

    def hang(*_: object) -> list[dict[str, Any]]:
        time.sleep(60)
        raise AssertionError("nobody interrupted it")

    monkeypatch.setattr(LoadBalancing, "actions", hang)
    with pytest.raises(PauseBudgetExceeded, match="SwitchTraffic"):
        open_new_home(record, front.balancing, front.settings, until=time.time() + 0.1)
    monkeypatch.setattr(LoadBalancing, "actions", really)
    assert is_maintenance(front.actions())
    assert unless_begun(record, 1.0) == 1.0

    record.switch_begins()
    assert unless_begun(record, 1.0) is None
    open_new_home(record, front.balancing, front.settings, until=time.time() - 60)
    assert target_groups(front.actions()) == [front.new]


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


def test_the_health_rule_is_one_and_goes_away(front: Front) -> None:
    listener = front.settings.listener_arn
    client: Any = boto3.client("elbv2")
    attachment = client.create_rule(
        ListenerArn=listener,
        Priority=49000,
        Conditions=[{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}}],
        Actions=[{"Type": "forward", "TargetGroupArn": front.new}],
    )["Rules"][0]["RuleArn"]
    first = front.balancing.open_health_rule(listener, front.new)
    assert front.balancing.open_health_rule(listener, front.new) == first
    front.balancing.close_health_rule(listener, front.old)
    assert front.balancing.open_health_rule(listener, front.new) == first
    front.balancing.close_health_rule(listener, front.new)
    front.balancing.close_health_rule(listener, front.new)
    assert front.balancing.open_health_rule(listener, front.new) != first
    assert client.describe_rules(RuleArns=[attachment])["Rules"], "another's rule stays"


def test_the_health_rule_is_for_an_address_that_nobody_has(front: Front) -> None:
    rule = front.balancing.open_health_rule(front.settings.listener_arn, front.new)
    [found] = [
        one for one in front.balancing.rules(front.settings.listener_arn) if one["RuleArn"] == rule
    ]
    assert [one["Field"] for one in found["Conditions"]] == ["source-ip"], "no header opens it"
    assert found["Conditions"][0]["SourceIpConfig"]["Values"] == [HEALTH_RULE_SOURCE]
    assert nobody_meets(found)


@pytest.mark.parametrize(
    ("conditions", "closed"),
    [
        ([{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}}], True),
        ([{"Field": "source-ip", "SourceIpConfig": {"Values": ["2001:db8::1/128"]}}], True),
        ([{"Field": "source-ip", "SourceIpConfig": {"Values": list(NOBODY_S)}}], True),
        ([{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/23"]}}], False),
        (
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24", "10.0.0.0/8"]}}],
            False,
        ),
        ([{"Field": "host-header", "Values": ["new.example.com"]}], False),
        ([], False),
    ],
)
def test_other_ways_to_the_new_home_are_told(
    conditions: list[dict[str, Any]], closed: bool
) -> None:
    rule = {
        "RuleArn": "arn:other",
        "Priority": "7",
        "IsDefault": False,
        "Conditions": conditions,
        "Actions": [{"Type": "forward", "TargetGroupArn": "new"}],
    }
    assert nobody_meets(rule) is closed
    check = other_ways_in([rule], "new", switched="")
    assert check.status == ("PASS" if closed else "FAIL")
    assert closed or "rule 7" in check.detail
    assert other_ways_in([rule], "another", switched="").status == "PASS"
    assert other_ways_in([rule], "new", switched="arn:other").status == "PASS"


def test_a_default_way_in_counts_where_only_a_rule_is_switched() -> None:
    default = {
        "RuleArn": "arn:default",
        "Priority": "default",
        "IsDefault": True,
        "Conditions": [],
        "Actions": [{"Type": "forward", "TargetGroupArn": "new"}],
    }
    assert other_ways_in([default], "new", switched="").status == "PASS"
    assert other_ways_in([default], "new", switched="arn:rule").status == "FAIL"


def test_a_log_in_by_cognito_needs_a_permission() -> None:
    pool = "arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/ap-northeast-1_AbCdEf"
    chain: list[dict[str, Any]] = [
        {"Type": "authenticate-cognito", "AuthenticateCognitoConfig": {"UserPoolArn": pool}},
        {"Type": "forward", "TargetGroupArn": "old"},
    ]
    assert log_in(chain, "").status == "FAIL"
    assert pool in log_in(chain, "").remedy
    assert log_in(chain, pool).status == "PASS"
    assert log_in(chain[1:], "").status == "PASS"


OIDC = {
    "Issuer": "https://login.example.com",
    "AuthorizationEndpoint": "https://login.example.com/authorize",
    "TokenEndpoint": "https://login.example.com/token",
    "UserInfoEndpoint": "https://login.example.com/me",
    "ClientId": "redash",
}


@pytest.fixture(params=[False, True], ids=["default action", "rule"])
def behind_log_in(front: Front, request: pytest.FixtureRequest) -> Front:
    """The same with an HTTPS listener that has users log in by OpenID Connect first."""
    client: Any = boto3.client("elbv2")
    Refusals(backend("elbv2", "ap-northeast-1")).install()
    [balancer] = client.describe_load_balancers()["LoadBalancers"]
    log_in = {
        "Type": "authenticate-oidc",
        "Order": 1,
        "AuthenticateOidcConfig": {**OIDC, "ClientSecret": "only the balancer knows"},
    }
    forward = {"Type": "forward", "Order": 2, "TargetGroupArn": front.old}
    listener = client.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": "arn:aws:iam::123456789012:server-certificate/redash"}],
        DefaultActions=[log_in, forward],
    )["Listeners"][0]["ListenerArn"]
    rule = ""
    if request.param:
        rule = client.create_rule(
            ListenerArn=listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[log_in, forward],
        )["Rules"][0]["RuleArn"]
    settings = replace(front.settings, listener_arn=listener, listener_rule_arn=rule)
    return Front(front.balancing, settings, front.old, front.new)


def test_users_who_come_another_way_are_told_of(front: Front) -> None:
    """A second listener that nobody thinks of leads to a host that has stopped."""
    client: Any = boto3.client("elbv2")
    listener = front.settings.listener_arn

    def check(switched: str = "") -> Check:
        ways = [("", one) for one in front.balancing.rules(listener)]
        ways += front.balancing.beside(listener)
        return other_ways_home(ways, [front.old], switched=switched)

    assert check().status == "PASS"
    [balancer] = client.describe_load_balancers()["LoadBalancers"]
    forward = {"Type": "forward", "TargetGroupArn": front.old}
    path = {"Field": "path-pattern", "Values": ["/embed/*"]}
    rule = client.create_rule(
        ListenerArn=listener, Priority=5, Conditions=[path], Actions=[forward]
    )["Rules"][0]["RuleArn"]
    other = {"LoadBalancerArn": balancer["LoadBalancerArn"], "Protocol": "HTTP"}
    client.create_listener(**other, Port=8080, DefaultActions=[forward])
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    client.create_listener(
        **other, Port=8081, DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}]
    )
    assert check().status == "WARN"
    assert check().detail.endswith("not switched: rule 5, HTTP:8080 default")
    assert check(rule).detail.endswith("not switched: default, HTTP:8080 default")
    every = {"Field": "path-pattern", "Values": ["/*"]}
    last = client.create_rule(
        ListenerArn=listener, Priority=9, Conditions=[every], Actions=[forward]
    )["Rules"][0]["RuleArn"]
    assert check(last).detail.endswith("not switched: rule 5, HTTP:8080 default")


def test_users_go_on_logging_in_through_the_pause_the_switch_and_the_way_back(
    record: Record, behind_log_in: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = behind_log_in
    healthy(monkeypatch)
    listener, rule = front.settings.listener_arn, front.settings.listener_rule_arn
    close_old_home(record, front.balancing, front.settings)
    open_new_home(record, front.balancing, front.settings)
    assert target_groups(front.balancing.actions(listener, rule)) == [front.new]
    for entry in record.undo.all():
        front.balancing.set_actions(listener, rule, entry.arguments["actions"])
        types = [action["Type"] for action in front.balancing.actions(listener, rule)]
        assert types[0] == "authenticate-oidc"
        assert "only the balancer knows" not in json.dumps(entry.arguments)
    assert target_groups(front.balancing.actions(listener, rule)) == [front.old]


def test_the_stand_in_refuses_what_the_load_balancer_refuses(behind_log_in: Front) -> None:
    client: Any = boto3.client("elbv2")
    listener = behind_log_in.settings.listener_arn
    log_in = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": OIDC}
    answer = {"Type": "fixed-response", "Order": 2, "FixedResponseConfig": {"StatusCode": "503"}}
    kept = {**log_in, "AuthenticateOidcConfig": {**OIDC, "UseExistingClientSecret": True}}
    another = {**OIDC, "ClientId": "another", "UseExistingClientSecret": True}
    for refused, said in (
        ([log_in, answer], "client secret"),
        ([{**log_in, "AuthenticateOidcConfig": another}, answer], "client secret"),
        ([kept], "last action"),
        ([kept, {**answer, "Order": 1}], "Order"),
    ):
        with pytest.raises(ClientError, match=said):
            client.modify_listener(ListenerArn=listener, DefaultActions=refused)
    client.modify_listener(ListenerArn=listener, DefaultActions=[answer])
    with pytest.raises(ClientError, match="client secret"):
        client.modify_listener(ListenerArn=listener, DefaultActions=[kept, answer])


WHO = Administrator("key", ("main",), 1)


@pytest.fixture(autouse=True)
def inspected(request: pytest.FixtureRequest) -> None:
    """InspectHost has seen that nothing is paused on the old host."""
    if "record" in request.fixturenames:
        record: Record = request.getfixturevalue("record")
        record.put_fact("host", {"queues": {}, "paused": []})


GOOD: dict[str, tuple[int, Any]] = {
    "/ping": (200, "PONG."),
    "/setup": (302, ""),
    "/api/session": (200, {}),
    "/api/data_sources": (200, [{"id": 1}]),
    "/api/data_sources/1": (200, {"options": {}}),
    "/api/queries?page_size=50&order=-executed_at": (
        200,
        {"count": 1, "results": [{"id": 7, "name": "売上", "latest_query_data_id": 3}]},
    ),
    "/api/queries?q=%E5%A3%B2%E4%B8%8A": (200, {"count": 1, "results": []}),
    "/api/queries/7/results": (200, {"query_result": {}}),
    "/api/dashboards": (200, {}),
    "/api/alerts": (200, []),
}


@contextmanager
def redash(
    answers: dict[str, tuple[int, Any]], *, https: bool = False, location: str = "/login"
) -> Iterator[dict[str, Any]]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, ""))
            if https and self.headers.get("X-Forwarded-Proto") != "https":
                status, body = 302, ""
            content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", location)
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


def test_a_server_that_the_functions_do_not_reach_is_named_before_anybody_is_asked(
    record: Record,
) -> None:
    with redash(GOOD) as target:
        reach_servers(record, [target])
        [check] = [one for one in record.checks.all() if one.id == "proof.servers"]
        assert check.status == "PASS"
        closed = {"host": "127.0.0.1", "port": free_port()}
        with pytest.raises(NewHomeNotProven, match=rf"no answer from 127.0.0.1:{closed['port']}"):
            reach_servers(record, [target, closed])
    [check] = [one for one in record.checks.all() if one.id == "proof.servers"]
    assert check.status == "FAIL"


def test_a_working_redash_passes(record: Record) -> None:
    with redash(GOOD) as target:
        ask_servers(record, [target], WHO)
    assert {check.status for check in record.checks.all()} == {"PASS"}


@pytest.mark.parametrize(
    ("path", "answer", "check"),
    [
        ("/ping", (500, "no database"), "smoke.ping"),
        ("/setup", (200, "<form>"), "smoke.setup_closed"),
        ("/api/session", (404, ""), "smoke.session"),
        ("/api/data_sources/1", (500, "InvalidToken"), "smoke.data_sources"),
        ("/api/queries?page_size=50&order=-executed_at", (500, ""), "smoke.queries"),
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
        ask_servers(record, [target], WHO)
    assert [found.id for found in record.checks.all() if found.status == "FAIL"] == [check]


def test_without_a_server_or_an_answer_the_smoke_test_fails(record: Record) -> None:
    with pytest.raises(SmokeTestFailed, match="no new server"):
        ask_servers(record, [], WHO)
    with redash(GOOD) as target:
        pass
    with pytest.raises(SmokeTestFailed, match=r"smoke\.ping"):
        ask_servers(record, [target], WHO)


def test_without_a_key_the_smoke_test_warns(record: Record) -> None:
    with redash(GOOD) as target:
        ask_servers(record, [target], Administrator())
    assert [found.id for found in record.checks.all() if found.status == "WARN"] == ["smoke.api"]


def shown(record: Record) -> dict[str, str]:
    return {check.id: check.status for check in record.checks.all() if check.status != "PASS"}


def test_enforced_https_is_no_fault(record: Record) -> None:
    with redash(GOOD, https=True) as target:
        ask_servers(record, [target], WHO)
    assert shown(record) == {}


def test_a_redirect_to_the_set_up_form_is_not_a_shut_one(record: Record) -> None:
    with (
        redash(GOOD, location="https://redash.example/setup") as target,
        pytest.raises(SmokeTestFailed, match="setup_closed"),
    ):
        ask_servers(record, [target], WHO)


def test_organizations_with_paths_of_their_own(record: Record) -> None:
    plain = ("/ping", "/setup")
    several = {path if path in plain else f"/main{path}": answer for path, answer in GOOD.items()}
    with redash(several) as target:
        ask_servers(record, [target], WHO)
    assert shown(record) == {}


@pytest.mark.parametrize("name", ["日次\u3000集計", "① 売上", "or 売上", "(売上)"])
def test_names_that_no_search_finds_as_they_stand(record: Record, name: str) -> None:
    queries = "/api/queries?page_size=50&order=-executed_at"
    found = {
        **GOOD,
        queries: (
            200,
            {"count": 1, "results": [{"id": 7, "name": name, "latest_query_data_id": 3}]},
        ),
        "/api/queries?q=%E9%9B%86%E8%A8%88": (200, {"count": 1, "results": []}),
        "/api/queries?q=%E6%97%A5%E6%AC%A1": (200, {"count": 0, "results": []}),
    }
    with redash(found) as target:
        ask_servers(record, [target], WHO)
    assert shown(record) == {}


def test_a_runner_that_is_missing_shows_in_the_number(record: Record) -> None:
    with redash(GOOD) as target, pytest.raises(SmokeTestFailed, match="1 of 2 data sources"):
        ask_servers(record, [target], Administrator("key", (), 2))


def test_what_never_worked_is_no_reason_to_turn_back(record: Record) -> None:
    record.put_fact(OLD_ANSWERS, {"smoke.search": "FAIL", "smoke.data_sources": "PASS"})
    missing = {**GOOD, "/api/queries?q=%E5%A3%B2%E4%B8%8A": (500, "")}
    with redash(missing) as target:
        ask_servers(record, [target], WHO)
        assert shown(record) == {"smoke.search": "WARN"}
        # A return has a record of its own; what the old home answered stands in the first one.
        ask_servers(record.of("return"), [target], WHO, before=record)


def test_nothing_to_look_at_is_no_pass(record: Record) -> None:
    queries = "/api/queries?page_size=50&order=-executed_at"
    with redash({**GOOD, queries: (200, {"count": 0, "results": []})}) as target:
        ask_servers(record, [target], WHO)
    assert shown(record) == {"smoke.queries": "WARN"}
    bare = {**GOOD, queries: (200, {"count": 1, "results": [{"id": 7, "name": "売上"}]})}
    with redash(bare) as target:
        ask_servers(record, [target], WHO)
    assert shown(record) == {"smoke.results": "WARN"}


def test_a_key_that_sees_little_is_not_known_to_pass(record: Record) -> None:
    user = {"user": {"permissions": ["view_query"]}}
    with (
        redash({**GOOD, "/api/session": (200, user)}) as target,
        pytest.raises(SmokeTestFailed, match="no administrator's"),
    ):
        ask_servers(record, [target], WHO)
    assert shown(record)["smoke.data_sources"] == "UNKNOWN"


def test_a_large_result_takes_no_memory(record: Record) -> None:
    rows = '"' + "x" * 20_000_000 + '"'
    large = {**GOOD, "/api/queries/7/results": (200, '{"query_result": ' + rows + "}")}
    with redash(large) as target:
        tracemalloc.start()
        ask_servers(record, [target], WHO)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # What is held here beside the client is the server's own copy while it encodes it.
    assert peak < 20_000_000 + 12_000_000
    assert shown(record) == {}
