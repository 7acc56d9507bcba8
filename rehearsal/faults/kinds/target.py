"""Trouble on the new side: what was there before, what came in unseen, settings left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex
from typing import TYPE_CHECKING

import psycopg

from rehearsal.cloud import Call, Fault
from rehearsal.ecs.new_home import SERVER
from rehearsal.ecs.task import PUSHED
from rehearsal.faults.hooks import before, on_call

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]


def at_first(*statements: str) -> Arm:
    """Done to the new database before the migration begins."""
    return lambda world: execute(world, *statements)


def before_step(function: str, *statements: str) -> Arm:
    """Done to the new database right before a step, as if something had gone wrong there.

    Triggers and foreign keys don't notice it.
    """
    return lambda world: before(world, function, lambda: execute(world, *statements))


def execute(world: World, *statements: str) -> None:
    """Run statements on the new database behind everybody's back."""
    with psycopg.connect(**world.target_database.parameters(), autocommit=True) as session:  # type: ignore[arg-type]
        session.execute("SET session_replication_role = replica")
        for statement in statements:
            session.execute(statement.encode())


def another_secret(name: str, function: str = "") -> Arm:
    """The new home has another secret than the old host: from the start, or from a step on."""

    def spoil(world: World) -> None:
        world.put_secret(name, token_hex(16))

    if not function:
        return spoil
    return lambda world: before(world, function, lambda: spoil(world))


def without_a_secret(name: str, function: str) -> Arm:
    """A secret of the new home is deleted right before a step: no task of it can start."""

    def arm(world: World) -> None:
        client = world.cloud.client("secretsmanager")
        before(
            world,
            function,
            lambda: client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True),
        )

    return arm


def unreachable_for_redash(world: World) -> None:
    """The new Redash is told a wrong address of its database."""
    address = replace(world.application_target, dbname="no_such_database")
    world.put_secret(
        "redash/database",
        {
            "url": f"postgresql://{address.username}:{address.password}"
            f"@{address.host}:{address.port}/{address.dbname}"
        },
    )


def servers_crash_at_the_switch(world: World) -> None:
    """SwitchTraffic dies right after it has turned the listener, and so do all new servers."""
    done: list[bool] = []

    def ask(call: Call) -> Fault | None:
        made = (call.function, call.action) == ("SwitchTrafficFunction", "ModifyListener")
        if not made or done:
            return None
        done.append(True)
        for task in world.ecs.tasks():
            task.crash()
        return Fault.kill_after()

    on_call(world, ask)


def deployed_by_hand(world: World) -> None:
    """The server's service gets another revision of its task definition after the proof."""
    ecs = world.cloud.client("ecs")

    def deploy() -> None:
        [service] = ecs.describe_services(cluster="redash", services=[SERVER])["services"]
        found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
        names = ("family", "executionRoleArn", "taskRoleArn", "networkMode", "cpu", "memory")
        kept = {name: found["taskDefinition"][name] for name in (*names, "containerDefinitions")}
        made = ecs.register_task_definition(**kept)["taskDefinition"]["taskDefinitionArn"]
        ecs.update_service(cluster="redash", service=SERVER, taskDefinition=made)

    before(world, "RecheckSync", deploy)


def pushed_anew(world: World) -> None:
    """The image's name stands for another image after the proof, and a server is started anew."""

    def push() -> None:
        for task in world.ecs.tasks(SERVER):
            name = task.image["image"]
            PUSHED[name] = PUSHED.get(name, 1) + 1
            task.crash()

    before(world, "RecheckSync", push)
