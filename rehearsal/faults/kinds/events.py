"""Events lost, doubled, late, out of order, foreign, malformed, too early, or telling lies."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import Fault
from rehearsal.faults.hooks import before, on_invocation, when_entered

if TYPE_CHECKING:
    from rehearsal.world import World

Event = dict[str, Any]
Arm = Callable[["World"], None]

DMS, SSM = "aws.dms", "aws.ssm"
CHANGE = "DMS Replication Task State Change"
FOREIGN_TASK = "arn:aws:dms:ap-northeast-1:123456789012:task:SOMEBODYELSES0000000000000"

MALFORMED: tuple[Any, ...] = (
    None,
    {},
    [],
    "text",
    {"source": DMS},
    {"source": DMS, "resources": None, "detail": None},
    {"source": DMS, "resources": [None, 7, {}], "detail": {"eventType": 3}},
    {"source": DMS, "resources": ["arn:aws:dms:::task:"], "detail": []},
    {"source": SSM, "detail": {"command-id": None}},
    {"source": SSM, "detail": "command-id"},
    {"source": SSM, "detail": {"command-id": {"a": 1}, "status": []}},
)


def _filtered(sources: tuple[str, ...], arriving: Callable[[Event], list[Any]]) -> Arm:
    def arm(world: World) -> None:
        world.cloud.event_filter = lambda event: (
            arriving(event) if event.get("source") in sources else [event]
        )

    return arm


def lost(*sources: str) -> Arm:
    """None of them arrives; the reconciler has to find out by itself."""
    return _filtered(sources, lambda _: [])


def doubled(*sources: str) -> Arm:
    """Each arrives three times, the last long after the first."""
    return _filtered(sources, lambda event: [event, event, (3.0, event)])


def stale_stop(seconds: float) -> Arm:
    """Once the task was told to go on, its description says for a while that it is stopped, and the
    event of that stop comes again meanwhile."""

    def arm(world: World) -> None:
        world.dms.disturbance.stale_seconds = seconds
        doubled(DMS)(world)

    return arm


def late(seconds: float, *sources: str) -> Arm:
    """Each arrives when the next wait has begun, or later."""
    return _filtered(sources, lambda event: [(seconds, event)])


def out_of_order(*sources: str) -> Arm:
    """Each takes its own time: later ones overtake earlier ones."""
    chance = random.Random(5)
    return _filtered(sources, lambda event: [(chance.uniform(0.0, 4.0), event)])


def of_another_task(event: Event) -> list[Any]:
    """The event, after the same of somebody else's task."""
    return [{**event, "resources": [FOREIGN_TASK]}, event]


def foreign() -> Arm:
    """Before each event of the task comes the same of somebody else's."""
    return _filtered((DMS,), of_another_task)


def only_foreign() -> Arm:
    """Instead of each event of the task comes that of somebody else's."""
    return _filtered((DMS,), lambda event: of_another_task(event)[:1])


def malformed(world: World) -> None:
    """Beside each real event, things that are none reach the functions; nothing real arrives."""

    def arriving(event: Event) -> list[Any]:
        if event.get("source") not in {DMS, SSM}:
            return [event]
        for thing in MALFORMED:
            for function in ("OnDmsEventFunction", "OnCommandEventFunction"):
                world.cloud.lambdas.invoke_asynchronously(function, thing)
        bare = {**event, "detail": {"eventType": event["detail"].get("eventType"), "junk": [1]}}
        return [bare]

    world.cloud.event_filter = arriving


def too_early(world: World) -> None:
    """A stop of the task is announced before the token for it is stored."""
    for step in ("RunFullLoad", "AskReplicationToStop", "StopReplication"):
        before(
            world,
            f"{step}Function",
            lambda: announce(world, "REPLICATION_TASK_STOPPED", "stopped"),
        )


def lies(world: World) -> None:
    """Failures and stops are announced all the time, none of which has happened."""
    stopping = threading.Event()
    world.at_end(stopping.set)

    def lie() -> None:
        while not stopping.wait(0.7):
            announce(world, "REPLICATION_TASK_FAILED", "Last Error. Stop Reason FATAL_ERROR")
            announce(
                world,
                "REPLICATION_TASK_STOPPED",
                "Replication task stopped with errors. Stop Reason FULL_LOAD_ONLY_FINISHED",
                eventId="DMS-EVENT-0078",
            )

    threading.Thread(target=lie, name="lies", daemon=True).start()


def announce(world: World, kind: str, message: str, **more: Any) -> None:
    """Send an event of each task that there is now."""
    for task in world.dms.tasks:
        detail = {"type": "REPLICATION_TASK", "eventType": kind, "detailMessage": message, **more}
        world.cloud.emit(DMS, CHANGE, detail, [task.arn])


def task_fails_in_full_load(world: World) -> None:
    """The task fails while it loads; its event has no eventId."""
    world.dms.disturbance.failure = "Last Error  ODBC general error. Stop Reason FATAL_ERROR"


def stopped_by_hand(state: str) -> Arm:
    """Somebody stops the task in the DMS console while the machine is in a state."""

    def arm(world: World) -> None:
        def stop() -> None:
            for task in world.dms.tasks:
                world.cloud.client("dms").stop_replication_task(ReplicationTaskArn=task.arn)

        when_entered(world, state, stop)

    return arm


def stopped_before(function: str) -> Arm:
    """Somebody stops the task right before a step, and waits until it has stopped."""
    return lambda world: before(world, function, lambda: _stop(world))


def deleted_before(function: str) -> Arm:
    """Somebody deletes the task right before a step."""

    def arm(world: World) -> None:
        def delete() -> None:
            for arn in _stop(world):
                world.cloud.client("dms").delete_replication_task(ReplicationTaskArn=arn)

        before(world, function, delete)

    return arm


def _stop(world: World) -> list[str]:
    client = world.cloud.client("dms")
    arns = [task.arn for task in world.dms.tasks]
    for arn in arns:
        client.stop_replication_task(ReplicationTaskArn=arn)
        client.get_waiter("replication_task_stopped").wait(
            Filters=[{"Name": "replication-task-arn", "Values": [arn]}],
            WaiterConfig={"Delay": 1, "MaxAttempts": 30},
        )
    return arns


def stopped_in_full_load(world: World) -> None:
    """Somebody stops the task as soon as it has started: the stop has the wrong reason."""
    done = threading.Event()

    def arriving(event: Event) -> list[Any]:
        started = event["detail"].get("eventType") == "REPLICATION_TASK_STARTED"
        if event["source"] == DMS and started and not done.is_set():
            done.set()
            arn = event["resources"][0]
            world.cloud.client("dms").stop_replication_task(ReplicationTaskArn=arn)
        return [event]

    world.cloud.event_filter = arriving


def reconciler_crashes(times: int) -> Arm:
    """The reconciler is killed so many times in a row."""

    def arm(world: World) -> None:
        left = [times]

        def ask(function: str, _event: Any) -> Fault | None:
            if function != "ReconcileFunction" or left[0] <= 0:
                return None
            left[0] -= 1
            return Fault.kill(0.2)

        on_invocation(world, ask)

    return arm
