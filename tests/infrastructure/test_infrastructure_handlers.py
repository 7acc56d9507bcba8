"""Every event under events/ goes through its handler, deployed as the template says.

The runtime interface client calls each handler with the template's environment, on real databases
and a local AWS, in the order of the state machine: so one event builds on what the last one left,
as for somebody who invokes the steps by hand.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deployment.comparison import rehearsed
from deployment.stack import Stack
from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.purposes import purpose_of
from redash_migration.approval.gate.question import Answer
from redash_migration.approval.gate.seal import Seals
from redash_migration.approval.links.keyring import parse_keys
from redash_migration.clock import now, stamp
from rehearsal.approver import NotAnswered
from rehearsal.approver import answer as approve
from rehearsal.options import Options
from rehearsal.world import World
from tests.listening_sockets import listening

ROOT = Path(__file__).parents[2]
MIGRATION = "redash-20260131-020000"
ORDER = [
    "begin",
    "inspect_host",
    "inspect_new_home",
    "preflight",
    "prepare_source",
    "dump_schema",
    "copy_schema",
    "configure_replication",
    "run_full_load",
    "check_full_load",
    "complete_schema",
    "resume_change_capture",
    "measure_source",
    "await_in_sync",
    "plan_copies",
    "precopy_table",
    "start_target",
    "prove_new_home",
    "request_approval",
    "approval_page",
    "recheck_sync",
    "drain_queues",
    "stop_services",
    "fence_source",
    "drain_changes",
    "ask_replication_to_stop",
    "restore_table",
    "finish_restore",
    "fix_sequences",
    "verify_data",
    "verify_integrity",
    "smoke_test",
    "last_look",
    "switch_traffic",
    "start_workers",
    "stop_replication",
    "measure_cutover",
    "confirm_cutover",
    "reconcile",
    "on_dms_event",
    "on_command_event",
    "clean_up",
    "clean_up_database",
    "retire_host",
    "roll_back",
    "roll_back_database",
    "report",
]
RETURNING = [
    "end_replication",
    "prepare_return",
    "close_new_home",
    "open_source",
    "start_old_services",
    "look_at_old_home",
    "switch_back",
]
"""The return's own steps, in the phase that ConfirmCutover's answer would have begun."""

DECISIONS = {"request_approval": "approve", "confirm_cutover": "keep"}

RETURN_GATES = {
    "end_replication": "NotApproved",  # ConfirmCutover's event was answered with keep
    "prepare_return": "ReturnNotPossible",  # VerifyIntegrity's event has compared one table of all
    "open_source": "TransientFailure",  # retire_host has stopped the old PostgreSQL before
}
"""What the return's steps must refuse after the events before them."""

GATES = {
    "verify_integrity": "DataMismatch",  # the events verified one table of all
    "smoke_test": "SmokeTestFailed",  # nobody serves at the address of the event
    "roll_back": "NotTheOwner",  # what was kept is not taken back; see the test below
    "roll_back_database": "NotTheOwner",
}
"""Steps that must refuse what a single event leaves them with."""

AGAIN_UNTIL = {"await_in_sync": "in_sync", "drain_changes": "drained", "start_target": "healthy",
               "prove_new_home": "proven"}  # fmt: skip
ANSWERED_BY_EVENT = {
    "inspect_host",
    "prepare_source",
    "dump_schema",
    "run_full_load",
    "drain_queues",
    "stop_services",
    "stop_replication",
}


def logical_id(step: str) -> str:
    return step.title().replace("_", "") + "Function"


