"""People: who stop executions by hand, start again, take back, or come back to a stopped one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import psycopg

from rehearsal.approver import follow
from rehearsal.cloud.repairs import hooks
from rehearsal.faults.hooks import before, when_entered

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]

PATIENCE_SECONDS = 300.0
ENDED = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")


def execution_stopped(state: str) -> Arm:
    """Somebody presses "Stop execution" while the machine is in a state."""

    def arm(world: World) -> None:
        def stop() -> None:
            for execution in executions(world):
                world.cloud.client("stepfunctions").stop_execution(
                    executionArn=execution["executionArn"], error="Stopped", cause="by hand"
                )

        when_entered(world, state, stop)

    return arm


def stopped_once_it_waits(state: str) -> Arm:
    """The same once the step has noted its token, whichever try that was."""

    def arm(world: World) -> None:
        def stop() -> None:
            key = {"pk": {"S": _owner(world)}, "sk": {"S": f"WAIT#{state}"}}
            table, client = world.deployment.ref("MigrationTable"), world.cloud.client("dynamodb")
            ends = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < ends:
                if "Item" in client.get_item(TableName=table, Key=key, ConsistentRead=True):
                    break
                time.sleep(0.1)
            _stop_all(world)

        when_entered(world, state, stop)

    return arm


def descriptions_are_stale(_world: World) -> None:
    """DescribeExecution tells for most of a minute what an execution was before."""
    hooks.stale_seconds = 50.0


def until_rolled_back(world: World) -> None:
    """Wait for the roll-back that the reconciler starts by itself."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = executions(world)
        ended = len(found) > 1 and all(one["status"] in ENDED for one in found)
        if ended and any(one["status"] == "SUCCEEDED" for one in found):
            time.sleep(1.5)
            return
        time.sleep(0.5)


def start(world: World, **execution_input: Any) -> None:
    """Start an execution, answer its questions, and wait for its end."""
    arn = world.cloud.start_execution(execution_input)
    _answered(world, arn, "approve", "keep")


def again(world: World) -> None:
    """Start a second migration at once."""
    start(world)


def take_back(world: World) -> None:
    """Ask for the roll-back of the migration that was stopped."""
    start(world, mode="roll-back", migrationId=_owner(world))


def take_back_after_the_switch(world: World) -> None:
    """The same after the switch: the approvers are asked, and everything goes home."""
    arn = world.cloud.start_execution({"mode": "roll-back", "migrationId": _owner(world)})
    _answered(world, arn, "return")


def return_by_name(world: World) -> None:
    """Long after the question has expired, somebody asks for the return."""
    arn = world.cloud.start_execution({"mode": "return", "migrationId": _owner(world)})
    _answered(world, arn, "return")


def finish_by_name(world: World) -> None:
    """Long after the question has expired, somebody asks for the clean-up; the approvers keep."""
    arn = world.cloud.start_execution({"mode": "finish", "migrationId": _owner(world)})
    _answered(world, arn, "keep")


def nothing_is_left(world: World, _report: Mapping[str, Any]) -> list[str]:
    """The migration that was finished is kept: no task and no slot of it stands."""
    tasks = world.cloud.client("dms").describe_replication_tasks()["ReplicationTasks"]
    found = [f"a replication task is left: {one['ReplicationTaskIdentifier']}" for one in tasks]
    try:
        with world.source.connect() as session:
            rows = session.execute("SELECT slot_name FROM pg_replication_slots").fetchall()
    except psycopg.OperationalError:  # the old host is retired, its database stopped
        return found
    return [*found, *(f"a slot is left: {name}" for (name,) in rows)]


