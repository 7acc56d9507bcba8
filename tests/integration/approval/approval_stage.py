"""A migration that waits for a person, on moto: what the handlers of the approval work with."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from redash_migration import clock, wiring
from redash_migration.adapters import clients
from redash_migration.adapters.stepfunctions import StepFunctions
from redash_migration.approval import announce_again, assembly, follow_up
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.links import stored_keys
from redash_migration.approval.settings import approval_settings
from redash_migration.approval.standing.ending import Ending, Failure
from redash_migration.clock import stamp
from redash_migration.plan import Exclusion, Plan, TablePlan
from redash_migration.reconcile import reconcile
from redash_migration.record import Check, Record
from redash_migration.record.wait import Outcome
from tests.function_environment import ENVIRONMENT
from tests.memory import Memory
from tests.owning import EXECUTION
from tests.record_table import pretend_to_be_on_aws

ROOT = Path(__file__).parents[3]
MIGRATION = "redash-20261123-013005"
START = datetime(2026, 11, 23, 1, 30, 5, tzinfo=UTC)
HANA, KEN, STARTER = "hana@example.com", "ken@example.com", "starter@example.com"
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

_IN_DYNAMODB = wiring.record_table
"""The record of a stage is in memory, which answers as DynamoDB does (test_core_record_table)."""

_SIZES = (
    ("query_results", 48_211, 9_400_000_000),
    ("events", 3_902_114, 2_100_000_000),
    ("queries", 101_330, 412_000_000),
    ("changes", 220_018, 160_000_000),
    ("visualizations", 148_201, 61_000_000),
    ("widgets", 51_211, 24_000_000),
    ("dashboards", 4_020, 9_100_000),
    ("users", 812, 1_400_000),
    ("alerts", 302, 450_000),
    ("data_sources", 41, 98_000),
    ("organizations", 1, 49_000),
    ("alembic_version", 1, 24_000),
)


def plan() -> Plan:
    """A Redash with one table that replication can't carry."""
    return Plan(
        migration_id=MIGRATION,
        source_version=16,
        target_version=18,
        tables=tuple(
            TablePlan(
                schema="public",
                name=name,
                method="restore" if name == "queries" else "dms",
                rows=rows,
                bytes=size,
                raw_bytes=size,
                largest_lob_bytes=0,
                primary_key=("id",),
                columns=(),
                excluded_because=(Exclusion("search_vector", "tsvector", "not carried by DMS"),)
                if name == "queries"
                else (),
            )
            for name, rows, size in _SIZES
        ),
        sequences_count=19,
        total_bytes=sum(size for _, _, size in _SIZES),
        predicted_write_pause_seconds=38.4,
        predicted_parts={
            "stop_services": 9.0,
            "drain": 3.2,
            "restore": 11.6,
            "verify": 12.2,
            "switch_traffic": 2.4,
        },
        disk_free_bytes=61_000_000_000,
        wal_budget_bytes=20_000_000_000,
    )