def event_of(step: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{step}.json").read_text("utf-8"))
    return event


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("handlers") / "world"
    with World(Options(directory=directory, plain=True), lambda _: None) as made:
        # The events' execution is none, and the reconciler would give its lock away.
        made.cloud.clock.paused = True
        yield made


def test_every_function_has_its_event() -> None:
    functions = set(Stack(ROOT / "template.yaml").document["Resources"])
    declared = {name for name in functions if name.endswith("Function")}
    steps = {*ORDER, *RETURNING}
    assert declared == {logical_id(step) for step in steps}
    assert {path.stem for path in (ROOT / "events").glob("*.json")} - {"env.local"} == steps


@pytest.fixture(scope="module")
def answers(world: World) -> dict[str, dict[str, Any]]:
    """Step -> what its handler answered, all of them invoked in their order."""
    given = {}
    for step in ORDER:
        given[step] = invoke(world, step)
        if step in DECISIONS:
            # Write pause and clean-up begin on people's decision only. No execution waits for it
            # here: the page says so, and the decision counts for nothing.
            with pytest.raises(NotAnswered, match="410"):
                approve(world.directory / "mailbox", DECISIONS[step], reason="Rehearsal")
            decided(world, step)
        if step in ANSWERED_BY_EVENT:
            until(lambda step=step: wait_state(world, step) not in {"", "OPEN"}, step)
    return given


@pytest.mark.timeout(600)
def test_each_event_goes_through_its_handler(answers: dict[str, dict[str, Any]]) -> None:
    errors = {
        step: answer["errorType"] for step, answer in answers.items() if "errorType" in answer
    }
    assert errors == GATES, {step: answers[step] for step in errors if step not in GATES}


def decided(world: World, step: str) -> None:
    """A decision as the page writes it, sealed, of which an execution has heard."""
    table = DynamoTable(world.cloud.client("dynamodb"), str(world.deployment.ref("MigrationTable")))
    secret = world.cloud.client("secretsmanager").get_secret_value(
        SecretId=str(world.deployment.ref("LinkSigningSecret"))
    )
    keys = parse_keys("LINK_SIGNING_SECRET_ARN", secret["SecretString"])
    gates, purpose = Gates(table, Seals(lambda: keys)), purpose_of(logical_id(step)[:-8])
    gate = gates.current(event_of(step)["migration_id"], purpose)
    assert gate is not None
    answer = Answer("approver@example.com", DECISIONS[step], "", "", stamp(now()), "page")
    written = gates.answer(gate, answer, decided=True)
    assert written is not None
    gates.mark(written, "RESUMED")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which sockets are whose")
def test_every_socket_of_a_rehearsal_is_for_this_machine_alone(world: World) -> None:
    sockets = listening(os.getpid())
    assert {one.address for one in sockets} <= {"127.0.0.1", "::1"}, sorted(sockets)
    ports = {one.port for one in sockets}
    assert {urlsplit(world.balancer.url).port, world.cloud.server.port} <= ports


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which sockets are whose")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        {},
    ],
    ids=["rebinding", "another site", "another user"],
)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/SwitchTrafficFunction-1/2018-06-01/runtime/invocation/next",
        "/?Action=SendCommand&Version=2014-11-06",
        "/moto-api/data.json",
        "/containers/json",
    ],
)
def test_no_socket_with_power_answers_who_has_no_secret(
    world: World, headers: dict[str, str], path: str
) -> None:
    """But for users' own doors, load balancer and Redash, which anybody may ask; they have no power
    over anything but Redash."""
    doors = {urlsplit(world.balancer.url).port}
    answered = {}
    for one in sorted(listening(os.getpid())):
        connection = http.client.HTTPConnection(one.address, one.port, timeout=2)
        try:
            connection.request("GET", path, headers=headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            continue  # a server of another protocol, or one that says nothing
        finally:
            connection.close()
        if status < 400 and one.port not in doors:
            answered[one.port] = status
    redash = {task.port for task in world.ecs.tasks()} | {world.host.redash_port}
    assert set(answered) <= redash, answered


def in_phase(world: World, phase: str) -> None:
    """Turn the owner's item by hand, as an answer of people or an execution's end would, with no
    switch noted there."""
    world.cloud.client("dynamodb").update_item(
        TableName=str(world.deployment.ref("MigrationTable")),
        Key={"pk": {"S": "OWNER"}, "sk": {"S": "OWNER"}},
        UpdateExpression="SET phase = :phase, switched = :none",
        ExpressionAttributeValues={":phase": {"S": phase}, ":none": {"S": ""}},
    )


@pytest.fixture(scope="module")
def returned(world: World, answers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The return's own steps, invoked in their order."""
    in_phase(world, "return")
    return {step: invoke(world, step) for step in RETURNING}


@pytest.mark.timeout(600)
def test_each_event_of_the_return_goes_through_its_handler(
    returned: dict[str, dict[str, Any]],
) -> None:
    errors = {step: found["errorType"] for step, found in returned.items() if "errorType" in found}
    assert errors == RETURN_GATES, {step: returned[step] for step in errors}


@pytest.fixture(scope="module")
def taken_back(
    world: World, answers: dict[str, dict[str, Any]], returned: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The same for the way back, from before anybody kept anything."""
    in_phase(world, "forward")
    return {step: invoke(world, step) for step in ("roll_back", "roll_back_database")}


@pytest.mark.timeout(600)
def test_each_event_of_the_way_back_goes_through_its_handler(
    taken_back: dict[str, dict[str, Any]],
) -> None:
    assert [step for step, answer in taken_back.items() if "errorType" in answer] == []


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("taken_back")
def test_every_call_was_allowed_by_the_caller_s_role(world: World) -> None:
    assert rehearsed(world.directory, world.deployment.state_machine_arn) == []


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("answers")
def test_a_permission_taken_away_is_missed(world: World, tmp_path: Path) -> None:
    roles = json.loads((world.directory / "roles.json").read_text("utf-8"))
    statements = roles["RunFullLoadFunction"]["statements"]
    kept = [one for one in statements if one["Action"] != "dms:StartReplicationTask"]
    roles["RunFullLoadFunction"]["statements"] = kept
    (tmp_path / "roles.json").write_text(json.dumps(roles), encoding="utf-8")
    shutil.copy(world.directory / "aws-calls.ndjson", tmp_path)
    found = rehearsed(tmp_path, world.deployment.state_machine_arn)
    assert [(one.function, one.action) for one in found] == [
        ("RunFullLoadFunction", "dms:StartReplicationTask")
    ]


def invoke(world: World, step: str) -> dict[str, Any]:
    for _ in range(100):
        answer: dict[str, Any] = world.cloud.invoke(logical_id(step), event_of(step)).value
        ready = AGAIN_UNTIL.get(step)
        if ready is None or "errorType" in answer or answer[ready]:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"{step}: never {AGAIN_UNTIL[step]}: {answer}")


def until(met: Any, what: str) -> None:
    for _ in range(300):
        if met():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what}: its event never came")


def wait_state(world: World, step: str) -> str:
    """The state of the step's wait in the record."""
    key = {"pk": {"S": MIGRATION}, "sk": {"S": f"WAIT#{logical_id(step).removesuffix('Function')}"}}
    table = str(world.deployment.ref("MigrationTable"))
    found = world.cloud.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
    return str(found.get("state", {}).get("S", ""))