def return_when_asked_again(world: World) -> None:
    """What the reconciler starts leads forward and asks anew; somebody answers with the return."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        running = [one for one in executions(world) if one["status"] == "RUNNING"]
        if running:
            _answered(world, running[0]["executionArn"], "return")
            return
        time.sleep(0.5)


def _owner(world: World) -> str:
    client = world.cloud.client("dynamodb")
    item = client.get_item(
        TableName=world.deployment.ref("MigrationTable"),
        Key={"pk": {"S": "OWNER"}, "sk": {"S": "OWNER"}},
    )["Item"]
    return str(item["migration_id"]["S"])


def mend_and_take_back(world: World) -> None:
    """Nothing is broken any more; ask for the roll-back of the migration once more, by its name."""
    world.cloud.invoke_fault = None
    _take_back_by_name(world)


def mend_password_and_take_back(world: World) -> None:
    """The same when it was a password that had to be put right."""
    from rehearsal.world import TARGET_SECRET, secret_of

    world.cloud.invoke_fault = None
    world.put_secret(TARGET_SECRET, secret_of(world.target_database))
    _take_back_by_name(world)


def _take_back_by_name(world: World) -> None:
    items = world.cloud.client("dynamodb").scan(
        TableName=world.deployment.ref("MigrationTable"), ConsistentRead=True
    )["Items"]
    [name] = {item["pk"]["S"] for item in items if item["pk"]["S"].startswith("redash-")}
    start(world, mode="roll-back", migrationId=name)


def redrive(world: World) -> None:
    """Redrive the execution that was stopped, answer its questions, wait for its end."""
    _redrive(world, "approve", "keep")


def redrive_after_the_switch(world: World) -> None:
    """The same where one question is left: whether the new home stays."""
    _redrive(world, "keep")


def redrive_unasked(world: World) -> None:
    """The same where every question has been answered."""
    _redrive(world)


def _redrive(world: World, *decisions: str) -> None:
    arn = executions(world)[0]["executionArn"]
    world.cloud.client("stepfunctions").redrive_execution(executionArn=arn)
    _answered(world, arn, *decisions)


def executions(world: World) -> list[dict[str, Any]]:
    """Every execution there has been."""
    answer = world.cloud.client("stepfunctions").list_executions(
        stateMachineArn=world.deployment.state_machine_arn
    )
    return list(answer["executions"])


def _answered(world: World, arn: str, *decisions: str) -> None:
    ended = threading.Event()
    people = threading.Thread(
        target=follow,
        args=(world.directory / "mailbox", decisions),
        kwargs={"stop": ended.is_set},
        daemon=True,
    )
    people.start()
    try:
        world.cloud.wait_for_execution(arn, PATIENCE_SECONDS)
    finally:
        ended.set()
    people.join(10)
    time.sleep(1.5)


def roll_back_while_running(state: str) -> Arm:
    """Somebody asks for the roll-back of the very migration that is in a state."""

    def arm(world: World) -> None:
        when_entered(
            world,
            state,
            lambda: world.cloud.start_execution(
                {"mode": "roll-back", "migrationId": _owner(world)}
            ),
        )

    return arm


def redrive_beside_another(world: World) -> None:
    """The stopped migration is taken back, another begins, and then the first is redriven."""
    first = executions(world)[-1]["executionArn"]
    take_back(world)
    second = world.cloud.start_execution({})
    time.sleep(3.0)
    world.cloud.client("stepfunctions").redrive_execution(executionArn=first)
    _answered(world, second, "approve", "keep")


def take_back_an_older_one(world: World) -> None:
    """A second migration succeeds; then somebody asks for the roll-back of the first."""
    first = _owner(world)
    start(world)
    start(world, mode="roll-back", migrationId=first)


def roll_back_dies(times: int) -> Arm:
    """Somebody stops the automatic roll-back, so many times, as soon as it has begun."""

    def arm(world: World) -> None:
        left = [times]

        def happened(record: Mapping[str, Any]) -> None:
            entered = record.get("kind") == "state_entered" and record.get("state") == "RollBack"
            if entered and left[0] > 0:
                left[0] -= 1
                threading.Thread(target=_stop_all, args=(world,), daemon=True).start()

        world.cloud.listeners.append(happened)

    return arm


def _stop_all(world: World) -> None:
    for execution in executions(world):
        if execution["status"] == "RUNNING":
            world.cloud.client("stepfunctions").stop_execution(
                executionArn=execution["executionArn"], error="Stopped", cause="by hand"
            )


def second_execution(state: str) -> Arm:
    """Somebody starts another migration while this one is in a state."""

    def arm(world: World) -> None:
        when_entered(world, state, lambda: world.cloud.start_execution({}))

    return arm


def listener_closed(function: str) -> Arm:
    """Somebody puts the listener on a 503 of their own, right before a step."""

    def arm(world: World) -> None:
        answer = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "by hand"}
        closed = {"Type": "fixed-response", "FixedResponseConfig": answer}
        before(world, function, lambda: _point(world, closed))

    return arm


def open_the_listener(world: World) -> None:
    """The same person gives it back its forward to Redash."""
    _point(world, {"Type": "forward", "TargetGroupArn": world.old_home.target_group_arn})
    time.sleep(3.0)


def _point(world: World, action: dict[str, Any]) -> None:
    world.cloud.client("elbv2").modify_listener(
        ListenerArn=world.old_home.listener_arn, DefaultActions=[action]
    )


def second_was_refused(world: World, _report: Mapping[str, Any]) -> list[str]:
    """The second execution ended red, and named the first."""
    found = sorted(one["status"] for one in executions(world))
    return [] if found == ["FAILED", "SUCCEEDED"] else [f"the executions ended as {found}"]
