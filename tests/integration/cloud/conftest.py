"""A local cloud with the small application of ``stack`` in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud import Cloud, Deployment, Execution

STACK = Path(__file__).parent / "stack"

Run = Callable[..., Execution]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A running cloud, one per test file."""
    with Cloud(tmp_path_factory.mktemp("cloud")) as running:
        running.clock.paused = True
        secret = running.client("secretsmanager").create_secret(
            Name="database", SecretString=json.dumps({"dbname": "redash", "password": "p"})
        )
        running.deploy(
            STACK / "template.yaml", {"DatabaseSecretArn": secret["ARN"]}, stack_name="small"
        )
        yield running


@pytest.fixture(scope="module")
def deployment(cloud: Cloud) -> Deployment:
    """The small application."""
    assert cloud.deployment is not None
    return cloud.deployment


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test breaks is whole again afterwards."""
    yield
    if "cloud" in request.fixturenames:
        cloud: Cloud = request.getfixturevalue("cloud")
        cloud.event_filter = cloud.call_fault = cloud.call_observer = cloud.invoke_fault = None
        cloud.slack.failing = None


@pytest.fixture
def stored(cloud: Cloud, deployment: Deployment) -> Callable[[str], dict[str, Any]]:
    """Waits for an item in the table: key -> item."""

    def look(key: str) -> dict[str, Any]:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            found = cloud.client("dynamodb").get_item(
                TableName=deployment.outputs["TableName"],
                Key={"pk": {"S": key}},
                ConsistentRead=True,
            )
            if "Item" in found:
                return {name: next(iter(v.values())) for name, v in found["Item"].items()}
            time.sleep(0.02)
        raise AssertionError(f"{key} was not stored within 10 s")

    return look


@pytest.fixture
def start(cloud: Cloud) -> Callable[..., str]:
    """Starts an execution of a definition; JSONata is the default language."""

    def begin(definition: dict[str, Any], given: Any = None, language: str = "JSONata") -> str:
        client = cloud.client("stepfunctions")
        machine = client.create_state_machine(
            name=f"machine-{time.monotonic_ns()}",
            definition=json.dumps({"QueryLanguage": language, **definition}),
            roleArn="arn:aws:iam::123456789012:role/none",
        )["stateMachineArn"]
        answer = client.start_execution(
            stateMachineArn=machine, input=json.dumps({} if given is None else given)
        )
        return str(answer["executionArn"])

    return begin


@pytest.fixture
def run(cloud: Cloud, start: Callable[..., str]) -> Run:
    """Runs a definition to its end."""

    def whole(definition: dict[str, Any], given: Any = None, timeout: float = 20.0) -> Execution:
        return cloud.wait_for_execution(start(definition, given), timeout)

    return whole


@pytest.fixture
def token(stored: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Waits for the token that TokenFunction stores under a key, other than those named."""

    def look(key: str, *old: str, timeout: float = 10.0) -> str:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = str(stored(key)["token"])
            if found not in old:
                return found
            time.sleep(0.02)
        raise AssertionError("no new token was stored")

    return look