class _Body:
    """What botocore reads an answer from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def _response(status: int, content: bytes, kind: str) -> AWSResponse:
    headers: Any = {"Content-Type": kind}
    return AWSResponse("https://aws.example", status, headers, _Body(content))


@dataclass
class StepFunctionsDouble:
    """Answers SendTaskSuccess as the service does; botocore checks every request before."""

    known: set[str] = field(default_factory=set)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failure: str = ""

    def respond(self, request: Any, **_: Any) -> AWSResponse:
        body = json.loads(request.body)
        token = body["taskToken"]
        if self.failure:
            return self._answer(500 if self.failure == "InternalError" else 400, self.failure)
        if token not in self.known:
            return self._answer(400, "TaskTimedOut")
        self.known.discard(token)
        self.sent.append((token, json.loads(body["output"])))
        return self._answer(200, "")

    def _answer(self, status: int, error: str) -> AWSResponse:
        content = json.dumps({"__type": error, "message": error} if error else {}).encode()
        return _response(status, content, "application/x-amz-json-1.0")


class _Running:
    """An execution that goes on."""

    def is_running(self, _: str) -> bool:
        return True

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        raise AssertionError(migration_id)

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        raise AssertionError((migration_id, attempt))


@dataclass
class Stage:
    """What a test sees and moves: the record, the time, the mail that went out."""

    record: Record
    table: Memory
    states: StepFunctionsDouble
    patch: pytest.MonkeyPatch
    now: datetime
    mails: list[dict[str, Any]]
    failing_addresses: dict[str, str]
    tokens: int = 0
    problems: list[str] = field(default_factory=list)

    def subscribe(self, address: str) -> None:
        """A subscription, confirmed at once."""
        topic = approval_settings().approval_topic_arn
        clients.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=address)

    def unsubscribe(self, address: str) -> None:
        """As a mail scanner does that follows every link."""
        sns = clients.client("sns")
        topic = approval_settings().approval_topic_arn
        for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
            if one["Endpoint"] == address:
                sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    def at(self, minutes: float) -> None:
        """Let so many minutes have passed since the start."""
        self.now = START + timedelta(minutes=minutes)

    def ask(self, purpose: Purpose = CUTOVER) -> Gate:
        """Run the step that asks."""
        self.tokens += 1
        token = f"token-{purpose.state}-{self.tokens}"
        self.states.known.add(token)
        folder = "request_approval" if purpose is CUTOVER else "confirm_cutover"
        function(folder).handler(
            {
                "migration_id": MIGRATION,
                "execution_arn": EXECUTION,
                "token": token,
                "entered": stamp(START),
                "retries": self.tokens,
            },
            None,
        )
        gate = self.gate(purpose)
        assert gate is not None
        return gate

    def gate(self, purpose: Purpose = CUTOVER) -> Gate | None:
        return Gates(self.record.table).current(MIGRATION, purpose)

    def follow_up(self) -> None:
        """One round of the reconciler."""
        done = reconcile(
            wiring.ownership(),
            wiring.record,
            _Running(),
            StepFunctions(clients.client("stepfunctions")),
            lambda _: {},
            lambda record: follow_up(record, self.now),
            announce_again,
        )
        self.problems = list(done.problems)

    def end(self) -> None:
        """The execution has written its report and ended the migration."""
        ownership = wiring.ownership()
        owner = ownership.last()
        assert owner is not None
        assert ownership.end(owner)

    def link(self, address: str = HANA) -> str:
        """The path in the latest mail to this address that has one."""
        for mail in reversed(self.mails):
            if mail["to"] == address:
                found = re.search(r"https?://[^/\s]+(/approve/\S+)", mail["text"])
                if found:
                    return found[1]
        raise AssertionError(f"no mail with a link to {address}")

    def call(
        self,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> dict[str, Any]:
        """One request to the page; a body in bytes comes as API Gateway sends what is no text."""
        from base64 import b64encode
        from urllib.parse import urlencode

        bare, _, query = path.partition("?")
        sent = {"host": "page.example", **(headers or {})}
        if fields is not None:
            sent.setdefault("content-type", "application/x-www-form-urlencoded")
            body = urlencode(fields)
        answer: dict[str, Any] = function("approval_page").handler(
            {
                "version": "2.0",
                "rawPath": bare,
                "rawQueryString": query,
                "headers": sent,
                "requestContext": {
                    "domainName": "page.example",
                    "stage": "$default",
                    "http": {"method": method},
                },
                "body": b64encode(body).decode() if isinstance(body, bytes) else body or "",
                "isBase64Encoded": isinstance(body, bytes),
            },
            None,
        )
        return answer

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        text = self.call("GET", path)["body"]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))

    def answer(
        self,
        path: str,
        decision: str,
        reason: str = "",
        name: str = MIGRATION,
        **more: str,
    ) -> dict[str, Any]:
        """Fill in the form and send it, as a person does."""
        fields = {**self.form(path), "decision": decision, "reason": reason, "name": name, **more}
        return self.call("POST", path, fields)

    def state_of_record(self) -> list[dict[str, Any]]:
        """Every item of the table: what must stay as it is when nobody decides."""
        return [dict(item) for _, item in sorted(self.table.items.items())]

    def lose_the_table(self) -> None:
        """DynamoDB answers that it has no such table."""
        self.patch.setattr(wiring, "record_table", _IN_DYNAMODB)

    def switch(self, writes: int | None = 12) -> None:
        """The migration has gone on to the switch."""
        self.record.milestone("pause_began")
        self.record.milestone("switch_began")
        self.record.milestone("pause_ended")
        self.record.put_fact("smoke_test", {"checks": [{"id": "smoke.ping", "status": "PASS"}]})
        self.record.put_fact("target_health", {"healthy": 2, "all": 2})
        measured: dict[str, Any] = {"errors_since_switch": 0}
        if writes is not None:
            measured["writes_since_switch"] = writes
        self.record.put_fact("measure_cutover", measured)


def function(folder: str) -> ModuleType:
    """A handler's module, as Lambda would load it."""
    spec = importlib.util.spec_from_file_location(
        f"function_{folder}", ROOT / "functions" / folder / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def staged(patch: pytest.MonkeyPatch, base_url: str, **environment: str) -> Iterator[Stage]:
    """A stage with fresh services; ``environment`` changes settings of the functions."""
    pretend_to_be_on_aws(patch)
    with mock_aws():
        _forget()
        settings = {**ENVIRONMENT, **_made(), "APPROVAL_URL": base_url, **environment}
        for name, value in settings.items():
            patch.setenv(name, value)
        states = StepFunctionsDouble()
        heard = ExitStack()
        _hear(heard, "stepfunctions", "before-send.sfn.*", states.respond)
        table = Memory()
        patch.setattr(wiring, "record_table", lambda: table)
        stage = Stage(wiring.record(MIGRATION), table, states, patch, START, [], {})
        patch.setattr(clock, "now", lambda: stage.now)
        _catch_mail(stage, heard)
        _fill(stage)
        with heard:
            yield stage
    _forget()


def _made() -> dict[str, str]:
    region: Any = {"LocationConstraint": "ap-northeast-1"}
    clients.client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration=region)
    secrets = clients.client("secretsmanager")
    key = secrets.create_secret(Name="key", SecretString="0123456789abcdef" * 3)["ARN"]
    topic = clients.client("sns").create_topic(Name="approval")["TopicArn"]
    for address in (HANA, KEN):
        clients.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    # What stands in the environment counts before the parameter's entries; tests change that.
    clients.client("ssm").put_parameter(Name="/redash/approval", Value="{}", Type="String")
    return {
        "MIGRATION_TABLE": "migration",
        "APPROVAL_TOPIC_ARN": topic,
        "APPROVERS": f"{HANA},{KEN}",
        "LINK_SIGNING_SECRET_ARN": key,
        "APPROVAL_TIMEOUT_HOURS": "1",
        "CONFIRM_TIMEOUT_HOURS": "1",
        "REQUIRED_APPROVALS": "1",
        "ALLOW_SELF_APPROVAL": "false",
        "APPROVAL_SETTINGS": "/redash/approval",
        "WRITE_PAUSE_BUDGET_SECONDS": "120",
    }


def _catch_mail(stage: Stage, heard: ExitStack) -> None:
    """Note what SNS publishes, and refuse the addresses that a test names."""

    def note(params: dict[str, Any], **_: Any) -> None:
        to = params["MessageAttributes"]["approver"]["StringValue"]
        if to not in stage.failing_addresses:
            stage.mails.append({"to": to, "subject": params["Subject"], "text": params["Message"]})

    def refuse(request: Any, **_: Any) -> AWSResponse | None:
        from urllib.parse import parse_qs

        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        values = [value for values in parse_qs(body).values() for value in values]
        code = next(
            (
                stage.failing_addresses.get(value)
                for value in values
                if value in stage.failing_addresses
            ),
            None,
        )
        if code is None:
            return None
        content = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{code}</Message></Error></ErrorResponse>"
        ).encode()
        return _response(400, content, "text/xml")

    _hear(heard, "sns", "provide-client-params.sns.Publish", note)
    _hear(heard, "sns", "before-send.sns.Publish", refuse)


def _hear(heard: ExitStack, service: str, event: str, handler: Callable[..., Any]) -> None:
    """Stages share their clients, whose making takes longer than most tests; not who hears them."""
    events = clients.client(service).meta.events
    events.register_first(event, handler)
    heard.callback(events.unregister, event, handler)


def _fill(stage: Stage) -> None:
    record = stage.record
    wiring.ownership().take(MIGRATION, EXECUTION)
    wiring.artifacts(MIGRATION).put_json("plan.json", plan().to_json())
    record.put_fact("request", {"requested_by": STARTER})
    record.put_fact(
        "replication",
        {
            "tables": {
                f"public.{name}": {"state": "Table completed", "validation": "Validated"}
                for name, _, _ in _SIZES
                if name != "queries"
            },
            "latency_seconds": 0.8,
            "in_sync": True,
        },
    )
    record.put_fact(
        "measure_source",
        {
            "wal_held_bytes": 48_000_000,
            "disk_free_bytes": 61_000_000_000,
            "hours_left": 31.5,
            "verdict": "PASS",
        },
    )
    for number in range(3):
        record.checks.put(Check(f"source.check_{number}", "PASS", "fine"))


def ended(**changed: Any) -> Ending:
    """How it ended; well, where nothing else is said."""
    made: dict[str, Any] = {
        "status": "SUCCEEDED",
        "mode": "migrate",
        "serves": "new",
        "error": "",
        "cause": "",
        "state": "",
        "write_pause_seconds": 31.0,
        "tables": 12,
        "tables_equal": 12,
        "failures": (),
        "not_taken_back": (),
        "at": "2026-11-23T02:00:00.000000Z",
    }
    return Ending(**{**made, **changed})


def failed(name: str, detail: str = "seen", remedy: str = "") -> Failure:
    """A check that failed."""
    return Failure(name, "FAIL", detail, remedy)


def settle_elsewhere(stage: Stage) -> None:
    """Somebody else has answered the wait: it ran into its time limit."""
    wait = stage.record.waits.get("RequestApproval")
    assert wait is not None
    stage.record.waits.settle(wait, Outcome.failure("WalBudgetExceeded", "too much"))


def _forget() -> None:
    _IN_DYNAMODB.cache_clear()
    stored_keys._known.clear()
    stored_keys._keys.cache_clear()
    stored_keys._again.cache_clear()
    assembly._kept.cache_clear()


__all__ = ["CONFIRM", "CUTOVER", "MIGRATION", "Stage", "staged"]
